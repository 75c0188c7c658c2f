"""An exact illustration of a split aimed at the craving hour, to take to the prescriber. Never advice, never applied.

Facts C3, calibrated on S001's one worked example (180 mg as 40, 60 and 80 mg before 18:00): an example, not pharmacology.
Whole hours, whole units, an exhaustive search: the answer is the same for every half-life the sources give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise

from bot.core.curve import FAST, SLOW, level, unit_response
from bot.core.decision import Allowed, Withheld
from bot.core.limits import CEILING_DAY_MG
from bot.core.plan import Dose, Step

APART_H = 2
LARGEST_SINGLE_MG = 80
"""The largest single dose in the seeds (S001 §5.2, figure B)."""
FIVE_DOSES_ABOVE_MG = 240
TIE = 1e-9
WAKE = time(8)


@dataclass(frozen=True, slots=True)
class Split:
    """The doses in order, and the first day's level at the craving hour in mg-equivalents, by profile."""

    doses: tuple[Dose, ...]
    level_fast: float
    level_slow: float


def illustrate(
    step: Step,
    *,
    craving: time,
    unit_mg: int = 5,
    wake: time = WAKE,
    max_single_mg: int | None = None,
) -> Allowed[Split] | Withheld:
    """The split of a step's total, only when its plan leaves it free; fixed hours are the prescriber's to change (case 59)."""
    if step.doses:
        return Withheld(("split-hours-fixed", "prescriber-decides"))
    return best_split(step.total_mg, craving=craving, unit_mg=unit_mg, wake=wake, max_single_mg=max_single_mg)


def best_split(
    total_mg: int,
    *,
    craving: time,
    unit_mg: int = 5,
    wake: time = WAKE,
    max_single_mg: int | None = None,
) -> Allowed[Split] | Withheld:
    """The one split that puts the most at the craving hour within every bound of facts C3.

    Withheld by `split-infeasible`, followed by the reason when one bound alone explains it; no bound is ever relaxed.
    Raises ValueError for amounts that are not positive.
    """
    if total_mg <= 0 or unit_mg <= 0:
        raise ValueError("a split needs a total and a unit")
    hours = [hour for hour in range(24) if _minutes(wake) <= hour * 60 < _minutes(craving)]
    cap = _cap(total_mg, unit_mg, max_single_mg)
    reason = _why_not(total_mg, unit_mg, cap, hours)
    if reason:
        return Withheld(("split-infeasible", reason))
    found = _search(total_mg, unit_mg, cap, {hour: unit_response(_minutes(craving) / 60 - hour, FAST) for hour in hours})
    if not found:
        return Withheld(("split-infeasible",))
    at = _minutes(craving) / 60
    doses = tuple(Dose(time(hour), mg) for hour, mg in found)
    return Allowed(Split(doses, level(found, at, FAST), level(found, at, SLOW)), ("split-illustration",))


AMEISEN_HOURS = (time(8), time(12), time(16), time(20))
"""Four intakes over the day, as S001 §5.3 tells of them."""


