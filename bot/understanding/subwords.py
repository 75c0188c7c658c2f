"""A text cut into subwords, the pieces of words that the network knows: of all cuts the likeliest, by how frequent each piece is.

Kudo, Subword Regularization (ACL 2018), section 3.2: the subwords of a cut are independent, so that the likeliest cut is found from left
to right (Viterbi). What no subword stands for is unknown. The libraries that do it are compiled ones with a model file of their own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

SPACE = "▁"
"""Stands before a word."""

UNKNOWN = -1
_RUNS = re.compile(r"([^\W\d_])\1{2,}")
_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"’": "'", "`": "'"})
_WORSE = 10.0
"""How much less likely than the rarest subword something unknown is."""


def plain(text: str) -> str:
    """The text as subwords are looked for in it: small letters, one kind of apostrophe, lengthened letters twice, marks for spaces."""
    small = unicodedata.normalize("NFKC", text).lower().translate(_APOSTROPHES)
    return SPACE + _SPACES.sub(SPACE, _RUNS.sub(r"\1\1", small).strip())


class Cutter:
    """Cuts texts. Holds no state; may be shared by threads."""

    def __init__(self, subwords: Sequence[str], likelihoods: Sequence[float]) -> None:
        """`likelihoods`: the logarithm of how frequent each subword is."""
        self._likelihoods = list(likelihoods)
        self._unknown = min(likelihoods) - _WORSE
        self._longest = max(map(len, subwords))
        self._beginnings: dict[str, int] = {}
        for subword in subwords:
            for size in range(1, len(subword)):
                self._beginnings.setdefault(subword[:size], UNKNOWN)
        self._beginnings |= {subword: number for number, subword in enumerate(subwords)}

    def cut(self, text: str) -> list[int]:
        """The numbers of the subwords, UNKNOWN for what is none. Time grows with the length of the text."""
        marked = plain(text)
        best = [0.0] + [float("-inf")] * len(marked)
        came = [(0, UNKNOWN)] * (len(marked) + 1)
        for start in range(len(marked)):
            self._go_on(marked, start, best, came)
        found: list[int] = []
        at = len(marked)
        while at > 0:
            at, subword = came[at]
            found.append(subword)
        return found[::-1]

    def _go_on(self, marked: str, start: int, best: list[float], came: list[tuple[int, int]]) -> None:
        """From one place on: every subword that begins there, where it is the likeliest way to its end."""
        here, is_known = best[start], False
        for end in range(start + 1, min(start + self._longest, len(marked)) + 1):
            subword = self._beginnings.get(marked[start:end])
            if subword is None:
                break
            if subword == UNKNOWN:
                continue
            is_known |= end == start + 1
            if here + self._likelihoods[subword] > best[end]:
                best[end], came[end] = here + self._likelihoods[subword], (start, subword)
        if not is_known and here + self._unknown > best[start + 1]:
            best[start + 1], came[start + 1] = here + self._unknown, (start, UNKNOWN)
