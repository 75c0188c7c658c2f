"""The answer to a danger sign: help first, a human told, and no dose of any kind. Its words are in `danger_words`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.case import ASKED, Case
from bot.core.flags import Flag, Screening
from bot.core.levels import Level
from bot.core.meaning import Meaning
from bot.handlers import case_words, escalation, memory
from bot.handlers.danger_words import (
    BLOCKS,
    LEANING,
    NOT_SAFE,
    OTHERWISE,
    QUESTIONS,
    SAFETY_CHOICES,
    SAFETY_FORM,
    UNCLEAR,
    UNSCREENED,
    block_of,
    doubt_of,
    emergency_words,
    gentle_words,
    subject_of,
    worst,
)
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.knowledge.findings import finding
from bot.knowledge.signs import LEARNT
from bot.messages import Group, Reply, Urgency, Words
from bot.ports import CaseEvent, Dialogue

NOT_AN_EMERGENCY_YET = frozenset({"taken", "stopped"})
"""Questions whose yes needs a human today; a yes to the others is an emergency."""

ORANGE_WORDS = {"dangerous_mix": "mix", "driving": "driving"}
"""Codes with orange words of their own; the others share those of their block."""

FORM = SAFETY_FORM
SOMETHING_WRONG = "something_wrong"
"""The code of a case of somebody who said that something is wrong, and not what."""
POLITE = frozenset({"thanks", "greet"})
"""What people write when they take an answer for the end of the conversation, goodbyes included."""
FEELING_TELLS = frozenset({"gentle", "suicide", "others", "mind"})
"""Questions to which "I am fine" is an answer."""
YES_OR_NO = frozenset({"confirm", "decline"})
ANSWERS = POLITE | YES_OR_NO
YES_MEANS_SAFE = frozenset({"suicide", "others", "violence", UNCLEAR})
"""Blocks that end by asking "are you safe?"; the others ask whether anybody is there."""

# A side effect that the knowledge holds for urgent is a danger sign, by whatever words the understanding found it.
CODES_OF_FINDINGS = {"suffocation": "breathing", "chest_tightness": "chest_pain", "paranoia": "psychosis"}


def answer_red(turn: Turn) -> list[Reply]:
    """The emergency words, alone, and the case. Nothing else of the message is served (rule `red-flag-no-dose`)."""
    flags = _with_the_cases_code(turn)
    worst_flag = worst(flags)
    block, who = block_of(worst_flag), subject_of(flags)
    repeated = _said_lately(turn, f"{block}:{who}")
    codes = tuple(dict.fromkeys(flag.code for flag in flags if flag.level >= Level.check))
    raised = escalation.raise_case(turn, replace(sign_of(turn), codes=codes))
    turn.unit.entries.add(turn.person.id, "acknowledgement", turn.now, {"said": f"{block}:{who}"}, turn.now)
    turn.open_form(FORM, block, who=who)
    told, told_rules = escalation.who_knows(raised), escalation.told_rules(raised)
    words = emergency_words(turn.person, flags, told=told, told_rules=told_rules, repeated=repeated)
    return [words, *raised.replies]


def _with_the_cases_code(turn: Turn) -> tuple[Flag, ...]:
    """The button `not-safe` says that it is an emergency, not of what kind: the open case knows, or the question it answers."""
    case = turn.unit.cases.open_for(turn.person.id)
    known = next((code for code in case.codes if code in BLOCKS), None) if case is not None else None
    asked = turn.unit.dialogues.get(turn.person.id)
    if known is None and asked is not None and asked.form == FORM and asked.answers.get("code") in BLOCKS:
        known = str(asked.answers["code"])
    return tuple(replace(flag, code=known or "suicidal_thoughts") if flag.code == NOT_SAFE else flag for flag in turn.screening.flags)


def understood_and_remembered(turn: Turn) -> Screening:
    """The screening once the message is understood: with the side effects that are danger signs, and with what the last days add."""
    if (turn.incoming.press is not None and not turn.text.strip()) or turn.incoming.quoted:
        return turn.screening
    if turn.person.consented_at is not None:
        turn = replace(turn, screening=turn.screening.plus(flags_of(turn.meaning, turn.text)))
    return memory.with_the_past(turn)


def understood_openly(turn: Turn) -> Screening:
    """The screening of words that others read, with the side effects that are danger signs; nothing of anybody's past is looked at."""
    return turn.screening.plus(flags_of(turn.meaning, turn.text))


def flags_of(meaning: Meaning, text: str) -> tuple[Flag, ...]:
    """The danger signs among the side effects that a message names and does not ask about."""
    if meaning.question:
        return ()
    named = {str(effect) for act in meaning.acts if act.intent == "log_side_effect" for effect in act.slots.get("effects", ())}
    urgent = [name for name in sorted(named) if finding(name).level >= Level.urgent]
    return tuple(Flag(CODES_OF_FINDINGS.get(name, OTHERWISE), finding(name).level, 0, len(text), text) for name in urgent)


