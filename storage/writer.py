"""Group commit: one thread, many transactions in one commit, answers only once that commit is on disk.

A commit waits for the disk; while it waits, other work gathers, and shares the next one. Source: facts on performance, section 5.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop
from asyncio import Future as AsyncFuture
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from types import TracebackType
from typing import Any, TypeAlias

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from bot.ports import Unit
from storage.engine import Database, unavailable
from storage.errors import StorageUnavailable
from storage.unit import SqlUnit

Promise: TypeAlias = "AsyncFuture[Any] | Future[Any]"
"""What the caller waits on: in an event loop, or in a thread."""

BATCH = 64
"""At most so many transactions share one commit: more would make the first wait for the last."""


class _Caught:
    """Keeps the exception of its block for whoever is owed it: the writing thread outlives any error, whatever its class."""

    error: BaseException | None = None

    def __enter__(self) -> _Caught:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return True


class _Job:
    """One caller's work, and what came of it. The caller hears of it from `settle` alone, after the commit."""

    __slots__ = ("error", "promise", "value", "work")

    def __init__(self, work: Callable[[Unit], Any], promise: Promise) -> None:
        self.work = work
        self.promise = promise
        self.value: Any = None
        self.error: BaseException | None = None

    def attempt(self, unit: Unit) -> bool:
        """Do the work; False when it raised."""
        with _Caught() as caught:
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


class Writer:
    """The thread that owns the connection. Work is done in the order it came; what raises is undone alone."""

    def __init__(self, database: Database, *, patience_s: float) -> None:
        self._database = database
        self._engine = database.engine(patience_s=patience_s)
        self._connection: Connection | None = None
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._gate = Lock()
        # A daemon: a process that ends without closing must not hang. What was not acknowledged may be lost, nothing else.
        self._thread = Thread(target=self._serve, name="storage", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Unit], Any], promise: Promise) -> None:
        """Queue the work. A promise cancelled before its turn means it is never done; afterwards, that it is done unheard.

        Raises StorageUnavailable once the writer is closed.
        """
        with self._gate:
            if self._closed:
                raise StorageUnavailable("the store is closed")
            self._jobs.put(_Job(work, promise))

    def close(self) -> None:
        """Finish what is queued, refuse what comes later, and give the connection back. May be called again."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    @property
    def is_here(self) -> bool:
        """True on the writing thread itself, where waiting for other work would be waiting for ever."""
        return current_thread() is self._thread

    def _serve(self) -> None:
        for gathered in iter(self._gather, []):
            batch = [job for job in gathered if not job.promise.cancelled()]
            with _Caught() as caught:
                self._transact(batch)
            if caught.error is not None:
                self._lose(batch, caught.error)
            _settle(batch)
        self._disconnect()

    def _gather(self) -> list[_Job]:
        """Wait for a job and take with it those that came meanwhile. Empty once closed and drained."""
        gathered: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            gathered.append(job)
            if len(gathered) == BATCH:
                return gathered
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return gathered
        if gathered:
            self._jobs.put(None)  # the end was met early: these first, then it is met again
        return gathered

    def _transact(self, batch: Sequence[_Job]) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        connection = self._connection
        with connection.begin():
            unit, cursor = SqlUnit(connection), connection.connection.cursor()
            for job in batch:
                self._attempt(job, unit, cursor)
            cursor.close()

    def _attempt(self, job: _Job, unit: SqlUnit, cursor: DBAPICursor) -> None:
        """One job in a savepoint of its own.

        A full disk can make SQLite drop the whole transaction inside a job; its savepoint is then gone too, the next line
        raises, and the batch is given up as a whole instead of going on outside any transaction. The three lines go straight
        to the driver: through SQLAlchemy they would cost as much as a small job.
        """
        cursor.execute("SAVEPOINT job")
        if not job.attempt(unit):
            job.error = self._database.blame(job.error) or job.error
            cursor.execute("ROLLBACK TO SAVEPOINT job")
        cursor.execute("RELEASE SAVEPOINT job")

    def _lose(self, batch: Sequence[_Job], error: BaseException) -> None:
        """The transaction failed as a whole: nobody's work was kept, and the next batch starts afresh on a new connection."""
        self._disconnect()
        for job in batch:
            job.error = job.error or self._database.blame(error) or unavailable(str(error), error)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with _Caught():  # a broken connection may refuse to close as well, and holds nothing that was acknowledged
                connection.close()


def _settle(batch: Sequence[_Job]) -> None:
    """Tell every caller: threads from here, and each event loop in one call, since waking a loop costs more than a row."""
    by_loop: dict[AbstractEventLoop | None, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.promise.get_loop() if isinstance(job.promise, AsyncFuture) else None, []).append(job)
    for loop, jobs in by_loop.items():
        if loop is None:
            _tell(jobs)
        else:
            with suppress(RuntimeError):  # the loop was closed: nobody is left to hear
                loop.call_soon_threadsafe(_tell, jobs)


def _tell(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.settle()
