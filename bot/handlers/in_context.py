"""Words that only what was said just before explains: an answer to a reminder, to a step, to what was noted; going on after a pause.

Whatever they do is read back, with a button that takes it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.entry import Entry
from bot.core.intake import Slot
from bot.core.lookback import TOLD
from bot.core.meaning import Act
from bot.handlers import agenda, diary, intake, missed, plan, reminders, side_effect, taking_back, welcome
from bot.handlers.turn import Turn, choices, moment, nested, say
from bot.messages import Reply
from bot.ports import Dialogue
from bot.understanding.intents import LOGS

NOT_TAKEN = "not-taken"
"""The form of "not yet, or not at all?"."""

A_FEW, A_SENTENCE = 6, 9
"""Words of an answer, and of one that gives a reason; more of them say something of their own."""

JUST_NOTED = timedelta(minutes=20)
"""How long after a note was made "no" and "rather six" are taken to be about it. [proposal]"""

STEP_ASKED = timedelta(hours=20)
"""How long after a step was announced words about staying are an answer to it: that day."""

HIGHEST_SCORE = 10


def heard(turn: Turn) -> list[Reply] | None:
    """What the words do where the present explains them; None where they stand for themselves."""
    if turn.meaning.question or turn.incoming.quoted or not turn.text.strip():
        return None
    return _going_on(turn) or _of_the_step(turn) or _of_the_reminder(turn) or _of_what_was_noted(turn) or welcome.somewhere_else(turn)


def _is_an_answer(turn: Turn) -> bool:
    return len(turn.text.split()) <= A_FEW


def _going_on(turn: Turn) -> list[Reply] | None:
    """ "Turn the reminders back on", "I take the plan up again": where the person had paused."""
    held = agenda.open_hold(turn.unit.plans.current(turn.person.id), agenda.BECAUSE_PERSON)
    is_said = held is not None and _is_an_answer(turn) and turn.says("resumes") and not turn.says("denies")
    return plan.press_step_up(turn) if is_said and not turn.says("tells_a_time") else None  # "I resume on Monday" is not now


def _of_the_step(turn: Turn) -> list[Reply] | None:
    """Rather staying than going up, after a step was announced: nothing rises against a word (rule `hold-side-effect`)."""
    told = _announced(turn)
    if told is None:
        return None
    if turn.says("stays") and len(turn.text.split()) <= A_SENTENCE and not _tells(turn):
        return plan.press_hold(turn)
    if turn.meaning.intent == "decline" and not _said_since(turn, told) and _reminded(turn) is None:
        return plan.press_hold(turn)
    return None


def _tells(turn: Turn) -> bool:
    """Whether something is told that is to be noted."""
    slots = {name for act in turn.meaning.acts for name in act.slots}
    sure = turn.meaning.confidence == "sure" and any(act.intent in LOGS for act in turn.meaning.acts)
    return sure or bool({"effects", "drinks", "craving", "severity"} & slots)


def _announced(turn: Turn) -> datetime | None:
    """When today's step was announced, if nothing was decided about it since."""
    stored = turn.unit.plans.current(turn.person.id)
    if agenda.step_began(stored, turn.today, at_most=0) is None:
        return None
    shown = turn.unit.entries.between(turn.person.id, turn.now - STEP_ASKED, turn.now + timedelta(seconds=1), ["acknowledgement"])
    told = [entry.at for entry in shown if entry.detail.get("rule") == "step-due"]
    return told[-1] if told else None


def _said_since(turn: Turn, at: datetime) -> bool:
    return turn.unit.outbox.said_since(turn.person.id, "", at + timedelta(microseconds=1))


def _reminded(turn: Turn) -> tuple[Slot, bool] | None:
    """The open intake that the last thing said to the person reminded of, and whether it was asked if it was taken."""
    since, until = turn.now - agenda.RECALLED, turn.now + timedelta(seconds=1)
    shown = [e for e in turn.unit.entries.between(turn.person.id, since, until, ["acknowledgement"]) if e.detail.get(agenda.REMINDED)]
    if not shown or _said_since(turn, shown[-1].at):
        return None
    slot = agenda.slot_named(turn, str(shown[-1].detail[agenda.REMINDED]))
    if slot is None or slot.id in agenda.answered(turn, slot.day):
        return None
    return slot, bool(shown[-1].detail.get("asks"))


