"""Data of the first revision lives through every later one, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from bot.messages import Account
from storage.store import open_store
from storage.upgrade import check, current_revision, downgrade, upgrade
from tests.storage.samples import MINUTE, NOW, PLAN, intake, outsider, reply
from tests.storage.schemas import change

FIRST = (Path(__file__).parent / "first_revision.sql").read_text("utf-8").split(";\n")
TABLES = ("person", "account", "entry", "timer", "heard", "outbox")


def rows(url: str) -> dict[str, list[str]]:
    """Every row of the tables above, as they stand."""
    found = MetaData()
    with outsider(url).connect() as outside:
        found.reflect(outside)
        return {name: sorted(repr(row) for row in outside.execute(select(found.tables[name]))) for name in TABLES}


def letters(url: str) -> dict[str, object]:
    """Which letters are marked as dropped."""
    with outsider(url).connect() as outside:
        return {key: bool(dropped) for key, dropped in outside.exec_driver_sql("SELECT key, dropped FROM outbox")}


@pytest.fixture
def first(new_url: Callable[[], str]) -> str:
    """A database of the first revision with data in it."""
    url = new_url()
    upgrade(url, "0001")
    change(url, *FIRST)
    return url


def test_what_was_there_is_there_after_an_upgrade_and_is_served(first: str) -> None:
    upgrade(first)
    assert check(first) == []
    assert letters(first) == {"waiting": False, "sent": False, "dropped": True, "dead": False}
    store = open_store(first)
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
    upgrade(first)
    store = open_store(first)
    store.run_now(lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=None, limit=9))
    store.run_now(lambda unit: unit.plans.add(1, PLAN, NOW))
    store.close()
    downgrade(first, "0001")
    assert current_revision(first) == "0001"
    assert rows(first) == before
    with outsider(first).connect() as outside:
        assert outside.exec_driver_sql("SELECT count(*) FROM plan").scalar() == 1


def test_a_letter_written_out_above_is_one_that_is_written_today(first: str) -> None:
    upgrade(first)
    store = open_store(first)
    store.run_now(lambda unit: unit.outbox.post("today", 1, reply(1), NOW))
    store.close()
    with outsider(first).connect() as outside:
        asked = outside.exec_driver_sql("SELECT key, reply FROM outbox WHERE key IN ('today', 'waiting')")
        bodies = {row.key: row.reply for row in asked}
    assert set(bodies) == {"today", "waiting"}
    assert bodies["today"] == bodies["waiting"]
