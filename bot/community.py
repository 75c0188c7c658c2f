"""What members do for each other, as storage keeps it: questions to the community, volunteers, and pairs of newcomer and mentor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.mentoring import Pair, Volunteer

RECALLED = 120
"""Characters of a question by which whoever asked knows it again."""
LONGEST = 1200
"""Characters of a member's words: what one message of the narrowest platform holds beside what is said around them (Discord: 2000)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that a person put to the community, in their own words. `name`: what it is signed with; an id of the list of
    pseudonyms while `chosen` is False, else a name that they chose themselves. An open one has no `closed_at`."""

    id: int
    person_id: int
    name: str
    chosen: bool
    text: str
    asked_at: datetime
    closed_at: datetime | None = None

    @property
    def recalled(self) -> str:
        """Its beginning, by which whoever asked knows it again."""
        return self.text if len(self.text) <= RECALLED else f"{self.text[:RECALLED]}…"


class Questions(Protocol):
    """Questions to the community."""

    def add(self, question: Question) -> Question:
        """Store a new question; its id is given here (the one passed in is ignored)."""
        ...

    def get(self, question_id: int) -> Question | None: ...
    def open(self) -> Sequence[Question]:
        """Every open question, oldest first."""
        ...

    def open_of(self, person_id: int) -> Sequence[Question]:
        """The person's open questions, oldest first."""
        ...

    def close(self, question_id: int, now: datetime) -> None: ...


class Mentors(Protocol):
    """Volunteers and pairs."""

    def volunteer(self, person_id: int, now: datetime) -> None:
        """Keep that a member volunteers; since when they first did, if they do already."""
        ...

    def withdraw(self, person_id: int) -> None: ...
    def volunteers(self) -> Sequence[Volunteer]:
        """Everybody who volunteers, oldest first."""
        ...

    def add(self, newcomer_id: int, mentor_id: int, now: datetime) -> Pair:
        """A pair that the mentor is asked for."""
        ...

    def get(self, pair_id: int) -> Pair | None: ...
    def save(self, pair: Pair) -> None: ...
    def going_on(self) -> Sequence[Pair]:
        """Every pair that is not over, oldest first."""
        ...

    def of(self, person_id: int) -> Sequence[Pair]:
        """Every pair that a person is or was in, on either side, oldest first."""
        ...
