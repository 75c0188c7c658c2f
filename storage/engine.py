"""From a URL to a database: what every engine's module provides, and which module serves which URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError

from storage import postgres, sqlite
from storage.errors import StorageUnavailable
from storage.keys import KeyRing

PATIENCE_S = 5.0
"""How long a writer waits for another process before it gives up, in seconds. A danger sign must not wait longer to be passed on."""


class Home(Protocol):
    """The module of one database engine."""

    @property
    def ONE_FILE(self) -> bool:  # noqa: N802 - a constant of the module
        """Whether the database is one file here: one thread writes it, and a copy of it is a copy of the file."""
        ...

    def create(self, url: URL, *, patience_s: float, migrating: bool = False) -> Engine:
        """An engine whose commits are durable when they return.

        Migrating, its transactions change tables: one process at a time, and without deleting what refers to a table rebuilt.
        """
        ...

    def exists(self, url: URL) -> bool:
        """Whether there is a database at all. Raises what the driver raises when that cannot be known."""
        ...

    def why_unavailable(self, error: BaseException | None) -> str | None:
        """What is wrong with the database when an error means that; None when the statement is at fault."""
        ...

    def orphans(self, connection: Connection) -> list[str]:
        """Rows that refer to what is not there, as the transaction of the connection sees them."""
        ...

    def problems(self, url: URL) -> list[str]:
        """What the engine's own checks find."""
        ...

    def take_ids(self, connection: Connection, table: str, count: int) -> Sequence[int]:
        """So many ids of a table, rising, that no row had and none will be given by the engine."""
        ...

    def scrub(self, url: URL) -> None:
        """Leave nothing of deleted and changed rows in the files of the database, as far as the engine can; nobody else uses it now."""
        ...

    def last_ids(self, connection: Connection) -> dict[str, int]:
        """The highest id ever given, by table: a copy must not give it again, even when its row is gone."""
        ...

    def give_after(self, connection: Connection, last_ids: Mapping[str, int]) -> None:
        """Give only higher ids from now on."""
        ...


_HOMES: Final[dict[str, Home]] = {"sqlite": sqlite, "postgresql": postgres}


@dataclass(frozen=True, slots=True)
class Database:
    """Where the data is, and the module that knows this kind of database."""

    url: URL
    home: Home

    def engine(self, *, patience_s: float = PATIENCE_S, migrating: bool = False) -> Engine:
        """A new engine. Raises StorageUnavailable when there is no way to the file."""
        return self.home.create(self.url, patience_s=patience_s, migrating=migrating)

    def blame(self, error: BaseException | None) -> StorageUnavailable | None:
        """The same error in our words when the database is at fault; None when the statement is, or the caller."""
        reason = self.home.why_unavailable(error)
        return None if reason is None else unavailable(reason, error)


def unavailable(reason: str, cause: BaseException | None) -> StorageUnavailable:
    """The error to raise or to hand over, with what caused it."""
    error = StorageUnavailable(f"the database cannot be used: {reason}")
    error.__cause__ = cause
    return error


def locate(url: str) -> Database:
    """The database that a URL names. Raises ValueError, without repeating a password, when nothing here serves it."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError("not a database URL: try sqlite:///palier.db or postgresql://user@host/palier") from error
    home = _HOMES.get(parsed.get_backend_name())
    if home is None:
        raise ValueError(f"no database of the kind {parsed.get_backend_name()!r} is served, only {', '.join(_HOMES)}")
    return Database(parsed, home)


def ring_beside(database: Database) -> KeyRing:
    """The keys of a database for which none are named: a file beside that of the database, which holds neither a copy nor a part of it."""
    if database.home.ONE_FILE:
        return KeyRing.in_file(sqlite.path_of(database.url).with_suffix(".key"), may_create=True)
    return KeyRing.nowhere("a server's database needs a key: set PALIER_KEYS or PALIER_KEY_FILE")
