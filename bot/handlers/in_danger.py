"""What is said after an alarm, in the hours in which people are still at risk: worse words, questions, who is there, help that is called.

All of it is recognised by cues that only an alarm makes sure. Whatever is not recognised here is heard as any other words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.core.case import Case
from bot.core.flags import Flag, Subject
from bot.core.levels import Level
from bot.core.meaning import QUESTIONS
from bot.handlers import after_a_sign, case_words, danger, memory
from bot.handlers.danger_words import BLOCKS, SAFETY_CHOICES
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.messages import Reply, Words
from bot.ports import Dialogue

LATELY = timedelta(hours=1)
SUICIDE = "suicidal_thoughts"
OF_DEATH = frozenset({"suicide", "others"})
"""Blocks after which "I will do it" is worse than what was said before."""
ANSWERED = frozenset({"confirm", "decline", "thanks", "greet", "talk_to_human", "privacy", "log_missed"})
"""What short words about who is there or who was called are easily taken for, and are not."""

ANSWERS = frozenset({"confirm", "decline", "greet"})
"""What a lone word says to the words about danger, and to nothing else; in no matter of life a greeting is one."""
AMOUNTS = frozenset({"dose_mg", "tablets", "doses", "drinks"})
"""Slots of what is to be noted: who is there does not stand before it."""


@dataclass(frozen=True, slots=True)
class _After:
    """What stands open: the case, which words were said last and of whom, and the question that waits, if any."""

    case: Case
    block: str
    subject: Subject
    dialogue: Dialogue | None

    @property
    def is_of_other(self) -> bool:
        return self.subject == "other"


def heard(turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
    """What words after an alarm bring before anything else reads them; None where they stand for themselves."""
    if turn.incoming.press is not None or turn.incoming.quoted or not turn.text.strip():
        return None
    mine = _it_is_me(turn)
    after = _after(turn, dialogue)
    if mine is not None or after is None:
        return mine
    worse = _worse(turn, after)
    if worse is not None or case_words.has_a_human_written(turn, after.case, since=after.case.opened_at):
        return worse  # what else is said answers the human who writes
    words = _asked(turn, after) or _told(turn, after)
    return [_with_the_question(turn, after, *words)] if words else None


def calmed(turn: Turn) -> Turn:
    """The turn without what words only look like beside an alarm that stands: "am I dying?" after one of the body is a fear and no wish,
    and "I can't call, he will hear" is no sign of its own where nobody knows which."""
    if not _is_said_privately(turn) or turn.screening.level < Level.check:
        return turn
    flags = [flag for flag in turn.screening.flags if flag.level >= Level.check]
    after = _after(turn, None)
    is_fear = after is not None and after.block not in OF_DEATH and all(flag.code == SUICIDE for flag in flags)
    is_unsure = after is not None and all(flag.unsure for flag in flags)
    if not (is_fear and turn.says("asks_of_dying")) and not (is_unsure and turn.says("cannot_speak")):
        return turn
    return replace(turn, screening=replace(turn.screening, flags=tuple(replace(f, level=Level.none) for f in turn.screening.flags)))


def beside(turn: Turn) -> list[Words]:
    """What is answered to a question that reads like another sign in an open case: the alarm stands, and the answer before it."""
    after = _after(turn, None) if _is_said_privately(turn) else None
    asks = after is not None and (turn.says("cannot_speak") or turn.says("asks_who_knows"))
    return _asked(turn, after) if after is not None and asks else []


def _is_said_privately(turn: Turn) -> bool:
    return bool(turn.text.strip()) and not turn.incoming.quoted and not turn.incoming.public


def _after(turn: Turn, dialogue: Dialogue | None) -> _After | None:
    case = turn.unit.cases.open_for(turn.person.id)
    if case is None or case.level < Level.urgent or case.is_of_others:
        return None
    last = memory.said_last(turn, danger.A_DAY)
    if last is None:
        return None
    return _After(case, last[0], last[1], dialogue if dialogue is not None and dialogue.form == danger.FORM else None)


def _worse(turn: Turn, after: _After) -> list[Reply] | None:
    """ "Then I'll do it", "I have a plan", "it isn't done yet": intent, and an emergency (facts on danger signs, 3.1, level 4)."""
    intends = turn.says("means_to") and not turn.says("denies")
    not_yet = turn.says("not_done_yet") and after.block in (*OF_DEATH, danger.SOMETHING_WRONG)
    if turn.says("calls_help") or not (not_yet or (intends and after.block in OF_DEATH)):
        return None
    code = next((code for code in after.case.codes if BLOCKS.get(code) == after.block), SUICIDE)
    subject: Subject = "other" if after.is_of_other and not turn.says("speaks_of_oneself") else "self"
    return danger.answer_red(_with(turn, Flag(code, Level.emergency, 0, len(turn.text), turn.text, subject=subject)))


def _it_is_me(turn: Turn) -> list[Reply] | None:
    """ "The friend is me": what was asked or said of somebody else is of whoever writes."""
    if not turn.says("it_is_me") or turn.says("denies") or turn.meaning.question:
        return None
    after = _after(turn, None)
    if after is not None and after.is_of_other:
        code = after.case.codes[0]
        turn = _with(turn, Flag(code, after.case.level, 0, len(turn.text), turn.text))
        return danger.answer_red(turn) if turn.screening.is_red else danger.answer_orange(turn)
    asked = [what.removeprefix(danger.GENTLE) for what in memory.said(turn, LATELY) if what.startswith(danger.GENTLE)]
    return danger.doubt_confirmed(turn, asked[-1]) if asked and after is None else None


def _with(turn: Turn, flag: Flag) -> Turn:
    return replace(turn, screening=turn.screening.plus((flag,)))


def _asked(turn: Turn, after: _After) -> list[Words]:
    """The questions that people ask after an alarm, and that have an answer in our own words. No dose, no promise, no treatment."""
    emergency = emergency_of(turn.person.country)
    if turn.says("cannot_speak"):
        return [say("danger.cannot-speak", silent={"silent": turn.person.country})]
    asks = turn.meaning.question or "?" in turn.text
    if turn.says("asks_who_knows"):
        others = [m for m in turn.unit.people.moderators() if m.id != turn.person.id]
        told = "danger.moderators-told" if others else "danger.nobody-told"
        return [say(told), *([danger.who_reads(turn, after.case)] if others else []), say("danger.nobody-else", emergency=emergency)]
    if asks and turn.says("asks_to_call"):
        return [say("danger.call-still" if after.case.red else "danger.call-today", **numbers_of(turn.person.country))]
    if turn.says("asks_of_dying"):
        return [say("danger.dying", emergency=emergency)]
    return _asked_what_to_do(turn, after)


def _asked_what_to_do(turn: Turn, after: _After) -> list[Words]:
    """ "What now?", "do I take the next one?": for the emergency service to answer. Hours after words that told of a doctor today, "can I
    have a coffee?" is a question of any day."""
    emergency = emergency_of(turn.person.country)
    if not (after.case.red or after.is_of_other or memory.said_last(turn, LATELY)):
        return []
    if (turn.meaning.question or "?" in turn.text) and turn.says("asks_of_a_dose"):
        return [say("danger.dose-asked", emergency=emergency)]
    return [say("danger.ask-them", emergency=emergency)] if turn.says("asks_what_to_do") else []


