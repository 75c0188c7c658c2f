"""What the clock brings: timers that have come due are served, a batch in one transaction, and none of them is ever lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.core.policy import Policy
from bot.handlers import Handlers, watch
from bot.handlers.turn import Due
from bot.ports import Clock, Store, Timer, Unit
from bot.posting import post
from bot.rescue import place

log = structlog.get_logger()

CLAIM_AT_ONCE = 100
"""Timers taken in one transaction: few enough that a message never waits long behind them."""

RETRY = "retry:"
"""A timer that failed waits under this kind, its own hour kept in its subject."""

LOOK_AGAIN = timedelta(minutes=10)
"""How often it is looked for timers that a clock set too far ahead. One that goes back is noticed at the next beat."""


class DueWork:
    """Serves timers. Errors leave the rows as they were, or put the one that fails off."""

    def __init__(
        self, *, store: Store, clock: Clock, policy: Policy, handlers: Handlers, before_serving: Callable[[], None] = lambda: None
    ) -> None:
        """`before_serving` is called when a timer is about to reach its use case."""
        self._store, self._clock, self._policy, self._handlers = store, clock, policy, handlers
        self._before_serving = before_serving
        self._looked_at: datetime | None = None

    async def serve(self) -> None:
        """Serve whatever has come due, in bounded bites."""
        await self._put_right()
        while await self._serve_due() == CLAIM_AT_ONCE:
            pass

    async def _put_right(self) -> None:
        """Now and then, and whenever the clock has gone back: bring nearer what another clock set too far ahead."""
        now, looked_at = self._clock.now(), self._looked_at
        if looked_at is not None and looked_at <= now < looked_at + LOOK_AGAIN:
            return
        try:
            while await self._store.run(partial(watch.put_right, now, self._policy)):
                pass
            self._looked_at = now
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # what is due is served all the same, and the next beat looks again
            log.error("tick.not-put-right", trouble=place(trouble))

    async def _serve_due(self) -> int:
        """A batch of timers in one transaction; when one of them fails, the first on its own, so that it holds up no other."""
        try:
            return await self._store.run(partial(self._due_work, CLAIM_AT_ONCE))
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # one use case, or the database: the second try tells them apart
            log.error("tick.batch-failed", trouble=place(trouble))
        try:
            return await self._store.run(partial(self._due_work, 1)) and CLAIM_AT_ONCE
        except asyncio.CancelledError:
            raise
        except Exception as trouble:  # this very timer, or the database, in which case putting it off fails as well
            log.critical("tick.put-off", trouble=place(trouble))
            await self._store.run(self._put_off)
            return 0

    def _due_work(self, at_most: int, unit: Unit) -> int:
        now = self._clock.now()
        timers = unit.timers.claim(now, at_most)
        for timer in map(_as_it_was, timers):
            self._before_serving()
            person = unit.people.get(timer.person_id)
            handle = self._handlers.due.get(timer.kind)
            if person is None or handle is None:
                log.error("tick.nobody-serves", kind=timer.kind)
                continue
            replies = handle(Due(unit=unit, person=person, now=now, policy=self._policy, timer=timer))
            post(unit, f"timer:{timer.kind}:{timer.person_id}:{timer.subject}:{timer.due_at.isoformat()}", replies, now)
        return len(timers)

    def _put_off(self, unit: Unit) -> None:
        """The timer that cannot be served now is tried again, soon at first; its own hour is kept, and it is never lost."""
        now = self._clock.now()
        for timer in map(_as_it_was, unit.timers.claim(now, 1)):
            wait = timedelta(0) if timer.attempt < 3 else min(timedelta(seconds=10) * (1 << min(timer.attempt, 10)), timedelta(minutes=10))
            subject = f"{timer.due_at.isoformat()} {timer.subject}"
            unit.timers.put(timer.person_id, RETRY + timer.kind, subject, now + wait, attempt=timer.attempt + 1)


def _as_it_was(timer: Timer) -> Timer:
    """A timer with its own kind, subject and hour, also when it comes back from a failure."""
    if not timer.kind.startswith(RETRY):
        return timer
    due_at, _, subject = timer.subject.partition(" ")
    return replace(timer, kind=timer.kind.removeprefix(RETRY), subject=subject, due_at=datetime.fromisoformat(due_at))
