"""When the next step may be shown, and the way back: case D2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.plan import Hold, Plan, Step
from bot.core.stepping import Effect, StepBack, may_step, step_back
from bot.core.titration import PlanDay, hold, lay_out, plan_day
from bot.knowledge.schemes import schemes
from tests.core.given import START, flat, on_day, plans

P4 = schemes()["four-doses-200"].plan(start=START)
D21 = on_day(21)
LONG = replace(P4, steps=(Step(10, 20), Step(20, None)))


def total(plan: Plan, number: int) -> int:
    laid = plan_day(plan, on_day(number))
    assert isinstance(laid, Allowed)
    return laid.value.total_mg


def back(plan: Plan, number: int) -> StepBack:
    verdict = step_back(plan, on=on_day(number))
    assert isinstance(verdict, Allowed), verdict
    return verdict.value


def felt(finding: str, number: int, severity: int | None = None) -> Effect:
    return Effect(finding, on_day(number), severity)


def test_the_next_step_is_due_on_its_own_day() -> None:
    verdict = may_step(P4, on=D21)
    assert isinstance(verdict, Allowed)
    assert (verdict.value.total_mg, verdict.rules) == (50, ("step-due",))


REFUSED: list[tuple[str, Callable[[], Decision[PlanDay]], Withheld | Alarm]] = [
    ("an open case freezes it", lambda: may_step(P4, on=D21, open_case=True), Withheld(("red-flag-freeze",))),
    ("danger comes before the calendar", lambda: may_step(P4, on=on_day(0), open_case=True), Withheld(("red-flag-freeze",))),
    ("a question waits for the prescriber", lambda: may_step(P4, on=D21, awaiting_prescriber=True), Withheld(("prescriber-decides",))),
    ("before the plan", lambda: may_step(P4, on=on_day(0)), Withheld(("plan-not-started",))),
    ("no plan to read", lambda: may_step(replace(P4, steps=()), on=D21), Withheld(("plan-unclear",))),
    ("a stored step above 300", lambda: may_step(flat(305), on=D21), Withheld(("ceiling-300",))),
    ("a day too early", lambda: may_step(P4, on=on_day(20)), Withheld(("step-not-shortened",))),
    ("a day after", lambda: may_step(P4, on=on_day(22)), Withheld(("step-not-shortened",))),
    ("the first step is a start, not an increase", lambda: may_step(P4, on=START), Withheld(("step-not-shortened",))),
    ("on hold", lambda: may_step(hold(P4, D21), on=D21), Withheld(("hold-side-effect",))),
    ("a day was missed", lambda: may_step(P4, on=D21, whole_days_missed=1), Withheld(("day-missed", "prescriber-decides"))),
    ("drowsy, and it bothers", lambda: may_step(P4, on=D21, effects=[felt("drowsiness", 19, 6)]), Withheld(("hold-side-effect",))),
    ("drowsy, how much was not said", lambda: may_step(P4, on=D21, effects=[felt("drowsiness", 16)]), Withheld(("hold-side-effect",))),
    (
        "worse again",
        lambda: may_step(P4, on=D21, effects=[felt("dizziness", 17, 2), felt("dizziness", 20, 5)]),
        Withheld(("hold-side-effect",)),
    ),
    ("exactly as bothersome as it takes", lambda: may_step(P4, on=D21, effects=[felt("fatigue", 19, 4)]), Withheld(("hold-side-effect",))),
    ("a week ago to the day", lambda: may_step(P4, on=D21, effects=[felt("fatigue", 14, 6)]), Withheld(("hold-side-effect",))),
    ("this very morning", lambda: may_step(P4, on=D21, effects=[felt("fatigue", 21, 6)]), Withheld(("hold-side-effect",))),
    ("early in a long step", lambda: may_step(LONG, on=on_day(21), effects=[felt("fatigue", 2, 6)]), Withheld(("hold-side-effect",))),
    ("restless nights", lambda: may_step(P4, on=D21, effects=[felt("restlessness", 20)]), Alarm(Level.urgent, ("step-back-7-days",))),
]


@pytest.mark.parametrize(("why", "verdict", "expected"), REFUSED, ids=[why for why, _, _ in REFUSED])
def test_a_step_is_withheld(why: str, verdict: Callable[[], Decision[PlanDay]], expected: Withheld | Alarm) -> None:
    assert verdict() == expected


@pytest.mark.parametrize(
    "effects",
    [
        [felt("drowsiness", 17, 7), felt("drowsiness", 20, 0)],
        [felt("drowsiness", 19, 2)],
        [felt("drowsiness", 10, 8)],
        [felt("restlessness", 12, 8)],
    ],
    ids=["it has gone", "it does not bother", "long ago", "a step ago"],
)
def test_an_effect_that_has_passed_withholds_nothing(effects: list[Effect]) -> None:
    assert isinstance(may_step(P4, on=D21, effects=effects), Allowed)


def test_a_step_due_at_80_carries_its_notice() -> None:
    verdict = may_step(P4, on=on_day(36))
    assert isinstance(verdict, Allowed)
    assert verdict.rules == ("step-due", "specialist-above-80")


def test_a_step_down_is_not_kept_back_by_an_effect() -> None:
    lower = replace(P4, steps=(Step(30, 5), Step(20, 5), Step(20, 5), Step(30, None)))
    bothered = [felt("restlessness", 5, 9), felt("drowsiness", 15, 9)]
    for number, mg in ((6, 20), (11, 20)):
        down = may_step(lower, on=on_day(number), effects=bothered)
        assert isinstance(down, Allowed)
        assert (down.value.total_mg, down.value.number, down.rules) == (mg, number, ("step-due",))
    high = may_step(replace(P4, steps=(Step(100, 5), Step(90, None))), on=on_day(6), effects=bothered)
    assert isinstance(high, Allowed)
    assert high.rules == ("step-due",), "a plan that only goes down does not repeat what was said on the way up"
    assert may_step(lower, on=on_day(16), effects=bothered) == Withheld(("hold-side-effect",))


# --- case 25, case 26 ----------------------------------------------------------------------------------------------


def test_restless_at_60_mg_goes_back_to_50_for_seven_days_then_tries_again() -> None:
    stepped = back(P4, 28)
    assert (stepped.to_mg, stepped.retry_on, stepped.level) == (50, date(2026, 2, 4), Level.urgent)
    assert stepped.plan.holds == (Hold(on_day(28), on_day(35), "step-back-7-days", back_to_step=4),)
    assert step_back(P4, on=on_day(28)) == Allowed(stepped, ("step-back-7-days",))
    assert [total(stepped.plan, number) for number in (27, 28, 34, 35, 39, 40)] == [60, 50, 50, 60, 60, 70]
    assert may_step(stepped.plan, on=on_day(30)) == Withheld(("step-back-7-days",))
    assert isinstance(may_step(stepped.plan, on=on_day(35)), Allowed)


def test_the_same_effect_on_the_retry_keeps_50_until_the_prescriber_decides() -> None:
    retried = back(P4, 28).plan
    verdict = step_back(retried, on=on_day(35))
    assert isinstance(verdict, Allowed)
    assert verdict.rules == ("ceiling-after-recurrence",)
    assert (verdict.value.to_mg, verdict.value.retry_on) == (50, None)
    assert [total(verdict.value.plan, number) for number in (35, 60, 300)] == [50, 50, 50]
    assert may_step(verdict.value.plan, on=on_day(60)) == Withheld(("ceiling-after-recurrence",))


def test_a_later_step_has_its_own_first_time() -> None:
    later = back(back(P4, 28).plan, 42)
    assert (later.to_mg, later.retry_on) == (60, on_day(49))


def test_a_step_back_says_whether_the_plan_carries_it() -> None:
    assert back(P4, 28).carried
    assert not back(replace(P4, step_back_rule=False), 28).carried


def test_stepping_back_ends_a_hold_that_was_standing() -> None:
    stepped = back(hold(P4, on_day(29)), 33)
    assert stepped.plan.holds[0] == Hold(on_day(29), on_day(33))
    assert [total(stepped.plan, number) for number in (32, 33, 39, 40)] == [60, 50, 50, 60]


def test_stepping_back_leaves_what_is_over_and_replaces_what_begins_that_day() -> None:
    over = hold(P4, on_day(3), on_day(5))
    assert back(over, 33).plan.holds[0] == Hold(on_day(3), on_day(5))
    today = hold(P4, on_day(33))
    assert [hold.back_to_step for hold in back(today, 33).plan.holds] == [5]


@pytest.mark.parametrize(
    ("why", "plan", "number"),
    [
        ("there is no lower step", P4, 3),
        ("it is stepping back already", back(P4, 28).plan, 30),
        ("the step before is higher", replace(P4, steps=(Step(20, 5), Step(10, None))), 8),
    ],
)
def test_where_the_rule_says_nothing_the_prescriber_decides(why: str, plan: Plan, number: int) -> None:
    assert step_back(plan, on=on_day(number)) == Withheld(("prescriber-decides",))


def test_before_the_plan_there_is_nothing_to_step_back_from() -> None:
    assert step_back(P4, on=on_day(0)) == Withheld(("plan-not-started",))


@given(plan=plans(), number=st.integers(1, 40))
def test_a_step_back_lowers_the_dose_and_the_retry_is_a_whole_step(plan: Plan, number: int) -> None:
    verdict = step_back(plan, on=on_day(number))
    if isinstance(verdict, Withheld):
        assert verdict.rules == ("prescriber-decides",)
        return
    stepped = verdict.value
    days = lay_out(stepped.plan, START, 200)
    assert days[number - 1].total_mg == stepped.to_mg < total(plan, number)
    assert {day.step_index for day in days[number - 1 : number + 6]} == {stepped.to_step}
    retried = [day for day in days if day.date >= on_day(number + 7) and day.step_index == stepped.to_step + 1]
    assert retried[0].is_first_of_step
    assert len(retried) >= (plan.steps[stepped.to_step + 1].days or 1)
