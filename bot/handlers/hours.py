"""When something happened that was told of a day, or of a part of it, without an hour. Shared; it imports no use case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.core.intake import Slot
from bot.handlers.turn import Turn

NOON = time(12)
_AROUND, _SHORT = timedelta(minutes=90), timedelta(hours=3)
"""A dose of six in the evening is the one of dinner: a short part of the day reaches so far beyond its hours."""


def told_of(turn: Turn, said: str, part: str) -> datetime:
    """The instant of a local day: the middle of the part that was said, else noon; of today without a part, the hour of the words.
    Never later than the words."""
    day = date.fromisoformat(said)
    hours = bounds(turn, day, part)
    if hours is None:
        return turn.said_at if day == turn.local(turn.said_at).date() else turn.instant(day, NOON)
    begin, end = hours
    middle = begin + (end - begin) / 2
    return min(turn.instant(middle.date(), middle.time()), turn.said_at)


def within(turn: Turn, slots: Sequence[Slot], part: str) -> list[Slot]:
    """Those of some planned intakes that lie in a part of their day, or close to it."""
    found = []
    for slot in slots:
        hours = bounds(turn, slot.day, part)
        around = _AROUND if hours and hours[1] - hours[0] <= _SHORT else timedelta()
        if hours and hours[0] - around <= datetime.combine(slot.day, slot.dose.at) <= hours[1] + around:
            found.append(slot)
    return found


def bounds(turn: Turn, day: date, part: str) -> tuple[datetime, datetime] | None:
    """The local hours between which a part of a day lies; None for no part that has hours."""
    hours = turn.reader.hours_of(part, turn.meaning.language)
    if hours is None:
        return None
    begin, end = (datetime.combine(day, at) for at in hours)
    return begin, end if end > begin else end + timedelta(days=1)
