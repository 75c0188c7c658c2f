"""Who did what with a person's data: lines that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, insert, select

from bot.ports import Trace, Trail
from storage import tables
from storage.claims import TRACE
from storage.ids import Ids
from storage.vault import Seals

_trail = tables.trail
_INSERT = insert(_trail)
_OF = select(_trail).where(_trail.c.person_id == bindparam("of_person")).order_by(_trail.c.id)


class SqlTrail(Trail):
    """The audit of persons' data."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids

    def add(self, trace: Trace) -> None:
        """Add a line."""
        made = self._ids.next(self._connection, _trail)
        values = {"id": made, "person_id": trace.person_id, "at": trace.at, "what": trace.what, "actor_id": trace.actor_id}
        self._connection.execute(_INSERT, {**values, "note": self._seals.seal(TRACE, made, trace.note, trace.person_id)})

    def of(self, person_id: int) -> Sequence[Trace]:
        """The lines about a person, oldest first."""
        return [
            Trace(
                person_id=row.person_id,
                at=row.at,
                what=row.what,
                actor_id=row.actor_id,
                note=self._seals.unseal(TRACE, row.id, row.note, row.person_id),
            )
            for row in self._connection.execute(_OF, {"of_person": person_id}).all()
        ]
