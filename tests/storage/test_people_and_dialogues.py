"""Persons, accounts and the form that each may be in the middle of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Dialogue, Unit
from storage.store import Missing, SqlStore
from tests.storage.samples import ACCOUNT, NOW, newcomer


def test_a_newcomer_is_found_by_their_account_and_has_agreed_to_nothing(store: SqlStore, someone: Person) -> None:
    assert store.run_now(lambda unit: unit.people.find(ACCOUNT)) == someone
    assert store.run_now(lambda unit: unit.people.get(someone.id)) == someone
    assert someone.consented_at is None
    assert not someone.on_duty


@pytest.mark.parametrize("account", [Account("telegram", "4243"), Account("discord", "4242"), Account("Telegram", "4242")])
def test_an_account_reaches_nobody_else(store: SqlStore, someone: Person, account: Account) -> None:
    assert store.run_now(lambda unit: unit.people.find(account)) is None


def test_an_account_reaches_one_person_only(store: SqlStore, someone: Person) -> None:
    with pytest.raises(IntegrityError):
        store.run_now(lambda unit: newcomer(unit, ACCOUNT))


def test_what_a_person_changes_is_kept(store: SqlStore, someone: Person) -> None:
    changed = replace(someone, language="en", timezone="Asia/Tokyo", country="", consented_at=NOW, on_duty=True, role="moderator")
    store.run_now(lambda unit: unit.people.save(changed))
    assert store.run_now(lambda unit: unit.people.get(someone.id)) == changed


def test_a_person_who_is_not_there_cannot_be_changed(store: SqlStore, someone: Person) -> None:
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.people.save(replace(someone, id=999)))


def test_moderators_are_listed_and_patients_are_not(store: SqlStore, someone: Person) -> None:
    made = store.run_now(lambda unit: [newcomer(unit, Account("discord", name), moderator=True) for name in "ab"])
    assert store.run_now(lambda unit: unit.people.moderators()) == made


def test_the_accounts_of_a_person_are_listed(store: SqlStore, someone: Person) -> None:
    assert store.run_now(lambda unit: unit.people.accounts(someone.id)) == [ACCOUNT]


def test_a_form_in_progress_is_replaced_and_left(store: SqlStore, someone: Person) -> None:
    def work(unit: Unit) -> list[Dialogue | None]:
        seen = [unit.dialogues.get(someone.id)]
        for step in (Dialogue("plan", "start", {}), Dialogue("plan", "doses", {"start": "2026-01-01", "steps": [{"mg": 5}]})):
            unit.dialogues.put(someone.id, step, NOW + timedelta(minutes=1))
            seen.append(unit.dialogues.get(someone.id))
        unit.dialogues.clear(someone.id)
        return [*seen, unit.dialogues.get(someone.id)]

    opened = NOW + timedelta(minutes=1)
    before, first, second, left = store.run_now(work)
    assert (before, left) == (None, None)
    assert first == Dialogue("plan", "start", {}, opened)
    assert second == Dialogue("plan", "doses", {"start": "2026-01-01", "steps": [{"mg": 5}]}, opened)
    assert first.token != second.token
