"""Amounts in a message: milligrams, tablets, totals, steps, ratings, and what is not a dose though it has a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.knowledge.language import Amounts
from bot.understanding.pattern import Atom, Shape, blank, macro_table, shapes

_ARTICLE = 1.0
_HALVES = re.compile(r"demi|half|1/2")


@dataclass(frozen=True, slots=True)
class Amount:
    """What a dose pattern read. `n` is its number; `k` the other one (how many times, the strength, the former total);
    `items` the numbers of a list such as 20/10/10/20."""

    n: float
    k: float | None = None
    items: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class AmountWords:
    """One language's shapes of amounts, compiled."""

    shapes: tuple[Shape, ...]

    @classmethod
    def of(cls, amounts: Amounts) -> AmountWords:
        """Compile one language's amounts.yaml."""
        return cls(shapes(amounts.patterns, macro_table(amounts.macros)))

    def find(self, text: str) -> list[Atom]:
        """Every amount, in the order of the file: an earlier pattern takes its span out of reach of the later ones."""
        found: list[Atom] = []
        for shape in self.shapes:
            for match in shape.regex.finditer(text):
                atom = _atom(shape, match)
                if atom:
                    found.append(atom)
                    text = blank(text, match.start(), match.end())
        return found


def _atom(shape: Shape, match: re.Match[str]) -> Atom | None:
    groups = match.groupdict()
    amount = _amount(shape, groups)
    if amount is None:
        return None
    kind, amount = _plain(shape.kind, amount)
    if kind == "LIST3" and _is_date(amount.items):
        return None
    return Atom(match.start(), match.end(), "LIST" if kind == "LIST3" else kind, amount, shape.vague or shape.kind == "GRAM")


def _amount(shape: Shape, groups: Mapping[str, str | None]) -> Amount | None:
    if groups.get("list"):
        items = tuple(_number(item) for item in re.split(r"[/-]", groups["list"] or ""))
        return Amount(0, items=items)
    k = groups.get("k")
    second = _number(k) if k else float(shape.value or 0) if shape.kind == "NXM" else None
    value = float(shape.value or 0) if shape.kind != "NXM" else 0.0
    said = groups.get("n")
    if said is None:
        return Amount(value, second)
    if shape.kind == "EVERY" and value:
        return Amount(_number(said) * value, second)
    return Amount(_number(said) + (value if shape.kind == "TABS" else 0), second)


def _plain(kind: str, amount: Amount) -> tuple[str, Amount]:
    """Grams are milligrams to the assistant; they are rare enough in this treatment to be asked back."""
    if kind == "GRAM":
        return "MG", Amount(amount.n * 1000, amount.k)
    return kind, amount


def _number(said: str) -> float:
    said = said.strip()
    if _HALVES.search(said):
        return 0.5
    return float(said.replace(",", ".")) if said[0].isdigit() else _ARTICLE


def _is_date(items: tuple[float, ...]) -> bool:
    """Three numbers with slashes and no unit: a date when they can be one and are not all multiples of five."""
    day, month, year = items
    return 1 <= day <= 31 and 1 <= month <= 12 and 20 <= year <= 99 and any(item % 5 for item in items)
