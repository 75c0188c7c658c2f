"""The person's days as the plan lays them out: slots, reminders, holds. Shared by use cases; it imports none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.core.daily import next_local
from bot.core.decision import Allowed, Withheld
from bot.core.entry import Entry, EntryKind
from bot.core.intake import LATE_NEEDS, Slot, late_intake, may_name, slots_around
from bot.core.levels import Level
from bot.core.plan import Hold, Plan
from bot.core.policy import Policy
from bot.core.titration import PlanDay, covers, plan_day
from bot.handlers.turn import Moment
from bot.ports import StoredPlan, Unit

INTAKE = "intake"
"""The timer kind of a planned intake; its subject is the local hour."""

SNOOZE = "snooze"
"""The timer kind of a reminder that was put off; its subject is the slot."""

HELD = "held"
"""The timer kind that asks whether a hold still lasts; its subject is empty."""

RESTING = "resting"
"""The timer kind at which reminders that rest for a while ring again; its subject is empty."""

FORGET = "forget"
"""The timer after which what is left of whoever took their consent back is erased."""

FURTHEST = timedelta(hours=26)
"""No planned hour is further ahead than a day, on the day that the clocks go back an hour more: beyond it another clock set a timer.
(But for a day that a zone leaves out, Apia in 2011: a timer put right on that day stands where it stood.)
"""

ASK_WHILE_HELD, LONGEST_REST = timedelta(days=7), timedelta(days=15)
RECALLED = timedelta(hours=1)
"""How long after a reminder has come back a word without an hour is about it."""

REMINDED = "reminded"
"""What an acknowledgement calls the slot of a reminder; the amount that it showed stands beside it."""

BECAUSE_CASE = "case"
BECAUSE_PERSON = "person"
ONE_DAY, A_YEAR = timedelta(days=1), 366


def parse_slot(text: str) -> datetime | None:
    """The local date-time that a slot id names; None for anything else."""
    try:
        return datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None


def day_of(stored: StoredPlan | None, day: date) -> PlanDay | None:
    """The plan's day, or None when there is no plan or it has not started."""
    if stored is None:
        return None
    laid = plan_day(stored.plan, day)
    return laid.value if isinstance(laid, Allowed) else None


def step_began(stored: StoredPlan | None, on: date, *, at_most: int) -> date | None:
    """The first day of the step that a date belongs to, held days included; None when it is more than so many days ago."""
    step = day_of(stored, on)
    if step is None:
        return None
    for ago in range(at_most + 1):
        before = day_of(stored, on - (ago + 1) * ONE_DAY)
        if before is None or before.step_index != step.step_index:
            return on - ago * ONE_DAY
    return None


def next_step_on(stored: StoredPlan, on: date) -> date | None:
    """The first day of the step after the one of a date; None when that one has no end within a year."""
    here = day_of(stored, on)
    coming = (on + ahead * ONE_DAY for ahead in range(1, A_YEAR))
    return next((day for day in coming if here and (laid := day_of(stored, day)) and laid.step_index > here.step_index), None)


def slots_on(moment: Moment, stored: StoredPlan | None, day: date) -> list[Slot]:
    """The planned intakes of a local day, in order."""
    laid = day_of(stored, day)
    return [Slot(day, dose, moment.instant(day, dose.at)) for dose in laid.doses] if laid else []


def open_slots(moment: Moment, day: date) -> list[Slot]:
    """The planned intakes of a local day of which nothing was noted, in order."""
    done = answered(moment, day)
    return [slot for slot in slots_on(moment, moment.unit.plans.current(moment.person.id), day) if slot.id not in done]


def note_reminder(moment: Moment, slot: Slot, *, shown_mg: float | None, asks: bool = False) -> None:
    """Keep which slot a reminder was about, the amount that was read there, and whether it asked if that was taken."""
    detail = {REMINDED: slot.id, "dose_mg": shown_mg, "asks": asks}
    moment.unit.entries.add(moment.person.id, "acknowledgement", moment.now, detail, moment.now)


def shown_dose(moment: Moment, slot: str) -> float | None:
    """The amount that the last reminder of a slot showed; None when it showed none, or none was sent."""
    planned = parse_slot(slot)
    if planned is None:
        return None
    shown = moment.acknowledged(moment.instant(planned.date() - ONE_DAY, time(0)))
    doses = [entry.detail["dose_mg"] for entry in shown if entry.detail.get(REMINDED) == slot]
    return float(doses[-1]) if doses and doses[-1] is not None else None


