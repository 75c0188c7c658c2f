"""Patterns of the knowledge files, compiled: macros put in place, word boundaries added, matches as atoms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.knowledge.language import NOTHING, Pattern, alternatives, expand

_BLANK = "\x00"


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled pattern, and what it stands for."""

    kind: str
    regex: re.Pattern[str]
    value: float | str | None
    vague: bool


@dataclass(frozen=True, slots=True)
class Atom:
    """A piece of a message that means something by itself: where it is, its kind, its value."""

    start: int
    end: int
    kind: str
    value: Any = None
    vague: bool = False


def macro_table(*groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Word lists by name, each as one group; a later list of the same name wins."""
    return {name: alternatives(words) for group in groups for name, words in group.items()}


def compiled(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern as whole words: nothing that it finds is part of a longer word or number.

    A pattern that ends on a space or an apostrophe ends a word by itself.
    """
    return re.compile(rf"(?:(?<![a-z0-9])|(?![a-z0-9]))(?:{expand(pattern, macros)})(?:(?<=[ '])|(?![a-z0-9]))")


def any_of(patterns: Iterable[str], macros: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern that finds any of the given ones, as whole words; nothing when there is none."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return compiled(joined or NOTHING, macros)


def shapes(patterns: Iterable[Pattern], macros: Mapping[str, str]) -> tuple[Shape, ...]:
    """Compile the patterns of a file, in its order."""
    return tuple(Shape(p.kind, compiled(p.match, macros), p.value, p.vague) for p in patterns)


def blank(text: str, start: int, end: int) -> str:
    """The text with a span taken out of reach of later patterns; positions do not move."""
    return f"{text[:start]}{_BLANK * (end - start)}{text[end:]}"


def lexicon(words: Mapping[str, Sequence[str]], macros: Mapping[str, str]) -> re.Pattern[str]:
    """One pattern for a whole list of named things: the name of the group that matched is the id found."""
    entries = "|".join(f"(?P<{name}>{alternatives(forms)})" for name, forms in words.items())
    return compiled(entries or NOTHING, macros)


def tidy(number: float) -> float | int:
    """A whole number as one: 30, not 30.0."""
    return int(number) if float(number).is_integer() else number