def _of_the_reminder(turn: Turn) -> list[Reply] | None:
    found = _reminded(turn)
    if found is None or not _is_an_answer(turn):
        return None
    slot, asked = found
    if _is_taken(turn, asked=asked):
        return intake.press_taken(turn.pressing("taken", slot.id))
    if turn.says("not_yet") and (turn.meaning.intent == "decline" or turn.meaning.confidence != "sure"):
        return reminders.press_snooze(turn.pressing("snooze-15", slot.id))
    return _asked_back(turn, slot) if turn.meaning.intent in ("confirm", "decline") else None


def _is_taken(turn: Turn, *, asked: bool) -> bool:
    """Whether words that were not sure by themselves say that it was taken; a yes does where it was `asked`."""
    if turn.meaning.intent == "log_intake":
        return turn.meaning.confidence != "sure" and turn.says("just_taken")
    return asked and turn.meaning.intent == "confirm" and not turn.says("only_heard")


def _asked_back(turn: Turn, slot: Slot) -> list[Reply]:
    """A lone yes: taken? A lone no: not yet, or not at all?"""
    at = moment(datetime.combine(slot.day, slot.dose.at))
    if turn.meaning.intent == "confirm":
        agenda.note_reminder(turn, slot, shown_mg=agenda.shown_dose(turn, slot.id), asks=True)
        return [turn.reply(say("reminder.is-it-taken", at=at), offers=choices("taken", "snooze-15", "skip", about=slot.id))]
    turn.open_form(NOT_TAKEN, "asked", slot=slot.id)
    return [turn.reply(say("reminder.not-yet-or-not", at=at), offers=choices("snooze-15", "skip", about=slot.id))]


def not_taken(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Not yet, or not at all, in words; anything else leaves the question."""
    turn.close_form()
    slot = str(dialogue.answers["slot"])
    if turn.says("not_yet"):
        return reminders.press_snooze(turn.pressing("snooze-15", slot))
    missed_it = turn.meaning.intent in ("decline", "log_missed") or turn.says("denies")
    return missed.press_skip(turn.pressing("skip", slot)) if missed_it and _is_an_answer(turn) else None


def _of_what_was_noted(turn: Turn) -> list[Reply] | None:
    last = turn.unit.entries.last(turn.person.id)
    if last is None or last.kind not in TOLD or turn.now - last.recorded_at > JUST_NOTED or not _is_an_answer(turn):
        return None
    if _said_since(turn, last.recorded_at):
        return None  # something else was spoken of since
    missed_none = turn.meaning.intent == "log_missed" and last.kind == "intake" and not {"at", "planned_at", "since"} & set(turn.slots)
    if turn.meaning.intent == "decline" or missed_none:
        what = nested(f"entry.{last.kind}")
        words = say("undo.shall-i", what=what, at=moment(turn.local(last.at)))
        turn.open_form(taking_back.FORM, "ask", entry=str(last.id))
        return [turn.reply(words, offers=choices("undo", about=str(last.id)))]
    if turn.meaning.intent != "correct_last" or turn.meaning.confidence == "sure":
        return None
    return _corrected(turn, last)


def _corrected(turn: Turn, last: Entry) -> list[Reply] | None:
    """ "Rather six", "it was at 12:45", "only one": a correction of what was noted just now that can only be that."""
    slots = dict(turn.slots)
    count = slots.get("dose_mg") if set(slots) == {"dose_mg", "assumed"} and "dose_mg" in slots["assumed"] else None
    if last.kind == "intake":
        return _of_an_intake(turn, count)
    if last.kind == "drink":
        return diary.corrected(turn) or None if set(slots) == {"drinks"} or count is not None else None
    if count is None or not 0 <= count <= HIGHEST_SCORE:
        return None
    return (diary.corrected(turn) or side_effect.corrected(turn)) or None


def _of_an_intake(turn: Turn, count: float | None) -> list[Reply] | None:
    """Another hour, or another number of tablets."""
    if set(turn.slots) == {"at"}:
        return intake.correct_last(turn)
    if count is None or not 0 < count <= intake.TABLETS_AT_MOST:
        return None
    return intake.correct_last(turn.serving(Act("correct_last", {"tablets": count})))
