"""The one choke point of every bound on an amount: the smallest wins, and says which it was.

Amounts are milligrams of baclofen. Sources: facts A13 (thresholds), B3 (tablets), B5 (overdose), C4 of A18 (start).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import nextafter

from bot.core.decision import Allowed, Withheld

CEILING_DAY_MG = 300
"""Nothing above it is shown, planned or agreed to: no data on effect or safety beyond (S003). Rule `ceiling-300`."""

SPECIALIST_FROM_MG = 80
"""From here without the goal, specialised care is recommended (S003). Rule `specialist-above-80`."""

START_LOW_UP_TO_MG = 20
"""The highest start that needs no second question (S004 initiation; S000 table and S001 start lower). Rule `start-low`."""

EMERGENCY_SINGLE_MG = 200
"""Coma, delirium and seizures are reported from this single amount on (facts B5, outside the seeds). Rule `over-200-single`."""

HALVING_TABLETS_MG = frozenset({10, 20, 30, 40})
"""Strengths whose score line gives two equal halves; the 25 mg tablet's does not (facts B3)."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A largest amount, and the rule that sets it."""

    mg: float
    rule: str


def smallest(bounds: Iterable[Bound]) -> Bound:
    """The bound that decides: the smallest, the first named among equals. Raises ValueError when there is none."""
    return min(bounds, key=lambda bound: bound.mg)


def of_one_intake(max_single_mg: float | None = None) -> tuple[Bound, ...]:
    """What bounds one intake: less than the amount that is an emergency, and the plan's own largest single dose."""
    bounds = (Bound(nextafter(EMERGENCY_SINGLE_MG, 0), "over-200-single"),)
    return bounds if max_single_mg is None else (*bounds, Bound(max_single_mg, "plan-max-single"))


def of_one_day(plan_total_mg: float | None = None, *, taken_mg: float = 0) -> tuple[Bound, ...]:
    """What bounds the rest of a day on which `taken_mg` was taken: the ceiling, and what the plan holds for the day."""
    bounds = (Bound(CEILING_DAY_MG - taken_mg, "ceiling-300"),)
    return bounds if plan_total_mg is None else (*bounds, Bound(plan_total_mg - taken_mg, "over-plan"))


def passed(mg: float, bounds: Iterable[Bound]) -> tuple[str, ...]:
    """The rules of every bound that an amount passes, in the order named; empty when it keeps them all."""
    return tuple(bound.rule for bound in bounds if mg > bound.mg)


def within(mg: float, bounds: Iterable[Bound], *, tablets_mg: Collection[int], frozen: bool = False) -> Allowed[float] | Withheld:
    """Whether an amount may be named, planned or agreed to. `frozen`: a case is open, and no amount is.

    Withheld names the one rule that decides: the freeze, else the smallest bound passed, else the tablets at hand.
    """
    if frozen:
        return Withheld(("red-flag-freeze",))
    bound = smallest(bounds)
    if mg > bound.mg:
        return Withheld((bound.rule,))
    if mg <= 0 or not can_be_made(mg, *tablets_mg):
        return Withheld(("not-a-half-tablet",))
    return Allowed(mg)


def unit_mg(tablet_mg: int) -> int:
    """The smallest amount that tablets of one strength can make: a half where halves are equal, else a whole."""
    if tablet_mg <= 0:
        raise ValueError("a tablet holds more than nothing")
    return tablet_mg // 2 if tablet_mg in HALVING_TABLETS_MG else tablet_mg


def can_be_made(mg: float, *tablets_mg: int) -> bool:
    """True when whole and equally halved tablets of these strengths add up to the amount. Rule `not-a-half-tablet`.

    Raises ValueError without any strength. `tablets.in_tablets` tells how; the two agree, by a test.
    """
    if not tablets_mg:
        raise ValueError("an amount is made of something")
    return _adds_up(mg, sorted({unit_mg(strength) for strength in tablets_mg}, reverse=True))


def _adds_up(mg: float, units: Sequence[int]) -> bool:
    """Whether an amount is a sum of these units: some of the first, and the others for what is left."""
    first, *others = units
    if not others:
        return mg % first == 0
    return any(_adds_up(mg - count * first, others) for count in range(int(mg // first) + 1))


def day_notices(total_mg: int) -> tuple[str, ...]:
    """The rules that go with a day's total, none of which withholds it (cases 33 to 35).

    At exactly 80 mg `specialist-above-80` matters only to someone whose goal is not reached; saying it once is the caller's part.
    """
    notices = []
    if total_mg >= SPECIALIST_FROM_MG:
        notices.append("specialist-above-80")
    if total_mg >= CEILING_DAY_MG:
        notices.append("ceiling-300")
    return tuple(notices)
