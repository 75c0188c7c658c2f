"""Platforms side by side in one process: what dies is begun again, stops nothing else, and a refusal stops everything."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.scheduling.keeper import LONGEST_PAUSE, keep_all


class Refused(Exception):
    """No waiting helps."""


class Enough(Exception):
    """The test has seen what it wanted."""


async def test_what_dies_is_begun_again_after_growing_pauses_while_the_others_go_on() -> None:
    pauses: list[float] = []
    begun = {"one": 0, "other": 0}

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)
        if len(pauses) == 10:
            raise Enough

    async def one() -> None:
        begun["one"] += 1
        raise ValueError("words of somebody")

    async def other() -> None:
        begun["other"] += 1
        await asyncio.Event().wait()

    with pytest.raises(Enough):
        await keep_all([other, one], fatal=(Refused,), sleep=sleep)
    assert begun == {"one": 10, "other": 1}
    assert pauses[:4] == [5, 10, 20, 40]
    assert max(pauses) == LONGEST_PAUSE


async def test_a_refusal_stops_everything_and_is_raised() -> None:
    stopped: list[str] = []

    async def other() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append("other")

    async def refused() -> None:
        await asyncio.sleep(0)
        raise Refused

    with pytest.raises(Refused):
        await keep_all([other, refused], fatal=(Refused,))
    assert stopped == ["other"]


async def test_told_to_stop_the_last_begun_stops_first() -> None:
    stopped: list[int] = []

    def work(number: int) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                stopped.append(number)

        return go

    serving = asyncio.create_task(keep_all([work(1), work(2)], fatal=()))
    await asyncio.sleep(0.01)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert stopped == [2, 1]
