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
from storage.claims import CODES, NOTE, RESOLUTION
from storage.errors import Missing
from storage.ids import Ids
from storage.vault import Seals

_case, _event = tables.care_case, tables.case_event
_INSERT = insert(_case)
_GET = select(_case).where(_case.c.id == bindparam("which"))
# Where rows can be locked one by one: of two moderators who take a case, the second sees that it is taken.
_GET_ALONE = _GET.with_for_update(key_share=True)
_SAVE = update(_case).where(_case.c.id == bindparam("which"))
_WAITING = select(_case).where(_case.c.state != "closed")
_OPEN_FOR = _WAITING.where(_case.c.person_id == bindparam("of_person")).with_for_update(key_share=True)
_CLOSED_OF = select(_case).where(_case.c.person_id == bindparam("of_person"), _case.c.state == "closed")
_WHOSE = select(_case.c.person_id).where(_case.c.id == bindparam("which"))
_RECORD = insert(_event)
_HISTORY = select(_event).where(_event.c.case_id == bindparam("of_case")).order_by(_event.c.id)


class SqlCases(Cases):
    """Cases and the lines of their history, which are only ever added."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids

    def add(self, case: Case) -> Case:
        """Store a new case; its id is given here."""
        stored = replace(case, id=self._ids.next(self._connection, _case))
        self._connection.execute(_INSERT, {"id": stored.id, **self._columns(stored)})
        return stored

    def get(self, case_id: int) -> Case | None:
        """One case, closed or not. Until the transaction ends, nobody else gets it."""
        row = self._connection.execute(_GET_ALONE, {"which": case_id}).first()
        return None if row is None else self._read(row)

    def save(self, case: Case) -> None:
        """Keep the case as it is now. Raises Missing when there is none: an alarm that is not kept must be noticed."""
        if self._connection.execute(_SAVE, {"which": case.id, **self._columns(case)}).rowcount != 1:
            raise Missing(f"there is no case {case.id}")

    def open_for(self, person_id: int) -> Case | None:
        """The person's case that is not closed; the worst should there ever be several."""
        cases = self._worst_first(_OPEN_FOR, of_person=person_id)
        return cases[0] if cases else None

    def closed_of(self, person_id: int) -> Sequence[Case]:
        """The person's closed cases, oldest first."""
        return sorted(self._worst_first(_CLOSED_OF, of_person=person_id), key=lambda case: (case.opened_at, case.id))

    def waiting(self) -> Sequence[Case]:
        """Every case that is not closed, worst first (a red one before another of its level), then oldest first."""
        return self._worst_first(_WAITING)

    def record(self, event: CaseEvent) -> None:
        """Add a line to the history."""
        row = self._ids.next(self._connection, _event)
        note = self._seals.seal(NOTE, row, event.note, self._whose(event.case_id))
        values = {"id": row, "case_id": event.case_id, "at": event.at, "what": event.what, "actor_id": event.actor_id, "note": note}
        self._connection.execute(_RECORD, values)

    def history(self, case_id: int) -> Sequence[CaseEvent]:
        """The lines in the order they were recorded."""
        rows = self._connection.execute(_HISTORY, {"of_case": case_id}).all()
        patient = self._whose(case_id) if rows else 0
        return [
            CaseEvent(
                case_id=row.case_id,
                at=row.at,
                what=row.what,
                actor_id=row.actor_id,
                note=self._seals.unseal(NOTE, row.id, row.note, patient),
            )
            for row in rows
        ]

    def _worst_first(self, statement: Select[Any], **asked: int) -> list[Case]:
        rows = self._connection.execute(statement, asked).all()
        self._seals.load(row.person_id for row in rows)
        cases = [self._read(row) for row in rows]
        return sorted(cases, key=lambda case: (-case.level, not case.red, case.opened_at, case.id))

    def _whose(self, case_id: int) -> int:
        person_id: int | None = self._connection.execute(_WHOSE, {"which": case_id}).scalar()
        if person_id is None:
            raise Missing(f"there is no case {case_id}")
        return person_id

    def _columns(self, case: Case) -> dict[str, Any]:
        seal, whose = self._seals.seal, case.person_id
        return {
            "person_id": whose,
            "level": case.level.name,
            "red": case.red,
            "codes": seal(CODES, case.id, list(case.codes), whose),
            "state": case.state,
            "opened_at": case.opened_at,
            "owner_id": case.owner_id,
            "closed_at": case.closed_at,
            "resolution": None if case.resolution is None else seal(RESOLUTION, case.id, case.resolution, whose),
        }

    def _read(self, row: Row[Any]) -> Case:
        unseal, whose = self._seals.unseal, row.person_id
        return Case(
            id=row.id,
            person_id=whose,
            level=Level[row.level],
            red=row.red,
            codes=tuple(unseal(CODES, row.id, row.codes, whose)),
            state=row.state,
            opened_at=row.opened_at,
            owner_id=row.owner_id,
            closed_at=row.closed_at,
            resolution=None if row.resolution is None else unseal(RESOLUTION, row.id, row.resolution, whose),
        )
