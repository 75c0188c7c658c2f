"""What the answers to danger signs say. Pure: none of it needs anything that a failing database could take away.

The shape of the words follows the checklist of facts on danger signs, 3.2: acknowledge, the numbers first, one direct
question, somebody to be with, distance from means, who has been told, and never the end of the conversation.
"""

from __future__ import annotations

from bot.core.flags import Flag
from bot.core.levels import Level
from bot.core.person import Person
from bot.handlers.turn import choices, numbers_of, say
from bot.knowledge.countries import countries
from bot.messages import Json, Reply, Urgency, Words

UNSCREENED = "unscreened"
"""The code of a message that triage failed on: asked about gently, and seen by a human."""

LEANING = "leaning"
"""The code of a message that shows no sign and reads like those that do: asked about openly when nothing else is understood."""

NOT_SAFE = "not_safe"
"""The code of the button `not-safe`: an emergency of whatever kind the open case is."""

# Which block of words answers which code. Every code of the contract that can reach `urgent` is here (held by a test).
BLOCKS = {
    "suicidal_thoughts": "suicide",
    "self_harm": "suicide",
    "harm_to_others": "others",
    "violence_suffered": "violence",
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
    "urinary_retention": "body",
    "overdose": "poisoning",
    "child_ingestion": "poisoning",
    "dangerous_mix": "poisoning",
    "dose_excess": "excess",
    "withdrawal": "withdrawal",
    "abrupt_stop": "withdrawal",
    "driving": "body",
    "alcohol_withdrawal": "alcohol_withdrawal",
    NOT_SAFE: "suicide",
}
POISONING = "poisoning"
"""The block of what was swallowed."""
OTHERWISE = "body"
UNCLEAR = "unclear"
"""The block of a sign that is serious and hardly known: its words name none."""

# Which gentle question is asked of a doubt in which block; a doubt that no block holds is asked about as one of the mind.
QUESTIONS = {
    "suicide": "suicide",
    "others": "suicide",
    "violence": "violence",
    "mind": "mind",
    "body": "body",
    "poisoning": "taken",
    "excess": "taken",
    "withdrawal": "stopped",
    "alcohol_withdrawal": "stopped",
}

OTHERS_ALWAYS = frozenset({"child_ingestion"})
"""Signs of somebody else whoever is the subject of the sentence: "he ate my tablets", "I left the box open and half is gone"."""

RED_RULES = ("emergency-number", "red-flag-no-dose", "red-flag-freeze")
SAFETY_FORM = "safety"
"""The form of the question that the words about danger end with."""
SAFETY_CHOICES = ("safe", "not-safe", "talk-to-human")


def emergency_words(
    person: Person, flags: tuple[Flag, ...], *, told: Words, told_rules: tuple[str, ...] = (), repeated: bool = False
) -> Reply:
    """What the person reads. Pure: it needs nothing that a failing database could take away."""
    worst_flag = worst(flags)
    return red_reply(
        person,
        block=block_of(worst_flag),
        level=worst_flag.level,
        about_other=subject_of(flags) == "other",
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
    numbers = violence_numbers(person.country) if block == "violence" else numbers_of(person.country)
    # Where no line is known for the country, the emergency number comes first: a web address is no number to call.
    crisis_first = block == "suicide" and level < Level.emergency and person.country in countries()
    words = [say(f"danger.{block}.heard.{who}"), say(f"danger.first-{'crisis' if crisis_first else 'emergency'}.{who}", **numbers)]
    if block == "violence" and has_silent_number(person.country):
        words.append(say("danger.violence.silent", unable={"silent": person.country}))
    if not crisis_first:
        words.append(say("danger.to-talk", crisis=numbers["crisis"]))
    if not repeated:
        words.append(say(f"danger.{block}.do.{who}"))
    words.append(told)
    if who == "self":
        words.append(say(f"danger.{block}.ask"))
    suicide = block == "suicide"
    return Reply(
        to=person.id,
        words=tuple(words),
        # Whoever writes about somebody else is not asked whether they are safe themselves.
        choices=choices(*(SAFETY_CHOICES if who == "self" else ("talk-to-human",))),
        rules=(*RED_RULES, *(("crisis-line",) if suicide else ()), *told_rules),
        level=level,
        urgency=Urgency.urgent,
    )


def gentle_words(person: Person, flags: tuple[Flag, ...]) -> Reply:
    """The question itself. Pure: it can be asked while nothing can be kept."""
    _, question = doubt_of(flags)
    numbers = violence_numbers(person.country) if question == "violence" else numbers_of(person.country)
    return Reply(
        to=person.id,
        words=(say(f"check.gentle.{question}", **numbers),),
        choices=choices(*SAFETY_CHOICES),
        rules=("gentle-check", "crisis-line"),
        level=Level.check,
    )


def plain_numbers(person: Person) -> Reply:
    """The last thing that can be said when nothing works: whom to call."""
    words = (say("error.not-kept"), say("human.numbers", **numbers_of(person.country)))
    return Reply(to=person.id, words=words, rules=("emergency-number",), urgency=Urgency.urgent)


def violence_numbers(country: str) -> dict[str, Json]:
    """Both numbers for whoever is hit or threatened: the police, and who listens to that."""
    return {"emergency": {"in_violence": country}, "crisis": {"about_violence": country}}


def has_silent_number(country: str) -> bool:
    """Whether the knowledge holds a number there for whoever cannot speak aloud."""
    held = countries().get(country)
    return held is not None and bool(held.unable_to_speak)


def worst(flags: tuple[Flag, ...]) -> Flag:
    """The sign that is answered: what is red before what is not, and who is hit before what they might do themselves."""
    return max(flags, key=lambda flag: (flag.is_red, flag.level, flag.code == "violence_suffered"))


def block_of(flag: Flag) -> str:
    """Which block of words answers a sign. Where nobody is sure which it is, none is named, but for what may be of death."""
    block = BLOCKS.get(flag.code, OTHERWISE)
    return UNCLEAR if flag.unsure and block != "suicide" else block


def subject_of(flags: tuple[Flag, ...]) -> str:
    """Who is in danger: `self` or `other`."""
    urgent = [flag for flag in flags if flag.level >= Level.urgent]
    return "other" if all(flag.subject == "other" or flag.code in OTHERS_ALWAYS for flag in urgent) else "self"


def doubt_of(flags: tuple[Flag, ...]) -> tuple[str, str]:
    """The code that is asked about, and the question: thoughts of death before anything else, somebody else as somebody else."""
    doubts = [flag for flag in flags if flag.level is Level.check]
    doubt = next((flag for flag in doubts if BLOCKS.get(flag.code) == "suicide"), doubts[0])
    if doubt.code == UNSCREENED:
        return "suicidal_thoughts", "suicide"
    if all(flag.subject == "other" for flag in doubts):
        return doubt.code, "other"
    if block_of(doubt) == UNCLEAR:
        return LEANING, "open"
    return doubt.code, QUESTIONS[BLOCKS.get(doubt.code, "mind")]
