"""How fast the store acknowledges: durable intakes with 64 in flight, beside the plain driver with one row per commit.

Both write the same rows with the same durability, to the same disk or server, in turns in one run; only their ratio is worth quoting.
In the same turns, the same store writing the same rows unsealed: what encryption costs. Then what a process does at each beat: claiming
timers, and claiming letters. With --peer, in the same turns again, an ORM session over aiosqlite with a commit each (needs the `bench`
extra). With --many ROWS nothing is compared: so many rows are written and read, and the memory of the process is told on the way.

    python -m benchmarks.storage [--url URL] [--rows 6000] [--rounds 5] [--in-flight 64] [--folder DIR] [--peer] [--many ROWS]

Without a URL a throw-away SQLite file is made in the folder. A PostgreSQL URL names an empty database of its own: it is filled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from bot.messages import Account, Reply, Words
from bot.ports import Unit
from storage import tables
from storage.cipher import Field, to_bytes
from storage.keys import KeyRing, key_text
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade
from storage.vault import Seals

NOW = datetime(2026, 1, 1, 7, 0, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DETAIL = {"dose_mg": 10, "slot": "2026-01-01T08:00", "assumed": []}
CLAIMED_AT_ONCE = 100
_INSERT = "INSERT INTO entry (person_id, kind, at, recorded_at, detail) VALUES (1, 'intake', ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a second, and how long one caller waited in milliseconds: half of them, and all but one in a hundred."""

    per_second: float
    p50_ms: float
    p99_ms: float


@contextmanager
def plain_driver(url: str) -> Iterator[Callable[[int], None]]:
    """Adds one intake and commits it, as durably as the store does, with nothing of ours in between."""
    at, detail = int(NOW.timestamp() * 1_000_000), json.dumps(DETAIL).encode()
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")

            def add(number: int) -> None:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_INSERT, (at + number, at, detail))
                connection.execute("COMMIT")

            yield add
    else:
        with psycopg.connect(url, autocommit=True) as server:
            insert = _INSERT.replace("?", "%s").encode()

            def add_there(number: int) -> None:
                server.execute(insert, (at + number, at, detail))

            yield add_there


def one_row_per_commit(url: str, rows: int) -> Pace:
    """The plain driver: a row, a commit on disk, and the next."""
    waits: list[float] = []
    with plain_driver(url) as add:
        started = time.perf_counter()
        for number in range(rows):
            before = time.perf_counter()
            add(number)
            waits.append(time.perf_counter() - before)
        return _pace(time.perf_counter() - started, waits)


def _sealed_intake(number: int) -> Callable[[Unit], None]:
    at = NOW + number * MICROSECOND

    def work(unit: Unit) -> None:
        unit.entries.add(1, "intake", at, DETAIL, NOW)

    return work


class _Unsealed(Seals):
    """Everything but the encryption: JSON as it is."""

    def seal(self, field: Field, row: int, value: Any, person_id: int, *others: int) -> bytes:  # noqa: ARG002 - as Seals has it
        """The value in clear."""
        return to_bytes(value)


def _bare_intake(number: int) -> Callable[[Unit], None]:
    """The same row on the same way, in clear."""
    at = NOW + number * MICROSECOND

    def work(unit: Unit) -> None:
        unit.entries._seals.__class__ = _Unsealed  # type: ignore[attr-defined]
        unit.entries.add(1, "intake", at, DETAIL, NOW)
        unit.entries._seals.__class__ = Seals  # type: ignore[attr-defined]

    return work


def through_the_store(store: SqlStore, rows: int, in_flight: int, intake: Callable[[int], Callable[[Unit], None]] = _sealed_intake) -> Pace:
    """`SqlStore.run` as the conversation calls it: each caller waits until its own row is on disk."""
    waits: list[float] = []
    left = iter(range(rows))

    async def caller() -> None:
        for number in left:
            before = time.perf_counter()
            await store.run(intake(number))
            waits.append(time.perf_counter() - before)

    async def everyone() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
        return time.perf_counter() - started

    return _pace(asyncio.run(everyone()), waits)


