"""A message cut into what it names: amounts, moments, effects, drinks, medicines; and the same message with names in their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.knowledge.language import Language
from bot.understanding.amounts import AmountWords
from bot.understanding.drinks import DrinkWords
from bot.understanding.pattern import Atom, any_of, blank, compiled, lexicon
from bot.understanding.times import TimeWords

_NUMBER = re.compile(r"(?<![a-z0-9])[0-9]+(?:[.,][0-9]+)?(?![a-z0-9])")
UNCOUNTABLE = 1_000_000.0
"""A number as large is a finger that stayed on a key: no amount, no count and no rating is it. None is read as larger."""
_FIGURE = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Scan:
    """A text, the atoms found in it in order, and the text with each atom replaced by its kind in capitals.

    `places[i]` is where atom i stands in the masked text.
    """

    text: str
    atoms: tuple[Atom, ...]
    masked: str
    places: tuple[tuple[int, int], ...]

    def of(self, *kinds: str) -> list[Atom]:
        """The atoms of these kinds, in order."""
        return [atom for atom in self.atoms if atom.kind in kinds]

    def has(self, *kinds: str) -> bool:
        """Whether any atom is of these kinds."""
        return any(atom.kind in kinds for atom in self.atoms)

    def cut(self, start: int, end: int) -> Scan:
        """The part of the scan that lies between two positions of the masked text."""
        kept = [i for i, (a, b) in enumerate(self.places) if a >= start and b <= end]
        atoms = tuple(self.atoms[i] for i in kept)
        places = tuple((self.places[i][0] - start, self.places[i][1] - start) for i in kept)
        return Scan(self.text, atoms, self.masked[start:end], places)


@dataclass(frozen=True, slots=True)
class Scanner:
    """One language's eyes."""

    amounts: AmountWords
    times: TimeWords
    drinks: DrinkWords
    effects: re.Pattern[str]
    substances: re.Pattern[str]
    ages: re.Pattern[str]
    harmless: re.Pattern[str]
    ratings: tuple[re.Pattern[str], ...]

    @classmethod
    def of(cls, language: Language) -> Scanner:
        """Compile one language's words."""
        terms = language.terms
        return cls(
            amounts=AmountWords.of(language.amounts),
            times=TimeWords.of(language.times),
            drinks=DrinkWords.of(terms),
            effects=lexicon(terms.effects, {}),
            substances=lexicon(terms.substances, {}),
            ages=lexicon({str(name): words for name, words in terms.ages.items()}, {}),
            harmless=any_of(terms.harmless, {}),
            ratings=tuple(compiled(rf"(?<![/.,]){pattern}", {}) for pattern in language.amounts.ratings),
        )

    def _ratings(self, text: str) -> list[Atom]:
        found: list[Atom] = []
        for pattern in self.ratings:
            for match in pattern.finditer(text):
                found.append(Atom(match.start(), match.end(), "RATING", float(match["n"].replace(",", "."))))
                text = blank(text, match.start(), match.end())
        return found

    def scan(self, text: str) -> Scan:
        """Find everything; what is found first (an amount before an hour, an hour before a drink) is out of reach of the rest."""
        atoms: list[Atom] = []
        rest = text
        steps: tuple[Callable[[str], list[Atom]], ...] = (
            self._ratings,
            lambda t: [Atom(m.start(), m.end(), "WATER") for m in self.harmless.finditer(t)],
            lambda t: [Atom(m.start(), m.end(), "EFFECT", m.lastgroup) for m in self.effects.finditer(t)],
            lambda t: [Atom(m.start(), m.end(), str(m.lastgroup).upper()) for m in self.ages.finditer(t)],
            self.amounts.find,
            self.times.find,
            self.drinks.find,
            lambda t: [_substance(m) for m in self.substances.finditer(t)],
            lambda t: [Atom(m.start(), m.end(), "NUM", min(float(m[0].replace(",", ".")), UNCOUNTABLE)) for m in _NUMBER.finditer(t)],
        )
        for step in steps:
            found = [_trimmed(rest, atom) for atom in step(rest)]
            atoms += found
            for atom in found:
                rest = blank(rest, atom.start, atom.end)
        atoms.sort(key=lambda atom: atom.start)
        return _masked(text, atoms, leftover=bool(_FIGURE.search(rest)))


def _trimmed(text: str, atom: Atom) -> Atom:
    """The atom without the blanks that an optional word left at its ends: cues count on the space between two names."""
    said = text[atom.start : atom.end]
    start = atom.start + len(said) - len(said.lstrip(" "))
    return replace(atom, start=start, end=atom.end - (len(said) - len(said.rstrip(" "))))


def _substance(match: re.Match[str]) -> Atom:
    name = match.lastgroup or ""
    kind = {"alcohol": "ALCOHOL", "baclofen": "BACLO"}.get(name, "MED")
    return Atom(match.start(), match.end(), kind, name)


def _masked(text: str, atoms: list[Atom], *, leftover: bool) -> Scan:
    out: list[str] = []
    places: list[tuple[int, int]] = []
    at = length = 0
    for atom in atoms:
        before = text[at : atom.start]
        out += [before, atom.kind]
        length += len(before)
        places.append((length, length + len(atom.kind)))
        length += len(atom.kind)
        at = atom.end
    masked = "".join([*out, text[at:]])
    if leftover:
        # A figure glued to letters ("2x", "p4") is still a number that nobody understood.
        masked = re.sub(r"(?<![a-zA-Z])[0-9]", "#", masked)
    return Scan(text, tuple(atoms), masked, tuple(places))
