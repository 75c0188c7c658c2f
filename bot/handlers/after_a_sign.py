"""The answer to a question about danger: a plain yes or no, a safe word, or a button. Anything longer is heard as words.

A sentence that begins with "ok" may say that it will be done: nothing but a bare yes is ever taken for being safe.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.case import Case
from bot.core.flags import Subject
from bot.core.levels import Level
from bot.handlers import case_words, danger, welcome
from bot.handlers.danger_words import SAFETY_CHOICES, SAFETY_FORM, UNCLEAR
from bot.handlers.turn import Turn, choices, numbers_of, say
from bot.messages import Reply, Words
from bot.ports import Dialogue

FORM = SAFETY_FORM
GENTLE = "gentle"
POLITE = frozenset({"thanks", "greet"})
"""What people write when they take an answer for the end of the conversation, goodbyes included."""
FEELING_TELLS = frozenset({GENTLE, "suicide", "others", "mind"})
"""Questions to which "I am fine" is an answer."""
YES_OR_NO = frozenset({"confirm", "decline"})
ANSWERS = POLITE | YES_OR_NO
YES_MEANS_SAFE = frozenset({"suicide", "others", "violence", UNCLEAR})
"""Blocks that end by asking "are you safe?"; the others ask whether anybody is there."""


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A plain yes or no to the question that the last danger text ended with; thanks and goodbyes do not answer it; anything more is
    heard as words."""
    case = turn.unit.cases.open_for(turn.person.id)
    of_death = dialogue.answers.get("question") == "suicide" and turn.meaning.intent == "confirm"  # of death any yes is one
    if case is not None and not of_death and case_words.has_a_human_written(turn, case, since=dialogue.opened_at):
        turn.close_form()  # what is said now answers them
        return [danger.kept_for_moderators(turn, case)] if turn.meaning.intent in ANSWERS else None
    if case is not None and is_about_other(dialogue) and turn.slots.get("topic") == "under_18":
        return [danger.kept_for_moderators(turn, case)]  # "he is four": of the child in danger, and not of whoever writes
    return _no_answer(turn, dialogue) or _answered(turn, dialogue)


def is_about_other(dialogue: Dialogue) -> bool:
    """Whether the question is about somebody else than whoever writes."""
    return "other" in (dialogue.answers.get("who"), dialogue.answers.get("question"))


