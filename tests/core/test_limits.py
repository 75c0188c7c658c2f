"""Bounds: the smallest wins and says which it was."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Allowed, Withheld
from bot.core.limits import Bound, can_be_made, day_notices, of_one_day, of_one_intake, passed, smallest, unit_mg, within
from bot.core.tablets import in_tablets


@given(amounts=st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_the_smallest_bound_decides(amounts: list[int]) -> None:
    bounds = [Bound(mg, f"bound-{index}") for index, mg in enumerate(amounts)]
    assert smallest(bounds) == bounds[amounts.index(min(amounts))]


def test_without_a_bound_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match=r"."):
        smallest([])


@pytest.mark.parametrize(("tablet", "unit"), [(10, 5), (20, 10), (30, 15), (40, 20), (25, 25), (5, 5), (1, 1)])
def test_only_tablets_with_equal_halves_are_halved(tablet: int, unit: int) -> None:
    assert unit_mg(tablet) == unit
    assert isinstance(unit_mg(tablet), int)
    assert can_be_made(3 * unit, tablet)
    assert not can_be_made(unit + 0.5, tablet)
    assert not can_be_made(unit + 0.5, tablet, 2 * tablet)


def test_a_tablet_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^a tablet holds more than nothing$"):
        unit_mg(0)


# --- the choke point -----------------------------------------------------------------------------------------------

PASSED = [
    (300, of_one_day, ()),
    (300.5, of_one_day, ("ceiling-300",)),
    (70, lambda: of_one_day(70), ()),
    (75, lambda: of_one_day(70), ("over-plan",)),
    (305, lambda: of_one_day(70), ("ceiling-300", "over-plan")),
    (20, lambda: of_one_day(70, taken_mg=50), ()),
    (21, lambda: of_one_day(70, taken_mg=50), ("over-plan",)),
    (50, lambda: of_one_day(taken_mg=250), ()),
    (51, lambda: of_one_day(taken_mg=250), ("ceiling-300",)),
    (199.5, of_one_intake, ()),
    (200, of_one_intake, ("over-200-single",)),
    (40, lambda: of_one_intake(40), ()),
    (41, lambda: of_one_intake(40), ("plan-max-single",)),
    (200, lambda: of_one_intake(40), ("over-200-single", "plan-max-single")),
]


@pytest.mark.parametrize(("mg", "bounds", "rules"), PASSED)
def test_every_bound_that_is_passed_is_named(mg: float, bounds: Callable[[], tuple[Bound, ...]], rules: tuple[str, ...]) -> None:
    assert passed(mg, bounds()) == rules


WITHIN = [
    ("within all", 20, {}, Allowed(20)),
    ("half a tablet", 5, {}, Allowed(5)),
    ("one milligram, where tablets hold one", 1, {"tablet": 1}, Allowed(1)),
    ("the smallest decides: the plan's single dose", 45, {"day": 70, "single": 40}, Withheld(("plan-max-single",))),
    ("the smallest decides: the day", 45, {"day": 40, "single": 44}, Withheld(("over-plan",))),
    ("the smallest decides: 300", 45, {"day": 400, "taken": 260}, Withheld(("ceiling-300",))),
    ("an emergency at once", 200, {}, Withheld(("over-200-single",))),
    ("a case is open", 5, {"frozen": True}, Withheld(("red-flag-freeze",))),
    ("a case is open, and too much", 500, {"frozen": True}, Withheld(("red-flag-freeze",))),
    ("not in tablets", 7, {}, Withheld(("not-a-half-tablet",))),
    ("not in tablets of 25", 10, {"tablet": 25}, Withheld(("not-a-half-tablet",))),
    ("too much comes before the tablets", 77, {"day": 70}, Withheld(("over-plan",))),
    ("nothing is no amount", 0, {}, Withheld(("not-a-half-tablet",))),
    ("less than nothing", -10, {}, Withheld(("not-a-half-tablet",))),
]


@pytest.mark.parametrize(("why", "mg", "given_bounds", "expected"), WITHIN, ids=[row[0] for row in WITHIN])
def test_an_amount_passes_one_choke_point(why: str, mg: float, given_bounds: dict[str, int], expected: object) -> None:
    day = of_one_day(given_bounds.get("day"), taken_mg=given_bounds.get("taken", 0))
    bounds = (*day, *of_one_intake(given_bounds.get("single")))
    frozen = bool(given_bounds.get("frozen"))
    assert within(mg, bounds, tablets_mg=(given_bounds.get("tablet", 10),), frozen=frozen) == expected


@given(mg=st.integers(-10, 400), day=st.none() | st.integers(0, 400), taken=st.integers(0, 400), single=st.none() | st.integers(0, 250))
def test_what_is_allowed_keeps_every_bound(mg: int, day: int | None, taken: int, single: int | None) -> None:
    verdict = within(mg, (*of_one_day(day, taken_mg=taken), *of_one_intake(single)), tablets_mg=(10,))
    keeps = 0 < mg < 200 and mg % 5 == 0 and mg + taken <= min(300, 300 if day is None else day) and (single is None or mg <= single)
    assert isinstance(verdict, Allowed) == keeps
    assert isinstance(verdict, Allowed) or len(verdict.rules) == 1


@pytest.mark.parametrize(
    ("total", "rules"),
    [
        (75, ()),
        (80, ("specialist-above-80",)),
        (295, ("specialist-above-80",)),
        (300, ("specialist-above-80", "ceiling-300")),
        (310, ("specialist-above-80", "ceiling-300")),
    ],
)
def test_a_days_total_brings_its_notices(total: int, rules: tuple[str, ...]) -> None:
    assert day_notices(total) == rules


def test_an_amount_is_made_of_something() -> None:
    with pytest.raises(ValueError, match="made of something"):
        can_be_made(10)


def test_the_tablets_at_hand_count_together() -> None:
    assert within(45, of_one_day(), tablets_mg=(25, 20)) == Allowed(45)
    assert within(45, of_one_day(), tablets_mg=(25,)) == Withheld(("not-a-half-tablet",))
    assert within(35, of_one_day(), tablets_mg=(20, 25)) == Allowed(35)
    assert within(15, of_one_day(), tablets_mg=(20, 25)) == Withheld(("not-a-half-tablet",))
    assert within(50, of_one_day(), tablets_mg=(25,)) == Allowed(50)


@given(mg=st.integers(1, 300), strengths=st.sets(st.sampled_from((7, 10, 20, 25, 30, 40)), min_size=1))
def test_what_can_be_made_can_be_told_in_tablets(mg: int, strengths: set[int]) -> None:
    assert can_be_made(mg, *strengths) == isinstance(in_tablets(mg, strengths), Allowed)
