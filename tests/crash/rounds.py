"""Round after round: a life begins, is killed at a random instant, and is judged."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event
from time import monotonic

from bot.adapters.story import VirtualClock
from bot.app import open_house
from tests.crash import findings
from tests.crash.engines import WAYS, Engine, Place, Way
from tests.crash.journal import Journal, Ledger
from tests.crash.judge import Judge
from tests.crash.town import MORNING, settings_of, settle
from tests.crash.victim import Life, Recorder
from tests.houses import minds

ROOT = Path(__file__).resolve().parents[2]

SHORT_S, LONG_S = 0.25, 1.3
"""A life is as long as that, in seconds from its first line on; one in ten is killed while the house is opened, or just after."""

LONGEST_WAIT_S = 5.0

TROUBLE = ("hear.failed", "rescue.", "tick.", "delivery.", "deliver.", "triage.", "Traceback")
"""What stands in the log of a house in which something failed. While the database is there, nothing may."""


class Nursery:
    """Where the lives begin. Killing one leaves the nursery as it is."""

    def __init__(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PALIER_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.victim"], cwd=ROOT, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, life: Life) -> int:
        """Begin a life; the number of its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(life.to_line())
        self._process.stdin.flush()
        return int(self._answer())

    def end(self, number: int) -> int:
        """Kill it; how it ended: the negative number of the signal, or what it ended by itself with before."""
        os.kill(number, signal.SIGKILL)  # it is not buried before we ask, so the number is nobody else's
        return int(self._answer())

    def close(self) -> None:
        """No more lives."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One for several runs: reading the minds takes longer than a life."""
    opened = Nursery()
    try:
        yield opened
    finally:
        opened.close()


