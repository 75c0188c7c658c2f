"""Escalations: none is lost, the worst comes first, and the history only grows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.case import Case
from bot.core.levels import Level
from bot.core.person import Person
from bot.messages import Account
from bot.ports import CaseEvent, Unit
from storage.store import Missing, SqlStore
from tests.storage.samples import MINUTE, NOW, danger, newcomer


def test_a_case_gets_its_id_from_the_store_and_is_read_back(store: SqlStore, someone: Person) -> None:
    made = store.run_now(lambda unit: unit.cases.add(danger(someone.id, level=Level.emergency, red=True)))
    assert made.id > 0
    assert store.run_now(lambda unit: unit.cases.get(made.id)) == made
    assert store.run_now(lambda unit: unit.cases.open_for(someone.id)) == made


def test_the_life_of_a_case_is_kept(store: SqlStore, someone: Person) -> None:
    moderator = store.run_now(lambda unit: newcomer(unit, Account("discord", "m"), moderator=True))
    made = store.run_now(lambda unit: unit.cases.add(danger(someone.id)))
    claimed = replace(made, state="claimed", owner_id=moderator.id, codes=("withdrawal", "seizure"), level=Level.emergency, red=True)
    closed = replace(claimed, state="closed", closed_at=NOW + MINUTE, resolution="referred")

    def save(unit: Unit, case: Case) -> Case | None:
        unit.cases.save(case)
        return unit.cases.get(made.id)

    assert store.run_now(lambda unit: save(unit, claimed)) == claimed
    assert store.run_now(lambda unit: unit.cases.open_for(someone.id)) == claimed
    assert store.run_now(lambda unit: save(unit, closed)) == closed
    assert store.run_now(lambda unit: unit.cases.open_for(someone.id)) is None
    assert store.run_now(lambda unit: unit.cases.waiting()) == []


def test_the_closed_cases_of_a_person_come_oldest_first_and_are_nobody_elses(store: SqlStore, someone: Person) -> None:
    another = store.run_now(lambda unit: newcomer(unit, Account("discord", "another")))
    kept = [replace(danger(someone.id, minutes=minutes), state="closed", closed_at=NOW, resolution="safe") for minutes in (9, 2)]

    def work(unit: Unit) -> list[Case]:
        for case in (*kept, danger(someone.id), replace(kept[0], person_id=another.id)):
            unit.cases.add(case)
        return [replace(case, id=0) for case in unit.cases.closed_of(someone.id)]

    assert store.run_now(work) == sorted(kept, key=lambda case: case.opened_at)


def test_a_case_that_is_not_there_is_not_saved_in_silence(store: SqlStore, someone: Person) -> None:
    with pytest.raises(Missing):
        store.run_now(lambda unit: unit.cases.save(replace(danger(someone.id), id=999)))


def test_waiting_cases_come_worst_first_then_oldest_first(store: SqlStore, someone: Person) -> None:
    expected = [
        danger(someone.id, level=Level.emergency, red=True, minutes=9),
        danger(someone.id, level=Level.urgent, red=True, minutes=8),
        danger(someone.id, level=Level.urgent, minutes=1),
        danger(someone.id, level=Level.urgent, minutes=2),
        danger(someone.id, level=Level.check, minutes=0),
    ]

    def work(unit: Unit) -> list[Case]:
        for case in sorted(expected, key=lambda case: case.opened_at):
            unit.cases.add(case)
        return [replace(case, id=0) for case in unit.cases.waiting()]

    assert store.run_now(work) == expected


def test_the_history_of_a_case_is_read_in_the_order_it_was_written(store: SqlStore, someone: Person) -> None:
    made = store.run_now(lambda unit: unit.cases.add(danger(someone.id)))
    events = [
        CaseEvent(case_id=made.id, at=NOW, what="opened"),
        CaseEvent(case_id=made.id, at=NOW, what="claimed", actor_id=7),
        CaseEvent(case_id=made.id, at=NOW - MINUTE, what="note", actor_id=7, note="rappelé à 9 h \ud83d"),
    ]

    def work(unit: Unit) -> list[CaseEvent]:
        for event in events:
            unit.cases.record(event)
        return list(unit.cases.history(made.id))

    assert store.run_now(work) == events
