"""A value opens in the row, the column and for the person it was sealed for, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.core.person import Person
from bot.messages import Account, Reply, Words
from bot.ports import CaseEvent, Dialogue, Unit
from storage import tables
from storage.cipher import Field, blind_index, from_bytes, new_key, seal, to_bytes, unseal
from storage.errors import Unreadable
from storage.store import SqlStore
from storage.vault import KEYS_AT_HAND, Vault
from tests.storage.samples import ACCOUNT, GIVEN, MINUTE, NOW, PLAN, connection_of, danger, intake, let_change, newcomer, open_at

KEY = AESGCM(b"k" * 32)
PLACE = Field("entry", "detail")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9
)


@given(value=json_values)
def test_what_is_sealed_is_opened_again_whatever_it_is(value: Any) -> None:
    assert from_bytes(unseal(KEY, PLACE.at(1), seal(KEY, PLACE.at(1), to_bytes(value)))) == value


@given(position=st.integers(0, 60), bit=st.integers(0, 7))
def test_a_single_bit_that_changed_is_noticed(position: int, bit: int) -> None:
    sealed = bytearray(seal(KEY, PLACE.at(1), b'"exactly so many words"'))
    sealed[position % len(sealed)] ^= 1 << bit
    with pytest.raises(Unreadable):
        unseal(KEY, PLACE.at(1), bytes(sealed))


@pytest.mark.parametrize("length", [0, 1, 12, 13, 28, 29, 40])
def test_what_was_cut_is_noticed(length: int) -> None:
    sealed = seal(KEY, PLACE.at(1), b'"exactly so many words"')
    with pytest.raises(Unreadable):
        unseal(KEY, PLACE.at(1), sealed[:length])


@pytest.mark.parametrize("place", [PLACE.at(2), Field("entry", "kind").at(1), Field("plan", "detail").at(1)])
def test_another_place_is_noticed(place: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(KEY, place, seal(KEY, PLACE.at(1), b"1"))


def test_equal_values_look_different_each_time() -> None:
    assert len({seal(KEY, PLACE.at(1), b"1") for _ in range(100)}) == 100


def test_an_index_is_equal_for_equals_alone_and_depends_on_the_key() -> None:
    key = new_key()
    assert blind_index(key, "account telegram", "42") == blind_index(key, "account telegram", "42")
    others = {("account telegram", "43"), ("account discord", "42"), ("heard", "42")}
    assert len({blind_index(key, *each) for each in others} | {blind_index(new_key(), "account telegram", "42")}) == 4
    assert blind_index(key, "heard", "half \ud83d an emoji")


def lived(unit: Unit, person: Person, other: Person) -> None:
    """Two rows of everything about one, and one about another."""
    for who, times in ((person, 2), (other, 1)):
        unit.dialogues.put(who.id, Dialogue("plan", "start", {}), NOW)
        for number in range(times):
            intake(who.id, number)(unit)
            unit.plans.add(who.id, PLAN, NOW, by=who.id)
            case = unit.cases.add(danger(who.id))
            unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="note", note="words"))
            unit.outbox.post(f"key:{who.id}:{number}", who.id, Reply(to=who.id, words=(Words("hello"),)), NOW)


READS: dict[str, Callable[[Unit, int], object]] = {
    "entry.detail": lambda unit, who: unit.entries.between(who, NOW, NOW + 9 * MINUTE),
    "plan.body": lambda unit, who: unit.plans.current(who),
    "care_case.codes": lambda unit, who: unit.cases.open_for(who),
    "case_event.note": lambda unit, who: [unit.cases.history(case) for case in (1, 2, 3)],
    "dialogue.content": lambda unit, who: unit.dialogues.get(who),
    "trail.note": lambda unit, who: unit.trail.of(who),
    "account.platform_id": lambda unit, who: unit.people.accounts(who),
}


@pytest.fixture
def other(store: SqlStore, someone: Person) -> Person:
    """Another patient; both have lived a little."""

    def work(unit: Unit) -> Person:
        made = newcomer(unit, Account("telegram", "other"))
        lived(unit, someone, made)
        return made

    return store.run_now(work)


def swap(unit: Unit, column: str, one: int, two: int) -> None:
    """Exchange two rows' values of a column, as somebody would who owns the database: histories no longer refuse it."""
    table_name, name = column.split(".")
    table = tables.metadata.tables[table_name]
    if table_name in ("case_event", "trail"):
        let_change(connection_of(unit), table_name)
    (key,) = table.primary_key
    rows = {row[0]: row[1] for row in connection_of(unit).execute(select(key, table.c[name]))}
    for to, source in ((one, two), (two, one)):
        connection_of(unit).execute(update(table).where(key == to).values({name: rows[source]}))


