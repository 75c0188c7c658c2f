"""The heart beat: one job, in memory, that calls tick. The truth about time is in rows; a missed beat loses nothing.

`coalesce`, `max_instances=1` and no grace limit: after a pause the next beat serves everything that came due.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()


class Ticker:
    """Calls `tick` every few seconds until stopped."""

    def __init__(self, tick: Callable[[], Awaitable[None]], *, seconds: float) -> None:
        self._tick = tick
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(self._beat, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None)

    def also(self, work: Callable[[], Awaitable[None]], *, every_hours: float) -> None:
        """Some work that nobody waits for, again every so many hours."""
        self._scheduler.add_job(
            self._quietly, "interval", args=[work], hours=every_hours, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin to beat; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Beat no more."""
        self._scheduler.shutdown(wait=False)

    async def _beat(self) -> None:
        try:
            await self._tick()
        except Exception as trouble:  # the rows are still there: the next beat tries again
            log.error("tick.failed", trouble=type(trouble).__name__)

    async def _quietly(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception as trouble:  # it is tried again at its next hour
            log.error("housekeeping.failed", trouble=type(trouble).__name__)
