"""Intakes: taken, undone, corrected. What really happened is logged whatever it was, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.entry import Entry
from bot.core.intake import Slot, Taken, judge_intake, match_slot, slots_around
from bot.core.levels import Level
from bot.core.tablets import QUARTER_OF_10, in_tablets
from bot.handlers import agenda, escalation, top_up
from bot.handlers.answer import close_own, in_words, says_only
from bot.handlers.escalation import Sign
from bot.handlers.hours import told_of, within
from bot.handlers.turn import Turn, choices, mg, moment, nested, numbers_of, say
from bot.messages import Choice, Json, Reply, Urgency, Words
from bot.ports import Dialogue, StoredPlan

FORM = "intake"
AN_AMOUNT = frozenset({"log_intake", "correct_last", "other"})
"""What a bare amount is read as; words of another intent, or with an hour of their own, are no answer to "how much?"."""

HOURS = frozenset({"at", "planned_at", "since", "until", "doses"})
TOP_UP = "top-up"
"""What stands for the slot of an intake that is the plan's extra tablet, until it is logged."""

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
    guessed = frozenset(slots.get("assumed", ()))
    # A dose named by its hour and told later may have been taken just now: that hour is on offer, and no more than that.
    at, assumed = _taken_at(turn, None if "at" in guessed else slots.get("at"), str(slots.get("part", "")))
    if at > turn.now + timedelta(minutes=5):
        return [turn.reply(say("intake.in-the-future", at=moment(turn.local(at))))]
    if slots.get("top_up") and top_up.planned(stored):
        return _log_extra(turn, slots, at=at, assumed=assumed)
    slot = _slot_of(turn, stored, slots.get("planned_at"), at, hour_said="at" not in assumed)
    amount, filled_in = _amount_taken(slots, stored, slot)
    assumed = [*assumed, *filled_in]
    slot_id = slot.id if slot else ""
    unit = sorted(guessed - {"at"})
    if amount is None or (unit and slot is not None and slot.dose.mg is not None and amount > slot.dose.mg):
        # A number without a unit that would be more than planned is more likely another number than an excess: it is asked.
        return _ask_amount(turn, at=at, slot=slot_id, assumed=assumed)
    return record(turn, amount=amount, at=at, slot=slot_id, assumed=[*assumed, *unit])


def _log_extra(turn: Turn, slots: Mapping[str, Any], *, at: datetime, assumed: list[str]) -> list[Reply]:
    """The plan's extra tablet: of the plan's amount, unless another was said."""
    stored = turn.unit.plans.current(turn.person.id)
    extra, amount = top_up.planned(stored), _amount(slots, stored)
    if extra is not None and (amount is None or (slots.get("tablets") == 1 and not slots.get("tablet_mg"))):
        amount, assumed = float(extra.mg), [*assumed, "dose"]
    if amount is None:
        return _ask_amount(turn, at=at, slot=TOP_UP, assumed=assumed)
    return record(turn, amount=amount, at=at, slot=TOP_UP, assumed=assumed)


def _amount_taken(slots: Mapping[str, Any], stored: StoredPlan | None, slot: Slot | None) -> tuple[float | None, list[str]]:
    """What was taken, and what of it was filled in and not said; None when nothing tells."""
    amount = _amount(slots, stored)
    if amount is not None:
        guessed = "dose_mg" not in slots and not slots.get("tablet_mg") and stored is None
        return amount, ["strength"] if guessed else []
    if slot is None or slot.dose.mg is None or (_is_which(slots, stored) and not _makes(slot, stored, slots["tablets"])):
        return None, []
    return float(slot.dose.mg), ["dose"]


def _is_which(slots: Mapping[str, Any], stored: StoredPlan | None) -> bool:
    """Whether tablets were counted and the plan has several strengths of them: which ones was not said."""
    return slots.get("tablets") is not None and not slots.get("tablet_mg") and stored is not None and len(stored.plan.tablets_mg) > 1


def _makes(slot: Slot, stored: StoredPlan | None, count: float) -> bool:
    """Whether so many tablets are the planned dose, in the tablets in which the plan tells it."""
    made = in_tablets(slot.dose.mg, stored.plan.tablets_mg) if stored and slot.dose.mg else None
    return isinstance(made, Allowed) and sum(each.halves for each in made.value) / 2 == count


def _ask_amount(turn: Turn, *, at: datetime, slot: str, assumed: Sequence[str]) -> list[Reply]:
    token = turn.open_form(FORM, "amount", at=at.isoformat(), slot=slot, assumed=list(assumed))
    stored = turn.unit.plans.current(turn.person.id)
    several = stored is not None and len(stored.plan.tablets_mg) > 1 and not agenda.frozen(turn)
    words = say("intake.how-much-of-which" if several else "intake.how-much", at=moment(turn.local(at)))
    return [turn.reply(words, offers=choices("cancel", about=token))]


