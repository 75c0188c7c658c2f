"""Putting everything under the current key of the ring, while others read and write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from storage import tables
from storage.engine import locate, ring_beside
from storage.keys import KeyRing
from storage.upgrade import blaming

BATCH = 500
"""At most so many keys in one transaction: nobody who writes meanwhile waits for more."""

_person_key, _store_key = tables.person_key, tables.store_key
_OLD = (
    select(_person_key)
    .where(_person_key.c.key_id != bindparam("current"), _person_key.c.person_id > bindparam("after"))
    .order_by(_person_key.c.person_id)
    .limit(bindparam("at_most"))
    .with_for_update()
)
_OLD_OWN = select(_store_key).where(_store_key.c.key_id != bindparam("current")).with_for_update()
_WRAP = update(_person_key).where(_person_key.c.person_id == bindparam("which"))
_WRAP_OWN = update(_store_key).where(_store_key.c.name == bindparam("which"))


def rotate_keys(url: str, ring: KeyRing, *, batch: int = BATCH) -> int:
    """Wrap every key that an older key of the ring wraps under the current one; how many.

    Only the keys are wrapped again, not what they seal: some 20,000 a second. It may be stopped at any instant and begun again: what is
    done is done, and both keys open what is theirs meanwhile. Every process that uses the database must know the current key before
    this begins. Raises KeysUnavailable when a key that something is wrapped under is not in the ring, StorageUnavailable.
    """
    ring.load(new=False)
    database = locate(url)
    with blaming(database), database.engine().connect() as connection:
        changed, after = _own(connection, ring), 0
        while True:
            with connection.begin():
                rows = connection.execute(_OLD, {"current": ring.current, "after": after, "at_most": batch}).all()
                changed += _wrap_again(connection, ring, rows)
            if len(rows) < batch:
                return changed
            after = rows[-1].person_id


def own_ring(url: str) -> KeyRing:
    """The keys of a database for which none are named. Raises StorageUnavailable."""
    return ring_beside(locate(url))


def still_under_old_keys(url: str, ring: KeyRing) -> int:
    """How many keys are not under the current one: while there are any, none of the ring may be taken away. Raises StorageUnavailable."""
    database = locate(url)
    with blaming(database), database.engine().connect() as connection:
        asked = (select(table.c.key_id).where(table.c.key_id != ring.current) for table in (_person_key, _store_key))
        return sum(len(connection.execute(each).all()) for each in asked)


def _own(connection: Connection, ring: KeyRing) -> int:
    with connection.begin():
        rows = connection.execute(_OLD_OWN, {"current": ring.current}).all()
        for row in rows:
            key_id, wrapped = ring.seal(row.name, ring.unseal(row.name, row.key_id, row.wrapped))
            connection.execute(_WRAP_OWN, {"which": row.name, "key_id": key_id, "wrapped": wrapped})
    return len(rows)


def _wrap_again(connection: Connection, ring: KeyRing, rows: Sequence[Row[Any]]) -> int:
    changed = []
    for row in rows:
        if ring.holds(row.person_id):
            key_id, wrapped = ring.wrap(row.person_id, ring.unwrap(row.person_id, row.key_id, row.wrapped))
            changed.append({"which": row.person_id, "key_id": key_id, "wrapped": wrapped})
    if changed:
        connection.execute(_WRAP, changed)
    return len(changed)
