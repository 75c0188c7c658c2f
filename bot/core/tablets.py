"""Which tablets make an amount, when several strengths are at hand. Source: facts B3 (strengths, and which of them halve equally)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.core.decision import Allowed, Withheld
from bot.core.limits import CEILING_DAY_MG, HALVING_TABLETS_MG

QUARTER_OF_10 = 2.5
"""Every dose that people make of tablets of 10 and 25 mg, cut in quarters at most, is so many of these milligrams: for telling apart what a
number without its unit may count, and never for making a dose."""


@dataclass(frozen=True, slots=True, order=True)
class Tablets:
    """So many halves of one strength: 3 halves of 10 mg are 15 mg."""

    strength_mg: int
    halves: int

    @property
    def mg(self) -> float:
        """What they hold together."""
        return self.strength_mg * self.halves / 2


def in_tablets(mg: int, strengths: Collection[int]) -> Allowed[tuple[Tablets, ...]] | Withheld:
    """An amount in the fewest pieces, and among those the fewest halves; the strongest tablets come first.

    Withheld by `ceiling-300`, or by `not-a-half-tablet` when whole and equally halved tablets cannot make it.
    Raises ValueError for an amount or a strength that is not positive, and without any strength.
    """
    if mg <= 0 or not strengths or min(strengths) <= 0:
        raise ValueError("an amount is made of something, by something")
    if mg > CEILING_DAY_MG:
        return Withheld(("ceiling-300",))
    best: dict[int, tuple[int, int, tuple[tuple[int, int], ...]]] = {0: (0, 0, ())}
    pieces = sorted(_pieces(strengths), reverse=True)
    for amount in range(1, mg + 1):
        made = [
            (count + 1, cut + (halves == 1), (*used, (strength, halves)))
            for piece, strength, halves in pieces
            if amount - piece in best
            for count, cut, used in [best[amount - piece]]
        ]
        if made:
            best[amount] = min(made, key=lambda way: way[:2])
    return Allowed(_counted(best[mg][2])) if mg in best else Withheld(("not-a-half-tablet",))


def _pieces(strengths: Collection[int]) -> Iterator[tuple[int, int, int]]:
    """What can be taken in the hand: (mg, strength, halves)."""
    for strength in set(strengths):
        yield strength, strength, 2
        if strength in HALVING_TABLETS_MG:
            yield strength // 2, strength, 1


def _counted(used: tuple[tuple[int, int], ...]) -> tuple[Tablets, ...]:
    strengths = sorted({strength for strength, _ in used}, reverse=True)
    return tuple(Tablets(strength, sum(halves for held, halves in used if held == strength)) for strength in strengths)
