"""How fast the store acknowledges: durable intakes with 64 in flight, beside the plain driver with one row per commit.

Both write the same rows with the same durability, to the same disk or server, in turns in one run; only their ratio is worth quoting.
Then what a process does at each beat: claiming timers, and claiming letters.

    python -m benchmarks.storage [--url URL] [--rows 6000] [--rounds 5] [--in-flight 64] [--folder DIR]

Without a URL a throw-away SQLite file is made in the folder. A PostgreSQL URL names an empty database of its own: it is filled.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import psycopg

from bot.messages import Account, Reply, Words
from bot.ports import Unit
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade

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
    at, detail = int(NOW.timestamp() * 1_000_000), json.dumps(DETAIL)
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


def through_the_store(store: SqlStore, rows: int, in_flight: int) -> Pace:
    """`SqlStore.run` as the conversation calls it: each caller waits until its own row is on disk."""
    waits: list[float] = []
    left = iter(range(rows))

    async def caller() -> None:
        for number in left:
            before = time.perf_counter()
            await store.run(_intake(number))
            waits.append(time.perf_counter() - before)

    async def everyone() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(in_flight)))
        return time.perf_counter() - started

    return _pace(asyncio.run(everyone()), waits)


def _intake(number: int) -> Callable[[Unit], None]:
    at = NOW + number * MICROSECOND

    def work(unit: Unit) -> None:
        unit.entries.add(1, "intake", at, DETAIL, NOW)

    return work


def _pace(seconds: float, waits: list[float]) -> Pace:
    return Pace(len(waits) / seconds, median(waits) * 1000, quantiles(waits, n=100)[98] * 1000)


def claims(store: SqlStore, rows: int) -> tuple[float, float]:
    """Timers, then letters, claimed per second in batches, when so many are due at the same instant."""

    def fill(unit: Unit) -> None:
        for number in range(rows):
            person = unit.people.add(Account("none", f"p{number}"), role="patient", language="fr", timezone="UTC", country="", now=NOW)
            unit.timers.put(person.id, "reminder", "08:00", NOW)
            unit.outbox.post(f"k{number}", person.id, Reply(to=person.id, words=(Words("form.over", {}),)), NOW)

    store.run_now(fill)
    rates = []
    for claim in (_claim_timers, _claim_letters):
        started, got = time.perf_counter(), 0
        while some := store.run_now(claim):
            got += some
        rates.append(got / (time.perf_counter() - started))
    return rates[0], rates[1]


def _claim_timers(unit: Unit) -> int:
    return len(unit.timers.claim(NOW, CLAIMED_AT_ONCE))


def _claim_letters(unit: Unit) -> int:
    lease = NOW + timedelta(hours=1)
    return len(unit.outbox.claim(NOW, lease, platforms=["none"], accounts=None, limit=CLAIMED_AT_ONCE))


def measure(url: str, *, rows: int, rounds: int, in_flight: int) -> None:
    """Take turns, then print each round and the median ratio."""
    upgrade(url)
    store = open_store(url)
    store.run_now(lambda unit: unit.people.add(Account("none", "1"), role="patient", language="fr", timezone="UTC", country="", now=NOW))
    ratios: list[float] = []
    for number in range(1, rounds + 1):
        plain = one_row_per_commit(url, rows // 4)
        ours = through_the_store(store, rows, in_flight)
        ratios.append(ours.per_second / plain.per_second)
        say(f"round {number}: plain {_line(plain)} | store, {in_flight} in flight: {_line(ours)} | ratio {ratios[-1]:.2f}")
    alone = through_the_store(store, rows // 8, 1)
    beside = one_row_per_commit(url, rows // 8)
    timers, letters = claims(store, rows // 3)
    store.close()
    say(f"store, one at a time: {_line(alone)} | plain beside it: {_line(beside)} | p99 ratio {alone.p99_ms / beside.p99_ms:.2f}")
    say(f"claimed in batches of {CLAIMED_AT_ONCE}: {timers:,.0f} timers/s, {letters:,.0f} letters/s")
    say(f"median ratio {median(ratios):.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f})")


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
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        url = asked.url or f"sqlite:///{folder}/benchmark.db"
        measure(url, rows=asked.rows, rounds=asked.rounds, in_flight=asked.in_flight)


if __name__ == "__main__":
    main()