def record(turn: Turn, *, amount: float, at: datetime, slot: str, assumed: Sequence[str], sure: bool = False) -> list[Reply]:
    """Judge an intake, log it, read it back; tell humans when it is more than planned. `sure`: not a duplicate, says the person.

    `slot` is TOP_UP for the plan's extra tablet: it answers no planned intake, and adds what the plan allows to the day.
    """
    day = turn.local(at).date()
    stored = turn.unit.plans.current(turn.person.id)
    laid, extra = agenda.day_of(stored, day), slot == TOP_UP
    verdict = judge_intake(
        mg=amount,
        at=at,
        today=_taken_on(turn, day),
        day_before=_taken_on(turn, day - timedelta(days=1)),
        plan_total_mg=laid.total_mg if laid else None,
        top_up_mg=round(agenda.top_up_mg(turn, stored, day, one_more_mg=amount if extra else 0)) if laid and laid.total_mg else 0,
        surely_another=sure,
    )
    if isinstance(verdict, Withheld):
        token = turn.open_form(FORM, "duplicate", amount=amount, at=at.isoformat(), slot=slot, assumed=list(assumed))
        words = say("intake.twice") if agenda.frozen(turn) else say("rule.duplicate-entry", dose=mg(amount))
        return [turn.reply(words, offers=choices("yes", "no", about=token), rules=verdict.rules)]
    detail = {"dose_mg": amount, "slot": "" if extra else slot, "assumed": list(assumed), **({"top_up": True} if extra else {})}
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
    filled_in: list[Json] = [
        nested(f"intake.assumed.{what}")
        for what in ("dose", "dose_mg", "tablets", "strength", "at", "hour")
        if what in entry.detail["assumed"]
    ]
    assumed: Json = nested("intake.assumed", what={"all": filled_in}) if filled_in else ""
    key = "intake.noted-top-up" if entry.detail.get("top_up") else "intake.noted"
    return say(key, dose=mg(float(entry.detail["dose_mg"])), at=moment(turn.local(entry.at)), assumed=assumed)


def _echo(turn: Turn, entry: Entry, *, day_total: float, planned: int | None) -> Reply:
    words = [_noted(turn, entry)]
    if turn.local(entry.at).date() == turn.today and planned is not None and turn.unit.cases.open_for(turn.person.id) is None:
        words.append(say("intake.day-total", total=mg(day_total), planned=mg(planned)))
    rules = top_up.passed(turn, entry)
    if rules:
        words.append(say("withheld.top-up-used"))
    offers = [Choice("undo", str(entry.id))]
    slot = agenda.parse_slot(str(entry.detail.get("slot", "")))
    if slot is not None and turn.local(entry.at).replace(tzinfo=None) - slot > JUST_NOW:
        offers.append(Choice("taken-earlier", f"{entry.detail['slot']}"))
    return turn.reply(*words, offers=tuple(offers), rules=rules)


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
        return in_words(turn, press_yes, press_no)
    if turn.meaning.intent == "cancel":
        return press_no(turn)
    if turn.meaning.intent not in AN_AMOUNT or not says_only(turn, AN_AMOUNT) or HOURS & set(turn.slots):
        return None
    last = turn.unit.entries.last(turn.person.id)
    if turn.meaning.intent == "correct_last" and last is not None and last.kind != "intake":
        return None  # "no, it was 3" is of what was noted since
    stored = turn.unit.plans.current(turn.person.id)
    amount = _amount(turn.slots, stored) or turn.reader.number(turn.text, turn.person.language)
    # No tablet makes "3": it counts tablets, or something else.
    if _is_which(turn.slots, stored) or (amount and amount % QUARTER_OF_10):
        return _ask_amount(turn, at=datetime.fromisoformat(answers["at"]), slot=answers["slot"], assumed=answers["assumed"])
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
    """The button under a reminder: taken now, for the slot and the dose that it showed, never for the next one.

    Under the answer to "can I take my extra tablet?" it is that tablet, on the day of the answer only.
    """
    day = top_up.day_of_button(turn.press.about)
    if day is not None:
        extra = top_up.planned(turn.unit.plans.current(turn.person.id))
        if extra is None or day != turn.today:
            return [turn.reply(say("form.over"))]
        return record(turn, amount=float(extra.mg), at=turn.now, slot=TOP_UP, assumed=["at"])
    return _taken(turn, at=turn.said_at, assumed=["at"])


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
    known = agenda.entry_of_slot(turn, planned, slot)
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
    slot = TOP_UP if last.detail.get("top_up") else str(last.detail.get("slot", ""))
    return record(turn, amount=amount, at=at, slot=slot, assumed=[], sure=True)


def _taken_at(turn: Turn, said: str | None, part: str = "") -> tuple[datetime, list[str]]:
    """The instant of an intake: the hour said, else that of the words (marked as assumed). A day without an hour keeps that hour; of a
    part of it, the hour is that of its only planned intake, or else its middle."""
    if not said:
        return turn.said_at, ["at"]
    if "T" not in said and part:
        return _in_a_part(turn, said, part), ["hour"]
    if "T" not in said:
        day, then = date.fromisoformat(said), turn.local(turn.said_at)
        return (turn.said_at, ["at"]) if day == then.date() else (turn.instant(day, then.time()), ["at"])
    local = datetime.fromisoformat(said)
    return turn.instant(local.date(), local.time()), []


def _in_a_part(turn: Turn, said: str, part: str) -> datetime:
    day = date.fromisoformat(said)
    done = agenda.answered(turn, day)
    planned = [slot for slot in agenda.slots_on(turn, turn.unit.plans.current(turn.person.id), day) if slot.id not in done]
    begun = [slot for slot in within(turn, planned, part) if slot.at <= turn.said_at]
    return begun[0].at if len(begun) == 1 else told_of(turn, said, part)


def _amount(slots: Mapping[str, Any], stored: StoredPlan | None) -> float | None:
    for name in ("dose_mg", "mg"):
        if slots.get(name) is not None:
            return float(slots[name])
    if slots.get("tablets") is None:
        return None
    if _is_which(slots, stored):
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
    asked = agenda.asked_about(turn, stored) if not hour_said and at == turn.now else None  # read late, it answers nothing asked since
    return asked or match_slot(slots, at=at, answered=done)
