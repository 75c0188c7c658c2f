"""Wall-clock hours and instants: exactly one firing per local day, in every zone, clock changes included.

The zone is handed in; reading zone data is not the core's business. Source: design, "Storage and time"; case 22.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)


def local_slot(day: date, at: time, zone: tzinfo) -> datetime:
    """The UTC instant of an hour of a local day.

    An hour that a clock change skips becomes the first valid instant after the gap; one that it repeats is its first occurrence.
    """
    wanted = datetime.combine(day, at.replace(fold=0, tzinfo=None))
    instant = wanted.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wanted:
        return instant
    return _end_of_gap(wanted, zone)


def next_local(after: datetime, at: time, zone: tzinfo) -> datetime:
    """The UTC instant of the next firing of a daily wall-clock hour, strictly after `after` (aware).

    Each local day that exists has exactly one; a day that a zone skipped altogether (Apia, 30 December 2011) has none.
    """
    today = after.astimezone(zone).date()
    # A day before, because an hour late in a gap may stand on the next date; a few after, for a skipped day.
    for offset in range(-1, 4):
        day = today + offset * ONE_DAY
        instant = local_slot(day, at, zone)
        if instant > after and (instant.astimezone(zone).date() == day or _exists(day, zone)):
            return instant
    raise ValueError("a zone without days")


def hours_between(start: datetime, end: datetime) -> float:
    """Elapsed hours between two aware instants. Real hours: wall-clock subtraction would be wrong over a clock change (case 22)."""
    return (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 3600


def _exists(day: date, zone: tzinfo) -> bool:
    return local_slot(day, time(0), zone) < local_slot(day + ONE_DAY, time(0), zone)


def _end_of_gap(wanted: datetime, zone: tzinfo) -> datetime:
    """The instant of the clock change that skipped `wanted`, to the second.

    Inside a gap, fold 1 reads the offset after the change (an instant before it), fold 0 the one before (an instant after it).
    """
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    changed = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == changed:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
