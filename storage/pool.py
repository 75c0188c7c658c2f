"""Transactions on a server: a few threads, a connection each, one transaction per piece of work.

What passes is tried again from the beginning, until the caller has waited long enough: a deadlock, a lost connection, a server
that restarts. A commit that got no answer is looked up before anything is said or done again: see `_Hand._decide`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from random import SystemRandom
from threading import Event, Lock, Semaphore, Thread, current_thread
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.ports import Unit
from storage import postgres
from storage.engine import Database, unavailable
from storage.errors import StorageUnavailable
from storage.ids import ServerIds
from storage.unit import SqlUnit
from storage.vault import Vault
from storage.work import Caught, Job, Promise, Worker, settle

WORKERS = 8
"""Threads, and so connections, per process at most: commits that wait for the disk at once share one flush of the server."""

_SHUT_FOR_S = 1.0
_PAUSE_S, _LONGEST_PAUSE_S = 0.005, 0.25
_IN_DOUBT = "the connection was lost during a commit, and whether it was kept is not known"

_chance = SystemRandom()


class Pool(Worker):
    """The threads. Work starts in the order it came; each piece sees all that was committed before its statements began."""

    def __init__(self, database: Database, vault: Vault, *, patience_s: float, workers: int = WORKERS) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._closed = False
        self._gate = Lock()
        door = _Door(database.engine(patience_s=patience_s), patience_s)
        means = _Means(database, vault, ServerIds(database.home.take_ids), door)
        self._hands = [_Hand(means, patience_s) for _ in range(workers)]
        self._threads: list[Thread] = []
        self._idle = Semaphore(0)

    def submit(self, work: Callable[[Unit], Any], promise: Promise) -> None:
        """Queue the work. It may be done more than once before one time is kept, so it must change nothing but through its unit.

        A promise cancelled before its turn means it is never done; afterwards, that it is done unheard. Raises StorageUnavailable
        once the pool is closed.
        """
        with self._gate:
            if self._closed:
                raise StorageUnavailable("the store is closed")
            self._jobs.put(Job(work, promise))
            if not self._idle.acquire(blocking=False) and self._hands:
                self._begin(self._hands.pop())

    def close(self) -> None:
        """Finish what is queued, refuse what comes later, and give the connections back. May be called again."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def is_here(self) -> bool:
        """True on one of the threads, where waiting for other work could be waiting for ever."""
        return current_thread() in self._threads

    def _begin(self, hand: _Hand) -> None:
        """One thread more, since all are busy: a quiet process keeps one connection and not eight."""
        # A daemon: a process that ends without closing must not hang. What was not acknowledged may be lost, nothing else.
        thread = Thread(target=self._serve, args=(hand,), name="storage", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self, hand: _Hand) -> None:
        for job in iter(self._jobs.get, None):
            if not job.promise.cancelled():
                with Caught() as caught:
                    hand.do(job)
                job.error = job.error or caught.error
                settle([job])
            self._idle.release()
        self._jobs.put(None)  # the end is there for every thread
        hand.disconnect()


class _Door:
    """The way in, shared by the threads. Who has waited long enough does not try it again when it was found shut a moment ago, and
    once it is shut for long, nobody waits: a queue of messages, and the danger signs in it, is refused at once.
    """

    def __init__(self, engine: Engine, patience_s: float) -> None:
        self._engine = engine
        self._patience_s = patience_s
        self._error: DBAPIError | None = None
        self._shut_since = 0.0
        self._tried_at = 0.0

    def connect(self, *, patient: bool) -> Connection:
        """A new connection. Raises the driver's error."""
        if self._error is not None and (not patient or self.is_shut_for_long) and monotonic() < self._tried_at + _SHUT_FOR_S:
            raise self._error
        try:
            connection = self._engine.connect()
        except DBAPIError as error:
            self._tried_at = monotonic()
            self._shut_since = self._shut_since if self._error else self._tried_at
            self._error = error
            raise
        self._error = None
        return connection

    @property
    def is_shut_for_long(self) -> bool:
        """Whether the server has been away for longer than anybody is asked to wait."""
        return self._error is not None and monotonic() > self._shut_since + self._patience_s


@dataclass(frozen=True, slots=True)
class _Means:
    """What the threads share."""

    database: Database
    vault: Vault
    ids: ServerIds
    door: _Door


class _Hand:
    """One thread's connection, and its patience."""

    def __init__(self, means: _Means, patience_s: float) -> None:
        self._database = means.database
        self._vault = means.vault
        self._ids = means.ids
        self._door = means.door
        self._patience_s = patience_s
        self._connection: Connection | None = None

    def do(self, job: Job) -> None:
        """Do the work until one time is kept, or it fails by its own fault, or its caller has waited long enough."""
        until, pause, raced = job.asked_at + self._patience_s, _PAUSE_S, False
        once = (postgres.may_have_raced, postgres.only_reads)
        while True:
            error = self._try(job, patient=monotonic() < until)
            if error is None:
                return
            may_pass = any(kind(error) for kind in once)
            passes = postgres.is_lost(error) or postgres.has_collided(error) or (may_pass and not raced)
            if not passes or self._door.is_shut_for_long or monotonic() + pause > until:
                job.error = error if isinstance(error, StorageUnavailable) else self._database.blame(error) or error
                return
            raced = raced or may_pass
            Event().wait(pause * _chance.uniform(0.5, 1))  # never in step with whom it collided with
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    def disconnect(self) -> None:
        """Give the connection back. A broken one may refuse to close, and holds nothing that was acknowledged."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with Caught():
                connection.close()

    def _try(self, job: Job, *, patient: bool) -> BaseException | None:
        """One transaction; what it failed of, with nothing of it kept."""
        transaction_id: str | None = None
        committing = False
        with Caught() as caught:
            connection = self._connected(patient=patient)
            unit = SqlUnit(connection, self._vault, self._ids)
            with connection.begin() as transaction:
                if not job.attempt(unit):
                    raise _cause(job)
                transaction_id = postgres.transaction_id(connection)
                committing = True
                transaction.commit()
        if caught.error is None:
            if unit.has_erased:
                with Caught():  # it is committed: what fails here is done at the next start
                    self._vault.settle(connection)
            return None
        broken = self._connection is None or self._connection.invalidated or postgres.is_lost(caught.error)
        if broken:
            self.disconnect()
        elif postgres.only_reads(caught.error):
            self.disconnect()  # the next session is begun as the server is then
        return self._decide(job, transaction_id, caught.error) if broken and committing and transaction_id else caught.error

    def _decide(self, job: Job, transaction_id: str, error: BaseException) -> BaseException | None:
        """A commit got no answer. The server knows what became of it: done again, it would be there twice; refused, it could be kept."""
        until = job.asked_at + 2 * self._patience_s
        while monotonic() < until:
            with Caught() as caught:
                kept = postgres.was_kept(self._connected(patient=True), transaction_id)
                self._connected(patient=True).rollback()
                if kept is not None:
                    return None if kept else error
            if caught.error is not None:
                self.disconnect()
            Event().wait(_LONGEST_PAUSE_S)
        return unavailable(_IN_DOUBT, error)

    def _connected(self, *, patient: bool) -> Connection:
        if self._connection is None:
            self._connection = self._door.connect(patient=patient)
            self._ids.forget()
            self._vault.open(self._connection)
        return self._connection


def _cause(job: Job) -> BaseException:
    return job.error or RuntimeError("the work failed and did not say why")
