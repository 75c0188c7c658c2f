"""Which hour a person's intakes should aim at. Source: S001 §5.2 (facts A4); the plan decides whether they aim at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import TypeVar

from bot.core.decision import Allowed, Withheld

Day = TypeVar("Day")

NIGHT_ENDS = time(4)
"""An hour before it belongs to the evening before: one in the morning comes after ten at night."""


def onset(*, first_thought: time | None, first_drink: time | None = None) -> Allowed[time] | Withheld:
    """The craving hour: the first thought of alcohol, not the first glass (case 60). Rule `craving-onset`.

    Withheld when only the glass is known: the hour of the thought is to be asked, not guessed.
    """
    if first_thought is None or (first_drink is not None and later(first_thought, first_drink)):
        return Withheld(("craving-onset",))
    return Allowed(first_thought, ("craving-onset",))


def every_day(onsets: Mapping[Day, time]) -> Allowed[time] | Withheld:
    """One hour for all days: the earliest when they differ (case 61). Rule `weekend-earliest`; nothing known is withheld."""
    if not onsets:
        return Withheld(("craving-onset",))
    earliest = min(onsets.values(), key=_since_morning)
    same = len(set(onsets.values())) == 1
    return Allowed(earliest, ("craving-onset",) if same else ("craving-onset", "weekend-earliest"))


def later(one: time, other: time) -> bool:
    """True when the first hour comes after the second in a day that ends at four in the morning."""
    return _since_morning(one) > _since_morning(other)


def _since_morning(hour: time) -> tuple[bool, time]:
    return hour < NIGHT_ENDS, hour
