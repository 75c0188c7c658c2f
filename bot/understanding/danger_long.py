"""Very long texts, cut into pieces that are read one by one within a bounded time.

No platform delivers more than a few thousand characters at once; longer texts are exports pasted into the console, or attacks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

ORDINARY = 6_000  # characters read in one go
_PIECE = 2_000
_OVERLAP = 200  # a sign that a cut would break stands whole in the next piece
_AT_MOST = 8  # pieces holding trigger words that are read from each end of the text
_WORDS = re.compile(r"[a-z']+")
_ELISION = re.compile(r"^(?:qu|[a-z])'")


def pieces(text: str, *, worth: Callable[[str], bool]) -> Iterator[tuple[int, str]]:
    """Yield (offset, piece). Of a long text: its distinct pieces holding a word worth reading, from both ends towards the middle."""
    if len(text) <= ORDINARY:
        yield 0, text
        return
    seen: dict[str, int] = {}
    for offset in range(0, len(text), _PIECE - _OVERLAP):
        seen.setdefault(text[offset : offset + _PIECE], offset)
    known: dict[str, bool] = {}
    chosen = [(offset, piece) for piece, offset in seen.items() if any(_worth(word, worth, known) for word in _plain_words(piece))]
    yield from chosen[:_AT_MOST]
    yield from chosen[max(_AT_MOST, len(chosen) - _AT_MOST) :]


def _worth(word: str, worth: Callable[[str], bool], known: dict[str, bool]) -> bool:
    if word not in known:
        known[word] = worth(word)
    return known[word]


def _plain_words(piece: str) -> set[str]:
    """The words of a piece, roughly folded: this only chooses where to read."""
    plain = unicodedata.normalize("NFKD", piece.lower().replace("\u2019", "'")).encode("ascii", "ignore").decode("ascii")
    return {_ELISION.sub("", word).strip("'") for word in _WORDS.findall(plain)}
