"""Folding: one lower-case, accent-free reading of a text that still knows where every character came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032\u00b4\u0060\uff07"), "'")
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f")
# Letters that canonical decomposition leaves whole although people type them without.
_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o"}


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what rules match; `origin[i]` is the code point of the original that gave `text[i]`.

    `origin` has one more item than `text`: the length of the original, so that spans map both ends.
    """

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original that the folded span [start, end) came from."""
        if end <= start:
            return self.origin[start], self.origin[start]
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold case, accents, apostrophes, width and invisible characters. Linear in the length of the text."""
    if text.isascii():
        return Folded(text.lower().replace("`", "'"), tuple(range(len(text) + 1)))
    out: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        for folded in _fold_character(character):
            out.append(folded)
            origin.append(index)
    origin.append(len(text))
    return Folded("".join(out), tuple(origin))


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character.isascii():
        return "'" if character == "`" else character.lower()
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", character.translate(_APOSTROPHES)).lower()
    return "".join(_LIGATURES.get(c, c) for c in plain if not unicodedata.combining(c))
