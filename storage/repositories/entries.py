"""The log of what a person said happened. Entries are added and undone, never changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from bot.core.entry import Entry, EntryKind
from bot.ports import Entries
from storage import tables
from storage.claims import DETAIL
from storage.columns import microseconds
from storage.errors import Missing
from storage.ids import Ids
from storage.straight import StraightInsert
from storage.vault import Seals

_entry = tables.entry
_standing = (_entry.c.person_id == bindparam("of_person"), _entry.c.undone_at.is_(None))
_INSERT = StraightInsert(_entry, ("id", "person_id", "kind", "at", "recorded_at", "detail"))
_GET = select(_entry).where(_entry.c.id == bindparam("which"))
_UNDO = (
    update(_entry)
    .where(_entry.c.id == bindparam("which"), _entry.c.undone_at.is_(None))
    .values(undone_at=bindparam("now", type_=_entry.c.undone_at.type))
)
# What the assistant itself notes beside a person's words is never what they mean by their last entry.
NOT_SAID: tuple[EntryKind, ...] = ("finding", "acknowledgement")
_LAST = select(_entry).where(*_standing, _entry.c.kind.not_in(NOT_SAID)).order_by(_entry.c.recorded_at.desc(), _entry.c.id.desc()).limit(1)
_BETWEEN = (
    select(_entry).where(*_standing, _entry.c.at >= bindparam("since"), _entry.c.at < bindparam("until")).order_by(_entry.c.at, _entry.c.id)
)
_BETWEEN_KINDS = _BETWEEN.where(_entry.c.kind.in_(bindparam("kinds", expanding=True)))


class SqlEntries(Entries):
    """The log."""

    def __init__(self, connection: Connection, seals: Seals, ids: Ids) -> None:
        self._connection = connection
        self._seals = seals
        self._ids = ids

    def add(self, person_id: int, kind: EntryKind, at: datetime, detail: Mapping[str, Any], now: datetime) -> Entry:
        """Log a fact: it happened at `at` and was said `now`."""
        made = self._ids.next(self._connection, _entry)
        sealed = self._seals.seal(DETAIL, made, dict(detail), person_id)
        _INSERT.execute(self._connection, (made, person_id, kind, microseconds(at), microseconds(now), sealed))
        return Entry(id=made, person_id=person_id, kind=kind, at=at, recorded_at=now, detail=detail)

    def get(self, entry_id: int) -> Entry | None:
        """One entry, undone or not."""
        row = self._connection.execute(_GET, {"which": entry_id}).first()
        return None if row is None else self._read(row)

    def undo(self, entry_id: int, now: datetime) -> None:
        """Take an entry back; it stays readable. Undone twice, it keeps its first instant. Raises Missing when there is none."""
        undone = self._connection.execute(_UNDO, {"which": entry_id, "now": now}).rowcount
        if not undone and self.get(entry_id) is None:
            raise Missing(f"there is no entry {entry_id}")

    def last(self, person_id: int) -> Entry | None:
        """The most recently recorded entry that was not undone; findings and acknowledgements are not the person's entries."""
        row = self._connection.execute(_LAST, {"of_person": person_id}).first()
        return None if row is None else self._read(row)

    def between(self, person_id: int, since: datetime, until: datetime, kinds: Collection[EntryKind] = ()) -> Sequence[Entry]:
        """Entries not undone with since <= at < until, oldest first; every kind when none is named."""
        asked: dict[str, Any] = {"of_person": person_id, "since": since, "until": until}
        if not kinds:
            return [self._read(row) for row in self._connection.execute(_BETWEEN, asked)]
        return [self._read(row) for row in self._connection.execute(_BETWEEN_KINDS, {**asked, "kinds": sorted(kinds)})]

    def _read(self, row: Row[Any]) -> Entry:
        return Entry(
            id=row.id,
            person_id=row.person_id,
            kind=row.kind,
            at=row.at,
            recorded_at=row.recorded_at,
            detail=self._seals.unseal(DETAIL, row.id, row.detail, row.person_id),
            undone_at=row.undone_at,
        )
