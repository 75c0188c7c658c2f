"""Small patterns over words, as clinicians write them in the danger files, and a search that is linear in the text.

    je [ne] {veux} (mourir|crever)      words, optional words, slots, alternatives
    suicid*                             any word that begins so
    tout .. avalé       a gap of up to three words; `...` is up to six. A gap crosses neither a sentence nor a gap blocker.
    ^ mourir $                          the beginning and the end of a sentence
    <n>  <1-3>  <4+>  <5-50>  <year>  <yy>      a number of that kind (`<yy>` may be a year in two digits: 96, 07)
    {death} & {wish}                    (in `together`) all of them within one sentence, near each other, in any order
    {stopped} && {shaking}              (in `together`) the same across sentences, and twice as far

No regular expression is built from data, so that no text can make a search explode: every element looks at one word at a time, gaps are
bounded, and the answers of shared slots are remembered for the time of one text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

BOUNDARIES = frozenset({".", "?"})
COMMA = ","
Memo: TypeAlias = dict[tuple[int, int], frozenset[int]]
# A group of single words, "(mourir|crever)" or "[donc]", is one piece: by far the most of what is written, and read at once.
_PIECES = re.compile(r"[(\[](?:[^\W_]|[*'-])+(?:\|(?:[^\W_]|[*'-])+)*[)\]]|\.{2,3}|[()\[\]|^$]|\{\w+\}|<[^>]+>|[^\s()\[\]|{}]+")
_SHORT_GAP, _LONG_GAP = 3, 6
_ANYWHERE = ""  # the options that can match nothing, and so may begin with any word


class PatternError(ValueError):
    """A pattern that cannot be read: the message quotes it."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words to search in; `extras[i]` are the stems and number kinds that word i also answers to."""

    words: Sequence[str]
    extras: Sequence[tuple[str, ...]]

    def answers(self, index: int, keys: frozenset[str]) -> bool:
        """True when the word at `index` is one of the keys."""
        return self.words[index] in keys or any(extra in keys for extra in self.extras[index])


class Node(Protocol):
    """One element of a pattern. `first` are the words it can begin with, `nullable` whether it can match nothing,
    `anchors` words of which every match holds at least one (None when it cannot promise any).
    """

    first: frozenset[str]
    nullable: bool
    anchors: frozenset[str] | None

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:
        """Where a match that begins at `start` may end."""
        ...


_NOWHERE: frozenset[int] = frozenset()


class Word:
    """One word out of a set."""

    __slots__ = ("anchors", "first", "nullable")

    def __init__(self, keys: frozenset[str]) -> None:
        self.first = keys
        self.nullable = False
        self.anchors: frozenset[str] | None = keys

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:  # noqa: ARG002 - the shape of every node
        """Where a match that begins at `start` may end."""
        return frozenset((start + 1,)) if start < len(line.words) and line.answers(start, self.first) else _NOWHERE


class Gap:
    """Up to `size` words of any kind but the blockers."""

    __slots__ = ("anchors", "blockers", "first", "nullable", "size")

    def __init__(self, size: int, blockers: frozenset[str]) -> None:
        self.size, self.blockers = size, blockers
        self.first: frozenset[str] = frozenset()
        self.nullable = True
        self.anchors: frozenset[str] | None = None

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:  # noqa: ARG002 - the shape of every node
        """Where a match that begins at `start` may end."""
        stop = start
        limit = min(start + self.size, len(line.words))
        while stop < limit and not line.answers(stop, self.blockers):
            stop += 1
        return frozenset(range(start, stop + 1))


class Maybe:
    """An element that may be absent."""

    __slots__ = ("anchors", "first", "inner", "nullable")

    def __init__(self, inner: Node) -> None:
        self.inner = inner
        self.first = inner.first
        self.nullable = True
        self.anchors: frozenset[str] | None = None

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:
        """Where a match that begins at `start` may end."""
        return self.inner.ends(line, start, memo) | {start}


