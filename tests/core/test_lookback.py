"""What a stretch of the log comes to: days as they were said, and the model's level as a band."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.curve import FAST, REFERENCE, SLOW, level
from bot.core.daily import local_slot
from bot.core.entry import Entry, EntryKind
from bot.core.lookback import SOURCED, Drunk, Felt, LoggedDay, band_of, drunk, intakes_of, levels, logged_days, strongest_between
from bot.core.plan import Dose, Plan, Step

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 3, 18)
PLAN = Plan(scheme="custom", start=TODAY, steps=(Step(40, 2, (Dose(time(8), 40),)), Step(50, None, (Dose(time(8), 50),))))
FIGURE_B = [(13.0, 40.0), (15.0, 60.0), (17.0, 80.0)]


def at(hour: int, minute: int = 0, *, on: date = TODAY) -> datetime:
    return local_slot(on, time(hour, minute), PARIS)


def entry(kind: EntryKind, when: datetime, **detail: Any) -> Entry:
    return Entry(id=1, person_id=1, kind=kind, at=when, recorded_at=when, detail=detail)


def of_today(*entries: Entry, plan: Plan | None = None) -> LoggedDay:
    (day,) = logged_days(plan, entries, since=TODAY, until=TODAY, zone=PARIS)
    return day


def test_a_day_of_which_nothing_was_said_is_empty_and_not_zero() -> None:
    day = of_today()
    assert (day.taken_mg, day.craving, day.drunk, day.effects, day.planned_mg) == (None, None, None, (), None)
    assert day.is_empty


@pytest.mark.parametrize(
    "said",
    [
        entry("intake", at(8), dose_mg=5),
        entry("missed", at(8)),
        entry("craving", at(8), score=0),
        entry("drink", at(8), standard_drinks=0),
        entry("side_effect", at(8), finding="headache"),
    ],
    ids=lambda said: said.kind,
)
def test_a_day_of_which_anything_was_said_is_not_empty(said: Entry) -> None:
    assert not of_today(said).is_empty


def test_the_intakes_of_a_day_are_added_and_those_of_others_are_not() -> None:
    yesterday = entry("intake", at(22, on=TODAY - timedelta(days=1)), dose_mg=100)
    day = of_today(entry("intake", at(8), dose_mg=17.5), entry("intake", at(13), dose_mg=2.5), entry("intake", at(14)), yesterday)
    assert day.taken_mg == 20


def test_an_intake_after_midnight_counts_for_the_evening_whose_slot_it_answers() -> None:
    late = entry("intake", at(0, 20, on=TODAY + timedelta(days=1)), dose_mg=5, slot=f"{TODAY.isoformat()}T22:00")
    days = logged_days(None, [late], since=TODAY, until=TODAY + timedelta(days=1), zone=PARIS)
    assert [day.taken_mg for day in days] == [5, None]


def test_what_was_undone_was_not_said() -> None:
    undone = Entry(id=1, person_id=1, kind="intake", at=at(8), recorded_at=at(8), detail={"dose_mg": 5}, undone_at=at(9))
    assert of_today(undone).is_empty
    assert intakes_of([undone]) == []


def test_the_plans_totals_stand_beside_the_days_it_covers() -> None:
    days = logged_days(PLAN, [], since=TODAY - timedelta(days=1), until=TODAY + timedelta(days=2), zone=PARIS)
    assert [day.planned_mg for day in days] == [None, 40, 40, 50]
    assert [day.date for day in days] == [TODAY + timedelta(days=ahead) for ahead in (-1, 0, 1, 2)]


def test_the_strongest_craving_and_the_strongest_of_each_effect_are_kept() -> None:
    cravings = [entry("craving", at(hour), score=score) for hour, score in ((8, 3), (9, 8), (10, None))]
    effects = [entry("side_effect", at(hour), finding=name, severity=score) for hour, name, score in EFFECTS]
    day = of_today(*cravings, *effects)
    assert day.craving == 8
    assert day.effects == (Felt("headache", 6), Felt("nausea", None), Felt("insomnia", 4))


EFFECTS = [
    (8, "headache", 2),
    (9, "headache", 6),
    (10, "headache", None),
    (8, "nausea", None),
    (8, "insomnia", None),
    (9, "insomnia", 4),
]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], None),
        ([{"standard_drinks": 2}], Drunk(2, more=False)),
        ([{"standard_drinks": 0}], Drunk(0, more=False)),
        ([{"drinks": [{"count": 0}]}], Drunk(0, more=False)),
        ([{"drinks": [{"count": 3, "unit": "glass", "kind": "wine"}]}], Drunk(3, more=False)),
        ([{"drinks": [{"count": 2, "kind": "beer"}]}, {"standard_drinks": 1.5}], Drunk(3.5, more=False)),
        ([{"drinks": [{"count": 1, "unit": "bottle"}]}], Drunk(None, more=True)),
        ([{"drinks": [{"kind": "wine"}]}], Drunk(None, more=True)),
        ([{"drinks": [{"count": 2}, {"count": 1, "unit": "litre"}]}], Drunk(2, more=True)),
        ([{}], Drunk(None, more=True)),
        ([{"standard_drinks": 2, "drinks": []}], Drunk(2, more=False)),
        ([{"standard_drinks": 4, "drinks": [{"count": 2, "unit": "pint"}]}], Drunk(4, more=False)),
        ([{"drinks": [{"count": 2, "unit": "standard"}, {"count": 1, "unit": "bottle"}]}], Drunk(2, more=True)),
    ],
)
def test_drinks_are_counted_by_what_they_come_to_and_a_bottle_of_who_knows_what_is_told_as_more(
    said: list[dict[str, Any]], expected: Drunk | None
) -> None:
    assert drunk([entry("drink", at(20), **detail) for detail in said]) == expected


def test_the_band_holds_every_profile_of_the_contract() -> None:
    for each in band_of(FIGURE_B, range(13 * 60, 37 * 60, 5)):
        for profile in (FAST, SLOW, REFERENCE):
            assert each.low - 1e-9 <= level(FIGURE_B, each.minute / 60, profile) <= each.high + 1e-9


def test_the_speeds_are_those_of_the_sources() -> None:
    assert min(each.peak_after_h for each in SOURCED) == pytest.approx(0.5)
    assert max(each.peak_after_h for each in SOURCED) == pytest.approx(2.0)
    assert {round(0.6931471805599453 / each.ke, 2) for each in SOURCED} == {3.5, 5.0, 4.35}


def test_the_same_day_repeated_is_higher_than_a_first_day() -> None:
    first, steady = (band_of(FIGURE_B, [18 * 60], steady=steady)[0] for steady in (False, True))
    assert steady.low > first.low
    assert steady.high > first.high


@given(
    doses=st.lists(st.tuples(st.integers(0, 72 * 60 - 1), st.sampled_from([5.0, 10.0, 40.0])), min_size=1, max_size=6),
)
def test_the_band_between_two_instants_is_that_of_all_that_was_taken_before(doses: list[tuple[int, float]]) -> None:
    since = at(0)
    intakes = [(since + timedelta(minutes=minute - 48 * 60), mg) for minute, mg in doses]
    found = levels(intakes, since=since, until=since + timedelta(hours=24), every_min=60)
    hours = [((minute - 48 * 60) / 60, mg) for minute, mg in doses]
    assert [each.minute for each in found] == [60 * hour for hour in range(25)]
    for each in found:
        assert each.low <= level(hours, each.minute / 60, REFERENCE) + 1e-9
        assert each.high >= level(hours, each.minute / 60, FAST) - 1e-9


def test_what_was_taken_before_three_days_ago_or_never_makes_no_band() -> None:
    old = [(at(0) - timedelta(days=3, minutes=1), 40.0)]
    assert levels(old, since=at(0), until=at(23)) == ()
    assert levels([], since=at(0), until=at(23)) == ()
    assert levels([(at(0) - timedelta(days=3), 40.0)], since=at(0), until=at(23)) != ()


@pytest.mark.parametrize(
    ("taken", "first", "last"),
    [
        ([(10, 10.0)], "10:30", "12:00"),
        ([(13, 40.0), (15, 60.0), (17, 80.0)], "17:30", "18:30"),
        ([(8, 80.0), (18, 5.0)], "08:30", "10:00"),
    ],
)
def test_the_strongest_hours_are_those_that_the_sources_give(taken: list[tuple[int, float]], first: str, last: str) -> None:
    found = strongest_between([(at(hour), mg) for hour, mg in taken], since=at(0))
    assert found is not None
    assert [f"{each.astimezone(PARIS):%H:%M}" for each in found] == [first, last]


def test_without_an_intake_since_then_there_are_no_strongest_hours() -> None:
    assert strongest_between([(at(8), 10.0)], since=at(9)) is None
    assert strongest_between([], since=at(9)) is None


def test_the_band_rises_and_falls_without_a_jump() -> None:
    band = band_of([(0.0, 100.0)], range(24 * 60))
    assert max(abs(two.high - one.high) for one, two in pairwise(band)) < 15
    assert band[0].high == 0
