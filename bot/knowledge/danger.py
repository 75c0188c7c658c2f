"""The danger signs as data: what counts, how serious it is, and the words that say it in each language.

`danger.yaml` names the concepts, their codes, levels and sources, once for every language. Each language then gives its words under
the same ids: `danger_words.yaml` (spellings, cues of context, numbers) and the trigger files, one for the mind, one for the body,
one for the care.
A concept without words in a language, or words without a concept, stops the start-up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from bot.core.levels import Level
from bot.knowledge.files import LANGUAGES, KnowledgeError, Strict, load
from bot.knowledge.findings import findings
from bot.knowledge.shelf import load_from
from bot.knowledge.sources import Citations, Reviewable, cite

LevelName = Literal["none", "consult", "check", "urgent", "emergency"]
StatusName = Literal["negated", "past", "other_person", "hypothetical", "quoted"]
CueName = Literal[
    "idiom",
    "negation",
    "weak_negation",
    "pseudo_negation",
    "negation_phrase",
    "negation_after",
    "information",
    "information_after",
    "supposition",
    "past",
    "recent",
    "now",
    "ongoing",
    "generic",
    "someone",
    "looked_after",
    "fiction",
    "figure",
    "thing",
    "reassured",
    "recovered",
    "that_was",
]
PATH = "danger.yaml"
TRIGGER_FILES = ("danger_mind.yaml", "danger_body.yaml", "danger_care.yaml")


class Policy(Strict):
    """The level that remains when a sign stands in a context; `weakly_negated` is for denials that leave a doubt."""

    negated: LevelName
    weakly_negated: LevelName
    past: LevelName
    other_person: LevelName
    hypothetical: LevelName
    quoted: LevelName


class Concept(Reviewable):
    """One kind of sign. `tense: past` marks signs told in a past tense; `undated` is their level when no date is said.

    `experiencer: other` marks what can only have happened to somebody else. `recent` is the level of an event dated days to three months
    ago. `immune` lists the contexts that cannot soften the sign. `computed` concepts come from arithmetic and have no words.
    `finding` is the side effect that the sign is, where it is one. `exact` marks a sign that the second reader has no say about: it never
    learnt it; `rare` one of which it has learnt too little to call it harmless: it is asked about at least. `settles` marks words so
    plain (a tablet taken whole, a night of little sleep) that it is asked about the rest of the message only. `concerns` says who is in
    danger where the words of the sign tell it.
    """

    code: str
    level: LevelName
    policy: str
    sources: Citations
    finding: str | None = None
    tense: Literal["present", "past"] = "present"
    experiencer: Literal["any", "other"] = "any"
    undated: LevelName | None = None
    recent: LevelName | None = None
    immune: tuple[StatusName, ...] = ()
    computed: bool = False
    settles: bool = False
    exact: bool = False
    rare: bool = False
    concerns: Literal["self", "other"] | None = None


class Concepts(Strict):
    """The whole of `danger.yaml`."""

    policies: dict[str, Policy]
    concepts: dict[str, Concept]


class Amounts(Strict):
    """The words around an amount that was swallowed: see `bot/understanding/danger_amount.py`, and for `instead`, `due` and `allowed`
    `bot/understanding/danger_compared.py`."""

    numbers: dict[str, int]
    tablet: str
    counted: str
    milligram: str
    intake: str
    intention: str
    question: str
    at_once: str
    daily: str
    spread: str
    day: str
    other_medicine: str
    instead: str
    due: str
    allowed: str


class WordsFile(Strict):
    """`danger_words.yaml` of one language."""

    stopwords: str
    rewrites: str
    glued: str
    fillers: str
    repair: str
    lookalikes: str
    first_person: str
    subjects: str
    connectors: str
    joiners: str
    openers: str
    contrast: str
    present: str
    gap_blockers: str
    headings: str
    """What may stand before a colon as the name of what follows ("side effect: dark thoughts"); no sign is less one for it."""
    slots: dict[str, str]
    cues: dict[CueName, str]
    amounts: Amounts


class Trigger(Strict):
    """The patterns that say a concept, one a line; `together` lists what says it when near each other in any order ("a & b");
    `unless` vetoes it when it stands in the same sentence. `plainly` lists words that mean nothing else: the second reader, which may
    never have seen them, does not take them back.
    """

    says: str
    plainly: str = ""
    together: str = ""
    unless: str = ""


class TriggersFile(Strict):
    """One of the trigger files of one language."""

    slots: dict[str, str] = {}
    triggers: dict[str, Trigger]


@dataclass(frozen=True, slots=True)
class DangerWords:
    """Everything one language says about danger."""

    language: str
    words: WordsFile
    slots: Mapping[str, str]
    triggers: Mapping[str, Trigger]


@dataclass(frozen=True, slots=True)
class Danger:
    """The knowledge of danger signs; `fingerprint` is a short hash of all its files."""

    concepts: Mapping[str, Concept]
    policies: Mapping[str, Policy]
    languages: tuple[DangerWords, ...]
    fingerprint: str


def level_of(name: LevelName) -> Level:
    """The level that a name of the knowledge stands for."""
    return Level[name]


@cache
def concepts(folder: Path | None = None) -> Concepts:
    """The concepts and policies without their words. Raises KnowledgeError for an unknown policy, finding or document."""
    held = load_from(PATH, Concepts, folder)
    for name, concept in held.concepts.items():
        path = f"{PATH}: concepts.{name}"
        cite(concept.sources, path=path, folder=folder)
        if concept.policy not in held.policies:
            raise KnowledgeError(f"{path}: unknown policy {concept.policy!r}")
        if concept.finding is not None and concept.finding not in findings(folder):
            raise KnowledgeError(f"{path}: no finding {concept.finding!r}")
    return held


def load_danger() -> Danger:
    """Read and cross-check every danger file. Raises KnowledgeError naming what is doubtful."""
    rules = concepts()
    ids = {name for name, concept in rules.concepts.items() if not concept.computed}
    languages = tuple(_language(language, ids) for language in LANGUAGES)
    parts = [rules.model_dump_json(), *(part for each in languages for part in _dumped(each))]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return Danger(rules.concepts, rules.policies, languages, digest)


def _language(language: str, ids: set[str]) -> DangerWords:
    words = load(f"{language}/danger_words.yaml", WordsFile)
    slots, triggers = dict(words.slots), dict[str, Trigger]()
    for name in TRIGGER_FILES:
        path = f"{language}/{name}"
        file = load(path, TriggersFile)
        twice = (slots.keys() & file.slots.keys()) | (triggers.keys() & file.triggers.keys())
        if twice:
            raise KnowledgeError(f"{path}: already said in another danger file: {', '.join(sorted(twice))}")
        slots |= file.slots
        triggers |= file.triggers
    if triggers.keys() != ids:
        odd = ", ".join(sorted(triggers.keys() ^ ids))
        raise KnowledgeError(f"{language}: these danger concepts lack words, or these words lack a concept: {odd}")
    return DangerWords(language, words, slots, triggers)


def _dumped(words: DangerWords) -> tuple[str, ...]:
    return (words.words.model_dump_json(), str(sorted(words.slots.items())), *(f"{k}{v}" for k, v in sorted(words.triggers.items())))
