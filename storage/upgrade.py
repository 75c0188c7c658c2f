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

from storage.engine import Database, locate, unavailable


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
    if not database.home.exists(database.url):
        return None
    with _blaming(database), database.engine().connect() as connection:
        return _revision(connection)


def is_current(url: str) -> bool:
    """Whether the database has the tables that this version needs. Raises StorageUnavailable."""
    return current_revision(url) == _head()


def backup(url: str, path: Path | str) -> None:
    """A consistent copy at `path`, taken while others write; it appears whole or not at all, and replaces what was there.

    Raises StorageUnavailable, and ValueError when the path is the database itself.
    """
    database = locate(url)
    database.home.copy(database.url, Path(path))


def check(url: str) -> list[str]:
    """What is wrong with the database, in words; empty when it is sound and at the present revision."""
    database = locate(url)
    if not database.home.exists(database.url):
        return ["there is no database"]
    found = database.home.problems(database.url)
    if found:
        return found
    revision = current_revision(url)
    return [] if revision == _head() else [f"the tables are at revision {revision}, and this version needs {_head()}"]


def _migrate(database: Database, migrate: Callable[[Config, str], None], revision: str) -> None:
    # Foreign keys are off meanwhile: to change a table SQLite drops and rebuilds it, and a drop would cascade to its children.
    with _blaming(database), database.engine(foreign_keys=False).begin() as connection:
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
