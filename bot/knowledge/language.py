"""What the understanding of a language is made of: words, patterns and examples, one set of files per language.

Patterns are regular expressions over folded text (lower case, no accents), in which `{name}` stands for a word list or a
pattern given under `macros`. Only these files know the words of a language; the code knows their kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from bot.knowledge.files import LANGUAGES, KnowledgeError, Model, Strict
from bot.knowledge.shelf import load_from

Unit = Literal["second", "minute", "hour", "day", "week", "month"]
Role = Literal["since", "until", "before", "after", "start"]
Macros = dict[str, list[str]]

NOTHING = "(?!)"
"""The pattern that no text matches."""

_MACRO = re.compile(r"\{([a-z][a-z_0-9]*)\}")


class Pattern(Strict):
    """One shape to look for: what it is, how it is written, and the value it stands for when the text does not carry it."""

    kind: str
    match: str
    value: float | str | None = None
    vague: bool = False


class Part(Strict):
    """A part of the day: its words, and its hours as "HH:MM" (an end at or before the start is on the next day)."""

    words: list[str]
    start: str = Field(pattern=r"^\d\d:\d\d$")
    end: str = Field(pattern=r"^\d\d:\d\d$")


class Times(Strict):
    """How a language says when."""

    units: dict[Unit, list[str]]
    weekdays: list[list[str]] = Field(min_length=7, max_length=7)
    months: list[list[str]] = Field(min_length=12, max_length=12)
    parts: dict[str, Part]
    twelve_hours: bool
    counts: dict[str, float]
    rough: list[str]
    named_hours: dict[str, int]
    fractions: dict[str, int]
    minus: list[str]
    lists: list[str]
    weekday_mods: dict[str, Literal["last", "next", "this"]]
    macros: Macros
    glue: str
    between: str
    opens: str
    roles: dict[Role, str]
    durations: list[Pattern]
    patterns: list[Pattern]


class Amounts(Strict):
    """How a language says how much: number words, and the shapes of doses, tablets, totals and ratings.

    `wide_tens` are the tens that count on to 19 ("soixante-douze"). A word of `join` stands before the numbers of `joined`, and after
    a hundred. The words of `point` stand before decimals.
    """

    numbers: dict[str, int]
    wide_tens: list[int] = []
    hundred: list[str]
    join: list[str]
    joined: list[int] = [1, 11]
    halves: list[str]
    articles: list[str]
    point: list[str] = []
    macros: Macros
    ratings: list[str]
    patterns: list[Pattern]


class Terms(Strict):
    """Words that name things: effects (finding ids), substances, ages that the sources leave out, drinks, places and languages."""

    effects: dict[str, list[str]]
    substances: dict[str, list[str]]
    ages: dict[Literal["minor", "senior"], list[str]]
    drink_units: dict[str, list[str]]
    drink_kinds: dict[str, list[str]]
    harmless: list[str]
    drink_counts: dict[str, float | None]
    drink_patterns: list[str]
    languages: dict[str, list[str]]
    countries: dict[str, list[str]]


class Rule(Strict):
    """The cues of an intent. `sure` decides, `maybe` only proposes, `unless` withdraws both.

    `asked` says whether a question may mean it ("any"), never does ("never"), or only a question does ("only").
    """

    intent: str
    sure: list[str] = []
    maybe: list[str] = []
    unless: list[str] = []
    asked: Literal["any", "never", "only"] = "any"
    topic: str | None = None


class Understanding(Strict):
    """How a language asks, negates and orders; the cues of every intent, most decisive first."""

    drop_apostrophes: bool
    stop_words: list[str]
    spellings: dict[str, str]
    rewrites: list[tuple[str, str]]
    repair: list[str]
    real_words: list[str]
    macros: Macros
    question: list[str]
    split: str
    negation: str
    guards: dict[Literal["intention", "other_person", "habit", "hypothetical", "almost"], list[str]]
    rules: list[Rule]
    scheme: dict[str, list[str]]
    settings: dict[str, list[str]]
    privacy: dict[str, list[str]]
    history: dict[str, list[str]]
    cues: dict[str, str]


class Examples(Strict):
    """Sentences people write, by intent: the second opinion, and what the language detection learns from.

    `letters` are those that tell the language from the others.
    """

    letters: str = ""
    examples: dict[str, list[str]]

    @model_validator(mode="after")
    def _no_empty_intent(self) -> Examples:
        empty = [intent for intent, sentences in self.examples.items() if not sentences]
        if empty:
            raise ValueError(f"no example for {', '.join(empty)}")
        return self


@dataclass(frozen=True, slots=True)
class Language:
    """Everything known about one language."""

    code: str
    times: Times
    amounts: Amounts
    terms: Terms
    understanding: Understanding
    examples: Mapping[str, list[str]]
    letters: str


def load_language(code: str, folder: Path | None = None) -> Language:
    """Read the five files of a language, the installed ones or those of a folder. Raises KnowledgeError on any doubt."""

    def held(name: str, model: type[Model]) -> Model:
        return load_from(f"{code}/{name}.yaml", model, folder)

    said = held("examples", Examples)
    return Language(
        code=code,
        times=held("times", Times),
        amounts=held("amounts", Amounts),
        terms=held("terms", Terms),
        understanding=held("understanding", Understanding),
        examples=said.examples,
        letters=said.letters,
    )


def load_languages() -> dict[str, Language]:
    """Read every language, and refuse two that do not name the same things."""
    languages = {code: load_language(code) for code in LANGUAGES}
    agree(languages.values())
    return languages


def agree(languages: Iterable[Language]) -> None:
    """Raises KnowledgeError with everything that one language names (an effect, a topic, a cue) and another does not."""
    first, *others = languages
    ours = _ids(first)
    faults = []
    for other in others:
        differ = {name: ids ^ ours[name] for name, ids in _ids(other).items()}
        faults += [f"{first.code} and {other.code} differ in {name}: {', '.join(sorted(ids))}" for name, ids in differ.items() if ids]
    if faults:
        raise KnowledgeError("; ".join(faults))


def _ids(language: Language) -> dict[str, set[str]]:
    terms, understanding = language.terms, language.understanding
    return {
        "effects": set(terms.effects),
        "substances": set(terms.substances),
        "ages": set(terms.ages),
        "drink_units": set(terms.drink_units),
        "drink_kinds": set(terms.drink_kinds),
        "countries": set(terms.countries),
        "units of time": {str(unit) for unit in language.times.units},
        "parts": set(language.times.parts),
        "intents": {rule.intent for rule in understanding.rules},
        "topics": {rule.topic for rule in understanding.rules if rule.topic},
        "schemes": set(understanding.scheme),
        "settings": set(understanding.settings),
        "privacy": set(understanding.privacy),
        "history": set(understanding.history),
        "guards": {str(guard) for guard in understanding.guards},
        "cues": set(understanding.cues),
        "examples": set(language.examples),
    }


def alternatives(words: Iterable[str]) -> str:
    """A group that matches any of the words, longest first so that a short one never hides a longer one; nothing when there is none."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True)) or NOTHING})"


def expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Put macros in place of their names. Raises KnowledgeError on a name that nobody defined."""
    for _ in range(6):
        unknown = [name for name in _MACRO.findall(pattern) if name not in macros]
        if unknown:
            raise KnowledgeError(f"unknown macro {{{unknown[0]}}} in {pattern!r}")
        expanded = _MACRO.sub(lambda match: macros[match[1]], pattern)
        if expanded == pattern:
            return pattern
        pattern = expanded
    raise KnowledgeError(f"macros that never end in {pattern!r}")
