"""The answer to a danger sign: help first, a human told, and no dose of any kind. Its words are in `danger_words`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.case import ASKED, Case
from bot.core.flags import Flag, Screening, Subject
from bot.core.levels import Level
from bot.core.meaning import Meaning
from bot.handlers import case_words, escalation, memory
from bot.handlers.danger_words import (
    BLOCKS,
    LEANING,
    NOT_SAFE,
    OTHERWISE,
    POISONING,
    QUESTIONS,
    SAFETY_CHOICES,
    SAFETY_FORM,
    UNCLEAR,
    UNSCREENED,
    block_of,
    doubt_of,
    gentle_words,
    red_reply,
    subject_of,
    worst,
)
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.knowledge.findings import finding
from bot.knowledge.signs import LEARNT
from bot.messages import Group, Reply, Urgency, Words
from bot.ports import CaseEvent

NOT_AN_EMERGENCY_YET = frozenset({"taken", "stopped"})
"""Questions whose yes needs a human today; a yes to the others is an emergency."""

ORANGE_WORDS = {"dangerous_mix": "mix", "driving": "driving"}
"""Codes with orange words of their own; the others share those of their block."""

ORANGE, GENTLE = "orange-", "gentle-"
"""How the names of orange words and of gentle questions begin, as they are remembered."""
AGAIN = {"driving": "driving.again"}
"""Said within the hour already: shorter, except where it is about what the person is about to do."""

FORM = SAFETY_FORM
AT_ONCE = "over-200-single"
"""The one sign whose rule decides on an intake too: whoever told it in words is answered by the same rule."""
SOMETHING_WRONG = "something_wrong"
"""The code of a case of somebody who said that something is wrong, and not what."""
KEPT = "human.kept"
"""The words that no moderator has come forward yet; they are said in full once within the hour."""

SAFE = {"others": "danger.safe.others", "body": "danger.safe.body", "poisoning": "danger.safe.body", "excess": "danger.safe.body"}
"""What is said to somebody who is safe; of the body, and of what was swallowed, feeling safe says nothing."""
A_DAY = timedelta(days=1)
"""For so long after the words about danger, what is said is heard beside them."""
# A side effect that the knowledge holds for urgent is a danger sign, by whatever words the understanding found it.
CODES_OF_FINDINGS = {"suffocation": "breathing", "chest_tightness": "chest_pain", "paranoia": "psychosis"}


def answer_red(turn: Turn) -> list[Reply]:
    """The emergency words, alone, and the case. Nothing else of the message is served (rule `red-flag-no-dose`)."""
    flags = _with_the_cases_code(turn)
    worst_flag = worst(flags)
    block, who = block_of(worst_flag), subject_of(flags)
    block = _with_the_cases_block(turn, block)
    repeated = memory.said_lately(turn, f"{block}:{who}")
    codes = tuple(dict.fromkeys(flag.code for flag in flags if flag.level >= Level.check))
    raised = escalation.raise_case(turn, replace(sign_of(turn), codes=codes))
    memory.note_said(turn, f"{block}:{who}")
    turn.open_form(FORM, block, who=who)
    told, told_rules = escalation.who_knows(raised), escalation.told_rules(raised)
    words = red_reply(
        turn.person, block=block, level=worst_flag.level, about_other=who == "other", told=told, told_rules=told_rules, repeated=repeated
    )
    single = tuple(rule for rule in turn.screening.rules if rule == AT_ONCE)
    return [replace(words, rules=(*single, *words.rules)), *raised.replies]


def _with_the_cases_block(turn: Turn, block: str) -> str:
    """What the body does after something was swallowed is told to the emergency service as that: it may be nobody's treatment."""
    case = turn.unit.cases.open_for(turn.person.id)
    swallowed = case is not None and case.red and any(BLOCKS.get(code) == POISONING for code in case.codes)
    return POISONING if swallowed and block == "body" else block


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
    return memory.with_the_past(_as_an_answer(turn))


