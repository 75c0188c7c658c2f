"""What only SQLite needs: one private file, its pragmas, its transactions, and what its failures mean.

Sources: facts on performance, sections 2, 5 and 8 (WAL, one writer, BEGIN IMMEDIATE, synchronous FULL).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, PoolProxiedConnection, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from storage.errors import StorageUnavailable

ONE_FILE = True

# Primary result codes that blame the file and not the statement: https://www.sqlite.org/rescode.html
_UNAVAILABLE = {
    sqlite3.SQLITE_PERM: "access is refused",
    sqlite3.SQLITE_BUSY: "another process keeps it locked",
    sqlite3.SQLITE_LOCKED: "it is locked",
    sqlite3.SQLITE_NOMEM: "memory is exhausted",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_IOERR: "the disk failed",
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "another process keeps it locked",
    sqlite3.SQLITE_NOTADB: "it is not a database",
}
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL)

# SQLite gives way at once to some other writers instead of waiting, so its own waiting is cut into slices and begun again.
_SLICES = 5
_PAUSE_S = 0.02


def path_of(url: URL) -> Path:
    """The file behind a URL. Raises ValueError for a database in memory: what is acknowledged must survive the process."""
    if not url.database or url.database == ":memory:":
        raise ValueError("a file is needed: sqlite:///path/to/palier.db")
    return Path(url.database)


def create_file(url: URL) -> None:
    """Make the file with its folders, readable by its owner alone, where there is none yet (SQLite gives -wal and -shm the same mode)."""
    path = path_of(url)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"{path} cannot be opened: {error.strerror}") from error


class Immediate(SQLiteDialect_pysqlite):
    """The usual dialect, but that a transaction holds the write lock from its first line: one that reads, then writes, could be
    refused half-way. (An event listener would do the same, and be asked again before every statement.)
    """

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin, and wait for another process that writes; the driver's error when it takes too long."""
        with closing(dbapi_connection.cursor()) as cursor:
            _patiently(cursor, "BEGIN IMMEDIATE", tries=_SLICES)


registry.register("sqlite.immediate", __name__, Immediate.__name__)


def create(url: URL, *, patience_s: float, migrating: bool = False) -> Engine:
    """An engine whose transactions begin IMMEDIATE and whose commits are on disk when they return.

    A connection stays on the thread that made it. Migrating, foreign keys are off: to rebuild a table SQLite drops it, and a
    drop deletes whatever refers to it.
    """
    create_file(url)
    # Driver-level autocommit: sqlite3 then opens no transaction by itself, on any Python from 3.11 on, and ours are the only ones.
    arguments = {"timeout": patience_s / _SLICES, "isolation_level": None, "check_same_thread": True}
    engine = create_engine(url.set(drivername="sqlite+immediate"), poolclass=NullPool, connect_args=arguments)

    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        # A new file changes its mode once, and whoever comes second is turned away without any waiting.
        _patiently(connection, "PRAGMA journal_mode=WAL", tries=1 + int(patience_s / _PAUSE_S))
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA foreign_keys={'OFF' if migrating else 'ON'}")
        connection.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, not just unlinked
        connection.execute("PRAGMA journal_size_limit=67108864")

    event.listen(engine, "connect", prepare)
    return engine


def _patiently(asked: sqlite3.Connection | DBAPICursor, statement: str, *, tries: int) -> None:
    """Execute again while another process is in the way; the driver's error after the last try."""
    for left in reversed(range(tries)):
        try:
            asked.execute(statement)
            break
        except sqlite3.OperationalError as error:
            if _code(error) not in _BUSY or not left:
                raise
        Event().wait(_PAUSE_S)


def why_unavailable(error: BaseException | None) -> str | None:
    """What is wrong with the file when an error means that, in words for a log; None when the statement is at fault."""
    return _UNAVAILABLE.get(_code(error))


def exists(url: URL) -> bool:
    """Whether the file is there."""
    return path_of(url).exists()


def _code(error: BaseException | None) -> int:
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    # The low byte is the primary code, the others say more about it.
    return getattr(driver_error, "sqlite_errorcode", 0) & 0xFF


def orphans(connection: Connection) -> list[str]:
    """Rows that refer to what is not there, as the transaction of the connection sees them."""
    return _in_words(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def problems(url: URL) -> list[str]:
    """What integrity_check and foreign_key_check find; empty when the file is sound."""
    try:
        with _existing(path_of(url)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found + _in_words(connection.execute("PRAGMA foreign_key_check").fetchall())
    except sqlite3.DatabaseError as error:
        return [str(error)]


def _in_words(orphans: Iterable[Sequence[Any]]) -> list[str]:
    return [f"{table} row {row} refers to a {parent} that is not there" for table, row, parent, _ in orphans]


def take_ids(connection: Connection, table: str, count: int) -> Sequence[int]:
    """The ids after the last that was given: nobody else gives any while our transaction holds the write lock."""
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        last = cursor.fetchone()
    after = 1 + (last[0] if last else 0)
    return range(after, after + count)


def scrub(url: URL) -> None:
    """Write every page anew and empty the log. Waits for nobody: what cannot be had now is left for the next checkpoint."""
    with _existing(path_of(url)) as connection, suppress(sqlite3.OperationalError):
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def last_ids(connection: Connection) -> dict[str, int]:
    """The highest id ever given, by table."""
    rows = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")
    return {row.name: row.seq for row in rows}


def give_after(connection: Connection, last_ids: Mapping[str, int]) -> None:
    """Give only higher ids from now on."""
    for table, last in last_ids.items():
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))


def read_only(path: Path) -> Engine:
    """An engine on a file that it leaves exactly as it is. Raises StorageUnavailable when there is none."""
    if not path.is_file():
        raise StorageUnavailable(f"there is no file {path}")
    location = f"{path.resolve().as_uri()}?mode=ro"
    return create_engine(URL.create("sqlite", database=str(path)), creator=lambda: sqlite3.connect(location, uri=True), poolclass=NullPool)


def copy(url: URL, target: Path) -> None:
    """A consistent copy at `target`, taken in one read while others write. It appears whole or not at all, mode 600.

    Raises StorageUnavailable, and ValueError when the target is the database itself.
    """
    source = path_of(url)
    if target.exists() and source.exists() and target.samefile(source):
        raise ValueError("a backup needs a file of its own")
    with new_file(target) as part, _existing(source) as live, closing(sqlite3.connect(part)) as made:
        live.backup(made)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file to write a database to, which takes its place whole, on disk and mode 600, or not at all. Raises StorageUnavailable."""
    part = target.with_name(f"{target.name}.part")
    try:
        _remove(part)
        part.touch(mode=0o600)
        yield part
        with closing(sqlite3.connect(part)) as made:
            made.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm beside it
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StorageUnavailable(f"no backup was made: {error}") from error
    finally:
        _remove(part)


def _remove(part: Path) -> None:
    for name in (part.name, f"{part.name}-wal", f"{part.name}-shm"):
        part.with_name(name).unlink(missing_ok=True)


def _existing(path: Path) -> closing[sqlite3.Connection]:
    # mode=rw: a missing file is an error, where a plain connect would make an empty one.
    return closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True))
