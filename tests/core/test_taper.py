"""Decreases and wishes to stop: case D6."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.levels import Level
from bot.core.taper import Decrease, days_before_zero, judge_stop, maintenance_decrease, pace_of, taper
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
    ("straight to zero", (30, 30, 20), TOO_FAST),
    ("the last tablet, a day too early", (20, 20, 1), TOO_FAST),
    ("15 mg a day: the older guide alone allows it", (200, 15, 1), DISPUTED),
    ("drops of 15 mg a day over twelve days", (190, 45, 3), DISPUTED),
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
    assert rules == ("never-stop-abruptly", "slow-decrease")


@pytest.mark.parametrize(
    ("prescribed", "first", "days", "also"),
    [
        ((230, 30, 13), 200, 92, ("slow-decrease",)),
        ((100, 40, 30), 60, 61, ("slow-decrease", "prescriber-decides")),
        ((100, 50, 12), 50, 13, ("prescriber-decides",)),
        ((10, 10, 2), 0, 1, ()),
    ],
)
def test_a_slow_decrease_is_laid_out_and_an_unusual_drop_is_the_prescribers(
    prescribed: tuple[int, int, int], first: int, days: int, also: tuple[str, ...]
) -> None:
    laid, rules = totals(*prescribed)
    assert (laid[0], len(laid), rules) == (first, days, ("never-stop-abruptly", *also))


def test_what_is_not_positive_is_an_error() -> None:
    for from_mg, by_mg, every_days in ((0, 10, 2), (100, 0, 2), (100, 10, 0)):
        with pytest.raises(ValueError, match=r"^a decrease needs a dose, a drop and a pace$"):
            taper(from_mg=from_mg, by_mg=by_mg, every_days=every_days, start=START)


@given(units=st.integers(2, 60), drop=st.integers(1, 60), every=st.integers(1, 40))
def test_a_decrease_only_goes_down_and_slower_is_never_refused(units: int, drop: int, every: int) -> None:
    verdict = taper(from_mg=5 * units, by_mg=5 * drop, every_days=every, start=START)
    if not isinstance(verdict, Allowed):
        # Faster than S001's example, or so large a drop that nothing is left within ten days, or a stop.
        large = 15 * drop > 5 * units and drop > 4
        assert 5 * drop > 10 * every or large or drop >= units > 4
        return
    steps = [step.total_mg for step in verdict.value.steps]
    assert steps == sorted(set(steps), reverse=True)
    assert steps[-1] == 0
    assert steps == [0] or isinstance(check_plan(verdict.value), Allowed)
    assert isinstance(taper(from_mg=5 * units, by_mg=5 * drop, every_days=every + 1, start=START), Allowed)


@pytest.mark.parametrize(
    ("why", "mg", "days", "expected"),
    [
        ("tomorrow", 200, 1, TOO_FAST),
        ("in nine days", 200, 9, TOO_FAST),
        ("in ten days", 200, 10, DISPUTED),
        ("a day before S001 would", 200, 17, DISPUTED),
        ("as S001 would", 200, 18, Withheld(("prescriber-decides", "never-stop-abruptly"))),
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
    assert days or judge_stop(current_mg=mg) == expected


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


@pytest.mark.parametrize(
    ("from_mg", "by_mg", "every_days", "pace"),
    [
        (100, 20, 2, "described"),
        (100, 10, 1, "described"),
        (100, 20, 1, "too-fast"),
        (200, 15, 1, "disputed"),
        (100, 50, 9, "too-fast"),
        (100, 50, 10, "large-drop"),
        (300, 30, 21, "described"),
        (230, 30, 13, "described"),
        (90, 30, 30, "described"),
        (100, 25, 3, "described"),
        (100, 25, 2, "too-fast"),
        (300, 100, 20, "described"),
        (300, 105, 21, "large-drop"),
        (100, 40, 30, "large-drop"),
        (10, 10, 2, "described"),
        (20, 20, 2, "described"),
        (20, 20, 1, "too-fast"),
        (25, 25, 40, "too-fast"),
        (10, 20, 1, "described"),
    ],
)
def test_the_pace_of_a_decrease_is_what_the_sources_say_of_it(from_mg: int, by_mg: int, every_days: int, pace: str) -> None:
    assert pace_of(from_mg=from_mg, by_mg=by_mg, every_days=every_days) == pace


def test_the_days_of_a_decrease_are_whole() -> None:
    assert [days_before_zero(from_mg=mg, by_mg=20, every_days=2) for mg in (20, 40, 50, 60, 300)] == [0, 2, 4, 4, 28]


def test_a_decrease_is_a_plan_of_its_own_tablets_down_to_the_last_milligram() -> None:
    verdict = taper(from_mg=3, by_mg=1, every_days=2, start=START, tablet_mg=1)
    assert isinstance(verdict, Allowed)
    assert (verdict.value.scheme, verdict.value.start, verdict.value.tablet_mg) == ("custom", START, 1)
    assert [(step.total_mg, step.days) for step in verdict.value.steps] == [(2, 2), (1, 2), (0, None)]


def test_a_maintenance_decrease_is_never_the_whole_dose() -> None:
    on = LAST + timedelta(days=21)
    decides = Withheld(("prescriber-decides", "slow-decrease"))
    assert maintenance_decrease(20, on=on, last_change=LAST, plan_by_mg=20) == decides
    assert maintenance_decrease(10, on=on, last_change=LAST, tablet_mg=1) == Allowed(Decrease(1, 9), ("slow-decrease",))
