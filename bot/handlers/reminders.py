"""Reminders of planned intakes, snoozes, and the case that nobody claimed: what the clock brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import groupby

from bot.core.buildup import silence_adds_up
from bot.core.case import ASKED, Case
from bot.core.decision import Allowed, Withheld
from bot.core.intake import Slot
from bot.core.levels import Level
from bot.handlers import agenda, case_words, escalation, resting, steps
from bot.handlers.plan_text import day_words, dose_text, silence_words
from bot.handlers.turn import Due, Moment, Turn, choices, clock, moment, nested, numbers_of, on_day, say
from bot.messages import Json, Reply, Words
from bot.ports import CaseEvent

SNOOZE = agenda.SNOOZE
SLOT_CHOICES = ("taken", "snooze-15", "skip")
INVITES = ("reminder.now", "reminder.planned", "reminder.late", "reminder.again")
"""The paragraphs that name a dose and ask for an answer now: they are right at one moment, and judged again at sending."""

ASKS_IF_TAKEN = frozenset({"reminder.late", "reminder.again", "reminder.again-too-late", "reminder.again-ask", "reminder.missed-by-us"})
"""The paragraphs that end by asking whether it was taken: a yes to them is one."""

TOLD = "told_late"
UNTOLD = "untold"
"""What an acknowledgement calls the first planned intake, and the instant before the last one, that no reminder spoke of."""

LONGEST_OUTAGE = timedelta(days=14)
"""What an outage left unsaid for longer is told no more: a trace is kept of it."""

LONGEST_SNOOZE = timedelta(hours=12)


def due_intake(due: Due) -> list[Reply]:
    """The hour of a planned intake has come, in the person's zone. Its next firing is set first, whatever follows."""
    hour = time.fromisoformat(due.timer.subject)
    stored = due.unit.plans.current(due.person.id)
    if stored is None or hour not in agenda.hours_of(stored.plan):
        return []
    if due.timer.due_at < due.now - LONGEST_OUTAGE:
        _leave_untold(due, hour, before=due.now - LONGEST_OUTAGE)
        return []
    agenda.arm(due, hour, after=due.timer.due_at)
    day = agenda.day_that_fires(due, hour, due.timer.due_at)
    if day is None:
        # Set in another zone: the hour it was set for is not this one's.
        agenda.arm(due, hour, after=due.now)
        return []
    news = steps.begin(due)
    slot = agenda.slot_named(due, f"{day.isoformat()}T{due.timer.subject}")
    return [*news, *(_remind(due, slot) if slot else [])]


def _leave_untold(due: Due, hour: time, *, before: datetime) -> None:
    """Nobody is told tonight of what they should have taken weeks ago. Nothing goes without a trace: which intakes it is true of."""
    first = f"{due.local(due.timer.due_at).date().isoformat()}T{due.timer.subject}"
    due.unit.entries.add(due.person.id, "acknowledgement", due.now, {UNTOLD: first, "before": before.isoformat()}, due.now)
    agenda.arm(due, hour, after=before)


def due_snooze(due: Due) -> list[Reply]:
    """A reminder that was put off comes back, unless it was answered meanwhile."""
    slot = agenda.slot_named(due, due.timer.subject)
    return _remind(due, slot) if slot else []


def due_held(due: Due) -> list[Reply]:
    """A hold never ends by itself: every week the person is asked whether it still lasts."""
    stored = due.unit.plans.current(due.person.id)
    standing = agenda.open_hold(stored, agenda.BECAUSE_PERSON)
    day = agenda.day_of(stored, due.today)
    if stored is None or standing is None or day is None:
        return []
    due.unit.timers.put(due.person.id, agenda.HELD, "", due.now + agenda.ASK_WHILE_HELD)
    if due.unit.cases.open_for(due.person.id) is not None:
        return []
    told, withheld = day_words(due, stored, day)
    words = (say("held.still", since=on_day(standing.since)), told)
    return [due.reply(*words, offers=choices("step-up", "hold", "talk-to-human"), rules=("hold-side-effect", *withheld), kind="notice")]


