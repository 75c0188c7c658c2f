"""How long each kind of row is kept, and the taking away of what is older, a little at a time.

What a person said and took is theirs, and stays until they erase it; here goes what only served to say things once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Delete, Table, bindparam, delete, select

from storage import tables

BATCH = 500
"""At most so many rows of a kind in one transaction: nobody who writes meanwhile waits for more."""

_outbox, _heard = tables.outbox, tables.heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind is kept. An update that a platform sends again after `heard` would be taken for a new one."""

    heard: timedelta = timedelta(days=30)
    sent: timedelta = timedelta(days=30)
    dropped: timedelta = timedelta(days=30)
    dead: timedelta = timedelta(days=180)


def _oldest(table: Table, *of_the_kind: ColumnElement[bool]) -> Delete:
    (key,) = table.primary_key
    return delete(table).where(key.in_(select(key).where(*of_the_kind).limit(bindparam("at_most"))))


def _before(column: ColumnElement[datetime]) -> ColumnElement[bool]:
    return column < bindparam("before", type_=column.type)


_DELETE: Mapping[str, Delete] = {
    "heard": _oldest(_heard, _before(_heard.c.at)),
    "sent": _oldest(_outbox, _before(_outbox.c.sent_at)),
    "dropped": _oldest(_outbox, _before(_outbox.c.dead_at), _outbox.c.dropped),
    "dead": _oldest(_outbox, _before(_outbox.c.dead_at), ~_outbox.c.dropped),
}


def prune(connection: Connection, now: datetime, policy: Retention, *, limit: int = BATCH) -> Counter[str]:
    """Delete what is too old, at most `limit` rows of each kind; how many of which. Less than `limit` of each: nothing is left."""
    gone: Counter[str] = Counter()
    for kind in fields(policy):
        before = now - getattr(policy, kind.name)
        gone[kind.name] = connection.execute(_DELETE[kind.name], {"before": before, "at_most": limit}).rowcount
    return gone
