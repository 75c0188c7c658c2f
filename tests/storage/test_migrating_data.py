"""Data of the first revision lives through every later one, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from bot.messages import Account
from storage.store import SqlStore
from storage.upgrade import check, current_revision, downgrade, upgrade
from tests.storage.samples import MINUTE, NOW, PLAN, intake, open_at, outsider, reply, ring
from tests.storage.schemas import change

FIRST = (Path(__file__).parent / "first_revision.sql").read_text("utf-8").split(";\n")
TABLES = ("person", "account", "entry", "timer", "outbox")


def rows(url: str) -> dict[str, list[str]]:
    """Every row of the tables above, as they stand."""
    found = MetaData()
    with outsider(url).connect() as outside:
        found.reflect(outside)
        return {
            name: sorted(repr(sorted(row.items())) for row in outside.execute(select(found.tables[name])).mappings()) for name in TABLES
        }


def letters(store: SqlStore) -> dict[str, object]:
    """Which letters are marked as dropped."""
    return {row["key"]: row["dropped"] for row in store.run_now(lambda unit: unit.people.export(1))["outbox"]}


@pytest.fixture
def first(new_url: Callable[[], str]) -> str:
    """A database of the first revision with data in it."""
    url = new_url()
    upgrade(url, "0001")
    change(url, *FIRST)
    return url


def test_what_was_there_is_there_after_an_upgrade_and_is_served(first: str) -> None:
    upgrade(first, keys=ring(first))
    assert check(first) == []
    store = open_at(first)
    assert letters(store) == {"waiting": False, "sent": False, "dropped": True, "dead": False}
    person = store.run_now(lambda unit: unit.people.find(Account("telegram", "4242")))
    assert person is not None
    assert store.run_now(lambda unit: [entry.detail for entry in unit.entries.between(1, NOW, NOW + MINUTE)]) == [{"dose_mg": 10}]
    assert [timer.subject for timer in store.run_now(lambda unit: unit.timers.claim(NOW, 9))] == ["08:00"]
    assert not store.run_now(lambda unit: unit.first_time("telegram/1", NOW))
    claimed = store.run_now(lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=None, limit=9))
    assert [row.key for row in claimed] == ["waiting"]
    assert store.run_now(intake(1)).id == 2
    store.close()


def test_a_downgrade_keeps_what_the_former_version_knows(first: str) -> None:
    before = rows(first)
    upgrade(first, keys=ring(first))
    store = open_at(first)
    store.run_now(lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=None, limit=9))
    store.run_now(lambda unit: unit.plans.add(1, PLAN, NOW, by=1))
    store.close()
    downgrade(first, "0001", keys=ring(first))
    assert current_revision(first) == "0001"
    assert rows(first) == before
    with outsider(first).connect() as outside:
        assert outside.exec_driver_sql("SELECT count(*) FROM plan").scalar() == 1


def test_a_letter_written_out_above_is_one_that_is_written_today(first: str) -> None:
    upgrade(first, keys=ring(first))
    store = open_at(first)
    store.run_now(lambda unit: unit.outbox.post("today", 1, reply(1), NOW))
    exported = store.run_now(lambda unit: unit.people.export(1))
    store.close()
    bodies = {row["key"]: row["reply"] for row in exported["outbox"]}
    assert set(bodies) == {"today", "waiting", "sent", "dropped", "dead"}
    assert bodies["today"] == bodies["waiting"]
