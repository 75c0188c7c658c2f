"""The prescriber's changes: new versions, none lost, and the jump on the first day said aloud."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.levels import Level
from bot.core.plan import Plan, Step
from bot.core.taper import taper
from bot.core.versions import Change, Version, in_force, judge_change, with_change
from bot.knowledge.schemes import schemes
from tests.core.given import ONE_DAY, START, flat, on_day

P4 = schemes()["four-doses-200"].plan(start=START)
SLOWER = schemes()["one-tablet-3-days"].plan(start=on_day(20), every_days=7)


def test_each_day_is_judged_by_the_plan_of_that_day() -> None:
    versions = with_change(with_change((), P4, since=START), SLOWER, since=on_day(20))
    assert in_force(versions, START) == Allowed(P4)
    assert in_force(versions, on_day(19)) == Allowed(P4)
    assert in_force(versions, on_day(20)) == Allowed(SLOWER)
    assert in_force(versions, on_day(200)) == Allowed(SLOWER)
    assert in_force(versions, on_day(0)) == Withheld(("plan-not-started",))
    assert in_force((), START) == Withheld(("plan-not-started",))


def test_the_order_in_which_versions_are_kept_does_not_matter() -> None:
    versions = (Version(on_day(20), SLOWER), Version(START, P4))
    assert in_force(versions, on_day(25)) == Allowed(SLOWER)


def test_a_change_rewrites_no_earlier_day() -> None:
    versions = with_change((Version(START, P4),), SLOWER, since=on_day(20))
    assert versions == (Version(START, P4), Version(on_day(20), SLOWER))
    with pytest.raises(ValueError, match=r"^a change begins after the one before it$"):
        with_change(versions, P4, since=on_day(19))


def test_a_second_change_on_the_same_day_takes_the_place_of_the_first() -> None:
    versions = with_change((Version(START, P4), Version(on_day(20), P4)), SLOWER, since=on_day(20))
    assert versions == (Version(START, P4), Version(on_day(20), SLOWER))


@given(days=st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True), on=st.integers(1, 80))
def test_the_version_in_force_is_the_last_one_begun(days: list[int], on: int) -> None:
    versions: tuple[Version, ...] = ()
    for number in sorted(days):
        versions = with_change(versions, flat(5 * number), since=on_day(number))
    begun = [number for number in days if number <= on]
    expected: object = Allowed(flat(5 * max(begun))) if begun else Withheld(("plan-not-started",))
    assert in_force(versions, on_day(on)) == expected


# --- the jump ------------------------------------------------------------------------------------------------------

AT_70 = flat(70)
ON = on_day(40)


def from_on(plan: Plan) -> Plan:
    return replace(plan, start=ON)


JUMPS = [
    ("the same", 70, ("plan-confirm",)),
    ("ten more", 80, ("plan-confirm", "specialist-above-80")),
    ("twenty more", 90, ("plan-confirm", "specialist-above-80")),
    ("more than twenty more is asked about", 95, ("plan-confirm", "prescriber-decides", "specialist-above-80")),
    ("twenty less", 50, ("plan-confirm",)),
    ("more than twenty less", 45, ("plan-confirm", "never-stop-abruptly")),
]


@pytest.mark.parametrize(("why", "to", "rules"), JUMPS, ids=[why for why, _, _ in JUMPS])
def test_a_jump_is_read_back_with_both_amounts(why: str, to: int, rules: tuple[str, ...]) -> None:
    assert judge_change(AT_70, from_on(flat(to)), since=ON) == Allowed(Change(70, to), rules)


def test_a_drop_straight_to_nothing_is_for_a_human() -> None:
    ends = Plan(scheme="custom", start=ON - timedelta(days=3), steps=(Step(5, 3), Step(0, None)))
    assert judge_change(AT_70, ends, since=ON) == Alarm(Level.urgent, ("never-stop-abruptly", "prescriber-decides"))


def test_a_change_that_begins_later_leaves_days_without_a_plan() -> None:
    assert judge_change(AT_70, replace(flat(70), start=ON + ONE_DAY), since=ON) == Alarm(
        Level.urgent, ("never-stop-abruptly", "prescriber-decides")
    )


def test_a_described_decrease_is_a_change_like_any_other() -> None:
    down = taper(from_mg=70, by_mg=10, every_days=2, start=ON)
    assert isinstance(down, Allowed)
    assert judge_change(AT_70, down.value, since=ON) == Allowed(Change(70, 60), ("plan-confirm",))


def test_before_any_baclofen_a_change_is_a_start() -> None:
    assert judge_change(replace(AT_70, start=ON + 9 * ONE_DAY), from_on(flat(40)), since=ON) == Allowed(
        Change(0, 40), ("plan-confirm", "start-low")
    )


def test_a_change_that_no_check_lets_through_is_refused() -> None:
    assert judge_change(AT_70, flat(305), since=ON) == Alarm(Level.urgent, ("ceiling-300",))
    assert judge_change(AT_70, flat(72), since=ON) == Withheld(("not-a-half-tablet",))


def test_the_jump_is_measured_from_the_day_before() -> None:
    after = replace(flat(20), start=on_day(6))
    assert judge_change(P4, after, since=on_day(6)) == Allowed(Change(10, 20), ("plan-confirm",))
    assert judge_change(P4, replace(after, start=on_day(7)), since=on_day(7)) == Allowed(Change(20, 20), ("plan-confirm",))


def test_from_nothing_to_nothing_nobody_is_stopped() -> None:
    later = replace(flat(20), start=on_day(9))
    assert judge_change(later, later, since=on_day(3)) == Allowed(Change(0, 0), ("plan-confirm",))


def test_from_a_single_milligram_a_jump_is_asked_about() -> None:
    one = replace(flat(1, tablet_mg=1), start=START)
    assert judge_change(one, replace(flat(25), start=ON), since=ON) == Allowed(Change(1, 25), ("plan-confirm", "prescriber-decides"))
