"""The second reader of danger signs: a linear classifier over pieces of words, words and their neighbours.

What it knows are the example messages of `bot/knowledge/*/signs`; `make knowledge` turns them into a small file of weights. It reads a
message clause by clause, so that one clause that counts in a long post is not drowned, and gives the stretch of text it judged. Pure
arithmetic on whole numbers and one square root: the same text gives the same answer on every machine.

The features of a clause: every word, the pairs and triples of neighbours, pairs with a word or two between them, and the pieces of two
to five letters of each word (which is what forgives spelling). Words also stand for their class ("dog", "cat": pet), so that an example
teaches something of its neighbours. Each feature is hashed to one of `BUCKETS` weights. The score of a stretch is

    bias + sum(word weights) / sqrt(number of word features) + sum(piece weights) / sqrt(number of piece features)

less `CHANCES` times the logarithm of how many stretches the message has: the worst of many is high by chance alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from bot.knowledge.files import KnowledgeError
from bot.knowledge.weights import HEADS, Weights
from bot.knowledge.word_classes import word_classes
from bot.understanding.features import hashed, mixed, pieces
from bot.understanding.fold import Folded

BITS = 18
BUCKETS = 1 << BITS
_MASK = BUCKETS - 1

LONGEST_WORD = 24
LONG_CLAUSE = 28
"""Words after which a sentence without a stop is cut at the next pause, and at the latest after as many again."""
WHOLE = 70
"""Up to so many words a message is also judged as a whole."""

CHANCES = 0.2

SOMEONE = 0.15
"""The score from which somebody else is in danger (what it gets right: docs/danger-signs.md)."""

LIKELY = -0.5
"""The same, where a rule has found that somebody else is spoken of."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*'?|[?!]+|\.{2,}|…|[.\n;:,]|[\U0001f300-\U0001faff]")
_RUNS = re.compile(r"(.)\1{2,}")
_STOPS = frozenset({".", "\n", ";", "...", "…"})
_PAUSES = frozenset({",", ":", "et", "and", "mais", "but", "puis", "then", "virgule", "comma", "point", "donc", "so", "car", "because"})
_SIZES = (1, 4, 10, 100, 200, 1000)
_BEGIN, _END = 1, 2  # stand before the first word of a clause and after its last


@dataclass(frozen=True, slots=True)
class Clause:
    """Words in a row with the folded characters [start, end) that they stand in."""

    words: tuple[str, ...]
    start: int
    end: int


def clauses(folded: Folded) -> list[Clause]:
    """A folded text cut at its stops, and at pauses where a sentence runs on. Linear."""
    return list(_clauses(folded.text))


def _clauses(text: str) -> Iterator[Clause]:
    words: list[str] = []
    start = end = 0
    for found in _TOKEN.finditer(text):
        token = found.group()
        if not words:
            start = found.start()
        is_long = len(words) >= LONG_CLAUSE
        if token in _STOPS or (is_long and (token in _PAUSES or len(words) >= 2 * LONG_CLAUSE)):
            if words:
                yield Clause(tuple(words), start, end)
            words, start = [], found.start()
            if token in _STOPS or token in (",", ":"):
                continue
        if token in (",", ":"):
            continue
        words.extend(_spelled(token))
        end = found.end()
    if words:
        yield Clause(tuple(words), start, end)


def _spelled(token: str) -> list[str]:
    """The words of a token: figures by their size, lengthened letters once, an elision apart from what follows it."""
    if token[0].isdigit():
        return [f"#{sum(_value(token) >= size for size in _SIZES)}"]
    token = _RUNS.sub(r"\1", token)
    if "'" not in token:
        return [token[:LONGEST_WORD]]
    return [piece[:LONGEST_WORD] for piece in re.findall(r"[^']+'?", token)]


def _value(token: str) -> float:
    try:
        return float(token.replace(",", "."))
    except ValueError:  # figures of other scripts
        return 0.0


@lru_cache(maxsize=65_536)
def piece_features(word: str) -> tuple[int, ...]:
    """The buckets of the pieces of a word."""
    return tuple(piece & _MASK for piece in pieces(word))


def word_features(words: Sequence[str]) -> list[int]:
    """The buckets of the words of a clause, of their classes, and of the neighbourhoods of both."""
    keys = [_BEGIN, *map(hashed, words), _END]
    classes = [(_BEGIN,), *_classes(words), (_END,)]
    found: list[int] = []
    for i in range(1, len(keys)):
        here, before = keys[i], keys[i - 1]
        found.append(_mixed(before, here, 3))
        if i < len(keys) - 1:
            found.append(_mixed(here, 7, 5))
        if i >= 2:
            found.append(_mixed(keys[i - 2], here, 11))
            found.append(_mixed(mixed(keys[i - 2], before, 13), here, 17))
        if i >= 3:
            found.append(_mixed(keys[i - 3], here, 11))
        found.extend(_class_features(keys, classes, i))
    return found


def _class_features(keys: Sequence[int], classes: Sequence[tuple[int, ...]], i: int) -> Iterator[int]:
    """What ends at place `i`: its classes, pairs and triples of classes, and a class beside a word."""
    for one in classes[i]:
        yield _mixed(one, 0, 21)
        yield _mixed(keys[i - 1], one, 41)
        for distance in (1, 2, 3):
            if i >= distance:
                for other in classes[i - distance]:
                    yield _mixed(other, one, 23 if distance == 1 else 24)
        if i >= 2:
            for middle in classes[i - 1]:
                for first in classes[i - 2]:
                    yield _mixed(mixed(first, middle, 29), one, 31)
    for one in classes[i - 1]:
        yield _mixed(one, keys[i], 37)


