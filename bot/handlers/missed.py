"""Intakes that were missed: one, a whole day, or days on end. Nothing is ever made up for by doubling."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.core.decision import Allowed
from bot.core.intake import days_missed
from bot.handlers import agenda, escalation, steps
from bot.handlers.answer import in_words
from bot.handlers.danger_words import SAFETY_FORM
from bot.handlers.escalation import Sign
from bot.handlers.hours import within
from bot.handlers.turn import Turn, choices, emergency_of, mg, moment, nested, on_day, say
from bot.messages import Choice, Json, Reply
from bot.ports import Dialogue

SILENCE = "silence"
"""The form that asks about days of which nothing was said."""
FEWEST_SILENT, LOOKED_BACK = 2, timedelta(days=90)
"""Whole days of silence that are asked about, and how far back it is looked. [proposal]"""


def press_skip(turn: Turn) -> list[Reply]:
    """Not taken: kept as missed, and nothing is ever made up by doubling."""
    planned = agenda.parse_slot(turn.press.about)
    if planned is None:
        return [turn.reply(say("form.over"))]
    turn.unit.timers.cancel(turn.person.id, agenda.SNOOZE, turn.press.about)
    if agenda.entry_of_slot(turn, planned, turn.press.about) is not None:
        return [turn.reply(say("intake.already-answered"))]
    return _missed(turn, planned)


NEAR = timedelta(hours=3)
"""An hour that is said further from every planned intake names none of them."""


def log_missed(turn: Turn) -> list[Reply]:
    """A forgotten intake, or a whole forgotten day, in words."""
    since = turn.slots.get("since")
    if since:
        return _none_since(turn, date.fromisoformat(since[:10]))
    said = turn.slots.get("planned_at") or turn.slots.get("at")
    if said and "T" not in said and date.fromisoformat(said) < turn.today and not turn.slots.get("part"):
        return _day_missed(turn, date.fromisoformat(said))
    planned = _planned(turn, said)
    if planned is None:
        return [turn.reply(say("intake.which-missed"), say("rule.never-double"), rules=("never-double",))]
    return _missed(turn, planned)


def asked_about_silence(turn: Turn) -> list[Reply]:
    """After whole days of which nothing was said: were they without? Asked once, with the first intake that is noted again."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None or turn.unit.cases.open_for(turn.person.id) is not None or turn.unit.dialogues.get(turn.person.id) is not None:
        return []
    since, until = turn.now - LOOKED_BACK, turn.now + timedelta(seconds=1)
    told = turn.unit.entries.between(turn.person.id, since, until, ("intake", "missed"))
    now_told = [entry for entry in told if entry.recorded_at == turn.now and entry.kind == "intake"]
    if not now_told or turn.local(now_told[-1].at).date() != turn.today:
        return []
    before = [turn.local(entry.at).date() for entry in told if entry.recorded_at < turn.now]
    last = max([*before, turn.local(stored.confirmed_at).date()])
    silent = [day for day in days_between(last, turn.today) if agenda.slots_on(turn, stored, day)]
    if len(silent) < FEWEST_SILENT:
        return []
    token = turn.open_form(SILENCE, "asked", since=(silent[0] - timedelta(days=1)).isoformat())
    words = say("intake.silent-days", since=on_day(silent[0]), until=on_day(silent[-1]))
    return [turn.reply(words, offers=choices("yes", "no", about=token), rules=("day-missed",))]


def days_between(first: date, last: date) -> list[date]:
    """The days after the first and before the last."""
    return [first + timedelta(days=number) for number in range(1, (last - first).days)]


