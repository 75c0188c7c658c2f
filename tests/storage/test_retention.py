"""What only served to say things once goes when it is old, in small bites; what a person said stays."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.core.person import Person
from bot.ports import Unit
from storage import retention, tables
from storage.retention import Retention
from storage.store import KeyRing, SqlStore, prune
from tests.storage.samples import NOW, connection_of, intake, reply

DAY = timedelta(days=1)
POLICY = Retention(heard=10 * DAY, sent=20 * DAY, dropped=30 * DAY, dead=40 * DAY)
LATER = NOW + 100 * DAY


def letter(person: Person, key: str, **marks: datetime | bool | None) -> dict[str, object]:
    """A letter as it is stored."""
    blank = {"sent_at": None, "dead_at": None, "dropped": False}
    body = {
        "person_id": person.id,
        "urgency": 0,
        "about": "",
        "letter": b"",
        "attempts": 0,
        "created_at": NOW,
        "next_at": NOW,
    }
    return {**body, **blank, "key": key.encode(), **marks}


def old(age: timedelta) -> datetime:
    """So long before LATER."""
    return LATER - age


def letters(store: SqlStore) -> list[str]:
    """The keys that are left."""
    return sorted(
        key.decode() for key in store.run_now(lambda unit: connection_of(unit).execute(select(tables.outbox.c.key)).scalars().all())
    )


@pytest.mark.parametrize(
    ("kind", "marks", "keep"),
    [
        ("sent", ("sent_at",), POLICY.sent),
        ("dropped", ("dead_at",), POLICY.dropped),
        ("dead", ("dead_at",), POLICY.dead),
    ],
)
def test_a_letter_goes_when_it_is_older_than_its_kind_is_kept(
    store: SqlStore, someone: Person, kind: str, marks: tuple[str], keep: timedelta
) -> None:
    ages = {"kept": keep, "gone": keep + timedelta(microseconds=1)}
    rows = [letter(someone, key, dropped=kind == "dropped", **{mark: old(age) for mark in marks}) for key, age in ages.items()]
    store.run_now(lambda unit: connection_of(unit).execute(insert(tables.outbox), rows))
    gone = asyncio.run(store.prune(LATER, POLICY))
    assert letters(store) == ["kept"]
    assert {name: count for name, count in gone.items() if count} == {kind: 1}


def test_an_update_is_forgotten_when_it_cannot_come_again(store: SqlStore) -> None:
    store.run_now(lambda unit: unit.first_time("old", old(11 * DAY)))
    store.run_now(lambda unit: unit.first_time("young", old(9 * DAY)))
    asyncio.run(store.prune(LATER, POLICY))
    assert not store.run_now(lambda unit: unit.first_time("young", LATER))
    assert store.run_now(lambda unit: unit.first_time("old", LATER))


def test_what_waits_to_be_sent_and_what_a_person_said_are_never_too_old(store: SqlStore, someone: Person) -> None:
    def work(unit: Unit) -> None:
        intake(someone.id)(unit)
        unit.timers.put(someone.id, "reminder", "08:00", NOW)
        unit.outbox.post("waiting", someone.id, reply(someone.id), NOW)

    store.run_now(work)
    before = store.run_now(lambda unit: unit.people.export(someone.id))
    asyncio.run(store.prune(NOW + 9999 * DAY, POLICY))
    assert store.run_now(lambda unit: unit.people.export(someone.id)) == before


def test_much_is_taken_away_in_small_bites(store: SqlStore, someone: Person) -> None:
    count = 2 * retention.BATCH + 1
    rows = [letter(someone, str(number), sent_at=NOW) for number in range(count)]
    store.run_now(lambda unit: connection_of(unit).execute(insert(tables.outbox), rows))
    first = store.run_now(lambda unit: retention.prune(connection_of(unit), LATER, POLICY))
    assert first["sent"] == retention.BATCH, "one transaction takes no more"
    assert asyncio.run(store.prune(LATER, POLICY))["sent"] == count - retention.BATCH
    assert letters(store) == []


def test_from_the_command_line_every_kind_is_counted(store: SqlStore, url: str, keys: KeyRing, someone: Person) -> None:
    store.run_now(lambda unit: connection_of(unit).execute(insert(tables.outbox).values(letter(someone, "a", sent_at=NOW))))
    assert prune(url, LATER, POLICY, keys=keys) == {"heard": 0, "sent": 1, "dropped": 0, "dead": 0}


def test_how_long_each_kind_is_kept_by_default() -> None:
    assert {kind.name: getattr(Retention(), kind.name).days for kind in fields(Retention)} == {
        "heard": 30,
        "sent": 30,
        "dropped": 30,
        "dead": 180,
    }
