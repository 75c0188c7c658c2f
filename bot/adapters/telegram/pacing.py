"""How fast we may speak: about thirty messages a second in all, one a second in a private chat, twenty a minute in a group.

Source: Telegram's Bots FAQ ("My bot is hitting limits") and facts on platforms, 4; the vendor keeps no pace per chat.
Urgent messages do not wait for a pace that is only ours. What Telegram itself tells us to wait, everybody waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

LONGEST_WAIT = 4.0
"""Seconds that a message waits here; beyond, it goes back to the outbox, where it holds up nobody. Short, for it takes one of the
postman's ways out meanwhile, and others of its chat wait behind it."""

KEPT_CHATS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`every` seconds on average, and `burst` at once after a silence."""

    every: float
    burst: int


OVERALL = Pace(every=1 / 30, burst=15)
PRIVATE = Pace(every=1.0, burst=3)
GROUP = Pace(every=60 / 16, burst=4)
"""Sixteen a minute after four at once: never more than twenty in any minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacemaker:
    """What waiting goes by: a stopwatch in seconds, a sleep, and the three paces."""

    stopwatch: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    overall: Pace = OVERALL
    private: Pace = PRIVATE
    group: Pace = GROUP


REAL_TIME = Pacemaker()


class WaitTooLong(Exception):
    """The turn comes later than it is worth waiting for; `seconds` until then."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Turnstile:
    """Lets messages through in time. One per bot."""

    def __init__(self, pacemaker: Pacemaker) -> None:
        self._pacemaker = pacemaker
        self._next: dict[int | None, float] = {}
        self._held: dict[int | None, float] = {}

    async def turn(self, chat: int, *, urgent: bool = False) -> None:
        """Wait for this chat's turn. Raises WaitTooLong, and then no turn was taken."""
        now = self._pacemaker.stopwatch()
        held = max(self._held.get(chat, now), self._held.get(None, now)) - now
        own = 0.0 if urgent else max(self._delay(None, self._pacemaker.overall, now), self._delay(chat, self._pace(chat), now))
        wait = max(held, own)
        if wait > LONGEST_WAIT:
            raise WaitTooLong(wait)
        self._take(None, self._pacemaker.overall, now)
        self._take(chat, self._pace(chat), now)
        if wait > 0:
            await self._pacemaker.sleep(wait)

    def hold(self, chat: int, seconds: float) -> None:
        """Telegram told us to wait. Told so in a second chat meanwhile, we are too fast altogether, and everybody waits."""
        now = self._pacemaker.stopwatch()
        self._held = {where: until for where, until in self._held.items() if until > now}
        others = any(where not in (chat, None) for where in self._held)
        for where in (chat, None) if others else (chat,):
            self._held[where] = max(self._held.get(where, 0.0), now + seconds)

    def _pace(self, chat: int) -> Pace:
        return self._pacemaker.private if chat > 0 else self._pacemaker.group

    def _delay(self, where: int | None, pace: Pace, now: float) -> float:
        """Seconds until one more keeps the pace."""
        return max(0.0, self._next.get(where, now) - (pace.burst - 1) * pace.every - now)

    def _take(self, where: int | None, pace: Pace, now: float) -> None:
        if len(self._next) > KEPT_CHATS:
            self._next = {each: due for each, due in self._next.items() if due > now}
        self._next[where] = max(self._next.get(where, now), now) + pace.every
