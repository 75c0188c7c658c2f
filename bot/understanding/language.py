"""Which language a message is written in: its small words, the letters that only it writes, and pieces of words when there are none."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bot.knowledge.language import Language, load_languages
from bot.understanding.fold import fold

_READ = 160
_WORD = re.compile(r"[a-z']+")
_LETTERS_WEIGHT = 3.0
# A small word of one language is worth several letters in a row; the prior outweighs a word or two that both share.
_WORD_WEIGHT = 3.0
_PRIOR_WEIGHT = 2.0


@cache
def languages() -> Mapping[str, Language]:
    """Every language of the knowledge, read once."""
    return load_languages()


@cache
def ear() -> Ear:
    """What tells the languages of the knowledge from each other."""
    return Ear.of(languages())


def detect(text: str, *, prior: str | None = None) -> str:
    """The code of a language of the knowledge. The prior (a person's setting) decides when the text does not. Never raises."""
    return ear().detect(text, prior=prior)


@dataclass(frozen=True, slots=True)
class Ear:
    """How much words, letters and pieces of words speak for each of some languages; `codes` names them, the first one wins a tie."""

    codes: tuple[str, ...]
    letters: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]]
    pieces: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, spoken: Mapping[str, Language]) -> Ear:
        """Learn to tell languages apart, from the small words and the examples of each."""
        small = {code: frozenset(language.understanding.stop_words) for code, language in spoken.items()}
        listed = {word: frozenset(code for code in spoken if word in small[code]) for word in frozenset().union(*small.values())}
        return cls(
            codes=tuple(spoken),
            letters={code: frozenset(language.letters) for code, language in spoken.items()},
            words={word: codes for word, codes in listed.items() if len(codes) < len(spoken)},
            pieces=_pieces(list(spoken.values())),
        )

    def detect(self, text: str, *, prior: str | None = None) -> str:
        """The likeliest language; the prior decides when the text says little. Never raises."""
        heard = self.heard(text)
        if prior in heard:
            heard[prior] += _PRIOR_WEIGHT
        return max(self.codes, key=heard.__getitem__)

    def heard(self, text: str) -> dict[str, float]:
        """How much the text speaks for each language: only the differences between them mean something."""
        start = text[:_READ]
        scores = [_LETTERS_WEIGHT if self.letters[code].intersection(start) else 0.0 for code in self.codes]
        for word in _WORD.findall(fold(start).text):
            codes = self.words.get(word)
            worth = [_WORD_WEIGHT if code in codes else 0.0 for code in self.codes] if codes else self._by_pieces(word)
            scores = [score + more for score, more in zip(scores, worth, strict=True)]
        return dict(zip(self.codes, scores, strict=True))

    def _by_pieces(self, word: str) -> list[float]:
        rows = [self.pieces[piece] for piece in _threes(word) if piece in self.pieces]
        return [sum(row[at] for row in rows) / 2 for at in range(len(self.codes))]


def _pieces(spoken: list[Language]) -> dict[str, tuple[float, ...]]:
    """For every piece of a word that an example holds, how usual it is in each language (log of its share)."""
    counts = [Counter(piece for word in _words(language) for piece in _threes(word)) for language in spoken]
    totals = [count.total() for count in counts]
    every = frozenset().union(*counts)
    return {piece: tuple(math.log((c[piece] + 0.5) / (total + 1)) for c, total in zip(counts, totals, strict=True)) for piece in every}


def _words(language: Language) -> Iterable[str]:
    for sentences in language.examples.values():
        for sentence in sentences:
            yield from _WORD.findall(fold(sentence).text)


def _threes(word: str) -> Iterable[str]:
    padded = f"<{word}>"
    return (padded[start : start + 3] for start in range(len(padded) - 2))
