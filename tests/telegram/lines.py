"""The adapter on the fake platform, with an ear instead of the conversation, or with the whole house behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from bot.adapters.telegram import Pacemaker, Telegram
from bot.adapters.telegram.pacing import Pace
from bot.messages import Account, Incoming
from bot.ports import Outgoing
from tests.ears import StillClock, rendered
from tests.telegram.fake_bot_api import TOKEN, FakeBotApi

AT_ONCE = Pace(every=0.0, burst=1)


async def a_moment(seconds: float) -> None:
    """A wait of which nobody needs to see the end: a hundredth of it, at most a twentieth of a second."""
    await asyncio.sleep(min(seconds / 100, 0.05))


HURRIED = Pacemaker(sleep=a_moment, overall=AT_ONCE, private=AT_ONCE, group=AT_ONCE)
"""No pace of our own, and hardly any wait."""


def adapter(fake: FakeBotApi, **settings: Any) -> Telegram:
    """The adapter, on the fake platform."""
    given: dict[str, Any] = {
        "token": TOKEN,
        "clock": StillClock(),
        "language": "en",
        "api": fake.base_url,
        "pacemaker": HURRIED,
        **settings,
    }
    return Telegram(**given)


@asynccontextmanager
async def running(telegram: Telegram, hear: Callable[[Incoming], Awaitable[None]]) -> AsyncIterator[asyncio.Task[None]]:
    """The adapter at work, stopped at the end as a process that is told to stop."""
    task = asyncio.create_task(telegram.run(hear))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(true: Callable[[], bool], *, within: float = 5.0) -> None:
    """Wait for something to come true. Raises TimeoutError when it never does."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.005)


def outgoing(person: int, text: str, *choices: tuple[str, str], **more: Any) -> Outgoing:
    """A rendered message; choices are (id, label)."""
    return rendered(Account("telegram", str(person)), text, choices, **more)
