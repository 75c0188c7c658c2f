"""Very long texts, cut into pieces that are read one by one within a bounded time.

No platform delivers more than a few thousand characters at once; longer texts are exports pasted into the console, or attacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ORDINARY = 6_000  # characters read in one go
_PIECE = 2_000
_OVERLAP = 200  # a sign that a cut would break stands whole in the next piece
_AT_MOST = 40  # pieces holding trigger words that are read from each end of the text
_WORDS = re.compile(r"[^\W_]+")


def pieces(text: str, *, worth: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Yield (offset, piece). A long text yields its distinct pieces that hold a trigger word, from both ends towards the middle."""
    if len(text) <= ORDINARY:
        yield 0, text
        return
    seen: dict[str, int] = {}
    for offset in range(0, len(text), _PIECE - _OVERLAP):
        seen.setdefault(text[offset : offset + _PIECE], offset)
    chosen = [(offset, piece) for piece, offset in seen.items() if offset == 0 or _is_worth(piece, worth)]
    yield from chosen[:_AT_MOST]
    yield from chosen[max(_AT_MOST, len(chosen) - _AT_MOST) :]


def _is_worth(piece: str, worth: frozenset[str]) -> bool:
    return bool(worth)