def sealed_to_unsealed(store: SqlStore, rows: int, in_flight: int, pairs: int = 6) -> float:
    """The pace with sealing over the pace without: the median of short runs side by side, in turns the one or the other first."""
    found: list[float] = []
    for number in range(pairs):
        order = (_bare_intake, _sealed_intake) if number % 2 else (_sealed_intake, _bare_intake)
        paces = {intake: through_the_store(store, rows, in_flight, intake).per_second for intake in order}
        found.append(paces[_sealed_intake] / paces[_bare_intake])
    return median(found)


def orm_and_aiosqlite(url: str, rows: int, in_flight: int) -> Pace:
    """What many start with: a session of the ORM over aiosqlite, one row and one commit each, as durable, with the pool it comes with."""
    from sqlalchemy import event  # noqa: PLC0415 - the peer and what it needs are asked for by --peer alone
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine  # noqa: PLC0415
    from sqlalchemy.orm import registry  # noqa: PLC0415

    class Entry:
        """A row of the table, as the ORM has them."""

    registry(metadata=tables.metadata).map_imperatively(Entry, tables.entry)
    engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"), connect_args={"timeout": 60})
    event.listen(engine.sync_engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=FULL"))
    waits: list[float] = []

    left = iter(range(rows))

    async def caller() -> None:
        for number in left:
            before = time.perf_counter()
            async with AsyncSession(engine) as session:
                entry = Entry()
                values = {"person_id": 1, "kind": "intake", "recorded_at": NOW, "detail": to_bytes(DETAIL)}
                for name, value in {**values, "at": NOW + number * MICROSECOND}.items():
                    setattr(entry, name, value)
                session.add(entry)
                await session.commit()
            waits.append(time.perf_counter() - before)

    async def write() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
        seconds = time.perf_counter() - started
        await engine.dispose()
        return seconds

    return _pace(asyncio.run(write()), waits)


def many(url: str, rows: int, in_flight: int) -> None:
    """Write so many rows, read them back a month at a time, and say how large the process is on the way."""
    store = _opened(url)
    done, step = 0, max(1, rows // 10)
    while done < rows:
        some = min(step, rows - done)
        first = done
        pace = through_the_store(store, some, in_flight, lambda number, first=first: _sealed_intake(first + number))
        done += some
        say(f"{done:,} rows: {pace.per_second:,.0f}/s, p99 {pace.p99_ms:.1f} ms, {_resident_mb():.0f} MB resident")
    read, started = 0, time.perf_counter()
    while read < rows:
        since = NOW + read * MICROSECOND
        read += len(store.run_now(lambda unit, since=since: unit.entries.between(1, since, since + 1000 * MICROSECOND)))
    say(f"read again: {read / (time.perf_counter() - started):,.0f}/s, {_resident_mb():.0f} MB resident")
    say(f"at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    store.close()


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _opened(url: str) -> SqlStore:
    """A store with somebody in it."""
    upgrade(url)
    store = open_store(url, keys=None if url.startswith("sqlite") else KeyRing.of_text(key_text("benchmark")))
    store.run_now(lambda unit: unit.people.add(Account("none", "1"), role="patient", language="fr", timezone="UTC", country="", now=NOW))
    return store


def _pace(seconds: float, waits: list[float]) -> Pace:
    return Pace(len(waits) / seconds, median(waits) * 1000, quantiles(waits, n=100)[98] * 1000)


def claims(store: SqlStore, rows: int) -> tuple[float, float, float]:
    """Timers, then letters, claimed per second in batches, when so many are due at the same instant.

    Letters twice: to persons of whom no key is at hand, and to the same persons again.
    """

    def fill(unit: Unit) -> None:
        for number in range(rows):
            person = unit.people.add(Account("none", f"p{number}"), role="patient", language="fr", timezone="UTC", country="", now=NOW)
            unit.timers.put(person.id, "reminder", "08:00", NOW)
            for turn in (0, 1):
                letter = Reply(to=person.id, words=(Words("form.over", {}),))
                unit.outbox.post(f"{turn}:{number}", person.id, letter, NOW + turn * MICROSECOND)

    store.run_now(fill)
    rates = []
    for claim in (_claim_timers, partial(_claim_letters, NOW), partial(_claim_letters, NOW + MICROSECOND)):
        started, got = time.perf_counter(), 0
        while some := store.run_now(claim):
            got += some
        rates.append(got / (time.perf_counter() - started))
    return rates[0], rates[1], rates[2]


def _claim_timers(unit: Unit) -> int:
    return len(unit.timers.claim(NOW, CLAIMED_AT_ONCE))


def _claim_letters(now: datetime, unit: Unit) -> int:
    lease = NOW + timedelta(hours=1)
    return len(unit.outbox.claim(now, lease, platforms=["none"], accounts=None, limit=CLAIMED_AT_ONCE))


def measure(url: str, *, rows: int, rounds: int, in_flight: int, peer: bool) -> None:
    """Take turns, then print each round and the median ratios."""
    store = _opened(url)
    ratios: dict[str, list[float]] = {"plain": [], "unsealed": []}
    for number in range(1, rounds + 1):
        plain = one_row_per_commit(url, rows // 4)
        ours = through_the_store(store, rows, in_flight)
        ratios["plain"].append(ours.per_second / plain.per_second)
        ratios["unsealed"].append(sealed_to_unsealed(store, rows // 3, in_flight))
        say(
            f"round {number}: plain {_line(plain)} | store, {in_flight} in flight: {_line(ours)} | to unsealed {ratios['unsealed'][-1]:.2f}"
        )
        if peer:
            for callers, name in ((in_flight, f"peer, {in_flight} in flight"), (1, "peer, one at a time")):
                other = orm_and_aiosqlite(url, rows // 20, callers)
                ratios.setdefault(name, []).append(ours.per_second / other.per_second)
                say(f"round {number}: ORM and aiosqlite, a commit each, {callers} in flight: {_line(other)}")
    alone = through_the_store(store, rows // 8, 1)
    beside = one_row_per_commit(url, rows // 8)
    timers, cold, warm = claims(store, rows // 3)
    store.close()
    say(f"store, one at a time: {_line(alone)} | plain beside it: {_line(beside)} | p99 ratio {alone.p99_ms / beside.p99_ms:.2f}")
    say(f"claimed in batches of {CLAIMED_AT_ONCE}: {timers:,.0f} timers/s, {cold:,.0f} letters/s, {warm:,.0f} with keys at hand")
    for name, found in ratios.items():
        say(f"ratio to {name}: median {median(found):.2f} (lowest {min(found):.2f}, highest {max(found):.2f})")


def _line(pace: Pace) -> str:
    return f"{pace.per_second:,.0f}/s, p50 {pace.p50_ms:.2f} ms, p99 {pace.p99_ms:.2f} ms"


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Read the arguments and measure on a throw-away file, or on the database that is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--url", default=None, help="an empty PostgreSQL database; a SQLite file when not given")
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--folder", type=Path, default=None, help="where to write: the disk that is measured")
    parser.add_argument("--peer", action="store_true", help="an ORM over aiosqlite in the same turns (SQLite only)")
    parser.add_argument("--many", type=int, default=0, help="write so many rows and tell the memory, instead")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        url = asked.url or f"sqlite:///{folder}/benchmark.db"
        if asked.many:
            many(url, asked.many, asked.in_flight)
        else:
            measure(url, rows=asked.rows, rounds=asked.rounds, in_flight=asked.in_flight, peer=asked.peer)


if __name__ == "__main__":
    main()