def sign_of(turn: Turn) -> Sign:
    """What is escalated of a heard message."""
    screening = turn.screening
    return Sign(level=screening.level, red=screening.is_red, codes=screening.codes, quote=turn.text)


def answer_orange(turn: Turn) -> list[Reply]:
    """A human today, in the moderators' ordinary queue: more than planned, a stop, withdrawal signs."""
    raised = escalation.raise_case(turn, sign_of(turn))
    # Trembling belongs to both: who stopped baclofen is told of baclofen.
    worst_flag = max(turn.screening.flags, key=lambda flag: (flag.level, flag.code != "alcohol_withdrawal"))
    block = block_of(worst_flag)
    words = (
        say(f"orange.{_orange(worst_flag.code, block)}"),
        say("orange.if-worse", emergency=emergency_of(turn.person.country)),
        say("orange.no-step-up"),
        escalation.who_knows(raised),
    )
    rules = {
        "excess": ("over-plan", "never-double"),
        "withdrawal": ("never-stop-abruptly",),
        "alcohol_withdrawal": ("prescriber-decides",),
    }.get(block, ("interaction-alcohol", "interaction-sedative") if worst_flag.code == "dangerous_mix" else ("prescriber-decides",))
    reply = turn.reply(
        *words,
        offers=choices("talk-to-human"),
        rules=(*rules, "emergency-number", *escalation.told_rules(raised)),
        level=Level.urgent,
        urgency=Urgency.urgent,
    )
    return [reply, *raised.replies]


def is_said_beside(turn: Turn, beside: Sequence[Reply]) -> bool:
    """Whether the answer to days without says all that a stop asks for, a human included: nothing is said twice (rule `day-missed`)."""
    alarming = {flag.code for flag in turn.screening.flags if flag.level >= Level.urgent}
    return alarming == {"abrupt_stop"} and any("day-missed" in reply.rules and reply.level >= Level.urgent for reply in beside)


def _orange(code: str, block: str) -> str:
    if code in ORANGE_WORDS and block != UNCLEAR:
        return ORANGE_WORDS[code]
    return block if block in ("excess", "withdrawal", "alcohol_withdrawal") else "other"


def gentle_check(turn: Turn) -> list[Reply]:
    """The soft question for what is ambiguous; whatever is answered is itself triaged, a plain yes or no included."""
    if _is_only_a_plan(turn):
        return []
    replies: list[Reply] = []
    if any(flag.code == UNSCREENED for flag in turn.screening.flags):
        sign = Sign(level=Level.check, red=False, codes=(UNSCREENED,), quote=turn.text)
        replies = escalation.raise_case(turn, sign).replies
    memory.keep_doubts(turn)
    code, question = doubt_of(turn.screening.flags)
    turn.open_form(FORM, "gentle", code=code, question=question, **({"where": turn.incoming.where} if turn.incoming.where else {}))
    return [gentle_words(turn.person, turn.screening.flags), *replies]


def _is_only_a_plan(turn: Turn) -> bool:
    """Whether the doubt is only a likeness, and the words are surely a plan: its amounts are read back and asked about anyway."""
    surely = turn.meaning.intent == "set_plan" and turn.meaning.confidence == "sure"
    return surely and all(rule.startswith(LEARNT) for rule in turn.screening.rules)


def in_public(turn: Turn) -> list[Reply]:
    """Of what is said where others read, only a doubt is answered, in private; nothing is logged and nothing personal is told."""
    return gentle_check(turn) if turn.screening.level is Level.check else []


def ask_openly(turn: Turn, *, answered: bool = False) -> list[Reply]:
    """Words that nobody could make anything of, or a question that was `answered`, where they lean towards danger."""
    turn.open_form(FORM, "gentle", code=LEANING)
    words = say("check.gentle.beside" if answered else "check.gentle.open", **numbers_of(turn.person.country))
    return [turn.reply(words, offers=choices(*SAFETY_CHOICES), rules=("gentle-check", "crisis-line", "not-understood"), level=Level.check)]


def _something_is_wrong(turn: Turn) -> list[Reply]:
    """Yes, something is wrong, nobody knows what: a human today, and the question what it is. No sign is made up."""
    raised = escalation.raise_case(turn, Sign(level=Level.urgent, red=False, codes=(SOMETHING_WRONG,), quote=turn.text))
    words = (say("check.tell-me", **numbers_of(turn.person.country)), escalation.who_knows(raised))
    rules = ("gentle-check", "emergency-number", "crisis-line", *escalation.told_rules(raised))
    reply = turn.reply(*words, offers=choices(*SAFETY_CHOICES), rules=rules, level=Level.urgent, urgency=Urgency.urgent)
    return [reply, *raised.replies]