def due_unclaimed(due: Due) -> list[Reply]:
    """Nobody claimed the case in time: page again, and tell the person honestly, once."""
    case = due.unit.cases.get(int(due.timer.subject))
    if case is None or case.state != "open":
        return []
    replies = escalation.page_again(due, case, attempt=due.timer.attempt)
    waits = case.red or case.level >= Level.urgent or ASKED in case.codes
    if waits and not case.is_of_others and due.timer.attempt == 1:
        numbers = numbers_of(due.person.country)
        words = (say("danger.nobody-yet", **numbers),) if case.red else (say("human.nobody-yet"), say("human.numbers", **numbers))
        replies.append(due.reply(*words, kind="notice", level=case.level, rules=("emergency-number",)))
    return replies


def _remind(due: Due, slot: Slot) -> list[Reply]:
    """One message for a slot and for whatever an outage left unsaid after it."""
    if slot.id in agenda.answered(due, slot.day) or _is_told(due, slot):
        return []
    slots = [slot, *_left_unsaid(due, slot)]
    if len(slots) > 1:
        detail = {TOLD: [each.id for each in slots]}
        due.unit.entries.add(due.person.id, "acknowledgement", due.now, detail, due.now)
    case = due.unit.cases.open_for(due.person.id)
    if case is not None and case.freezes:
        return [*_unanswered_before(due, case), _check_in(due, case, slots[-1])]
    reply = _reminder(due, slots, again=due.timer.kind == SNOOZE)
    said = {words.key for words in reply.words}
    agenda.note_reminder(due, slots[-1], shown_mg=slots[-1].dose.mg if said & set(INVITES) else None, asks=bool(said & ASKS_IF_TAKEN))
    return [reply]


def _is_told(due: Due, slot: Slot) -> bool:
    """Whether one message for several slots spoke of this one since its timer was due."""
    return any(slot.id in entry.detail.get(TOLD, ()) for entry in due.acknowledged(due.timer.due_at))


def _left_unsaid(due: Due, slot: Slot) -> list[Slot]:
    """The open slots between a slot and now whose own timers have not been served yet: what an outage left behind."""
    stored = due.unit.plans.current(due.person.id)
    waiting = {timer.subject: timer.due_at for timer in due.unit.timers.of(due.person.id) if timer.kind == agenda.INTAKE}
    first = max(slot.day, (due.local_now - LONGEST_OUTAGE).date())
    days = [first + offset * agenda.ONE_DAY for offset in range((due.today - first).days + 1)]
    later = [each for day in days for each in agenda.slots_on(due, stored, day) if slot.at < each.at <= due.now]
    unserved = [each for each in later if each.at >= waiting.get(each.id.partition("T")[2], each.at)]
    return [each for each in unserved if each.id not in agenda.answered(due, each.day)]


def _reminder(where: Moment, slots: Sequence[Slot], *, again: bool) -> Reply:
    """The last slot as it stands now, after the ones that were missed before it; nothing late invites against the 2 h rule."""
    last = slots[-1]
    key = _standing(where, last, again=again)
    missed = slots[:-1] if key in INVITES else slots
    words = _missed_words(missed, key=key)
    if key not in INVITES:
        # Too late to invite: said all the same, so that nothing is dropped in silence.
        offers = choices("taken-earlier", "skip", about=last.id) if len(missed) == 1 else ()
        return where.reply(*words, offers=offers, rules=("never-double",), kind="notice")
    dose = _dose(where, last)
    if isinstance(dose, Withheld):
        # The hour is said, and that it has come; what to take then is not for us to name.
        words += [say("reminder.hour-only", hour=clock(last.dose.at)), silence_words(dose)]
        offers = choices("taken", "skip", "talk-to-human", about=last.id)
        return where.reply(*words, offers=offers, rules=dose.rules, kind="reminder")
    at = moment(datetime.combine(last.day, last.dose.at))
    invite = say(key, dose=dose, hour=clock(last.dose.at)) if key in ("reminder.now", "reminder.planned") else say(key, dose=dose, at=at)
    return where.reply(
        *words, invite, offers=choices(*SLOT_CHOICES, about=last.id), rules=("never-double",) if missed else (), kind="reminder"
    )


