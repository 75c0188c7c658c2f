"""Every column is claimed: clear for a reason, sealed, or an index; and every table says how it is exported and erased."""

from __future__ import annotations

from typing import Any, cast

import pytest
from sqlalchemy import Column, LargeBinary, MetaData, String, Table, select

from bot.core.person import Person
from bot.messages import Account
from bot.ports import Unit
from storage.claims import HELD, Clear, Holding, Index, Sealed, Wrapped
from storage.store import SqlStore
from storage.tables import about, also_about, metadata
from tests.storage.samples import connection_of, newcomer
from tests.storage.test_erase_and_export import fill


def unclaimed(tables: MetaData, held: dict[str, Holding]) -> set[str]:
    """Columns that nobody claims."""
    claimed = {f"{table}.{column}" for table, holding in held.items() for column in holding.columns}
    return {str(column) for table in tables.sorted_tables for column in table.c} - claimed


def test_every_column_is_claimed_and_no_other() -> None:
    assert unclaimed(metadata, dict(HELD)) == set()
    assert {f"{table}.{column}" for table, holding in HELD.items() for column in holding.columns} == {
        str(column) for table in metadata.sorted_tables for column in table.c
    }


def test_a_column_that_nobody_claims_would_be_seen() -> None:
    other = MetaData()
    Table("person", other, Column("id", String), Column("nickname", String))
    assert unclaimed(other, dict(HELD)) == {"person.nickname"}


def test_what_is_not_in_clear_is_bytes_and_what_is_in_clear_says_why() -> None:
    for table in metadata.sorted_tables:
        for column in table.c:
            claim = HELD[table.name].columns[column.name]
            assert isinstance(column.type, LargeBinary) == isinstance(claim, Sealed | Index | Wrapped), column
            if isinstance(claim, Clear):
                assert len(claim.why) > 10, column
            if isinstance(claim, Sealed):
                assert (claim.field.table, claim.field.column) == (table.name, column.name)


def test_every_table_says_how_it_is_erased_and_those_about_a_person_are_exported() -> None:
    for table in metadata.sorted_tables:
        holding = HELD[table.name]
        assert len(holding.erased) > 10, table
        assert holding.exported == (about(table, 1) is not None and table.name != "person_key")


def rows(unit: Unit, table: Table, person_id: int) -> list[Any]:
    """Rows of a table that are about a person."""
    mine = about(table, person_id)
    found = [] if mine is None else list(connection_of(unit).execute(select(table).where(mine)))
    return found + (list(connection_of(unit).execute(select(table).where(also_about(table, person_id)))) if "about" in table.c else [])


@pytest.mark.parametrize("table", [table for table in metadata.sorted_tables if about(table, 1) is not None], ids=str)
def test_each_table_is_filled_exported_and_emptied_as_it_says(store: SqlStore, someone: Person, table: Table) -> None:
    moderator = store.run_now(lambda unit: newcomer(unit, Account("discord", "m"), moderator=True))
    store.run_now(lambda unit: fill(unit, someone, moderator))
    assert store.run_now(lambda unit: rows(unit, table, someone.id)), "there is something to erase"
    exported = store.run_now(lambda unit: unit.people.export(someone.id))
    assert bool(exported.get(table.name)) == HELD[table.name].exported
    store.run_now(lambda unit: unit.people.erase(someone.id))
    assert store.run_now(lambda unit: rows(unit, table, someone.id)) == []


def test_an_export_is_in_clear_and_holds_no_key_and_no_index(store: SqlStore, someone: Person) -> None:
    moderator = store.run_now(lambda unit: newcomer(unit, Account("discord", "m"), moderator=True))
    store.run_now(lambda unit: fill(unit, someone, moderator))
    exported = store.run_now(lambda unit: unit.people.export(someone.id))
    for name, holding in HELD.items():
        for row in cast(list[dict[str, Any]], exported.get(name, [])):
            hidden = {column for column, claim in holding.columns.items() if isinstance(claim, Index | Wrapped)}
            assert not {column for column in hidden if column in row} - {"key"}, name
            assert "(cannot be read)" not in row.values()
    assert exported["outbox"][0]["key"] == f"hello:{someone.id}", "the words, not the hash they are found by"
    assert exported["dialogue"][0]["form"] == "plan"
    assert exported["account"][0]["platform_id"] == "4242"
