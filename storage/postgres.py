"""What only PostgreSQL needs: its session settings, its locks at migration, what its failures mean, and whether they pass.

A transaction is READ COMMITTED: what must not interleave locks the row it is about first (a person who speaks, a case that is
taken, what is claimed), and reads after that see all that was committed before. docs/adr/0009-postgresql.md says why.
Error codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, Inspector, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

ONE_FILE = False

DRIVER = "postgresql+psycopg"

# By code, or by the two characters of its class; the code comes first.
_UNAVAILABLE = {
    "08": "the connection is lost",
    "25006": "it is read-only",
    "25P03": "the transaction stood idle for too long",
    "28": "access is refused",
    "3D000": "there is no database of that name",
    "40": "others keep changing the same rows",
    "42501": "access is refused",
    "53100": "the disk is full",
    "53200": "memory is exhausted",
    "53300": "it has too many connections",
    "53": "it is short of resources",
    "55P03": "another process keeps it locked",
    "57014": "the statement was cancelled",
    "57P": "the server is stopping or starting",
    "58": "the disk failed",
    "XX": "it is damaged",
}
_LOST = ("08", "57P", "25P03")
_COLLIDED = ("40",)
_RACED = ("23505", "23503", "25P02")

_MIGRATION_LOCK = 0x50414C494552  # "PALIER": one number, the same in every process
_MIGRATION_PATIENCE_S = 60.0
_ABANDONED_AFTER = "60s"


def create(url: URL, *, patience_s: float, migrating: bool = False) -> Engine:
    """An engine whose commits are on the server's disk when they return, and that waits no longer than `patience_s` for a lock.

    A connection stays with the thread that made it. Migrating, a transaction waits for any other that migrates.
    """
    wait_ms = int(1000 * (_MIGRATION_PATIENCE_S if migrating else patience_s))
    arguments = {
        "connect_timeout": max(2, round(patience_s)),  # libpq reads 1 as 2
        "application_name": "palier",
        # A peer that vanished is noticed by the kernel: nothing above it has a time limit.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(2000 * patience_s),
    }
    engine = create_engine(url.set(drivername=DRIVER), poolclass=NullPool, connect_args=arguments, isolation_level="READ COMMITTED")

    # A process that froze in the middle must not keep others from a person's row for ever.
    settings = {"synchronous_commit": "on", "lock_timeout": str(wait_ms), "idle_in_transaction_session_timeout": _ABANDONED_AFTER}
    set_all = "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())

    def prepare(connection: psycopg.Connection[Any], _: Any) -> None:
        connection.execute(set_all.encode())
        connection.commit()

    event.listen(engine, "connect", prepare)
    if migrating:
        event.listen(engine, "begin", _alone)
    return engine


def _alone(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")


def exists(url: URL) -> bool:
    """Whether the server has the database. Raises the driver's error when the server cannot be asked."""
    try:
        with create(url, patience_s=2).connect():
            return True
    except DBAPIError:
        # The driver gives no code for a refused connection, and its words are in the server's language: another database is asked.
        with create(url.set(database="postgres"), patience_s=2).connect() as connection:
            named = connection.execute(text("SELECT count(*) FROM pg_database WHERE datname = :name"), {"name": url.database})
            if named.scalar():
                raise
        return False


def why_unavailable(error: BaseException | None) -> str | None:
    """What is wrong with the server or the database when an error means that; None when the statement is at fault."""
    driver_error = _driver_error(error)
    if driver_error is None:
        return None
    code = driver_error.sqlstate
    if code is None:
        return f"the connection failed: {_one_line(driver_error).removeprefix('connection failed: ')}" if is_lost(error) else None
    return next((_UNAVAILABLE[start] for start in (code, code[:3], code[:2]) if start in _UNAVAILABLE), None)


def is_lost(error: BaseException | None) -> bool:
    """Whether the connection is gone, so that the same work may succeed on another one."""
    driver_error = _driver_error(error)
    if driver_error is None:
        return False
    if driver_error.sqlstate is None:
        return isinstance(driver_error, psycopg.OperationalError | psycopg.InterfaceError)
    return driver_error.sqlstate.startswith(_LOST)


def only_reads(error: BaseException | None) -> bool:
    """Whether the session only reads. One begun while the server did stays so when the server does no more: another is needed."""
    driver_error = _driver_error(error)
    return driver_error is not None and driver_error.sqlstate == "25006"


def has_collided(error: BaseException | None) -> bool:
    """Whether it was undone only because others did something at the same time (a deadlock, a serialization failure)."""
    driver_error = _driver_error(error)
    return driver_error is not None and (driver_error.sqlstate or "").startswith(_COLLIDED)


def may_have_raced(error: BaseException | None) -> bool:
    """Whether it may be the trace of a race: a row that another process added or removed after this one had looked."""
    driver_error = _driver_error(error)
    return driver_error is not None and driver_error.sqlstate in _RACED


