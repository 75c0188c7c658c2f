"""Intakes: taken, undone, corrected. What really happened is logged whatever it was, and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeGuard

from bot.core.entry import Entry
from bot.core.intake import Slot, match_slot, slots_around
from bot.core.meaning import Act
from bot.core.tablets import QUARTER_OF_10
from bot.handlers import agenda, top_up
from bot.handlers.answer import close_own, in_words, says_only
from bot.handlers.as_told import amount_of, amount_taken, common, is_which, taken_at
from bot.handlers.recording import FORM, JUST_NOW, TOP_UP, record
from bot.handlers.turn import Turn, choices, clock, moment, say
from bot.messages import Choice, Reply
from bot.ports import Dialogue, StoredPlan

AN_AMOUNT = frozenset({"log_intake", "correct_last", "other"})
"""What a bare amount is read as; words of another intent, or with an hour of their own, are no answer to "how much?"."""

HOURS = frozenset({"at", "planned_at", "since", "until", "doses"})
TOO_MUCH = frozenset({"overdose", "dose_excess"})
"""Signs by which an amount that was taken is beyond doubt, however it is worded."""

AFTER_ALL = timedelta(hours=4)
"""How long after "not taken" a bare "taken" is taken for that intake. [proposal]"""

THIS_ONE = "this-one"
"""The step that asks whether the intake noted last is the one to correct."""

LOOKED_BACK = timedelta(days=1)
TABLETS_AT_MOST = 4
"""A lone number that is no larger counts tablets where it was asked how much."""


def log_intake(turn: Turn) -> list[Reply]:
    """Log what the words say was taken: one intake, or several with their hours."""
    said = turn.slots.get("doses") or [turn.slots]
    replies: list[Reply] = []
    for one in said:
        replies += _log_one(turn, {**common(turn.slots), **one} if one is not turn.slots else one)
    return replies


def keep_quietly(turn: Turn) -> tuple[Choice, ...]:
    """What an alarming message tells that was taken is kept without a word: the emergency words stand alone, and once the case is closed
    nothing is shown as if it had not been taken (rule `red-flag-no-dose`). Returns the buttons that take it back: it may be mistyped."""
    if turn.person.consented_at is None or not _is_of_ones_own_taking(turn):
        return ()
    told = [act.slots for act in turn.meaning.acts if act.intent == "log_intake"]
    each = [{**common(slots), **one} for slots in told for one in (slots.get("doses") or [slots])]
    return tuple(choice for slots in each for choice in _kept(turn, slots))


def too_much_told(turn: Turn) -> list[Reply]:
    """The intake that was more than planned, in words that are sure of it only because of that sign: it is noted, so that nobody is
    invited to it again (rules `over-plan`, `never-double`). Nothing where no amount with its unit was said."""
    told = [act.slots for act in turn.meaning.acts if act.intent == "log_intake"]
    if not TOO_MUCH & {flag.code for flag in turn.screening.flags} or not _is_of_ones_own_taking(turn) or len(told) != 1:
        return []
    amount = amount_of(told[0], turn.unit.plans.current(turn.person.id))
    guessed = {"dose_mg", "tablets"} & set(told[0].get("assumed", ()))
    if amount is None or guessed or told[0].get("doses"):
        return []
    is_to_come = taken_at(turn, told[0].get("at"), str(told[0].get("part", "")))[0] > turn.now  # a number was taken for an hour
    return _log_one(turn, {name: value for name, value in told[0].items() if not is_to_come or name not in ("at", "part")})


def _is_of_ones_own_taking(turn: Turn) -> bool:
    """Whether an alarming message surely tells that the writer took something: nothing planned, nearly done, or of somebody else."""
    is_told = turn.meaning.confidence == "sure" or TOO_MUCH & {flag.code for flag in turn.screening.flags}
    is_past = turn.says("has_taken") and not turn.says("not_taken_yet") and not turn.meaning.question
    return bool(is_told) and is_past and all(flag.subject == "self" for flag in turn.screening.flags)


def _kept(turn: Turn, slots: Mapping[str, Any]) -> list[Choice]:
    at, assumed = taken_at(turn, slots.get("at"), str(slots.get("part", "")))
    amount = amount_of(slots, turn.unit.plans.current(turn.person.id))
    if amount is None or at > turn.now or _is_kept_already(turn, amount, said_at=at if "at" in slots else None):
        return []
    detail = {"dose_mg": amount, "slot": "", "assumed": [*assumed, *slots.get("assumed", ())], "quietly": True}
    return [Choice("undo", str(turn.unit.entries.add(turn.person.id, "intake", at, detail, turn.now).id))]


def _is_kept_already(turn: Turn, amount: float, *, said_at: datetime | None) -> bool:
    """Whether an alarm kept the same amount within the hour: who is in danger says it more than once. Another hour is another intake."""
    entries = turn.unit.entries.between(turn.person.id, turn.now - LOOKED_BACK, turn.now + timedelta(seconds=1), ["intake"])
    kept = [e for e in entries if e.detail.get("quietly") and turn.now - e.recorded_at < timedelta(hours=1)]
    return any(e.detail.get("dose_mg") == amount and said_at in (None, e.at) for e in kept)


def _log_one(turn: Turn, slots: Mapping[str, Any]) -> list[Reply]:
    stored = turn.unit.plans.current(turn.person.id)
    guessed = frozenset(slots.get("assumed", ()))
    # A dose named by its hour and told later may have been taken just now: that hour is on offer, and no more than that.
    at, assumed = taken_at(turn, None if "at" in guessed else slots.get("at"), str(slots.get("part", "")))
    if at > turn.now + timedelta(minutes=5):
        return [turn.reply(say("intake.in-the-future", at=moment(turn.local(at))))]
    if slots.get("top_up") and top_up.planned(stored):
        return _log_extra(turn, slots, at=at, assumed=assumed)
    slot = _slot_of(turn, stored, slots.get("planned_at"), at, hour_said="at" not in assumed)
    earlier = None if slots.get("planned_at") else _last_open(turn, stored)
    if earlier is not None and slots.get("on_time"):
        slot, at, assumed = earlier, earlier.at, []
    elif earlier is not None and "at" in assumed and _is_the_next(slot, turn, earlier, said_mg=amount_of(slots, stored)):
        return _ask_which(turn, earlier, slot, slots)
    amount, filled_in = amount_taken(slots, stored, slot)
    assumed = [*assumed, *filled_in]
    slot_id = slot.id if slot else ""
    unit = sorted(guessed - {"at"})
    if amount is None or (unit and _is_more_than(slot, amount)):
        # A number without a unit that would be more than planned is more likely another number than an excess: it is asked.
        return _ask_amount(turn, at=at, slot=slot_id, assumed=assumed)
    return record(turn, amount=amount, at=at, slot=slot_id, assumed=[*assumed, *unit])


def _is_more_than(slot: Slot | None, amount: float) -> bool:
    return slot is not None and slot.dose.mg is not None and amount > slot.dose.mg


def _is_the_next(slot: Slot | None, turn: Turn, earlier: Slot, *, said_mg: float | None) -> TypeGuard[Slot]:
    """Whether an intake is one of the same day that is still to come, while an earlier one is open. With an amount it is noted at once:
    what was taken is never lost to a question."""
    return said_mg is None and slot is not None and slot.at > turn.now and earlier.day == slot.day


def _missed_before(turn: Turn) -> Slot | None:
    """The planned intake that was told as missed last, when that was the last thing noted and not long ago: "took it after all"."""
    last = turn.unit.entries.last(turn.person.id)
    if last is None or last.kind != "missed" or not last.detail.get("slot") or turn.now - last.recorded_at > AFTER_ALL:
        return None
    stored = turn.unit.plans.current(turn.person.id)
    if any(slot.at > last.recorded_at for slot in agenda.begun_slots(turn, stored)):
        return None  # another one has come since: it is that one
    return agenda.slot_named(turn, str(last.detail["slot"]))


def _last_open(turn: Turn, stored: StoredPlan | None) -> Slot | None:
    """The last planned intake whose hour has come and of which nothing was noted."""
    begun = [slot for slot in agenda.begun_slots(turn, stored) if stored is not None and slot.at >= stored.confirmed_at]
    return begun[-1] if begun and begun[-1].id not in agenda.answered(turn, begun[-1].day) else None


def _ask_which(turn: Turn, earlier: Slot, later: Slot, slots: Mapping[str, Any]) -> list[Reply]:
    """ "Taken", and no amount, long after one planned intake and before the next: neither is taken for the other, it is asked which."""
    token = turn.open_form(FORM, "which", between=[earlier.id, later.id], slots=dict(slots), said_at=turn.said_at.isoformat())
    hours = {"first": clock(earlier.dose.at), "second": clock(later.dose.at)}
    return [turn.reply(say("intake.which", **hours), offers=choices("cancel", about=token))]


def _which(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The hour of one of the two, in words that tell nothing else."""
    if turn.meaning.intent == "cancel":
        return press_no(turn)
    if not turn.says("names_one"):
        return None
    said = turn.reader.clock(turn.text, turn.meaning.language)
    if said is None:
        return None
    now = turn.local(turn.said_at)
    near = {name: abs(datetime.fromisoformat(name) - datetime.combine(now.date(), said)) for name in dialogue.answers["between"]}
    chosen = min(near, key=lambda name: near[name])
    if near[chosen] > timedelta(minutes=59):
        return None
    turn.close_form()
    then = replace(turn, incoming=replace(turn.incoming, sent_at=datetime.fromisoformat(dialogue.answers["said_at"])))
    return _log_one(then, {**dialogue.answers["slots"], "planned_at": chosen})


