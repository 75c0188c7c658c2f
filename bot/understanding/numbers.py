"""Number words to figures, in any language whose words the knowledge lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.knowledge.language import Amounts, alternatives


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The number words of a language, ready to be read."""

    values: dict[str, int]
    wide_tens: frozenset[int]
    hundred: frozenset[str]
    join: frozenset[str]
    joined: frozenset[int]
    articles: frozenset[str]
    point: re.Pattern[str]
    run: re.Pattern[str]
    word: re.Pattern[str]

    @classmethod
    def of(cls, amounts: Amounts) -> NumberWords:
        """Compile the words of one language."""
        words = [*amounts.numbers, *amounts.hundred, *amounts.articles]
        one = alternatives(re.escape(word) for word in words)
        joins = alternatives(amounts.join)
        one_said = alternatives(amounts.articles)
        return cls(
            values=amounts.numbers,
            wide_tens=frozenset(amounts.wide_tens),
            hundred=frozenset(amounts.hundred),
            join=frozenset(amounts.join),
            joined=frozenset(amounts.joined),
            articles=frozenset(amounts.articles),
            point=re.compile(rf"(?<![a-z0-9.,'])(?:([0-9]+)|{one_said}) {alternatives(amounts.point)} ([0-9]{{1,2}})(?![0-9])"),
            run=re.compile(rf"(?<![a-z0-9'])({one}(?:(?: {joins})? {one}){{0,8}})(?![a-z0-9'])"),
            word=re.compile(rf"(?<![a-z]){alternatives([one, joins])}(?![a-z])"),
        )

    def to_figures(self, text: str) -> str:
        """Write every number said in words as figures; articles that mean one are left as they are."""
        figures = self.run.sub(lambda match: " ".join(self._groups(match[1])), text)
        return self.point.sub(lambda match: f"{match[1] or 1}.{match[2]}", figures)

    def _groups(self, run: str) -> Iterator[str]:
        """Cut a run of number words into numbers: "20 7" is one number, "20 30" are two."""
        number = _Number()
        pending: list[str] = []
        for word in self.word.findall(run):
            if word in self.join:
                pending.append(word)
                continue
            if not self._extend(number, word, joined=bool(pending)):
                yield from number.said()
                yield from pending
                number = _Number()
                self._extend(number, word, joined=False)
            pending.clear()
        yield from number.said()

    def _extend(self, number: _Number, word: str, *, joined: bool) -> bool:
        """Add a word to the number if the language lets it continue there."""
        if word in self.hundred:
            return number.times_hundred()
        if word in self.articles:
            return number.add(1, word, wide=self.wide_tens, article=True)
        value = self.values[word]
        if joined and not (number.last == 100 or value in self.joined):
            return False
        return number.add(value, word, wide=self.wide_tens, article=False)


class _Number:
    """A number being read, word after word."""

    def __init__(self) -> None:
        self.total = 0
        self.last: int | None = None
        self.word = ""

    def add(self, value: int, word: str, *, wide: frozenset[int], article: bool) -> bool:
        if self.last is None:
            self.total, self.last, self.word = value, value, word if article else ""
            return True
        room = 100 if self.last == 100 else 20 if self.last in wide else 10 if self.last >= 20 else 0
        if self.word or not 0 < value < room:
            return False
        self.total += value
        self.last = value
        return True

    def times_hundred(self) -> bool:
        if self.last is None:
            self.total, self.last = 100, 100
            return True
        if not 1 <= self.total < 10 or self.last == 100:
            return False
        self.total, self.last, self.word = self.total * 100, 100, ""
        return True

    def said(self) -> list[str]:
        if self.last is None:
            return []
        return [self.word or str(self.total)]