def slot_named(moment: Moment, slot: str) -> Slot | None:
    """The planned intake of that id by the plan as it is now; None when the plan has none there."""
    planned = parse_slot(slot)
    stored = moment.unit.plans.current(moment.person.id)
    return next((each for each in slots_on(moment, stored, planned.date()) if each.id == slot), None) if planned else None


def entries_on(moment: Moment, day: date, kinds: Sequence[EntryKind] = ()) -> Sequence[Entry]:
    """What was logged as having happened on a local day."""
    since, until = moment.day_bounds(day)
    return moment.unit.entries.between(moment.person.id, since, until, kinds)


def answered(moment: Moment, day: date) -> set[str]:
    """The slots of a day that were logged as taken or missed. An intake may be taken around midnight: look one day about."""
    since, _ = moment.day_bounds(day - ONE_DAY)
    _, until = moment.day_bounds(day + ONE_DAY)
    logged = moment.unit.entries.between(moment.person.id, since, until, ("intake", "missed"))
    return {str(entry.detail.get("slot", "")) for entry in logged} - {""}


def entry_of_slot(moment: Moment, planned: datetime, slot: str) -> Entry | None:
    """What was logged for a planned intake, taken or missed, when anything was."""
    since, _ = moment.day_bounds(planned.date())
    _, until = moment.day_bounds(planned.date() + ONE_DAY)
    logged = moment.unit.entries.between(moment.person.id, since, until, ("intake", "missed"))
    return next((entry for entry in logged if entry.detail.get("slot") == slot), None)


def taken_for(moment: Moment, day: date) -> list[Entry]:
    """The intakes that count for a local day: those of its slots, and those of no slot that were taken on it."""
    since, _ = moment.day_bounds(day - ONE_DAY)
    _, until = moment.day_bounds(day + ONE_DAY)
    logged = moment.unit.entries.between(moment.person.id, since, until, ["intake"])
    return [entry for entry in logged if _day_counted(moment, entry) == day]


def top_ups_on(moment: Moment, day: date) -> list[Entry]:
    """The intakes of a day that were logged as the plan's top-up for a strong craving."""
    return [entry for entry in taken_for(moment, day) if entry.detail.get("top_up")]


def taken_mg(entries: Sequence[Entry]) -> float:
    """What intakes come to; one whose amount was not said counts for nothing."""
    return sum(float(entry.detail.get("dose_mg") or 0) for entry in entries)


def top_up_mg(moment: Moment, stored: StoredPlan | None, day: date, *, one_more_mg: float = 0) -> float:
    """What a day's top-ups add to its plan: what was taken of them, and never more than the plan allows."""
    planned = stored.plan.top_up if stored else None
    return min(taken_mg(top_ups_on(moment, day)) + one_more_mg, planned.mg * planned.max_per_day) if planned else 0


def nameable(moment: Moment, stored: StoredPlan, mg: float, *, on: date) -> Allowed[float] | Withheld:
    """The choke point: every amount that is named for an intake to come, of any day, has passed here.

    Withheld by an open red case, 300 mg a day, the plan's total after what was taken, its largest single dose, the tablets: the
    rule's own words are said instead (`withheld.*`), and no number.
    """
    taken = taken_mg(taken_for(moment, on))
    extra = top_up_mg(moment, stored, on)
    return may_name(stored.plan, mg, on=on, taken_today_mg=taken, top_up_mg=extra, open_case=frozen(moment))


def kept_silent(moment: Moment, stored: StoredPlan | None, day: PlanDay) -> Withheld | None:
    """Why a day by the plan is not told with its amounts: the first intake still to come that may not be named; None when all may."""
    if frozen(moment):
        return Withheld(("red-flag-freeze",))
    if stored is None:
        return None
    done = answered(moment, day.date)
    ahead = [slot for slot in slots_on(moment, stored, day.date) if slot.at > moment.now and slot.id not in done]
    verdicts = (nameable(moment, stored, slot.dose.mg, on=day.date) for slot in ahead if slot.dose.mg is not None)
    return next((verdict for verdict in verdicts if isinstance(verdict, Withheld)), None)


def _day_counted(moment: Moment, entry: Entry) -> date:
    slot = parse_slot(str(entry.detail.get("slot") or ""))
    return slot.date() if slot else moment.local(entry.at).date()


def next_slot(moment: Moment, stored: StoredPlan | None) -> Slot | None:
    """The first planned intake after now, today or tomorrow, that is not answered yet."""
    for day in (moment.today, moment.today + ONE_DAY):
        done = answered(moment, day)
        for slot in slots_on(moment, stored, day):
            if slot.id not in done and slot.at > moment.now:
                return slot
    return None


