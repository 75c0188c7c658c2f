"""Signs said by several words near each other in any order: stopped drinking, and shaking; a rope, and a goodbye.

The search costs nothing where one of the words is missing: a group is tried only when the text holds a word that each of its parts needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.danger_pattern import BOUNDARIES, Line, Match, Memo, Node, matches, places_of

_NEARBY = 12
_FAR = 26


@dataclass(frozen=True, slots=True)
class _Group:
    """Patterns that must all be near each other. `anchors` are the words that each of them needs, the fewest first."""

    name: str
    parts: Sequence[Node]
    far: bool
    anchors: Sequence[frozenset[str]]

    def may_be_in(self, places: Mapping[str, Sequence[int]]) -> bool:
        """True when the text holds a word that each part needs."""
        return not any(places.keys().isdisjoint(keys) for keys in self.anchors)


class Together:
    """Named groups of patterns that must stand near each other, in any order: in one sentence, or further apart when the group is `far`.

    A `blocker` (a negation) between the parts undoes a group within a sentence; one that belongs to a part does not.
    """

    def __init__(self, groups: Iterable[tuple[str, Sequence[Node], bool]], *, blockers: frozenset[str]) -> None:
        self._blockers = blockers
        self._by_anchor: dict[str, list[_Group]] = {}
        for name, parts, far in groups:
            anchors = sorted((part.anchors or part.first for part in parts), key=len)
            group = _Group(name, parts, far, anchors)
            for key in anchors[0]:
                self._by_anchor.setdefault(key, []).append(group)

    def find(self, line: Line, memo: Memo) -> list[Match]:
        """The words from the first to the last part, for every first part and the nearest of each other part."""
        places = places_of(line)
        tried: dict[int, _Group] = {}
        for key in places:
            tried.update((id(group), group) for group in self._by_anchor.get(key, ()))
        found: dict[int, list[Match]] = {}
        return [match for group in tried.values() if group.may_be_in(places) for match in self._joined(group, line, places, memo, found)]

    def _joined(
        self, group: _Group, line: Line, places: Mapping[str, Sequence[int]], memo: Memo, found: dict[int, list[Match]]
    ) -> Iterator[Match]:
        """The matches of one group; `found` keeps what parts shared by several groups gave."""
        parts: list[Sequence[Match]] = []
        for node in group.parts:
            if id(node) not in found:
                found[id(node)] = matches(group.name, node, line, places, memo)
            if not found[id(node)]:
                return
            parts.append(found[id(node)])
        for first in parts[0]:
            span = self._span(line, first, parts[1:], far=group.far)
            if span:
                yield Match(group.name, *span)

    def _span(self, line: Line, first: Match, others: Sequence[Sequence[Match]], *, far: bool) -> tuple[int, int] | None:
        chosen, reach = [first], _FAR if far else _NEARBY
        for other in others:
            near = [match for match in other if -reach < match.start - first.start < reach]
            if not near:
                return None
            chosen.append(min(near, key=lambda match: abs(match.start - first.start)))
        start, end = min(match.start for match in chosen), max(match.end for match in chosen)
        if far:
            return (start, end) if end - start <= reach else None
        if end - start > reach or BOUNDARIES.intersection(line.words[start + 1 : end - 1]):
            return None
        covered = {index for match in chosen for index in range(match.start, match.end)}
        between = {line.words[index] for index in range(start, end) if index not in covered}
        return None if between & self._blockers else (start, end)
