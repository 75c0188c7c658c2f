"""Decreases and wishes to stop: case D6."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.levels import Level
from bot.core.taper import Decrease, judge_stop, maintenance_decrease, taper
from bot.core.titration import check_plan, lay_out
from tests.core.given import START

TOO_FAST = Alarm(Level.urgent, ("taper-too-fast", "never-stop-abruptly"))
DISPUTED = Withheld(("sources-conflict", "prescriber-decides", "never-stop-abruptly"))


def totals(from_mg: int, by_mg: int, every_days: int) -> tuple[list[int], tuple[str, ...]]:
    """The daily totals up to the first zero, and the rules."""
    verdict = taper(from_mg=from_mg, by_mg=by_mg, every_days=every_days, start=START)
    assert isinstance(verdict, Allowed), verdict
    days = [day.total_mg for day in lay_out(verdict.value, START, 400)]
    return days[: days.index(0) + 1], verdict.rules


def test_a_prescribed_decrease_day_by_day() -> None:
    days, rules = totals(100, 10, 2)
    assert days == [90, 90, 80, 80, 70, 70, 60, 60, 50, 50, 40, 40, 30, 30, 20, 20, 10, 10, 0]
    assert rules == ("never-stop-abruptly",)


@pytest.mark.parametrize(
    ("case", "from_mg", "by_mg", "zero_on", "slow"),
    [(63, 100, 10, 19, False), (64, 200, 20, 19, False), (65, 300, 20, 29, False), (66, 200, 10, 39, True), (0, 80, 20, 7, False)],
)
def test_the_day_on_which_a_decrease_reaches_zero(case: int, from_mg: int, by_mg: int, zero_on: int, slow: bool) -> None:
    days, rules = totals(from_mg, by_mg, 2)
    assert len(days) == zero_on
    assert ("slow-decrease" in rules) == slow


def test_the_last_drop_is_what_is_left() -> None:
    days, _ = totals(50, 20, 2)
    assert days == [30, 30, 10, 10, 0]


REFUSED = [
    ("case 67: 200 mg in five days", (200, 40, 1), TOO_FAST),
    ("half at once, zero within ten days", (100, 50, 7), TOO_FAST),
    ("straight to zero", (20, 20, 2), TOO_FAST),
    ("15 mg a day: the older guide alone allows it", (200, 15, 1), DISPUTED),
    ("drops of 30 mg over twelve days", (100, 25, 4), DISPUTED),
    ("above 300", (310, 10, 2), Alarm(Level.urgent, ("ceiling-300",))),
    ("not in tablets", (100, 7, 2), Withheld(("not-a-half-tablet",))),
]


@pytest.mark.parametrize(("why", "said", "expected"), REFUSED, ids=[why for why, _, _ in REFUSED])
def test_a_decrease_that_the_sources_do_not_carry(why: str, said: tuple[int, int, int], expected: object) -> None:
    from_mg, by_mg, every_days = said
    assert taper(from_mg=from_mg, by_mg=by_mg, every_days=every_days, start=START) == expected


def test_a_tenth_every_three_weeks_is_described_however_large() -> None:
    days, rules = totals(300, 30, 21)
    assert days[0] == 270
    assert "slow-decrease" in rules


def test_what_is_not_positive_is_an_error() -> None:
    with pytest.raises(ValueError, match="a decrease needs"):
        taper(from_mg=100, by_mg=0, every_days=2, start=START)


@given(units=st.integers(2, 60), drop=st.integers(1, 60), every=st.integers(1, 40))
def test_a_decrease_only_goes_down_and_slower_is_never_refused(units: int, drop: int, every: int) -> None:
    verdict = taper(from_mg=5 * units, by_mg=5 * drop, every_days=every, start=START)
    if not isinstance(verdict, Allowed):
        assert drop >= units or 5 * drop > 20 or 5 * drop > 10 * every
        return
    steps = [step.total_mg for step in verdict.value.steps]
    assert steps == sorted(set(steps), reverse=True)
    assert steps[-1] == 0
    assert isinstance(check_plan(verdict.value), Allowed)
    assert isinstance(taper(from_mg=5 * units, by_mg=5 * drop, every_days=every + 1, start=START), Allowed)


@pytest.mark.parametrize(
    ("why", "mg", "days", "expected"),
    [
        ("tonight", 200, 0, Alarm(Level.urgent, ("never-stop-abruptly",))),
        ("tonight, from little", 10, 0, Alarm(Level.urgent, ("never-stop-abruptly",))),
        ("case 67: in five days", 200, 5, TOO_FAST),
        ("in two weeks", 200, 14, DISPUTED),
        ("in four weeks", 200, 28, Withheld(("prescriber-decides", "never-stop-abruptly"))),
        ("80 mg in a week", 80, 7, Withheld(("prescriber-decides", "never-stop-abruptly"))),
        ("80 mg in three days", 80, 3, TOO_FAST),
    ],
)
def test_no_wish_to_stop_is_ever_endorsed(why: str, mg: int, days: int, expected: object) -> None:
    assert judge_stop(current_mg=mg, days=days) == expected


LAST = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        (200, Allowed(Decrease(20, 180), ("slow-decrease",))),
        (180, Allowed(Decrease(15, 165), ("slow-decrease",))),
        (50, Allowed(Decrease(5, 45), ("slow-decrease",))),
        (40, Withheld(("prescriber-decides", "slow-decrease"))),
    ],
)
def test_maintenance_goes_down_by_a_tenth_on_the_slower_side(current: int, expected: object) -> None:
    assert maintenance_decrease(current, on=LAST + timedelta(days=21), last_change=LAST) == expected


def test_the_plans_own_decrease_wins_when_tablets_make_it() -> None:
    on = LAST + timedelta(days=30)
    assert maintenance_decrease(180, on=on, last_change=LAST, plan_by_mg=20) == Allowed(Decrease(20, 160), ("slow-decrease",))
    assert maintenance_decrease(180, on=on, last_change=LAST, plan_by_mg=18) == Withheld(("not-a-half-tablet",))


def test_not_before_three_weeks() -> None:
    assert maintenance_decrease(200, on=LAST + timedelta(days=20), last_change=LAST) == Withheld(("slow-decrease",))
