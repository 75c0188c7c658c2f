"""The illustrated split: cases 55, 56 and 59, the table of facts C3, and a second search to compare with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from functools import partial
from itertools import combinations, pairwise, product
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.curve import level
from bot.core.decision import Allowed, Withheld
from bot.core.plan import Dose, Step
from bot.core.split import Split, _search, best_split, illustrate, spread

SIX = time(18)


def shown(split: Allowed[Split] | Withheld) -> str:
    """A split as "15@13 25@15 30@17"."""
    assert isinstance(split, Allowed), split
    return " ".join(f"{dose.mg}@{dose.at.hour}" for dose in split.value.doses)


HALVES = {
    10: "5@15 5@17",
    15: "5@13 5@15 5@17",
    20: "5@11 5@13 5@15 5@17",
    30: "10@13 10@15 10@17",
    40: "10@13 15@15 15@17",
    50: "10@13 20@15 20@17",
    60: "15@13 20@15 25@17",
    70: "15@13 25@15 30@17",
    80: "20@13 25@15 35@17",
    90: "20@13 30@15 40@17",
    100: "20@13 40@15 40@17",
    120: "25@13 45@15 50@17",
    140: "30@13 50@15 60@17",
    150: "35@13 50@15 65@17",
    160: "35@13 55@15 70@17",
    180: "40@13 60@15 80@17",
    200: "45@13 75@15 80@17",
    220: "60@13 80@15 80@17",
    240: "80@13 80@15 80@17",
    270: "40@11 70@13 80@15 80@17",
    300: "60@11 80@13 80@15 80@17",
}
WHOLE = {
    30: "10@13 10@15 10@17",
    40: "10@11 10@13 10@15 10@17",
    50: "10@13 20@15 20@17",
    60: "20@13 20@15 20@17",
    70: "20@13 20@15 30@17",
    80: "20@13 30@15 30@17",
    90: "20@13 30@15 40@17",
    100: "20@13 40@15 40@17",
    120: "30@13 40@15 50@17",
    140: "30@13 50@15 60@17",
    160: "40@13 50@15 70@17",
    180: "40@13 60@15 80@17",
    200: "50@13 70@15 80@17",
}


@pytest.mark.parametrize(("total", "expected"), HALVES.items())
def test_the_split_in_half_tablets_before_six(total: int, expected: str) -> None:
    assert shown(best_split(total, craving=SIX)) == expected


@pytest.mark.parametrize(("total", "expected"), WHOLE.items())
def test_the_split_in_whole_tablets_before_six(total: int, expected: str) -> None:
    assert shown(best_split(total, craving=SIX, unit_mg=10)) == expected


@pytest.mark.parametrize(
    ("craving", "expected"),
    [(12, "15@7 25@9 30@11"), (16, "15@11 25@13 30@15"), (20, "15@15 25@17 30@19"), (21, "15@16 25@18 30@20")],
)
def test_the_split_moves_with_the_craving_hour(craving: int, expected: str) -> None:
    assert shown(best_split(70, craving=time(craving), wake=time(7))) == expected


@pytest.mark.parametrize(("total", "unit", "fast", "slow"), [(180, 5, 117.15, 121.95), (70, 5, 45.41, 47.52), (70, 10, 44.45, 46.70)])
def test_a_split_tells_the_level_it_reaches(total: int, unit: int, fast: float, slow: float) -> None:
    split = best_split(total, craving=SIX, unit_mg=unit)
    assert isinstance(split, Allowed)
    assert (split.value.level_fast, split.value.level_slow) == pytest.approx((fast, slow), abs=0.01)
    assert split.rules == ("split-illustration",)


INFEASIBLE = [
    ("two slots of at most 30 mg", lambda: best_split(70, craving=time(10), wake=time(7)), "split-too-few-hours"),
    ("a craving on waking", lambda: best_split(70, craving=time(8)), "split-too-few-hours"),
    ("not a multiple of the unit", lambda: best_split(75, craving=SIX, unit_mg=10), "not-a-half-tablet"),
    ("three slots would do, two are left", lambda: best_split(70, craving=time(12)), "split-too-few-hours"),
    ("five doses only above 240 mg", lambda: best_split(240, craving=SIX, max_single_mg=50), "split-too-few-hours"),
    ("never six doses", lambda: best_split(300, craving=SIX, wake=time(6), max_single_mg=50), "split-too-few-hours"),
    ("above the ceiling", lambda: best_split(305, craving=SIX), "ceiling-300"),
    ("the plan's own single dose is too small", lambda: best_split(70, craving=SIX, max_single_mg=3), "plan-max-single"),
    ("tablets of 25 mg can only rise by 25", lambda: best_split(125, craving=SIX, unit_mg=25), ""),
    ("the plan's own single dose leaves too little", lambda: best_split(70, craving=SIX, max_single_mg=15), "split-too-few-hours"),
]


@pytest.mark.parametrize(("why", "split", "reason"), INFEASIBLE, ids=[why for why, _, _ in INFEASIBLE])
def test_no_bound_is_ever_relaxed(why: str, split: Callable[[], Allowed[Split] | Withheld], reason: str) -> None:
    assert split() == Withheld(("split-infeasible", *([reason] if reason else [])))


@pytest.mark.parametrize(("total", "expected"), [(181, "36@13 65@15 80@17"), (182, "36@13 66@15 80@17")])
def test_to_the_milligram_no_dose_is_more_than_thirty_above_the_one_before(total: int, expected: str) -> None:
    assert shown(best_split(total, craving=SIX, wake=time(13), unit_mg=1)) == expected


def test_the_plans_own_largest_dose_wins() -> None:
    assert shown(best_split(70, craving=SIX, max_single_mg=20)) == "10@11 20@13 20@15 20@17"


def test_intakes_are_on_the_hour_also_when_craving_or_waking_is_not() -> None:
    assert shown(best_split(70, craving=time(18, 30))) == "15@14 25@16 30@18"
    assert shown(best_split(10, craving=time(12), wake=time(8, 30))) == "5@9 5@11"


def test_nothing_to_split_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^a split needs a total and a unit$"):
        best_split(0, craving=SIX)
    with pytest.raises(ValueError, match="needs a total"):
        best_split(70, craving=SIX, unit_mg=0)
    assert shown(best_split(1, craving=SIX, unit_mg=1)) == "1@17"


def test_a_plan_that_fixes_its_hours_is_not_split() -> None:
    fixed = Step(70, None, tuple(Dose(time(hour), mg) for hour, mg in ((8, 20), (13, 15), (18, 15), (22, 20))))
    assert illustrate(fixed, craving=SIX) == Withheld(("split-hours-fixed", "prescriber-decides"))
    assert shown(illustrate(Step(70, None), craving=SIX)) == "15@13 25@15 30@17"
    assert shown(illustrate(Step(70, None), craving=SIX, unit_mg=10)) == "20@13 20@15 30@17"
    assert shown(illustrate(Step(70, None), craving=SIX, max_single_mg=20)) == "10@11 20@13 20@15 20@17"
    assert shown(illustrate(Step(70, None), craving=time(12), wake=time(7))) == "15@7 25@9 30@11"


# --- spread over the day -------------------------------------------------------------------------------------------

FOUR = (8, 13, 18, 22)
SPREADS = [
    ("facts C2: Ameisen's hours", lambda: spread(Step(70, None)), "20@8 15@12 15@16 20@20"),
    *(
        (f"the table at {total} mg", partial(spread, Step(total, None), hours=tuple(map(time, FOUR)), unit_mg=unit), expected)
        for total, unit, expected in [
            (30, 5, "10@8 5@13 5@18 10@22"),
            (40, 5, "10@8 10@13 10@18 10@22"),
            (90, 5, "25@8 20@13 20@18 25@22"),
            (140, 10, "40@8 30@13 30@18 40@22"),
            (180, 10, "50@8 40@13 40@18 50@22"),
        ]
    ),
    ("one unit over goes to the morning", lambda: spread(Step(25, None)), "10@8 5@12 5@16 5@20"),
    ("three units over", lambda: spread(Step(35, None)), "10@8 10@12 5@16 10@20"),
    ("at 300 mg", lambda: spread(Step(300, None)), "75@8 75@12 75@16 75@20"),
    ("at the plan's own largest", lambda: spread(Step(80, None), max_single_mg=20), "20@8 20@12 20@16 20@20"),
    ("tablets of one milligram", lambda: spread(Step(5, None), unit_mg=1), "2@8 1@12 1@16 1@20"),
    ("two hours apart", lambda: spread(Step(40, None), hours=(time(8), time(10))), "20@8 20@10"),
]


@pytest.mark.parametrize(("why", "found", "expected"), SPREADS, ids=[why for why, _, _ in SPREADS])
def test_a_total_is_spread_evenly_the_outer_hours_first(
    why: str, found: Callable[[], Allowed[tuple[Dose, ...]] | Withheld], expected: str
) -> None:
    shared = found()
    assert isinstance(shared, Allowed), shared
    assert " ".join(f"{dose.mg}@{dose.at.hour}" for dose in shared.value) == expected
    assert shared.rules == ("split-illustration",)


NOT_SPREAD = [
    ("the plan fixes its hours", lambda: spread(Step(5, None, (Dose(time(8), 5),))), ("split-hours-fixed", "prescriber-decides")),
    ("not in half tablets", lambda: spread(Step(72, None)), ("split-infeasible", "not-a-half-tablet")),
    ("less than one unit each", lambda: spread(Step(15, None)), ("split-infeasible",)),
    ("more than 80 mg at once", lambda: spread(Step(170, None), hours=(time(8), time(20))), ("split-infeasible",)),
    ("more than the plan's own", lambda: spread(Step(80, None), max_single_mg=15), ("split-infeasible",)),
    ("above 300 mg", lambda: spread(Step(305, None), hours=tuple(time(hour) for hour in range(8, 20, 2))), ("split-infeasible",)),
    ("too close", lambda: spread(Step(20, None), hours=(time(8), time(9, 59))), ("split-infeasible",)),
    ("backwards", lambda: spread(Step(20, None), hours=(time(20), time(8))), ("split-infeasible",)),
]


@pytest.mark.parametrize(("why", "found", "rules"), NOT_SPREAD, ids=[why for why, _, _ in NOT_SPREAD])
def test_what_cannot_be_spread_is_said(why: str, found: Callable[[], object], rules: tuple[str, ...]) -> None:
    assert found() == Withheld(rules)


def test_a_spread_needs_hours_and_a_unit() -> None:
    with pytest.raises(ValueError, match=r"^a spread needs hours and a unit$"):
        spread(Step(20, None), hours=())
    with pytest.raises(ValueError, match="and a unit"):
        spread(Step(20, None), unit_mg=0)


# --- the same definition, searched without any cleverness -----------------------------------------------------------


def brute_force(total: int, *, craving: float, wake: int, unit: int) -> str:
    cap = max(unit, 4 * total // 9 // unit * unit)
    rise = 10 * -(-total // 90)
    found = []
    for count in range(1, 5):
        amounts = [a for a in product(range(unit, min(cap, 80) + 1, unit), repeat=count) if sum(a) == total]
        amounts = [a for a in amounts if all(0 <= y - x <= rise for x, y in pairwise(a))]
        for hours in combinations(range(wake, ceil(craving)), count):
            if all(y - x >= 2 for x, y in pairwise(hours)):
                found += [tuple(zip(hours, a, strict=True)) for a in amounts]
    best = max((level(split, craving) for split in found), default=0)
    tied = [split for split in found if level(split, craving) >= best - 1e-9]
    return " ".join(f"{mg}@{hour}" for hour, mg in min(tied, key=lambda split: (len(split), split))) if tied else ""


@given(
    units=st.integers(1, 10),
    unit=st.sampled_from([5, 10]),
    wake=st.integers(6, 9),
    awake=st.integers(1, 8),
    minute=st.sampled_from([0, 10, 30, 45]),
)
def test_the_search_finds_what_trying_everything_finds(units: int, unit: int, wake: int, awake: int, minute: int) -> None:
    split = best_split(units * unit, craving=time(wake + awake, minute), wake=time(wake), unit_mg=unit)
    expected = brute_force(units * unit, craving=wake + awake + minute / 60, wake=wake, unit=unit)
    assert (shown(split) if isinstance(split, Allowed) else "") == expected


@given(units=st.integers(1, 60), craving=st.integers(9, 23), most=st.none() | st.integers(5, 80))
def test_a_split_keeps_every_bound(units: int, craving: int, most: int | None) -> None:
    total = 5 * units
    split = best_split(total, craving=time(craving), max_single_mg=most)
    if isinstance(split, Withheld):
        return
    hours = [dose.at.hour for dose in split.value.doses]
    amounts = [dose.mg or 0 for dose in split.value.doses]
    assert sum(amounts) == total
    assert max(amounts) <= min(80, max(5, 4 * total / 9), most or 80)
    assert all(mg % 5 == 0 and mg > 0 for mg in amounts)
    assert 8 <= hours[0] <= hours[-1] < craving
    assert all(later - earlier >= 2 for earlier, later in pairwise(hours))
    assert all(0 <= later - earlier <= 10 * -(-total // 90) for earlier, later in pairwise(amounts))
    assert len(amounts) <= (5 if total > 240 else 4)


def test_above_240_mg_a_fifth_dose_is_allowed() -> None:
    assert shown(best_split(250, craving=SIX, max_single_mg=50)) == "50@9 50@11 50@13 50@15 50@17"


def test_a_plans_own_limit_above_80_changes_nothing() -> None:
    assert best_split(300, craving=SIX, max_single_mg=200) == best_split(300, craving=SIX)


@pytest.mark.parametrize(
    ("total", "cap", "worth", "expected"),
    [
        (10, 5, [1.0, 1.0, 1.0, 1.0, 1.0], [(8, 5), (10, 5)]),
        (10, 10, [1.0, 1.0, 1.0, 1.0, 1.0], [(8, 10)]),
        (10, 10, [1.0, 0.5, 0.5, 0.5, 1.0 + 1e-11], [(8, 10)]),
        (10, 10, [1.0, 0.5, 0.5, 0.5, 1.0 + 1e-7], [(12, 10)]),
        (20, 15, [1.0, 0.9, 1.0], [(8, 5), (10, 15)]),
        (20, 15, [1.0 + 1e-11, 1.0 + 1e-11, 1.0], [(8, 5), (10, 15)]),
        (25, 5, [1.0] * 9, []),
    ],
    ids=[
        "the earlier hours",
        "fewer doses first",
        "equal to a billionth",
        "more than a billionth apart",
        "the smaller dose first",
        "the smaller dose first, to a billionth",
        "five doses are never four",
    ],
)
def test_among_equals_fewer_doses_win_then_earlier_ones(total: int, cap: int, worth: list[float], expected: list[tuple[int, int]]) -> None:
    # Real curves never tie, so the search is given hours of equal worth.
    assert _search(total, 5, cap, dict(enumerate(worth, start=8))) == expected
