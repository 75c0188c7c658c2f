"""Migrations make the very tables the code expects, keep what was there, and can be taken back; doubt is put into words."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table

from bot.core.person import Person
from storage.engine import locate
from storage.store import KeyRing, SqlStore, StorageUnavailable
from storage.tables import metadata
from storage.upgrade import check, current_revision, downgrade, is_current, upgrade
from tests.storage.postgres_server import Server
from tests.storage.samples import outsider
from tests.storage.schemas import change, schema

OWN_DATABASE = True
HEAD = "0006"
ORPHANS = {
    "sqlite": ("CREATE TABLE lost (id INTEGER PRIMARY KEY)", "CREATE TABLE child (parent INTEGER REFERENCES lost (id))"),
    "postgresql": (
        "CREATE TABLE lost (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER, parent INTEGER REFERENCES lost (id))",
        "ALTER TABLE child DISABLE TRIGGER ALL",
    ),
}


def differences(url: str, expected: MetaData) -> list[object]:
    """What Alembic would change to make the database match."""
    engine = locate(url).engine()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, expected))


def test_the_migrations_make_the_tables_the_code_expects(url: str) -> None:
    assert differences(url, metadata) == []


def test_a_difference_would_be_seen(url: str) -> None:
    other = MetaData()
    Table("person", other, Column("id", Integer, primary_key=True), Column("surprise", Integer))
    assert differences(url, other)


def test_the_migrations_and_the_code_write_the_same_indexes_and_options(url: str, engine: str, new_url: Callable[[], str]) -> None:
    declared = new_url()
    if engine == "sqlite":
        Path(declared.removeprefix("sqlite:///")).parent.mkdir()
    metadata.create_all(outsider(declared))
    made, expected = schema(url), schema(declared)
    assert made.keys() == expected.keys()
    if engine == "postgresql":
        assert made == expected
        return
    assert {name for name, told in made.items() if "CREATEINDEX" in told and told != expected[name]} == set()
    for option in ("AUTOINCREMENT", "WITHOUTROWID", "ONDELETECASCADE", "ONDELETESETNULL", "CREATEUNIQUEINDEX"):
        having = [{name for name, told in each.items() if option in told} for each in (made, expected)]
        assert having[0] == having[1] != set(), option


def test_a_new_database_is_made_current(new_url: Callable[[], str], engine: str) -> None:
    url = new_url()
    nothing = ["there is no database"] if engine == "sqlite" else [f"the tables are at revision None, and this version needs {HEAD}"]
    assert (current_revision(url), is_current(url), check(url)) == (None, False, nothing)
    upgrade(url)
    assert (current_revision(url), is_current(url), check(url)) == (HEAD, True, [])


def test_asking_makes_no_file_and_upgrading_a_private_one(file: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep" / "palier.db"
    assert check(f"sqlite:///{deep}") == ["there is no database"]
    assert not deep.parent.exists(), "asking makes nothing"
    upgrade(f"sqlite:///{deep}")
    assert deep.stat().st_mode & 0o777 == 0o600


def test_a_database_that_the_server_does_not_have_is_said(server: Server) -> None:
    url = server.url("nowhere")
    assert (current_revision(url), check(url)) == (None, ["there is no database"])
    with pytest.raises(StorageUnavailable, match=r"nowhere.* does not exist"):
        upgrade(url)


def test_upgrading_again_changes_nothing(url: str, store: SqlStore, someone: Person) -> None:
    before = schema(url)
    upgrade(url)
    assert schema(url) == before
    assert store.run_now(lambda unit: unit.people.get(someone.id)) == someone


def test_a_downgrade_leaves_nothing_and_an_upgrade_brings_it_back(url: str, keys: KeyRing) -> None:
    before = schema(url)
    downgrade(url, "base", keys=keys)
    assert schema(url) == {}
    assert (current_revision(url), is_current(url)) == (None, False)
    assert check(url) == [f"the tables are at revision None, and this version needs {HEAD}"]
    upgrade(url)
    assert schema(url) == before


@pytest.mark.parametrize("attempt", range(2))
def test_several_processes_may_upgrade_a_new_database_at_once(new_url: Callable[[], str], attempt: int) -> None:
    url = new_url()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(upgrade, [url] * 4)) == [None] * 4
    assert check(url) == []


def test_a_database_from_a_newer_version_is_left_alone(url: str) -> None:
    change(url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="9999"):
        upgrade(url)
    assert not is_current(url)
    assert check(url) == [f"the tables are at revision 9999, and this version needs {HEAD}"]


def test_a_migration_that_would_leave_orphans_is_undone(new_url: Callable[[], str], engine: str) -> None:
    url = new_url()
    if engine == "sqlite":
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    change(
        url,
        *ORPHANS[engine],
        f"INSERT INTO child ({'parent' if engine == 'sqlite' else 'id, parent'}) SELECT {7 if engine == 'sqlite' else '1, 7'}",
    )
    before = schema(url)
    with pytest.raises(StorageUnavailable, match="child row 1 refers to a lost that is not there"):
        upgrade(url)
    assert schema(url) == before
    assert current_revision(url) is None


def test_a_row_without_its_parent_is_told(url: str, engine: str) -> None:
    unguarded = ["ALTER TABLE timer DISABLE TRIGGER ALL"] if engine == "postgresql" else []
    change(url, *unguarded, "INSERT INTO timer (person_id, kind, subject, due_at, attempt) VALUES (99, 'reminder', '', 0, 0)")
    assert check(url) == ["timer row 1 refers to a person that is not there"]


def test_a_damaged_file_is_told_in_words(file: Path) -> None:
    file.write_bytes(b"this is no database at all " * 500)
    url = f"sqlite:///{file}"
    assert check(url) == ["file is not a database"]
    for ask in (upgrade, is_current):
        with pytest.raises(StorageUnavailable, match="not a database"):
            ask(url)


def test_a_server_that_would_give_an_id_again_is_told(url: str, engine: str) -> None:
    if engine == "sqlite":  # its ids follow its rows by themselves
        change(url, "INSERT INTO person (id, role, language, timezone, country, on_duty, created_at) VALUES (7, '', '', '', '', 0, 0)")
        assert check(url) == []
        return
    change(url, "INSERT INTO person (id, role, language, timezone, country, on_duty, created_at) VALUES (7, '', '', '', '', false, 0)")
    assert check(url) == ["person would give id 1 again"]


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_lose_what_it_acknowledged_is_told(server: Server, template: str, setting: str) -> None:
    server.ask(f"ALTER SYSTEM SET {setting} TO off")
    server.ask("SELECT pg_reload_conf()")
    try:
        assert check(server.url(template)) == [f"{setting} is off: what was acknowledged may be lost"]
    finally:
        server.ask(f"ALTER SYSTEM RESET {setting}")
        server.ask("SELECT pg_reload_conf()")
