"""Standard drinks worked out of what was said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.drinks import standard_drinks
from bot.knowledge.drinks import measures

UNITS = (None, "glass", "shot", "half_pint", "pint", "can", "bottle", "litre", "centilitre", "unit", "standard", "other")
KINDS = (None, "wine", "beer", "spirits", "other")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"count": 3, "unit": "glass", "kind": "wine"}, 3),
        ({"count": 2, "kind": "beer"}, 2),
        ({"count": 2}, 2),
        ({"count": 1, "unit": "shot"}, 1),
        ({"count": 1, "unit": "half_pint"}, 1),
        ({"count": 1, "unit": "pint"}, 2.0),
        ({"count": 1.5, "unit": "pint", "kind": "beer"}, 3.0),
        ({"count": 1, "unit": "bottle", "kind": "wine"}, 7.1),
        ({"count": 1, "unit": "bottle", "kind": "spirits"}, 22.1),
        ({"count": 50, "unit": "centilitre", "kind": "beer"}, 2.0),
        ({"count": 4, "unit": "unit"}, 3.2),
        ({"count": 2, "unit": "standard"}, 2),
        ({"count": 0}, 0),
        ({"count": 1, "unit": "bottle"}, None),
        ({"unit": "bottle", "kind": "wine"}, None),
        ({"count": 1, "unit": "pint", "kind": "spirits"}, None),
        ({"kind": "wine"}, None),
        ({"count": 2, "unit": "other", "kind": "beer"}, None),
    ],
)
def test_what_one_drink_comes_to(said: dict[str, Any], expected: float | None) -> None:
    assert standard_drinks([said], measures()) == expected


def test_a_bottle_of_wine_at_the_strength_of_the_source_holds_the_eight_that_it_says() -> None:
    assert round(75 * 10 * 0.135 * measures().density / measures().grams) == 8


def test_several_add_up_and_one_that_is_not_known_makes_the_whole_unknown() -> None:
    wine, beer = {"count": 1, "unit": "bottle", "kind": "wine"}, {"count": 2, "kind": "beer"}
    assert standard_drinks([wine, beer], measures()) == pytest.approx(9.1)
    assert standard_drinks([wine, {"count": 1, "unit": "bottle"}], measures()) is None
    assert standard_drinks([], measures()) is None


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(UNITS), st.sampled_from(KINDS)), max_size=5))
def test_more_is_never_less(said: list[tuple[int, str | None, str | None]]) -> None:
    drinks: list[dict[str, Any]] = [
        {"count": count, **({"unit": unit} if unit else {}), **({"kind": kind} if kind else {})} for count, unit, kind in said
    ]
    once, more = standard_drinks(drinks, measures()), standard_drinks([{**one, "count": one["count"] + 1} for one in drinks], measures())
    assert (once is None) == (more is None)
    assert once is None or more is None or more >= once >= 0
