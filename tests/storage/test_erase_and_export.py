"""A person may take everything with them, and may leave no trace. Both are checked against the tables themselves."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from bot.community import Question
from bot.core.levels import Level
from bot.core.person import Person
from bot.messages import Account, Choice, Reply, Words
from bot.ports import CaseEvent, Dialogue, Unit
from storage.store import SqlStore
from storage.tables import ERASED, about, metadata
from tests.storage.samples import NOW, PLAN, connection_of, danger, intake, newcomer, reply

ABOUT_NOBODY = {"heard", "store_key", "erased"}
WORDS = "a-word-that-nobody-else-would-type"


def fill(unit: Unit, person: Person, moderator: Person) -> int:
    """A row about the person in every table; the id of their case."""
    unit.dialogues.put(person.id, Dialogue("plan", "start", {"words": WORDS}), NOW)
    unit.plans.add(person.id, PLAN, NOW, by=person.id)
    unit.people.new_code(person.id, until=NOW)
    intake(person.id)(unit)
    unit.entries.add(person.id, "drink", NOW, {"words": WORDS}, NOW)
    unit.questions.add(Question(id=0, person_id=person.id, name="otter-snow", chosen=False, text=WORDS, asked_at=NOW))
    unit.mentors.volunteer(person.id, NOW)
    unit.mentors.add(person.id, moderator.id, NOW)
    unit.timers.put(person.id, "reminder", "08:00", NOW)
    unit.outbox.post(f"hello:{person.id}", person.id, reply(person.id), NOW)
    case = unit.cases.add(danger(person.id, level=Level.emergency, red=True))
    unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="opened", note=WORDS))
    unit.cases.record(CaseEvent(case_id=case.id, at=NOW, what="claimed", actor_id=moderator.id))
    alert = Reply(to=moderator.id, words=(Words("alert", {"said": WORDS}),), kind="alert", choices=(Choice("claim", str(case.id)),))
    note = Reply(to=moderator.id, words=(Words("case-note", {"case": case.id, "said": WORDS}),), kind="case")
    unit.outbox.post(f"alert:{case.id}", moderator.id, alert, NOW)
    unit.outbox.post(f"note:{case.id}", moderator.id, note, NOW)
    return case.id


def everything(unit: Unit) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {table.name: [dict(row) for row in connection_of(unit).execute(select(table)).mappings()] for table in metadata.sorted_tables}


@pytest.fixture
def moderator(store: SqlStore) -> Person:
    """A moderator."""
    return store.run_now(lambda unit: newcomer(unit, Account("discord", "m"), moderator=True))


@pytest.fixture
def other(store: SqlStore, moderator: Person) -> Person:
    """Another patient, about whom there is as much."""

    def work(unit: Unit) -> Person:
        made = newcomer(unit, Account("telegram", "other"))
        fill(unit, made, moderator)
        return made

    return store.run_now(work)


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_is_about_a_person_or_known_to_be_about_nobody(table: Table) -> None:
    assert (about(table, 1) is None) == (table.name in ABOUT_NOBODY)


def test_every_table_that_names_a_person_is_emptied_with_them() -> None:
    naming = [table for table in metadata.sorted_tables if "person_id" in table.c]
    assert len(naming) >= 7
    assert [key.ondelete for table in naming for key in table.c.person_id.foreign_keys] == ["CASCADE"] * len(naming)


def test_erasing_leaves_others_as_they_were_and_no_trace_of_the_person(
    store: SqlStore, someone: Person, moderator: Person, other: Person
) -> None:
    before = store.run_now(everything)
    store.run_now(lambda unit: fill(unit, someone, moderator))
    filled = store.run_now(everything)
    assert all(len(filled[name]) > len(before[name]) for name in filled if name not in {*ABOUT_NOBODY, "person", "person_key", "account"})

    store.run_now(lambda unit: unit.people.erase(someone.id))
    gone = {name: [row for row in rows if row.get("person_id") != someone.id] for name, rows in before.items()}
    gone["person"] = [row for row in before["person"] if row["id"] != someone.id]
    gone["erased"] = [{"was": someone.id}]
    assert store.run_now(everything) == gone


def test_the_words_of_an_erased_person_are_not_in_the_file_any_more(
    store: SqlStore, someone: Person, moderator: Person, file: Path
) -> None:
    store.run_now(lambda unit: fill(unit, someone, moderator))
    store.run_now(lambda unit: unit.people.erase(someone.id))
    store.close()
    assert WORDS.encode() not in b"".join(each.read_bytes() for each in file.parent.iterdir())


def test_a_case_taken_by_a_moderator_who_leaves_goes_back_to_the_queue(store: SqlStore, someone: Person, moderator: Person) -> None:
    def work(unit: Unit) -> tuple[object, ...]:
        case_id = fill(unit, someone, moderator)
        case = unit.cases.get(case_id)
        assert case is not None
        unit.cases.save(replace(case, state="claimed", owner_id=moderator.id))
        unit.people.erase(moderator.id)
        (waiting,) = unit.cases.waiting()
        return waiting.state, waiting.owner_id, [event.actor_id for event in unit.cases.history(case_id)]

    assert store.run_now(work) == ("open", None, [None, ERASED])


def test_an_id_that_was_erased_is_never_given_again(store: SqlStore, someone: Person) -> None:
    def work(unit: Unit) -> Person:
        unit.people.erase(someone.id)
        return newcomer(unit, Account("telegram", "new"))

    assert store.run_now(work).id > someone.id


def test_erasing_whom_nobody_knows_changes_nothing(store: SqlStore, other: Person) -> None:
    before = store.run_now(everything)
    store.run_now(lambda unit: unit.people.erase(999))
    assert store.run_now(everything) == before


def test_an_export_holds_every_row_about_the_person_and_no_other(
    store: SqlStore, someone: Person, moderator: Person, other: Person
) -> None:
    before = store.run_now(everything)
    case_id = store.run_now(lambda unit: fill(unit, someone, moderator))
    exported = store.run_now(lambda unit: unit.people.export(someone.id))

    assert exported.keys() == {table.name for table in metadata.sorted_tables} - {*ABOUT_NOBODY, "person_key"}
    assert json.loads(json.dumps(exported)) == exported, "it can be written to a file as it is"
    now = store.run_now(everything)
    added = {
        name: [row["id"] for row in now[name] if row not in before[name]] for name in ("plan", "entry", "care_case", "case_event", "timer")
    }
    assert {name: [row["id"] for row in exported[name]] for name in added} == added
    assert [row["person_id"] for row in exported["account"] + exported["dialogue"]] == [someone.id] * 2
    assert [row["key"] for row in exported["outbox"]] == [f"hello:{someone.id}"]
    assert [row["id"] for row in exported["person"]] == [someone.id]
    assert {row["case_id"] for row in exported["case_event"]} == {case_id}
    assert exported["entry"][0]["at"] == "2026-01-01T07:00:00+00:00"
    assert exported["entry"][0]["detail"]["dose_mg"] == 10