def spread(
    step: Step, *, hours: tuple[time, ...] = AMEISEN_HOURS, unit_mg: int = 5, max_single_mg: int | None = None
) -> Allowed[tuple[Dose, ...]] | Withheld:
    """A free total spread evenly over the day for a level that is steady (impregnation, S001 §5.3): an illustration, like the split.

    What does not divide goes to the first hour, then the last, and so on inwards, as in the S000 table (20, 15, 15 and 20 of 70 mg).
    Hours keep two hours between them, no dose is empty or above 80 mg or the plan's own. Withheld as `illustrate` is.
    """
    if step.doses:
        return Withheld(("split-hours-fixed", "prescriber-decides"))
    if not hours or unit_mg <= 0:
        raise ValueError("a spread needs hours and a unit")
    if any(_minutes(later) - _minutes(earlier) < APART_H * 60 for earlier, later in pairwise(hours)):
        return Withheld(("split-infeasible",))
    units, rest = divmod(step.total_mg, unit_mg)
    if rest:
        return Withheld(("split-infeasible", "not-a-half-tablet"))
    outer_first = sorted(range(len(hours)), key=lambda place: (min(place, len(hours) - 1 - place), place))
    shares = [units // len(hours) + (outer_first.index(place) < units % len(hours)) for place in range(len(hours))]
    amounts = [share * unit_mg for share in shares]
    cap = min(LARGEST_SINGLE_MG, LARGEST_SINGLE_MG if max_single_mg is None else max_single_mg)
    if step.total_mg > CEILING_DAY_MG or max(amounts) > cap or min(amounts) == 0:
        return Withheld(("split-infeasible",))
    return Allowed(tuple(map(Dose, hours, amounts)), ("split-illustration",))


def _cap(total_mg: int, unit_mg: int, max_single_mg: int | None) -> int:
    """The largest dose: four ninths of the day (the example's share), 80 mg, or the plan's own, in whole units.

    One unit is never too much of a share, or the smallest totals could not be split.
    """
    share = max(unit_mg, 4 * total_mg // 9)
    cap = min(share, LARGEST_SINGLE_MG, LARGEST_SINGLE_MG if max_single_mg is None else max_single_mg)
    return cap // unit_mg * unit_mg


def _why_not(total_mg: int, unit_mg: int, cap: int, hours: list[int]) -> str:
    if total_mg > CEILING_DAY_MG:
        return "ceiling-300"
    if total_mg % unit_mg:
        return "not-a-half-tablet"
    if cap < unit_mg:
        return "plan-max-single"
    slots = min(_most_doses(total_mg), (len(hours) + APART_H - 1) // APART_H)
    return "split-too-few-hours" if slots * cap < total_mg else ""


def _most_doses(total_mg: int) -> int:
    return 5 if total_mg > FIVE_DOSES_ABOVE_MG else 4


def _search(total_mg: int, unit_mg: int, cap: int, worth: dict[int, float]) -> list[tuple[int, int]]:
    """Every split within the bounds, the last dose first; a branch that cannot reach the best so far is not walked."""
    rise = 10 * -(-total_mg // 90)
    search = _Search(unit_mg, rise, worth, best_before={hour: max(w for h, w in worth.items() if h <= hour) for hour in worth})
    search.walk(left=total_mg, doses=_most_doses(total_mg), latest=max(worth), lowest=unit_mg, highest=cap, score=0.0)
    return search.best


@dataclass(slots=True)
class _Search:
    unit_mg: int
    rise_mg: int
    worth: dict[int, float]
    best_before: dict[int, float]
    best: list[tuple[int, int]] = field(default_factory=list)
    best_score: float = -1.0
    chosen: list[tuple[int, int]] = field(default_factory=list)

    def walk(self, *, left: int, doses: int, latest: int, lowest: int, highest: int, score: float) -> None:
        """Place one more dose at or before `latest`, between `lowest` and `highest` mg, `left` mg being still to place."""
        if left == 0:
            self._keep(score)
            return
        # Earlier doses are never larger, so this one is at least its even share; the last one left is therefore all of the rest.
        smallest = max(lowest, -(-left // doses // self.unit_mg) * self.unit_mg)
        for hour in range(latest, min(self.worth) - 1, -1):
            if score + left * self.best_before[hour] < self.best_score - TIE:
                return
            for mg in range(min(highest, left), smallest - 1, -self.unit_mg):
                self._place(hour, mg, left=left - mg, doses=doses - 1, score=score + mg * self.worth[hour])

    def _place(self, hour: int, mg: int, *, left: int, doses: int, score: float) -> None:
        lowest = max(self.unit_mg, mg - self.rise_mg)
        self.chosen.append((hour, mg))
        self.walk(left=left, doses=doses, latest=hour - APART_H, lowest=lowest, highest=mg, score=score)
        self.chosen.pop()

    def _keep(self, score: float) -> None:
        split = self.chosen[::-1]
        tied = abs(score - self.best_score) <= TIE
        if (tied and (len(split), split) < (len(self.best), self.best)) or (not tied and score > self.best_score):
            self.best, self.best_score = split, score


def _minutes(hour: time) -> int:
    return hour.hour * 60 + hour.minute
