"""Everything goes under a new key while the house is open, a little at a time, and can be stopped at any instant."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage.keys import KeyRing, key_text
from storage.rotation import rotate_keys, still_under_old_keys
from storage.store import KeysUnavailable, SqlStore, open_store
from storage.upgrade import check
from tests.storage.samples import MINUTE, NOW, intake, newcomer

PEOPLE = 25


@pytest.fixture
def old() -> str:
    """A key, as a setting writes it."""
    return key_text("old")


@pytest.fixture
def keys(url: str, old: str) -> KeyRing:
    """The only key there is."""
    return KeyRing.of_text(old)


@pytest.fixture
def people(store: SqlStore) -> list[Person]:
    """Some people with something to read."""

    def work(unit: Unit) -> list[Person]:
        made = [newcomer(unit, Account("telegram", str(number))) for number in range(PEOPLE)]
        for person in made:
            intake(person.id)(unit)
        return made

    return store.run_now(work)


def doses(url: str, ring: KeyRing, people: list[Person]) -> list[int]:
    """What each is known to have taken, on a store that has no key at hand yet."""
    store = open_store(url, keys=ring)
    try:
        return store.run_now(
            lambda unit: [e.detail["dose_mg"] for each in people for e in unit.entries.between(each.id, NOW, NOW + MINUTE)]
        )
    finally:
        store.close()


def test_everything_is_under_the_new_key_and_the_old_one_is_needed_no_more(url: str, people: list[Person], old: str) -> None:
    new = key_text("new")
    both = KeyRing.of_text(f"{new},{old}")
    assert doses(url, both, people) == [10] * PEOPLE
    assert still_under_old_keys(url, both) == PEOPLE + 1
    assert rotate_keys(url, both, batch=10) == PEOPLE + 1
    assert still_under_old_keys(url, both) == 0
    assert rotate_keys(url, both, batch=10) == 0, "a second time there is nothing to do"
    assert doses(url, KeyRing.of_text(new), people) == [10] * PEOPLE
    assert check(url, keys=KeyRing.of_text(new)) == []
    with pytest.raises(KeysUnavailable, match="sealed with the key new"):
        doses(url, KeyRing.of_text(old), people)


def test_the_house_stays_open_meanwhile(url: str, store: SqlStore, people: list[Person], old: str) -> None:
    both = KeyRing.of_text(f"{key_text('new')},{old}")
    served = open_store(url, keys=both)
    stop, done = threading.Event(), list[int]()

    def write() -> None:
        while not stop.is_set():
            person = people[len(done) % PEOPLE]
            served.run_now(intake(person.id, 5))
            served.run_now(lambda unit: newcomer(unit, Account("telegram", f"new-{len(done)}")))
            done.append(person.id)

    writing = threading.Thread(target=write)
    writing.start()
    while len(done) < 2:
        pass
    changed = rotate_keys(url, both, batch=3)
    stop.set()
    writing.join()
    served.close()
    assert changed >= PEOPLE + 1
    assert still_under_old_keys(url, both) == 0
    assert doses(url, both, people) == [10] * PEOPLE


def test_stopped_half_way_both_keys_open_what_is_theirs_and_it_is_gone_on_with(url: str, people: list[Person], old: str) -> None:
    new = key_text("new")
    both = KeyRing.of_text(f"{new},{old}")

    class Stopping(KeyRing):
        """A ring that the operator interrupts."""

        def wrap(self, person_id: int, data_key: bytes) -> tuple[str, bytes]:
            """Wrap until the eighteenth."""
            if person_id == 18:
                raise KeyboardInterrupt
            return super().wrap(person_id, data_key)

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(url, Stopping.of_text(f"{new},{old}"), batch=5)
    assert still_under_old_keys(url, both) == PEOPLE - 15
    assert doses(url, both, people) == [10] * PEOPLE
    assert rotate_keys(url, both) == PEOPLE - 15


def test_a_key_that_is_not_in_the_ring_is_named_and_nothing_is_lost(url: str, people: list[Person], old: str) -> None:
    with pytest.raises(KeysUnavailable, match="sealed with the key old"):
        rotate_keys(url, KeyRing.of_text(key_text("new")))
    assert doses(url, KeyRing.of_text(old), people) == [10] * PEOPLE


def test_a_file_gets_a_new_key_that_knows_who_had_left(file: Path, migrated: Path, tmp_path: Path, url: str) -> None:
    path = tmp_path / "kept.key"
    ring = KeyRing.in_file(path, may_create=True, tell=lambda _: None)
    store = open_store(url, keys=ring)
    staying, leaving = store.run_now(lambda unit: [newcomer(unit, Account("telegram", name)) for name in "ab"])
    store.run_now(intake(staying.id))
    store.run_now(lambda unit: unit.people.erase(leaving.id))
    former = ring.current
    assert ring.renew() != former
    assert not ring.holds(leaving.id)
    assert rotate_keys(url, ring) == 2
    store.close()
    assert ring.retire() == [former]
    assert KeyRing.in_file(path).ids == [ring.current]
    assert doses(url, KeyRing.in_file(path), [staying]) == [10]


def test_a_process_that_runs_learns_a_key_that_another_added_to_the_file(file: Path, url: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.key"
    running = open_store(url, keys=KeyRing.in_file(path, may_create=True, tell=lambda _: None))
    person = running.run_now(lambda unit: newcomer(unit, Account("telegram", "a")))
    other = KeyRing.in_file(path)
    other.renew()
    beside = open_store(url, keys=other)
    late = beside.run_now(lambda unit: newcomer(unit, Account("telegram", "b")))
    beside.close()
    rotate_keys(url, other)
    for each in (person, late):
        running.run_now(intake(each.id))
    running.close()
