"""The model curve: cases 50 to 52, the figures of facts C2, and its laws."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from math import log
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from bot.core.curve import FAST, PROFILES, REFERENCE, SLOW, Profile, absorption, curve, level, steady_level
from bot.core.daily import hours_between

ONE_TABLET = [(10.0, 10.0)]
FIGURE_B = [(13.0, 40.0), (15.0, 60.0), (17.0, 80.0)]
FIGURE_C = [(8.0, 70.0), (10.0, 20.0), (12.0, 25.0), (14.0, 20.0), (16.0, 25.0), (18.0, 20.0), (20.0, 20.0)]

LEVELS = [
    (50, FAST, 10.0, 0.0),
    (50, FAST, 10.5, 7.174),
    (50, FAST, 11.0, 8.203),
    (50, FAST, 12.0, 7.193),
    (50, FAST, 15.0, 3.990),
    (50, FAST, 20.0, 1.482),
    (51, SLOW, 11.0, 7.132),
    (51, SLOW, 11.75, 7.846),
    (51, SLOW, 15.0, 5.503),
    (51, SLOW, 20.0, 2.755),
]


@pytest.mark.parametrize(("case", "profile", "hour", "expected"), LEVELS)
def test_one_tablet_at_ten(case: int, profile: Profile, hour: float, expected: float) -> None:
    assert level(ONE_TABLET, hour, profile) == pytest.approx(expected, abs=0.001)


def minutes(doses: list[tuple[float, float]]) -> list[tuple[int, float]]:
    return [(round(at * 60), mg) for at, mg in doses]


# figure, profile, first day's peak and its minute, level at 18:00
FIGURES = [
    ("A", ONE_TABLET, FAST, 8.203, "11:00", 2.203),
    ("A", ONE_TABLET, SLOW, 7.846, "11:45", 3.635),
    ("A", ONE_TABLET, REFERENCE, 7.781, "11:34", 3.096),
    ("B", FIGURE_B, FAST, 118.30, "17:48", 117.151),
    ("B", FIGURE_B, SLOW, 123.56, "18:19", 121.949),
    ("B", FIGURE_B, REFERENCE, 119.71, "18:12", 119.05),
    ("C", FIGURE_C, FAST, 62.18, "16:37", 50.68),
    ("C", FIGURE_C, SLOW, 77.20, "18:44", 70.65),
    ("C", FIGURE_C, REFERENCE, 70.33, "16:49", 63.36),
]


@pytest.mark.parametrize(
    ("doses", "profile", "peak", "at", "at_18"),
    [row[1:] for row in FIGURES],
    ids=[f"{row[0]} {row[2].name}" for row in FIGURES],
)
def test_the_guides_figures(doses: list[tuple[float, float]], profile: Profile, peak: float, at: str, at_18: float) -> None:
    drawn = curve(minutes(doses), profile)
    assert drawn.peak.mg_eq == pytest.approx(peak, abs=0.005)
    hour, minute = at.split(":")
    assert drawn.peak.minute == pytest.approx(int(hour) * 60 + int(minute), abs=1)
    assert level(doses, 18.0, profile) == pytest.approx(at_18, abs=0.005)


@pytest.mark.parametrize(("profile", "peak", "at_18"), [(FAST, 119.41, 118.21), (SLOW, 128.64, 127.25), (REFERENCE, 122.67, 122.10)])
def test_figure_b_day_after_day(profile: Profile, peak: float, at_18: float) -> None:
    drawn = curve(minutes(FIGURE_B), profile, steady=True)
    assert drawn.peak.mg_eq == pytest.approx(peak, abs=0.01)
    assert steady_level(FIGURE_B, 18.0, profile) == pytest.approx(at_18, abs=0.005)


@pytest.mark.parametrize(
    ("profile", "troughs"),
    [(FAST, [50.4, 48.4, 50.6, 48.5, 50.7, 48.5]), (SLOW, [54.6, 59.7, 65.7, 66.4, 70.6, 70.2])],
)
def test_the_troughs_of_spread_intakes(profile: Profile, troughs: list[float]) -> None:
    assert [level(FIGURE_C, hour, profile) for hour in (10, 12, 14, 16, 18, 20)] == pytest.approx(troughs, abs=0.06)


def test_absorption_follows_from_half_life_and_peak() -> None:
    assert (FAST.ka, FAST.ke) == pytest.approx((2.872501, 0.198042), abs=1e-6)
    assert (SLOW.ka, SLOW.ke) == pytest.approx((1.499093, 0.138629), abs=1e-6)
    assert (REFERENCE.ka, REFERENCE.ke) == pytest.approx((1.64, 0.159341), abs=1e-6)
    assert [profile.peak_after_h for profile in PROFILES.values()] == pytest.approx([1.0, 1.75, 1.575], abs=5e-4)
    assert absorption(3.5, 1.0) == pytest.approx(FAST.ka, rel=1e-11)
    assert absorption(5.0, 1.75) == pytest.approx(SLOW.ka, rel=1e-11)


@pytest.mark.parametrize("tmax", [0.0, -1.0, 1 / (log(2) / 3.5), 5.05, 6.0])
def test_a_peak_outside_what_the_model_can_reach_is_an_error(tmax: float) -> None:
    with pytest.raises(ValueError, match=r"^the peak lies between the intake and 1/ke after it$"):
        absorption(3.5, tmax)


def test_no_absorption_is_faster_than_a_thousand_an_hour() -> None:
    assert absorption(3.5, 0.001) == pytest.approx(1000)


@given(half_life=st.floats(1, 10), part=st.floats(0.05, 0.98))
def test_the_absorption_found_peaks_when_asked(half_life: float, part: float) -> None:
    ke = log(2) / half_life
    tmax = part / ke
    assert Profile("fast", absorption(half_life, tmax), ke).peak_after_h == pytest.approx(tmax, rel=1e-6)


def test_after_one_half_life_about_half_is_left() -> None:
    assert level([(0.0, 1.0)], 3.5) == pytest.approx(0.537, abs=0.001)


def test_a_curve_has_a_point_every_minute_from_the_first_intake() -> None:
    drawn = curve([(15 * 60, 20), (13 * 60, 10)])
    assert (drawn.points[0].minute, drawn.points[0].mg_eq) == (13 * 60, 0.0)
    assert len(drawn.points) == 24 * 60
    assert all(later.minute - earlier.minute == 1 for earlier, later in pairwise(drawn.points))
    with pytest.raises(ValueError, match=r"^a curve starts at an intake$"):
        curve([])


def by_integration(doses: list[tuple[float, float]], t: float, profile: Profile) -> float:
    """The level at `t` by solving the two rate equations numerically, intake by intake, without the closed form."""

    def rates(_: float, amounts: tuple[float, float]) -> tuple[float, float]:
        gut, body = amounts
        return -profile.ka * gut, profile.ka * gut - profile.ke * body

    amounts, now = (0.0, 0.0), 0.0
    for until, mg in [*sorted(dose for dose in doses if dose[0] < t), (t, 0.0)]:
        if until > now:
            gut, body = solve_ivp(rates, (now, until), amounts, method="DOP853", rtol=1e-9, atol=1e-9).y[:, -1]
            amounts = (float(gut), float(body))
        amounts, now = (amounts[0] + mg, amounts[1]), until
    return amounts[1]


doses = st.lists(st.tuples(st.floats(0, 23), st.floats(1, 100)), min_size=1, max_size=5)
profiles = st.sampled_from(list(PROFILES.values()))
hours = st.floats(0, 47)


@settings(max_examples=60, deadline=None)
@given(taken=doses, t=hours, profile=profiles)
@example(taken=ONE_TABLET, t=10.5, profile=FAST)
@example(taken=FIGURE_B, t=18.0, profile=SLOW)
@example(taken=FIGURE_C, t=23.0, profile=REFERENCE)
def test_the_closed_form_agrees_with_a_numerical_integration(taken: list[tuple[float, float]], t: float, profile: Profile) -> None:
    assert level(taken, t, profile) == pytest.approx(by_integration(taken, t, profile), abs=1e-5)


def test_over_a_clock_change_the_curve_counts_real_hours() -> None:
    paris = ZoneInfo("Europe/Paris")
    evening, morning = datetime(2026, 3, 28, 22, tzinfo=paris), datetime(2026, 3, 29, 8, tzinfo=paris)
    assert hours_between(evening, morning) == 9.0


@given(some=doses, others=doses, t=hours, profile=profiles)
def test_levels_add_up(some: list[tuple[float, float]], others: list[tuple[float, float]], t: float, profile: Profile) -> None:
    together = level([*some, *others], t, profile)
    assert together == pytest.approx(level(some, t, profile) + level(others, t, profile))


@given(some=doses, t=hours, profile=profiles, times=st.floats(0.1, 5))
def test_twice_the_dose_is_twice_the_level(some: list[tuple[float, float]], t: float, profile: Profile, times: float) -> None:
    scaled = [(at, mg * times) for at, mg in some]
    assert level(scaled, t, profile) == pytest.approx(times * level(some, t, profile))


@given(some=doses, t=hours, profile=profiles)
def test_a_level_lies_between_nothing_and_all_that_was_taken(some: list[tuple[float, float]], t: float, profile: Profile) -> None:
    assert 0 <= level(some, t, profile) <= sum(mg for at, mg in some if at <= t)


@given(some=doses, t=st.floats(0, 24), profile=profiles)
def test_the_same_day_forty_times_is_the_steady_day(some: list[tuple[float, float]], t: float, profile: Profile) -> None:
    repeated = [(at + 24 * day, mg) for day in range(40) for at, mg in some]
    assert level(repeated, t + 24 * 39, profile) == pytest.approx(steady_level(some, t, profile), rel=1e-6)


@settings(max_examples=30)
@given(
    some=st.lists(st.tuples(st.integers(0, 1440), st.floats(0.5, 100)), min_size=1, max_size=8),
    profile=profiles,
    after=st.integers(0, 2 * 1440 - 1),
)
def test_a_curve_of_days_is_the_closed_form_at_every_minute(some: list[tuple[int, float]], profile: Profile, after: int) -> None:
    drawn = curve(some, profile, minutes=2 * 1440).points[after]
    assert drawn.mg_eq == pytest.approx(level([(minute / 60, mg) for minute, mg in some], drawn.minute / 60, profile), rel=1e-9, abs=1e-9)


@settings(max_examples=30)
@given(some=st.lists(st.tuples(st.integers(0, 1439), st.floats(0.5, 100)), min_size=1, max_size=4), profile=profiles)
def test_a_steady_curve_comes_back_to_where_it_began(some: list[tuple[int, float]], profile: Profile) -> None:
    drawn = curve(some, profile, steady=True, minutes=1441).points
    assert drawn[0].mg_eq == pytest.approx(drawn[1440].mg_eq)
    at = drawn[700].minute / 60
    assert drawn[700].mg_eq == pytest.approx(steady_level([(minute / 60, mg) for minute, mg in some], at, profile))