def _classes(words: Sequence[str]) -> list[tuple[int, ...]]:
    """The classes of each word; a contraction cut in two ("don'" "t") counts once, where it ends."""
    found = [_class_keys(word) for word in words]
    for i in range(1, len(words)):
        if words[i - 1].endswith("'"):
            joined = _class_keys(words[i - 1] + words[i])
            if joined:
                found[i - 1], found[i] = (), joined
    return found


@lru_cache(maxsize=65_536)
def _class_keys(word: str) -> tuple[int, ...]:
    return tuple(hashed(f"<{name}>") for name in word_classes().of(word.replace("'", "")))


def _mixed(one: int, other: int, salt: int) -> int:
    return mixed(one, other, salt) & _MASK


def stretches(found: Sequence[Clause]) -> list[Sequence[Clause]]:
    """What is judged of a message: each clause, each two in a row, and the whole of a short one."""
    if len(found) < 2:
        return [found] if found else []
    parts = [found[i : i + size] for size in (1, 2) for i in range(len(found) - size + 1)]
    is_short = sum(len(clause.words) for clause in found) <= WHOLE
    return [found, *parts] if is_short and len(found) > 2 else parts


def by_chance(parts: int) -> float:
    """What the worst of so many stretches is above an ordinary one without meaning anything."""
    return CHANCES * log(parts) if parts > 1 else 0.0


class Linear:
    """The classifier with its weights. It holds no state but a memory of words, and may be shared by threads."""

    def __init__(self, weights: Weights) -> None:
        """Raises KnowledgeError for weights of a table of another size: they would be read at the wrong places."""
        if weights.buckets != BUCKETS:
            raise KnowledgeError(f"danger weights: {weights.buckets} buckets, not {BUCKETS}: run make knowledge")
        self._weights = weights
        word_classes()  # read with the rest at the start, not with somebody's first message
        self.fingerprint, self.bars = weights.fingerprint, weights.bars
        self._pieces = lru_cache(maxsize=32_768)(self._pieces_of)

    def scores(self, found: Sequence[Clause], parts: Sequence[Sequence[Clause]]) -> list[tuple[float, ...]]:
        """Per part of the clauses found in a text the score of every head. Never raises."""
        summed = {clause: self._sums(clause) for clause in found}
        chance = by_chance(len(parts))
        return [tuple(score - chance for score in self._scores([summed[clause] for clause in part])) for part in parts]

    def _scores(self, sums: Sequence[_Sums]) -> tuple[float, ...]:
        words, pieces = max(1, sum(s.word_count for s in sums)), max(1, sum(s.piece_count for s in sums))
        w = self._weights
        return tuple(
            w.bias[head]
            + w.scale[head] * (sum(s.words[head] for s in sums) / sqrt(words) + sum(s.pieces[head] for s in sums) / sqrt(pieces))
            for head in range(len(HEADS))
        )

    def _sums(self, clause: Clause) -> _Sums:
        features = word_features(clause.words)
        pieces = [self._pieces(word) for word in clause.words]
        return _Sums(
            words=self._added(features),
            pieces=tuple(sum(each[head] for each, _ in pieces) for head in range(len(HEADS))),
            word_count=len(features),
            piece_count=sum(count for _, count in pieces),
        )

    def _pieces_of(self, word: str) -> tuple[tuple[int, ...], int]:
        features = [BUCKETS + feature for feature in piece_features(word)]
        return self._added(features), len(features)

    def _added(self, features: Sequence[int]) -> tuple[int, ...]:
        values, step = self._weights.values, len(HEADS)
        check = urgent = emergency = 0
        for feature in features:
            at = feature * step
            check += values[at]
            urgent += values[at + 1]
            emergency += values[at + 2]
        return check, urgent, emergency

    def signs(self, part: Sequence[Clause]) -> dict[str, float]:
        """How much a stretch reads like each sign: they share a smaller table of the same features."""
        codes = self._weights.codes
        return dict(zip(codes, self._told(part, range(len(codes))), strict=True))

    def someone(self, part: Sequence[Clause]) -> float:
        """How much it reads like the danger of somebody else than the writer: `SOMEONE` or more, or `LIKELY` where a rule says so."""
        return self._told(part, range(len(self._weights.codes), len(self._weights.code_bias)))[0]

    def _told(self, part: Sequence[Clause], columns: range) -> list[float]:
        """The sums of some columns of the smaller table."""
        w = self._weights
        totals = [w.code_bias[column] for column in columns]
        words = [feature for clause in part for feature in word_features(clause.words)]
        pieces = [feature for clause in part for word in clause.words for feature in piece_features(word)]
        for features, first in ((words, 0), (pieces, w.code_buckets)):
            share = w.code_scale / sqrt(max(1, len(features)))
            for feature in features:
                at = (first + feature % w.code_buckets) * len(w.code_bias)
                for place, column in enumerate(columns):
                    totals[place] += share * w.code_values[at + column]
        return totals


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the features of a clause add up to, per head, and how many there were."""

    words: tuple[int, ...]
    pieces: tuple[int, ...]
    word_count: int
    piece_count: int
