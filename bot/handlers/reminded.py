"""Words said just after a reminder: taken, at some other hour, not yet, or neither surely. They answer it, and no older question.

Whatever they do is read back, with a button that takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.intake import Slot
from bot.core.meaning import Act
from bot.handlers import agenda, diary, intake, missed, offers, recording, reminders, side_effect, taking_back
from bot.handlers.turn import Handle, Turn, choices, moment, say
from bot.messages import Reply
from bot.ports import Dialogue

NOT_TAKEN = "not-taken"
"""The form of "not yet, or not at all?"."""

A_FEW, AN_ACCOUNT = 6, 16
"""Words of an answer, and of one with its thanks, its hour or its excuse; more of them say something of their own."""

NEAR_ITS_HOUR = timedelta(hours=3)
"""How long before its planned hour an intake that was reminded of may have been taken: further off another one is meant. [proposal]"""

NOW = timedelta(minutes=16)
"""What is taken "now" is of this hour; hours are rounded so far."""

OVER = frozenset({offers.FORM, taking_back.FORM, NOT_TAKEN, missed.SILENCE})
"""Questions that are over once a newer reminder was answered: whatever is said next would be taken for their answer."""

OVERTAKEN = OVER | {recording.FORM, side_effect.FORM, diary.FORM}
"""Questions that a newer reminder makes old. One about danger, about somebody's data or for others to read is none of them."""

BARE_AMOUNT = frozenset({"log_intake", "other"})
"""What an amount alone is read as."""

BESIDE: Mapping[str, Handle] = {
    "log_side_effect": side_effect.log_side_effect,
    "log_craving": diary.log_craving,
    "log_drink": diary.log_drink,
}
"""What may be told beside "taken", and is kept as well."""

BROUGHT_UP = frozenset({"vomiting"})
"""Effects by which what was taken may not have stayed: whoever tells of one is asked."""

YES_OR_NO = frozenset({"confirm", "decline"})
POLITE = frozenset({"thanks", "greet", "confirm"})
_PIECE_END = re.compile(r"[.!;:…\n]+(?=\s|$)\s*|,\s+|\s+[-–—]+\s+")


@dataclass(frozen=True, slots=True)
class _Taken:
    """That it was taken, with the hour and the amount where they were said; and whatever else was told."""

    slots: Mapping[str, Any]
    beside: Sequence[Act] = ()


def is_an_answer(turn: Turn) -> bool:
    """Whether the words are few enough to say nothing of their own."""
    return len(turn.text.split()) <= A_FEW


def last_one(turn: Turn) -> tuple[Slot, bool] | None:
    """The open intake that the last thing said to the person reminded of, and whether it was asked if it was taken."""
    shown = [entry for entry in turn.acknowledged(turn.now - agenda.RECALLED) if entry.detail.get(agenda.REMINDED)]
    if not shown or turn.said_after(shown[-1].at):
        return None
    slot = agenda.slot_named(turn, str(shown[-1].detail[agenda.REMINDED]))
    if slot is None or slot.id in agenda.answered(turn, slot.day):
        return None
    return slot, bool(shown[-1].detail.get("asks"))


