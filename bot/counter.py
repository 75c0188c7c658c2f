"""One platform's counter: letters of different accounts leave side by side, each account's one after the other.

What is most pressing goes first, as it came out of the outbox, and windows are kept free for what is urgent: an alarm does not
wait because other chats are slow. Nothing here knows what a letter says or how it is sent.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.messages import Account, Urgency
from bot.ports import OutboxRow

AT_ONCE = 8
"""Letters of one platform that are on their way at the same time."""

KEPT_FREE = 2
"""Of these windows, those that only what is urgent may use."""

CROWD = 200
"""Letters in hand, from which on no others are fetched until some are gone."""


FIRST_RETRY = timedelta(seconds=5)
"""The shortest pause: of a platform that did not answer, and of what could not be sent."""


@dataclass(slots=True, eq=False)
class Held:
    """A letter in hand, claimed until `until`. `turn` ends when it has a window, `gone` when it is in hand no more."""

    row: OutboxRow
    account: Account
    until: datetime
    begun: bool = False
    since: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    turn: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    gone: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def is_urgent(self) -> bool:
        """Whether it may use the windows that are kept free."""
        return self.row.reply.urgency is Urgency.urgent

    @property
    def rank(self) -> tuple[int, datetime, int]:
        """The outbox's own order: urgent first, then oldest."""
        return -self.row.reply.urgency.value, self.row.created_at, self.row.id


class Counter:
    """What is in hand, whose turn it is, and until when the platform is left in peace. `fetching`: one fetches at a time."""

    def __init__(self) -> None:
        self.fetching = asyncio.Lock()
        self._rests_until: datetime | None = None
        self._in_hand: dict[int, Held] = {}
        self._served: dict[Account, Held] = {}

    def rest(self, now: datetime) -> None:
        """The platform does not answer: leave it in peace for a while."""
        self._rests_until = now + FIRST_RETRY

    def rests(self, now: datetime) -> bool:
        """Whether the platform is left in peace."""
        return is_ahead(self._rests_until, now)

    @property
    def holding(self) -> frozenset[int]:
        """The letters in hand, by their rows."""
        return frozenset(self._in_hand)

    @property
    def is_crowded(self) -> bool:
        """Whether nothing more should be fetched now."""
        return len(self._in_hand) >= CROWD

    async def room(self) -> None:
        """Wait until it is crowded no more."""
        while self.is_crowded:
            await asyncio.wait(self.under_way(), return_when=asyncio.FIRST_COMPLETED)

    def take(self, row: OutboxRow, account: Account, until: datetime) -> Held:
        """Take a letter in hand."""
        held = self._in_hand[row.id] = Held(row, account, until)
        return held

    def has(self, held: Held) -> bool:
        """Whether this letter is still in hand."""
        return self._in_hand.get(held.row.id) is held

    async def turn(self, held: Held) -> None:
        """Wait for a window. It is this letter's until it is let go."""
        self._call()
        await held.turn

    def line(self, account: Account) -> list[Held]:
        """What is in hand for an account and was not begun."""
        return [each for each in self._in_hand.values() if each.account == account and not each.begun]

    def let_go(self, held: Held) -> None:
        """It was sent, it failed, or it was given back; whoever waits behind it is next. Twice does no harm."""
        if self.has(held):
            del self._in_hand[held.row.id]
        if self._served.get(held.account) is held:
            del self._served[held.account]
        for waited_for in (held.turn, held.gone):
            if not waited_for.done():
                waited_for.set_result(None)
        self._call()

    def under_way(self, *, key: str | None = None, no_longer_than: float = math.inf) -> list[asyncio.Future[None]]:
        """What ends when it is in hand no more: of everything, or of a letter by its key; of what came into it so many seconds ago."""
        since = asyncio.get_running_loop().time() - no_longer_than
        return [each.gone for each in self._in_hand.values() if key in (None, each.row.key) and each.since >= since]

    async def settled(self, waited_for: Collection[asyncio.Future[Any]], *, within: float | None = None) -> None:
        """Wait for all of these, but not longer."""
        if waited_for:
            await asyncio.wait(waited_for, timeout=within)

    def _call(self) -> None:
        """Give the free windows to those who are first, among those whose account has none."""
        waiting = (each for each in self._in_hand.values() if not each.turn.done())
        for held in sorted(waiting, key=lambda each: each.rank):
            windows = AT_ONCE if held.is_urgent else AT_ONCE - KEPT_FREE
            if len(self._served) < windows and held.account not in self._served:
                self._served[held.account] = held
                held.turn.set_result(None)


def is_ahead(instant: datetime | None, now: datetime) -> bool:
    """Whether a pause still lasts. One that ends later than any can was begun before the clock went back: it is over."""
    return instant is not None and now < instant <= now + FIRST_RETRY
