"""Wall-clock hours over clock changes, in every zone (case 22)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.daily import local_slot, next_local

ONE_DAY = timedelta(days=1)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})

SLOTS = [
    ("an ordinary morning", "Europe/Paris", "2026-03-28", "08:00", "2026-03-28T07:00:00"),
    ("the morning after the change", "Europe/Paris", "2026-03-29", "08:00", "2026-03-29T06:00:00"),
    ("to the microsecond", "Europe/Paris", "2026-03-28", "08:00:00.000001", "2026-03-28T07:00:00.000001"),
    ("in the gap: the first instant after it", "Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00"),
    ("on the edge of the gap", "Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00:00"),
    ("just after the gap", "Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00:00"),
    ("deep in the gap, to the second", "Europe/Berlin", "2026-03-29", "02:17", "2026-03-29T01:00:00"),
    ("late in the gap, to the second", "Europe/Berlin", "2026-03-29", "02:43", "2026-03-29T01:00:00"),
    ("a gap in a zone further east than the machine's", "Pacific/Apia", "2012-09-30", "03:30", "2012-09-29T14:00:00"),
    ("a gap over midnight", "America/Toronto", "1919-03-30", "23:45", "1919-03-31T04:30:00"),
    ("a midnight that does not exist", "Africa/Cairo", "2024-04-26", "00:00", "2024-04-25T22:00:00"),
    ("half past a midnight that does not exist", "Africa/Cairo", "2024-04-26", "00:30", "2024-04-25T22:00:00"),
    ("an hour that comes twice: the first", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00"),
    ("a change of half an hour, gap", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00"),
    ("a change of half an hour, fold", "Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00"),
]


@pytest.mark.parametrize(("why", "zone", "day", "at", "expected"), SLOTS, ids=[row[0] for row in SLOTS])
def test_an_hour_of_a_day_is_one_instant(why: str, zone: str, day: str, at: str, expected: str) -> None:
    instant = local_slot(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert instant.tzinfo is UTC


def firings(zone: ZoneInfo, at: time, first: date, days: int) -> list[datetime]:
    """Every firing from just before `first`, `days` of them, one after the other."""
    now = local_slot(first, time(0), zone) - timedelta(microseconds=1)
    found = []
    for _ in range(days):
        now = next_local(now, at, zone)
        found.append(now)
    return found


@pytest.mark.parametrize(
    ("zone", "first", "at"),
    [
        ("Africa/Cairo", "2024-04-24", "00:00"),
        ("Africa/Cairo", "2024-10-30", "23:30"),
        ("America/New_York", "2026-10-30", "01:30"),
        ("America/Santiago", "2026-09-04", "00:15"),
        ("Europe/Berlin", "2026-03-27", "02:30"),
        ("Australia/Lord_Howe", "2026-10-02", "02:10"),
        ("Asia/Kathmandu", "2026-01-01", "08:00"),
    ],
)
def test_one_firing_a_day_over_a_clock_change(zone: str, first: str, at: str) -> None:
    place = ZoneInfo(zone)
    start = date.fromisoformat(first)
    days = [fired.astimezone(place).date() for fired in firings(place, time.fromisoformat(at), start, 5)]
    assert days == [start + offset * ONE_DAY for offset in range(5)]


def test_a_day_that_a_zone_skipped_has_no_firing() -> None:
    apia = ZoneInfo("Pacific/Apia")
    fired = [instant.astimezone(apia) for instant in firings(apia, time(8), date(2011, 12, 29), 3)]
    assert [local.date().day for local in fired] == [29, 31, 1]
    assert {local.time() for local in fired} == {time(8)}


def test_the_next_firing_is_strictly_later() -> None:
    paris = ZoneInfo("Europe/Paris")
    eight = local_slot(date(2026, 1, 1), time(8), paris)
    assert next_local(eight, time(8), paris) == eight + ONE_DAY
    assert next_local(eight - timedelta(seconds=1), time(8), paris) == eight


def test_tonight_is_the_persons_tonight_where_the_machine_has_tomorrow_already() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert next_local(noon, time(20), ZoneInfo("Europe/Paris")) == datetime(2026, 1, 1, 19, tzinfo=UTC)


def test_during_a_repeated_hour_the_first_occurrence_does_not_fire_again() -> None:
    new_york = ZoneInfo("America/New_York")
    between = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # 01:10 for the second time
    assert next_local(between, time(1, 30), new_york) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2015, 1, 1), date(2034, 12, 1)),
    at=st.times(),
)
def test_in_every_zone_each_local_day_fires_exactly_once(zone: str, first: date, at: time) -> None:
    place = ZoneInfo(zone)
    fired = firings(place, at.replace(second=0, microsecond=0), first, 40)
    assert [instant.astimezone(place).date() for instant in fired] == [first + offset * ONE_DAY for offset in range(40)]


@given(zone=st.sampled_from(ZONES), year=st.integers(2015, 2034), at=st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 30)]))
def test_over_a_whole_year_the_nights_fire_once_each(zone: str, year: int, at: time) -> None:
    fired = firings(ZoneInfo(zone), at, date(year, 1, 1), 366)
    assert all(timedelta(hours=21) < later - earlier < timedelta(hours=27) for earlier, later in pairwise(fired))
    assert fired[-1].astimezone(ZoneInfo(zone)).date() == date(year, 1, 1) + 365 * ONE_DAY


def test_an_hour_skipped_over_midnight_fires_on_the_next_date_once() -> None:
    toronto = ZoneInfo("America/Toronto")
    fired = [instant.astimezone(toronto) for instant in firings(toronto, time(23, 45), date(1919, 3, 29), 3)]
    assert [f"{local:%d %H:%M}" for local in fired] == ["29 23:45", "31 00:30", "31 23:45"]


def test_a_zone_or_a_fold_written_on_the_hour_is_not_looked_at() -> None:
    new_york = ZoneInfo("America/New_York")
    day = date(2026, 11, 1)
    plain = local_slot(day, time(1, 30), new_york)
    assert local_slot(day, time(1, 30, fold=1), new_york) == plain
    assert local_slot(day, time(1, 30, tzinfo=UTC), new_york) == plain
