"""The process is killed in the middle of a day, again and again: whatever was answered is there, and is there once."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bot.messages import Account
from bot.ports import Unit
from storage.store import open_store
from tests.houses import START, settings_in

KILLS = 4
NOTED = re.compile(r"Noted: (\d+) mg")


def talk(folder: Path) -> subprocess.Popen[str]:
    """A console on the folder's database."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PALIER_")}
    url = f"sqlite:///{folder}/story.db"
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env={**clean, "PALIER_DATABASE_URL": url, "PYTHONPATH": str(Path(__file__).parent.parent)},
        cwd=folder,
    )


def settle(unit: Unit) -> None:
    """Somebody who has agreed, and writes English."""
    added = unit.people.add(Account("console", "patient"), role="patient", language="en", timezone="Europe/London", country="GB", now=START)
    unit.people.save(replace(added, consented_at=START))


def test_nothing_that_was_answered_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    store = open_store(settings_in(tmp_path).database_url)
    store.run_now(settle)
    store.close()
    chance = random.Random(20260101)  # noqa: S311 - the same kills in every run
    answered: list[int] = []
    for round_ in range(KILLS):
        with talk(tmp_path) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for number in range(chance.randint(1, 4)):
                # An hour that is past whenever the test runs: the console lives by the real clock.
                process.stdin.write(f"took {10 * round_ + number + 1} mg yesterday at 7am\n")
            process.stdin.flush()
            wanted = chance.randint(1, 2)
            for line in process.stdout:
                found = NOTED.search(line)
                if found:
                    answered.append(int(found.group(1)))
                    wanted -= 1
                if wanted == 0 or "second intake" in line:
                    break
            process.send_signal(signal.SIGKILL)
    kept = kept_amounts(tmp_path)
    assert answered, "a test in which nothing was answered proves nothing"
    assert set(answered) <= set(kept)
    assert len(kept) == len(set(kept))


def kept_amounts(folder: Path) -> list[int]:
    """Every intake that the database holds."""
    store = open_store(settings_in(folder).database_url)
    person = store.run_now(lambda unit: unit.people.find(Account("console", "patient")))
    assert person is not None
    rows = store.run_now(lambda unit: unit.people.export(person.id))["entry"]
    store.close()
    return [int(row["detail"]["dose_mg"]) for row in rows if row["kind"] == "intake"]
