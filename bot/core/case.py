"""The life of an escalation: opened by a danger sign, claimed, answered, closed by a human.

One open case per person; a further sign joins it and pages again only when it is worse (rule `one-alert-per-case`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.core.levels import Level

REPORTED, ASKED = "reported_message", "asked_for_a_human"
"""The codes of a case that a report of somebody else's message opened, or the wish to talk to a human."""

CaseState = Literal["open", "claimed", "closed"]
Resolution = Literal["safe", "referred", "false-alarm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person in difficulty, seen by the moderators. `red` pages them and freezes the plan's dose texts."""

    id: int
    person_id: int
    level: Level
    red: bool
    codes: tuple[str, ...]
    state: CaseState
    opened_at: datetime
    owner_id: int | None = None
    closed_at: datetime | None = None
    resolution: Resolution | None = None

    @property
    def is_of_others(self) -> bool:
        """Whether it holds no sign of the person's own, only others' messages that they reported: nothing of theirs stands still."""
        return REPORTED in self.codes and {*self.codes} <= {REPORTED, ASKED}

    @property
    def freezes(self) -> bool:
        """Whether no amount is told to the person, and they are asked how they are instead (rule `red-flag-freeze`)."""
        return self.red and not self.is_of_others


@dataclass(frozen=True, slots=True)
class Joined:
    """A sign that joined an open case: the case as it is now, and whether the moderators are paged again."""

    case: Case
    page_again: bool


def join(case: Case, *, level: Level, red: bool, codes: tuple[str, ...]) -> Joined:
    """Add a sign to an open case. Level and redness never fall; the page repeats when either rises.

    So it does when the first sign of the person's own joins reports of others' messages: a danger of another kind, however serious those.
    """
    own = case.is_of_others and REPORTED not in codes and level >= Level.urgent
    worse = level > case.level or (red and not case.red) or own
    merged = tuple(dict.fromkeys((*case.codes, *codes)))
    return Joined(replace(case, level=max(level, case.level), red=red or case.red, codes=merged), page_again=worse)


@dataclass(frozen=True, slots=True)
class Refused:
    """A move that the case's state or owner does not allow: the wording key that says why."""

    because: Literal["already-closed", "owned-by-another", "not-closed", "not-owner"]


def claim(case: Case, *, by: int) -> Case | Refused:
    """A moderator takes the case; it answers to one owner at a time."""
    if case.state == "closed":
        return Refused("already-closed")
    if case.owner_id not in (None, by):
        return Refused("owned-by-another")
    return replace(case, state="claimed", owner_id=by)


def release(case: Case, *, by: int) -> Case | Refused:
    """The owner gives the case back to the queue."""
    if case.state == "closed":
        return Refused("already-closed")
    if case.owner_id != by:
        return Refused("not-owner")
    return replace(case, state="open", owner_id=None)


def close(case: Case, *, by: int, how: Resolution, now: datetime) -> Case | Refused:
    """End the case. Whoever closes an unclaimed case becomes its owner; another's case stays theirs."""
    if case.state == "closed":
        return Refused("already-closed")
    if case.owner_id not in (None, by):
        return Refused("owned-by-another")
    return replace(case, state="closed", owner_id=by, closed_at=now, resolution=how)


def reopen(case: Case) -> Case | Refused:
    """A closed case that proves unfinished goes back to the queue."""
    if case.state != "closed":
        return Refused("not-closed")
    return replace(case, state="open", owner_id=None, closed_at=None, resolution=None)