class Series:
    """Elements one after the other; a comma may stand between two of them."""

    __slots__ = ("anchors", "first", "items", "nullable")

    def __init__(self, items: Sequence[Node], rarity: Callable[[frozenset[str]], tuple[int, int]]) -> None:
        self.items = items
        self.nullable = all(item.nullable for item in items)
        first: set[str] = set()
        for item in items:
            first |= item.first
            if not item.nullable:
                break
        self.first = frozenset(first)
        promised = [item.anchors for item in items if item.anchors]
        self.anchors: frozenset[str] | None = min(promised, key=rarity) if promised else None

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:
        """Where a match that begins at `start` may end."""
        reached: frozenset[int] = frozenset((start,))
        for item in self.items:
            following: set[int] = set()
            for place in reached:
                following |= item.ends(line, place, memo)
                if place > start and place < len(line.words) and line.words[place] == COMMA:
                    following |= item.ends(line, place + 1, memo)
            if not following:
                return _NOWHERE
            reached = frozenset(following)
        return reached


class Choice:
    """One of several elements, found by the word they begin with."""

    __slots__ = ("_by_first", "anchors", "first", "nullable", "options")

    def __init__(self, options: Sequence[Node]) -> None:
        self.first = frozenset().union(*(option.first for option in options))
        self.nullable = any(option.nullable for option in options)
        self.options = options
        self._by_first: dict[str, list[Node]] | None = None  # most choices of a start are never asked: filled when one is
        known = [option.anchors for option in options]
        self.anchors: frozenset[str] | None = frozenset().union(*(a for a in known if a)) if all(known) else None

    def ends(self, line: Line, start: int, memo: Memo) -> frozenset[int]:
        """Where a match that begins at `start` may end."""
        key = (id(self), start)
        if key not in memo:
            memo[key] = frozenset().union(*(option.ends(line, start, memo) for option in self._options(line, start)))
        return memo[key]

    def _options(self, line: Line, start: int) -> Iterator[Node]:
        by_first = self._by_first if self._by_first is not None else self._index()
        yield from by_first[_ANYWHERE]
        if start < len(line.words):
            yield from by_first.get(line.words[start], ())
            for extra in line.extras[start]:
                yield from by_first.get(extra, ())

    def _index(self) -> dict[str, list[Node]]:
        index: dict[str, list[Node]] = {_ANYWHERE: [option for option in self.options if option.nullable]}
        for option in self.options:
            for key in () if option.nullable else option.first:
                index.setdefault(key, []).append(option)
        self._by_first = index
        return index


class PatternReader:
    """Turns written patterns into nodes, with the slots, spellings and gap blockers of one language."""

    def __init__(
        self,
        *,
        slots: Mapping[str, str],
        spell: Callable[[str], Sequence[str]],
        blockers: frozenset[str],
        contrast: frozenset[str] = frozenset(),
        common: frozenset[str],
    ) -> None:
        self._raw, self._spell, self._common = slots, spell, common
        self._blockers, self._contrast, self._free = blockers | BOUNDARIES, contrast | BOUNDARIES, False
        self._slots: dict[str, Node] = {}
        self._leaves: dict[str, Sequence[Node]] = {}
        self._open: list[str] = []

    def pattern(self, text: str, *, free: bool = False) -> Node:
        """One pattern; the gaps of a `free` one cross every word but those of contrast.

        Raises PatternError when it is broken, begins with a gap, or could match nothing.
        """
        self._free = free
        pieces = _PIECES.findall(text)
        try:
            node, used = self._choice(pieces, 0)
        except IndexError as error:
            raise PatternError(f"unclosed: {text}") from error
        if not pieces or pieces[0] in ("..", "...") or node is None or used != len(pieces) or node.nullable or not node.first:
            raise PatternError(f"not a pattern: {text}")
        return node

    def rarity(self, words: frozenset[str]) -> tuple[int, int]:
        """Orders promises: those without everyday words first, then the shortest."""
        return len(words & self._common), len(words)

    def _choice(self, pieces: Sequence[str], at: int) -> tuple[Node | None, int]:
        """Alternatives; None when they are fillers alone. A filler beside real alternatives would loosen them all: refused."""
        options: list[Node | None] = []
        while True:
            node, at = self._sequence(pieces, at)
            options.append(node)
            if at >= len(pieces) or pieces[at] != "|":
                break
            at += 1
        real = [option for option in options if option is not None]
        if not real:
            return None, at
        if len(real) != len(options):
            raise PatternError(f"a filler among alternatives: {' '.join(pieces)}")
        return _choose(real), at

    def _sequence(self, pieces: Sequence[str], at: int) -> tuple[Node | None, int]:
        items: list[Node] = []
        begin = at
        while at < len(pieces) and pieces[at] not in ("|", ")", "]"):
            nodes, at = self._item(pieces, at)
            items.extend(nodes)
        if at == begin:
            raise PatternError(f"an empty alternative in: {' '.join(pieces)}")
        if not items:
            return None, at
        return (items[0] if len(items) == 1 else Series(items, self.rarity)), at

    def _item(self, pieces: Sequence[str], at: int) -> tuple[Sequence[Node], int]:
        piece = pieces[at]
        if piece in ("(", "["):
            node, at = self._choice(pieces, at + 1)
            if pieces[at] != (")" if piece == "(" else "]"):
                raise PatternError(f"unclosed: {' '.join(pieces)}")
            if node is None:
                return [], at + 1
            return [node if piece == "(" else Maybe(node)], at + 1
        if piece in ("..", "..."):
            return [Gap(_SHORT_GAP if piece == ".." else _LONG_GAP, self._contrast if self._free else self._blockers)], at + 1
        if piece not in self._leaves:
            self._leaves[piece] = self._leaf(piece)
        return self._leaves[piece], at + 1

    def _leaf(self, piece: str) -> Sequence[Node]:
        if piece in ("^", "$"):
            return [Word(BOUNDARIES)]
        if piece[0] == "{":
            return [self._slot(piece[1:-1])]
        if piece[0] == "<" or piece in (COMMA, "?"):
            return [Word(frozenset((piece,)))]
        if piece[0] in "([":
            return self._words(piece)
        return [Word(frozenset((word,))) for word in self._spell(piece)]

    def _words(self, piece: str) -> Sequence[Node]:
        """A group of single words. A filler alone says nothing; beside real words it would loosen them all: refused."""
        spelled = [self._spell(word) for word in piece[1:-1].split("|")]
        if not any(spelled):
            return []
        if not all(spelled):
            raise PatternError(f"a filler among alternatives: {piece}")
        leaves = [Word(frozenset((words[0],))) if len(words) == 1 else self._series(words) for words in spelled]
        node = _choose(leaves)
        return [node if piece[0] == "(" else Maybe(node)]

    def _series(self, words: Sequence[str]) -> Node:
        return Series([Word(frozenset((word,))) for word in words], self.rarity)

    def _slot(self, name: str) -> Node:
        if name not in self._slots:
            if name not in self._raw or name in self._open:
                raise PatternError(f"unknown or circular slot: {name}")
            self._open.append(name)
            free = self._free
            self._slots[name] = _choose([self.pattern(line) for line in lines(self._raw[name])])
            self._free = free
            self._open.pop()
        return self._slots[name]


