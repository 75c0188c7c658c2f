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
from storage.engine import Database, locate, unavailable
from storage.errors import StorageUnavailable


def upgrade(url: str, revision: str = "head") -> None:
    """Create the database where there is none, and apply every migration that it lacks: all of them or none.

    Two processes may do so at once: one waits for the other and finds nothing left to do. Raises StorageUnavailable when the
    database cannot be used, or was written by a newer version than this one.
    """
    _migrate(locate(url), command.upgrade, revision)


def downgrade(url: str, revision: str) -> None:
    """Take migrations back to a revision ("base": all of them, with the data they hold). Raises StorageUnavailable."""
    _migrate(locate(url), command.downgrade, revision)


def current_revision(url: str) -> str | None:
    """The revision the database is at; None when it is not there or has none. Raises StorageUnavailable."""
    database = locate(url)
    with _blaming(database):
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
    with sqlite.new_file(Path(path)) as part, _blaming(database):
        _export(database, locate(f"sqlite:///{part}"))


def restore(url: str, path: Path | str) -> int:
    """Fill an empty database from a backup, and bring it to this version's tables; how many rows came with it.

    The backup may be of an earlier version, and of either engine. It is left as it is. Raises ValueError when the database holds
    anything already, StorageUnavailable when one of the two cannot be used; nothing is kept then.
    """
    target, source = locate(url), sqlite.read_only(Path(path))
    found = sqlite.problems(source.url)
    if found:
        raise StorageUnavailable(f"{path} cannot be restored: {found[0]}")
    with source.connect() as reading, _blaming(target):
        revision = _revision(reading)
        if revision is None:
            raise StorageUnavailable(f"{path} cannot be restored: it is no backup of ours")
        _make_empty(target, url, revision)
        with target.engine().begin() as writing:
            copied = copy_rows(reading, writing, from_home=sqlite, to_home=target.home)
    upgrade(url)
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


def check(url: str) -> list[str]:
    """What is wrong with the database, in words; empty when it is sound and at the present revision."""
    database = locate(url)
    with _blaming(database):
        if not database.home.exists(database.url):
            return ["there is no database"]
        found = database.home.problems(database.url)
    if found:
        return found
    revision = current_revision(url)
    return [] if revision == _head() else [f"the tables are at revision {revision}, and this version needs {_head()}"]


def _migrate(database: Database, migrate: Callable[[Config, str], None], revision: str) -> None:
    # Foreign keys are off meanwhile: to change a table SQLite drops and rebuilds it, and a drop would cascade to its children.
    with _blaming(database), database.engine(migrating=True).begin() as connection:
        before = _revision(connection)
        migrate(_config(connection), revision)
        orphans = [] if _revision(connection) == before else database.home.orphans(connection)
        if orphans:
            raise unavailable(f"a migration would leave orphans: {'; '.join(orphans[:5])}", None)


@contextmanager
def _blaming(database: Database) -> Iterator[None]:
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


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "storage:migrations")
    return config


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
