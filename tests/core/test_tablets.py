"""Which tablets make an amount: whole ones, and halves only where the tablet halves equally."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.decision import Allowed, Withheld
from bot.core.tablets import Tablets, in_tablets

MADE = [
    (15, (10,), [(10, 3)]),
    (5, (10,), [(10, 1)]),
    (70, (10,), [(10, 14)]),
    (50, (25,), [(25, 4)]),
    (25, (10, 25), [(25, 2)]),
    (35, (10, 25), [(25, 2), (10, 2)]),
    (15, (30,), [(30, 1)]),
    (15, (10, 30), [(30, 1)]),
    (40, (10, 20, 30, 40), [(40, 2)]),
    (60, (20, 30), [(30, 4)]),
    (45, (10, 40), [(40, 2), (10, 1)]),
    (20, (10, 20), [(20, 2)]),
    (10, (20, 10), [(10, 2)]),
    (300, (40, 10), [(40, 15)]),
    (60, (20, 30, 40), [(40, 2), (20, 2)]),
    (65, (10, 30, 40), [(40, 2), (30, 1), (10, 2)]),
    (3, (1,), [(1, 6)]),
]


@pytest.mark.parametrize(("mg", "strengths", "expected"), MADE)
def test_an_amount_in_the_fewest_pieces(mg: int, strengths: tuple[int, ...], expected: list[tuple[int, int]]) -> None:
    made = in_tablets(mg, strengths)
    assert isinstance(made, Allowed)
    assert made.value == tuple(Tablets(strength, halves) for strength, halves in expected)
    assert sum(tablets.mg for tablets in made.value) == mg


@pytest.mark.parametrize(
    ("mg", "strengths"),
    [(12, (25,)), (37, (25,)), (5, (20,)), (15, (20,)), (15, (20, 25)), (7, (10,)), (1, (40,)), (12, (5,))],
)
def test_what_whole_and_halved_tablets_cannot_make_is_withheld(mg: int, strengths: tuple[int, ...]) -> None:
    assert in_tablets(mg, strengths) == Withheld(("not-a-half-tablet",))


def test_nothing_above_300_is_counted_out() -> None:
    assert in_tablets(305, (10,)) == Withheld(("ceiling-300",))
    assert isinstance(in_tablets(300, (10,)), Allowed)


@pytest.mark.parametrize(("mg", "strengths"), [(0, (10,)), (-5, (10,)), (10, ()), (10, (10, 0)), (10, (-10,))])
def test_nothing_and_no_tablet_are_errors(mg: int, strengths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^an amount is made of something, by something$"):
        in_tablets(mg, strengths)


@given(mg=st.integers(1, 60), strengths=st.sets(st.sampled_from([10, 20, 25, 30, 40]), min_size=1, max_size=2))
def test_no_other_way_needs_fewer_pieces(mg: int, strengths: set[int]) -> None:
    pieces = [(strength, 2) for strength in strengths] + [(strength, 1) for strength in strengths if strength != 25]
    ways = [counts for counts in product(range(7), repeat=len(pieces)) if _mg(pieces, counts) == mg]
    made = in_tablets(mg, strengths)
    if not ways:
        assert made == Withheld(("not-a-half-tablet",))
        return
    assert isinstance(made, Allowed)
    fewest = min(sum(counts) for counts in ways)
    assert sum(-(-tablets.halves // 2) for tablets in made.value) <= fewest
    assert sum(tablets.mg for tablets in made.value) == mg


def _mg(pieces: list[tuple[int, int]], counts: tuple[int, ...]) -> float:
    return sum(strength * halves / 2 * count for (strength, halves), count in zip(pieces, counts, strict=True))
