"""A migrated database file per test, and a person in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.person import Person
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade
from tests.storage.samples import ACCOUNT, NOW


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the present revision, made once and copied."""
    file = tmp_path_factory.mktemp("migrated") / "palier.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    """A database file of the test's own."""
    return Path(shutil.copy(migrated, tmp_path / "palier.db"))


@pytest.fixture
def url(file: Path) -> str:
    """Its URL."""
    return f"sqlite:///{file}"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """A store on it, closed at the end."""
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def someone(store: SqlStore) -> Person:
    """A patient who has just said hello."""
    return store.run_now(
        lambda unit: unit.people.add(ACCOUNT, role="patient", language="fr", timezone="Europe/Paris", country="FR", now=NOW)
    )
