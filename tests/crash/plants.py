"""Faults to plant, each of a kind that such a house could really have: the judge must find every one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast

from bot.messages import Account
from bot.ports import CaseEvent, Outgoing, Sender, Store, Timer, Unit

T = TypeVar("T")
WHILE_S = 0.2
"""For how long something is half done: longer than a commit takes, and less than a person would notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Where a fault takes hold: at the platform, at the store, at the way out."""

    acknowledges_first: bool = False
    wrap_store: Callable[[Store], Store] = lambda store: store
    wrap_sender: Callable[[Sender], Sender] = lambda sender: sender


class _Instead:
    """A thing of which some parts are others."""

    def __init__(self, inner: object, **parts: object) -> None:
        self._inner = inner
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        parts: dict[str, object] = self.__dict__["_parts"]
        return parts[name] if name in parts else getattr(self.__dict__["_inner"], name)


@dataclass(frozen=True, slots=True)
class Forgetful(Store):
    """Hears everything for the first time."""

    inner: Store

    async def run(self, work: Callable[[Unit], T]) -> T:
        """The same work, on a unit that forgets."""
        return await self.inner.run(lambda unit: work(cast(Unit, _Instead(unit, first_time=lambda *_: True))))


@dataclass(frozen=True, slots=True)
class LettersLater(Store):
    """Keeps what happened first, and what is to be said in a transaction of its own."""

    inner: Store

    async def run(self, work: Callable[[Unit], T]) -> T:
        """The work, and after a while its letters."""
        letters: list[tuple[Any, ...]] = []

        def post(*letter: Any) -> bool:
            letters.append(letter)
            return True

        def alone(unit: Unit) -> T:
            return work(cast(Unit, _Instead(unit, outbox=_Instead(unit.outbox, post=post))))

        done = await self.inner.run(alone)
        if letters:
            await asyncio.sleep(WHILE_S)
            await self.inner.run(lambda unit: sum(unit.outbox.post(*letter) for letter in letters))
        return done


@dataclass(frozen=True, slots=True)
class HistoryLater(Store):
    """Keeps a case first, and the line of its history afterwards."""

    inner: Store

    async def run(self, work: Callable[[Unit], T]) -> T:
        """The work, and after a while what it recorded."""
        events: list[CaseEvent] = []

        def alone(unit: Unit) -> T:
            return work(cast(Unit, _Instead(unit, cases=_Instead(unit.cases, record=events.append))))

        done = await self.inner.run(alone)
        if events:
            await asyncio.sleep(WHILE_S)
            await self.inner.run(partial(_record, events))
        return done


def _record(events: Sequence[CaseEvent], unit: Unit) -> None:
    for event in events:
        unit.cases.record(event)


@dataclass(frozen=True, slots=True)
class TimersFirst(Store):
    """Takes what is due in one transaction and serves it in the next."""

    inner: Store

    async def run(self, work: Callable[[Unit], T]) -> T:
        """The work, on timers that were taken before."""
        if "_due_work" not in repr(work):
            return await self.inner.run(work)
        asked: list[datetime] = []

        def nothing(now: datetime, _: int) -> Sequence[Timer]:
            asked.append(now)
            return ()

        await self._with(work, nothing)
        taken = await self.inner.run(lambda unit: unit.timers.claim(asked[0], 100))
        await asyncio.sleep(WHILE_S if taken else 0)
        return await self._with(work, lambda *_: taken)

    async def _with(self, work: Callable[[Unit], T], claim: Callable[..., Sequence[Timer]]) -> T:
        return await self.inner.run(lambda unit: work(cast(Unit, _Instead(unit, timers=_Instead(unit.timers, claim=claim)))))


@dataclass(frozen=True, slots=True)
class SaysSent(Sender):
    """Takes a letter, says that it was sent, and sends it a while later."""

    inner: Sender

    @property
    def platform(self) -> str:  # type: ignore[override]  # a Protocol's variable, read through the inner one
        """The same platform."""
        return self.inner.platform

    def accounts(self) -> Collection[Account] | None:
        """The same accounts."""
        return self.inner.accounts()

    async def send(self, message: Outgoing) -> None:
        """Answer first."""
        asyncio.get_running_loop().call_later(WHILE_S, lambda: asyncio.ensure_future(self.inner.send(message)))


PLANTS = {
    "none": Plant(),
    "acknowledged before it was heard": Plant(acknowledges_first=True),
    "what was heard is forgotten": Plant(wrap_store=Forgetful),
    "letters after the commit": Plant(wrap_store=LettersLater),
    "history after the commit": Plant(wrap_store=HistoryLater),
    "timers taken before they are served": Plant(wrap_store=TimersFirst),
    "marked before it is sent": Plant(wrap_sender=SaysSent),
}
"""By what they do."""
