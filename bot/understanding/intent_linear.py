"""The linear half of the second opinion on what a message does: a classifier over the words of the masked text and pieces of them.

It survives the spelling that defeats the cues, and it never decides alone on a dose. What it knows are the sayings of
`bot/knowledge/*/sayings`; `make knowledge` turns them into a small file of weights per language (`intent_training`). Figures, hours,
effects and drinks are names in the masked text, so that "20 mg at 2" and "35 mg at noon" are the same saying.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, sqrt

from bot.knowledge.intent_weights import IntentWeights
from bot.understanding.features import hashed, mixed, pieces

BUCKETS = 1 << 15
_MASK = BUCKETS - 1
MAX_WORDS = 60
_WORD = re.compile(r"[A-Z]+|[a-z]+'?|[0-9]+|[?!]|[^\w\s]")
_ASKS = hashed("<it asks>")
_BEGIN, _END = 1, 2  # stand before the first word and after the last


@dataclass(frozen=True, slots=True)
class Likeness:
    """How likely it is that a message does this, from 0 to 1; all intents together are 1."""

    intent: str
    share: float


def words_of(masked: str) -> list[str]:
    """The words of a masked text; a figure that has no name is any figure."""
    return ["0" if word[0].isdigit() else word for word in _WORD.findall(masked)[:MAX_WORDS]]


def word_features(words: Sequence[str], *, asks: bool) -> list[int]:
    """The buckets of words and of their neighbourhoods."""
    keys = [_BEGIN, *map(hashed, words), _END]
    found = [hashed(word) & _MASK for word in words]
    for i in range(1, len(keys)):
        found.append(mixed(keys[i - 1], keys[i], 3) & _MASK)
        if i > 1:
            found.append(mixed(keys[i - 2], keys[i], 11) & _MASK)
            found.append(mixed(mixed(keys[i - 2], keys[i - 1], 13), keys[i], 17) & _MASK)
    return [*found, _ASKS & _MASK] if asks else found


@lru_cache(maxsize=32_768)
def piece_features(word: str) -> tuple[int, ...]:
    """The buckets of the pieces of a word; the name of what was recognised has none."""
    return tuple(piece & _MASK for piece in pieces(word)) if word[0].islower() else ()


class IntentLinear:
    """The classifier of one language with its weights. It holds no state but a memory of words, and may be shared by threads."""

    def __init__(self, weights: IntentWeights) -> None:
        self._weights = weights
        self._pieces = lru_cache(maxsize=8_192)(self._pieces_of)

    def opinion(self, masked: str, *, asks: bool) -> tuple[Likeness, ...]:
        """Every intent, the likeliest first. Never raises."""
        words = words_of(masked)
        features = word_features(words, asks=asks)
        summed = self._added(features)
        told = [self._pieces(word) for word in words]
        count = sum(number for _, number in told)
        totals = list(self._weights.bias)
        by_word, by_piece = self._weights.scale / sqrt(max(1, len(features))), self._weights.scale / sqrt(max(1, count))
        for at in range(len(totals)):
            totals[at] += by_word * summed[at] + by_piece * sum(sums[at] for sums, _ in told)
        named = (Likeness(intent, share) for intent, share in zip(self._weights.intents, shares(totals), strict=True))
        return tuple(sorted(named, key=lambda one: (-one.share, one.intent)))

    def _pieces_of(self, word: str) -> tuple[tuple[int, ...], int]:
        features = [BUCKETS + feature for feature in piece_features(word)]
        return self._added(features), len(features)

    def _added(self, features: Sequence[int]) -> tuple[int, ...]:
        values, step = self._weights.values, len(self._weights.intents)
        rows = [values[feature * step : (feature + 1) * step] for feature in features]
        return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * step


def shares(scores: Sequence[float]) -> list[float]:
    """Scores as parts of one: softmax."""
    highest = max(scores)
    sizes = [exp(score - highest) for score in scores]
    whole = sum(sizes)
    return [size / whole for size in sizes]