def transaction_id(connection: Connection) -> str | None:
    """By what `was_kept` knows this transaction again; None when it has changed nothing.

    Raises the driver's error when a statement failed before and the work did not say so: its commit would silently be a rollback.
    """
    return connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()::text").scalar()


def was_kept(connection: Connection, transaction_id: str) -> bool | None:
    """Whether a transaction whose commit got no answer was kept; None while it is not decided, or when nobody knows any more."""
    status = connection.exec_driver_sql("SELECT pg_xact_status(CAST(%s AS xid8))", (transaction_id,)).scalar()
    return {"committed": True, "aborted": False}.get(str(status))


def _driver_error(error: BaseException | None) -> psycopg.Error | None:
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    return driver_error if isinstance(driver_error, psycopg.Error) else None


def _one_line(error: psycopg.Error) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__


def orphans(connection: Connection) -> list[str]:
    """Rows that refer to what is not there. The server lets none in; a copy made with its triggers off may hold some."""
    seen = inspect(connection)
    return [line for table in sorted(seen.get_table_names()) for line in _orphans_of(connection, seen, table)]


def _orphans_of(connection: Connection, seen: Inspector, table: str) -> Iterator[str]:
    for key in seen.get_foreign_keys(table):
        (column,), parent, (named,) = key["constrained_columns"], key["referred_table"], key["referred_columns"]
        asked = f'SELECT ctid, * FROM "{table}" c WHERE "{column}" IS NOT NULL AND NOT EXISTS (SELECT FROM "{parent}" p WHERE p."{named}" = c."{column}")'  # noqa: S608, E501 - names come from the catalogue
        for row in connection.exec_driver_sql(f"{asked} LIMIT 5").mappings():
            yield f"{table} row {row.get('id', row['ctid'])} refers to a {parent} that is not there"


def problems(url: URL) -> list[str]:
    """What the server tells of itself, and what reading every row finds; empty when all is sound."""
    engine = create(url, patience_s=5)
    with engine.connect() as connection:
        found = [
            f"{name} is off: what was acknowledged may be lost"
            for name in ("fsync", "full_page_writes")
            if connection.exec_driver_sql(f"SHOW {name}").scalar() != "on"
        ]
        found += [f"{kind} {name} is not valid" for kind, name in connection.exec_driver_sql(_INVALID)]
    for table in _readable_tables(engine):
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql(f'SELECT sum(length(t::text)) FROM "{table}" t').scalar()  # noqa: S608 - from the catalogue
        except DBAPIError as error:
            found.append(f"{table} cannot be read: {_one_line(error.orig) if isinstance(error.orig, psycopg.Error) else error}")
    if found:
        return found
    with engine.connect() as connection:
        return orphans(connection) + _ids_behind(connection)


_INVALID = """
    SELECT 'index', relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE NOT indisvalid
    UNION ALL SELECT 'constraint', conname FROM pg_constraint WHERE NOT convalidated AND contype IN ('f', 'c')
"""


def _readable_tables(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(inspect(connection).get_table_names())


def _ids_behind(connection: Connection) -> list[str]:
    behind = []
    for table, last in last_ids(connection).items():
        highest = connection.exec_driver_sql(f'SELECT max(id) FROM "{table}"').scalar() or 0  # noqa: S608 - from the catalogue
        if highest > last:
            behind.append(f"{table} would give id {last + 1} again")
    return behind


def take_ids(connection: Connection, table: str, count: int) -> Sequence[int]:
    """From the table's sequence: an id taken is nobody else's, whatever becomes of the transaction."""
    asked = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [row[0] for row in connection.exec_driver_sql(asked, (table, count))]


def scrub(url: URL) -> None:
    """Write every table anew, without its dead rows. What the server's own log and archives hold of them is out of our hands."""
    engine = create(url, patience_s=_MIGRATION_PATIENCE_S).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f'VACUUM FULL "{table}"')


def last_ids(connection: Connection) -> dict[str, int]:
    """The highest id ever given, by table."""
    found: dict[str, int] = {}
    for table, sequence in _sequences(connection).items():
        last, called = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {sequence}").one()  # noqa: S608 - from the catalogue
        found[table] = last if called else 0
    return found


def give_after(connection: Connection, last_ids: Mapping[str, int]) -> None:
    """Give only higher ids from now on."""
    sequences = _sequences(connection)
    for table, last in last_ids.items():
        if last:
            connection.execute(text("SELECT setval(CAST(:sequence AS regclass), :last)"), {"sequence": sequences[table], "last": last})


def _sequences(connection: Connection) -> dict[str, str]:
    seen = inspect(connection)
    tables = [table for table in sorted(seen.get_table_names()) if any(column["name"] == "id" for column in seen.get_columns(table))]
    asked = text("SELECT pg_get_serial_sequence(:table, 'id')")
    return {table: str(connection.execute(asked, {"table": table}).scalar()) for table in tables}
