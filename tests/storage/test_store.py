"""The store: many transactions in one commit, each of them whole, none of them acknowledged too early."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from bot.core.person import Person
from bot.ports import Unit
from storage.store import SqlStore, StorageUnavailable, open_store
from storage.writer import BATCH
from tests.storage.postgres_server import Server
from tests.storage.samples import NOW, connection_of, intake, open_at, outsider


class Wrong(Exception):
    """What a handler's mistake looks like from here."""


def rows(url: str) -> int:
    """How many entries another process would see."""
    with outsider(url).connect() as outside:
        return int(outside.exec_driver_sql("SELECT count(*) FROM entry").scalar_one())


def break_down(unit: Unit, person_id: int) -> NoReturn:
    """Write a line, then fail."""
    intake(person_id)(unit)
    raise Wrong


class Gate:
    """Work that keeps the writing thread busy until it is opened, so that what follows shares a commit."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def work(self, _: Unit) -> None:
        """Wait."""
        self._opened.wait(5)

    def open(self) -> None:
        """Let go."""
        self._opened.set()


async def test_an_answer_comes_only_once_another_process_can_read_what_was_written(store: SqlStore, someone: Person, url: str) -> None:
    await store.run(intake(someone.id))
    assert rows(url) == 1


async def test_work_that_gathered_behind_a_commit_shares_the_next_one(store: SqlStore, someone: Person, url: str, file: Path) -> None:
    gate = Gate()
    waiting = [asyncio.create_task(store.run(work)) for work in (gate.work, *(intake(someone.id, n) for n in range(10)))]
    seen_by_the_last = asyncio.create_task(store.run(lambda _: rows(url)))
    await asyncio.sleep(0.05)
    gate.open()
    await asyncio.gather(*waiting)
    assert await seen_by_the_last == 0, "the ten before it were not committed one by one"
    assert rows(url) == 10


async def test_a_batch_is_bounded(store: SqlStore, someone: Person, url: str, file: Path) -> None:
    gate = Gate()
    held = asyncio.create_task(store.run(gate.work))
    await asyncio.sleep(0.05)
    waiting = [asyncio.create_task(store.run(intake(someone.id, n))) for n in range(BATCH)]
    seen_by_the_next = asyncio.create_task(store.run(lambda _: rows(url)))
    await asyncio.sleep(0.05)
    gate.open()
    await asyncio.gather(held, *waiting)
    assert await seen_by_the_next == BATCH


async def test_what_raises_is_undone_alone(store: SqlStore, someone: Person, url: str) -> None:
    gate = Gate()
    held = asyncio.create_task(store.run(gate.work))
    works = [intake(someone.id, 1), lambda unit: break_down(unit, someone.id), intake(someone.id, 2)]
    outcomes = [asyncio.create_task(store.run(work)) for work in works]
    await asyncio.sleep(0.05)
    gate.open()
    first, failed, last = await asyncio.gather(*outcomes, return_exceptions=True)
    await held
    assert isinstance(failed, Wrong)
    assert not isinstance(first, BaseException)
    assert not isinstance(last, BaseException)
    assert rows(url) == 2


async def test_a_transaction_that_raises_leaves_nothing_of_itself(store: SqlStore, someone: Person) -> None:
    with pytest.raises(Wrong):
        await store.run(lambda unit: break_down(unit, someone.id))
    assert await store.run(lambda unit: unit.entries.last(someone.id)) is None


@pytest.mark.parametrize("error", [StopIteration, SystemExit, KeyboardInterrupt, asyncio.CancelledError])
def test_the_thread_outlives_whatever_work_raises(store: SqlStore, someone: Person, error: type[BaseException]) -> None:
    def work(_: Unit) -> None:
        raise error

    with pytest.raises((error, RuntimeError)):  # a StopIteration could not cross an event loop as itself
        store.run_now(work)
    assert store.run_now(intake(someone.id)).id > 0


async def test_one_who_stops_waiting_before_their_turn_is_not_served(store: SqlStore, someone: Person, url: str, file: Path) -> None:
    gate = Gate()
    held = asyncio.create_task(store.run(gate.work))
    await asyncio.sleep(0.05)
    given_up = asyncio.create_task(store.run(intake(someone.id, 1)))
    kept = asyncio.create_task(store.run(intake(someone.id, 2)))
    await asyncio.sleep(0)
    given_up.cancel()
    gate.open()
    await asyncio.gather(held, kept)
    assert given_up.cancelled()
    assert rows(url) == 1


async def test_one_who_stops_waiting_in_their_turn_is_served_and_harms_nobody(store: SqlStore, someone: Person, url: str) -> None:
    gate = Gate()

    def slow(unit: Unit) -> None:
        gate.work(unit)
        intake(someone.id, 1)(unit)

    given_up = asyncio.create_task(store.run(slow))
    await asyncio.sleep(0.05)
    kept = asyncio.create_task(store.run(intake(someone.id, 2)))
    await asyncio.sleep(0)
    given_up.cancel()
    gate.open()
    await kept
    assert given_up.cancelled()
    assert rows(url) == 2


def test_any_event_loop_and_any_thread_may_ask(store: SqlStore, someone: Person, url: str) -> None:
    def in_a_loop_of_its_own(number: int) -> None:
        asyncio.run(store.run(intake(someone.id, number)))

    threads = [threading.Thread(target=in_a_loop_of_its_own, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    store.run_now(intake(someone.id, 9))
    for thread in threads:
        thread.join()
    assert rows(url) == 5


def test_a_loop_that_closed_meanwhile_does_not_stop_the_store(store: SqlStore, someone: Person, url: str) -> None:
    gate = Gate()

    def slow(unit: Unit) -> None:
        gate.work(unit)
        intake(someone.id)(unit)

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.run(slow), timeout=0.05)

    asyncio.run(leave())
    gate.open()
    store.run_now(intake(someone.id, 1))
    assert rows(url) == 2


def test_closing_finishes_what_was_asked_and_refuses_what_comes_later(store: SqlStore, someone: Person, url: str) -> None:
    async def ask_then_close() -> None:
        asked = [asyncio.create_task(store.run(intake(someone.id, n))) for n in range(100)]
        await asyncio.sleep(0)
        store.close()
        await asyncio.gather(*asked)
        with pytest.raises(StorageUnavailable, match="closed"):
            await store.run(intake(someone.id))

    asyncio.run(ask_then_close())
    store.close()
    assert rows(url) == 100


def test_waiting_for_the_store_from_inside_a_transaction_is_refused(store: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="the unit it was given"):
        store.run_now(lambda _: store.run_now(lambda unit: unit.first_time("nested", NOW)))


def test_an_update_is_heard_once(store: SqlStore) -> None:
    heard = [store.run_now(lambda unit: unit.first_time("telegram:1", NOW)) for _ in range(3)]
    assert heard == [True, False, False]


def test_an_update_whose_handling_failed_is_heard_again(store: SqlStore, someone: Person) -> None:
    def hear_and_fail(unit: Unit) -> None:
        assert unit.first_time("telegram:2", NOW)
        break_down(unit, someone.id)

    with pytest.raises(Wrong):
        store.run_now(hear_and_fail)
    assert store.run_now(lambda unit: unit.first_time("telegram:2", NOW))


def test_the_file_is_made_with_its_folders_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "palier.db"
    opened = open_at(f"sqlite:///{file}")
    with pytest.raises(Exception, match="no such table"):
        opened.run_now(intake(1))
    modes = {each.name: each.stat().st_mode & 0o777 for each in file.parent.iterdir()}
    opened.close()
    assert modes["palier.db"] == 0o600
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name", "nonsense"])
def test_a_database_that_cannot_be_served_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        open_store(url)


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync", "full_page_writes"])
def test_the_settings_of_the_server_that_durability_rests_on_are_in_force(server: Server, template: str, setting: str) -> None:
    opened = open_at(server.url(template))
    assert opened.run_now(lambda unit: connection_of(unit).exec_driver_sql(f"SHOW {setting}").scalar()) == "on"
    opened.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 1000)]
)
def test_the_settings_that_durability_and_erasure_rest_on_are_in_force(store: SqlStore, file: Path, pragma: str, value: object) -> None:
    assert store.run_now(lambda unit: connection_of(unit).exec_driver_sql(f"PRAGMA {pragma}").scalar()) == value