def _choose(options: Sequence[Node]) -> Node:
    if len(options) == 1:
        return options[0]
    if all(isinstance(option, Word) for option in options):
        return Word(frozenset().union(*(option.first for option in options)))
    return Choice(options)


def lines(text: str) -> list[str]:
    """The lines of a block of data, without blanks and comments."""
    stripped = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern found: the name it was filed under and the words [start, end) it covers."""

    name: str
    start: int
    end: int


def places_of(line: Line) -> dict[str, list[int]]:
    """Where each word of a text stands, under every key it answers to."""
    places: dict[str, list[int]] = {}
    for index, word in enumerate(line.words):
        places.setdefault(word, []).append(index)
        for extra in line.extras[index]:
            places.setdefault(extra, []).append(index)
    return places


def matches(name: str, node: Node, line: Line, places: Mapping[str, Sequence[int]], memo: Memo) -> list[Match]:
    """Every longest match of one pattern."""
    starts = {index for key in places.keys() & node.first for index in places[key]}
    return [Match(name, start, max(ends)) for start in starts if (ends := node.ends(line, start, memo))]


class Finder:
    """Many named patterns searched at once: only those whose rarest word is in the text are tried."""

    def __init__(self, named: Iterable[tuple[str, Node]]) -> None:
        self._by_anchor: dict[str, list[tuple[str, Node]]] = {}
        for name, node in named:
            for key in node.anchors or node.first:
                self._by_anchor.setdefault(key, []).append((name, node))
        self.keys = frozenset(self._by_anchor)  # a text must hold at least one of them

    def find(self, line: Line, memo: Memo) -> list[Match]:
        """Every longest match, in the order of the text: where two say as much, the same one names the sign on every machine."""
        places = places_of(line)
        tried: dict[int, tuple[str, Node]] = {}
        for key in places:
            tried.update((id(entry), entry) for entry in self._by_anchor.get(key, ()))
        found = (match for name, node in tried.values() for match in matches(name, node, line, places, memo))
        return sorted(found, key=lambda match: (match.start, -match.end, match.name))
