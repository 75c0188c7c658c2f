"""The store: what the rest of the house opens, asks and closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from bot.ports import Store, Unit
from storage.engine import PATIENCE_S, locate
from storage.errors import Missing, StorageUnavailable
from storage.writer import Writer

__all__ = ["Missing", "SqlStore", "StorageUnavailable", "open_store"]

T = TypeVar("T")


class SqlStore(Store):
    """Transactions on one thread, many to a commit; an answer means that it is on disk.

    It serves any event loop and any thread. Everything raises StorageUnavailable when the database cannot be used, in which case
    nothing of that work was kept, and the next call tries again from the beginning.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    async def run(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction. Its exception, if any, rolls it back and is raised here.

        Cancelling the wait before the work began means that it is never done; later, it is done and committed all the same.
        """
        promise: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(work, promise)
        return await promise

    def run_now(self, work: Callable[[Unit], T]) -> T:
        """The same for the command line and for tests: the calling thread waits."""
        if self._writer.is_here:
            raise RuntimeError("work inside a transaction uses the unit it was given, not the store")
        promise: Future[T] = Future()
        self._writer.submit(work, promise)
        return promise.result()

    def close(self) -> None:
        """Finish what was asked, then give the file back. Later calls raise StorageUnavailable; closing twice is harmless."""
        self._writer.close()


def open_store(url: str, *, patience_s: float = PATIENCE_S) -> SqlStore:
    """Open the store at a URL such as `sqlite:///palier.db`; the tables must be there (`storage.upgrade.upgrade`).

    `patience_s` is how long to wait for another process that writes. Raises ValueError on a URL that nothing here serves,
    StorageUnavailable when there is no way to the file.
    """
    return SqlStore(Writer(locate(url), patience_s=patience_s))
