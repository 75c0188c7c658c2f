"""A few kills on each engine, as `python -m tests.crash` does hundreds; and every planted fault is found by the same judge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash import trails
from tests.crash.engines import Engine, Way, place
from tests.crash.rounds import Nursery, Run, nursery
from tests.crash.seen import Letter, Line, Posted, Seen
from tests.crash.town import PATIENTS
from tests.houses import minds

KILLS: dict[Engine, tuple[Way, ...]] = {"sqlite": ("process",) * 3, "postgresql": ("process", "server", "process")}
SETTLING = 2 * len(PATIENTS)
"""Updates that were acknowledged before the first kill."""

AT_MOST = 60
"""Kills until a planted fault has shown: most do at the first or the second. On a machine that is busy with everything else fewer kills
strike while something is half done, so the bound is one that chance alone does not reach."""

SHOWN_BY = {
    "acknowledged before it was heard": "was acknowledged and",
    "what was heard is forgotten": r"is in the log \d times",
    "letters after the commit": "half there",
    "history after the commit": "its history",
    "timers taken before they are served": "is reminded at|has the timers",
    "marked before it is sent": "is marked as sent and reached nobody",
}
"""What the judge says of each."""


@pytest.fixture(scope="module")
def lives() -> Iterator[Nursery]:
    """Where the processes begin. The minds are read once there, and once here for the judge."""
    with nursery() as opened:
        minds()
        yield opened


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_or_doubled_however_often_it_is_killed(engine: Engine, lives: Nursery, tmp_path: Path) -> None:
    with place(engine, tmp_path) as made:
        run = Run(made, engine, tmp_path, 20260202, lives, first=KILLS[engine])
        for number in range(1, len(KILLS[engine]) + 1):
            run.round(last=number == len(KILLS[engine]))
        figures = run.figures()
    assert run.found == []
    assert figures["kills"] == len(KILLS[engine])
    assert figures["acknowledged"] > SETTLING + 2 * figures["kills"], "it was killed at work and not before"
    assert figures["kept"] == figures["intakes"] > 0
    assert figures["letters"] > figures["acknowledged"]


@pytest.mark.parametrize("plant", SHOWN_BY)
def test_a_planted_fault_is_found(plant: str, lives: Nursery, tmp_path: Path) -> None:
    with place("sqlite", tmp_path) as made:
        run = Run(made, "sqlite", tmp_path, 7, lives, plant=plant)
        assert run.found == [], "before the first kill all is well"
        while not shown(plant, run) and run.kills < AT_MOST:
            run.round()
    assert shown(plant, run), run.found


def shown(plant: str, run: Run) -> bool:
    """Whether what was found is what that fault does."""
    return any(re.search(SHOWN_BY[plant], what) for what in run.found)


def test_a_trail_that_lacks_a_line_is_found() -> None:
    page = Letter(key="u#1@9", reader=9, says="case.card", about=1, tells_of=(1,))
    posted = Posted(letter=page, sent=True, dead=False, dropped=False)
    told, added = Line(person_id=1, what="told", actor_id=9), Line(person_id=1, what="plan-added", actor_id=1)
    sound = Seen(ids={"p1": 1}, hours={}, intakes=[], letters=[posted], cases=[], events=[], timers=[], trail=[told, added], versions=[1])
    assert trails.findings(sound) == []
    assert len(trails.findings(replace(sound, trail=[added]))) == 1
    assert len(trails.findings(replace(sound, trail=[told, told, added]))) == 1
    assert len(trails.findings(replace(sound, trail=[told]))) == 1
