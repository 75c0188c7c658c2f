"""A backup is whole, is a file that either engine can be filled from, and never harms what was there before."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage.store import KeyRing, SqlStore, StorageUnavailable, open_store
from storage.tables import metadata
from storage.upgrade import backup, check, current_revision, downgrade, restore, upgrade
from tests.storage.postgres_server import Server
from tests.storage.samples import NOW, PLAN, connection_of, danger, intake, newcomer, reply, ring
from tests.storage.schemas import change

OWN_DATABASE = True


def fill(unit: Unit) -> None:
    """Something in most tables, an id given and taken back among it."""
    person = newcomer(unit, Account("telegram", "filled"))
    unit.plans.add(person.id, PLAN, NOW, by=person.id)
    unit.cases.add(danger(person.id))
    unit.timers.put(person.id, "reminder", "08:00", NOW)
    unit.outbox.post("hello", person.id, reply(person.id), NOW)
    unit.entries.add(person.id, "drink", NOW, {"words": "é 🍷 \ud83d '; --"}, NOW)
    unit.first_time("telegram:1", NOW)
    gone = newcomer(unit, Account("telegram", "gone"))
    unit.people.erase(gone.id)


def everything(url: str, keys: KeyRing) -> dict[str, list[Any]]:
    """Every row of every table."""
    store = open_store(url, keys=keys)

    def read(unit: Unit) -> dict[str, list[Any]]:
        rows = {table.name: connection_of(unit).execute(select(table).order_by(*table.primary_key)) for table in metadata.sorted_tables}
        return {name: [tuple(row) for row in found] for name, found in rows.items()}

    try:
        return store.run_now(read)
    finally:
        store.close()


def test_a_backup_taken_while_others_write_is_whole(url: str, keys: KeyRing, store: SqlStore, someone: Person, tmp_path: Path) -> None:
    stop, written = threading.Event(), threading.Event()

    def both(number: int) -> Callable[[Unit], None]:
        def work(unit: Unit) -> None:
            intake(someone.id, number)(unit)
            unit.timers.put(someone.id, "reminder", str(number), NOW)

        return work

    def write() -> None:
        number = 0
        while not stop.is_set():
            store.run_now(both(number := number + 1))
            written.set()

    writing = threading.Thread(target=write)
    writing.start()
    written.wait(5)
    copy = tmp_path / "copy.db"
    backup(url, copy)
    stop.set()
    writing.join()

    assert check(f"sqlite:///{copy}") == []
    assert copy.stat().st_mode & 0o777 == 0o600
    opened = open_store(f"sqlite:///{copy}", keys=keys)
    assert opened.run_now(lambda unit: unit.people.find(Account("telegram", "4242"))) == someone
    entries = opened.run_now(lambda unit: len(unit.people.export(someone.id)["entry"]))
    timers = opened.run_now(lambda unit: len(unit.timers.of(someone.id)))
    opened.close()
    assert entries == timers > 0, "no transaction is there by half"


def test_a_backup_is_one_file_and_replaces_the_former(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "copy.db").write_text("last week's")
    backup(url, folder / "copy.db")
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    assert check(f"sqlite:///{folder}/copy.db") == []


def test_a_backup_onto_the_database_itself_is_refused(url: str, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(ValueError, match="its own"):
        backup(url, file)
    assert file.read_bytes() == before


def test_a_backup_that_cannot_be_made_leaves_the_former_alone(engine: str, tmp_path: Path) -> None:
    former = tmp_path / "copy.db"
    former.write_text("last week's")
    missing = f"sqlite:///{tmp_path}/missing.db" if engine == "sqlite" else "postgresql://palier@127.0.0.1:1/missing"
    with pytest.raises(StorageUnavailable):
        backup(missing, former)
    assert former.read_text() == "last week's"
    assert [each.name for each in tmp_path.iterdir()] == ["copy.db"]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_backup_of_either_engine_is_restored_on_either(url: str, store: SqlStore, server: Server, tmp_path: Path, to: str) -> None:
    keys = ring(url)
    store.run_now(fill)
    copy = tmp_path / "copy.db"
    backup(url, copy)
    as_it_was = copy.read_bytes()
    name = server.create()
    target = f"sqlite:///{tmp_path}/restored.db" if to == "sqlite" else server.url(name)

    assert restore(target, copy, keys=keys) == sum(map(len, everything(url, keys).values()))
    assert everything(target, keys) == everything(url, keys)
    assert check(target) == []
    assert copy.read_bytes() == as_it_was
    restored = open_store(target, keys=keys)
    new = restored.run_now(lambda unit: newcomer(unit, Account("telegram", "new")))
    restored.close()
    assert new.id == 3, "an id that was erased before the backup is not given again"
    server.drop(name)


def test_a_backup_of_an_earlier_version_is_restored_and_brought_up_to_date(
    url: str, keys: KeyRing, store: SqlStore, someone: Person, tmp_path: Path
) -> None:
    store.close()
    downgrade(url, "0001", keys=keys)
    copy = tmp_path / "copy.db"
    backup(url, copy)
    assert current_revision(f"sqlite:///{copy}") == "0001"
    upgrade(url, keys=keys)
    downgrade(url, "base", keys=keys)
    assert restore(url, copy, keys=keys) == 2
    assert check(url) == []
    assert everything(url, keys)["person"][0][0] == someone.id


def test_a_database_that_holds_anything_is_not_written_over(url: str, store: SqlStore, someone: Person, tmp_path: Path) -> None:
    backup(url, tmp_path / "copy.db")
    with pytest.raises(ValueError, match="empty"):
        restore(url, tmp_path / "copy.db")
    assert store.run_now(lambda unit: unit.people.get(someone.id)) == someone


@pytest.mark.parametrize(
    ("what", "reason"),
    [(None, "there is no file"), (b"no database at all " * 500, "not a database"), (b"", "no backup of ours")],
)
def test_what_is_no_backup_is_refused_in_words(url: str, tmp_path: Path, what: bytes | None, reason: str) -> None:
    copy = tmp_path / "copy.db"
    if what is not None:
        copy.write_bytes(what)
    with pytest.raises(StorageUnavailable, match=reason):
        restore(url, copy)
    assert check(url) == []


def test_a_backup_with_a_row_missing_its_parent_is_refused(url: str, migrated: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(migrated, tmp_path / "copy.db"))
    change(f"sqlite:///{copy}", "INSERT INTO timer (person_id, kind, subject, due_at, attempt) VALUES (99, 'reminder', '', 0, 0)")
    with pytest.raises(StorageUnavailable, match="refers to a person that is not there"):
        restore(url, copy)