def _log_extra(turn: Turn, slots: Mapping[str, Any], *, at: datetime, assumed: list[str]) -> list[Reply]:
    """The plan's extra tablet: of the plan's amount, unless another was said."""
    stored = turn.unit.plans.current(turn.person.id)
    extra, amount = top_up.planned(stored), amount_of(slots, stored)
    if extra is not None and (amount is None or (slots.get("tablets") == 1 and not slots.get("tablet_mg"))):
        amount, assumed = float(extra.mg), [*assumed, "dose"]
    if amount is None:
        return _ask_amount(turn, at=at, slot=TOP_UP, assumed=assumed)
    return record(turn, amount=amount, at=at, slot=TOP_UP, assumed=assumed)


def _ask_amount(turn: Turn, *, at: datetime, slot: str, assumed: Sequence[str]) -> list[Reply]:
    token = turn.open_form(FORM, "amount", at=at.isoformat(), slot=slot, assumed=list(assumed))
    stored = turn.unit.plans.current(turn.person.id)
    several = stored is not None and len(stored.plan.tablets_mg) > 1 and not agenda.frozen(turn)
    words = say("intake.how-much-of-which" if several else "intake.how-much", at=moment(turn.local(at)))
    return [turn.reply(words, offers=choices("cancel", about=token))]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The missing amount, which of two it was, or whether it really was a second intake, in words that say nothing else."""
    if dialogue.step in ("duplicate", THIS_ONE):
        return in_words(turn, press_yes, press_no)
    if dialogue.step == "which":
        return _which(turn, dialogue)
    last = turn.unit.entries.last(turn.person.id)
    of_a_note = last is not None and dialogue.opened_at is not None and last.recorded_at > dialogue.opened_at
    takes_back = turn.meaning.intent == "undo" and not turn.slots and not of_a_note and not turn.says("stands_again")
    dropped = turn.meaning.intent == "cancel" or takes_back
    return press_no(turn) if dropped else None if _is_another(turn, dialogue) else _how_much(turn, dialogue)


def _how_much(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    answers, stored = dialogue.answers, turn.unit.plans.current(turn.person.id)
    at = datetime.fromisoformat(answers["at"])
    made = _made_of(turn, stored, answers["slot"])
    if made is not None and not turn.meaning.question:
        return record(turn, amount=made, at=at, slot=answers["slot"], assumed=[*answers["assumed"], "tablets"])
    if turn.meaning.intent not in AN_AMOUNT or not says_only(turn, AN_AMOUNT) or HOURS & set(turn.slots):
        return None
    last = turn.unit.entries.last(turn.person.id)
    if turn.meaning.intent == "correct_last" and last is not None and last.kind != "intake":
        return None  # "no, it was 3" is of what was noted since
    amount = amount_of(turn.slots, stored) or turn.reader.number(turn.text, turn.person.language)
    # No tablet makes "3": it counts tablets, or something else.
    if is_which(turn.slots, stored) or (amount and amount % QUARTER_OF_10):
        return _ask_amount(turn, at=at, slot=answers["slot"], assumed=answers["assumed"])
    if amount is None or amount <= 0:
        return None
    return record(turn, amount=amount, at=at, slot=answers["slot"], assumed=answers["assumed"])


def _is_another(turn: Turn, dialogue: Dialogue) -> bool:
    """ "Taken the twenty", hours after it was asked how much of an earlier one: an intake of its own, of its own hour."""
    asked_at = dialogue.opened_at
    waited = asked_at is not None and turn.said_at - asked_at > JUST_NOW
    return waited and turn.meaning.intent == "log_intake" and turn.says("has_taken")


def _made_of(turn: Turn, stored: StoredPlan | None, slot: str) -> float | None:
    """What a lone number of tablets comes to, of the one strength at hand: one at most, or no more than is planned. None otherwise."""
    counted = _tablets_alone(turn)
    if counted is None or stored is None or len(stored.plan.tablets_mg) > 1:
        return None
    planned, made = agenda.slot_named(turn, slot), counted * stored.plan.tablet_mg
    fits = planned is not None and planned.dose.mg is not None and made <= planned.dose.mg
    return made if counted <= 1 or fits else None


def _tablets_alone(turn: Turn) -> float | None:
    """ "1", "one", "half": after "how much? for instance 1 tablet" they count tablets. None for anything else."""
    if turn.says("half_of_one"):
        return 0.5
    if turn.says("one_of_it"):
        return 1
    count = turn.reader.number(turn.text, turn.meaning.language) if turn.says("number_alone") else None
    return count if count is not None and 0 < count <= TABLETS_AT_MOST and count % 0.5 == 0 else None


def press_yes(turn: Turn) -> list[Reply]:
    """It really was taken twice; or it is the intake that was noted last which is to be corrected."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is not None and dialogue.form == FORM and dialogue.step == THIS_ONE:
        turn.close_form()
        return _correct(turn.serving(Act("correct_last", dialogue.answers["slots"])), int(dialogue.answers["entry"]))
    if dialogue is None or dialogue.form != FORM or dialogue.step != "duplicate":
        return [turn.reply(say("form.over"))]
    a = dialogue.answers
    at = datetime.fromisoformat(a["at"])
    return record(turn, amount=a["amount"], at=at, slot=a["slot"], assumed=a["assumed"], sure=True)


