"""Who is asked to be a newcomer's mentor, and the life of a pair: asked, together, over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

PairState = Literal["asked", "together", "over"]

MOST_PAIRS = 3
"""Newcomers that one mentor is asked to accompany at the same time. [proposal]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    """A member who offered to be a mentor, and since when."""

    person_id: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A newcomer and the mentor who was asked for them. `began_at`: when both had agreed."""

    id: int
    newcomer_id: int
    mentor_id: int
    state: PairState
    asked_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None

    def other(self, person_id: int) -> int:
        """The one of the two who is not this person."""
        return self.mentor_id if person_id == self.newcomer_id else self.newcomer_id

    def begun(self, now: datetime) -> Pair:
        """Both have agreed."""
        return replace(self, state="together", began_at=now)

    def ended(self, now: datetime) -> Pair:
        """Either has left, or the mentor who was asked did not agree."""
        return replace(self, state="over", ended_at=now)


def choose(volunteers: Iterable[Volunteer], pairs: Iterable[Pair], *, newcomer: int, passed_over: Collection[int] = ()) -> Volunteer | None:
    """The volunteer with the fewest pairs, the oldest among these; None when nobody is free.

    `pairs`: those that are not over; one that was asked for counts, or everybody would be sent to the same mentor.
    """
    busy = Counter(pair.mentor_id for pair in pairs)
    free = [each for each in volunteers if each.person_id not in (newcomer, *passed_over) and busy[each.person_id] < MOST_PAIRS]
    return min(free, key=lambda each: (busy[each.person_id], each.since, each.person_id), default=None)
