"""The heart beat goes on whatever a beat does, one beat at a time, until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.scheduling.ticker import After, Ticker

SOON = 0.005


async def raises() -> None:
    """A defect."""
    raise ValueError


async def is_cancelled() -> None:
    """Something inside was cancelled, by whomever."""
    raise asyncio.CancelledError


async def is_well() -> None:
    """Nothing."""


@pytest.mark.parametrize("ends", [is_well, raises, is_cancelled])
async def test_the_beat_goes_on_whatever_ends_one(ends: Callable[[], Awaitable[None]]) -> None:
    beats: list[int] = []
    enough = asyncio.Event()

    async def tick() -> None:
        beats.append(1)
        if len(beats) == 5:
            enough.set()
        await ends()

    ticker = Ticker(tick, seconds=SOON)
    ticker.start()
    await asyncio.wait_for(enough.wait(), 5)
    ticker.stop()


async def test_a_beat_waits_for_the_one_before_it() -> None:
    under_way = 0
    most: list[int] = []

    async def tick() -> None:
        nonlocal under_way
        under_way += 1
        most.append(under_way)
        await asyncio.sleep(4 * SOON)
        under_way -= 1

    ticker = Ticker(tick, seconds=SOON)
    ticker.start()
    await asyncio.sleep(20 * SOON)
    ticker.stop()
    assert len(most) > 1
    assert set(most) == {1}


async def test_a_beat_that_hangs_holds_up_no_other_work_and_ends_with_the_ticker() -> None:
    broken_off, kept_house = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            broken_off.set()
            raise

    async def keep_house() -> None:
        kept_house.set()

    ticker = Ticker(hang, seconds=SOON)
    ticker.also(keep_house, every_hours=SOON / 3600)
    ticker.start()
    await asyncio.wait_for(kept_house.wait(), 5)
    await asyncio.sleep(4 * SOON)
    ticker.stop()
    await asyncio.wait_for(broken_off.wait(), 5)


async def test_nothing_beats_before_it_is_started_or_after_it_is_stopped() -> None:
    beats: list[int] = []

    async def tick() -> None:
        beats.append(1)

    ticker = Ticker(tick, seconds=SOON)
    await asyncio.sleep(3 * SOON)
    assert beats == []
    ticker.start()
    await asyncio.sleep(6 * SOON)
    ticker.stop()
    counted = len(beats)
    assert counted > 0
    await asyncio.sleep(6 * SOON)
    assert len(beats) == counted


async def test_a_clock_that_goes_back_stops_no_beat() -> None:
    beats: list[int] = []
    enough = asyncio.Event()

    async def tick() -> None:
        beats.append(1)
        if len(beats) == 3:
            enough.set()

    ticker = Ticker(tick, seconds=SOON)
    ticker.start()
    # What a clock that was set a day back looks like to the scheduler: its next run is a day away.
    (job,) = ticker._scheduler.get_jobs()
    job.modify(next_run_time=job.next_run_time + timedelta(days=1))
    await asyncio.wait_for(enough.wait(), 5)
    ticker.stop()


def test_a_clock_that_goes_forward_leaves_nothing_to_be_made_up_for() -> None:
    beaten = datetime(2026, 1, 1, tzinfo=UTC)
    now = beaten + timedelta(days=90)
    assert After(timedelta(seconds=1)).get_next_fire_time(beaten, now) == now + timedelta(seconds=1)
