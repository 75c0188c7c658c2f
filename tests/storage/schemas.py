"""What a database looks like from outside: its tables and indexes, in the engine's own words."""

from __future__ import annotations

from sqlalchemy import Connection

from tests.storage.samples import outsider

_SQLITE = (
    "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger' AND name NOT IN ('sqlite_sequence', 'alembic_version')"
)
_COLUMNS = """
    SELECT table_name, string_agg(concat_ws(' ', column_name, data_type, is_nullable, column_default), ', ' ORDER BY column_name)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' GROUP BY 1"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid IS DISTINCT FROM to_regclass('alembic_version')"""


def schema(url: str) -> dict[str, str]:
    """Every table, index and constraint, as the engine tells it, without spaces."""
    with outsider(url).connect() as outside:
        asked = (_SQLITE,) if outside.dialect.name == "sqlite" else (_COLUMNS, _INDEXES, _CONSTRAINTS)
        return {f"{number} {name}": told for number, each in enumerate(asked) for name, told in _told(outside, each)}


def _told(connection: Connection, asked: str) -> list[tuple[str, str]]:
    return [(name, _in_order("".join(told.split()))) for name, told in connection.exec_driver_sql(asked.replace("%", "%%"))]


def _in_order(told: str) -> str:
    """A table that SQLite rebuilt has its constraints in any order."""
    columns, *constraints = told.removesuffix(")").split(",CONSTRAINT")
    return ",CONSTRAINT".join([columns, *sorted(constraints)])


def change(url: str, *statements: str) -> None:
    """Change the database behind everybody's back."""
    with outsider(url).begin() as outside:
        for statement in statements:
            outside.exec_driver_sql(statement)
