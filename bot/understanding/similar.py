"""The second opinion: which known sentences a message looks like, by shared words and pieces of words.

It survives the spelling that defeats the cues, and it never decides alone on anything that is logged.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[a-z']+|[0-9]+")
_MAX_WORDS = 40
# A piece that stands in more sentences than this share says little, and looking it up is what costs.
_TOO_COMMON = 0.08


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near a message is to an intent: 1 is a sentence that is known word for word."""

    intent: str
    score: float


class Similar:
    """An index of example sentences by their pieces (words, pairs of words, four letters in a row), weighted by rarity."""

    def __init__(self, examples: Mapping[str, Sequence[str]], plain: Callable[[str], str]) -> None:
        sentences = [(intent, _pieces(plain(text))) for intent, texts in examples.items() for text in texts]
        seen = Counter(piece for _, pieces in sentences for piece in pieces)
        self._rarity = {piece: math.log((1 + len(sentences)) / (1 + count)) for piece, count in seen.items()}
        most = max(8, round(len(sentences) * _TOO_COMMON))
        self._intents = [intent for intent, _ in sentences]
        self._found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for index, (_, pieces) in enumerate(sentences):
            length = math.sqrt(sum(self._rarity[piece] ** 2 for piece in pieces)) or 1.0
            for piece in pieces:
                if seen[piece] <= most:
                    self._found[piece].append((index, self._rarity[piece] / length))

    def nearest(self, text: str, count: int = 3) -> tuple[Likeness, ...]:
        """The intents whose sentences are nearest to a plain text, best first; only those that share something."""
        pieces = _pieces(text)
        unseen = math.log(1 + len(self._intents))
        weights = {piece: self._rarity.get(piece, unseen) for piece in pieces}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        scores: dict[int, float] = defaultdict(float)
        for piece, weight in weights.items():
            for index, share in self._found.get(piece, ()):
                scores[index] += weight * share
        best: dict[str, float] = {}
        for index, score in scores.items():
            intent = self._intents[index]
            best[intent] = max(best.get(intent, 0.0), score / length)
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Likeness(intent, round(score, 4)) for intent, score in ranked[:count])


def _pieces(text: str) -> set[str]:
    words = ["0" if word[0].isdigit() else word for word in _WORD.findall(text)[:_MAX_WORDS]]
    return set(words) | set(_pairs(words)) | set(_fours(words))


def _pairs(words: Sequence[str]) -> Iterable[str]:
    return (f"{one} {two}" for one, two in zip(["^", *words], [*words, "$"], strict=True))


def _fours(words: Sequence[str]) -> Iterable[str]:
    for word in words:
        padded = f"<{word}>"
        for start in range(len(padded) - 3):
            yield padded[start : start + 4]