def begun_slots(moment: Moment, stored: StoredPlan | None) -> list[Slot]:
    """The planned intakes of yesterday and today whose hour has come, in order, answered or not."""
    days = (moment.today - ONE_DAY, moment.today)
    return [slot for day in days for slot in slots_on(moment, stored, day) if slot.at <= moment.now]


def asked_about(moment: Moment, stored: StoredPlan | None) -> Slot | None:
    """The planned intake that "taken", without an hour, answers: the one reminded last and still open.

    A reminder of the last hour, first or put off, counts before any rule; else the last that came, while it may be taken late.
    """
    open_slots = [slot for slot in begun_slots(moment, stored) if slot.id not in answered(moment, slot.day)]
    recalled = {str(entry.detail.get(REMINDED)) for entry in moment.acknowledged(moment.now - RECALLED)}
    if any(slot.id in recalled for slot in open_slots):
        return next(slot for slot in reversed(open_slots) if slot.id in recalled)
    last = begun_slots(moment, stored)[-1:]
    following = following_slot(moment, stored, last[0].at) if last and last[0] in open_slots else None
    return last[0] if following is not None and following.at - moment.now >= LATE_NEEDS else None


def following_slot(moment: Moment, stored: StoredPlan | None, at: datetime) -> Slot | None:
    """The planned intake that follows an instant, answered or not: what decides whether a missed one may still be taken."""
    if stored is None:
        return None
    return next((slot for slot in slots_around(stored.plan, at=at, zone=moment.zone) if slot.at > at), None)


def may_be_late(
    moment: Moment, stored: StoredPlan | None, planned: datetime, *, at: datetime | None = None
) -> Allowed[timedelta] | Withheld | None:
    """Whether the intake planned at an instant may still be taken now, or `at` (rules `late-intake-ok`, `late-intake-skip`).

    None when that is for the prescriber to say: a case of today's urgency or more is open, what was taken and what is still
    planned would pass the day's total, or nothing follows. Nobody is invited to take anything after an overdose.
    """
    following = following_slot(moment, stored, planned)
    if following is None or alarmed(moment) or not _has_room(moment, stored, planned):
        return None
    return late_intake(missed_at=planned, now=at or moment.now, next_at=following.at)


def _has_room(moment: Moment, stored: StoredPlan | None, planned: datetime) -> bool:
    """Whether the day that an intake was planned for can still hold it, besides what it holds and what is still to come."""
    day = moment.local(planned).date()
    laid = day_of(stored, day)
    if laid is None:
        return False
    done = answered(moment, day)
    ahead = [slot for slot in slots_on(moment, stored, day) if slot.at == planned or (slot.at > moment.now and slot.id not in done)]
    taken = taken_mg(taken_for(moment, day)) - top_up_mg(moment, stored, day)
    return taken < laid.total_mg and taken + sum(slot.dose.mg or 0 for slot in ahead) <= laid.total_mg


def alarmed(moment: Moment) -> bool:
    """Whether a case is open that a human should see today."""
    case = moment.unit.cases.open_for(moment.person.id)
    return case is not None and (case.red or case.level >= Level.urgent) and not case.is_of_others


def frozen(moment: Moment) -> bool:
    """Whether a red case is open: until a human closes it, nothing that the person reads names an amount (`red-flag-freeze`)."""
    case = moment.unit.cases.open_for(moment.person.id)
    return case is not None and case.freezes


def schedule(moment: Moment, plan: Plan) -> None:
    """Put one timer for each hour that any step of the plan uses, at its next firing in the person's zone."""
    for kind in (INTAKE, RESTING):
        moment.unit.timers.cancel(moment.person.id, kind)
    for hour in hours_of(plan):
        arm(moment, hour, after=moment.now)


def reschedule(moment: Moment) -> None:
    """After the person's zone has changed: the reminders that are on ring at the same hours of the new zone."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is not None and is_reminded(moment):
        schedule(moment, stored.plan)


def is_reminded(moment: Moment) -> bool:
    """Whether any planned intake has a timer."""
    return moment.has_timer(INTAKE)


def silence(moment: Moment) -> None:
    """No reminder of any intake, until `schedule`."""
    for kind in (INTAKE, SNOOZE, RESTING):
        moment.unit.timers.cancel(moment.person.id, kind)


def sleep(moment: Moment) -> None:
    """Nothing of the plan is said any more, until `wake`."""
    silence(moment)
    moment.unit.timers.cancel(moment.person.id, HELD)


def wake(moment: Moment) -> None:
    """The plan's reminders ring again; a pause of the person's stands, and they are asked about it."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is None:
        return
    if open_hold(stored, BECAUSE_PERSON) is None:
        schedule(moment, stored.plan)
    else:
        moment.unit.timers.put(moment.person.id, HELD, "", moment.now + ASK_WHILE_HELD)


