"""Faults of a database, brought about and ended at will, under a whole running house.

Each is a context: inside, the database fails as it does in life, with the engine's own error; afterwards it is as it was before.
"""

from __future__ import annotations

import io
import os
import pwd
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any, cast

from sqlalchemy import Engine, event, make_url

from bot.adapters.story import Faults, StorySender, VirtualClock
from bot.app import open_house, read_settings
from bot.ports import Store
from bot.settings import override
from storage.store import SqlStore
from storage.writer import Writer
from tests.houses import START, Rig, minds
from tests.storage.postgres_server import Server
from tests.storage.samples import GIVEN_TEXT, connection_of, open_at, outsider

ROOM = 4096
"""Bytes that a file may hold while the disk is full: a frame of the database's log is a little more."""

SHORT_S = 0.1
"""How long these houses wait for a database: nobody has the seconds that they wait in life."""


@dataclass(frozen=True, slots=True)
class Home:
    """A house in trouble: the house, and the store under it."""

    rig: Rig
    store: SqlStore
    url: str

    @property
    def file(self) -> Path:
        """The database file."""
        return Path(str(make_url(self.url).database))

    @property
    def engine(self) -> Engine:
        """Where the writer's connections come from: it begins a new one after every failure."""
        return cast(Writer, self.store._worker)._engine


@asynccontextmanager
async def house_at(url: str, *, patience_s: float = SHORT_S, before_serving: Callable[[], None] = lambda: None) -> AsyncIterator[Home]:
    """A whole house on a database of either engine."""
    keys = {"keys": GIVEN_TEXT} if make_url(url).host else {}
    settings = override(read_settings(), {"database_url": url, **keys})
    clock, faults = VirtualClock(START), Faults()
    sender = StorySender(clock, faults, {})
    store = open_at(url, patience_s=patience_s)

    def impatient(_: Store) -> Store:
        return store

    try:
        async with open_house(
            settings, clock=clock, senders=[sender], minds=minds(), wrap_store=impatient, before_serving=before_serving
        ) as house:
            yield Home(Rig(house, clock, sender, faults), store, url)
    finally:
        store.close()


# --- One file ---


@contextmanager
def every_connection(home: Home, statement: str) -> Iterator[None]:
    """The statement holds on the connection that is open, and on every new one."""

    def prepare(connection: Any, _: Any) -> None:
        connection.execute(statement)

    home.store.run_now(lambda unit: connection_of(unit).exec_driver_sql(statement))
    event.listen(home.engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(home.engine, "connect", prepare)


@contextmanager
def no_page_left(home: Home, server: Server | None) -> Iterator[None]:
    """Not one more page for the database: SQLITE_FULL, as soon as those that it has are full."""
    with every_connection(home, "PRAGMA max_page_count=1"):  # SQLite raises it to what is already there
        yield
    home.store.run_now(lambda unit: connection_of(unit).exec_driver_sql("PRAGMA max_page_count=1000000"))


@contextmanager
def no_byte_left(home: Home, server: Server | None) -> Iterator[None]:
    """No file of the process may grow any more: the disk refuses what is written, whatever connection writes it."""
    with outsider(home.url).connect() as outside:
        outside.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # from here on the log of the database has to grow
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        with redirect_stderr(io.StringIO()):  # which may be a file as well
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def only_read(home: Home, server: Server | None) -> Iterator[None]:
    """The file may be read and not written: SQLITE_READONLY."""
    with every_connection(home, "PRAGMA query_only=ON"):
        yield
    home.store.run_now(lambda unit: connection_of(unit).exec_driver_sql("PRAGMA query_only=OFF"))


@contextmanager
def ordinary_user() -> Iterator[None]:
    """As somebody for whom the modes of files count: root reads and writes whatever they say."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


HOLD = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_by_another(home: Home, server: Server | None) -> Iterator[None]:
    """Another process writes, and does not end its transaction: SQLITE_BUSY."""
    command = [sys.executable, "-c", HOLD, str(home.file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield
        finally:
            other.communicate("\n")


# --- A server ---

FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON entry EXECUTE FUNCTION full_disk();
CREATE TRIGGER full_disk BEFORE INSERT ON outbox EXECUTE FUNCTION full_disk();
"""


@contextmanager
def server_full(home: Home, server: Server | None) -> Iterator[None]:
    """The server has no room for another row: disk_full, from its own list of codes."""
    with outsider(home.url).begin() as outside:
        outside.exec_driver_sql(FULL)
    yield
    with outsider(home.url).begin() as outside:
        outside.exec_driver_sql("DROP FUNCTION full_disk CASCADE")


@contextmanager
def server_away(home: Home, server: Server | None) -> Iterator[None]:
    """The server stops, and starts again."""
    assert server is not None
    server.stop()
    try:
        yield
    finally:
        server.start()
        sleep(1.1)  # a door that was found shut is not tried again for a second


@contextmanager
def server_locked(home: Home, server: Server | None) -> Iterator[None]:
    """Another session keeps a table that every message needs."""
    with outsider(home.url).connect() as outside:
        outside.exec_driver_sql("LOCK TABLE heard, entry, outbox")
        yield
        outside.rollback()


@contextmanager
def server_only_reads(home: Home, server: Server | None) -> Iterator[None]:
    """What a provider does to a server whose disk is almost full: every transaction is read-only, in every session."""
    assert server is not None
    server.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    server.ask("SELECT pg_reload_conf(), pg_sleep(0.1)")
    try:
        yield
    finally:
        server.ask("ALTER SYSTEM RESET default_transaction_read_only")
        server.ask("SELECT pg_reload_conf(), pg_sleep(0.1)")


def cut(url: str, server: Server) -> None:
    """Cut every connection to the database, as a network does."""
    server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", url.rpartition("/")[2])
