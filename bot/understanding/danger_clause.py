"""Sentences and clauses: how far a word of context reaches.

A clause ends at a comma, at a joining or contrasting word, and before a subject. A context acts on the signs of its own clause; a clause
that holds little else than the context ("ten years ago, ...", "in the film, ...") acts on its neighbours too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.understanding.danger_pattern import BOUNDARIES, COMMA, Match

_LITTLE_ELSE = 2


@dataclass(frozen=True, slots=True)
class Clauses:
    """For every word of a reading: its sentence as (first word, boundary after it), and the number of its clause."""

    sentences: Sequence[tuple[int, int]]
    numbers: Sequence[int]
    sizes: Sequence[int]

    def shares(self, cue: Match, hit: Match) -> bool:
        """True when both stand, at least in part, in one clause."""
        return self.numbers[cue.start] <= self.numbers[hit.end - 1] and self.numbers[hit.start] <= self.numbers[cue.end - 1]

    def reaches(self, cue: Match, hit: Match) -> bool:
        """True when a cue acts on a sign: same clause, or a neighbouring clause that is little more than the cue."""
        if self.shares(cue, hit):
            return True
        first, last = self.numbers[cue.start], self.numbers[cue.end - 1]
        begins, ends = self.numbers[hit.start], self.numbers[hit.end - 1]
        if last + 1 != begins and ends + 1 != first:
            return False
        return sum(self.sizes[first : last + 1]) - (cue.end - cue.start) <= _LITTLE_ELSE


def divide(words: Sequence[str], *, subjects: frozenset[str], joiners: frozenset[str], cues: Sequence[Match]) -> Clauses:
    """Divide a reading. A subject inside a cue ("when I was a child") divides nothing."""
    inside = {index for cue in cues for index in range(cue.start + 1, cue.end)}
    numbers: list[int] = []
    sizes: list[int] = [0]
    for index, word in enumerate(words):
        before = words[index - 1] if index else "."
        if before in BOUNDARIES or before == COMMA or before in joiners or (word in (subjects | joiners) and index not in inside):
            sizes.append(0)
        numbers.append(len(sizes) - 1)
        sizes[-1] += word not in BOUNDARIES and word != COMMA and word not in joiners
    return Clauses(_sentences(words), numbers, sizes)


def _sentences(words: Collection[str]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for index, word in enumerate(words):
        if word in BOUNDARIES:
            found += [(min(start, index), index)] * (index + 1 - start)
            start = index + 1
    return found
