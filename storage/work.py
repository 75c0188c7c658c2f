"""One caller's work on its way through a thread of the store: done, committed or given up, and only then answered."""

from __future__ import annotations

from asyncio import AbstractEventLoop
from asyncio import Future as AsyncFuture
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Any, Protocol, TypeAlias

from bot.ports import Unit

Promise: TypeAlias = "AsyncFuture[Any] | Future[Any]"
"""What the caller waits on: in an event loop, or in a thread."""


class Worker(Protocol):
    """The threads behind a store: one writer for a file, a pool for a server."""

    def submit(self, work: Callable[[Unit], Any], promise: Promise) -> None:
        """Queue the work. A promise cancelled before its turn means it is never done; afterwards, that it is done unheard.

        Raises StorageUnavailable once closed.
        """
        ...

    def close(self) -> None:
        """Finish what is queued, refuse what comes later, and give the connections back. May be called again."""
        ...

    @property
    def is_here(self) -> bool:
        """True on a thread of the worker itself, where waiting for other work could be waiting for ever."""
        ...


class Caught:
    """Keeps the exception of its block for whoever is owed it: a working thread outlives any error, whatever its class."""

    error: BaseException | None = None

    def __enter__(self) -> Caught:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return True


class Job:
    """One caller's work, and what came of it. The caller hears of it from `settle` alone, after the commit."""

    __slots__ = ("asked_at", "error", "promise", "value", "work")

    def __init__(self, work: Callable[[Unit], Any], promise: Promise) -> None:
        self.work = work
        self.promise = promise
        self.asked_at = monotonic()
        self.value: Any = None
        self.error: BaseException | None = None

    def attempt(self, unit: Unit) -> bool:
        """Do the work; False when it raised."""
        with Caught() as caught:
            self.value = self.work(unit)
        self.error = caught.error
        if isinstance(self.error, StopIteration):  # asyncio refuses to pass it on, and its caller would wait for ever
            self.error = RuntimeError("the work ran off the end of an iterator")
            self.error.__cause__ = caught.error
        return self.error is None

    def settle(self) -> None:
        """Give the caller the value, or the reason why nothing of it was kept; nothing to one who stopped waiting."""
        if self.promise.cancelled():
            return
        if self.error is None:
            self.promise.set_result(self.value)
        else:
            self.promise.set_exception(self.error)


def settle(batch: Sequence[Job]) -> None:
    """Tell every caller: threads from here, and each event loop in one call, since waking a loop costs more than a row."""
    by_loop: dict[AbstractEventLoop | None, list[Job]] = {}
    for job in batch:
        by_loop.setdefault(job.promise.get_loop() if isinstance(job.promise, AsyncFuture) else None, []).append(job)
    for loop, jobs in by_loop.items():
        if loop is None:
            _tell(jobs)
        else:
            with suppress(RuntimeError):  # the loop was closed: nobody is left to hear
                loop.call_soon_threadsafe(_tell, jobs)


def _tell(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.settle()
