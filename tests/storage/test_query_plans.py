"""What is asked every second, or on every message, is answered by an index: a whole table is never read for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import Connection, Select, event, insert
from sqlalchemy.dialects import registry
from sqlalchemy.sql.dml import UpdateBase

from bot.core.person import Person
from bot.ports import Dialogue, Unit
from storage import retention, tables, unit
from storage.repositories import cases, dialogues, entries, mentors, outbox, people, plans, questions, timers
from storage.retention import Retention
from storage.store import SqlStore
from storage.unit import SqlUnit
from tests.storage.samples import ACCOUNT, MINUTE, NOW, connection_of


def pruned(unit: Unit) -> None:
    """What is old, taken away."""
    cast(SqlUnit, unit).prune(NOW, Retention())


ASKED: list[tuple[str, Callable[[Unit], object]]] = [
    ("ix_timer_due_at", lambda unit: unit.timers.claim(NOW, 100)),
    ("ix_timer_due_at", lambda unit: unit.timers.next_due()),
    ("ix_timer_due_at", lambda unit: unit.timers.far("intake", NOW + 250 * MINUTE, 100)),
    ("uq_timer_person_id_kind_subject", lambda unit: unit.timers.cancel(1, "reminder", "08:00")),
    ("ix_outbox_unsent", lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=None, limit=20)),
    ("ix_outbox_unsent", lambda unit: unit.outbox.claim(NOW, NOW + MINUTE, platforms=["telegram"], accounts=[ACCOUNT], limit=20)),
    ("ix_outbox_retry", lambda unit: unit.outbox.next_retry()),
    ("ix_outbox_leased", lambda unit: unit.outbox.next_retry()),
    ("ix_outbox_leased", lambda unit: unit.outbox.take_back()),
    ("ix_outbox_person_id_created_at", lambda unit: unit.outbox.said_since(1, "", NOW)),
    ("ix_entry_person_id_recorded_at", lambda unit: unit.entries.last(1)),
    ("ix_entry_person_id_at", lambda unit: unit.entries.between(1, NOW, NOW + MINUTE, {"intake"})),
    ("uq_plan_active", lambda unit: unit.plans.current(1)),
    ("ix_care_case_person_id", lambda unit: unit.cases.open_for(1)),
    ("ix_care_case_person_id", lambda unit: unit.cases.closed_of(1)),
    ("ix_care_case_waiting", lambda unit: unit.cases.waiting()),
    ("ix_question_open", lambda unit: unit.questions.open()),
    ("ix_question_", lambda unit: unit.questions.open_of(1)),
    ("ix_pair_going_on", lambda unit: unit.mentors.going_on()),
    ("ix_pair_mentor_id", lambda unit: unit.mentors.of(1)),
    ("uq_account_platform_known_as", lambda unit: unit.people.find(ACCOUNT)),
    ("pk_heard", lambda unit: cast(SqlUnit, unit).leave_mark(NOW)),
    ("ix_heard_at", pruned),
    ("ix_outbox_sent_at", pruned),
    ("ix_outbox_dead_at", pruned),
]

UNNAMED = {
    "uq_timer_person_id_kind_subject": "sqlite_autoindex_timer_1",
    "uq_account_platform_known_as": "sqlite_autoindex_account_1",
    "pk_heard": "heard USING PRIMARY KEY",
}
"""What SQLite calls the index of a constraint."""


def explained(connection: Connection, work: Callable[[], object]) -> list[str]:
    """How the engine answers every statement of some work, line by line."""
    said: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        _, _, statement, parameters, _, many = call
        said.append((statement, parameters[0] if many else parameters))

    event.listen(connection, "before_cursor_execute", note)
    work()
    event.remove(connection, "before_cursor_execute", note)
    cursor = connection.connection.cursor()
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    lines: list[str] = []
    for statement, parameters in said:
        cursor.execute(f"{how} {statement}", parameters)
        lines += [str(line[-1]).strip() for line in cursor.fetchall()]
    return lines


def fill(unit: Unit, person_id: int) -> None:
    """Enough rows that reading them all would be worth avoiding: one of each thing is due, the rest is past or to come."""
    later = [NOW + n * MINUTE for n in range(300)]
    body = {"person_id": person_id, "about": "", "urgency": 0, "letter": b"", "attempts": 0}
    connection = connection_of(unit)
    connection.execute(
        insert(tables.timer),
        [{"person_id": person_id, "kind": "k", "subject": str(n), "due_at": at, "attempt": 0} for n, at in enumerate(later)],
    )
    connection.execute(insert(tables.outbox), [{**body, "key": b"%d" % n, "created_at": at, "next_at": at} for n, at in enumerate(later)])
    for at in later:
        unit.entries.add(person_id, "intake", at, {}, at)
    unit.dialogues.put(person_id, Dialogue("plan", "start"), NOW)


@pytest.mark.parametrize(("index", "work"), ASKED)
def test_an_index_answers(store: SqlStore, someone: Person, engine: str, index: str, work: Callable[[Unit], object]) -> None:
    def explain(unit: Unit) -> list[str]:
        fill(unit, someone.id)
        if engine == "postgresql":  # little tables are best read whole: it is asked what it could do, were that forbidden
            for how in ("seqscan", "sort", "bitmapscan"):
                connection_of(unit).exec_driver_sql(f"SET LOCAL enable_{how} TO off")
        return explained(connection_of(unit), lambda: work(unit))

    lines = store.run_now(explain)
    name = UNNAMED.get(index, index) if engine == "sqlite" else index
    assert any(name in line for line in lines), lines
    assert not [line for line in lines if re.search(r"Seq Scan on (?!person)", line)], "no table is read from end to end"
    assert not [line for line in lines if re.match(r"(->  )?Sort  ", line)], "the rows come in order, none is sorted"
    assert not [line for line in lines if "TEMP B-TREE" in line], "the rows come in order, none is sorted"
    assert not [line for line in lines if re.match(r"SCAN (?!CONSTANT ROW|.* USING )", line)], "no table is read from end to end"


def test_a_table_read_from_end_to_end_would_be_seen(store: SqlStore, someone: Person, file: Path) -> None:
    by_words = tables.entry.select().where(tables.entry.c.kind == "intake").order_by(tables.entry.c.at)
    lines = store.run_now(lambda unit: explained(connection_of(unit), lambda: connection_of(unit).execute(by_words)))
    assert lines == ["SCAN entry", "USE TEMP B-TREE FOR ORDER BY"]


STATEMENTS: dict[str, Select[Any] | UpdateBase] = {
    f"{module.__name__}.{name}": statement
    for module in (cases, dialogues, entries, mentors, outbox, people, plans, questions, retention, timers, unit)
    for name, statement in vars(module).items()
    if name.isupper() and isinstance(statement, Select | UpdateBase)
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_one_that_postgresql_understands_too(name: str) -> None:
    compiled = str(STATEMENTS[name].compile(dialect=registry.load("postgresql")()))
    assert compiled.split(maxsplit=1)[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}


def test_the_statements_were_found() -> None:
    assert len(STATEMENTS) > 30