def _doubt_confirmed(turn: Turn, code: str, *, signs: bool = False) -> list[Reply]:
    """Yes, to the gentle question. `signs`: it was asked whether they are there, after days without."""
    if code == LEANING:
        return _something_is_wrong(turn)
    level = Level.urgent if not signs and QUESTIONS[BLOCKS.get(code, "mind")] in NOT_AN_EMERGENCY_YET else Level.emergency
    turn = replace(turn, screening=turn.screening.plus((Flag(code, level, 0, len(turn.text), turn.text),)))
    return answer_red(turn) if turn.screening.is_red else answer_orange(turn)


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A plain yes or no to the question that the last danger text ended with; thanks and goodbyes do not answer it; anything more is
    heard as words."""
    case = turn.unit.cases.open_for(turn.person.id)
    of_death = dialogue.answers.get("question") == "suicide" and turn.meaning.intent == "confirm"  # of death any yes is one
    if case is not None and not of_death and case_words.has_a_human_written(turn, case, since=dialogue.opened_at):
        turn.close_form()  # what is said now answers them
        return [kept_for_moderators(turn, case)] if turn.meaning.intent in ANSWERS else None
    if case is not None and dialogue.answers.get("who") == "other" and turn.slots.get("topic") == "under_18":
        return [kept_for_moderators(turn, case)]  # "he is four": of the child in danger, and not of whoever writes
    return _no_answer(turn, dialogue) or _answered(turn, dialogue)


def _no_answer(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """What neither says yes nor no: politeness, an alarm that is taken back, a mere "ok"."""
    if turn.meaning.intent in POLITE and turn.meaning.confidence == "sure":
        return [_not_the_end(turn, dialogue)]
    if _takes_it_back(turn):
        # Of what was swallowed, and of the body, feeling well says nothing; nor does it of somebody else.
        is_of_the_mind = dialogue.step in FEELING_TELLS and dialogue.answers.get("who") != "other"
        return [_taken_back(turn)] if is_of_the_mind else [_asked_still(turn, dialogue)]
    unclear = turn.says("only_heard") or turn.said_since(dialogue)  # "ok", or a yes to what was asked since
    heard = turn.meaning.intent in YES_OR_NO and dialogue.step != "gentle" and unclear
    return [_asked_still(turn, dialogue)] if heard else None


def _taken_back(turn: Turn) -> Reply:
    """Believed halfway: kindly heard, the numbers stay at hand, the case stays open, and the words reach its humans as they were said."""
    turn.close_form()
    return _glad(turn)


def _takes_it_back(turn: Turn) -> bool:
    """Whether an alarm is plainly taken back; a denial in it ("I'm not joking"), or any doubt, and it is not."""
    doubted = turn.meaning.question or turn.screening.level >= Level.check
    return not doubted and turn.says("takes_it_back") and not turn.says("denies")


def _answered(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    if turn.meaning.intent not in YES_OR_NO:
        return None
    yes = turn.meaning.intent == "confirm"
    turn.close_form()
    if dialogue.step == "gentle" and _is_about_something_else(turn, dialogue):
        return [_asked_again(turn, dialogue)]
    if dialogue.step == "gentle":
        where = str(dialogue.answers.get("where", ""))  # what was asked about stands there for others to read
        turn = replace(turn, incoming=replace(turn.incoming, where=where or turn.incoming.where))
        signs = bool(dialogue.answers.get("signs"))
        return _doubt_confirmed(turn, str(dialogue.answers["code"]), signs=signs) if yes else press_safe(turn)
    if dialogue.step in YES_MEANS_SAFE:
        return press_safe(turn) if yes else press_not_safe(turn)
    words = say("danger.somebody-there" if yes else "danger.alone", **numbers_of(turn.person.country))
    return [turn.reply(words, offers=choices(*SAFETY_CHOICES), rules=("emergency-number",))]


def _not_the_end(turn: Turn, dialogue: Dialogue) -> Reply:
    """A kind word back, and the question that is still unanswered: the form stays open (facts on danger signs, 3.2)."""
    kind = [say("danger.here")] if turn.meaning.intent == "thanks" else []
    if dialogue.step == "gentle":
        return _gentle_again(turn, dialogue, *kind)
    return _asked_still(turn, dialogue, *kind)


def _asked_still(turn: Turn, dialogue: Dialogue, *before: Words) -> Reply:
    """The question that the emergency words ended with, and the numbers, after some other words."""
    turn.open_form(FORM, dialogue.step, **dialogue.answers)
    about_other = dialogue.answers.get("who") == "other"
    question = say("danger.other.ask" if about_other else f"danger.{dialogue.step}.ask")
    offers = choices(*(("talk-to-human",) if about_other else SAFETY_CHOICES))
    numbers = say("human.numbers", **numbers_of(turn.person.country))
    return turn.reply(*before, question, numbers, offers=offers, rules=("emergency-number", "crisis-line"))


def before_consent(turn: Turn, dialogue: Dialogue | None) -> list[Reply] | None:
    """Whoever is in danger and has agreed to nothing: their answer is one to the question about it, never to that of consent, which waits
    until it is answered. None where nothing about danger is open."""
    case = turn.unit.cases.open_for(turn.person.id)
    if turn.incoming.press is None and case is not None and case.level >= Level.urgent and case.owner_id is not None:
        return [kept_for_moderators(turn, case)]  # a human is there: what is said is for them
    if dialogue is None or dialogue.form != FORM or turn.incoming.press is not None:
        return None
    answered = form(turn, dialogue)
    if answered is not None or dialogue.step == "gentle":
        return answered
    return [_asked_still(turn, dialogue, *([] if case is None else [_who_reads(turn, case)]))]


def _is_about_something_else(turn: Turn, dialogue: Dialogue) -> bool:
    """Whether other things were said since the gentle question, so that a lone yes or no may be meant for them. Asked again only once:
    whoever says it twice has answered. Of death any yes is one."""
    asked = dialogue.answers
    return asked.get("question") != "suicide" and not asked.get("again") and turn.said_since(dialogue)


def _asked_again(turn: Turn, dialogue: Dialogue) -> Reply:
    """The gentle question once more, in its own words."""
    turn.open_form(FORM, "gentle", **{**dialogue.answers, "again": True})
    return _gentle_again(turn, dialogue, say("form.back"))


def _gentle_again(turn: Turn, dialogue: Dialogue, *before: Words) -> Reply:
    words = say(f"check.gentle.{dialogue.answers.get('question', 'open')}", **numbers_of(turn.person.country))
    return turn.reply(*before, words, offers=choices(*SAFETY_CHOICES), rules=("gentle-check", "crisis-line"), level=Level.check)


def kept_for_moderators(turn: Turn, case: Case) -> Reply:
    """While a case is open, words that nothing else answers belong to the humans who read it, and that is said."""
    return turn.reply(
        _who_reads(turn, case), say("human.numbers", **numbers_of(turn.person.country)), rules=("emergency-number",), level=case.level
    )


def _who_reads(turn: Turn, case: Case) -> Words:
    if case.owner_id is not None:
        return say("human.forwarded")
    return say("human.forwarded-again" if case_words.was_claimed(turn, case) else "human.kept")


def press_safe(turn: Turn) -> list[Reply]:
    """ "I am safe", believed halfway: the case stays open, the numbers stay at hand."""
    turn.close_form()
    case = turn.unit.cases.open_for(turn.person.id)
    words = _glad(turn)
    if case is None:
        return [words]
    if turn.incoming.press is not None:  # words are kept as they were said
        turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what="pressed-safe"))
    told = Reply(
        to=case.owner_id if case.owner_id is not None else Group.moderators_on_duty,
        words=(say("case.person-safe", case=case.id, person=turn.person.id),),
        kind="case",
        level=case.level,
        choices=choices("reply", "resolve-safe", about=str(case.id)),
    )
    return [words, told]


def _glad(turn: Turn) -> Reply:
    return turn.reply(say("danger.safe", **numbers_of(turn.person.country)), offers=choices("talk-to-human"), rules=("crisis-line",))


def press_not_safe(turn: Turn) -> list[Reply]:
    """ "I am not safe": an emergency, whatever was said before."""
    flag = Flag(NOT_SAFE, Level.emergency, 0, len(turn.text), turn.text)
    return answer_red(replace(turn, screening=turn.screening.plus((flag,))))


def talk_to_human(turn: Turn) -> list[Reply]:
    """A person asks for a human: a case in the ordinary queue, no level of danger."""
    sign = Sign(level=Level.consult, red=False, codes=(ASKED,), quote=turn.text)
    known = turn.unit.cases.open_for(turn.person.id)
    raised = escalation.raise_case(turn, sign)
    if known is not None and raised.someone_told:
        return [kept_for_moderators(turn, raised.case), *raised.replies]
    told = say("human.asked" if raised.someone_told else "human.nobody", emergency=emergency_of(turn.person.country))
    return [turn.reply(told, rules=escalation.told_rules(raised)), *raised.replies]


def _said_lately(turn: Turn, what: str) -> bool:
    """True when these very words were said within the hour: they are not repeated, the numbers and the alert always are."""
    since = turn.now - turn.policy.repeat_block
    shown = turn.unit.entries.between(turn.person.id, since, turn.now + timedelta(seconds=1), ["acknowledgement"])
    return any(entry.detail.get("said") == what for entry in shown)