def _dose(where: Moment, slot: Slot) -> Json | Withheld:
    """What a reminder says is to be taken: it has passed the choke point, or is not named."""
    stored = where.unit.plans.current(where.person.id)
    if stored is None or slot.dose.mg is None:
        return nested("reminder.dose-of-your-plan")
    verdict = agenda.nameable(where, stored, slot.dose.mg, on=slot.day)
    return verdict if isinstance(verdict, Withheld) else dose_text(stored.plan, slot.dose.mg)


def _standing(where: Moment, slot: Slot, *, again: bool) -> str:
    """The wording key for a slot at this moment: by the clock, and by what is left until the slot that follows."""
    planned = datetime.combine(slot.day, slot.dose.at)
    if not again and where.now - slot.at <= where.policy.late_after:
        on_the_hour = where.local_now.replace(tzinfo=None, second=0, microsecond=0) == planned
        return "reminder.now" if on_the_hour else "reminder.planned"
    stored = where.unit.plans.current(where.person.id)
    verdict = agenda.may_be_late(where, stored, slot.at)
    if isinstance(verdict, Allowed):
        return "reminder.again" if again else "reminder.late"
    if not again:
        return "reminder.missed-by-us"
    return "reminder.again-ask" if verdict is None else "reminder.again-too-late"


def _missed_words(missed: Sequence[Slot], *, key: str) -> list[Words]:
    if not missed:
        return []
    if len(missed) > 1:
        return [say("reminder.missed-several", lines={"lines": [_line(list(each)) for _, each in groupby(missed, lambda slot: slot.day)]})]
    one = key if key not in INVITES else "reminder.missed-by-us"
    words = [say(one, at=moment(datetime.combine(missed[0].day, missed[0].dose.at))), say("rule.never-double")]
    return [*words, say("rule.leaflet-label")] if one == "reminder.again-too-late" else words


def _line(slots: Sequence[Slot]) -> Json:
    return nested("reminder.missed-line", date=on_day(slots[0].day), hours={"all": [clock(slot.dose.at) for slot in slots]})


def _unanswered_before(due: Due, case: Case) -> list[Reply]:
    """Another check-in is due: when those before it were met with silence, the moderators hear of it (rule `signs-add-up`)."""
    silent = case_words.check_ins_without_a_word(due.unit.cases.history(case.id))
    due.unit.cases.record(CaseEvent(case_id=case.id, at=due.now, what=case_words.CHECK_IN))
    return [escalation.silent(due, case, times=silent)] if silence_adds_up(silent) else []


def _check_in(where: Moment, case: Case, slot: Slot) -> Reply:
    """Neither take nor stop: how are you, and whom to ask (rule `red-flag-freeze`)."""
    numbers = numbers_of(where.person.country)
    return where.reply(
        say("check-in.how-are-you"),
        say("check-in.whom-to-ask", **numbers),
        offers=choices("safe", "not-safe", "talk-to-human", about=slot.id),
        rules=("red-flag-freeze", "emergency-number"),
        level=case.level,
        kind="check_in",
    )


def judge_again(where: Moment, reply: Reply, slot: str) -> Reply | None:
    """Whether a reply about a slot (what its choices are about) is still right at the moment it is sent. It changes nothing.

    The reply itself; another one to send instead (a check-in once a red case is open, the words of a late reminder); None when
    it was answered or put off meanwhile, or the plan has nothing there any more. News of a step is right on its own day only.
    """
    if agenda.parse_slot(slot) is None:
        return _news_again(where, reply, slot)
    found = agenda.slot_named(where, slot)
    if found is None or found.id in agenda.answered(where, found.day) or _is_put_off(where, found.id):
        return None
    case = where.unit.cases.open_for(where.person.id)
    if case is not None and case.freezes:
        if reply.kind == "check_in":
            return reply
        return _check_in(where, case, found) if _is_last_begun(where, found) else None
    return _reminder_again(where, reply, found)


def _reminder_again(where: Moment, reply: Reply, found: Slot) -> Reply:
    """The same reply, with its invitation put as it is right to put it now."""
    invite = next((words for words in reply.words if words.key in INVITES), None)
    if invite is None and reply.kind != "check_in":
        return reply
    fresh = _reminder(where, [found], again=invite is not None and invite.key == "reminder.again")
    if invite in fresh.words:
        return reply
    anew = {words.key for words in fresh.words}
    kept = tuple(words for words in reply.words if words.key not in (*INVITES, *anew)) if invite else ()
    return replace(fresh, words=(*kept, *fresh.words), rules=tuple(dict.fromkeys((*reply.rules, *fresh.rules))), key=reply.key)


