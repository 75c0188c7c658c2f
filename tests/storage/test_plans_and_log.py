"""Versions of plans, and the log that is added to and undone but never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError

from bot.core.entry import Entry, EntryKind
from bot.core.person import Person
from bot.core.plan import Hold, Plan
from bot.messages import Account
from bot.ports import StoredPlan, Unit
from storage import tables
from storage.store import Missing, SqlStore
from tests.storage.samples import MINUTE, NOW, PLAN, connection_of, intake, newcomer

HELD = replace(PLAN, holds=(Hold(date(2026, 1, 3), date(2026, 1, 6), "drowsiness"),))


def add_plan(store: SqlStore, person: Person, plan: Plan = PLAN) -> StoredPlan:
    """Register a plan."""
    return store.run_now(lambda unit: unit.plans.add(person.id, plan, NOW, by=person.id))


def test_a_plan_is_read_back_as_it_was_confirmed(store: SqlStore, someone: Person) -> None:
    stored = add_plan(store, someone)
    assert store.run_now(lambda unit: unit.plans.current(someone.id)) == stored
    assert (stored.plan, stored.version, stored.state, stored.confirmed_at) == (PLAN, 1, "active", NOW)


def test_a_new_plan_ends_the_former_and_keeps_it(store: SqlStore, someone: Person) -> None:
    first, second = add_plan(store, someone), add_plan(store, someone, HELD)
    assert store.run_now(lambda unit: unit.plans.current(someone.id)) == second
    assert second.version == 2
    states = store.run_now(lambda unit: connection_of(unit).execute(select(tables.plan.c.id, tables.plan.c.state)).all())
    assert [tuple(row) for row in states] == [(first.id, "ended"), (second.id, "active")]


def test_a_hold_is_a_new_version_of_a_plan_confirmed_earlier(store: SqlStore, someone: Person) -> None:
    first = add_plan(store, someone)
    held = store.run_now(lambda unit: unit.plans.replace(first, HELD, NOW + timedelta(days=2), by=None))
    assert store.run_now(lambda unit: unit.plans.current(someone.id)) == held
    assert (held.plan, held.version, held.confirmed_at) == (HELD, 2, NOW)


def test_a_change_does_not_bring_an_ended_plan_back(store: SqlStore, someone: Person) -> None:
    stored = add_plan(store, someone)
    store.run_now(lambda unit: unit.plans.end(stored, NOW, by=None))
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.plans.replace(stored, HELD, NOW, by=None))
    assert store.run_now(lambda unit: unit.plans.current(someone.id)) is None


def test_the_database_itself_refuses_two_active_plans(store: SqlStore, someone: Person) -> None:
    first = add_plan(store, someone)
    add_plan(store, someone)
    revive = tables.plan.update().where(tables.plan.c.id == first.id).values(state="active")
    with pytest.raises(IntegrityError):
        store.run_now(lambda unit: connection_of(unit).execute(revive))


def test_an_entry_is_read_back(store: SqlStore, someone: Person) -> None:
    made = store.run_now(intake(someone.id))
    assert made.detail == {"dose_mg": 10, "slot": "2026-01-01T08:00", "assumed": []}
    assert store.run_now(lambda unit: unit.entries.get(made.id)) == made


@pytest.mark.parametrize("words", ["une biere\x00", "half an emoji \ud83d", "é 🍷 \u202e", "'; DROP TABLE entry; --"])
def test_whatever_a_person_types_is_kept_as_it_came(store: SqlStore, someone: Person, words: str) -> None:
    made = store.run_now(lambda unit: unit.entries.add(someone.id, "drink", NOW, {"words": words}, NOW))
    read = store.run_now(lambda unit: unit.entries.get(made.id))
    assert read is not None
    assert read.detail == {"words": words}


def test_an_undone_entry_stays_readable_and_counts_no_more(store: SqlStore, someone: Person) -> None:
    first, second = store.run_now(intake(someone.id)), store.run_now(intake(someone.id, 5))
    store.run_now(lambda unit: unit.entries.undo(second.id, NOW + 6 * MINUTE))
    store.run_now(lambda unit: unit.entries.undo(second.id, NOW + 7 * MINUTE))
    assert store.run_now(lambda unit: unit.entries.get(second.id)) == replace(second, undone_at=NOW + 6 * MINUTE)
    assert store.run_now(lambda unit: unit.entries.last(someone.id)) == first
    assert store.run_now(lambda unit: unit.entries.between(someone.id, NOW, NOW + timedelta(days=1))) == [first]


def test_undoing_what_is_not_there_is_refused(store: SqlStore) -> None:
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.entries.undo(999, NOW))


def test_the_last_entry_is_the_last_said_not_the_last_to_have_happened(store: SqlStore, someone: Person) -> None:
    def work(unit: Unit) -> Entry:
        unit.entries.add(someone.id, "craving", NOW, {"score": 3}, NOW)
        said_later = unit.entries.add(someone.id, "intake", NOW - timedelta(hours=5), {}, NOW + MINUTE)
        assert unit.entries.last(someone.id) == said_later
        return unit.entries.add(someone.id, "drink", NOW - timedelta(days=1), {}, NOW + MINUTE)

    in_the_same_minute = store.run_now(work)
    assert store.run_now(lambda unit: unit.entries.last(someone.id)) == in_the_same_minute


@pytest.mark.parametrize("noted", ["finding", "acknowledgement"])
def test_the_last_entry_is_one_that_the_person_made(store: SqlStore, someone: Person, noted: EntryKind) -> None:
    def work(unit: Unit) -> Entry | None:
        made = unit.entries.add(someone.id, "intake", NOW, {"dose_mg": 10}, NOW)
        unit.entries.add(someone.id, noted, NOW, {"code": "dose_excess"}, NOW + MINUTE)
        assert unit.entries.last(someone.id) == made
        unit.entries.undo(made.id, NOW + MINUTE)
        return unit.entries.last(someone.id)

    assert store.run_now(work) is None


@pytest.mark.parametrize(
    ("since", "until", "kinds", "expected"),
    [
        (0, 30, (), ["intake", "craving", "drink"]),
        (0, 20, (), ["intake", "craving"]),  # the end is excluded
        (1, 30, (), ["craving", "drink"]),  # the beginning is included
        (0, 30, ("drink", "intake"), ["intake", "drink"]),
        (0, 30, ("finding",), []),
        (30, 0, (), []),
    ],
)
def test_a_span_of_the_log_is_read_oldest_first(
    store: SqlStore, someone: Person, *, since: int, until: int, kinds: Collection[EntryKind], expected: list[str]
) -> None:
    def work(unit: Unit) -> list[str]:
        other = newcomer(unit, Account("telegram", "other"))
        unit.entries.add(other.id, "intake", NOW + 5 * MINUTE, {}, NOW)
        said: list[tuple[EntryKind, int]] = [("drink", 20), ("intake", 0), ("craving", 10)]
        for kind, minutes in said:
            unit.entries.add(someone.id, kind, NOW + minutes * MINUTE, {}, NOW)
        return [entry.kind for entry in unit.entries.between(someone.id, NOW + since * MINUTE, NOW + until * MINUTE, kinds)]

    assert store.run_now(work) == expected


def test_instants_compare_as_instants_whatever_their_zone(store: SqlStore, someone: Person) -> None:
    tokyo, honolulu = timezone(timedelta(hours=9)), timezone(timedelta(hours=-10))
    at = NOW + timedelta(microseconds=1)
    made = store.run_now(lambda unit: unit.entries.add(someone.id, "intake", at.astimezone(tokyo), {}, NOW))

    def found(since: datetime, until: datetime) -> int:
        return len(store.run_now(lambda unit: unit.entries.between(someone.id, since.astimezone(honolulu), until.astimezone(tokyo))))

    assert found(at, at + timedelta(microseconds=1)) == 1
    assert found(NOW, at) == 0
    read = store.run_now(lambda unit: unit.entries.get(made.id))
    assert read is not None
    assert (read.at, read.at.utcoffset()) == (at, timedelta(0))


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)])
def test_every_year_is_kept_to_the_microsecond(store: SqlStore, someone: Person, at: datetime) -> None:
    made = store.run_now(lambda unit: unit.entries.add(someone.id, "intake", at, {}, NOW))
    read = store.run_now(lambda unit: unit.entries.get(made.id))
    assert read is not None
    assert read.at == at


def test_a_naive_datetime_is_refused(store: SqlStore, someone: Person) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        store.run_now(lambda unit: unit.entries.add(someone.id, "intake", naive, {}, NOW))
    with pytest.raises(StatementError, match="naive"):
        store.run_now(lambda unit: unit.entries.between(someone.id, naive, NOW))
