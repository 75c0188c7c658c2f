"""Migrations make the very tables the code expects; copies are whole; doubt about a file is put into words."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, create_engine

from bot.core.person import Person
from bot.messages import Account
from storage.engine import locate
from storage.store import SqlStore, StorageUnavailable, open_store
from storage.tables import metadata
from storage.upgrade import backup, check, current_revision, downgrade, is_current, upgrade
from tests.storage.samples import intake


def schema(file: Path) -> dict[str, str]:
    """Every table and index of a file, as SQL without its spaces, apart from what the engine and Alembic keep for themselves."""
    with closing(sqlite3.connect(file)) as outside:
        rows = outside.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()
    return {name: "".join(sql.split()) for name, sql in rows if name not in {"sqlite_sequence", "alembic_version"}}


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


def test_the_migrations_and_the_code_write_the_same_indexes_and_options(file: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declared.db"
    engine = create_engine(f"sqlite:///{declared}")
    metadata.create_all(engine)
    engine.dispose()
    indexes = {name: sql for name, sql in schema(declared).items() if sql.startswith(("CREATEINDEX", "CREATEUNIQUEINDEX"))}
    assert indexes
    assert indexes.items() <= schema(file).items()
    assert schema(file).keys() == schema(declared).keys()
    for option in ("AUTOINCREMENT", "WITHOUTROWID", "ONDELETECASCADE", "ONDELETESETNULL"):
        made, expected = ({name for name, sql in schema(each).items() if option in sql} for each in (file, declared))
        assert made == expected != set(), option


def test_a_new_database_is_made_current(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/deep/palier.db"
    assert (current_revision(url), is_current(url), check(url)) == (None, False, ["there is no database"])
    assert not (tmp_path / "deep").exists(), "asking makes nothing"
    upgrade(url)
    assert (current_revision(url), is_current(url), check(url)) == ("0001", True, [])
    assert (tmp_path / "deep" / "palier.db").stat().st_mode & 0o777 == 0o600


def test_upgrading_again_changes_nothing(url: str, file: Path, store: SqlStore, someone: Person) -> None:
    before = schema(file)
    upgrade(url)
    assert schema(file) == before
    assert store.run_now(lambda unit: unit.people.get(someone.id)) == someone


def test_a_downgrade_leaves_nothing_and_an_upgrade_brings_it_back(url: str, file: Path) -> None:
    before = schema(file)
    downgrade(url, "base")
    assert schema(file) == {}
    assert (current_revision(url), is_current(url)) == (None, False)
    assert check(url) == ["the tables are at revision None, and this version needs 0001"]
    upgrade(url)
    assert schema(file) == before


@pytest.mark.parametrize("attempt", range(8))
def test_several_processes_may_upgrade_a_new_file_at_once(tmp_path: Path, attempt: int) -> None:
    url = f"sqlite:///{tmp_path}/palier.db"
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(upgrade, [url] * 4)) == [None] * 4
    assert check(url) == []


def test_a_database_from_a_newer_version_is_left_alone(url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as outside:
        outside.execute("UPDATE alembic_version SET version_num = '9999'")
        outside.commit()
    with pytest.raises(StorageUnavailable, match="9999"):
        upgrade(url)
    assert not is_current(url)
    assert check(url) == ["the tables are at revision 9999, and this version needs 0001"]


def test_a_migration_that_would_leave_orphans_is_undone(tmp_path: Path) -> None:
    file = tmp_path / "palier.db"
    with closing(sqlite3.connect(file)) as outside:
        outside.executescript("CREATE TABLE child (parent INTEGER REFERENCES lost (id)); INSERT INTO child VALUES (7);")
    with pytest.raises(StorageUnavailable, match="child row 1 refers to a lost that is not there"):
        upgrade(f"sqlite:///{file}")
    assert schema(file).keys() == {"child"}
    assert current_revision(f"sqlite:///{file}") is None


def test_a_backup_taken_while_others_write_is_whole(url: str, store: SqlStore, someone: Person, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            store.run_now(intake(someone.id, number := number + 1))

    writing = threading.Thread(target=write)
    store.run_now(intake(someone.id))
    writing.start()
    copy = tmp_path / "copy.db"
    backup(url, copy)
    stop.set()
    writing.join()

    assert check(f"sqlite:///{copy}") == []
    assert copy.stat().st_mode & 0o777 == 0o600
    opened = open_store(f"sqlite:///{copy}")
    assert opened.run_now(lambda unit: unit.people.find(Account("telegram", "4242"))) == someone
    assert opened.run_now(lambda unit: unit.entries.last(someone.id)) is not None
    opened.close()


def test_a_backup_is_one_file_and_replaces_the_former(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "copy.db").write_text("last week's")
    backup(url, folder / "copy.db")
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    assert check(f"sqlite:///{folder}/copy.db") == []


def test_a_backup_onto_the_database_itself_is_refused(url: str, file: Path) -> None:
    before = schema(file)
    with pytest.raises(ValueError, match="its own"):
        backup(url, file)
    assert schema(file) == before


def test_a_backup_that_cannot_be_made_leaves_the_former_alone(tmp_path: Path) -> None:
    former = tmp_path / "copy.db"
    former.write_text("last week's")
    with pytest.raises(StorageUnavailable, match="no backup"):
        backup(f"sqlite:///{tmp_path}/missing.db", former)
    assert former.read_text() == "last week's"
    assert [each.name for each in tmp_path.iterdir()] == ["copy.db"]


def test_a_damaged_file_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "palier.db"
    file.write_bytes(b"this is no database at all " * 500)
    url = f"sqlite:///{file}"
    assert check(url) == ["file is not a database"]
    for ask in (upgrade, is_current):
        with pytest.raises(StorageUnavailable, match="not a database"):
            ask(url)


def test_a_row_without_its_parent_is_told(url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as outside:
        outside.execute("INSERT INTO timer (person_id, kind, subject, due_at, attempt) VALUES (99, 'reminder', '', 0, 0)")
        outside.commit()
    assert check(url) == ["timer row 1 refers to a person that is not there"]