def silence(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Whether the days of which nothing was said were days with: a no is days without, and a human hears of it (rule `day-missed`)."""
    del dialogue
    return in_words(turn, press_were_taken, press_were_not)


def press_were_taken(turn: Turn) -> list[Reply]:
    """They were taken and not told: nothing is noted for them."""
    turn.close_form()
    return [turn.reply(say("intake.silent-taken"))]


def press_were_not(turn: Turn) -> list[Reply]:
    """Days without."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != SILENCE:
        return [turn.reply(say("form.over"))]
    turn.close_form()
    return _none_since(turn, date.fromisoformat(dialogue.answers["since"]))


def _planned(turn: Turn, said: str | None) -> datetime | None:
    """The local planned hour that was missed: the nearest slot to the hour said, else the last one that was open then."""
    at = datetime.fromisoformat(said) if said and "T" in said else None
    then = turn.local(turn.said_at).replace(tzinfo=None)
    day = at.date() if at else date.fromisoformat(said) if said else then.date()
    open_slots = agenda.open_slots(turn, day)
    part = str(turn.slots.get("part", ""))
    if at is None and part:  # "my lunchtime one" is none of the morning's
        open_slots = within(turn, open_slots, part)
    past = [datetime.combine(s.day, s.dose.at) for s in open_slots if datetime.combine(s.day, s.dose.at) <= then]
    if at is None:
        return past[-1] if past else None
    if not past:
        return at
    nearest = min(past, key=lambda planned: abs(planned - at))
    return nearest if abs(nearest - at) <= NEAR else None


def _missed(turn: Turn, planned: datetime) -> list[Reply]:
    slot = planned.isoformat(timespec="minutes")
    at = turn.instant(planned.date(), planned.time())
    entry = turn.unit.entries.add(turn.person.id, "missed", at, {"slot": slot}, turn.now)
    stored = turn.unit.plans.current(turn.person.id)
    coming, verdict = agenda.next_slot(turn, stored), agenda.may_be_late(turn, stored, at)
    undo = (Choice("undo", str(entry.id)),)
    words = [say("intake.missed-noted", at=moment(planned)), say("rule.never-double")]
    if coming is None or verdict is None:
        return [turn.reply(*words, say("intake.missed-ask"), offers=undo, rules=("never-double",))]
    key = "rule.late-intake-ok" if isinstance(verdict, Allowed) else "rule.late-intake-skip"
    named = agenda.nameable(turn, stored, coming.dose.mg, on=coming.day) if stored and coming.dose.mg is not None else None
    dose: Json = nested("plan.of-dose", dose=mg(named.value)) if isinstance(named, Allowed) else ""
    next_text = moment(datetime.combine(coming.day, coming.dose.at))
    rules = tuple(dict.fromkeys((*verdict.rules, "never-double")))
    return [turn.reply(*words, say(key, next=next_text, dose=dose), say("rule.leaflet-label"), offers=undo, rules=rules)]


def _day_missed(turn: Turn, day: date) -> list[Reply]:
    steps.keep_missed_days(turn, first=day, last=day)
    return _days_without(turn, 1)


def _none_since(turn: Turn, since: date) -> list[Reply]:
    """ "None since Monday": every whole day after it is kept as missed; the day itself may have had some."""
    steps.keep_missed_days(turn, first=since + timedelta(days=1), last=turn.today - timedelta(days=1))
    return _days_without(turn, (turn.today - since).days)


def _days_without(turn: Turn, whole_days: int) -> list[Reply]:
    """A whole day or more without baclofen: a human today, no step up before the prescriber has answered (case 45)."""
    verdict = days_missed(whole_days)
    if isinstance(verdict, Allowed):
        return [turn.reply(say("intake.which-missed"), say("rule.never-double"), rules=verdict.rules)]
    steps.await_prescriber(turn, "day-missed")
    raised = escalation.raise_case(turn, Sign(level=verdict.level, red=False, codes=("abrupt_stop",), quote=turn.text))
    turn.open_form(SAFETY_FORM, "gentle", code="withdrawal", question="signs", signs=True)  # the words end by asking for them
    reply = turn.reply(
        say("rule.never-double"),
        say("rule.day-missed"),
        say("orange.if-worse", emergency=emergency_of(turn.person.country)),
        escalation.who_knows(raised),
        rules=(*verdict.rules, "never-stop-abruptly", "emergency-number", *escalation.told_rules(raised)),
        offers=choices("talk-to-human"),
        level=verdict.level,
    )
    return [reply, *raised.replies]