def _as_an_answer(turn: Turn) -> Turn:
    """Words that nobody understands and that lean towards danger are a doubt, where a question about somebody's life is still open."""
    asked = turn.unit.dialogues.get(turn.person.id)
    if asked is None or asked.form != FORM or asked.opened_at is None or turn.now - asked.opened_at > turn.policy.repeat_block:
        return turn
    question, vague = asked.answers.get("question"), turn.meaning.confidence != "sure" and turn.screening.leaning
    if question not in ("suicide", "other") or not vague or turn.screening.level >= Level.check:
        return turn
    subject: Subject = "other" if question == "other" else "self"
    flag = Flag(str(asked.answers["code"]), Level.check, 0, len(turn.text), turn.text, subject=subject)
    return replace(turn, screening=turn.screening.plus((flag,), rules=(LEANING,)))


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
    block, who = block_of(worst_flag), subject_of(turn.screening.flags)
    kind, of = _orange(worst_flag.code, block), ".other" if who == "other" else ""
    repeated = memory.said_lately(turn, f"{ORANGE}{kind}:{who}")
    memory.note_said(turn, f"{ORANGE}{kind}:{who}")
    stands_still = who == "self" or turn.unit.plans.current(turn.person.id) is not None
    words = (
        *([say(f"danger.withdrawal.heard.{who}")] if worst_flag.code == "withdrawal" else []),
        say(f"orange.{AGAIN.get(kind, 'again') if repeated else kind}{of}"),
        say(f"orange.if-worse{of}", emergency=emergency_of(turn.person.country)),
        *([say("orange.no-step-up")] if stands_still and not repeated else []),
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
    if _is_answered_already(turn):
        return replies
    code, question = doubt_of(turn.screening.flags)
    memory.note_said(turn, f"{GENTLE}{code}")
    turn.open_form(FORM, "gentle", code=code, question=question, **({"where": turn.incoming.where} if turn.incoming.where else {}))
    return [gentle_words(turn.person, turn.screening.flags), *replies]


def _is_answered_already(turn: Turn) -> bool:
    """Whether the emergency numbers of an open case say all that a doubt would ask for; thoughts of death are always asked about."""
    case = turn.unit.cases.open_for(turn.person.id)
    return case is not None and case.freezes and doubt_of(turn.screening.flags)[1] != "suicide"


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
    asked = f"{GENTLE}{LEANING}"
    again = memory.said_lately(turn, asked)
    memory.note_said(turn, asked)
    key = "check.gentle.beside" if answered else "check.gentle.again" if again else "check.gentle.open"
    words = say(key, **numbers_of(turn.person.country))
    return [turn.reply(words, offers=choices(*SAFETY_CHOICES), rules=("gentle-check", "crisis-line", "not-understood"), level=Level.check)]


def something_is_wrong(turn: Turn) -> list[Reply]:
    """Yes, something is wrong, nobody knows what: a human today, and the question what it is. No sign is made up."""
    raised = escalation.raise_case(turn, Sign(level=Level.urgent, red=False, codes=(SOMETHING_WRONG,), quote=turn.text))
    memory.note_said(turn, f"{SOMETHING_WRONG}:self")
    words = (say("check.tell-me", **numbers_of(turn.person.country)), escalation.who_knows(raised))
    rules = ("gentle-check", "emergency-number", "crisis-line", *escalation.told_rules(raised))
    reply = turn.reply(*words, offers=choices(*SAFETY_CHOICES), rules=rules, level=Level.urgent, urgency=Urgency.urgent)
    return [reply, *raised.replies]


def doubt_confirmed(turn: Turn, code: str, *, signs: bool = False, subject: Subject = "self") -> list[Reply]:
    """Yes, to the gentle question. `signs`: it was asked whether they are there, after days without; `subject`: of whom."""
    if code == LEANING:
        return something_is_wrong(turn)
    level = Level.urgent if not signs and QUESTIONS[BLOCKS.get(code, "mind")] in NOT_AN_EMERGENCY_YET else Level.emergency
    turn = replace(turn, screening=turn.screening.plus((Flag(code, level, 0, len(turn.text), turn.text, subject=subject),)))
    return answer_red(turn) if turn.screening.is_red else answer_orange(turn)


def kept_for_moderators(turn: Turn, case: Case) -> Reply:
    """While a case is open, words that nothing else answers belong to the humans who read it, and that is said."""
    words = who_reads(turn, case)
    if words.key == KEPT and memory.said_lately(turn, KEPT):
        words = say("human.kept-too")
    elif words.key == KEPT:
        memory.note_said(turn, KEPT)
    return turn.reply(words, say("human.numbers", **numbers_of(turn.person.country)), rules=("emergency-number",), level=case.level)


def who_reads(turn: Turn, case: Case) -> Words:
    """Whether somebody reads what is kept, as it is now."""
    if case.owner_id is not None:
        return say("human.forwarded")
    return say("human.forwarded-again" if case_words.was_claimed(turn, case) else KEPT)


def press_safe(turn: Turn) -> list[Reply]:
    """ "I am safe", believed halfway: the case stays open, the numbers stay at hand."""
    turn.close_form()
    case = turn.unit.cases.open_for(turn.person.id)
    words = glad(turn)
    if case is None:
        return [words]
    what = case_words.SAYS_SAFE if turn.incoming.press is None else f"{case_words.PRESSED}safe"
    turn.unit.cases.record(CaseEvent(case_id=case.id, at=turn.now, what=what))
    told = Reply(
        to=case.owner_id if case.owner_id is not None else Group.moderators_on_duty,
        words=(say("case.person-safe", case=case.id, person=turn.person.id),),
        kind="case",
        level=case.level,
        choices=choices("reply", "resolve-safe", about=str(case.id)),
    )
    return [words, told]


def glad(turn: Turn) -> Reply:
    """Kindly heard, with what still holds of the kind of danger that was answered last, and the numbers."""
    last = memory.said_last(turn, A_DAY)
    key = SAFE.get(last[0], "danger.safe") if last is not None else "danger.safe"
    words = say(key, **numbers_of(turn.person.country))
    return turn.reply(words, offers=choices("talk-to-human"), rules=("crisis-line", "emergency-number"))


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
