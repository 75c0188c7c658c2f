"""Removing all that is kept about one person. It walks the tables, so that a new one cannot be forgotten."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects.postgresql import insert

from storage import tables
from storage.tables import ERASED, about, also_about, metadata

_case, _event, _trail = tables.care_case, tables.case_event, tables.trail
_REMEMBER = insert(tables.erased).on_conflict_do_nothing(index_elements=["was"])


def remove(connection: Connection, person_id: int) -> None:
    """Delete every row about the person, and what others wrote or are still to read about them.

    A case that the person had taken as a moderator goes back to the queue: someone else is behind it. In the history of others'
    cases their acts remain, and their id does not. The key that old copies of the rows need is destroyed after the commit.
    """
    for table in metadata.sorted_tables:
        if "about" in table.c:
            connection.execute(delete(table).where(also_about(table, person_id)))
    taken = update(_case).where(_case.c.owner_id == person_id)
    connection.execute(taken.where(_case.c.state == "claimed").values(state="open"))
    connection.execute(taken.values(owner_id=None))
    for history in (_event, _trail):
        connection.execute(update(history).where(history.c.actor_id == person_id).values(actor_id=ERASED))
    for table in reversed(metadata.sorted_tables):
        mine = about(table, person_id)
        if mine is not None and connection.execute(delete(table).where(mine)).rowcount and table is tables.person:
            connection.execute(_REMEMBER, {"was": person_id})