def press_no(turn: Turn) -> list[Reply]:
    """Not logged after all."""
    close_own(turn, FORM)
    return [turn.reply(say("intake.not-noted"))]


def taken_after_all(turn: Turn) -> list[Reply] | None:
    """What was told as missed a while ago is being taken; None when nothing was."""
    slot = _missed_before(turn)
    return press_taken(turn.pressing("taken", slot.id)) if slot is not None else None


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


def correct_last(turn: Turn) -> list[Reply]:
    """The last intake with another dose or hour: the former entry is undone and stays readable."""
    last = turn.unit.entries.last(turn.person.id)
    amount = amount_of(turn.slots, turn.unit.plans.current(turn.person.id))
    if last is None or last.kind != "intake" or (amount is None and not turn.slots.get("at")):
        return [turn.reply(say("undo.what-to-correct"))]
    said = turn.slots.get("at")
    if said and "T" in said and taken_at(turn, said)[0] > turn.now + timedelta(minutes=5):
        return [turn.reply(say("intake.in-the-future", at=moment(datetime.fromisoformat(said))))]
    if not said and _another_came(turn, last):
        token = turn.open_form(FORM, THIS_ONE, slots=dict(turn.slots), entry=last.id)
        words = say("intake.correct-this", at=moment(turn.local(last.at)))
        return [turn.reply(words, offers=choices("yes", "no", about=token))]
    return _correct(turn, last.id)


