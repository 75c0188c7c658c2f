"""The plan over days: cases D1 and D3, and the laws that hold for any plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.levels import Level
from bot.core.plan import Dose, Hold, Plan, Step, TopUp
from bot.core.titration import (
    PlanDay,
    SumMismatch,
    check_plan,
    day_number,
    extend_step,
    from_increase,
    highest_day_mg,
    hold,
    lay_out,
    plan_day,
    resume,
    sum_mismatches,
)
from bot.knowledge.schemes import schemes
from tests.core.given import HOURS, ONE_DAY, START, amounts, flat, holds, on_day, plans

P4 = schemes()["four-doses-200"].plan(start=START)


def at(plan: Plan, on: date) -> PlanDay:
    laid = plan_day(plan, on)
    assert isinstance(laid, Allowed), laid
    return laid.value


# (case, day of the plan, its date, mg at 8, 13, 18 and 22 h, total)
TABLE = [
    (1, 1, "2026-01-01", (5, None, None, 5), 10),
    (2, 5, "2026-01-05", (5, None, None, 5), 10),
    (3, 6, "2026-01-06", (5, 5, 5, 5), 20),
    (4, 11, "2026-01-11", (10, 5, 5, 10), 30),
    (5, 23, "2026-01-23", (15, 10, 10, 15), 50),
    (6, 33, "2026-02-02", (20, 15, 15, 20), 70),
    (7, 41, "2026-02-10", (25, 20, 20, 25), 90),
    (8, 50, "2026-02-19", (25, 25, 25, 25), 100),
    (8, 51, "2026-02-20", (30, 30, 30, 30), 120),
    (9, 58, "2026-02-27", (40, 30, 30, 40), 140),
    (10, 70, "2026-03-11", (50, 40, 40, 50), 180),
    (11, 71, "2026-03-12", (50, 50, 50, 50), 200),
    (11, 200, "2026-07-19", (50, 50, 50, 50), 200),
]


@pytest.mark.parametrize(("case", "number", "on", "mg", "total"), TABLE)
def test_the_table_of_four_doses_day_by_day(case: int, number: int, on: str, mg: tuple[int | None, ...], total: int) -> None:
    day = at(P4, date.fromisoformat(on))
    assert day.number == number
    assert amounts(day.doses) == {hour: dose for hour, dose in zip((8, 13, 18, 22), mg, strict=True) if dose}
    assert day.total_mg == total


def test_every_stage_adds_up_and_seventy_days_take_575_tablets() -> None:
    days = lay_out(P4, START, 71)
    assert [sum(dose.mg or 0 for dose in day.doses) for day in days] == [day.total_mg for day in days]
    assert len({day.step_index for day in days}) == 15
    assert sum(day.total_mg for day in days[:70]) == 575 * 10


def test_a_step_begins_once() -> None:
    firsts = [day.number for day in lay_out(P4, START, 100) if day.is_first_of_step]
    assert firsts == list(range(1, 72, 5))


def test_nothing_is_shown_before_the_first_day() -> None:
    eve = START - ONE_DAY
    assert plan_day(P4, eve) == Withheld(("plan-not-started",))
    assert day_number(P4, eve) == 0
    assert [day.date for day in lay_out(P4, eve, 2)] == [START]


def test_the_fifteen_thirty_ten_scheme_reaches_its_steps() -> None:
    plan = schemes()["fifteen-thirty-ten"].plan(start=START)
    assert [at(plan, on_day(number)).total_mg for number in (1, 3, 4, 7, 10)] == [15, 15, 30, 40, 50]


def test_one_tablet_every_three_days() -> None:
    plan = schemes()["one-tablet-3-days"].plan(start=START)
    assert [at(plan, on_day(number)).total_mg for number in (1, 3, 4, 6, 7)] == [10, 10, 20, 20, 30]


@pytest.mark.parametrize(
    ("total", "notices"),
    [(79, ()), (80, ("specialist-above-80",)), (85, ("specialist-above-80",)), (300, ("specialist-above-80", "ceiling-300"))],
)
def test_a_day_says_what_goes_with_its_total(total: int, notices: tuple[str, ...]) -> None:
    assert at(flat(total), START).notices == notices
    laid = plan_day(flat(total), START)
    assert isinstance(laid, Allowed)
    assert laid.rules == notices


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ((100,), True),
        ((100, 90), False),
        ((100, 100, 90), False),
        ((100, 90, 80), False),
        ((100, 100), True),
        ((80, 100), True),
        ((100, 90, 110, 80), True),
    ],
)
def test_only_a_plan_that_does_nothing_but_go_down_is_silent_on_high_doses(totals: tuple[int, ...], said: bool) -> None:
    steps = (*(Step(total, 5) for total in totals[:-1]), Step(totals[-1], None))
    assert at(replace(P4, steps=steps), START).notices == (("specialist-above-80",) if said else ())


def test_a_stored_plan_above_300_is_never_shown() -> None:
    assert plan_day(flat(305), START) == Withheld(("ceiling-300",))
    assert lay_out(flat(305), START, 3) == []
    above = Plan(scheme="custom", start=START, steps=(Step(300, None, (Dose(time(8), 150), Dose(time(20), 155))),))
    assert plan_day(above, START) == Withheld(("ceiling-300",))


# --- what can be registered ---------------------------------------------------------------------------------------


def split(total: int, *mg: int | None) -> Plan:
    doses = tuple(Dose(hour, amount) for hour, amount in zip(HOURS, mg, strict=False))
    return Plan(scheme="custom", start=START, steps=(Step(total, None, doses),))


ORANGE = Level.urgent
SMALLEST = Plan(
    scheme="custom",
    start=START,
    steps=(Step(1, 1, (Dose(time(8), 1),)), Step(1, 1, (Dose(time(8), 1),))),
    tablet_mg=1,
    top_up=TopUp(1, 1),
)
CHECKS = [
    ("the table itself", P4, Allowed(P4)),
    ("case 33: 80 mg blocks nothing", flat(80), Allowed(flat(80), ("start-low", "specialist-above-80"))),
    ("case 34: 85 mg", flat(85), Allowed(flat(85), ("start-low", "specialist-above-80"))),
    ("case 35: 300 mg is accepted", flat(300), Allowed(flat(300), ("start-low", "specialist-above-80", "ceiling-300"))),
    ("case 36: 305 mg", flat(305), Alarm(ORANGE, ("ceiling-300",))),
    ("case 36: 300 mg and a top-up", flat(300, top_up=TopUp(10, 1)), Alarm(ORANGE, ("ceiling-300",))),
    ("two top-ups of ten above 285", flat(285, top_up=TopUp(10, 2)), Alarm(ORANGE, ("ceiling-300",))),
    ("a start of 20 mg asks nothing more", flat(20), Allowed(flat(20))),
    ("a start above 20 mg asks", flat(25), Allowed(flat(25), ("start-low",))),
    ("case 23: the doses do not add up", split(70, 20, 15, 15, 15), Withheld(("plan-sum-mismatch",))),
    ("amounts unsaid may fill the rest", split(20, 10, None), Allowed(split(20, 10, None))),
    ("amounts unsaid cannot fill nothing", split(20, 20, None), Withheld(("plan-sum-mismatch",))),
    ("a quarter of a tablet", split(5, 2, 3), Withheld(("not-a-half-tablet",))),
    ("a total no tablet makes", flat(12), Withheld(("not-a-half-tablet",))),
    ("25 mg tablets do not halve", replace(split(20, 10, 10), tablet_mg=25), Withheld(("not-a-half-tablet",))),
    ("25 mg tablets, whole", replace(flat(25), tablet_mg=25), Allowed(replace(flat(25), tablet_mg=25), ("start-low",))),
    ("20 mg tablets halve into ten", replace(split(20, 5, 15), tablet_mg=20), Withheld(("not-a-half-tablet",))),
    ("no step at all", replace(P4, steps=()), Withheld(("plan-unclear",))),
    ("nothing to take", flat(0), Withheld(("plan-unclear",))),
    ("a dose below nothing", split(5, 10, -5), Withheld(("plan-unclear",))),
    ("the same hour twice", replace(P4, steps=(Step(10, None, (Dose(time(8), 5), Dose(time(8), 5))),)), Withheld(("plan-unclear",))),
    ("a step without a length before another", replace(P4, steps=(Step(5, None), Step(10, None))), Withheld(("plan-unclear",))),
    ("a step of no days", replace(P4, steps=(Step(5, 0), Step(10, None))), Withheld(("plan-unclear",))),
    ("a top-up of nothing", flat(10, top_up=TopUp(0, 1)), Withheld(("plan-unclear",))),
    ("a top-up never", flat(10, top_up=TopUp(10, 0)), Withheld(("plan-unclear",))),
    ("a top-up no tablet makes", flat(10, top_up=TopUp(7, 1)), Withheld(("not-a-half-tablet",))),
    ("tablets of nothing", flat(10, tablet_mg=0), Withheld(("plan-unclear",))),
    ("other tablets of nothing", flat(10, more_tablets_mg=(0,)), Withheld(("plan-unclear",))),
    ("25 mg and 10 mg tablets", flat(20, tablet_mg=25, more_tablets_mg=(10,)), Allowed(flat(20, tablet_mg=25, more_tablets_mg=(10,)))),
    ("25 mg and 20 mg tablets", flat(15, tablet_mg=25, more_tablets_mg=(20,)), Withheld(("not-a-half-tablet",))),
    ("a top-up above the single dose", flat(10, top_up=TopUp(20, 1), max_single_mg=15), Withheld(("plan-max-single",))),
    (
        "a top-up as large as the single dose",
        flat(10, top_up=TopUp(15, 1), max_single_mg=15),
        Allowed(flat(10, top_up=TopUp(15, 1), max_single_mg=15)),
    ),
    ("a step of nothing in the middle", replace(P4, steps=(Step(10, 5), Step(0, 5), Step(10, None))), Withheld(("plan-unclear",))),
    ("a last step of no days", replace(P4, steps=(Step(10, 0),)), Withheld(("plan-unclear",))),
    ("a dose of nothing", split(10, 10, 0), Withheld(("plan-unclear",))),
    ("two rules at once: the day's comes first, alone", split(400, 200, 200), Alarm(ORANGE, ("ceiling-300",))),
    ("the smallest plan of all", SMALLEST, Allowed(SMALLEST)),
    ("above the plan's own single dose", replace(split(70, 35, 35), max_single_mg=30), Withheld(("plan-max-single",))),
    ("at the plan's own single dose", replace(split(20, 10, 10), max_single_mg=10), Allowed(replace(split(20, 10, 10), max_single_mg=10))),
    ("200 mg in one dose", split(200, 200), Alarm(ORANGE, ("over-200-single",))),
    ("a decrease", replace(P4, steps=(Step(20, 2), Step(10, 2), Step(0, None))), Allowed(None)),
]


@pytest.mark.parametrize(("why", "plan", "expected"), CHECKS, ids=[why for why, _, _ in CHECKS])
def test_a_plan_is_checked_before_it_is_kept(why: str, plan: Plan, expected: object) -> None:
    verdict = check_plan(plan)
    if isinstance(expected, Allowed):
        assert verdict == Allowed(plan, expected.rules)
    else:
        assert verdict == expected


def test_a_mismatch_shows_both_numbers() -> None:
    assert sum_mismatches(split(70, 20, 15, 15, 15)) == (SumMismatch(0, doses_mg=65, total_mg=70),)
    assert sum_mismatches(P4) == ()
    assert sum_mismatches(split(20, 20, None)) == (SumMismatch(0, doses_mg=20, total_mg=20),)


def test_a_total_said_apart_must_agree() -> None:
    plan = split(70, 20, 15, 15, 20)
    assert check_plan(plan, said_total_mg=80) == Withheld(("plan-sum-mismatch",))
    assert sum_mismatches(plan, said_total_mg=80) == (SumMismatch(0, doses_mg=70, total_mg=80),)
    assert isinstance(check_plan(plan, said_total_mg=70), Allowed)
    both = split(70, 20, 15)
    assert sum_mismatches(both, said_total_mg=80) == (SumMismatch(0, doses_mg=70, total_mg=80), SumMismatch(0, doses_mg=35, total_mg=70))


# --- said as an increase -------------------------------------------------------------------------------------------


def test_an_increase_said_in_words_becomes_steps() -> None:
    plan = from_increase(total_mg=15, step_mg=10, every_days=4, times=(time(20), time(8)), until_mg=45, start=START)
    assert [(step.total_mg, step.days) for step in plan.steps] == [(15, 4), (25, 4), (35, 4), (45, None)]
    assert plan.steps[0].doses == (Dose(time(8)), Dose(time(20)))
    assert (plan.scheme, plan.start, plan.tablet_mg, plan.holds) == ("custom", START, 10, ())
    assert from_increase(total_mg=20, start=START, tablet_mg=20).tablet_mg == 20


def test_the_last_increase_does_not_pass_the_end_that_was_said() -> None:
    plan = from_increase(total_mg=10, step_mg=20, every_days=3, until_mg=60, start=START)
    assert [step.total_mg for step in plan.steps] == [10, 30, 50, 60]


def test_without_an_end_an_increase_stays_within_300() -> None:
    plan = from_increase(total_mg=15, step_mg=10, every_days=3, start=START)
    assert plan.steps[-1] == Step(295, None)
    assert [step.total_mg for step in from_increase(total_mg=100, step_mg=100, every_days=3, start=START).steps] == [100, 200, 300]
    assert [step.total_mg for step in from_increase(total_mg=10, step_mg=1, every_days=3, until_mg=12, start=START).steps] == [10, 11, 12]
    assert isinstance(check_plan(plan), Allowed)


def test_an_end_above_300_is_kept_for_the_check_to_refuse() -> None:
    plan = from_increase(total_mg=100, step_mg=50, every_days=7, until_mg=10**9, start=START)
    assert check_plan(plan) == Alarm(ORANGE, ("ceiling-300",))


def test_an_increase_without_a_length_is_refused() -> None:
    assert check_plan(from_increase(total_mg=10, step_mg=10, start=START)) == Withheld(("plan-unclear",))


def test_amounts_by_hour_are_never_invented() -> None:
    several = from_increase(total_mg=70, times=(time(8), time(18)), start=START)
    alone = from_increase(total_mg=70, times=(time(18),), start=START)
    free = from_increase(total_mg=70, times=(time(8), time(18)), start=START, free_split=True)
    assert [step.doses for step in several.steps] == [(Dose(time(8)), Dose(time(18)))]
    assert [step.doses for step in alone.steps] == [(Dose(time(18), 70),)]
    assert [step.doses for step in free.steps] == [()]


# --- holds ---------------------------------------------------------------------------------------------------------


def test_a_step_stretched_by_three_days_moves_what_follows() -> None:
    plan = extend_step(P4, on=on_day(20), days=3)
    assert [at(plan, on_day(number)).total_mg for number in (20, 21, 23, 24)] == [40, 40, 40, 50]
    assert at(plan, on_day(24)).is_first_of_step
    assert at(plan, date(2026, 3, 14)).total_mg == 180
    assert at(plan, date(2026, 3, 15)).total_mg == 200


def test_a_step_can_be_stretched_again_while_it_is_stretched() -> None:
    plan = extend_step(extend_step(P4, on=on_day(17), days=3), on=on_day(22), days=2)
    assert [at(plan, on_day(number)).total_mg for number in (25, 26)] == [40, 50]


def test_the_last_step_has_no_end_to_stretch() -> None:
    assert extend_step(P4, on=on_day(90), days=3) == P4
    ends = replace(P4, steps=(Step(10, 5), Step(20, 5)))
    assert extend_step(ends, on=on_day(7), days=3) == ends
    assert extend_step(ends, on=on_day(2), days=3).holds == (Hold(on_day(6), on_day(9)),)


def test_the_step_before_the_last_is_stretched_like_any_other() -> None:
    plan = extend_step(P4, on=on_day(66), days=1, why="tired")
    assert plan.holds == (Hold(on_day(71), on_day(72), "tired"),)
    assert [at(plan, on_day(number)).total_mg for number in (66, 71, 72)] == [180, 180, 200]


def test_stretched_on_its_first_day_a_step_has_begun_all_the_same() -> None:
    plan = extend_step(P4, on=on_day(16), days=2)
    assert [at(plan, on_day(number)).total_mg for number in (15, 16, 20, 22, 23)] == [30, 40, 40, 40, 50]


def test_while_an_open_hold_stretches_it_a_step_is_not_stretched_twice() -> None:
    held = hold(P4, on_day(18))
    assert extend_step(held, on=on_day(17), days=3) == held


def test_a_step_back_goes_on_over_a_resume_and_a_return_to_an_open_step_stays_there() -> None:
    back = replace(P4, holds=(Hold(on_day(28), None, back_to_step=4),))
    assert resume(back, on_day(40)) == back
    to_the_last = replace(P4, holds=(Hold(on_day(80), None, back_to_step=14),))
    assert at(to_the_last, on_day(90)).total_mg == 200


def test_the_most_of_a_day_counts_top_ups_and_a_plan_without_steps_has_none() -> None:
    assert highest_day_mg(replace(P4, top_up=TopUp(10, 3))) == 230
    assert highest_day_mg(replace(P4, steps=())) == 0


def test_a_held_day_repeats_the_day_before_the_hold() -> None:
    plan = hold(P4, on_day(6))
    assert [(day.number, day.total_mg, day.held) for day in lay_out(plan, on_day(5), 3)] == [(5, 10, False), (5, 10, True), (5, 10, True)]


def test_held_on_its_first_day_a_plan_repeats_day_one() -> None:
    plan = hold(P4, START, on_day(4))
    assert [day_number(plan, on_day(number)) for number in (1, 2, 3, 4, 5)] == [1, 1, 1, 1, 2]


def test_after_a_hold_the_next_step_keeps_its_whole_length() -> None:
    plan = resume(hold(P4, on_day(6), why="tired"), on_day(30))
    assert plan.holds == (Hold(on_day(6), on_day(30), "tired"),)
    assert [day.number for day in lay_out(plan, on_day(29), 3)] == [5, 6, 7]
    assert [day.date for day in lay_out(plan, on_day(29), 9) if day.total_mg == 20] == [on_day(number) for number in range(30, 35)]


def test_a_hold_ended_before_it_began_never_was() -> None:
    assert resume(hold(P4, on_day(10)), on_day(8)).holds == ()


def test_resuming_leaves_other_holds_alone() -> None:
    plan = hold(hold(P4, on_day(3), on_day(5)), on_day(40), on_day(45))
    assert resume(plan, on_day(20)) == plan


def test_a_hold_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^a hold ends after it begins$"):
        hold(P4, on_day(5), on_day(5))
    with pytest.raises(ValueError, match=r"^a step is only ever made longer$"):
        extend_step(P4, on=on_day(5), days=0)


# --- laws ----------------------------------------------------------------------------------------------------------


@given(plan=plans())
def test_a_plan_anyone_could_write_is_laid_out_as_written(plan: Plan) -> None:
    assert isinstance(check_plan(plan), Allowed)
    days = lay_out(plan, START, 60)
    assert len(days) == 60
    assert all(day.total_mg <= 300 and day.total_mg % 5 == 0 for day in days)
    assert all(not day.doses or sum(dose.mg or 0 for dose in day.doses) == day.total_mg for day in days)


@given(plan=plans(), held=st.lists(holds(), max_size=4))
def test_no_hold_ever_shortens_a_step_or_brings_one_forward(plan: Plan, held: list[Hold]) -> None:
    free, days = lay_out(plan, START, 160), lay_out(replace(plan, holds=tuple(held)), START, 160)
    assert [day.step_index for day in days] == sorted(day.step_index for day in days)
    assert all(held_day.step_index <= free_day.step_index for held_day, free_day in zip(days, free, strict=True))
    for index, step in enumerate(plan.steps[:-1]):
        assert sum(day.step_index == index for day in days) >= (step.days or 0)


@given(plan=plans(), one=holds(), on=st.integers(1, 100))
def test_a_hold_shifts_what_follows_by_its_own_days(plan: Plan, one: Hold, on: int) -> None:
    assert one.until is not None
    held_so_far = sum(one.since <= on_day(number) < one.until for number in range(1, on + 1))
    assert day_number(replace(plan, holds=(one,)), on_day(on)) == max(1, on - held_so_far)


@given(plan=plans(), held=st.lists(holds(), max_size=4))
def test_numbers_never_jump(plan: Plan, held: list[Hold]) -> None:
    numbers = [day.number for day in lay_out(replace(plan, holds=tuple(held)), START, 120)]
    assert numbers[0] == 1
    assert all(0 <= later - earlier <= 1 for earlier, later in pairwise(numbers))
