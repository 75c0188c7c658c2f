"""The answer to a danger sign: help first, a human told, and no dose of any kind.

The shape of the words follows the checklist of facts on danger signs, 3.2: acknowledge, the numbers first, one direct
question, somebody to be with, distance from means, who has been told, and never the end of the conversation.
"""

from __future__ import annotations

from datetime import timedelta

from bot.core.flags import Flag
from bot.core.levels import Level
from bot.core.meaning import Meaning
from bot.core.person import Person
from bot.handlers import escalation
from bot.handlers.escalation import Sign
from bot.handlers.turn import Turn, choices, emergency_of, numbers_of, say
from bot.knowledge.findings import finding
from bot.messages import Reply, Urgency, Words

# Which block of words answers which code. Every code of the contract that can reach `urgent` is here (held by a test).
BLOCKS = {
    "suicidal_thoughts": "suicide",
    "self_harm": "suicide",
    "harm_to_others": "others",
    "confusion": "mind",
    "hallucinations": "mind",
    "psychosis": "mind",
    "mania": "mind",
    "seizure": "body",
    "loss_of_consciousness": "body",
    "severe_sedation": "body",
    "breathing": "body",
    "chest_pain": "body",
    "allergy": "body",
    "head_injury": "body",
    "overdose": "poisoning",
    "child_ingestion": "poisoning",
    "dangerous_mix": "poisoning",
    "dose_excess": "excess",
    "withdrawal": "withdrawal",
    "abrupt_stop": "withdrawal",
    "alcohol_withdrawal": "alcohol_withdrawal",
}
OTHERWISE = "body"

# A side effect that the knowledge holds for urgent is a danger sign, by whatever words the understanding found it.
CODES_OF_FINDINGS = {"suffocation": "breathing", "chest_tightness": "chest_pain", "paranoia": "psychosis"}

RED_RULES = ("emergency-number", "red-flag-no-dose", "red-flag-freeze")
SAFETY_CHOICES = ("safe", "not-safe", "talk-to-human")


def answer_red(turn: Turn) -> list[Reply]:
    """The emergency words, alone, and the case. Nothing else of the message is served (rule `red-flag-no-dose`)."""
    repeated = _said_lately(turn)
    raised = escalation.raise_case(turn, sign_of(turn))
    turn.close_form()
    told, told_rules = escalation.who_knows(raised), escalation.told_rules(raised)
    words = emergency_words(turn.person, turn.screening.flags, told=told, told_rules=told_rules, repeated=repeated)
    return [words, *raised.replies]


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


def emergency_words(
    person: Person, flags: tuple[Flag, ...], *, told: Words, told_rules: tuple[str, ...] = (), repeated: bool = False
) -> Reply:
    """What the person reads. Pure: it needs nothing that a failing database could take away."""
    worst_flag = max(flags, key=lambda flag: (flag.is_red, flag.level))
    return red_reply(
        person,
        block=BLOCKS.get(worst_flag.code, OTHERWISE),
        level=worst_flag.level,
        about_other=all(flag.subject == "other" for flag in flags if flag.level >= Level.urgent),
        told=told,
        told_rules=told_rules,
        repeated=repeated,
    )


def red_reply(
    person: Person,
    *,
    block: str,
    level: Level,
    about_other: bool,
    told: Words,
    told_rules: tuple[str, ...],
    repeated: bool = False,
) -> Reply:
    """The red answer for one block of words: the number first, then what to do, then who knows."""
    who = "other" if about_other else "self"
    numbers = numbers_of(person.country)
    first = "first-crisis" if block == "suicide" and level < Level.emergency else "first-emergency"
    words = [say(f"danger.{block}.heard.{who}"), say(f"danger.{first}.{who}", **numbers)]
    if not repeated:
        words.append(say(f"danger.{block}.do.{who}", **numbers))
    words.append(told)
    if who == "self":
        words.append(say(f"danger.{block}.ask"))
    suicide = block == "suicide"
    return Reply(
        to=person.id,
        words=tuple(words),
        choices=choices(*SAFETY_CHOICES),
        rules=(*RED_RULES, *(("crisis-line",) if suicide else ()), *told_rules),
        level=level,
        urgency=Urgency.urgent,
    )


