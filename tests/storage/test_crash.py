"""Killed at any instant, the store loses nothing it acknowledged and doubles nothing that is sent again."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from bot.core.person import Person
from storage.store import SqlStore
from storage.upgrade import check
from tests.storage.samples import MINUTE, NOW, open_at

AT_WORK = (0.005, 0.031, 0.053, 0.137)
"""Seconds between the first acknowledgement and the kill: instants that fit no rhythm of the writer."""

ROOT = Path(__file__).resolve().parents[2]


def run_until_killed(url: str, person_id: int, first: int, seconds: float) -> list[int]:
    """Let the writer work for so long after its first acknowledgement, kill it, and return what it acknowledged."""
    command = [sys.executable, "-m", "tests.storage.crash_writer", url, str(person_id), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        lines += process.stdout.readlines()
        killer.join()
    return [int(line) for line in lines if line.endswith("\n")]


def stored(store: SqlStore, person_id: int) -> list[int]:
    """The numbers of the entries in the order they were stored."""
    return [entry.detail["number"] for entry in store.run_now(lambda unit: unit.entries.between(person_id, NOW, NOW + MINUTE))]


def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(url: str, store: SqlStore, someone: Person) -> None:
    store.close()
    acknowledged: set[int] = set()
    for seconds in AT_WORK:
        # The platform sends again from the first update that it does not know to be acknowledged.
        first = next(number for number in range(10**9) if number not in acknowledged)
        acknowledged.update(run_until_killed(url, someone.id, first, seconds))

    reopened = open_at(url)
    kept = stored(reopened, someone.id)
    timers = {int(timer.subject) for timer in reopened.run_now(lambda unit: unit.timers.of(someone.id))}
    reopened.close()
    assert len(acknowledged) > len(AT_WORK) * 8, "it was killed at work and not before"
    assert acknowledged <= set(kept), "nothing acknowledged is lost"
    assert len(kept) == len(set(kept)), "nothing is doubled"
    assert timers == set(kept), "each update is there with all that followed from it"
    assert check(url) == []
