"""Every test of the store on both engines: a migrated database per test, and a person in it.

A test that names `file` is about SQLite, and so is a module that says so in `ENGINES`. On the server, tests share one database that
is emptied for each; those of a module that says `OWN_DATABASE`, because they change the tables or the server, have one each.
PostgreSQL is never left out in silence: without one, its tests fail with the sentence that says where to get it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.core.person import Person
from storage.store import KeyRing, SqlStore, open_store
from storage.tables import metadata
from storage.upgrade import upgrade
from tests.storage.postgres_server import Server, running
from tests.storage.samples import ACCOUNT, NOW, ring
from tests.storage.schemas import change

BOTH = ("sqlite", "postgresql")
_EMPTY = f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per engine."""
    if "engine" in metafunc.fixturenames:
        engines = ("sqlite",) if "file" in metafunc.fixturenames else getattr(metafunc.module, "ENGINES", BOTH)
        metafunc.parametrize("engine", engines)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server for the whole run."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def template(server: Server) -> str:
    """An empty database on it at the present revision, made once and copied by the server."""
    name = server.create()
    upgrade(server.url(name))
    return name


@pytest.fixture(scope="session")
def shared(server: Server, template: str) -> str:
    """A database of which tests change nothing but the rows."""
    return server.create(template)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    file = tmp_path_factory.mktemp("migrated") / "palier.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The database file, in a test about SQLite."""
    return tmp_path / "palier.db"


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the test's own."""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "palier.db")
        yield f"sqlite:///{tmp_path}/palier.db"
        return
    server: Server = request.getfixturevalue("server")
    if not getattr(request.module, "OWN_DATABASE", False):
        url = server.url(request.getfixturevalue("shared"))
        change(url, _EMPTY)
        yield url
        return
    name = server.create(request.getfixturevalue("template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def new_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes the URL of one more database, in which there is nothing at all."""
    with ExitStack() as after:

        def make() -> str:
            if engine == "sqlite":
                return f"sqlite:///{tmp_path}/{len(list(tmp_path.iterdir()))}/new.db"
            server: Server = request.getfixturevalue("server")
            name = server.create()
            after.callback(server.drop, name)
            return server.url(name)

        yield make


@pytest.fixture
def keys(url: str) -> KeyRing:
    """Its keys."""
    return ring(url)


@pytest.fixture
def store(url: str, keys: KeyRing) -> Iterator[SqlStore]:
    """A store on it, closed at the end."""
    opened = open_store(url, keys=keys)
    yield opened
    opened.close()


@pytest.fixture
def someone(store: SqlStore) -> Person:
    """A patient who has just said hello."""
    return store.run_now(
        lambda unit: unit.people.add(ACCOUNT, role="patient", language="fr", timezone="Europe/Paris", country="FR", now=NOW)
    )
