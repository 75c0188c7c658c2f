"""Ids are taken before a row is written, because what is sealed in the row is bound to its id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Protocol

from sqlalchemy import Connection, Table

TakeIds = Callable[[Connection, str, int], Sequence[int]]
"""Takes so many ids of a table from the engine, rising, none of them ever given before."""

_AT_ONCE = {"entry": 32, "outbox": 32}
"""Rows that every message writes. Not the lines of a case's history: these are read in the order of their ids, across processes."""


class Ids(Protocol):
    """Where the next id comes from."""

    def next(self, connection: Connection, table: Table) -> int:
        """An id that no row had; higher than any this process was given before."""
        ...


class FileIds(Ids):
    """For one transaction that nobody writes beside: asked once for a table, then counted."""

    def __init__(self, take: TakeIds) -> None:
        self._take = take
        self._last: dict[str, int] = {}

    def next(self, connection: Connection, table: Table) -> int:
        """One more than the last."""
        last = self._last.get(table.name)
        made = self._take(connection, table.name, 1)[0] if last is None else last + 1
        self._last[table.name] = made
        return made


class ServerIds(Ids):
    """For a process of several threads beside other processes: a few at a time, since each asking is a question to the server.

    Rows of one person are written by one transaction after the other, so that their ids rise wherever their instants are equal.
    """

    def __init__(self, take: TakeIds) -> None:
        self._take = take
        self._left: dict[str, Iterator[int]] = {}
        self._gate = Lock()

    def next(self, connection: Connection, table: Table) -> int:
        """The next of those that were taken, or the first of some more."""
        with self._gate:
            made = next(self._left.get(table.name, iter(())), None)
            if made is None:
                self._left[table.name] = taken = iter(self._take(connection, table.name, _AT_ONCE.get(table.name, 1)))
                made = next(taken)
            return made

    def forget(self) -> None:
        """Take others from now on: what was taken before a server went away, and never committed, it gives again."""
        with self._gate:
            self._left.clear()
