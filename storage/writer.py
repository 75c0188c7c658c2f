"""Group commit: one thread, many transactions in one commit, answers only once that commit is on disk.

A commit waits for the disk; while it waits, other work gathers, and shares the next one. Source: facts on performance, section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from bot.ports import Unit
from storage.engine import Database, unavailable
from storage.errors import StorageUnavailable
from storage.ids import FileIds
from storage.unit import SqlUnit
from storage.vault import Vault
from storage.work import Caught, Job, Promise, Worker, settle

BATCH = 64
"""At most so many transactions share one commit: more would make the first wait for the last."""


class Writer(Worker):
    """The thread that owns the connection. Work is done in the order it came; what raises is undone alone."""

    def __init__(self, database: Database, vault: Vault, *, patience_s: float) -> None:
        self._database = database
        self._vault = vault
        self._engine = database.engine(patience_s=patience_s)
        self._connection: Connection | None = None
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
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
            self._jobs.put(Job(work, promise))

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
            with Caught() as caught:
                self._transact(batch)
            if caught.error is not None:
                self._lose(batch, caught.error)
            settle(batch)
        self._disconnect()

    def _gather(self) -> list[Job]:
        """Wait for a job and take with it those that came meanwhile. Empty once closed and drained."""
        gathered: list[Job] = []
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

    def _transact(self, batch: Sequence[Job]) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
            self._vault.open(self._connection)
        connection = self._connection
        with connection.begin():
            unit, cursor = SqlUnit(connection, self._vault, FileIds(self._database.home.take_ids)), connection.connection.cursor()
            for job in batch:
                self._attempt(job, unit, cursor)
            cursor.close()
        if unit.has_erased:
            with Caught():  # it is committed: what fails here is done at the next start
                self._vault.settle(connection)

    def _attempt(self, job: Job, unit: SqlUnit, cursor: DBAPICursor) -> None:
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

    def _lose(self, batch: Sequence[Job], error: BaseException) -> None:
        """The transaction failed as a whole: nobody's work was kept, and the next batch starts afresh on a new connection."""
        self._disconnect()
        for job in batch:
            job.error = job.error or self._database.blame(error) or _as_told(error)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with Caught():  # a broken connection may refuse to close as well, and holds nothing that was acknowledged
                connection.close()


def _as_told(error: BaseException) -> StorageUnavailable:
    return error if isinstance(error, StorageUnavailable) else unavailable(str(error), error)
