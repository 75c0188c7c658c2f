"""Which of the two languages a message is written in: small words, and pieces of words when there are none."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bot.knowledge.files import LANGUAGES
from bot.knowledge.language import Language, load_languages
from bot.understanding.fold import fold

_READ = 160
_WORD = re.compile(r"[a-z']+")
_ACCENTS = re.compile("[éèêëàâçùûôîïœÉÈÊÀÇÔŒ]")
_ACCENT_WEIGHT = 3.0
# A small word of one language is worth several letters in a row; the prior outweighs a word or two that both share.
_WORD_WEIGHT = 3.0
_PRIOR_WEIGHT = 2.0


@cache
def languages() -> Mapping[str, Language]:
    """Every language of the knowledge, read once."""
    return load_languages()


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How much each piece speaks for the first language rather than the second (log odds)."""

    odds: Mapping[str, float]
    words: Mapping[str, float]


def detect(text: str, *, prior: str | None = None) -> str:
    """'fr' or 'en'. The prior (a person's setting) decides when the text does not. Never raises."""
    score = leaning(text)
    if prior in LANGUAGES:
        score += _PRIOR_WEIGHT if prior == LANGUAGES[0] else -_PRIOR_WEIGHT
    return LANGUAGES[0] if score >= 0 else LANGUAGES[1]


def leaning(text: str) -> float:
    """How much the text speaks for French (above 0) or English (below); near 0 when it says little."""
    evidence = _evidence()
    score = _ACCENT_WEIGHT if _ACCENTS.search(text[:_READ]) else 0.0
    for word in _WORD.findall(fold(text[:_READ]).text):
        if word in evidence.words:
            score += evidence.words[word]
        else:
            score += sum(evidence.odds.get(piece, 0.0) for piece in _threes(word)) / 2
    return score


@cache
def _evidence() -> _Evidence:
    counts = [Counter(piece for word in _words(language) for piece in _threes(word)) for language in languages().values()]
    totals = [sum(count.values()) for count in counts]
    odds = {
        piece: math.log((counts[0][piece] + 0.5) / (totals[0] + 1)) - math.log((counts[1][piece] + 0.5) / (totals[1] + 1))
        for piece in counts[0].keys() | counts[1].keys()
    }
    one, two = (set(language.understanding.stop_words) for language in languages().values())
    words = dict.fromkeys(one - two, _WORD_WEIGHT) | dict.fromkeys(two - one, -_WORD_WEIGHT)
    return _Evidence(odds, words)


def _words(language: Language) -> Iterable[str]:
    for sentences in language.examples.values():
        for sentence in sentences:
            yield from _WORD.findall(fold(sentence).text)


def _threes(word: str) -> Iterable[str]:
    padded = f"<{word}>"
    return (padded[start : start + 3] for start in range(len(padded) - 2))
