"""Text as people type it on a phone, brought to the plain form that the patterns are written in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.language import Language, alternatives
from bot.understanding.fold import fold
from bot.understanding.numbers import NumberWords

MAX_TEXT = 1500
"""Longer messages are read up to here: whoever writes more is telling a story, and is never logged without asking."""
_MOST_LETTERS = 18
"""What one character folds to at most (U+FDFA)."""

_SPACES = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r" ?\n[ \n]*")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_WORD = re.compile(r"[a-z0-9']+|[^\x00-\x7f]")
_LONG_WORD = re.compile(r"(?<![a-z0-9'])[a-z]{6,30}(?![a-z0-9])")
_KNOWN = re.compile(r"[a-z]{3,}")
_TWENTY = 20
_LONG_TEN = 6
_SYMBOL = re.compile(r"[^\x00-\x7f\w]")
# A fraction sign folds to figures that would glue to the number before it: "1½" is not 11/2.
_FRACTIONS = {"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 ", "⁄": "/", "×": "x", "✕": "x", "–": "-", "—": " - ", "…": "...", "’": "'"}
_FRACTION = re.compile("|".join(_FRACTIONS))


@dataclass(frozen=True, slots=True)
class Writing:
    """How one language is written, compiled."""

    numbers: NumberWords
    spellings: dict[str, str]
    rewrites: tuple[tuple[re.Pattern[str], str], ...]
    drop_apostrophes: bool
    known: frozenset[str]
    repairs: dict[str, tuple[str, ...]]
    said: frozenset[str]
    tens: tuple[str, ...]
    before_number: re.Pattern[str]

    @classmethod
    def of(cls, language: Language) -> Writing:
        """Compile the spelling part of one language's files."""
        understanding = language.understanding
        repairs: dict[str, list[str]] = {}
        for word in understanding.repair:
            repairs.setdefault(word[0], []).append(word)
        counted = alternatives([*language.amounts.numbers, *language.amounts.hundred])
        return cls(
            numbers=NumberWords.of(language.amounts),
            spellings=understanding.spellings,
            rewrites=tuple((re.compile(pattern), put) for pattern, put in understanding.rewrites),
            drop_apostrophes=understanding.drop_apostrophes,
            known=frozenset(_KNOWN.findall(" ".join(_every_text(language)))),
            repairs={letter: tuple(words) for letter, words in repairs.items()},
            said=frozenset(_KNOWN.findall(f"{language.times.model_dump_json()} {language.amounts.model_dump_json()}")),
            tens=tuple(word for word, value in language.amounts.numbers.items() if value >= _TWENTY and " " not in word),
            before_number=re.compile(rf"(?<![a-z0-9'])([a-z]{{3,12}})(?= {counted}(?![a-z0-9']))"),
        )

    def plain(self, text: str, *, repair: bool = True) -> str:
        """Folded, spelled out, numbers in figures, slips of the finger repaired. Linear in the text, and total."""
        text = _folded(text)[:MAX_TEXT]
        text = _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
        if self.drop_apostrophes:
            text = text.replace("'", "")
        text = _HYPHEN.sub(" ", _REPEATED.sub(r"\1", text))
        text = _WORD.sub(lambda match: self.spellings.get(match[0], match[0]), text)
        text = _SYMBOL.sub("", text)
        for pattern, put in self.rewrites:
            text = pattern.sub(put, text)
        text = self.numbers.to_figures(self.before_number.sub(lambda match: self._counted(match[1]), text))
        return _LONG_WORD.sub(lambda match: self._repaired(match[0]), text) if repair else text

    def _counted(self, word: str) -> str:
        """A word right before a number word: a ten with a slip in it is that ten, and any other that nobody knows may be one.

        It is marked as a number that nobody understood: of "tweny five mg" the five alone must never be the dose.
        """
        if word in self.known or word in self.said or self._repaired(word) != word:
            return word
        near = process.extract(word, self.tens, scorer=OSA.distance, score_cutoff=1 if len(word) < _LONG_TEN else 2, limit=2)
        if near and (len(near) == 1 or near[0][1] < near[1][1]):
            return near[0][0]
        return f"{word} #"

    def _repaired(self, word: str) -> str:
        """One slip away from a word of ours, and no word itself. Numbers and units are never touched."""
        if word in self.known:
            return word
        near = self.repairs.get(word[0], ())
        found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=1 if len(word) < 9 else 2)
        return found[0] if found else word


def is_whole(text: str) -> bool:
    """Whether all of a message is read, and not only its beginning."""
    return len(text) <= MAX_TEXT and (len(text) * _MOST_LETTERS <= MAX_TEXT or len(_folded(text)) <= MAX_TEXT)


def _folded(text: str) -> str:
    return fold(_FRACTION.sub(lambda match: _FRACTIONS[match[0]], text[:MAX_TEXT])).text


def _every_text(language: Language) -> Iterable[str]:
    """Everything the knowledge says in a language: a word that stands there is not a slip."""
    understanding, terms = language.understanding, language.terms
    yield from understanding.real_words
    yield from understanding.repair
    yield from understanding.stop_words
    yield from understanding.spellings.values()
    yield from understanding.question
    for rule in understanding.rules:
        yield from (*rule.sure, *rule.maybe, *rule.unless)
    for group in (terms.effects, terms.substances, terms.drink_units, terms.drink_kinds, terms.countries, language.examples):
        for words in group.values():
            yield from words
    for patterns in understanding.guards.values():
        yield from patterns
