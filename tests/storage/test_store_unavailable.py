"""When the database cannot be used, everyone whose work was not kept is told so, and the store recovers by itself."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.person import Person
from bot.ports import Unit
from storage.store import SqlStore, StorageUnavailable
from tests.storage.samples import NOW, connection_of, intake, open_at

ENGINES = ("sqlite",)


def pragma(unit: Unit, setting: str) -> None:
    """Change the connection under the unit."""
    connection_of(unit).exec_driver_sql(f"PRAGMA {setting}")


def orphan_found_at_commit(unit: Unit) -> None:
    """A row that only the commit refuses."""
    pragma(unit, "defer_foreign_keys=ON")
    unit.timers.put(999, "reminder", "08:00", NOW)


async def test_when_the_commit_fails_everyone_in_it_is_told(store: SqlStore, someone: Person) -> None:
    opened = threading.Event()
    held = asyncio.create_task(store.run(lambda _: opened.wait(5)))
    await asyncio.sleep(0.05)
    works: list[Callable[[Unit], object]] = [intake(someone.id, 1), orphan_found_at_commit, intake(someone.id, 2)]
    waiting = [asyncio.create_task(store.run(work)) for work in works]
    await asyncio.sleep(0.05)
    opened.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    await held
    assert [type(outcome) for outcome in outcomes] == [StorageUnavailable] * 3
    assert await store.run(lambda unit: unit.entries.last(someone.id)) is None, "the next one works, and nothing was half kept"


def test_a_row_that_the_tables_refuse_is_the_callers_fault_alone(store: SqlStore) -> None:
    with pytest.raises(IntegrityError):
        store.run_now(lambda unit: unit.timers.put(999, "reminder", "08:00", NOW))


def test_a_full_disk_is_said_and_passes(store: SqlStore, someone: Person) -> None:
    def too_much(unit: Unit) -> None:
        pragma(unit, "max_page_count=1")  # SQLite raises it to what is already there
        unit.entries.add(someone.id, "intake", NOW, {"words": "x" * 1_000_000}, NOW)

    with pytest.raises(StorageUnavailable, match="full"):
        store.run_now(too_much)
    store.run_now(lambda unit: pragma(unit, "max_page_count=1000000"))
    assert store.run_now(intake(someone.id)).id > 0


def test_a_transaction_lost_inside_a_job_is_not_taken_for_a_commit(store: SqlStore, someone: Person) -> None:
    def lose(unit: Unit) -> None:
        intake(someone.id)(unit)
        connection_of(unit).exec_driver_sql("ROLLBACK")  # as SQLite itself may do when the disk fails

    with pytest.raises(StorageUnavailable):
        store.run_now(lose)
    assert store.run_now(lambda unit: unit.entries.last(someone.id)) is None
    assert store.run_now(intake(someone.id)).id > 0


def test_a_read_only_file_is_said(store: SqlStore, someone: Person) -> None:
    store.run_now(lambda unit: pragma(unit, "query_only=ON"))
    with pytest.raises(StorageUnavailable, match="read-only"):
        store.run_now(intake(someone.id))


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    file = tmp_path / "palier.db"
    file.write_bytes(b"this is no database at all " * 500)
    opened = open_at(f"sqlite:///{file}")
    with pytest.raises(StorageUnavailable, match="not a database"):
        opened.run_now(intake(1))
    opened.close()


def test_a_path_through_a_file_is_said_when_opening(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageUnavailable, match="cannot be opened"):
        open_at(f"sqlite:///{tmp_path}/file/palier.db")


def test_a_lock_kept_too_long_is_said_and_passes(url: str, file: Path) -> None:
    opened = open_at(url, patience_s=0.1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="another process"):
            opened.run_now(lambda unit: unit.first_time("locked", NOW))
        other.execute("ROLLBACK")
    assert opened.run_now(lambda unit: unit.first_time("locked", NOW))
    opened.close()


def test_a_short_lock_is_waited_for(store: SqlStore, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.execute, ["ROLLBACK"])
        release.start()
        assert store.run_now(lambda unit: unit.first_time("short", NOW))
        release.join()
