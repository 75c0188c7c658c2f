"""Volunteers and pairs: numbers, states, instants. What two write to each other passes through the outbox, and is kept nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from bot.community import Mentors
from bot.core.mentoring import Pair, Volunteer
from storage import tables
from storage.errors import Missing
from storage.ids import Ids

_volunteer, _pair = tables.volunteer, tables.pair
_VOLUNTEER = insert(_volunteer).on_conflict_do_nothing(index_elements=["person_id"])
_WITHDRAW = delete(_volunteer).where(_volunteer.c.person_id == bindparam("of_person"))
_VOLUNTEERS = select(_volunteer)
_INSERT = insert(_pair)
# Where rows can be locked one by one: of two who leave a pair at once, the second sees that it is over.
_GET = select(_pair).where(_pair.c.id == bindparam("which")).with_for_update()
_SAVE = update(_pair).where(_pair.c.id == bindparam("which"))
_GOING_ON = select(_pair).where(_pair.c.state != "over").order_by(_pair.c.id)
# Two halves and not an OR: each side has an index of its own.
_OF = union_all(
    select(_pair).where(_pair.c.person_id == bindparam("of_person")), select(_pair).where(_pair.c.mentor_id == bindparam("of_person"))
)


class SqlMentors(Mentors):
    """Volunteers and pairs."""

    def __init__(self, connection: Connection, ids: Ids) -> None:
        self._connection = connection
        self._ids = ids

    def volunteer(self, person_id: int, now: datetime) -> None:
        """Keep that a member volunteers."""
        self._connection.execute(_VOLUNTEER, {"person_id": person_id, "since": now})

    def withdraw(self, person_id: int) -> None:
        """They are not asked any more. Their pairs go on."""
        self._connection.execute(_WITHDRAW, {"of_person": person_id})

    def volunteers(self) -> Sequence[Volunteer]:
        """Everybody who volunteers, oldest first."""
        found = [Volunteer(person_id=row.person_id, since=row.since) for row in self._connection.execute(_VOLUNTEERS)]
        return sorted(found, key=lambda each: (each.since, each.person_id))

    def add(self, newcomer_id: int, mentor_id: int, now: datetime) -> Pair:
        """A pair that the mentor is asked for."""
        made = self._ids.next(self._connection, _pair)
        pair = Pair(id=made, newcomer_id=newcomer_id, mentor_id=mentor_id, state="asked", asked_at=now)
        self._connection.execute(_INSERT, {"id": made, **_columns(pair)})
        return pair

    def get(self, pair_id: int) -> Pair | None:
        """One pair, over or not. Until the transaction ends, nobody else gets it."""
        row = self._connection.execute(_GET, {"which": pair_id}).first()
        return None if row is None else _read(row)

    def save(self, pair: Pair) -> None:
        """Keep the pair as it is now. Raises Missing when there is none."""
        if self._connection.execute(_SAVE, {"which": pair.id, **_columns(pair)}).rowcount != 1:
            raise Missing(f"there is no pair {pair.id}")

    def going_on(self) -> Sequence[Pair]:
        """Every pair that is not over, oldest first."""
        return [_read(row) for row in self._connection.execute(_GOING_ON)]

    def of(self, person_id: int) -> Sequence[Pair]:
        """Every pair that a person is or was in, on either side, oldest first."""
        found = [_read(row) for row in self._connection.execute(_OF, {"of_person": person_id})]
        return sorted(found, key=lambda pair: pair.id)


def _columns(pair: Pair) -> dict[str, Any]:
    return {
        "person_id": pair.newcomer_id,
        "mentor_id": pair.mentor_id,
        "state": pair.state,
        "asked_at": pair.asked_at,
        "began_at": pair.began_at,
        "ended_at": pair.ended_at,
    }


def _read(row: Row[Any]) -> Pair:
    return Pair(
        id=row.id,
        newcomer_id=row.person_id,
        mentor_id=row.mentor_id,
        state=row.state,
        asked_at=row.asked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
