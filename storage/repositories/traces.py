"""All that is kept about one person: to hand it over, and to remove it. Both walk the tables, so that a new one cannot be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage import tables
from storage.tables import ERASED, about, metadata

_case, _event, _outbox = tables.care_case, tables.case_event, tables.outbox


def gather(connection: Connection, person_id: int) -> dict[str, Any]:
    """Every row about the person, by table and oldest first, as JSON values (instants in ISO 8601, UTC)."""
    found: dict[str, Any] = {}
    for table in metadata.sorted_tables:
        mine = about(table, person_id)
        if mine is not None:
            rows = connection.execute(select(table).where(mine).order_by(*table.primary_key)).mappings()
            found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def remove(connection: Connection, person_id: int) -> None:
    """Delete every row about the person, and what is still written to others about their cases.

    A case that the person had taken as a moderator goes back to the queue: someone else is behind it. In the history of others'
    cases their acts remain, and their id does not.
    """
    _remove_letters_about_cases(connection, person_id)
    taken = update(_case).where(_case.c.owner_id == person_id)
    connection.execute(taken.where(_case.c.state == "claimed").values(state="open"))
    connection.execute(taken.values(owner_id=None))
    connection.execute(update(_event).where(_event.c.actor_id == person_id).values(actor_id=ERASED))
    for table in reversed(metadata.sorted_tables):
        mine = about(table, person_id)
        if mine is not None:
            connection.execute(delete(table).where(mine))


def _remove_letters_about_cases(connection: Connection, person_id: int) -> None:
    """Letters to moderators name a case in a choice's `about` or in a value called `case`; erasing is rare, so all are read."""
    cases = {str(case_id) for case_id in connection.execute(select(_case.c.id).where(_case.c.person_id == person_id)).scalars()}
    if not cases:
        return
    letters = connection.execute(select(_outbox.c.id, _outbox.c.reply).where(_outbox.c.person_id != person_id))
    named = [letter.id for letter in letters if not cases.isdisjoint(_cases_named(letter.reply))]
    for letter_id in named:
        connection.execute(delete(_outbox).where(_outbox.c.id == letter_id))


def _cases_named(reply: dict[str, Any]) -> set[str]:
    """The ids of the cases that an encoded reply to a moderator is about; none for a reply of another kind."""
    if reply["kind"] not in ("alert", "case"):
        return set()
    valued = [*reply["words"], *reply["attachments"]]
    return {choice["about"] for choice in reply["choices"]} | {str(each["values"].get("case")) for each in valued}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
