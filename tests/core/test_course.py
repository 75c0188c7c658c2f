"""After the increase: consolidation, the end of a plan, and what follows a relapse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.core.course import Consolidation, after_relapse, consolidation, may_end
from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.levels import Level
from bot.core.plan import Plan, Step
from bot.core.taper import taper
from bot.core.titration import from_increase
from bot.knowledge.sources import cite
from tests.core.given import START, flat, on_day

NEVER = Alarm(Level.urgent, ("never-stop-abruptly", "prescriber-decides"))

MONTHS = [
    (date(2026, 1, 31), date(2026, 1, 31), 0, ()),
    (date(2026, 1, 31), date(2026, 2, 28), 0, ()),
    (date(2026, 1, 31), date(2026, 3, 1), 1, ("S001-chart last page",)),
    (date(2026, 1, 15), date(2026, 2, 15), 1, ("S001-chart last page",)),
    (date(2026, 1, 15), date(2026, 3, 14), 1, ("S001-chart last page",)),
    (date(2026, 1, 15), date(2026, 3, 15), 2, ("S000 §4", "S001-chart last page")),
    (date(2025, 11, 15), date(2026, 2, 15), 3, ("S001 §5.4", "S000 §4", "S001-chart last page")),
    (date(2024, 1, 1), date(2026, 1, 1), 24, ("S001 §5.4", "S000 §4", "S001-chart last page")),
]


@pytest.mark.parametrize(("reached", "on", "months", "sources"), MONTHS)
def test_the_sources_disagree_on_how_long_and_none_decides(reached: date, on: date, months: int, sources: tuple[str, ...]) -> None:
    told = consolidation(reached_on=reached, on=on)
    assert told == Allowed(Consolidation(months, sources), ("consolidation", "sources-conflict", "prescriber-decides"))


def test_what_consolidation_cites_are_sources() -> None:
    long_ago = consolidation(reached_on=date(2020, 1, 1), on=date(2026, 1, 1))
    assert [source.document.id for source in cite(long_ago.value.long_enough_for, path="course")] == ["S001", "S000", "S001-chart"]


def test_a_dose_cannot_be_kept_before_it_is_reached() -> None:
    with pytest.raises(ValueError, match=r"^a dose is kept from the day it is reached$"):
        consolidation(reached_on=date(2026, 1, 2), on=date(2026, 1, 1))


# --- the end -------------------------------------------------------------------------------------------------------


def test_a_plan_by_which_something_is_taken_is_not_closed() -> None:
    assert may_end(flat(70), on=START) == NEVER
    assert may_end(flat(5), on=on_day(500)) == NEVER


def test_a_plan_that_has_reached_zero_may_be_closed() -> None:
    down = taper(from_mg=100, by_mg=10, every_days=2, start=START)
    assert isinstance(down, Allowed)
    assert may_end(down.value, on=on_day(18)) == NEVER
    assert may_end(down.value, on=on_day(19)) == Allowed(down.value)


def test_a_plan_that_has_not_begun_may_be_closed() -> None:
    assert may_end(flat(70), on=on_day(0)) == Allowed(flat(70), ("plan-not-started",))


# --- relapse -------------------------------------------------------------------------------------------------------


def rise(first: int, *, step: int = 10) -> Plan:
    return from_increase(total_mg=first, step_mg=step, every_days=3, until_mg=first + 30, start=START)


RELAPSES = [
    ("nothing was written", None, 50, 0, Withheld(("relapse", "prescriber-decides"))),
    ("ten more", rise(60), 50, 0, Allowed(rise(60), ("relapse",))),
    ("thirty more", rise(80), 50, 0, Allowed(rise(80), ("relapse", "specialist-above-80"))),
    ("above thirty more, asked once again", rise(85), 50, 0, Allowed(rise(85), ("relapse", "prescriber-decides", "specialist-above-80"))),
    ("lower than now", rise(40), 50, 0, Allowed(rise(40), ("relapse",))),
    ("after a stop, low again", rise(10), 0, 30, Allowed(rise(10), ("relapse",))),
    ("at 20 after a stop", rise(20), 0, 30, Allowed(rise(20), ("relapse",))),
    ("after a stop, at the former dose", rise(100), 0, 30, Withheld(("day-missed", "start-low", "prescriber-decides"))),
    ("after one day without, just above a start", rise(25), 100, 1, Withheld(("day-missed", "start-low", "prescriber-decides"))),
    ("never on it, and high", rise(35), 0, 0, Allowed(rise(35), ("relapse", "prescriber-decides", "start-low"))),
    ("above 300", replace(flat(305), start=START), 100, 0, Alarm(Level.urgent, ("ceiling-300",))),
    ("not readable", Plan(scheme="custom", start=START, steps=(Step(0, None),)), 100, 0, Withheld(("plan-unclear",))),
]


@pytest.mark.parametrize(("why", "written", "current", "without", "expected"), RELAPSES, ids=[row[0] for row in RELAPSES])
def test_a_relapse_is_met_with_what_the_prescriber_wrote(
    why: str, written: Plan | None, current: int, without: int, expected: object
) -> None:
    assert after_relapse(written, current_mg=current, whole_days_without=without) == expected
    assert without or after_relapse(written, current_mg=current) == expected
