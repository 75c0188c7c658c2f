"""What the log tells about the step that ends, or that it cannot be told. Doubt comes before any arithmetic (design, rule 3).

A log has gaps, stops, or says two things at once: then nobody knows how the step was borne, and the answer is that it cannot be
said. Sources: S000 table notes and S001 §10.4 (a step up depends on how the last one was borne); the lengths are a [proposal].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from bot.core.daily import local_slot
from bot.core.decision import Allowed, Decision, Withheld
from bot.core.entry import Entry
from bot.core.intake import whole_day_missed
from bot.core.plan import Plan
from bot.core.stepping import Effect, may_step
from bot.core.titration import PlanDay, plan_day

SILENT_FOR = timedelta(days=2)
"""So long without a word on any intake, and the log no longer tells how things are. [proposal]"""

AHEAD_OF_THE_CLOCK = timedelta(minutes=5)
"""Two clocks may differ by this much; an intake further ahead has not happened. [proposal]"""


class Doubt(StrEnum):
    """Why the log cannot answer. Each is the id of the rule that says so."""

    missing = "history-missing"
    stale = "history-stale"
    contradictory = "history-contradictory"


@dataclass(frozen=True, slots=True)
class History:
    """How the step that ends was borne: the effects in the order they were reported, and what was missed or passed."""

    effects: tuple[Effect, ...] = ()
    whole_days_missed: int = 0
    days_over_plan: int = 0


def read_history(plan: Plan, entries: Sequence[Entry], *, since: date, now: datetime, zone: tzinfo) -> Allowed[History] | Withheld:
    """What the entries since a local day tell. Undone entries are as if they had not been made.

    Withheld by `history-missing` (not a word on any intake since then), `history-contradictory` (one planned intake taken and then
    missed, or an intake that lies ahead) or `history-stale` (the last word is older than two days).
    """
    begin = local_slot(since, time(0), zone)
    held = sorted((entry for entry in entries if entry.undone_at is None), key=lambda entry: entry.recorded_at)
    told = [entry for entry in held if entry.kind in ("intake", "missed") and entry.at >= begin]
    doubt = _doubt(told, now)
    if doubt is not None:
        return Withheld((doubt.value, "prescriber-decides"))
    days = [since + timedelta(days=offset) for offset in range((now.astimezone(zone).date() - since).days)]
    missed = sum(_missed_whole(plan, day, told, zone) for day in days)
    over = sum(_over_plan(plan, day, told, zone) for day in days)
    return Allowed(History(_effects(held, zone), missed, over))


def may_step_by_log(
    plan: Plan, entries: Sequence[Entry], *, now: datetime, zone: tzinfo, open_case: bool = False, awaiting_prescriber: bool = False
) -> Decision[PlanDay]:
    """`may_step` for the local day of `now`, fed from the person's log: danger first, then doubt, then how the step was borne.

    `entries` reach back to the first day of the step that ends, and seven days at least. More taken than planned on any of its
    days withholds it too (`over-plan`): what that dose did is not what the plan's dose does.
    """
    on = now.astimezone(zone).date()
    verdict = may_step(plan, on=on, open_case=open_case, awaiting_prescriber=awaiting_prescriber)
    if not isinstance(verdict, Allowed):
        return verdict
    lasted = _lasted(plan, verdict.value)
    history = read_history(plan, entries, since=on - lasted, now=now, zone=zone)
    if isinstance(history, Withheld):
        return history
    if history.value.days_over_plan:
        return Withheld(("over-plan", "prescriber-decides"))
    return may_step(plan, on=on, effects=history.value.effects, whole_days_missed=history.value.whole_days_missed)


def _lasted(plan: Plan, first: PlanDay) -> timedelta:
    """How long the step before a day has really lasted, held days included."""
    before = first.date - timedelta(days=1)
    lasted = 0
    while isinstance(day := plan_day(plan, before), Allowed) and day.value.step_index == first.step_index - 1:
        lasted, before = lasted + 1, before - timedelta(days=1)
    return timedelta(days=lasted)


def _doubt(told: Sequence[Entry], now: datetime) -> Doubt | None:
    if not told:
        return Doubt.missing
    if any(entry.at > now + AHEAD_OF_THE_CLOCK for entry in told) or _both_taken_and_missed(told):
        return Doubt.contradictory
    return Doubt.stale if now - max(entry.at for entry in told) > SILENT_FOR else None


def _both_taken_and_missed(told: Sequence[Entry]) -> bool:
    """True when a planned intake was said to be missed after it was said to be taken. The other way round it was taken late."""
    taken: set[str] = set()
    for entry in told:
        slot = str(entry.detail.get("slot") or "")
        if entry.kind == "missed" and slot in taken:
            return True
        if entry.kind == "intake" and slot:
            taken.add(slot)
    return False


def _effects(held: Sequence[Entry], zone: tzinfo) -> tuple[Effect, ...]:
    felt = (entry for entry in held if entry.kind == "side_effect")
    return tuple(Effect(str(entry.detail["finding"]), entry.at.astimezone(zone).date(), entry.detail.get("severity")) for entry in felt)


def _missed_whole(plan: Plan, day: date, told: Sequence[Entry], zone: tzinfo) -> bool:
    """A day said to be missed as a whole, or hour by hour."""
    missed = [entry for entry in told if entry.kind == "missed"]
    if any(entry.detail.get("day") == day.isoformat() for entry in missed):
        return True
    slots = {str(entry.detail.get("slot")) for entry in missed}
    hours = {time.fromisoformat(slot.partition("T")[2]) for slot in slots if slot.startswith(f"{day.isoformat()}T")}
    laid = plan_day(plan, day)
    taken = sum(entry.kind == "intake" and day_counted(entry, zone) == day for entry in told)
    return isinstance(laid, Allowed) and whole_day_missed(laid.value.doses, missed=hours, taken=taken)


def _over_plan(plan: Plan, day: date, told: Sequence[Entry], zone: tzinfo) -> bool:
    laid = plan_day(plan, day)
    taken = sum(float(entry.detail.get("dose_mg") or 0) for entry in told if entry.kind == "intake" and day_counted(entry, zone) == day)
    extra = plan.top_up.mg * plan.top_up.max_per_day if plan.top_up else 0
    return isinstance(laid, Allowed) and taken > laid.value.total_mg + extra


def day_counted(entry: Entry, zone: tzinfo) -> date:
    """The local day that an entry counts for: the one of the slot it answers, else its own."""
    slot = str(entry.detail.get("slot") or "")
    return date.fromisoformat(slot.partition("T")[0]) if slot else entry.at.astimezone(zone).date()
