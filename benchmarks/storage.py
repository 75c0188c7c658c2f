"""How fast the store acknowledges: durable intakes with 64 in flight, beside plain sqlite3 with one row per commit.

Both write the same rows in WAL with synchronous=FULL, on the same disk, in turns in one run; only their ratio is worth quoting.

    python -m benchmarks.storage [--rows 6000] [--rounds 5] [--in-flight 64] [--folder DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bot.messages import Account
from bot.ports import Unit
from storage.store import SqlStore, open_store
from storage.upgrade import upgrade

NOW = datetime(2026, 1, 1, 7, 0, tzinfo=UTC)
DETAIL = {"dose_mg": 10, "slot": "2026-01-01T08:00", "assumed": []}
_INSERT = "INSERT INTO entry (person_id, kind, at, recorded_at, detail) VALUES (1, 'intake', ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows a second, and how long one caller waited in milliseconds: half of them, and all but one in a hundred."""

    per_second: float
    p50_ms: float
    p99_ms: float


def one_row_per_commit(file: Path, rows: int) -> Pace:
    """The plain driver: a transaction, a row, a commit on disk, and the next."""
    at, detail = int(NOW.timestamp() * 1_000_000), json.dumps(DETAIL)
    waits: list[float] = []
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=FULL")
        started = time.perf_counter()
        for number in range(rows):
            before = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_INSERT, (at + number, at, detail))
            connection.execute("COMMIT")
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
    at = NOW + timedelta(microseconds=number)

    def work(unit: Unit) -> None:
        unit.entries.add(1, "intake", at, DETAIL, NOW)

    return work


def _pace(seconds: float, waits: list[float]) -> Pace:
    return Pace(len(waits) / seconds, median(waits) * 1000, quantiles(waits, n=100)[98] * 1000)


def measure(folder: Path, *, rows: int, rounds: int, in_flight: int) -> None:
    """Take turns, then print each round and the median ratio."""
    file = folder / "benchmark.db"
    url = f"sqlite:///{file}"
    upgrade(url)
    store = open_store(url)
    store.run_now(lambda unit: unit.people.add(Account("none", "1"), role="patient", language="fr", timezone="UTC", country="", now=NOW))
    ratios: list[float] = []
    for number in range(1, rounds + 1):
        plain = one_row_per_commit(file, rows // 4)
        ours = through_the_store(store, rows, in_flight)
        ratios.append(ours.per_second / plain.per_second)
        say(f"round {number}: plain {_line(plain)} | store, {in_flight} in flight: {_line(ours)} | ratio {ratios[-1]:.2f}")
    alone = through_the_store(store, rows // 8, 1)
    store.close()
    say(f"store, one at a time: {_line(alone)}")
    say(f"median ratio {median(ratios):.2f} (lowest {min(ratios):.2f}, highest {max(ratios):.2f})")


def _line(pace: Pace) -> str:
    return f"{pace.per_second:,.0f}/s, p50 {pace.p50_ms:.2f} ms, p99 {pace.p99_ms:.2f} ms"


def say(line: str) -> None:
    """One line of the report."""
    sys.stdout.write(line + "\n")


def main() -> None:
    """Read the arguments and measure on a throw-away file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--folder", type=Path, default=None, help="where to write: the disk that is measured")
    asked = parser.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        measure(Path(folder), rows=asked.rows, rounds=asked.rounds, in_flight=asked.in_flight)


if __name__ == "__main__":
    main()