def _another_came(turn: Turn, last: Entry) -> bool:
    """Whether another planned intake has come since one was noted, and is open: an amount alone may be of either."""
    slots = agenda.begun_slots(turn, turn.unit.plans.current(turn.person.id))
    return any(slot.at > last.recorded_at and slot.id not in agenda.answered(turn, slot.day) for slot in slots)


def _correct(turn: Turn, entry_id: int) -> list[Reply]:
    last = turn.unit.entries.get(entry_id)
    if last is None or last.undone_at is not None:
        return [turn.reply(say("undo.what-to-correct"))]
    amount, said = amount_of(turn.slots, turn.unit.plans.current(turn.person.id)), turn.slots.get("at")
    assumed: list[str] = []
    at, slot = last.at, str(last.detail.get("slot", ""))
    turn.unit.entries.undo(last.id, turn.now)
    if said and "T" not in said and date.fromisoformat(said) != turn.local(last.at).date():
        at, slot, assumed = _on_another_day(turn, last, date.fromisoformat(said))
    elif said:
        at = taken_at(turn, said)[0]
        slot = _near(turn, at)
    amount = amount if amount is not None else float(last.detail["dose_mg"])
    return record(turn, amount=amount, at=at, slot=TOP_UP if last.detail.get("top_up") else slot, assumed=assumed, sure=True)


