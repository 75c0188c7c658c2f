"""Reminders of planned intakes, snoozes, and the case that nobody claimed: what the clock brings."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.core.case import Case
from bot.core.intake import Slot
from bot.core.titration import PlanDay
from bot.handlers import agenda, escalation
from bot.handlers.plan_text import day_words
from bot.handlers.turn import Due, Moment, Turn, choices, clock, mg, moment, nested, numbers_of, say
from bot.messages import Json, Reply

SNOOZE = "snooze"
SLOT_CHOICES = ("taken", "snooze-15", "skip")
LAST_CALL = timedelta(hours=2)
"""A reminder served less than this before the next slot does not invite to take anything (leaflet rule, facts B4)."""


def due_intake(due: Due) -> list[Reply]:
    """The hour of a planned intake has come, in the person's zone. Its next firing is set first, whatever follows."""
    hour = time.fromisoformat(due.timer.subject)
    stored = due.unit.plans.current(due.person.id)
    if stored is None or hour not in agenda.hours_of(stored.plan):
        return []
    agenda.arm(due, hour, after=due.timer.due_at)
    day = due.local(due.timer.due_at).date()
    laid = agenda.day_of(stored, day)
    slot = next((slot for slot in agenda.slots_on(due, stored, day) if slot.dose.at == hour), None)
    if laid is None or slot is None or slot.id in agenda.answered(due, day):
        return []
    case = due.unit.cases.open_for(due.person.id)
    if case is not None and case.red:
        return [_check_in(due, case)]
    news = [_step_news(due, laid)] if laid.is_first_of_step and laid.number > 1 and _is_first_slot(due, slot) else []
    return [*news, _reminder(due, slot, step_due=bool(news))]


def due_snooze(due: Due) -> list[Reply]:
    """A reminder that was put off comes back, unless it was answered meanwhile."""
    planned = agenda.parse_slot(due.timer.subject)
    if planned is None or due.timer.subject in agenda.answered(due, planned.date()):
        return []
    stored = due.unit.plans.current(due.person.id)
    slot = next((slot for slot in agenda.slots_on(due, stored, planned.date()) if slot.id == due.timer.subject), None)
    case = due.unit.cases.open_for(due.person.id)
    if case is not None and case.red:
        return [_check_in(due, case)]
    return [_reminder(due, slot, step_due=False)] if slot else []


def due_unclaimed(due: Due) -> list[Reply]:
    """Nobody claimed the case in time: page again, and tell the person honestly, once."""
    case = due.unit.cases.get(int(due.timer.subject))
    if case is None or case.state != "open":
        return []
    replies = escalation.page_again(due, case, attempt=due.timer.attempt)
    if case.red and due.timer.attempt == 1:
        numbers = numbers_of(due.person.country)
        replies.append(due.reply(say("danger.nobody-yet", **numbers), kind="notice", level=case.level, rules=("emergency-number",)))
    return replies


def _reminder(due: Due, slot: Slot, *, step_due: bool) -> Reply:
    stored = due.unit.plans.current(due.person.id)
    coming = agenda.next_slot(due, stored)
    planned = datetime.combine(slot.day, slot.dose.at)
    late = due.now - slot.at > due.policy.late_after and due.timer.kind == agenda.INTAKE
    rules = ("step-due",) if step_due else ()
    if late and coming is not None and coming.at - due.now < LAST_CALL:
        # Too late to invite: said all the same, so that nothing is dropped in silence.
        words = (say("reminder.missed-by-us", at=moment(planned)), say("rule.never-double"))
        offers = choices("taken-earlier", "skip", about=slot.id)
        return due.reply(*words, offers=offers, rules=("never-double",), kind="notice")
    key = "reminder.late" if late else "reminder.now"
    dose: Json = mg(slot.dose.mg) if slot.dose.mg is not None else nested("reminder.dose-of-your-plan")
    return due.reply(
        say(key, dose=dose, hour=clock(slot.dose.at)),
        offers=choices(*SLOT_CHOICES, about=slot.id),
        rules=rules,
        kind="reminder",
    )


def _is_first_slot(due: Due, slot: Slot) -> bool:
    slots = agenda.slots_on(due, due.unit.plans.current(due.person.id), slot.day)
    return bool(slots) and slots[0].id == slot.id


def _step_news(due: Due, day: PlanDay) -> Reply:
    words = [say("step.due"), day_words(day)]
    rules = ["step-due", "step-not-shortened", *(rule for rule in day.notices if rule == "specialist-above-80")]
    if "specialist-above-80" in day.notices and not _acknowledged(due, "specialist-above-80"):
        words.append(say("rule.specialist-above-80"))
        detail = {"rule": "specialist-above-80"}
        due.unit.entries.add(due.person.id, "acknowledgement", due.now, detail, due.now)
    words.append(say("step.or-hold"))
    return due.reply(*words, offers=choices("step-up", "hold"), rules=tuple(rules), kind="notice")


def _acknowledged(where: Moment, rule: str) -> bool:
    since, until = where.now - timedelta(days=3650), where.now
    shown = where.unit.entries.between(where.person.id, since, until, ["acknowledgement"])
    return any(entry.detail.get("rule") == rule for entry in shown)


def _check_in(due: Due, case: Case) -> Reply:
    """Neither take nor stop: how are you, and whom to ask (rule `red-flag-freeze`)."""
    numbers = numbers_of(due.person.country)
    return due.reply(
        say("check-in.how-are-you"),
        say("check-in.whom-to-ask", **numbers),
        offers=choices("safe", "not-safe", "talk-to-human"),
        rules=("red-flag-freeze", "emergency-number"),
        level=case.level,
        kind="check_in",
    )


def press_snooze(turn: Turn) -> list[Reply]:
    """Put the reminder off; it comes back until it is answered."""
    planned = agenda.parse_slot(turn.press.about)
    if planned is None:
        return snooze(turn)
    return _put_off(turn, turn.press.about, turn.policy.snooze)


def snooze(turn: Turn) -> list[Reply]:
    """ "Remind me in 30 minutes": the last planned intake that is not answered comes back then."""
    stored = turn.unit.plans.current(turn.person.id)
    done = agenda.answered(turn, turn.today)
    started = [slot for slot in agenda.slots_on(turn, stored, turn.today) if slot.id not in done and slot.at <= turn.now]
    if not started:
        return [turn.reply(say("reminder.nothing-to-snooze"))]
    minutes = turn.slots.get("duration_min")
    wait = timedelta(minutes=min(float(minutes), 720)) if minutes else turn.policy.snooze
    return _put_off(turn, started[-1].id, wait)


def _put_off(turn: Turn, slot: str, wait: timedelta) -> list[Reply]:
    due_at = turn.now + wait
    turn.unit.timers.put(turn.person.id, SNOOZE, slot, due_at)
    return [turn.reply(say("reminder.snoozed", at=moment(turn.local(due_at))))]


def reminders_by_plan(turn: Turn) -> list[Reply]:
    """Asked to move a reminder: its hour is the plan's, and the plan is the prescriber's (rule `split-hours-fixed`)."""
    return [turn.reply(say("reminder.by-plan"), rules=("split-hours-fixed", "stable-hours"))]
