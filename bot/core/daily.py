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
    first, second = (datetime.combine(day, at.replace(fold=fold), tzinfo=zone).astimezone(UTC) for fold in (0, 1))
    # Only in a gap does fold 0, which reads the offset before the change, lie after fold 1, which reads the one after it (PEP 495).
    return _end_of_gap(second, first, zone) if second < first else first


def next_local(after: datetime, at: time, zone: tzinfo) -> datetime:
    """The UTC instant of the next firing of a daily wall-clock hour, strictly after `after` (aware).

    Each local day that exists has exactly one; a day that a zone skipped altogether (Apia, 30 December 2011) has none.
    """
    day = after.astimezone(zone).date()
    while True:
        instant = local_slot(day, at, zone)
        # An hour late in a gap may stand on the next date, and is its own day's all the same; a skipped day has none.
        if instant > after and (instant.astimezone(zone).date() == day or _exists(day, zone)):
            return instant
        day += ONE_DAY


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Real time between two aware instants: wall-clock subtraction would be wrong over a clock change (case 22)."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def hours_between(start: datetime, end: datetime) -> float:
    """Elapsed hours between two aware instants, as `elapsed` counts them."""
    return elapsed(start, end).total_seconds() / 3600


def _exists(day: date, zone: tzinfo) -> bool:
    return local_slot(day, time(0), zone) < local_slot(day + ONE_DAY, time(0), zone)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The instant of the one clock change between two UTC instants, to the second."""
    changed = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == changed:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)
