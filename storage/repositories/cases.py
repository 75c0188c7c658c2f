"""Escalations and their history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from bot.core.case import Case
from bot.core.levels import Level
from bot.ports import CaseEvent, Cases
from storage import tables
from storage.columns import new_id
from storage.errors import Missing

_case, _event = tables.care_case, tables.case_event
_INSERT = insert(_case)
_GET = select(_case).where(_case.c.id == bindparam("which"))
# Where rows can be locked one by one: of two moderators who take a case, the second sees that it is taken.
_GET_ALONE = _GET.with_for_update(key_share=True)
_SAVE = update(_case).where(_case.c.id == bindparam("which"))
_WAITING = select(_case).where(_case.c.state != "closed")
_OPEN_FOR = _WAITING.where(_case.c.person_id == bindparam("of_person")).with_for_update(key_share=True)
_RECORD = insert(_event)
_HISTORY = select(_event).where(_event.c.case_id == bindparam("of_case")).order_by(_event.c.id)


class SqlCases(Cases):
    """Cases and the lines of their history, which are only ever added."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, case: Case) -> Case:
        """Store a new case; its id is given here."""
        made = new_id(self._connection.execute(_INSERT, _columns(case)))
        return replace(case, id=made)

    def get(self, case_id: int) -> Case | None:
        """One case, closed or not. Until the transaction ends, nobody else gets it."""
        row = self._connection.execute(_GET_ALONE, {"which": case_id}).first()
        return None if row is None else _read(row)

    def save(self, case: Case) -> None:
        """Keep the case as it is now. Raises Missing when there is none: an alarm that is not kept must be noticed."""
        if self._connection.execute(_SAVE, {"which": case.id, **_columns(case)}).rowcount != 1:
            raise Missing(f"there is no case {case.id}")

    def open_for(self, person_id: int) -> Case | None:
        """The person's case that is not closed; the worst should there ever be several."""
        cases = self._worst_first(_OPEN_FOR, of_person=person_id)
        return cases[0] if cases else None

    def waiting(self) -> Sequence[Case]:
        """Every case that is not closed, worst first (a red one before another of its level), then oldest first."""
        return self._worst_first(_WAITING)

    def record(self, event: CaseEvent) -> None:
        """Add a line to the history."""
        values = {"case_id": event.case_id, "at": event.at, "what": event.what, "actor_id": event.actor_id, "note": event.note}
        self._connection.execute(_RECORD, values)

    def history(self, case_id: int) -> Sequence[CaseEvent]:
        """The lines in the order they were recorded."""
        rows = self._connection.execute(_HISTORY, {"of_case": case_id})
        return [CaseEvent(case_id=row.case_id, at=row.at, what=row.what, actor_id=row.actor_id, note=row.note) for row in rows]

    def _worst_first(self, statement: Select[Any], **asked: int) -> list[Case]:
        cases = [_read(row) for row in self._connection.execute(statement, asked)]
        return sorted(cases, key=lambda case: (-case.level, not case.red, case.opened_at, case.id))


def _columns(case: Case) -> dict[str, Any]:
    return {
        "person_id": case.person_id,
        "level": case.level.name,
        "red": case.red,
        "codes": list(case.codes),
        "state": case.state,
        "opened_at": case.opened_at,
        "owner_id": case.owner_id,
        "closed_at": case.closed_at,
        "resolution": case.resolution,
    }


def _read(row: Row[Any]) -> Case:
    return Case(
        id=row.id,
        person_id=row.person_id,
        level=Level[row.level],
        red=row.red,
        codes=tuple(row.codes),
        state=row.state,
        opened_at=row.opened_at,
        owner_id=row.owner_id,
        closed_at=row.closed_at,
        resolution=row.resolution,
    )
