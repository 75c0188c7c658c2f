"""The store: what the rest of the house opens, asks and closes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import TypeVar, cast

from bot.ports import Store, Unit
from storage.engine import PATIENCE_S, locate, ring_beside
from storage.errors import KeysUnavailable, Missing, StorageUnavailable, Unreadable
from storage.keys import KeyRing
from storage.pool import Pool
from storage.retention import BATCH, Retention
from storage.unit import SqlUnit
from storage.vault import Vault
from storage.work import Worker
from storage.writer import Writer

__all__ = [
    "KeyRing",
    "KeysUnavailable",
    "Missing",
    "Retention",
    "SqlStore",
    "StorageUnavailable",
    "Unreadable",
    "leave_mark",
    "open_store",
    "prune",
]

T = TypeVar("T")


class SqlStore(Store):
    """Transactions on threads of the store's own; an answer means that it is on disk.

    On SQLite one thread writes, many transactions to a commit; on PostgreSQL a few threads, one transaction each, tried again when
    that helps: work changes nothing but through its unit. It serves any event loop and any thread. Everything raises
    StorageUnavailable when the database cannot be used, in which case nothing of that work was kept (but for the one case that
    the sentence names), and the next call tries again from the beginning.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def run(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction. Its exception, if any, rolls it back and is raised here.

        Cancelling the wait before the work began means that it is never done; later, it is done and committed all the same.
        """
        promise: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._worker.submit(work, promise)
        return await promise

    def run_now(self, work: Callable[[Unit], T]) -> T:
        """The same for the command line and for tests: the calling thread waits."""
        if self._worker.is_here:
            raise RuntimeError("work inside a transaction uses the unit it was given, not the store")
        promise: Future[T] = Future()
        self._worker.submit(work, promise)
        return promise.result()

    async def prune(self, now: datetime, policy: Retention) -> Counter[str]:
        """Delete what is older than the policy keeps it, batch after batch, others being served in between; how many of which."""
        gone: Counter[str] = Counter()
        while True:
            some = await self.run(partial(_prune, now, policy))
            gone += some
            if max(some.values(), default=0) < BATCH:
                return gone

    def close(self) -> None:
        """Finish what was asked, then give the database back. Later calls raise StorageUnavailable; closing twice is harmless."""
        self._worker.close()


def leave_mark(now: datetime, unit: Unit) -> None:
    """Work that finds out whether the database can be written: reading alone succeeds on a full disk, too."""
    cast(SqlUnit, unit).leave_mark(now)


def _prune(now: datetime, policy: Retention, unit: Unit) -> Counter[str]:
    return cast(SqlUnit, unit).prune(now, policy)


def prune(url: str, now: datetime, policy: Retention, *, keys: KeyRing | None = None) -> dict[str, int]:
    """The same for the command line, on a store of its own; every kind is named. Raises StorageUnavailable, and ValueError."""
    store = open_store(url, keys=keys)
    try:
        gone = asyncio.run(store.prune(now, policy))
    finally:
        store.close()
    return {kind.name: gone[kind.name] for kind in fields(policy)}


def open_store(url: str, *, keys: KeyRing | None = None, patience_s: float = PATIENCE_S) -> SqlStore:
    """Open the store at a URL such as `sqlite:///palier.db` or `postgresql://user@host/palier`.

    The tables must be there (`storage.upgrade.upgrade`). `keys`: those of this database; for a file, by default, the key file beside
    it, which is made while nothing is sealed yet. They are read with the first work, which is told what is wrong with them.
    `patience_s` is how long to wait for another process that writes, or for a server that restarts. Raises ValueError on a URL that
    nothing here serves, StorageUnavailable when there is no way to the file.
    """
    database = locate(url)
    worker = Writer if database.home.ONE_FILE else Pool
    return SqlStore(worker(database, Vault(keys or ring_beside(database)), patience_s=patience_s))
