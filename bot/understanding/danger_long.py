"""Very long texts, cut into pieces that are read one by one within a bounded time.

No platform delivers more than a few thousand characters at once; longer texts are exports pasted into the console, or attacks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import islice

ORDINARY = 6_000  # characters read in one go
_PIECE = 2_000
_OVERLAP = 200  # a sign that a cut would break stands whole in the next piece
_AT_MOST = 8  # pieces holding trigger words that are read from each end of the text
_HOSTILE = 100_000  # characters that nobody writes: of such a text one piece is read from each end
_WORDS = re.compile(r"[a-z]+")


class Alarming:
    """The words, and the beginnings of words ("suicid*"), that make a piece worth reading. Only sets are asked: a megabyte is quick."""

    def __init__(self, keys: Iterable[str]) -> None:
        held = set(keys)
        self._words = frozenset(key for key in held if not key.endswith("*"))
        stems = {key[:-1] for key in held if key.endswith("*")}
        self._stems = [(length, frozenset(stem for stem in stems if len(stem) == length)) for length in sorted(set(map(len, stems)))]

    def __call__(self, words: Set[str]) -> bool:
        """True when one of the words is alarming."""
        if not self._words.isdisjoint(words):
            return True
        return any(not stems.isdisjoint({word[:length] for word in words}) for length, stems in self._stems)


def pieces(text: str, *, worth: Callable[[Set[str]], bool]) -> Iterator[tuple[int, str]]:
    """Yield (offset, piece). Of a long text: its distinct pieces holding a word worth reading, from both ends towards the middle."""
    if len(text) <= ORDINARY:
        yield 0, text
        return
    seen: dict[str, int] = {}
    for offset in range(0, len(text), _PIECE - _OVERLAP):
        seen.setdefault(text[offset : offset + _PIECE], offset)
    offsets = [(offset, piece) for piece, offset in seen.items()]
    at_most = _AT_MOST if len(text) < _HOSTILE else 1
    first = list(islice(_worth_reading(offsets, worth), at_most))
    yield from first
    read = {offset for offset, _ in first}
    last = islice(_worth_reading(reversed(offsets), worth), at_most)
    yield from reversed([found for found in last if found[0] not in read])


def _worth_reading(offsets: Iterable[tuple[int, str]], worth: Callable[[Set[str]], bool]) -> Iterator[tuple[int, str]]:
    """The pieces worth reading, one by one: what nobody asks for is not even looked at."""
    yield from (found for found in offsets if worth(_plain_words(found[1])))


def _plain_words(piece: str) -> set[str]:
    """The words of a piece, roughly folded: this only chooses where to read."""
    plain = piece.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode("ascii")
    return set(_WORDS.findall(plain))
