"""Values that the storage tests share, and the little work they often ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url

from bot.core.case import Case
from bot.core.entry import Entry
from bot.core.levels import Level
from bot.core.person import Person, Role
from bot.core.plan import Dose, Plan, Step
from bot.messages import Account, Choice, Reply, Urgency, Words
from bot.ports import Unit
from storage.engine import PATIENCE_S
from storage.store import KeyRing, SqlStore, open_store
from storage.unit import SqlUnit
from storage.vault import Seals

NOW = datetime(2026, 1, 1, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GIVEN_TEXT = f"given:{'A' * 43}="
GIVEN = KeyRing.of_text(GIVEN_TEXT)
"""The keys of the databases on a server, where no file stands beside them."""
ACCOUNT = Account("telegram", "4242")
PLAN = Plan(scheme="custom", start=date(2026, 1, 1), steps=(Step(20, 5, (Dose(time(8), 10), Dose(time(18), 10))), Step(30, None)))


def ring(url: str) -> KeyRing:
    """The keys of a test's database: in the file beside a file, given to a server."""
    parsed = make_url(url)
    return GIVEN if parsed.host else KeyRing.in_file(Path(str(parsed.database)).with_suffix(".key"), may_create=True)


def open_at(url: str, *, patience_s: float = PATIENCE_S) -> SqlStore:
    """Its store."""
    return open_store(url, keys=ring(url), patience_s=patience_s)


def newcomer(unit: Unit, account: Account, *, moderator: bool = False) -> Person:
    """One more person."""
    role: Role = "moderator" if moderator else "patient"
    return unit.people.add(account, role=role, language="en", timezone="Europe/London", country="GB", now=NOW)


def intake(person_id: int, minutes: int = 0) -> Callable[[Unit], Entry]:
    """Work that logs an intake so many minutes after NOW."""
    at = NOW + minutes * MINUTE
    return lambda unit: unit.entries.add(person_id, "intake", at, {"dose_mg": 10, "slot": "2026-01-01T08:00", "assumed": []}, at)


def reply(to: int, *, urgent: bool = False, key: str = "hello", choices: tuple[Choice, ...] = ()) -> Reply:
    """Something short to say."""
    return Reply(to=to, words=(Words(key, {"name": "é"}),), urgency=Urgency.urgent if urgent else Urgency.normal, choices=choices)


def danger(person_id: int, *, level: Level = Level.urgent, red: bool = False, minutes: int = 0) -> Case:
    """A case just opened."""
    codes = ("breathing",) if red else ("withdrawal",)
    return Case(id=0, person_id=person_id, level=level, red=red, codes=codes, state="open", opened_at=NOW + minutes * MINUTE)


def outsider(url: str) -> Engine:
    """The plain way into the same database, as another program would take it: none of our settings, and no lock on a file it reads."""
    parsed = make_url(url)
    return create_engine(parsed.set(drivername="postgresql+psycopg") if parsed.host else parsed, poolclass=NullPool)


def connection_of(unit: Unit) -> Connection:
    """The connection under a unit, to bring about what only a failing disk would."""
    return cast(SqlUnit, unit)._connection


def seals_of(unit: Unit) -> Seals:
    """What a unit seals with, to bring about what only another version would write."""
    return cast(SqlUnit, unit)._seals


def let_change(connection: Connection, table: str) -> None:
    """Take from a history what keeps its lines as they are."""
    on_table = "" if connection.dialect.name == "sqlite" else f" ON {table}"
    connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_is_append_only{on_table}")