def arm(moment: Moment, hour: time, *, after: datetime) -> None:
    """Set the reminder of one local hour to its first firing after an instant."""
    moment.unit.timers.put(moment.person.id, INTAKE, hour.isoformat(timespec="minutes"), next_local(after, hour, moment.zone))


def bring_nearer(unit: Unit, now: datetime, policy: Policy, *, at_most: int) -> bool:
    """Set reminders that lie further ahead than any can to the next time of their hour. Whether there may be more of them.

    A clock that was ahead served every reminder up to its own day; nobody would be reminded until that day has come. What was
    said is not said twice: a letter's key names the hour.
    """
    moved = 0
    for timer in unit.timers.far(INTAKE, now + FURTHEST, at_most):
        person = unit.people.get(timer.person_id)
        where = Moment(unit=unit, person=person, now=now, policy=policy) if person else None
        hour = time.fromisoformat(timer.subject)
        if where is not None and next_local(now, hour, where.zone) < timer.due_at:
            arm(where, hour, after=now)
            moved += 1
    for timer in unit.timers.far(RESTING, now + LONGEST_REST, at_most):
        unit.timers.put(timer.person_id, RESTING, timer.subject, now)
    for timer in unit.timers.far(HELD, now + ASK_WHILE_HELD, at_most):
        unit.timers.put(timer.person_id, HELD, timer.subject, now + ASK_WHILE_HELD)
    return moved == at_most


def day_that_fires(moment: Moment, hour: time, at: datetime) -> date | None:
    """The local day whose hour an instant is; None when it is so in no day: the person has changed zones since."""
    day = moment.local(at).date()
    return next((each for each in (day, day - ONE_DAY) if moment.instant(each, hour) == at), None)


def hours_of(plan: Plan) -> list[time]:
    """Every hour at which some step of the plan has an intake."""
    return sorted({dose.at for step in plan.steps for dose in step.doses})


def freeze(moment: Moment) -> None:
    """A case that a human must see is open, again, or has become one: the plan stands still (rule `red-flag-freeze`)."""
    hold(moment, since=first_day_to_hold(moment), why=BECAUSE_CASE)


def thaw(moment: Moment) -> None:
    """The case is closed: the plan goes on tomorrow. Today stays the day it has been, and a new step is announced first."""
    resume(moment, why=BECAUSE_CASE, on=moment.today + ONE_DAY)


def first_day_to_hold(moment: Moment) -> date:
    """Today while nothing was taken today; afterwards the day stays what it has begun to be, and a hold begins tomorrow."""
    return moment.today + ONE_DAY if taken_for(moment, moment.today) else moment.today


def hold(moment: Moment, *, since: date, why: str) -> None:
    """Let the plan stand still from a day on, for a reason; an open hold of the same reason is left as it is."""
    stored = moment.unit.plans.current(moment.person.id)
    if stored is None or open_hold(stored, why) is not None:
        return
    plan = replace(stored.plan, holds=(*stored.plan.holds, Hold(since, None, why)))
    moment.unit.plans.replace(stored, plan, moment.now, by=moment.actor)


def open_hold(stored: StoredPlan | None, why: str) -> Hold | None:
    """The hold of that reason that has no end yet."""
    return next((h for h in stored.plan.holds if h.why == why and h.until is None), None) if stored else None


def resume(moment: Moment, *, why: str, on: date | None = None) -> None:
    """End the open hold of that reason, today or on a day to come; a hold that would not have begun by then never was."""
    stored = moment.unit.plans.current(moment.person.id)
    standing = open_hold(stored, why)
    if stored is None or standing is None:
        return
    ended = replace(standing, until=max(on or moment.today, standing.since))
    kept = [ended if h is standing else h for h in stored.plan.holds]
    plan = replace(stored.plan, holds=tuple(h for h in kept if h.until is None or h.until > h.since))
    moment.unit.plans.replace(stored, plan, moment.now, by=moment.actor)


def is_standing(stored: StoredPlan | None, why: str, on: date) -> bool:
    """Whether a hold of that reason covers a day."""
    return stored is not None and any(h.why == why and covers(h, on) for h in stored.plan.holds)


def hold_for_person(moment: Moment, *, since: date) -> None:
    """A hold that the person ends: they are asked every week whether it still lasts."""
    hold(moment, since=since, why=BECAUSE_PERSON)
    moment.unit.timers.put(moment.person.id, HELD, "", moment.now + ASK_WHILE_HELD)
