"""What is heard at the same time, and what is not: one person's messages in order, different persons' side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


class Lanes:
    """Work in progress, by its number. Numbers are given once."""

    def __init__(self) -> None:
        self._last: dict[int, asyncio.Task[None]] = {}
        self._open: dict[int, asyncio.Task[None]] = {}
        self._failed: list[BaseException] = []
        self._trouble = asyncio.Event()

    def add(self, lane: int, number: int, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Do the work once everything added to the lane before is done, whatever became of it."""
        task = asyncio.create_task(_after(self._last.get(lane), work))
        self._last[lane] = self._open[number] = task

        def over(done: asyncio.Task[None]) -> None:
            self._open.pop(number, None)
            if self._last.get(lane) is done:
                del self._last[lane]
            if not done.cancelled() and (trouble := done.exception()) is not None:
                self._failed.append(trouble)
                self._trouble.set()

        task.add_done_callback(over)
        return task

    def give_up(self, number: int) -> None:
        """Wait no longer for this one; it goes on."""
        self._open.pop(number, None)

    @property
    def unfinished(self) -> frozenset[int]:
        """The numbers of what is not done yet."""
        return frozenset(self._open)

    async def settle(self, seconds: float) -> None:
        """Wait until all is done, but not longer. A process that dies in its work dies here; other troubles are told and left."""
        if self._open:
            await asyncio.wait(self._open.values(), timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
            await asyncio.sleep(0)  # what is done is struck off by callbacks, which run now
        self._trouble.clear()
        failed, self._failed = self._failed, []
        for trouble in failed:
            if not isinstance(trouble, Exception):
                raise trouble
            log.critical("telegram.hearing-failed", trouble=type(trouble).__name__)

    async def finished(self, number: int) -> bool:
        """Wait until this one is done. False when it was broken off: it was not heard."""
        task = self._open.get(number)
        if task is None:
            return True
        await asyncio.wait([task])
        return not task.cancelled() and isinstance(task.exception(), Exception | None)

    async def watch(self) -> None:
        """For as long as the process lives: tell the troubles of what nobody waits for."""
        while True:
            await self._trouble.wait()
            await self.settle(0)

    async def stop(self) -> None:
        """Break off whatever is in progress."""
        tasks = [*self._open.values(), *self._last.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _after(former: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
    if former is not None:
        await asyncio.wait([former])
    await work()
