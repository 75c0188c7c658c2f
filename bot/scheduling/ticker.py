"""The heart beat: one job, in memory, that calls tick. The truth about time is in rows; a missed beat loses nothing.

`coalesce`, `max_instances=1` and no grace limit: after a pause the next beat serves everything that came due. The scheduler waits for
instants of the wall clock; that it goes on when somebody sets the clock is looked after here
(docs/adr/0013-a-beat-that-survives-its-clock.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger()

Work = Callable[[], Awaitable[None]]
LATE = 3
"""Beats that may be missing before the job is put again."""


class After(BaseTrigger):  # type: ignore[misc]  # the vendor has no types
    """So long after the last time, whenever that was: what a clock set forward left out is not listed."""

    def __init__(self, pause: timedelta) -> None:
        self._pause = pause

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The vendor's name for it."""
        del previous_fire_time
        return now + self._pause


class Ticker:
    """Calls `tick` every few seconds until stopped: one beat at a time."""

    def __init__(self, tick: Work, *, seconds: float) -> None:
        self._tick = tick
        self._seconds = seconds
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._jobs = [self._put(self._beat, timedelta(seconds=seconds))]
        self._beaten_at = 0.0
        self._beating = False
        self._look: asyncio.TimerHandle | None = None

    def also(self, work: Work, *, every_hours: float) -> None:
        """Some work that nobody waits for, again every so many hours."""

        async def quietly() -> None:
            try:
                await work()
            except Exception as trouble:  # it is tried again at its next hour
                log.error("housekeeping.failed", trouble=type(trouble).__name__)

        self._jobs.append(self._put(quietly, timedelta(hours=every_hours)))

    def start(self) -> None:
        """Begin to beat; needs a running event loop."""
        self._scheduler.start()
        self._beaten_at = asyncio.get_running_loop().time()
        self._look_later()

    def stop(self) -> None:
        """Beat no more. A beat that is under way is broken off: what it has not committed is there for the next process."""
        if self._look is not None:
            self._look.cancel()
        self._scheduler.shutdown(wait=False)

    def _put(self, work: Work, pause: timedelta) -> str:
        job = self._scheduler.add_job(work, After(pause), coalesce=True, max_instances=1, misfire_grace_time=None)
        return str(job.id)

    def _look_later(self) -> None:
        self._look = asyncio.get_running_loop().call_later(self._seconds, self._look_after_it)

    def _look_after_it(self) -> None:
        """Put the jobs again when no beat has come for a while: the wall clock was set back, and they wait for it to come round."""
        now = asyncio.get_running_loop().time()
        if not self._beating and now - self._beaten_at > LATE * self._seconds:
            log.warning("tick.put-again")
            self._beaten_at = now
            for job_id in self._jobs:
                job = self._scheduler.get_job(job_id)
                job.reschedule(job.trigger)
        self._look_later()

    async def _beat(self) -> None:
        self._beating = True
        try:
            await self._tick()
        except Exception as trouble:  # the rows are still there: the next beat tries again
            log.error("tick.failed", trouble=type(trouble).__name__)
        finally:
            self._beating = False
            self._beaten_at = asyncio.get_running_loop().time()
