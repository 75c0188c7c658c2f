"""The adapter on the fake platform, with an ear instead of the conversation, or with the whole house behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.adapters.telegram import Pacemaker, Telegram
from bot.adapters.telegram.pacing import Pace
from bot.messages import Account, Incoming
from bot.ports import File, Label, Outgoing
from tests.telegram.fake_bot_api import START, TOKEN, FakeBotApi

AT_ONCE = Pace(every=0.0, burst=1)


async def a_moment(seconds: float) -> None:
    """A wait of which nobody needs to see the end: a hundredth of it, at most a twentieth of a second."""
    await asyncio.sleep(min(seconds / 100, 0.05))


HURRIED = Pacemaker(sleep=a_moment, overall=AT_ONCE, private=AT_ONCE, group=AT_ONCE)
"""No pace of our own, and hardly any wait."""


@dataclass
class StillClock:
    """A clock that shows the beginning."""

    at: datetime = START

    def now(self) -> datetime:
        """Always the same."""
        return self.at


@dataclass
class Ear:
    """Hears what the adapter hands over, instead of the conversation; `then` is done with each message."""

    heard: list[Incoming] = field(default_factory=list)
    then: Callable[[Incoming], Awaitable[None]] | None = None

    async def hear(self, incoming: Incoming) -> None:
        """As `Conversation.hear`."""
        if self.then is not None:
            await self.then(incoming)
        self.heard.append(incoming)

    @property
    def texts(self) -> list[str]:
        """The words heard so far."""
        return [incoming.text for incoming in self.heard]


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


def outgoing(person: int, text: str, *choices: tuple[str, str], key: str = "k", files: tuple[File, ...] = (), **more: Any) -> Outgoing:
    """A rendered message; choices are (id, label)."""
    labels = tuple(Label(id=choice, about="about", text=label) for choice, label in choices)
    given: dict[str, Any] = {"kind": "reply", "level": "none", **more}
    return Outgoing(key=key, account=Account("telegram", str(person)), text=text, choices=labels, files=files, **given)
