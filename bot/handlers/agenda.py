"""The person's days as the plan lays them out: slots, reminders, holds. Shared by use cases; it imports none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.core.daily import next_local
from bot.core.decision import Allowed
from bot.core.entry import Entry, EntryKind
from bot.core.intake import Slot, slots_around
from bot.core.plan import Hold, Plan
from bot.core.titration import PlanDay, plan_day
from bot.handlers.turn import Moment
from bot.ports import StoredPlan

INTAKE = "intake"
"""The timer kind of a planned intake; its subject is the local hour."""

BECAUSE_CASE = "case"
BECAUSE_PERSON = "person"


def parse_slot(text: str) -> datetime | None:
    """The local date-time that a slot id names; None for anything else."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def day_of(stored: StoredPlan | None, day: date) -> PlanDay | None:
    """The plan's day, or None when there is no plan or it has not started."""
    if stored is None:
        return None
    laid = plan_day(stored.plan, day)
    return laid.value if isinstance(laid, Allowed) else None


def slots_on(moment: Moment, stored: StoredPlan | None, day: date) -> list[Slot]:
    """The planned intakes of a local day, in order."""
    laid = day_of(stored, day)
    return [Slot(day, dose, moment.instant(day, dose.at)) for dose in laid.doses] if laid else []


def entries_on(moment: Moment, day: date, kinds: Sequence[EntryKind] = ()) -> Sequence[Entry]:
    """What was logged as having happened on a local day."""
    since, until = moment.day_bounds(day)
    return moment.unit.entries.between(moment.person.id, since, until, kinds)


def answered(moment: Moment, day: date) -> set[str]:
    """The slots of a day that were logged as taken or missed. An intake may be taken after midnight: look one day on."""
    since, _ = moment.day_bounds(day)
    _, until = moment.day_bounds(day + timedelta(days=1))
    logged = moment.unit.entries.between(moment.person.id, since, until, ("intake", "missed"))
    return {str(entry.detail.get("slot", "")) for entry in logged} - {""}


def next_slot(moment: Moment, stored: StoredPlan | None) -> Slot | None:
    """The first planned intake after now, today or tomorrow, that is not answered yet."""
    for day in (moment.today, moment.today + timedelta(days=1)):
        done = answered(moment, day)
        for slot in slots_on(moment, stored, day):
            if slot.id not in done and slot.at > moment.now:
                return slot
    return None


def following_slot(moment: Moment, stored: StoredPlan | None, at: datetime) -> Slot | None:
    """The planned intake that follows an instant, answered or not: what decides whether a missed one may still be taken."""
    if stored is None:
        return None
    return next((slot for slot in slots_around(stored.plan, at=at, zone=moment.zone) if slot.at > at), None)


def schedule(moment: Moment, plan: Plan) -> None:
    """Put one timer for each hour that any step of the plan uses, at its next firing in the person's zone."""
    moment.unit.timers.cancel(moment.person.id, INTAKE)
    for hour in hours_of(plan):
        arm(moment, hour, after=moment.now)


def arm(moment: Moment, hour: time, *, after: datetime) -> None:
    """Set the reminder of one local hour to its first firing after an instant."""
    moment.unit.timers.put(moment.person.id, INTAKE, hour.isoformat(timespec="minutes"), next_local(after, hour, moment.zone))


def hours_of(plan: Plan) -> list[time]:
    """Every hour at which some step of the plan has an intake."""
    return sorted({dose.at for step in plan.steps for dose in step.doses})


def hold(moment: Moment, *, since: date, why: str) -> None:
    """Let the plan stand still from a day on, for a reason; an open hold of the same reason is left as it is."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is None or any(h.why == why and h.until is None for h in stored.plan.holds):
        return
    plan = replace(stored.plan, holds=(*stored.plan.holds, Hold(since, None, why)))
    moment.unit.plans.replace(stored, plan, moment.now)


def resume(moment: Moment, *, why: str) -> None:
    """End the open hold of that reason today; a hold that had not begun yet never was."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is None or not any(h.why == why and h.until is None for h in stored.plan.holds):
        return
    kept = [_ended(h, moment.today) if h.why == why and h.until is None else h for h in stored.plan.holds]
    plan = replace(stored.plan, holds=tuple(h for h in kept if h.until is None or h.until > h.since))
    moment.unit.plans.replace(stored, plan, moment.now)


def _ended(open_hold: Hold, today: date) -> Hold:
    return replace(open_hold, until=max(today, open_hold.since))
