"""Intakes: taken, missed, undone, corrected. What really happened is logged whatever it was, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.entry import Entry
from bot.core.intake import Slot, Taken, judge_intake, match_slot, slots_around
from bot.core.levels import Level
from bot.handlers import agenda, escalation
from bot.handlers.answer import close_own, says_only
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, choices, emergency_of, mg, moment, nested, numbers_of, say
from bot.messages import Choice, Json, Reply, Urgency, Words
from bot.ports import Dialogue, StoredPlan

FORM = "intake"
AN_AMOUNT = frozenset({"log_intake", "correct_last", "other"})
"""What a bare amount is read as; words of another intent, or with an hour of their own, are no answer to "how much?"."""

HOURS = frozenset({"at", "planned_at", "since", "until", "doses"})
JUST_NOW = timedelta(minutes=45)
"""A tap that comes later than this after its slot is read back with the planned hour as an alternative."""


def log_intake(turn: Turn) -> list[Reply]:
    """Log what the words say was taken: one intake, or several with their hours."""
    said = turn.slots.get("doses") or [turn.slots]
    replies: list[Reply] = []
    for one in said:
        replies += _log_one(turn, {**_common(turn.slots), **one} if one is not turn.slots else one)
    return replies


def _common(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: slots[name] for name in ("tablet_mg", "assumed") if name in slots}


def _log_one(turn: Turn, slots: Mapping[str, Any]) -> list[Reply]:
    stored = turn.unit.plans.current(turn.person.id)
    at, assumed = _taken_at(turn, slots.get("at"))
    if at > turn.now + timedelta(minutes=5):
        return [turn.reply(say("intake.in-the-future", at=moment(turn.local(at))))]
    amount = _amount(slots, stored)
    slot = _slot_of(turn, stored, slots.get("planned_at"), at, hour_said="at" not in assumed)
    if amount is None and slot is not None and slot.dose.mg is not None:
        amount, assumed = float(slot.dose.mg), [*assumed, "dose"]
    elif amount is not None and "dose_mg" not in slots and not slots.get("tablet_mg") and stored is None:
        assumed = [*assumed, "strength"]
    slot_id = slot.id if slot else ""
    if amount is None:
        return _ask_amount(turn, at=at, slot=slot_id, assumed=assumed)
    return record(turn, amount=amount, at=at, slot=slot_id, assumed=assumed)


def _ask_amount(turn: Turn, *, at: datetime, slot: str, assumed: Sequence[str]) -> list[Reply]:
    token = turn.open_form(FORM, "amount", at=at.isoformat(), slot=slot, assumed=list(assumed))
    return [turn.reply(say("intake.how-much", at=moment(turn.local(at))), offers=choices("cancel", about=token))]


def record(turn: Turn, *, amount: float, at: datetime, slot: str, assumed: Sequence[str], sure: bool = False) -> list[Reply]:
    """Judge an intake, log it, read it back; tell humans when it is more than planned. `sure`: not a duplicate, says the person."""
    day = turn.local(at).date()
    laid = agenda.day_of(turn.unit.plans.current(turn.person.id), day)
    others, before = _taken_on(turn, day), _taken_on(turn, day - timedelta(days=1))
    verdict = judge_intake(
        mg=amount, at=at, today=others, day_before=before, plan_total_mg=laid.total_mg if laid else None, surely_another=sure
    )
    if isinstance(verdict, Withheld):
        token = turn.open_form(FORM, "duplicate", amount=amount, at=at.isoformat(), slot=slot, assumed=list(assumed))
        words = say("intake.twice") if agenda.frozen(turn) else say("rule.duplicate-entry", dose=mg(amount))
        return [turn.reply(words, offers=choices("yes", "no", about=token), rules=verdict.rules)]
    detail = {"dose_mg": amount, "slot": slot, "assumed": list(assumed)}
    entry = turn.unit.entries.add(turn.person.id, "intake", at, detail, turn.now)
    close_own(turn, FORM)
    if isinstance(verdict, Alarm):
        return _alarm(turn, entry, verdict)
    return [_echo(turn, entry, day_total=verdict.value.mg, planned=laid.total_mg if laid else None)]


def _taken_on(turn: Turn, day: date) -> list[Taken]:
    return [Taken(entry.at, entry.detail.get("dose_mg")) for entry in agenda.entries_on(turn, day, ("intake",))]


def _noted(turn: Turn, entry: Entry) -> Words:
    """What was understood, with its absolute day and hour; whatever was filled in is marked as such. No amount in a freeze."""
    if agenda.frozen(turn):
        return say("intake.noted-plain", at=moment(turn.local(entry.at)))
    filled_in: list[Json] = [nested(f"intake.assumed.{what}") for what in ("dose", "strength", "at") if what in entry.detail["assumed"]]
    assumed: Json = nested("intake.assumed", what={"all": filled_in}) if filled_in else ""
    return say("intake.noted", dose=mg(float(entry.detail["dose_mg"])), at=moment(turn.local(entry.at)), assumed=assumed)


def _echo(turn: Turn, entry: Entry, *, day_total: float, planned: int | None) -> Reply:
    words = [_noted(turn, entry)]
    if turn.local(entry.at).date() == turn.today and planned is not None and turn.unit.cases.open_for(turn.person.id) is None:
        words.append(say("intake.day-total", total=mg(day_total), planned=mg(planned)))
    offers = [Choice("undo", str(entry.id))]
    slot = agenda.parse_slot(str(entry.detail.get("slot", "")))
    if slot is not None and turn.local(entry.at).replace(tzinfo=None) - slot > JUST_NOW:
        offers.append(Choice("taken-earlier", f"{entry.detail['slot']}"))
    return turn.reply(*words, offers=tuple(offers))


def _alarm(turn: Turn, entry: Entry, verdict: Alarm) -> list[Reply]:
    red = verdict.level is Level.emergency
    quote = turn.text or f"{entry.detail['dose_mg']:g} mg"
    raised = escalation.raise_case(
        turn,
        Sign(level=verdict.level, red=red, codes=("overdose" if red else "dose_excess",), quote=quote),
    )
    numbers = numbers_of(turn.person.country)
    told = escalation.who_knows(raised)
    if red:
        words: tuple[Words, ...] = (
            say("danger.poisoning.heard.self"),
            say("danger.first-emergency.self", emergency=numbers["emergency"]),
            say("danger.to-talk", crisis=numbers["crisis"]),
            say("danger.poisoning.do.self"),
            told,
            say("danger.poisoning.ask"),
        )
        rules = (*verdict.rules, "emergency-number", "red-flag-no-dose", "red-flag-freeze", *escalation.told_rules(raised))
        # Undoing a slip of the thumb corrects the log; the case stays for a human to close.
        offers = (*choices("safe", "not-safe", "talk-to-human"), Choice("undo", str(entry.id)))
    else:
        words = (_noted(turn, entry), say("orange.excess"), say("orange.if-worse", emergency=numbers["emergency"]), told)
        if raised.same_message:  # the words of the same excess were already answered: only the log is added
            words = (_noted(turn, entry),)
        rules = (*verdict.rules, "never-double", "emergency-number", *escalation.told_rules(raised))
        offers = (Choice("undo", str(entry.id)), Choice("talk-to-human"))
    reply = turn.reply(*words, offers=offers, rules=tuple(dict.fromkeys(rules)), level=verdict.level, urgency=Urgency.urgent)
    return [reply, *raised.replies]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The missing amount, or whether it really was a second intake, in words that say nothing else."""
    answers = dialogue.answers
    if dialogue.step == "duplicate":
        if turn.meaning.intent == "confirm":
            return press_yes(turn)
        return press_no(turn) if turn.meaning.intent in ("decline", "cancel") else None
    if turn.meaning.intent == "cancel":
        return press_no(turn)
    if turn.meaning.intent not in AN_AMOUNT or not says_only(turn, AN_AMOUNT) or HOURS & set(turn.slots):
        return None
    amount = _amount(turn.slots, turn.unit.plans.current(turn.person.id)) or turn.reader.number(turn.text, turn.person.language)
    if amount is None or amount <= 0:
        return None
    return record(turn, amount=amount, at=datetime.fromisoformat(answers["at"]), slot=answers["slot"], assumed=answers["assumed"])