def _news_again(where: Moment, reply: Reply, day: str) -> Reply | None:
    """News of a step is of its own day, and of none while a case keeps steps back. Anything else is left as it is."""
    is_news = any(choice.id == "step-up" and choice.about == day for choice in reply.choices)
    if not is_news or not day:
        return reply
    if day != where.today.isoformat() or where.unit.cases.open_for(where.person.id) is not None:
        return None
    return reply


def _is_put_off(where: Moment, slot: str) -> bool:
    timers = where.unit.timers.of(where.person.id)
    return any(timer.kind == SNOOZE and timer.subject == slot and timer.due_at > where.now for timer in timers)


def _is_last_begun(where: Moment, slot: Slot) -> bool:
    """Whether no planned intake has come since: only one check-in stands for several reminders."""
    stored = where.unit.plans.current(where.person.id)
    following = agenda.following_slot(where, stored, slot.at)
    return following is None or following.at > where.now


def press_snooze(turn: Turn) -> list[Reply]:
    """Put the reminder off; it comes back until it is answered."""
    planned = agenda.parse_slot(turn.press.about)
    if planned is None:
        return snooze(turn)
    return _put_off(turn, turn.press.about, turn.policy.snooze)


def snooze(turn: Turn) -> list[Reply]:
    """ "Remind me in 30 minutes", "at 3 pm": the last planned intake that is not answered comes back then."""
    stored = turn.unit.plans.current(turn.person.id)
    begun = [slot for slot in agenda.begun_slots(turn, stored) if stored is not None and slot.at >= stored.confirmed_at]
    waiting = [slot for slot in begun if slot.id not in agenda.answered(turn, slot.day)]
    if not waiting:
        return [turn.reply(say("reminder.nothing-to-snooze"))]
    return _put_off(turn, waiting[-1].id, min(_wait_said(turn), LONGEST_SNOOZE))


def _wait_said(turn: Turn) -> timedelta:
    minutes, until = turn.slots.get("duration_min"), agenda.parse_slot(str(turn.slots.get("until", "")))
    if minutes:
        return timedelta(minutes=float(minutes))
    wait = turn.instant(until.date(), until.time()) - turn.now if until else timedelta(0)
    return wait if wait > timedelta(0) else turn.policy.snooze


def _put_off(turn: Turn, slot: str, wait: timedelta) -> list[Reply]:
    due_at = turn.now + wait
    turn.unit.timers.put(turn.person.id, SNOOZE, slot, due_at)
    return [turn.reply(say("reminder.snoozed", at=moment(turn.local(due_at))))]


def reminders_by_plan(turn: Turn) -> list[Reply]:
    """Asked to move or stop a reminder: its hour is the plan's, and the plan is the prescriber's (rule `split-hours-fixed`).

    All of them can be paused, until the person goes on, or rest for a while that is said.
    """
    rested = resting.in_words(turn)
    if rested is not None:
        return rested
    reminded, stands_still = agenda.is_reminded(turn), _stands_still(turn)
    if turn.says("resumes") and not turn.says("denies") and (reminded or stands_still):
        return [turn.reply(say("reminder.paused"), offers=choices("step-up")) if stands_still else turn.reply(say("reminder.are-on"))]
    if turn.says("pauses") and (reminded or stands_still):
        return [_pausing(turn, reminded=reminded)]
    offers = choices("pause") if reminded else choices("step-up") if stands_still else ()
    return [turn.reply(say("reminder.by-plan"), offers=offers, rules=("split-hours-fixed", "stable-hours"))]


def _stands_still(turn: Turn) -> bool:
    return agenda.open_hold(turn.unit.plans.current(turn.person.id), agenda.BECAUSE_PERSON) is not None


def _pausing(turn: Turn, *, reminded: bool) -> Reply:
    if not reminded:
        return turn.reply(say("reminder.paused"), offers=choices("step-up"))
    return turn.reply(say("reminder.can-pause"), offers=choices("pause"), rules=("never-stop-abruptly",))
