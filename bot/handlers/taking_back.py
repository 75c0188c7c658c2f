"""Taking an entry back: the one that a button names, the one that is named in words, or the last one. It stays readable."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.core.entry import Entry
from bot.core.lookback import TOLD
from bot.handlers import agenda
from bot.handlers.recording import TOP_UP, record
from bot.handlers.turn import Turn, moment, nested, say
from bot.messages import Choice, Reply
from bot.ports import Dialogue

FORM = "take-back"

TAKEN_BACK = "taken_back_id"
"""What an acknowledgement calls the entry that was taken back; None once it was put back."""

PUT_BACK_WITHIN = timedelta(hours=12)
"""How long after it what was taken back can be put back. [proposal]"""

UNDONE_WITHIN, ABOUT_THEN = timedelta(days=3), timedelta(minutes=90)
"""How far back an entry that is named is looked for, and how near to the hour that was said."""


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A yes or a no to "shall I take it back?"; other words leave it."""
    turn.close_form()
    if turn.meaning.intent == "confirm":
        return undo(turn.pressing("undo", str(dialogue.answers["entry"])))
    return [turn.reply(say("form.left"))] if turn.meaning.intent in ("decline", "cancel") else None


def undo(turn: Turn) -> list[Reply]:
    """Take back the entry that the button names, or the last one."""
    about = turn.press.about
    if not about and turn.says("stands_again"):
        return put_back(turn)
    number = turn.press.number
    entry = turn.unit.entries.get(number) if number is not None else None if about else _meant(turn)
    if entry is None and {"kind", "at"} & set(turn.slots):
        return [turn.reply(say("undo.not-found"))]
    if entry is None or entry.person_id != turn.person.id or entry.kind in ("finding", "acknowledgement"):
        return [turn.reply(say("undo.nothing"))]
    if entry.undone_at is not None:
        return [turn.reply(say("undo.already"))]
    turn.unit.entries.undo(entry.id, turn.now)
    turn.unit.entries.add(turn.person.id, "acknowledgement", turn.now, {TAKEN_BACK: entry.id}, turn.now)
    return [turn.reply(say("undo.done", what=nested(f"entry.{entry.kind}"), at=moment(turn.local(entry.at))))]


def put_back(turn: Turn) -> list[Reply]:
    """What was taken back last stands again, as it was; nothing else is ever taken back by these words. An intake is judged once more."""
    entry = _taken_back_last(turn)
    if entry is None or not _is_named(turn, entry):
        return [turn.reply(say("undo.nothing-to-put-back"))]
    slot = str(entry.detail.get("slot") or "")
    planned = agenda.parse_slot(slot)
    known = agenda.entry_of_slot(turn, planned, slot) if planned else None
    if known is not None:
        return [turn.reply(say("intake.already", at=moment(turn.local(known.at))), offers=(Choice("undo", str(known.id)),))]
    turn.unit.entries.add(turn.person.id, "acknowledgement", turn.now, {TAKEN_BACK: None}, turn.now)
    if entry.kind == "intake":
        where = TOP_UP if entry.detail.get("top_up") else slot
        return record(turn, amount=float(entry.detail["dose_mg"]), at=entry.at, slot=where, assumed=entry.detail.get("assumed", ()))
    again = turn.unit.entries.add(turn.person.id, entry.kind, entry.at, entry.detail, turn.now)
    words = say("undo.put-back", what=nested(f"entry.{entry.kind}"), at=moment(turn.local(entry.at)))
    return [turn.reply(words, offers=(Choice("undo", str(again.id)),))]


def _taken_back_last(turn: Turn) -> Entry | None:
    """What was taken back last, not long ago, and was not put back since."""
    marks = turn.acknowledged(turn.now - PUT_BACK_WITHIN)
    last = next((mark.detail[TAKEN_BACK] for mark in reversed(marks) if TAKEN_BACK in mark.detail), None)
    return turn.unit.entries.get(int(last)) if last is not None else None


def _is_named(turn: Turn, entry: Entry) -> bool:
    """Whether an entry is of the kind, the day and the hour that the words name, if they name any."""
    kind, at = str(turn.slots.get("kind", "")), str(turn.slots.get("at", ""))
    return kind in ("", entry.kind) and (not at or _is_of(turn, entry, at))


def _meant(turn: Turn) -> Entry | None:
    """The entry to take back: the last one, or the latest of the kind, the day and about the hour that were named."""
    kind, at = str(turn.slots.get("kind", "")), str(turn.slots.get("at", ""))
    if not kind and not at:
        return turn.unit.entries.last(turn.person.id)
    since, until = turn.now - UNDONE_WITHIN, turn.now + timedelta(seconds=1)
    told = [entry for entry in turn.unit.entries.between(turn.person.id, since, until, TOLD) if kind in ("", entry.kind)]
    return next((entry for entry in reversed(told) if not at or _is_of(turn, entry, at)), None)


def _is_of(turn: Turn, entry: Entry, said: str) -> bool:
    """Whether an entry is of the day or about the hour that was said; an intake also by the hour that the plan has for it."""
    hours = [turn.local(entry.at).replace(tzinfo=None), agenda.parse_slot(str(entry.detail.get("slot") or ""))]
    if "T" not in said:
        return any(hour is not None and hour.date() == date.fromisoformat(said) for hour in hours)
    return any(hour is not None and abs(hour - datetime.fromisoformat(said)) <= ABOUT_THEN for hour in hours)