@dataclass
class Run:
    """Kills on one database, and what came of them."""

    place: Place
    engine: Engine
    folder: Path
    seed: int
    nursery: Nursery
    plant: str = "none"
    first: tuple[Way, ...] = ()
    """The ways of the first kills; chance chooses the others."""
    kills: int = 0
    found: list[str] = field(default_factory=list)
    ways: Counter[Way] = field(default_factory=Counter)
    in_hand: int = 0
    """Updates that came and were not acknowledged when a kill struck."""
    seconds: float = 0

    def __post_init__(self) -> None:
        self._began = monotonic()
        self._known: set[str] = set()
        self._chance = Random(self.seed)  # noqa: S311 - repeatable dice
        self._judge = Judge(self.place.url, Ledger(MORNING))
        before = self.folder / "before.jsonl"
        with closing(Journal(before)) as journal:
            asyncio.run(self._settle(journal))
        self.found += self._judge.after_a_kill(before)

    async def _settle(self, journal: Journal) -> None:
        settings, clock = settings_of(self.place.url), VirtualClock(MORNING)
        async with open_house(settings, clock=clock, senders=[Recorder(journal)], minds=minds()) as house:
            await settle(house, journal)

    def round(self, *, last: bool = False) -> None:
        """One life, its end, and what is found. After the last one, and after every other, the platform sends again at once;
        otherwise to the next life, which may be killed over it.
        """
        life = self._life()
        way = self._way()
        self._live_and_die(life, way)
        self.kills += 1
        self.ways[way] += 1
        found = self._judge.after_a_kill(Path(life.journal), without_a_server=way != "process")
        self.in_hand += len(self._judge.ledger.pending)
        if last or self._chance.random() < 0.5:
            found += self._judge.settle(self.folder / f"{self.kills}-settled.jsonl", self._chance)
        if way == "process":
            found += self._troubles(Path(life.log))
        self.found += [f"kill {self.kills} ({way}): {what}" for what in found if what not in self._known]
        self._known.update(found)  # what is lost stays lost: once is enough
        self.seconds = monotonic() - self._began

    def _life(self) -> Life:
        ledger, number = self._judge.ledger, self.kills + 1
        said = (int(key.rpartition(":")[2]) for key in ledger.updates)
        return Life(
            url=self.place.url,
            number=number,
            seed=self.seed,
            now=ledger.now,
            journal=str(self.folder / f"{number}.jsonl"),
            log=str(self.folder / f"{number}.log"),
            begins=1 + max(said, default=0),
            sent_again=tuple(self._judge.sent_again(self._chance)),
            plant=self.plant,
        )

    def _way(self) -> Way:
        if self.kills < len(self.first):
            return self.first[self.kills]
        ways = WAYS[self.engine]
        return self._chance.choices(list(ways), list(ways.values()))[0]

    def _live_and_die(self, life: Life, way: Way) -> None:
        chance = self._chance
        number, journal = self.nursery.begin(life), Path(life.journal)
        if chance.random() < 0.1:
            _wait(chance.uniform(0, SHORT_S))
        else:
            _wait_for_more(journal, b"{")
            _wait(chance.uniform(SHORT_S, LONG_S))
        if chance.random() < 0.3:  # time has just passed: what is due is about to be served
            _wait_for_more(journal, b'{"hour"')
            _wait(chance.uniform(0, 0.1))
        if way == "backend":
            self.place.kill_a_backend()
        elif way == "server":
            self.place.kill_server()
        if way in ("backend", "server"):
            _wait(chance.uniform(0, 0.3))
        if way == "server" and chance.random() < 0.7:  # most of them see their server again
            self.place.restart_server()
            _wait(chance.uniform(0, 0.5))
        ended = self.nursery.end(number)
        if ended != -signal.SIGKILL:
            self.found.append(f"kill {self.kills + 1}: the process had ended by itself, with {ended}: see {life.log}")
        if way == "both":
            self.place.kill_server()
        if way != "process":
            self._bring_back()

    def _bring_back(self) -> None:
        if not self.place.is_up:
            self.place.restart_server()
        self.place.wait_until_it_answers()

    def _troubles(self, log: Path) -> list[str]:
        lines = log.read_text("utf-8", errors="replace").splitlines() if log.exists() else []
        return [f"the house was in trouble: {line}" for line in lines if any(word in line for word in TROUBLE)][:3]

    def figures(self) -> dict[str, int]:
        """What was done, and what became of it."""
        ledger, seen = self._judge.ledger, self._judge.look()
        acknowledged = [update for key, update in ledger.updates.items() if key in ledger.acknowledged]
        intakes = [update for update in acknowledged if update.mg is not None]
        kept = findings.kept(seen, intakes)
        return {
            "kills": self.kills,
            **({f"of-{way}": times for way, times in sorted(self.ways.items())} if len(self.ways) > 1 else {}),
            "updates": len(ledger.updates),
            "in-hand-at-kills": self.in_hand,
            "acknowledged": len(acknowledged),
            "intakes": len(intakes),
            "kept": kept,
            "lost": len(intakes) - kept,
            "doubled": len(seen.intakes) - len({(each.person_id, each.mg) for each in seen.intakes}),
            "signs": sum(update.sign for update in acknowledged),
            "cases": len(seen.cases),
            "history-lines": len(seen.events),
            "letters": len(seen.letters),
            "repeats": ledger.repeats,
            "told-not-kept": sum(map(ledger.was_refused, ledger.updates.values())),
            "findings": len(self.found),
            "seconds": round(self.seconds),
        }

    def summary(self) -> str:
        """The same on one line."""
        return " ".join(f"{name}={figure}" for name, figure in {"engine": self.engine, **self.figures()}.items())


def _wait_for_more(journal: Path, begins: bytes) -> None:
    """Until one more line that begins like that is in the journal; not for ever."""

    def lines() -> int:
        return journal.read_bytes().count(begins) if journal.exists() else 0

    until, before = monotonic() + LONGEST_WAIT_S, lines()
    while lines() == before and monotonic() < until:
        _wait(0.002)


def _wait(seconds: float) -> None:
    Event().wait(seconds)