def _no_answer(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """What neither says yes nor no: politeness, an alarm that is taken back, a mere "ok"."""
    if turn.meaning.intent in POLITE and turn.meaning.confidence == "sure":
        return [_not_the_end(turn, dialogue)]
    if _takes_it_back(turn):
        # Of what was swallowed, and of the body, feeling well says nothing; nor does it of somebody else.
        is_of_the_mind = dialogue.step in FEELING_TELLS and dialogue.answers.get("who") != "other"
        return [_taken_back(turn)] if is_of_the_mind else [asked_still(turn, dialogue)]
    # "ok", or a yes to what was asked since
    unclear = turn.says("only_heard") or (turn.said_since(dialogue) and turn.meaning.intent in YES_OR_NO)
    return [asked_still(turn, dialogue)] if unclear and dialogue.step != GENTLE else None


def _taken_back(turn: Turn) -> Reply:
    """Believed halfway: kindly heard, the numbers stay at hand, the case stays open, and the words reach its humans as they were said."""
    turn.close_form()
    return danger.glad(turn)


def _takes_it_back(turn: Turn) -> bool:
    """Whether an alarm is plainly taken back; a denial in it ("I'm not joking"), or any doubt, and it is not."""
    doubted = turn.meaning.question or turn.screening.level >= Level.check
    return not doubted and turn.says("takes_it_back") and not turn.says("denies")


def _answered(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    if dialogue.step == GENTLE:
        return _of_the_doubt(turn, dialogue)
    yes, no = turn.says("bare_yes"), turn.says("bare_no") or turn.says("hardly")
    is_long = not yes and not no
    if (is_long and turn.meaning.intent in YES_OR_NO) or (is_about_other(dialogue) and not is_long):
        return [asked_still(turn, dialogue, *_who_reads(turn))]
    if is_long:
        return None
    turn.close_form()
    if dialogue.step in YES_MEANS_SAFE:
        return danger.press_safe(turn) if yes else danger.press_not_safe(turn)
    words = say("danger.somebody-there" if yes else "danger.alone", **numbers_of(turn.person.country))
    return [turn.reply(words, offers=choices(*SAFETY_CHOICES), rules=("emergency-number",))]


def _of_the_doubt(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """Yes or no to the gentle question. "Yes, at night" is a yes as well: it asks for help and not for calm."""
    asked = dialogue.answers
    led = turn.meaning.intent == "confirm" and turn.says("led_by_yes") and not turn.says("denies")
    yes, no = turn.says("bare_yes") or led, turn.says("bare_no")
    if not yes and not no:
        if turn.meaning.intent not in YES_OR_NO:
            return None
        if not asked.get("again"):
            return [_asked_again(turn, dialogue)]
        yes = turn.meaning.intent == "confirm"
    if _is_about_something_else(turn, dialogue):
        return [_asked_again(turn, dialogue)]
    turn.close_form()
    if yes:
        where = str(asked.get("where", ""))  # what was asked about stands there for others to read
        turn = replace(turn, incoming=replace(turn.incoming, where=where or turn.incoming.where))
        subject: Subject = "other" if is_about_other(dialogue) else "self"
        return danger.doubt_confirmed(turn, str(asked["code"]), signs=bool(asked.get("signs")), subject=subject)
    case = turn.unit.cases.open_for(turn.person.id)
    # In a case of something else a no to this question says nothing of that: nobody is told that they are safe.
    return [danger.kept_for_moderators(turn, case)] if case is not None and case.level >= Level.urgent else danger.press_safe(turn)


def _not_the_end(turn: Turn, dialogue: Dialogue) -> Reply:
    """A kind word back, and the question that is still unanswered: the form stays open (facts on danger signs, 3.2)."""
    kind = [say("danger.here")] if turn.meaning.intent == "thanks" else []
    if dialogue.step == GENTLE:
        return gentle_again(turn, dialogue, *kind, otherwise="again")
    return asked_still(turn, dialogue, *kind)


def asked_still(turn: Turn, dialogue: Dialogue, *before: Words) -> Reply:
    """The question that the emergency words ended with, and the numbers, once, after some other words."""
    turn.open_form(FORM, dialogue.step, **dialogue.answers)
    about_other = dialogue.answers.get("who") == "other"
    question = say("danger.other.ask" if about_other else f"danger.{dialogue.step}.ask")
    offers = choices(*(("talk-to-human",) if about_other else SAFETY_CHOICES))
    return turn.reply(*with_numbers(turn, *before, question), offers=offers, rules=("emergency-number", "crisis-line"))


def with_numbers(turn: Turn, *words: Words) -> tuple[Words, ...]:
    """The words, and whom to call and to talk to where they do not say it themselves."""
    said = any({"emergency", "crisis"} <= {*each.values} for each in words)
    return words if said else (*words, say("human.numbers", **numbers_of(turn.person.country)))


def _who_reads(turn: Turn) -> list[Words]:
    case = turn.unit.cases.open_for(turn.person.id)
    return [] if case is None else [danger.who_reads(turn, case)]


def before_consent(turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
    """Whoever is in danger and has agreed to nothing: their answer is one to the question about it, never to that of consent. While an
    urgent case is open what they say is kept for its humans. None where nothing about danger is open."""
    if turn.incoming.press is not None:
        return None
    case = turn.unit.cases.open_for(turn.person.id)
    urgent = case if case is not None and case.level >= Level.urgent and not case.is_of_others else None
    if urgent is not None and urgent.owner_id is not None:
        return [danger.kept_for_moderators(turn, urgent)]  # a human is there: what is said is for them
    if dialogue is not None and dialogue.form == FORM:
        answered = form(turn, dialogue)
        if answered is not None:
            return answered
        if dialogue.step != GENTLE:
            return [asked_still(turn, dialogue, *_who_reads(turn))]
    return _kept_before_consent(turn, urgent) if urgent is not None else None


def _kept_before_consent(turn: Turn, case: Case) -> list[Reply]:
    """Their words are kept for the humans; consent is asked for beside it only once they are safe, and tell nothing of themselves."""
    kept = danger.kept_for_moderators(turn, case)
    calm = turn.screening.level < Level.check and not turn.screening.leaning and not turn.says("tells_how_one_is")
    if not case_words.says_safe(turn, case) or not calm:
        return [kept]
    return [replace(reply, words=(*kept.words, *reply.words)) for reply in welcome.first_contact(turn)]


def _is_about_something_else(turn: Turn, dialogue: Dialogue) -> bool:
    """Whether other things were said since the gentle question, so that a lone yes or no may be meant for them. Asked again only once:
    whoever says it twice has answered. Of death any yes is one."""
    asked = dialogue.answers
    return asked.get("question") != "suicide" and not asked.get("again") and turn.said_since(dialogue)


def _asked_again(turn: Turn, dialogue: Dialogue) -> Reply:
    """The gentle question once more, in its own words."""
    turn.open_form(FORM, GENTLE, **{**dialogue.answers, "again": True})
    return gentle_again(turn, dialogue, say("form.back"))


def gentle_again(turn: Turn, dialogue: Dialogue, *before: Words, otherwise: str = "open") -> Reply:
    """The gentle question in its own words, after some others; `otherwise`: which one, where it was about nothing in particular."""
    question = dialogue.answers.get("question", otherwise)
    words = say(f"check.gentle.{question}", **numbers_of(turn.person.country))
    return turn.reply(*before, words, offers=choices(*SAFETY_CHOICES), rules=("gentle-check", "crisis-line"), level=Level.check)
