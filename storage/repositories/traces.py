"""All that is kept about one person, to hand it over. It walks the tables, so that a new one cannot be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from storage.claims import HELD, Clear, Index, Sealed
from storage.concerned import others
from storage.errors import Unreadable
from storage.tables import about, metadata
from storage.vault import Seals

UNREADABLE = "(cannot be read)"
"""Stands in an export for what was changed behind our back: the rest is handed over all the same."""


def gather(connection: Connection, seals: Seals, person_id: int) -> dict[str, Any]:
    """Every row about the person, opened, by table and oldest first, as JSON values (instants in ISO 8601, UTC)."""
    found: dict[str, Any] = {}
    for table in metadata.sorted_tables:
        mine = about(table, person_id)
        if mine is not None and HELD[table.name].exported:
            rows = connection.execute(select(table).where(mine).order_by(*table.primary_key)).mappings().all()
            found[table.name] = [_opened(seals, table.name, row, person_id) for row in rows]
    return found


def _opened(seals: Seals, table: str, row: RowMapping, person_id: int) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for name, claim in HELD[table].columns.items():
        match claim:
            case Clear():
                plain[name] = _plain(row[name])
            case Sealed() as sealed if row[name] is not None:
                plain |= sealed.shown(_value(seals, sealed, row, person_id))
            case Sealed():
                plain[name] = None
            case Index():
                pass
    return plain


def _value(seals: Seals, sealed: Sealed, row: RowMapping, person_id: int) -> Any:
    try:
        return seals.unseal(sealed.field, row.get("id", person_id), row[sealed.field.column], person_id, *others(row.get("about", "")))
    except Unreadable:
        return UNREADABLE


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
