"""The prescriber's changes: each is a new version of the plan, and none is ever lost.

What was in force on a past day stays readable, so that a day is always judged by the plan of that day. Sources: S001 §8 (only
the doctor changes the treatment), S000 table notes and S001 §10 (never abruptly), facts C5 of A18 (the size of a step is the plan's).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.plan import Plan
from bot.core.titration import check_plan, plan_day

LARGEST_CHANGE_MG = 20
"""The largest step up and down within a treatment that the sources describe (S000 table; S001 §10)."""


@dataclass(frozen=True, slots=True)
class Version:
    """A plan, and the first day on which it was in force."""

    since: date
    plan: Plan


def in_force(versions: Sequence[Version], on: date) -> Allowed[Plan] | Withheld:
    """The plan of a day: the last version begun by then. Withheld by `plan-not-started` before the first."""
    begun = [version for version in versions if version.since <= on]
    return Allowed(max(begun, key=lambda version: version.since).plan) if begun else Withheld(("plan-not-started",))


def with_change(versions: Sequence[Version], plan: Plan, *, since: date) -> tuple[Version, ...]:
    """The versions with one more. Raises ValueError when it would rewrite a day that another version was in force on before it."""
    if versions and since < max(version.since for version in versions):
        raise ValueError("a change begins after the one before it")
    kept = (version for version in versions if version.since != since)
    return (*kept, Version(since, plan))


@dataclass(frozen=True, slots=True)
class Change:
    """What a new version does on its first day: the daily mg before, and the daily mg it starts with."""

    from_mg: int
    to_mg: int


def judge_change(before: Plan, after: Plan, *, since: date) -> Decision[Change]:
    """A prescriber's change, before it is kept: whatever `check_plan` refuses, and the jump on its first day.

    Allowed carries what is said with it. `plan-confirm` always; `never-stop-abruptly` for a drop of more than 20 mg and
    `prescriber-decides` for a rise of more, both read back with the two amounts. A drop straight to nothing is an alarm.
    """
    verdict = check_plan(after)
    if not isinstance(verdict, Allowed):
        return verdict
    change = Change(_mg_on(before, since - timedelta(days=1)), _mg_on(after, since))
    if change.to_mg == 0 < change.from_mg:
        return Alarm(Level.urgent, ("never-stop-abruptly", "prescriber-decides"))
    # Somebody who takes baclofen already does not start, however high the new version begins.
    said = (rule for rule in verdict.rules if rule != "start-low" or not change.from_mg)
    return Allowed(change, ("plan-confirm", *_of_the_jump(change), *said))


def _of_the_jump(change: Change) -> tuple[str, ...]:
    if change.from_mg - change.to_mg > LARGEST_CHANGE_MG:
        return ("never-stop-abruptly",)
    return ("prescriber-decides",) if 0 < change.from_mg < change.to_mg - LARGEST_CHANGE_MG else ()


def _mg_on(plan: Plan, on: date) -> int:
    day = plan_day(plan, on)
    return day.value.total_mg if isinstance(day, Allowed) else 0
