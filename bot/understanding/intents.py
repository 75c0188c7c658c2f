"""What a piece of a message does: the cues of the knowledge, tried on the text with names in place of what was recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.knowledge.language import Rule, Terms, Understanding
from bot.understanding.pattern import any_of, compiled, macro_table

LOGS = ("log_missed", "log_craving", "log_drink", "log_intake", "log_side_effect")
# Wanting to drink is what a craving is, and being dizzy every morning is an effect: each log has its own ways of not having happened.
_GUARDS = {
    "log_intake": ("intention", "other_person", "habit", "hypothetical", "almost"),
    "log_drink": ("intention", "other_person", "habit", "hypothetical", "almost"),
    "log_missed": ("other_person", "hypothetical", "habit", "almost"),
    "log_craving": ("other_person", "hypothetical"),
    "log_side_effect": ("other_person", "hypothetical", "almost"),
}
SOCIAL = ("thanks", "help", "greet", "confirm", "decline")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, and where."""

    intent: str
    topic: str | None
    sure: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    sure: re.Pattern[str]
    maybe: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """One language's cues, compiled."""

    rules: tuple[_Compiled, ...]
    question: re.Pattern[str]
    split: re.Pattern[str]
    negation: re.Pattern[str]
    guards: Mapping[str, re.Pattern[str]]
    schemes: Mapping[str, re.Pattern[str]]
    settings: Mapping[str, re.Pattern[str]]
    privacy: Mapping[str, re.Pattern[str]]
    history: Mapping[str, re.Pattern[str]]
    cues: Mapping[str, re.Pattern[str]]
    languages: Mapping[str, re.Pattern[str]]
    countries: Mapping[str, re.Pattern[str]]

    @classmethod
    def of(cls, understanding: Understanding, terms: Terms) -> Cues:
        """Compile the rules of one language's understanding.yaml, and the names that settings need."""
        macros = macro_table(understanding.macros)

        def table(patterns: Mapping[str, list[str]]) -> dict[str, re.Pattern[str]]:
            return {name: any_of(forms, macros) for name, forms in patterns.items()}

        return cls(
            rules=tuple(
                _Compiled(rule, any_of(rule.sure, macros), any_of(rule.maybe, macros), any_of(rule.unless, macros))
                for rule in understanding.rules
            ),
            question=any_of(understanding.question, macros),
            split=re.compile(understanding.split),
            negation=re.compile(rf"(?<![a-z0-9']){understanding.negation} ?$"),
            guards={name: any_of(patterns, macros) for name, patterns in understanding.guards.items()},
            schemes=table(understanding.scheme),
            settings=table(understanding.settings),
            privacy=table(understanding.privacy),
            history=table(understanding.history),
            cues={name: compiled(pattern, macros) for name, pattern in understanding.cues.items()},
            languages=table(terms.languages),
            countries=table(terms.countries),
        )

    def asks(self, masked: str) -> bool:
        """Whether the message asks something, with or without its question mark."""
        return "?" in masked or bool(self.question.search(masked))

    def first(self, masked: str, *, question: bool, skip: Iterable[str] = ()) -> Hit | None:
        """The first rule that is sure of the text."""
        for item in self.rules:
            if item.rule.intent in skip or not _may(item.rule, question=question):
                continue
            match = item.sure.search(masked)
            if match and not item.unless.search(masked):
                return Hit(item.rule.intent, item.rule.topic, True, match.start(), match.end())
        return None

    def every(self, masked: str, intents: Iterable[str]) -> list[Hit]:
        """Every rule of these intents that is sure of the text."""
        hits = []
        for item in self.rules:
            if item.rule.intent not in intents:
                continue
            match = item.sure.search(masked)
            if match and not item.unless.search(masked):
                hits.append(Hit(item.rule.intent, item.rule.topic, True, match.start(), match.end()))
        return hits

    def proposals(self, masked: str, *, question: bool) -> list[Hit]:
        """What the text may mean, by the weaker cues too."""
        hits = []
        for item in self.rules:
            if not _may(item.rule, question=question):
                continue
            match = item.sure.search(masked) or item.maybe.search(masked)
            if match and not item.unless.search(masked):
                hits.append(Hit(item.rule.intent, item.rule.topic, False, match.start(), match.end()))
        return hits

    def withdrawn(self, intent: str, masked: str) -> bool:
        """Whether the text says what takes an intent's cues back ("did not take")."""
        return any(item.rule.intent == intent and item.unless.search(masked) for item in self.rules)

    def guarded(self, intent: str, masked: str) -> bool:
        """Whether the text tells of an intention, a habit, somebody else, or something that did not quite happen."""
        return any(self.guards[name].search(masked) for name in _GUARDS.get(intent, ()))


def named(table: Mapping[str, re.Pattern[str]], masked: str) -> str | None:
    """The first entry of a table whose pattern the text holds."""
    return next((name for name, pattern in table.items() if pattern.search(masked)), None)


def _may(rule: Rule, *, question: bool) -> bool:
    return rule.asked in ("any", "only" if question else "never")
