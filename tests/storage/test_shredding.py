"""Who erased themselves cannot be read in any older copy of the database with the keys as they are now; everybody else can."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Dialogue, Unit
from storage.errors import Unreadable
from storage.keys import KeyRing
from storage.store import SqlStore, open_store
from storage.upgrade import backup, check, restore
from tests.storage.samples import ACCOUNT, MINUTE, NOW, intake, newcomer
from tests.storage.test_erase_and_export import fill

OTHER = Account("telegram", "other")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file that we keep, on either engine: given keys cannot forget."""
    return tmp_path / "palier.key"


@pytest.fixture
def keys(key_file: Path) -> KeyRing:
    """The keys in it, as the running house has them."""
    return KeyRing.in_file(key_file, may_create=True)


@pytest.fixture
def both(store: SqlStore, someone: Person) -> tuple[Person, Person]:
    """Two patients; there is as much about both, and a moderator reads and writes of both."""

    def work(unit: Unit) -> Person:
        made, moderator = newcomer(unit, OTHER), newcomer(unit, Account("discord", "m"), moderator=True)
        case = fill(unit, someone, moderator)
        fill(unit, made, moderator)
        unit.dialogues.put(moderator.id, Dialogue("case", "reply", {"case": case, "text": "words"}), NOW)
        return made

    return someone, store.run_now(work)


def data_key(copy: Path, ring: KeyRing, person_id: int) -> bytes:
    """A person's data key out of a copy, taken by somebody who holds the ring and asks nobody."""
    with closing(sqlite3.connect(copy)) as connection:
        key_id, wrapped = connection.execute("SELECT key_id, wrapped FROM person_key WHERE person_id = ?", (person_id,)).fetchone()
    return ring.unwrap(person_id, key_id, wrapped)


def of_letters_about(copy: Path, person_id: int) -> list[str]:
    """Whose keys each letter about a person needs."""
    with closing(sqlite3.connect(copy)) as connection:
        rows = connection.execute("SELECT person_id, about FROM outbox").fetchall()
    return [about for reader, about in rows if str(person_id) in about.split() and reader != person_id]


def test_an_older_backup_cannot_be_read_of_who_erased_themselves_and_can_of_everybody_else(
    url: str, store: SqlStore, both: tuple[Person, Person], key_file: Path, tmp_path: Path
) -> None:
    copy, (someone, other) = tmp_path / "copy.db", both
    backup(url, copy)
    assert data_key(copy, KeyRing.in_file(key_file), someone.id), "before, it could be read"
    store.run_now(lambda unit: unit.people.erase(someone.id))

    live = KeyRing.in_file(key_file)
    with pytest.raises(Unreadable, match=f"the key of person {someone.id} was destroyed"):
        data_key(copy, live, someone.id)
    assert data_key(copy, live, other.id)
    assert of_letters_about(copy, someone.id) == [str(someone.id)] * 2, "what a moderator had to read of them needs their key as well"


def test_a_restored_backup_brings_back_everybody_else_and_nobody_who_had_left(
    store: SqlStore, url: str, both: tuple[Person, Person], new_url: Callable[[], str], key_file: Path
) -> None:
    copy, (someone, other) = key_file.with_name("copy.db"), both
    backup(url, copy)
    store.run_now(lambda unit: unit.people.erase(someone.id))
    store.close()

    target = new_url()
    restore(target, copy, keys=KeyRing.in_file(key_file))
    restored = open_store(target, keys=KeyRing.in_file(key_file))

    def look(unit: Unit) -> tuple[object, ...]:
        case = unit.cases.waiting()
        return unit.people.find(ACCOUNT), unit.people.get(someone.id), [each.person_id for each in case], unit.timers.of(someone.id)

    assert restored.run_now(look) == (None, None, [other.id], [])
    entries = restored.run_now(lambda unit: unit.entries.between(other.id, NOW, NOW + MINUTE))
    assert [entry.detail.get("dose_mg") for entry in entries] == [10, None]
    letters = restored.run_now(lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram", "discord"], accounts=None, limit=9))
    assert [row.key for row in letters] == ["hello:2", "alert:2", "note:2"]
    again = restored.run_now(lambda unit: newcomer(unit, ACCOUNT))
    assert again.id not in {someone.id, other.id}, "they may come back, as somebody new"
    restored.run_now(intake(again.id))
    restored.close()
    assert check(target, keys=KeyRing.in_file(key_file)) == []


def test_an_old_file_put_in_the_place_of_the_database_gives_no_id_of_one_who_left_again(
    store: SqlStore, keys: KeyRing, someone: Person, file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.db"
    backup(f"sqlite:///{file}", old)
    late = store.run_now(lambda unit: newcomer(unit, OTHER))
    store.run_now(lambda unit: unit.people.erase(late.id))
    store.close()
    for each in tmp_path.glob("palier.db*"):
        each.unlink()
    shutil.copy(old, file)
    reopened = open_store(f"sqlite:///{file}", keys=keys)
    new = reopened.run_now(lambda unit: newcomer(unit, OTHER))
    assert new.id == late.id + 1
    reopened.run_now(intake(new.id))
    reopened.close()


def test_a_crash_between_the_erasure_and_the_destruction_is_made_up_for(
    url: str, store: SqlStore, both: tuple[Person, Person], key_file: Path
) -> None:
    someone, other = both
    before = key_file.read_bytes()
    store.run_now(lambda unit: unit.people.erase(someone.id))
    store.close()
    key_file.write_bytes(before)  # as the crash would have left it
    assert KeyRing.in_file(key_file).holds(someone.id)
    reopened = open_store(url, keys=KeyRing.in_file(key_file))
    reopened.run_now(lambda unit: unit.people.get(other.id))
    reopened.close()
    assert KeyRing.in_file(key_file).destroyed() == [someone.id]


def test_an_erasure_that_is_undone_destroys_nothing(store: SqlStore, keys: KeyRing, someone: Person) -> None:
    def erase_and_fail(unit: Unit) -> None:
        unit.people.erase(someone.id)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.run_now(erase_and_fail)
    assert keys.holds(someone.id)
    assert store.run_now(lambda unit: unit.people.accounts(someone.id)) == [ACCOUNT]


def test_the_form_of_a_moderator_about_who_left_is_gone_with_them(store: SqlStore, both: tuple[Person, Person]) -> None:
    someone, _ = both
    moderator = store.run_now(lambda unit: unit.people.moderators()[0])
    assert store.run_now(lambda unit: unit.dialogues.get(moderator.id)) is not None
    store.run_now(lambda unit: unit.people.erase(someone.id))
    assert store.run_now(lambda unit: unit.dialogues.get(moderator.id)) is None


def test_given_keys_delete_and_cannot_forget(url: str, tmp_path: Path) -> None:
    """What docs/storage.md says of PALIER_KEYS, so that nobody learns it too late."""
    ring = KeyRing.of_text(f"given:{'A' * 43}=")
    store = open_store(url, keys=ring)
    person = store.run_now(lambda unit: newcomer(unit, ACCOUNT))
    backup(url, tmp_path / "copy.db")
    store.run_now(lambda unit: unit.people.erase(person.id))
    assert store.run_now(lambda unit: unit.people.find(ACCOUNT)) is None
    store.close()
    assert data_key(tmp_path / "copy.db", ring, person.id)
