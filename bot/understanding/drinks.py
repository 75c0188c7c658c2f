"""What was drunk: how many, of which unit, of which kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.drinks import STANDARD
from bot.knowledge.language import Terms, alternatives
from bot.understanding.pattern import Atom, blank, compiled, tidy

_FIGURES = r"[0-9]{1,3}(?:[.,][0-9]{1,2})?"
_ALONE = r"(?<![0-9/.,])(?<![0-9] )"
"""A count is no part of another one ("3/4 bottle", "1 1/2 pints", "two 6 packs")."""
_HALVES = frozenset({"half", "halved"})
"""The groups of "and a half", before and after the unit."""
_POURED, _MEASURE = "spirits", "shot"
"""What a double is two measures of; a double beer is a style."""


@dataclass(frozen=True, slots=True)
class DrinkWords:
    """One language's words for drinks, compiled."""

    patterns: tuple[re.Pattern[str], ...]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    counts: Mapping[str, float | None]

    @classmethod
    def of(cls, terms: Terms) -> DrinkWords:
        """Compile the drink words of one language's terms.yaml."""
        macros = {
            "drink_unit": alternatives(form for forms in terms.drink_units.values() for form in forms),
            "drink_kind": alternatives(form for forms in terms.drink_kinds.values() for form in forms),
            "figure": _ALONE + _FIGURES,
            "count": _ALONE + alternatives([_FIGURES, *terms.drink_counts]),
        }
        return cls(
            patterns=tuple(compiled(pattern, macros) for pattern in terms.drink_patterns),
            units=tuple((name, re.compile(alternatives(forms))) for name, forms in terms.drink_units.items()),
            kinds=tuple((name, re.compile(alternatives(forms))) for name, forms in terms.drink_kinds.items()),
            counts=terms.drink_counts,
        )

    def find(self, text: str) -> list[Atom]:
        """Every drink: a "DRINK" with its slot value, where a count that was not said or not clear is left out."""
        found: list[Atom] = []
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                found.append(self._drink(match))
                text = blank(text, match.start(), match.end())
        return found

    def _drink(self, match: re.Match[str]) -> Atom:
        groups = {name: said for name, said in match.groupdict().items() if said}
        value: dict[str, Any] = {}
        count = self._count(groups)
        if count is not None:
            value["count"] = count
        if "std" in groups:
            value["unit"] = STANDARD
        elif "uk" in groups:
            value["unit"] = "unit"
        elif "unit" in groups:
            value["unit"] = _named(match, "unit", self.units)
        if "kind" in groups:
            value["kind"] = _named(match, "kind", self.kinds)
        if "double" in groups and value.get("kind") == _POURED:
            value |= {"count": tidy(2 * (count or 1)), "unit": _MEASURE}
        return Atom(match.start(), match.end(), "DRINK", value)

    def _count(self, groups: Mapping[str, str]) -> float | int | None:
        """How many, halves and all; None when no number was really said ("a few"). A lone "bottle of wine" is one."""
        said = groups.get("std") or groups.get("n") or ("1" if "lone" in groups else "")
        count = self.counts[said] if said in self.counts else float(said.replace(",", ".")) if said[:1].isdigit() else None
        times = float(groups["each"].replace(",", ".")) if "each" in groups else 1
        return tidy((count + 0.5 * len(_HALVES & groups.keys())) * times) if count is not None else None


def _named(match: re.Match[str], group: str, names: tuple[tuple[str, re.Pattern[str]], ...]) -> str:
    """What it is called; also looked at in its place, for some words are drinks only before others."""
    start, end = match.span(group)
    for name, words in names:
        here = words.fullmatch(match[group]) or words.match(match.string, start)
        if here and here.end() - here.start() == end - start:
            return name
    return "other"