def _near(turn: Turn, at: datetime) -> str:
    """The open planned intake about an hour, of its day; "" for none."""
    open_slots = agenda.open_slots(turn, turn.local(at).date())
    return next((slot.id for slot in open_slots if abs(slot.at - at) <= timedelta(minutes=90)), "")


def _on_another_day(turn: Turn, entry: Entry, day: date) -> tuple[datetime, str, list[str]]:
    """ "That was yesterday's": the planned intake of the same hour on that day, at its hour; without one, the same hour of that day.
    Today's is free again. The hour is only likely, and marked so."""
    planned = agenda.parse_slot(str(entry.detail.get("slot") or ""))
    slots = agenda.slots_on(turn, turn.unit.plans.current(turn.person.id), day)
    of_the_day = next((slot for slot in slots if planned is not None and slot.dose.at == planned.time()), None)
    if of_the_day is not None and of_the_day.id not in agenda.answered(turn, day):
        return of_the_day.at, of_the_day.id, ["hour"]
    return turn.instant(day, turn.local(entry.at).time()), "", ["hour"]


def _slot_of(turn: Turn, stored: StoredPlan | None, planned_at: str | None, at: datetime, *, hour_said: bool) -> Slot | None:
    """The planned intake that this one answers, if any: the hour that was named, the one last reminded, or the one it falls to."""
    if stored is None:
        return None
    day = turn.local(at).date()
    done = agenda.answered(turn, day - timedelta(days=1)) | agenda.answered(turn, day)
    slots = slots_around(stored.plan, at=at, zone=turn.zone)
    if planned_at and "T" in planned_at:
        return next((slot for slot in slots if slot.id == planned_at and slot.id not in done), None)
    if not hour_said and at == turn.now:
        said_missed = _missed_before(turn)
        if said_missed is not None:
            return said_missed
    asked = agenda.asked_about(turn, stored) if not hour_said and at == turn.now else None  # read late, it answers nothing asked since
    return asked or match_slot(slots, at=at, answered=done)
