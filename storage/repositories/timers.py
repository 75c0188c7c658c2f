"""Due times as rows. Whoever claims a timer owns it alone, and puts its next occurrence in the same transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from bot.ports import Timer, Timers
from storage import tables

# What a timer is about stands in clear, so that it can be moved and cancelled: an hour, a date, an id; never words.
_SUBJECT = re.compile(r"[0-9TZ:+. -]*", re.ASCII)
_timer, _person = tables.timer, tables.person
_insert = insert(_timer)
_PUT = _insert.on_conflict_do_update(
    index_elements=["person_id", "kind", "subject"],
    set_={"due_at": _insert.excluded.due_at, "attempt": _insert.excluded.attempt},
)
_CANCEL_KIND = delete(_timer).where(_timer.c.person_id == bindparam("of_person"), _timer.c.kind == bindparam("of_kind"))
_CANCEL = _CANCEL_KIND.where(_timer.c.subject == bindparam("about"))
# On SQLite the transaction holds the write lock from its first line. Elsewhere other workers pass over the rows taken here, and
# this one passes over the timers of a person who is being served at this moment: they come at the next beat. The person is locked
# first: a timer passed over must not stay locked.
_DUE = (
    select(_timer)
    .join(_person, _person.c.id == _timer.c.person_id)
    .where(_timer.c.due_at <= bindparam("now"))
    .order_by(_timer.c.due_at, _timer.c.id)
    .limit(bindparam("at_most"))
    .with_for_update(key_share=True, skip_locked=True, of=[_person, _timer])
)
_TAKE = delete(_timer).where(_timer.c.id.in_(bindparam("which", expanding=True)))
_NEXT = select(func.min(_timer.c.due_at))
# By the index of instants: asked of what lies further ahead than a day and a bit, where few timers of any kind ever are.
_FAR = (
    select(_timer)
    .where(_timer.c.due_at > bindparam("after"), _timer.c.kind == bindparam("of_kind"))
    .order_by(_timer.c.due_at, _timer.c.id)
    .limit(bindparam("at_most"))
)
_OF = select(_timer).where(_timer.c.person_id == bindparam("of_person")).order_by(_timer.c.due_at, _timer.c.id)


class SqlTimers(Timers):
    """Timers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, person_id: int, kind: str, subject: str, due_at: datetime, attempt: int = 0) -> None:
        """Set the timer, or move the one of the same person, kind and subject.

        Raises ValueError on a subject that is more than hours, dates and numbers: it would be readable by whoever has the file.
        """
        if not _SUBJECT.fullmatch(subject):
            raise ValueError("a timer's subject is an hour, a date or a number")
        values = {"person_id": person_id, "kind": kind, "subject": subject, "due_at": due_at, "attempt": attempt}
        self._connection.execute(_PUT, values)

    def cancel(self, person_id: int, kind: str, subject: str | None = None) -> None:
        """Remove the timer; every timer of the kind when no subject is named."""
        asked = {"of_person": person_id, "of_kind": kind}
        if subject is None:
            self._connection.execute(_CANCEL_KIND, asked)
        else:
            self._connection.execute(_CANCEL, {**asked, "about": subject})

    def claim(self, now: datetime, limit: int) -> Sequence[Timer]:
        """Take at most `limit` timers due at `now` or before, earliest first, and remove them."""
        taken = [_read(row) for row in self._connection.execute(_DUE, {"now": now, "at_most": limit})]
        if taken:
            self._connection.execute(_TAKE, {"which": [timer.id for timer in taken]})
        return taken

    def next_due(self) -> datetime | None:
        """The earliest due time of all."""
        return self._connection.execute(_NEXT).scalar()

    def far(self, kind: str, after: datetime, limit: int) -> Sequence[Timer]:
        """At most `limit` timers of a kind that are due after an instant, earliest first. They stay where they are."""
        return [_read(row) for row in self._connection.execute(_FAR, {"of_kind": kind, "after": after, "at_most": limit})]

    def of(self, person_id: int) -> Sequence[Timer]:
        """The person's timers, earliest first."""
        return [_read(row) for row in self._connection.execute(_OF, {"of_person": person_id})]


def _read(row: Row[Any]) -> Timer:
    return Timer(
        id=row.id,
        kind=row.kind,
        person_id=row.person_id,
        subject=row.subject,
        due_at=row.due_at,
        attempt=row.attempt,
    )
