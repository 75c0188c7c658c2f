"""A key for every person out of one, any of which can be destroyed for good without touching the others.

The construction is that of Goldreich, Goldwasser and Micali ("How to construct random functions", 1986): a binary tree in which
the key of a child is the keyed hash (BLAKE2b, RFC 7693) of its side under its parent's key, so that a node stands for every leaf below
it. To destroy a leaf is to replace its ancestors by the siblings on the way down: what is left gives every other leaf and nothing about
this one (a "punctured" function: Boneh and Waters, 2013). Nothing has to be written when a person comes, and a few hundred bytes when
one leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TypeAlias

DEPTH = 32
LEAVES = 1 << DEPTH
"""Persons that one tree serves: ids are below this."""

_NEAR, _REMEMBERED = 8, 1024

Nodes: TypeAlias = Mapping[tuple[int, int], bytes]
"""By height above the leaves and number at that height, counted from the left."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes that are left."""

    nodes: Nodes
    memory: dict[int, bytes] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def grown_from(cls, root: bytes) -> Tree:
        """A whole tree."""
        return cls({(DEPTH, 0): root})

    def leaf(self, number: int) -> bytes | None:
        """The key of a leaf; None when it was destroyed. Raises ValueError outside the tree."""
        found = self._above(number)
        if found is None:
            return None
        height, node = found
        if height > _NEAR:
            node, height = self._near(number, node, height), _NEAR
        return _descend(node, height, 0, number)

    def holds(self, number: int) -> bool:
        """Whether the key of a leaf can still be had."""
        return self._above(number) is not None

    def without(self, numbers: Collection[int]) -> Tree:
        """The same without these leaves."""
        left = dict(self.nodes)
        for number in numbers:
            _cut(left, number)
        return Tree(left)

    @property
    def missing(self) -> int:
        """How many leaves were destroyed."""
        return LEAVES - sum(1 << height for height, _ in self.nodes)

    def holes(self) -> Iterator[int]:
        """The leaves that were destroyed, in order."""
        edges = sorted((number << height, (number + 1) << height) for height, number in self.nodes)
        at = 0
        for begins, ends in (*edges, (LEAVES, LEAVES)):
            yield from range(at, begins)
            at = ends

    def _near(self, number: int, node: bytes, height: int) -> bytes:
        """An ancestor near the leaf: those of persons who came one after the other are often the same."""
        found = self.memory.get(number >> _NEAR)
        if found is None:
            found = _descend(node, height, _NEAR, number)
            if len(self.memory) >= _REMEMBERED:
                self.memory.clear()
            self.memory[number >> _NEAR] = found
        return found

    def _above(self, number: int) -> tuple[int, bytes] | None:
        if not 0 <= number < LEAVES:
            raise ValueError(f"{number} is not below {LEAVES}")
        for height in range(DEPTH, -1, -1):
            node = self.nodes.get((height, number >> height))
            if node is not None:
                return height, node
        return None


def _cut(nodes: dict[tuple[int, int], bytes], number: int) -> None:
    found = Tree(nodes)._above(number)
    if found is None:
        return
    height, node = found
    del nodes[height, number >> height]
    while height:
        height -= 1
        towards = number >> height
        nodes[height, towards ^ 1] = _child(node, ~towards & 1)
        node = _child(node, towards & 1)


def _descend(node: bytes, height: int, to: int, number: int) -> bytes:
    while height > to:
        height -= 1
        node = _child(node, number >> height & 1)
    return node


def _child(node: bytes, side: int) -> bytes:
    return blake2b(b"\x01" if side else b"\x00", key=node, digest_size=32, person=b"palier tree").digest()
