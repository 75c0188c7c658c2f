"""Days that pictures are drawn of, in both languages: entries as they are kept, and the values that a message asks a picture with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.daily import local_slot
from bot.core.entry import Entry, EntryKind
from bot.core.person import Person
from bot.core.plan import Dose, Plan, Step

ZONE = ZoneInfo("Europe/Paris")
WEDNESDAY = date(2026, 3, 18)
IDS = count(1)
PLAN = Plan(
    scheme="custom",
    start=WEDNESDAY - timedelta(days=9),
    steps=(Step(40, 7, (Dose(time(8), 20), Dose(time(18), 20))), Step(55, None, (Dose(time(8), 25), Dose(time(18), 30)))),
)


def person(language: str) -> Person:
    """Somebody in Paris."""
    return Person(id=1, role="patient", language=language, timezone="Europe/Paris", country="FR", consented_at=None)


def at(hour: int, minute: int = 0, *, on: date = WEDNESDAY) -> datetime:
    """The instant of an hour in Paris."""
    return local_slot(on, time(hour, minute), ZONE)


def entry(kind: EntryKind, when: datetime, **detail: Any) -> Entry:
    """A line of the log."""
    return Entry(id=next(IDS), person_id=1, kind=kind, at=when, recorded_at=when, detail=detail)


def a_full_day(on: date = WEDNESDAY) -> list[Entry]:
    """Everything that a day can hold, close together and at its ends."""
    return [
        entry("intake", at(0, 5, on=on), dose_mg=5),
        entry("intake", at(8, on=on), dose_mg=25),
        entry("intake", at(13, 5, on=on), dose_mg=17.5),
        entry("intake", at(13, 20, on=on), dose_mg=2.5),
        entry("intake", at(23, 50, on=on), dose_mg=30),
        entry("missed", at(18, on=on), slot=f"{on.isoformat()}T18:00"),
        *(entry("craving", at(17, minute, on=on), score=score) for minute, score in ((0, 0), (20, 8), (25, 10), (30, None))),
        entry("drink", at(19, on=on), drinks=[{"count": 3, "unit": "glass"}]),
        entry("drink", at(19, 30, on=on), standard_drinks=2),
        entry("drink", at(20, on=on), drinks=[{"count": 1, "unit": "bottle"}]),
        *(entry("side_effect", at(9, minute, on=on), finding=name, severity=6) for minute, name in enumerate(("drowsiness", "headache"))),
        entry("side_effect", at(23, 55, on=on), finding="insomnia", severity=None),
    ]


def many_days(days: int, until: date = WEDNESDAY) -> Iterator[Entry]:
    """Days on which almost everything was said."""
    for ago in range(days):
        on = until - timedelta(days=ago)
        if ago % 11 == 4:
            yield entry("missed", at(8, on=on), slot=f"{on.isoformat()}T08:00")
            continue
        yield entry("intake", at(8, on=on), dose_mg=20 + ago % 3 * 2.5)
        yield entry("intake", at(18, on=on), dose_mg=20)
        if ago % 4:
            yield entry("craving", at(18, on=on), score=ago % 11)
            yield entry("drink", at(20, on=on), standard_drinks=ago % 7, drinks=[])
        if ago % 13 == 3:
            yield entry("drink", at(21, on=on), drinks=[{"kind": "wine"}])
        for number, name in enumerate(("drowsiness", "headache", "insomnia", "nausea", "dizziness", "fatigue")):
            if ago % (number + 2) == 1:
                yield entry("side_effect", at(10, on=on), finding=name, severity=ago % 10 if number else None)


def of_the_day(
    on: date = WEDNESDAY, *, now: datetime | None = None, planned: tuple[tuple[datetime, int | None], ...] = ()
) -> dict[str, Any]:
    """What a message asks a day's picture with."""
    return {
        "since": at(0, on=on).isoformat(),
        "until": at(0, on=on + timedelta(days=1)).isoformat(),
        "now": (now or at(15, 20, on=on)).isoformat(),
        "date": on.isoformat(),
        "planned": [[when.astimezone(UTC).isoformat(), mg] for when, mg in planned],
    }


def of_days(days: int, until: date = WEDNESDAY) -> dict[str, Any]:
    """What a message asks a picture of many days with."""
    return {"since": (until - timedelta(days=days - 1)).isoformat(), "until": until.isoformat(), "plan": True}
