"""A change that begins on a day to come: the present plan goes on until then, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.plan import Dose, Plan, Step
from bot.core.titration import hold, lay_out, until_then
from tests.core.given import START, flat, on_day, plans

LATER = replace(flat(80), start=on_day(10))


def test_the_present_plan_goes_on_until_the_change() -> None:
    before = Plan(scheme="custom", start=START, steps=(Step(10, 3), Step(20, None, (Dose(time(8), 20),))))
    changed = until_then(before, LATER, today=on_day(2))
    assert changed.start == on_day(2)
    assert changed.steps == (Step(10, 2), Step(20, 6, (Dose(time(8), 20),)), Step(80, None))
    assert (changed.scheme, changed.tablet_mg, changed.holds) == (LATER.scheme, 10, ())


def test_a_change_of_today_is_left_as_it_is() -> None:
    assert until_then(flat(70), LATER, today=on_day(10)) is LATER
    assert until_then(flat(70), LATER, today=on_day(11)) is LATER
    assert until_then(flat(70), LATER, today=on_day(9)).steps == (Step(70, 1), Step(80, None))


def test_where_nothing_is_taken_nothing_is_put_before() -> None:
    ended = Plan(scheme="custom", start=START, steps=(Step(10, 2), Step(0, None)))
    assert until_then(ended, LATER, today=on_day(5)) is LATER
    assert until_then(ended, LATER, today=on_day(2)) is LATER
    not_begun = replace(flat(70), start=on_day(20))
    assert until_then(not_begun, LATER, today=on_day(2)) is LATER


def test_a_plan_still_to_begin_is_put_before_from_its_own_first_day() -> None:
    changed = until_then(replace(flat(70), start=on_day(5)), LATER, today=on_day(2))
    assert (changed.start, changed.steps[0]) == (on_day(5), Step(70, 5))


def test_the_tablets_of_both_plans_are_at_hand() -> None:
    before = flat(45, tablet_mg=25, more_tablets_mg=(20,))
    assert until_then(before, LATER, today=on_day(2)).tablets_mg == (25, 20, 10)
    both = replace(LATER, tablet_mg=20, more_tablets_mg=(40,))
    assert until_then(before, both, today=on_day(2)).more_tablets_mg == (40, 25)


def test_what_is_held_is_still_held() -> None:
    before = hold(Plan(scheme="custom", start=START, steps=(Step(10, 3), Step(20, None))), on_day(3))
    assert until_then(before, LATER, today=on_day(2)).steps == (Step(10, 8), Step(80, None))


def totals(plan: Plan, since: date, days: int) -> list[int]:
    return [day.total_mg for day in lay_out(plan, since, days)]


@given(before=plans(), after=plans(), today=st.integers(-3, 60), ahead=st.integers(-3, 30))
def test_every_day_has_the_amount_of_the_plan_in_force(before: Plan, after: Plan, today: int, ahead: int) -> None:
    now = START + timedelta(days=today)
    change = replace(after, start=now + timedelta(days=ahead), holds=())
    changed = until_then(before, change, today=now)
    days = max(ahead, 0)
    if changed is not change:
        assert totals(changed, now, days) == totals(before, now, days)
    assert totals(changed, change.start, 20) == totals(change, change.start, 20)
    assert changed.steps[-1] == change.steps[-1]
