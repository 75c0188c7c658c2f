"""Words that only what was said just before explains: an answer to a reminder, to a step, to what was noted; going on after a pause.

Whatever they do is read back, with a button that takes it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.entry import Entry
from bot.core.lookback import TOLD
from bot.core.meaning import Act
from bot.handlers import agenda, diary, intake, plan, questions, reminded, resting, side_effect, taking_back, welcome
from bot.handlers.read_back import HIGHEST_SCORE
from bot.handlers.turn import Turn, choices, moment, nested, say
from bot.messages import Reply
from bot.ports import Dialogue
from bot.understanding.intents import LOGS

A_SENTENCE = 9
"""Words of an answer that gives a reason; more of them say something of their own."""

A_DENIAL = 12
"""Words of a note that is denied with its reason."""

JUST_NOTED = timedelta(minutes=20)
"""How long after a note was made "no" and "rather six" are taken to be about it. [proposal]"""

STEP_ASKED = timedelta(hours=20)
"""How long after a step was announced words about staying are an answer to it: that day."""


def before_an_older_question(turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
    """What answers something newer than the open question, a reminder or a note: it is never taken for an answer to that one."""
    if dialogue is None or dialogue.opened_at is None or not turn.text.strip():
        return None
    last = turn.unit.entries.last(turn.person.id)
    if last is not None and last.recorded_at > dialogue.opened_at and (_takes_a_note_back(turn) or _meant_otherwise(turn) is not None):
        return None if turn.meaning.question or turn.incoming.quoted else _of_what_was_noted(turn)
    return reminded.before_an_older_question(turn, dialogue)


def heard(turn: Turn) -> list[Reply] | None:
    """What the words do where the present explains them; None where they stand for themselves."""
    if turn.says("puts_back") and not turn.incoming.quoted:
        return taking_back.put_back(turn)
    if turn.incoming.quoted or not turn.text.strip():
        return None
    if turn.meaning.question and not _only_sounds_like_a_question(turn):
        return _of_the_drink(turn) or welcome.whose_clock(turn)
    return (
        _of_the_drink(turn)
        or _going_on(turn)
        or _of_the_step(turn)
        or reminded.heard(turn)
        or _of_what_was_noted(turn)
        or _after_all(turn)
        or _is_over(turn)
        or welcome.somewhere_else(turn)
    )


def _only_sounds_like_a_question(turn: Turn) -> bool:
    """ "Did it": what answers a reminder, without a question mark."""
    return "?" not in turn.text and turn.says("taken_then") and reminded.is_an_answer(turn)


def _of_the_drink(turn: Turn) -> list[Reply] | None:
    """ "Is that bad with these?", just after a drink was noted: what is known of alcohol (rule `interaction-alcohol`)."""
    last = _just_noted(turn)
    drank = last is not None and last.kind == "drink" and any(one.get("count", 1) for one in last.detail.get("drinks", ()))
    if not drank or not turn.says("asks_if_it_matters") or turn.slots.get("substances"):
        return None
    return questions.ask(turn.serving(Act("ask_safety", {"topic": "alcohol", "substances": ["alcohol"]})))


def _going_on(turn: Turn) -> list[Reply] | None:
    """ "Turn the reminders back on", "I take the plan up again": where the plan stands still."""
    rings_again = resting.rings_again(turn) if not turn.says("tells_a_time") else None
    if rings_again is not None:
        return rings_again
    held = agenda.open_hold(turn.unit.plans.current(turn.person.id), agenda.BECAUSE_PERSON)
    is_said = held is not None and reminded.is_an_answer(turn) and turn.says("resumes") and not turn.says("denies")
    return plan.go_on_in_words(turn) if is_said and not turn.says("tells_a_time") else None  # "I resume on Monday" is not now


def _of_the_step(turn: Turn) -> list[Reply] | None:
    """Rather staying than going up, after a step was announced: nothing rises against a word (rule `hold-side-effect`)."""
    told = _announced(turn)
    if told is None:
        return None
    if turn.says("stays") and len(turn.text.split()) <= A_SENTENCE and not _tells(turn):
        return plan.press_hold(turn)
    if turn.meaning.intent == "decline" and not turn.said_after(told) and reminded.last_one(turn) is None:
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
    told = [entry.at for entry in turn.acknowledged(turn.now - STEP_ASKED) if entry.detail.get("rule") == "step-due"]
    return told[-1] if told else None


def _just_noted(turn: Turn) -> Entry | None:
    """What was noted last, if it was a moment ago and nothing else was spoken of since."""
    last = turn.unit.entries.last(turn.person.id)
    if last is None or last.kind not in TOLD or turn.now - last.recorded_at > JUST_NOTED:
        return None
    return None if turn.said_after(last.recorded_at) else last


def _of_what_was_noted(turn: Turn) -> list[Reply] | None:
    last = _just_noted(turn)
    if last is None:
        return None
    otherwise = _meant_otherwise(turn)
    if otherwise is not None:
        return _corrected(turn.serving(Act("correct_last", {"dose_mg": otherwise, "assumed": ["dose_mg"]})), last)
    if last.kind == "intake" and len(turn.text.split()) > 1 and turn.says("one_of_it"):
        return intake.correct_last(turn.serving(Act("correct_last", {"tablets": 1})))
    if _denies(turn, last):
        what = nested(f"entry.{last.kind}")
        words = say("undo.shall-i", what=what, at=moment(turn.local(last.at)))
        turn.open_form(taking_back.FORM, "ask", entry=str(last.id))
        return [turn.reply(words, offers=choices("undo", about=str(last.id)))]
    corrects = turn.meaning.intent == "correct_last" and turn.meaning.confidence != "sure"
    return _corrected(turn, last) if corrects and reminded.is_an_answer(turn) else None


def _denies(turn: Turn, last: Entry) -> bool:
    """A no to what was noted, or that an intake was not taken."""
    if last.kind == "intake" and _takes_a_note_back(turn):
        return True
    missed_none = turn.meaning.intent == "log_missed" and last.kind == "intake" and not {"at", "planned_at", "since"} & set(turn.slots)
    return reminded.is_an_answer(turn) and (turn.meaning.intent == "decline" or missed_none)


def _takes_a_note_back(turn: Turn) -> bool:
    """ "No wait, I didn't take it yet": denied at more length, in words that no other hour or day stands in."""
    said = turn.meaning.intent in ("decline", "log_missed") and len(turn.text.split()) <= A_DENIAL
    return said and turn.says("not_so") and turn.says("denies") and not {"at", "planned_at", "since"} & set(turn.slots)


def _meant_otherwise(turn: Turn) -> float | None:
    """The number of "delete that, I meant 3": what is taken back is told anew."""
    if turn.meaning.intent not in ("undo", "correct_last") or not turn.says("meant_otherwise"):
        return None
    return turn.reader.number(turn.text, turn.meaning.language)


def _after_all(turn: Turn) -> list[Reply] | None:
    """ "I'm taking it now", once it was told as missed: it is that one."""
    return intake.taken_after_all(turn) if reminded.takes_it_now(turn) else None


def _is_over(turn: Turn) -> list[Reply] | None:
    """ "Headaches nearly gone": heard though it is not sure, for nothing is noted by it."""
    is_all = len(turn.meaning.acts) == 1 and turn.meaning.intent == "log_side_effect" and bool(turn.slots.get("over"))
    is_calm = not turn.meaning.likened and not turn.screening.leaning
    return side_effect.log_side_effect(turn) if is_all and is_calm and turn.meaning.confidence == "ask" else None


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
