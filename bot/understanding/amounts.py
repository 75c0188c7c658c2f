"""Amounts in a message: milligrams, tablets, totals, steps, ratings, and what is not a dose though it has a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.language import Amounts
from bot.understanding.pattern import Atom, Shape, blank, macro_table, shapes

_ARTICLE = 1.0
_OF_A_DATE = 3
_LISTED = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_TOP_UPS = frozenset({"TOPUP", "TOPUPMG"})


@dataclass(frozen=True, slots=True)
class Amount:
    """What a dose pattern read. `n` is its number; `k` the other one (how many times, the strength, the former total);
    `items` the numbers of a list such as 20/10/10/20; `per_day` how often a day a top-up may be taken at most."""

    n: float
    k: float | None = None
    items: tuple[float, ...] = ()
    per_day: float | None = None


@dataclass(frozen=True, slots=True)
class AmountWords:
    """One language's shapes of amounts, compiled."""

    shapes: tuple[Shape, ...]
    halves: frozenset[str]

    @classmethod
    def of(cls, amounts: Amounts) -> AmountWords:
        """Compile one language's amounts.yaml."""
        return cls(shapes(amounts.patterns, macro_table(amounts.macros)), frozenset(amounts.halves))

    def find(self, text: str) -> list[Atom]:
        """Every amount, in the order of the file: an earlier pattern takes its span out of reach of the later ones."""
        found: list[Atom] = []
        for shape in self.shapes:
            for match in shape.regex.finditer(text):
                atom = self._atom(shape, match)
                if atom:
                    found.append(atom)
                    text = blank(text, match.start(), match.end())
        return found

    def _atom(self, shape: Shape, match: re.Match[str]) -> Atom | None:
        amount = self._amount(shape, match.groupdict())
        if amount is None:
            return None
        kind, amount = _plain(shape.kind, amount)
        if kind == "LIST3" and _is_date(amount.items):
            return None
        return Atom(match.start(), match.end(), "LIST" if kind == "LIST3" else kind, amount, shape.vague or shape.kind == "GRAM")

    def _amount(self, shape: Shape, groups: Mapping[str, str | None]) -> Amount | None:
        said, k, items = groups.get("n"), groups.get("k"), groups.get("list")
        if items:
            listed = self._listed(items)
            return Amount(0, items=listed) if listed else None
        value = float(shape.value or 0)
        repeated = shape.kind == "NXM"
        second = self._number(k) if k else value if repeated else None
        if said is None:
            return Amount(value, second)
        number = self._number(said)
        if shape.kind in _TOP_UPS:
            often = groups.get("per")
            return Amount(number, second if k else None, per_day=self._number(often) if often else value or None)
        if shape.kind in {"EVERY", "PARTS", "PARTSMG"} and value:
            return Amount(number * value, second)
        return Amount(number + value if shape.kind == "TABS" else number, second)

    def _listed(self, items: str) -> tuple[float, ...]:
        """The numbers of a list. Dashes part halves ("1 - 1/2 - 1"); of any other fraction between dashes, nothing is made."""
        has_fractions = "-" in items and "/" in items
        parts = [part.strip() for part in items.split("-")] if has_fractions else _LISTED.findall(items)
        if any("/" in part and part not in self.halves for part in parts):
            return ()
        return tuple(map(self._number, parts))

    def _number(self, said: str) -> float:
        """Figures, a half, or an article that means one."""
        words = said.split()
        if any(word in self.halves for word in words):
            return 0.5
        return float(words[0].replace(",", ".")) if words[0][0].isdigit() else _ARTICLE


def _plain(kind: str, amount: Amount) -> tuple[str, Amount]:
    """Grams are milligrams to the assistant; they are rare enough in this treatment to be asked back. Halves of tablets are tablets,
    those of milligrams are milligrams."""
    if kind == "GRAM":
        return "MG", Amount(amount.n * 1000, amount.k)
    if kind == "PARTS":
        return "TABS", amount
    if kind == "PARTSMG":
        return "MG", amount
    return kind, amount


def _is_date(items: tuple[float, ...]) -> bool:
    """Three numbers with slashes and no unit: a date when they can be one and are not all multiples of five."""
    if len(items) != _OF_A_DATE:
        return False
    day, month, year = items
    return 1 <= day <= 31 and 1 <= month <= 12 and 20 <= year <= 99 and any(item % 5 for item in items)
