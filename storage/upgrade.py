"""Bringing a database to the present tables, copying it while it runs, and checking it. No alembic.ini is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage import sqlite
from storage.copying import copy_rows, is_empty
from storage.engine import Database, locate, ring_beside, unavailable
from storage.errors import StorageUnavailable
from storage.keys import KeyRing
from storage.vault import locked_out

_IN_CLEAR = ("0001", "0002")
"""Revisions at which rows stood in clear: what they leave in the files is overwritten after the way forward."""


def upgrade(url: str, revision: str = "head", *, keys: KeyRing | None = None) -> None:
    """Create the database where there is none, and apply every migration that it lacks: all of them or none.

    Two processes may do so at once: one waits for the other and finds nothing left to do. `keys` as for `open_store`: they are needed
    where rows are there to be sealed. Raises StorageUnavailable when the database cannot be used, or was written by a newer version
    than this one.
    """
    database = locate(url)
    before, after = _migrate(database, command.upgrade, revision, keys)
    if before in _IN_CLEAR and after not in _IN_CLEAR:
        with blaming(database):
            database.home.scrub(database.url)


def downgrade(url: str, revision: str, *, keys: KeyRing | None = None) -> None:
    """Take migrations back to a revision ("base": all of them, with the data they hold). Raises StorageUnavailable.

    Back to a time when rows stood in clear, they do so again.
    """
    _migrate(locate(url), command.downgrade, revision, keys)


def current_revision(url: str) -> str | None:
    """The revision the database is at; None when it is not there or has none. Raises StorageUnavailable."""
    database = locate(url)
    with blaming(database):
        if not database.home.exists(database.url):
            return None
        with database.engine().connect() as connection:
            return _revision(connection)


def is_current(url: str) -> bool:
    """Whether the database has the tables that this version needs. Raises StorageUnavailable."""
    return current_revision(url) == _head()


def backup(url: str, path: Path | str) -> None:
    """A consistent copy at `path`, taken while others write; it appears whole or not at all, mode 600, and replaces what was there.

    It is a SQLite file whatever the engine: it can be checked, opened, and restored on either (docs/adr/0009-postgresql.md).
    Raises StorageUnavailable, and ValueError when the path is the database itself.
    """
    database = locate(url)
    if database.home.ONE_FILE:
        sqlite.copy(database.url, Path(path))
        return
    with sqlite.new_file(Path(path)) as part, blaming(database):
        _export(database, locate(f"sqlite:///{part}"))


def restore(url: str, path: Path | str, *, keys: KeyRing | None = None) -> int:
    """Fill an empty database from a backup, and bring it to this version's tables; how many rows came with it.

    The backup may be of an earlier version, and of either engine. It is left as it is. Raises ValueError when the database holds
    anything already, StorageUnavailable when one of the two cannot be used; nothing is kept then. What is sealed is copied as it is,
    and opened again by the keys that sealed it; who erased themselves since is deleted when the database is opened.
    """
    target, source = locate(url), sqlite.read_only(Path(path))
    found = sqlite.problems(source.url)
    if found:
        raise StorageUnavailable(f"{path} cannot be restored: {found[0]}")
    with source.connect() as reading, blaming(target):
        revision = _revision(reading)
        if revision is None:
            raise StorageUnavailable(f"{path} cannot be restored: it is no backup of ours")
        _make_empty(target, url, revision)
        with target.engine().begin() as writing:
            copied = copy_rows(reading, writing, from_home=sqlite, to_home=target.home)
    upgrade(url, keys=keys)
    return copied


def _make_empty(target: Database, url: str, revision: str) -> None:
    """The tables of a backup's time, without a row in them."""
    if target.home.exists(target.url):
        with target.engine().connect() as connection:
            if not is_empty(connection):
                raise ValueError("a backup is restored into an empty database, and this one is not")
        downgrade(url, "base")
    upgrade(url, revision)


def _export(database: Database, copy: Database) -> None:
    """One snapshot, read while others write."""
    snapshot = database.engine().execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as reading:
        revision = _revision(reading)
        if revision is not None:
            _migrate(copy, command.upgrade, revision)
        with copy.engine().begin() as writing:
            copy_rows(reading, writing, from_home=database.home, to_home=copy.home)


def check(url: str, *, keys: KeyRing | None = None) -> list[str]:
    """What is wrong with the database, in words; empty when it is sound and at the present revision.

    With its keys, also whether they open it, every person's key among them.
    """
    database = locate(url)
    with blaming(database):
        if not database.home.exists(database.url):
            return ["there is no database"]
        found = database.home.problems(database.url)
    if found:
        return found
    revision = current_revision(url)
    if revision != _head():
        return [f"the tables are at revision {revision}, and this version needs {_head()}"]
    if keys is None:
        return []
    with blaming(database), database.engine().connect() as connection:
        return locked_out(connection, keys)


def _migrate(
    database: Database, migrate: Callable[[Config, str], None], revision: str, keys: KeyRing | None = None
) -> tuple[str | None, str | None]:
    """The revisions before and after."""
    # Foreign keys are off meanwhile: to change a table SQLite drops and rebuilds it, and a drop would cascade to its children.
    with blaming(database), database.engine(migrating=True).begin() as connection:
        before = _revision(connection)
        migrate(_config(connection, keys or ring_beside(database)), revision)
        after = _revision(connection)
        orphans = [] if after == before else database.home.orphans(connection)
        if orphans:
            raise unavailable(f"a migration would leave orphans: {'; '.join(orphans[:5])}", None)
    return before, after


@contextmanager
def blaming(database: Database) -> Iterator[None]:
    """Whatever shows that the database is at fault is raised as StorageUnavailable."""
    try:
        yield
    except DBAPIError as error:
        blamed = database.blame(error)
        if blamed is None:
            raise
        raise blamed from error
    except CommandError as error:
        raise unavailable(str(error), error) from error


def _config(connection: Connection | None = None, keys: KeyRing | None = None) -> Config:
    config = Config(attributes={"connection": connection, "keys": keys})
    config.set_main_option("script_location", "storage:migrations")
    return config


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