def press_yes(turn: Turn) -> list[Reply]:
    """It really was taken twice."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "duplicate":
        return [turn.reply(say("form.over"))]
    a = dialogue.answers
    at = datetime.fromisoformat(a["at"])
    return record(turn, amount=a["amount"], at=at, slot=a["slot"], assumed=a["assumed"], sure=True)


def press_no(turn: Turn) -> list[Reply]:
    """Not logged after all."""
    close_own(turn, FORM)
    return [turn.reply(say("intake.not-noted"))]


def press_taken(turn: Turn) -> list[Reply]:
    """The button under a reminder: taken now, for the slot and the dose that it showed, never for the next one."""
    return _taken(turn, at=turn.now, assumed=["at"])


def press_taken_earlier(turn: Turn) -> list[Reply]:
    """It was taken at the planned hour: the log is corrected if it was already there."""
    planned = agenda.parse_slot(turn.press.about)
    if planned is None:
        return [turn.reply(say("form.over"))]
    return _taken(turn, at=turn.instant(planned.date(), planned.time()), assumed=[])


def _taken(turn: Turn, *, at: datetime, assumed: list[str]) -> list[Reply]:
    slot = turn.press.about
    planned, dose = agenda.parse_slot(slot), agenda.shown_dose(turn, slot)
    if planned is None:
        return log_intake(turn)
    turn.unit.timers.cancel(turn.person.id, agenda.SNOOZE, slot)
    known = _entry_of_slot(turn, planned, slot)
    if known is not None and known.kind == "intake":
        if assumed or known.at == at:
            return [turn.reply(say("intake.already", at=moment(turn.local(known.at))), offers=(Choice("undo", str(known.id)),))]
        turn.unit.entries.undo(known.id, turn.now)
        return record(turn, amount=float(known.detail["dose_mg"]), at=at, slot=slot, assumed=[], sure=True)
    if known is not None:
        turn.unit.entries.undo(known.id, turn.now)
    by_plan = agenda.slot_named(turn, slot)
    if dose is None and by_plan is not None and by_plan.dose.mg is not None:
        # No amount was shown with this button: the plan fills it in, and that is said.
        dose, assumed = float(by_plan.dose.mg), [*assumed, "dose"]
    if dose is None:
        return _ask_amount(turn, at=at, slot=slot, assumed=assumed)
    return record(turn, amount=dose, at=at, slot=slot, assumed=assumed)


def _entry_of_slot(turn: Turn, planned: datetime, slot: str) -> Entry | None:
    since, _ = turn.day_bounds(planned.date())
    _, until = turn.day_bounds(planned.date() + timedelta(days=1))
    logged = turn.unit.entries.between(turn.person.id, since, until, ("intake", "missed"))
    return next((entry for entry in logged if entry.detail.get("slot") == slot), None)


def press_skip(turn: Turn) -> list[Reply]:
    """Not taken: kept as missed, and nothing is ever made up by doubling."""
    planned = agenda.parse_slot(turn.press.about)
    if planned is None:
        return [turn.reply(say("form.over"))]
    turn.unit.timers.cancel(turn.person.id, agenda.SNOOZE, turn.press.about)
    if _entry_of_slot(turn, planned, turn.press.about) is not None:
        return [turn.reply(say("intake.already-answered"))]
    return _missed(turn, planned)


def log_missed(turn: Turn) -> list[Reply]:
    """A forgotten intake, or a whole forgotten day, in words."""
    said = turn.slots.get("planned_at") or turn.slots.get("at")
    if said and len(said) == len("2026-01-01") and date.fromisoformat(said) < turn.today:
        return _day_missed(turn, date.fromisoformat(said))
    planned = _planned(turn, said)
    if planned is None:
        return [turn.reply(say("intake.which-missed"), say("rule.never-double"), rules=("never-double",))]
    return _missed(turn, planned)


def _planned(turn: Turn, said: str | None) -> datetime | None:
    """The local planned hour that was missed: the nearest slot to the hour said, else the last open slot of today."""
    stored = turn.unit.plans.current(turn.person.id)
    at = datetime.fromisoformat(said) if said and "T" in said else None
    day = at.date() if at else turn.today
    done = agenda.answered(turn, day)
    open_slots = [slot for slot in agenda.slots_on(turn, stored, day) if slot.id not in done]
    local_now = turn.local_now.replace(tzinfo=None)
    past = [datetime.combine(s.day, s.dose.at) for s in open_slots if datetime.combine(s.day, s.dose.at) <= local_now]
    if at is None:
        return past[-1] if past else None
    return min(past, key=lambda planned: abs(planned - at), default=at)


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
    dose = nested("plan.of-dose", dose=mg(coming.dose.mg)) if coming.dose.mg is not None else ""
    next_text = moment(datetime.combine(coming.day, coming.dose.at))
    rules = tuple(dict.fromkeys((*verdict.rules, "never-double")))
    return [turn.reply(*words, say(key, next=next_text, dose=dose), say("rule.leaflet-label"), offers=undo, rules=rules)]


def _day_missed(turn: Turn, day: date) -> list[Reply]:
    at = turn.instant(day, time(12))
    turn.unit.entries.add(turn.person.id, "missed", at, {"slot": "", "day": day.isoformat()}, turn.now)
    raised = escalation.raise_case(turn, Sign(level=Level.urgent, red=False, codes=("abrupt_stop",), quote=turn.text))
    reply = turn.reply(
        say("rule.never-double"),
        say("rule.day-missed"),
        say("orange.if-worse", emergency=emergency_of(turn.person.country)),
        escalation.who_knows(raised),
        rules=("day-missed", "never-double", "never-stop-abruptly", *escalation.told_rules(raised)),
        offers=choices("talk-to-human"),
        level=Level.urgent,
    )
    return [reply, *raised.replies]


def undo(turn: Turn) -> list[Reply]:
    """Take back the entry that the button names, or the last one."""
    about = turn.press.about
    entry = turn.unit.entries.get(int(about)) if about.isdigit() else turn.unit.entries.last(turn.person.id)
    if entry is None or entry.person_id != turn.person.id or entry.kind in ("finding", "acknowledgement"):
        return [turn.reply(say("undo.nothing"))]
    if entry.undone_at is not None:
        return [turn.reply(say("undo.already"))]
    turn.unit.entries.undo(entry.id, turn.now)
    return [turn.reply(say("undo.done", what=nested(f"entry.{entry.kind}"), at=moment(turn.local(entry.at))))]


def correct_last(turn: Turn) -> list[Reply]:
    """The last intake with another dose or hour: the former entry is undone and stays readable."""
    last = turn.unit.entries.last(turn.person.id)
    amount = _amount(turn.slots, turn.unit.plans.current(turn.person.id))
    if last is None or last.kind != "intake" or (amount is None and not turn.slots.get("at")):
        return [turn.reply(say("undo.what-to-correct"))]
    at = last.at if not turn.slots.get("at") else _taken_at(turn, turn.slots["at"])[0]
    turn.unit.entries.undo(last.id, turn.now)
    amount = amount if amount is not None else float(last.detail["dose_mg"])
    return record(turn, amount=amount, at=at, slot=str(last.detail.get("slot", "")), assumed=[], sure=True)


def _taken_at(turn: Turn, said: str | None) -> tuple[datetime, list[str]]:
    """The instant of an intake: the hour said, else now (marked as assumed). A day without an hour keeps today's hour."""
    if not said:
        return turn.now, ["at"]
    if "T" not in said:
        day = date.fromisoformat(said)
        return (turn.now, ["at"]) if day == turn.today else (turn.instant(day, turn.local_now.time()), ["at"])
    local = datetime.fromisoformat(said)
    return turn.instant(local.date(), local.time()), []


def _amount(slots: Mapping[str, Any], stored: StoredPlan | None) -> float | None:
    for name in ("dose_mg", "mg"):
        if slots.get(name) is not None:
            return float(slots[name])
    if slots.get("tablets") is None:
        return None
    return float(slots["tablets"]) * float(slots.get("tablet_mg") or (stored.plan.tablet_mg if stored else 10))


def _slot_of(turn: Turn, stored: StoredPlan | None, planned_at: str | None, at: datetime, *, hour_said: bool) -> Slot | None:
    """The planned intake that this one answers, if any: the hour that was named, the one last reminded, or the one it falls to."""
    if stored is None:
        return None
    day = turn.local(at).date()
    done = agenda.answered(turn, day - timedelta(days=1)) | agenda.answered(turn, day)
    slots = slots_around(stored.plan, at=at, zone=turn.zone)
    if planned_at and "T" in planned_at:
        return next((slot for slot in slots if slot.id == planned_at and slot.id not in done), None)
    asked = agenda.asked_about(turn, stored) if not hour_said and at == turn.now else None
    return asked or match_slot(slots, at=at, answered=done)
