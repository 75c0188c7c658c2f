"""After the increase: consolidation, the end of a plan, and what follows a relapse. What the sources say, for the prescriber.

A pause of the increase is `titration.hold`: the dose stays and what follows shifts. A pause of the medicine has no function here,
because it would be an abrupt stop (S001 §10). Sources: facts A5, conflicts C7 and C9.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.plan import Plan
from bot.core.titration import check_plan, plan_day

CONSOLIDATION_MONTHS = {"S001 §5.4": (3, 6), "S000 §4": (2, 3), "S001-chart last page": (1, 6)}
"""How long to stay at the effective dose, in months, by source: the newest text first (conflict C7)."""

RELAPSE_RISE_MG = 30
"""After a relapse S001 §5.5 speaks of 10 to 30 mg above the present dose, "or more"; more is asked about once again."""


@dataclass(frozen=True, slots=True)
class Consolidation:
    """Whole months at the effective dose, and the sources that would call it long enough, the newest first."""

    months: int
    long_enough_for: tuple[str, ...]


def consolidation(*, reached_on: date, on: date) -> Allowed[Consolidation]:
    """How long the effective dose has been kept, beside what the sources say. It never tells anyone to decrease.

    Raises ValueError when the dose is reached after `on`.
    """
    if on < reached_on:
        raise ValueError("a dose is kept from the day it is reached")
    months = (on.year - reached_on.year) * 12 + on.month - reached_on.month - (on.day < reached_on.day)
    long_enough = tuple(source for source, (at_least, _) in CONSOLIDATION_MONTHS.items() if months >= at_least)
    return Allowed(Consolidation(months, long_enough), ("consolidation", "sources-conflict", "prescriber-decides"))


def may_end(plan: Plan, *, on: date) -> Allowed[Plan] | Alarm:
    """Whether a plan may be closed: only when nothing is taken by it any more, or nothing was yet.

    The alarm is for a human: closing it would leave somebody who takes baclofen without a way down (`never-stop-abruptly`).
    """
    day = plan_day(plan, on)
    if isinstance(day, Withheld):
        return Allowed(plan, day.rules)
    if day.value.total_mg == 0:
        return Allowed(plan)
    return Alarm(Level.urgent, ("never-stop-abruptly", "prescriber-decides"))


def after_relapse(written: Plan | None, *, current_mg: int, whole_days_without: int = 0) -> Decision[Plan]:
    """A return of craving or of drinking, met with what the prescriber wrote for it, or with nothing (S001 §5.5).

    Without a plan written for it no amount is named. After days without baclofen no former dose is gone back to: the sources
    are silent on it (facts A19). Allowed carries `relapse`; and `prescriber-decides`, a second question, above 30 mg more a day.
    """
    if written is None:
        return Withheld(("relapse", "prescriber-decides"))
    verdict = check_plan(written)
    if not isinstance(verdict, Allowed):
        return verdict
    first = written.steps[0].total_mg
    if whole_days_without > 0 and "start-low" in verdict.rules:
        return Withheld(("day-missed", "start-low", "prescriber-decides"))
    more = ("prescriber-decides",) if first > current_mg + RELAPSE_RISE_MG else ()
    said = (rule for rule in verdict.rules if rule != "start-low" or not current_mg)
    return Allowed(written, ("relapse", *more, *said))
