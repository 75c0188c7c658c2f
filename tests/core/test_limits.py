"""Bounds: the smallest wins and says which it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.limits import Bound, can_be_made, smallest, unit_mg


@given(amounts=st.lists(st.integers(0, 300), min_size=1, max_size=5))
def test_the_smallest_bound_decides(amounts: list[int]) -> None:
    bounds = [Bound(mg, f"bound-{index}") for index, mg in enumerate(amounts)]
    assert smallest(bounds) == bounds[amounts.index(min(amounts))]


def test_without_a_bound_there_is_no_answer() -> None:
    with pytest.raises(ValueError, match=r"."):
        smallest([])


@pytest.mark.parametrize(("tablet", "unit"), [(10, 5), (20, 10), (30, 15), (40, 20), (25, 25), (5, 5)])
def test_only_tablets_with_equal_halves_are_halved(tablet: int, unit: int) -> None:
    assert unit_mg(tablet) == unit
    assert can_be_made(3 * unit, tablet)
    assert not can_be_made(unit + 1, tablet)


def test_a_tablet_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        unit_mg(0)