def answer_orange(turn: Turn) -> list[Reply]:
    """A human today, in the moderators' ordinary queue: more than planned, a stop, withdrawal signs."""
    raised = escalation.raise_case(turn, sign_of(turn))
    worst_flag = max(turn.screening.flags, key=lambda flag: flag.level)
    block = BLOCKS.get(worst_flag.code, OTHERWISE)
    words = (
        say(f"orange.{block}" if block in ("excess", "withdrawal", "alcohol_withdrawal") else "orange.other"),
        say("orange.if-worse", emergency=emergency_of(turn.person.country)),
        say("orange.no-step-up"),
        escalation.who_knows(raised),
    )
    rules = {
        "excess": ("over-plan", "never-double"),
        "withdrawal": ("never-stop-abruptly",),
        "alcohol_withdrawal": ("prescriber-decides",),
    }.get(block, ("prescriber-decides",))
    reply = turn.reply(
        *words,
        offers=choices("talk-to-human"),
        rules=(*rules, "emergency-number", *escalation.told_rules(raised)),
        level=Level.urgent,
        urgency=Urgency.urgent,
    )
    return [reply, *raised.replies]


def gentle_check(turn: Turn) -> Reply:
    """The soft question for what is ambiguous; whatever is answered is itself triaged."""
    numbers = numbers_of(turn.person.country)
    turn.unit.entries.add(turn.person.id, "finding", turn.now, {"code": "check", "level": Level.check.name}, turn.now)
    return turn.reply(
        say("check.gentle", **numbers),
        offers=choices(*SAFETY_CHOICES),
        rules=("gentle-check", "crisis-line"),
        level=Level.check,
    )


def press_safe(turn: Turn) -> list[Reply]:
    """ "I am safe", believed halfway: the case stays open, the numbers stay at hand."""
    case = turn.unit.cases.open_for(turn.person.id)
    numbers = numbers_of(turn.person.country)
    told = [escalation.forwarded(case, "✓")] if case is not None else []
    return [turn.reply(say("danger.safe", **numbers), offers=choices("talk-to-human"), rules=("crisis-line",)), *told]


def press_not_safe(turn: Turn) -> list[Reply]:
    """ "I am not safe": an emergency, whatever was said before."""
    open_case = turn.unit.cases.open_for(turn.person.id)
    codes = open_case.codes if open_case is not None and open_case.codes else ("suicidal_thoughts",)
    sign = Sign(level=Level.emergency, red=True, codes=codes, quote="✗")
    raised = escalation.raise_case(turn, sign)
    reply = red_reply(
        turn.person,
        block=BLOCKS.get(codes[0], OTHERWISE),
        level=Level.emergency,
        about_other=False,
        told=escalation.who_knows(raised),
        told_rules=escalation.told_rules(raised),
    )
    return [reply, *raised.replies]


def talk_to_human(turn: Turn) -> list[Reply]:
    """A person asks for a human: a case in the ordinary queue, no level of danger."""
    sign = Sign(level=Level.consult, red=False, codes=("asked_for_a_human",), quote=turn.text)
    raised = escalation.raise_case(turn, sign)
    told = say("human.asked" if raised.someone_told else "human.nobody", emergency=emergency_of(turn.person.country))
    return [turn.reply(told, rules=escalation.told_rules(raised)), *raised.replies]


def _said_lately(turn: Turn) -> bool:
    """True when the same emergency text was said within the hour: the text is not repeated, the alert always is."""
    since = turn.now - turn.policy.repeat_block
    found = turn.unit.entries.between(turn.person.id, since, turn.now + timedelta(seconds=1), ["finding"])
    blocks = {BLOCKS.get(str(entry.detail["code"])) for entry in found if entry.detail["level"] != Level.check.name}
    return BLOCKS.get(turn.screening.codes[0]) in blocks if turn.screening.codes else False