@pytest.mark.parametrize("column", READS)
def test_values_exchanged_between_rows_are_noticed(store: SqlStore, someone: Person, other: Person, column: str) -> None:
    store.run_now(lambda unit: READS[column](unit, someone.id))
    one_of_a_person = column.startswith(("dialogue", "account"))
    store.run_now(lambda unit: swap(unit, column, someone.id if one_of_a_person else 1, other.id if one_of_a_person else 2))
    with pytest.raises(Unreadable):
        store.run_now(lambda unit: [READS[column](unit, who) for who in (someone.id, other.id)])


@pytest.mark.parametrize("column", READS)
def test_values_exchanged_between_persons_are_noticed(store: SqlStore, someone: Person, other: Person, column: str) -> None:
    store.run_now(lambda unit: swap(unit, column, 2, 3) if not column.startswith(("dialogue", "account")) else swap(unit, column, 1, 2))
    with pytest.raises(Unreadable):
        store.run_now(lambda unit: READS[column](unit, someone.id))


def test_a_row_given_to_another_person_is_noticed(store: SqlStore, someone: Person, other: Person) -> None:
    def give(unit: Unit) -> None:
        connection_of(unit).execute(update(tables.entry).where(tables.entry.c.id == 1).values(person_id=other.id))

    store.run_now(give)
    with pytest.raises(Unreadable):
        store.run_now(lambda unit: unit.entries.between(other.id, NOW, NOW + MINUTE))


def test_a_value_moved_to_another_column_is_noticed(store: SqlStore, someone: Person, other: Person) -> None:
    case = tables.care_case

    def move(unit: Unit) -> None:
        connection_of(unit).execute(update(case).where(case.c.id == 1).values(resolution=case.c.codes))

    store.run_now(move)
    with pytest.raises(Unreadable, match=r"care_case\.resolution 1"):
        store.run_now(lambda unit: unit.cases.get(1))


def test_letters_exchanged_are_not_sent_to_the_other(store: SqlStore, someone: Person, other: Person) -> None:
    store.run_now(lambda unit: swap(unit, "outbox.letter", 1, 3))
    claimed = store.run_now(lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=None, limit=9))
    assert [row.key for row in claimed] == [f"key:{someone.id}:1"]


def test_an_account_that_cannot_be_read_keeps_nobody_else_from_being_known(store: SqlStore, someone: Person, other: Person) -> None:
    store.run_now(lambda unit: swap(unit, "account.platform_id", 1, 2))
    assert store.run_now(lambda unit: unit.people.reachable(9)) == []
    store.run_now(lambda unit: swap(unit, "account.platform_id", 1, 2))
    assert [account for account, _ in store.run_now(lambda unit: unit.people.reachable(9))] == [Account("telegram", "other"), ACCOUNT]


def test_keys_at_hand_are_bounded_and_the_oldest_goes_first() -> None:
    vault = Vault(GIVEN)
    for person_id in range(KEYS_AT_HAND + 2):
        vault.keep(person_id, KEY)
    assert [vault.at_hand(person_id) for person_id in (0, 1)] == [None, None]
    assert vault.at_hand(2) is vault.at_hand(KEYS_AT_HAND + 1) is KEY


def test_a_key_that_is_not_at_hand_is_unwrapped_again(url: str, store: SqlStore, someone: Person, other: Person) -> None:
    fresh = open_at(url)
    assert fresh.run_now(lambda unit: [entry.detail["dose_mg"] for entry in unit.entries.between(someone.id, NOW, NOW + 9 * MINUTE)]) == [
        10,
        10,
    ]
    fresh.close()
