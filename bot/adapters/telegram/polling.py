"""Long polling by hand: an update is acknowledged only after it was heard.

Telegram forgets an update as soon as a later offset is asked for. The vendor's Updater asks for the next ones first and serves
afterwards, so a crash in between loses words that somebody wrote; it also drops a whole batch when one update makes no sense.
Here the offset never passes an update that is still being heard. While one is, we ask again from it, at once and about twice a
second: Telegram repeats what we know, which is dropped by its number, and adds what is new. What was heard and not
acknowledged when the process died is given again, and the conversation knows it by its key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram.client import POLL_SECONDS, Client, Raw, seconds_told
from bot.adapters.telegram.lanes import Lanes
from bot.backoff import Backoff

log = structlog.get_logger()

KINDS = ("message", "edited_message", "callback_query")
"""What we ask to be told. Named each time: an omitted list keeps what was asked before, by whomever."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
SETTLE = 0.5
"""Seconds between two looks while something is being heard."""

STUCK_AFTER = 120.0
"""Seconds after which an update that is still being heard holds up the others no more: Telegram shows us only a hundred at a time."""

WEEK = 6 * 86400.0
"""Seconds of silence after which the next update may carry any number: Telegram chooses a new beginning after a week."""

GRACE = 10.0
"""Seconds for what is being heard when the process is told to stop."""


@dataclass(slots=True)
class Poller:
    """Asks for updates and has each one taken. `take` returns at once; its work goes on in the lanes, under the update's id."""

    client: Client
    lanes: Lanes
    take: Callable[[Raw], None]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    poll_seconds: int = POLL_SECONDS
    _taken: dict[int, float] = field(default_factory=dict)
    _offset: int | None = None
    _spoken_at: float = 0.0
    _backoff: Backoff = field(default_factory=lambda: Backoff(first=FIRST_PAUSE, longest=LONGEST_PAUSE))

    async def run(self) -> None:
        """Until cancelled; then what is being heard is waited for, and acknowledged."""
        try:
            while True:
                await self._once()
        except asyncio.CancelledError:
            await self.lanes.settle(GRACE)
            self._advance()
            await self._acknowledge()
            raise

    async def _once(self) -> None:
        pause = 0.0
        try:
            updates = await self.client.get_raw_updates(
                offset=self._offset, timeout=0 if self.lanes.unfinished else self.poll_seconds, allowed=KINDS
            )
        except TelegramError as error:
            updates, pause = [], self._pause_after(error)
        else:
            self._backoff.over()
        for update in updates:
            self._take_once(update)
        if pause:
            await self.sleep(pause)
        await self.lanes.settle(SETTLE)
        self._advance()

    def _take_once(self, update: Raw) -> None:
        number = update.get("update_id") if isinstance(update, dict) else None
        if not isinstance(number, int) or number in self._taken:
            return
        self._taken[number] = asyncio.get_running_loop().time()
        self.take(update)

    def _advance(self) -> None:
        """Acknowledge, with the next request, everything before the first update that is still being heard."""
        now = asyncio.get_running_loop().time()
        for number in self.lanes.unfinished:
            if now - self._taken.get(number, now) > STUCK_AFTER:
                log.critical("telegram.hearing-stuck")
                self.lanes.give_up(number)
        first = min(self.lanes.unfinished, default=None)
        known = [number for number in self._taken if first is None or number < first]
        if known:
            self._offset, self._spoken_at = max(known) + 1, now
        elif not self._taken and now - self._spoken_at > WEEK:
            self._offset = None
        # Those behind the offset are never given again; the others still are, until the offset passes them.
        self._taken = {number: since for number, since in self._taken.items() if self._offset is None or number >= self._offset}

    def _pause_after(self, error: TelegramError) -> float:
        if isinstance(error, RetryAfter):
            return seconds_told(error)
        if isinstance(error, Conflict):
            log.error("telegram.second-poller", what="another process polls with this token, or a webhook is set")
        elif isinstance(error, InvalidToken):
            log.critical("telegram.token-refused")
        else:
            log.warning("telegram.unreachable", trouble=type(error).__name__)
        return self._backoff.next()

    async def _acknowledge(self) -> None:
        """The last word before going. If it is not heard, the updates come again and are known by their keys."""
        try:
            await self.client.get_raw_updates(offset=self._offset, timeout=0, allowed=KINDS, limit=1)
        except TelegramError:
            log.info("telegram.not-acknowledged")