def _told(turn: Turn, after: _After) -> list[Words]:
    """Whether help was called, and whether anybody is there."""
    surely = turn.meaning.confidence == "sure" and turn.meaning.intent not in ANSWERED
    if turn.meaning.question or surely or any(AMOUNTS & set(act.slots) for act in turn.meaning.acts):
        return []
    kept = danger.who_reads(turn, after.case)
    numbers = numbers_of(turn.person.country)
    if turn.says("calls_help") and not turn.says("denies"):
        return [say("danger.called", emergency=numbers["emergency"]), kept]
    if turn.says("nobody_there"):
        alone = "danger.alone" if after.case.red else "danger.alone.today"
        return [say("danger.other.alone" if after.is_of_other else alone, **numbers), kept]
    if turn.says("somebody_there"):
        return [say("danger.other.together" if after.is_of_other else "danger.somebody-there", **numbers), kept]
    return []


def _with_the_question(turn: Turn, after: _After, *words: Words) -> Reply:
    """The answer, and the question that still waits: "are you safe?", "how is the person?"; whether anybody is there only once."""
    dialogue = after.dialogue
    waits = dialogue is not None and (dialogue.step in OF_DEATH or after.is_of_other) and dialogue.step != after_a_sign.GENTLE
    if dialogue is not None and waits:
        return after_a_sign.asked_still(turn, dialogue, *words)
    rules = ("emergency-number", "crisis-line")
    offers = choices(*(("talk-to-human",) if after.is_of_other else SAFETY_CHOICES))
    return turn.reply(*after_a_sign.with_numbers(turn, *words), offers=offers, rules=rules, level=after.case.level)


def belongs_to_the_case(turn: Turn) -> Case | None:
    """The open urgent case that words belong to which nothing understands for sure, or a question without an answer of ours.

    While it is no matter of life, what a cue explains is served as ever: an intake is still told, put off and asked about.
    """
    case = turn.unit.cases.open_for(turn.person.id)
    if case is None or case.level < Level.urgent or case.is_of_others:
        return None
    meaning = turn.meaning
    is_explained = meaning.confidence == "ask" and not (meaning.likened or turn.screening.leaning)
    if is_explained and not case.red:
        return None
    unsure = meaning.confidence != "sure" or meaning.intent in (ANSWERS if case.red else ANSWERS - {"greet"})
    unanswered = meaning.intent in QUESTIONS and "topic" not in meaning.slots
    return case if unsure or unanswered or (meaning.likened and turn.screening.leaning) else None
