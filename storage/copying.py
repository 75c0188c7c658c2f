"""Every row of one database into another, whichever engines they are: how a server is backed up, and how any backup is restored.

Tables are read as they stand, not as this version declares them, so that a backup can be taken before an upgrade.
"""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, Table, insert, select

from storage.engine import Home

BATCH = 1000
"""Rows in memory at once: the size of a database does not matter."""

_OF_ALEMBIC = "alembic_version"


def copy_rows(source: Connection, target: Connection, *, from_home: Home, to_home: Home) -> int:
    """Copy every row, and after which id each table gives its next. The target has the same tables, empty. How many rows."""
    there, here = _tables(source), _tables(target)
    copied = sum(_copy(source, target, table, here.tables[table.name]) for table in there.sorted_tables if table.name != _OF_ALEMBIC)
    to_home.give_after(target, from_home.last_ids(source))
    return copied


def is_empty(connection: Connection) -> bool:
    """Whether no table holds a row."""
    return not any(
        connection.execute(select(1).select_from(table).limit(1)).first()
        for table in _tables(connection).sorted_tables
        if table.name != _OF_ALEMBIC
    )


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _copy(source: Connection, target: Connection, table: Table, into: Table) -> int:
    copied = 0
    with source.execution_options(yield_per=BATCH).execute(select(table)) as rows:
        for some in rows.mappings().partitions():
            target.execute(insert(into), [dict(row) for row in some])
            copied += len(some)
    return copied
