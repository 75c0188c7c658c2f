"""The band of intakes whose hour or amount is not sure: it holds every curve they could have made, and touches its edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.band import Band, Uncertain, band
from bot.core.curve import FAST, PROFILES, SLOW, level

SURE = Uncertain(earliest=10.0, latest=10.0, least_mg=10, most_mg=10)


def test_sure_intakes_make_a_band_between_the_two_profiles() -> None:
    levels = sorted(level([(10.0, 10.0)], 15.0, profile) for profile in (FAST, SLOW))
    assert band([SURE], 15.0) == Band(*levels)
    assert levels == pytest.approx([3.990, 5.503], abs=0.001)


def test_one_profile_and_a_sure_intake_leave_no_width() -> None:
    assert band([SURE], 15.0, [FAST]) == Band(level([(10.0, 10.0)], 15.0), level([(10.0, 10.0)], 15.0))
    assert band([SURE], 15.0, [SLOW]) == Band(level([(10.0, 10.0)], 15.0, SLOW), level([(10.0, 10.0)], 15.0, SLOW))
    falling = Uncertain(earliest=8.0, latest=9.0, least_mg=10, most_mg=10)
    ends = [level([(hour, 10.0)], 15.0, SLOW) for hour in (8.0, 9.0)]
    assert band([falling], 15.0, [SLOW]) == Band(*ends)
    assert band([], 15.0) == Band(0, 0)
    assert band([SURE], 10.0) == Band(0, 0)


def test_an_intake_that_may_not_have_been_yet_can_be_worth_nothing() -> None:
    maybe = Uncertain(earliest=9.0, latest=13.0, least_mg=10, most_mg=10)
    found = band([maybe], 12.0, [FAST])
    assert found.low == 0
    assert found.high == pytest.approx(8.203, abs=0.001)  # its peak lies between the two hours


@pytest.mark.parametrize(
    ("after", "low", "high"),
    [((0.2, 0.6), 0.2, 0.6), ((2.0, 5.0), 5.0, 2.0), ((0.5, 1.0), 0.5, 1.0), ((1.0, 2.0), 2.0, 1.0)],
    ids=["rising", "falling", "up to the peak", "from the peak"],
)
def test_away_from_the_peak_the_ends_decide(after: tuple[float, float], low: float, high: float) -> None:
    maybe = Uncertain(earliest=12.0 - after[1], latest=12.0 - after[0], least_mg=10, most_mg=10)
    found = band([maybe], 12.0, [FAST])
    assert (found.low, found.high) == pytest.approx([level([(12.0 - hours, 10.0)], 12.0) for hours in (low, high)])


def test_an_amount_that_was_not_said_reaches_from_nothing_to_the_most_it_can_be() -> None:
    unsaid = Uncertain(earliest=10.0, latest=10.0, least_mg=0, most_mg=20)
    found = band([unsaid, SURE], 12.0, [FAST])
    assert (found.low, found.high) == pytest.approx((7.193, 3 * 7.193), abs=0.002)


@pytest.mark.parametrize(("earliest", "latest", "least", "most"), [(10, 9, 5, 5), (9, 10, 5, 4), (9, 10, -1, 5)])
def test_ends_in_the_wrong_order_are_an_error(earliest: float, latest: float, least: float, most: float) -> None:
    with pytest.raises(ValueError, match=r"^an uncertain intake lies between its ends$"):
        Uncertain(earliest=earliest, latest=latest, least_mg=least, most_mg=most)


ends = st.tuples(st.floats(0, 23), st.floats(0, 6), st.floats(0, 80), st.floats(0, 40))
inside = st.tuples(st.floats(0, 1), st.floats(0, 1))


@given(drawn=st.lists(st.tuples(ends, inside), min_size=1, max_size=4), t=st.floats(0, 30), profile=st.sampled_from([FAST, SLOW]))
def test_every_curve_that_could_have_been_lies_in_the_band(
    drawn: list[tuple[tuple[float, float, float, float], tuple[float, float]]], t: float, profile: object
) -> None:
    intakes, really = [], []
    for (earliest, length, least, more), (when, how_much) in drawn:
        intakes.append(Uncertain(earliest=earliest, latest=earliest + length, least_mg=least, most_mg=least + more))
        really.append((earliest + when * length, least + how_much * more))
    found = band(intakes, t)
    true_level = level(really, t, next(one for one in PROFILES.values() if one is profile))
    assert found.low - 1e-9 <= true_level <= found.high + 1e-9


@given(drawn=st.lists(ends, min_size=1, max_size=3), t=st.floats(0, 30), wider=st.floats(0, 3))
def test_more_doubt_never_makes_a_narrower_band(drawn: list[tuple[float, float, float, float]], t: float, wider: float) -> None:
    def spread(more: float) -> Band:
        return band([Uncertain(earliest=a - more, latest=a + w + more, least_mg=mg, most_mg=mg + d) for a, w, mg, d in drawn], t)

    narrow, wide = spread(0), spread(wider)
    assert wide.low <= narrow.low + 1e-9
    assert wide.high >= narrow.high - 1e-9
