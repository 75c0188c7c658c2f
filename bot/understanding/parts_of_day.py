"""The parts of a day, by the names that the knowledge gives them: which hours each may hold, and which of them are within another."""

from __future__ import annotations

from typing import Literal

HalfDay = Literal["", "am", "pm"]

_WITHIN = {
    "breakfast": "morning",
    "wake": "morning",
    "early_morning": "morning",
    "lunch": "afternoon",
    "after_lunch": "afternoon",
    "early_evening": "evening",
    "late_evening": "evening",
    "dinner": "evening",
    "bedtime": "evening",
}
MORNINGS = frozenset({"morning", "early_morning", "wake", "breakfast"})
EVENINGS = frozenset({"evening", "early_evening", "late_evening", "dinner", "bedtime"})
# What people drink before or at, and may tell of while it is still to come.
MEALS = frozenset({"lunch", "dinner", "early_evening"})
# The parts of a day that people stay up in: what they call last night goes on until they sleep.
NIGHTFALL = frozenset({"evening", "late_evening", "bedtime"})
LATEST_OF_AN_EVENING = 5
NO_HOURS_OF_AN_EVENING = (4, 5)


def half_of_part(part: str, hour: int) -> HalfDay:
    """The half of the day on which a part of it puts an hour of the clock face; empty when that must be found otherwise."""
    if part in MORNINGS:
        return "am"
    if part in {"afternoon", "after_lunch", "lunch"}:
        return "pm"
    if part in EVENINGS:
        return "am" if hour == 12 or (part in NIGHTFALL and hour < min(NO_HOURS_OF_AN_EVENING)) else "pm"
    if part == "night":
        return "pm" if 6 <= hour < 12 else "am"
    return ""


def fits(part: str, hour: int, *, noon: bool) -> bool:
    """Whether an hour (`noon` when it was said by that name) may be of a part of the day: "morning" and "noon" are two moments."""
    if part in MORNINGS:
        return not noon and hour <= 12
    if part in EVENINGS:
        return not noon and not 13 <= hour <= 16
    return not (part == "night" and noon)


def one_part(one: str, other: str) -> str | None:
    """The part of the day that both name: breakfast is in the morning. None when they disagree."""
    if not one or not other or one == other:
        return one or other
    if _WITHIN.get(one) == other:
        return one
    return other if _WITHIN.get(other) == one else None