def before_an_older_question(turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
    """What answers a reminder that came after the open question: it is never taken for an answer to that one."""
    if dialogue is None or dialogue.form not in OVERTAKEN or turn.meaning.question or turn.incoming.quoted:
        return None
    found = last_one(turn) if turn.text.strip() else None
    if found is None:
        return None
    answered = heard(turn) or _amount_of(turn, found[0], dialogue)
    still_open = turn.unit.dialogues.get(turn.person.id)
    if answered is not None and dialogue.form in OVER and still_open is not None and still_open.token == dialogue.token:
        turn.close_form()
    return answered


def _amount_of(turn: Turn, slot: Slot, dialogue: Dialogue) -> list[Reply] | None:
    """ "Took 1", "10 mg", when it was asked how much of one intake and another one has come since: it is of that one, and read back with
    its hour."""
    if dialogue.form != recording.FORM or dialogue.step != "amount" or dialogue.answers["slot"] == slot.id:
        return None
    is_told = turn.meaning.intent == "log_intake" and (turn.meaning.confidence == "sure" or turn.says("has_taken"))
    if not is_told and not (is_an_answer(turn) and turn.meaning.intent in BARE_AMOUNT):
        return None
    answers = {**dialogue.answers, "at": turn.said_at.isoformat(), "slot": slot.id, "assumed": ["at"]}
    return intake.form(turn, replace(dialogue, answers=answers))


def heard(turn: Turn) -> list[Reply] | None:
    """What the words do as an answer to the reminder that was said last; None where they are none, or there is none."""
    found = last_one(turn)
    if found is None or len(turn.text.split()) > AN_ACCOUNT:
        return None
    slot, asked = found
    if asked and turn.meaning.intent == "confirm" and is_an_answer(turn) and not turn.says("only_heard"):
        return intake.press_taken(turn.pressing("taken", slot.id))
    taken = _taken(turn, slot)
    if taken is not None:
        return _noted(turn, slot, taken)
    if turn.meaning.intent == "log_intake" and turn.slots.get("in_part") and not turn.says("not_taken_yet"):
        return _noted(turn, slot, _Taken({"planned_at": slot.id, "in_part": True}))  # it is asked how much
    return _not_now(turn, slot) or (_asked_back(turn, slot) if is_an_answer(turn) and turn.meaning.intent in YES_OR_NO else None)


def _not_now(turn: Turn, slot: Slot) -> list[Reply] | None:
    """Later, not at all, or nobody knows: the tablets are somewhere else."""
    waits = bool({"duration_min", "until"} & set(turn.slots))
    if _puts_off(turn):
        return reminders.snooze(turn) if waits else reminders.press_snooze(turn.pressing("snooze-15", slot.id))
    if turn.says("skips_it"):
        return missed.press_skip(turn.pressing("skip", slot.id))
    if not turn.says("not_at_hand"):
        return None
    return reminders.snooze(turn) if waits and turn.meaning.intent == "snooze" else _not_yet_or_not(turn, slot)


def takes_it_now(turn: Turn) -> bool:
    """Whether the words say that it is being taken, now."""
    return _is_now(turn, turn.text) and not turn.meaning.question


def _noted(turn: Turn, slot: Slot, taken: _Taken) -> list[Reply]:
    """The intake is noted last: what it may ask has to stay open."""
    replies = [reply for act in taken.beside for reply in BESIDE[act.intent](turn.serving(act))]
    if not taken.slots:
        return [*replies, *intake.press_taken(turn.pressing("taken", slot.id))]
    turn.unit.timers.cancel(turn.person.id, agenda.SNOOZE, slot.id)
    return [*replies, *intake.log_intake(turn.serving(Act("log_intake", taken.slots)))]


def _taken(turn: Turn, slot: Slot) -> _Taken | None:
    """That it was taken, where nothing else stands in the words but thanks, an hour, an excuse, or what is kept as well.

    Whatever is sure of an intake by itself is heard as that.
    """
    if turn.meaning.intent == "log_intake" and turn.meaning.confidence == "sure":
        return None
    pieces = [piece for piece in _PIECE_END.split(turn.text) if piece.strip()]
    told = [piece for piece in pieces if _says(turn, "taken_then", piece) or _is_now(turn, piece)]
    beside: list[Act] = []
    for piece in pieces:
        acts = () if piece in told else _beside(turn, piece)
        if acts is None:
            return None
        beside += acts
    slots = _slots(turn, slot, told) if told else None
    return None if slots is None else _Taken(slots, beside)


def _beside(turn: Turn, piece: str) -> Sequence[Act] | None:
    """What a piece tells besides: nothing for thanks and excuses; None for words that may change what was said."""
    if _says(turn, "said_beside", piece):
        return ()
    read = turn.reader.read(piece, now=turn.said_at, timezone=turn.person.timezone, language=turn.meaning.language)
    if read.confidence != "sure" or read.question:
        return None
    if all(act.intent in POLITE for act in read.acts):
        return ()
    brought_up = any(BROUGHT_UP & set(act.slots.get("effects", ())) for act in read.acts) or _says(turn, "takes_back", piece)
    return read.acts if all(act.intent in BESIDE for act in read.acts) and not brought_up else None


def _slots(turn: Turn, slot: Slot, told: Sequence[str]) -> Mapping[str, Any] | None:
    """The hour and the amount that were said; empty for none, None where they are of something else."""
    amount = _amount_said(turn)
    if _is_a_number_of_something_else(turn, slot, told, amount):
        return None
    timed = [piece for piece in told if _says(turn, "tells_a_time", piece) and not _is_now(turn, piece) and not _only_wishes(turn, piece)]
    named = str(turn.slots.get("planned_at", "")) if turn.meaning.intent == "log_intake" else ""
    if not timed or (named == slot.id and "at" in turn.slots.get("assumed", ())):
        return {**amount, "planned_at": slot.id} if amount else {}
    if agenda.slot_named(turn, named) is not None:
        hours = {name: turn.slots[name] for name in ("planned_at", "at", "assumed") if name in turn.slots}
        return {**hours, **amount} if "at" in hours else None
    return _at_its_hour(turn, slot, timed, amount)


def _is_a_number_of_something_else(turn: Turn, slot: Slot, told: Sequence[str], amount: Mapping[str, Any]) -> bool:
    """Whether a number is no amount; or may as well be an hour: "10 done", where 20 were planned at ten."""
    if not amount:
        return any(_says(turn, "tells_a_number", piece) for piece in told)
    return "dose_mg" in amount.get("assumed", ()) and amount["dose_mg"] != slot.dose.mg and not turn.says("has_taken")


def _amount_said(turn: Turn) -> dict[str, Any]:
    amount = {name: turn.slots[name] for name in ("tablets", "tablet_mg", "dose_mg") if name in turn.slots}
    return {**amount, "assumed": [each for each in turn.slots.get("assumed", ()) if each != "at"]} if amount else {}


def _at_its_hour(turn: Turn, slot: Slot, timed: Sequence[str], amount: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The intake that was reminded of, at an hour near its own."""
    at = _hour(turn, timed[0]) if len(timed) == 1 else None
    if at is None or not slot.at - NEAR_ITS_HOUR <= turn.instant(at.date(), at.time()) <= turn.now + NOW:
        return None
    at = min(at, turn.local(turn.said_at).replace(tzinfo=None))
    return {**amount, "planned_at": slot.id, "at": at.isoformat(timespec="minutes")}


def _only_wishes(turn: Turn, piece: str) -> bool:
    """ "Good night", "see you tomorrow": the time that stands there is of no intake."""
    return _says(turn, "wishes_well", piece) and turn.reader.masked(piece, turn.meaning.language)[0].count("TIME") == 1


def _hour(turn: Turn, piece: str) -> datetime | None:
    return turn.reader.hour_of(piece, now=turn.said_at, timezone=turn.person.timezone, language=turn.meaning.language)


def _is_now(turn: Turn, piece: str) -> bool:
    """ "Taking it now"; the hour, where one is told, is the present one."""
    if not _says(turn, "takes_it_now", piece):
        return False
    if not _says(turn, "tells_a_time", piece):
        return True
    at = _hour(turn, piece)
    return at is not None and abs(turn.instant(at.date(), at.time()) - turn.said_at) <= NOW


def _puts_off(turn: Turn) -> bool:
    """Whether the words say not yet, or later, and nothing that is sure of something else."""
    if turn.meaning.intent not in ("decline", "snooze") and turn.meaning.confidence == "sure":
        return False
    return turn.says("puts_it_off") or (turn.says("not_yet") and is_an_answer(turn))


def _says(turn: Turn, cue: str, piece: str) -> bool:
    return turn.reader.says(cue, piece, turn.meaning.language or turn.person.language)


def _asked_back(turn: Turn, slot: Slot) -> list[Reply]:
    """A lone yes: taken? A lone no: not yet, or not at all?"""
    at = moment(datetime.combine(slot.day, slot.dose.at))
    if turn.meaning.intent == "confirm":
        agenda.note_reminder(turn, slot, shown_mg=agenda.shown_dose(turn, slot.id), asks=True)
        return [turn.reply(say("reminder.is-it-taken", at=at), offers=choices("taken", "snooze-15", "skip", about=slot.id))]
    return _not_yet_or_not(turn, slot)


def _not_yet_or_not(turn: Turn, slot: Slot) -> list[Reply]:
    at = moment(datetime.combine(slot.day, slot.dose.at))
    turn.open_form(NOT_TAKEN, "asked", slot=slot.id)
    return [turn.reply(say("reminder.not-yet-or-not", at=at), offers=choices("snooze-15", "skip", about=slot.id))]


def not_taken(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Not yet, or not at all, in words; anything else leaves the question."""
    turn.close_form()
    slot = str(dialogue.answers["slot"])
    if turn.says("not_yet") or turn.says("puts_it_off"):
        return reminders.press_snooze(turn.pressing("snooze-15", slot))
    missed_it = turn.meaning.intent in ("decline", "log_missed") or turn.says("denies")
    return missed.press_skip(turn.pressing("skip", slot)) if missed_it and is_an_answer(turn) else None
