"""Bytes read as choices: the same bytes are the same message for ever, with the fuzzer and without it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle, islice
from typing import TypeVar

T = TypeVar("T")

LONGEST = 100_000
"""Characters of a message at most."""

_PIECES = 24
_SEPARATORS = (" ", " ", " ", ", ", ". ", "\n", "", " ? ")


class Draw:
    """Takes choices from bytes, from the first to the last; when they are used up, every choice is the first one."""

    def __init__(self, data: bytes) -> None:
        """Nothing is taken yet."""
        self._data = data
        self._at = 0

    @property
    def is_over(self) -> bool:
        """Whether every byte was taken."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """The next byte."""
        if self.is_over:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def pick(self, choices: Sequence[T]) -> T:
        """One of some choices, by as many bytes as it takes to name any of them."""
        number = self.byte()
        if len(choices) > 256:
            number = number * 256 + self.byte()
        return choices[number % len(choices)]

    def rest(self) -> str:
        """Whatever is left, as text. What is no text becomes lone surrogates, which a broken client sends too."""
        left = self._data[self._at :]
        self._at = len(self._data)
        return left.decode("utf-8", "surrogateescape")

    def message(self, words: Sequence[str]) -> str:
        """A message to the end of the bytes: as it stands, of known words, of both, or one of these again and again."""
        how = self.byte() % 8
        if how < 4:
            return self.rest()
        if how == 4:
            return f"{self._of(words, at_most=4)} {self.rest()}"
        if how < 7:
            return self._of(words, at_most=_PIECES)
        length = (self.byte() + 1) * LONGEST // 256
        text = self.rest() if self.byte() % 2 else self._of(words, at_most=_PIECES)
        return "".join(islice(cycle(text), length))

    def _of(self, words: Sequence[str], *, at_most: int) -> str:
        parts: list[str] = []
        while not self.is_over and len(parts) < at_most:
            parts += (self.pick(words), self.pick(_SEPARATORS))
        return "".join(parts)
