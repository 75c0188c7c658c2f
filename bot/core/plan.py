"""The plan a prescriber wrote, as a value: steps, doses, hours, holds. Laying it out over days is `titration`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True, order=True)
class Dose:
    """One planned amount at a local wall-clock hour. `mg` is None when the plan fixes the hour but not the amount."""

    at: time
    mg: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One plateau of the titration: a daily total in mg, how many days it lasts (None: until further notice),
    and the doses of the day in order (empty when the plan leaves the split free)."""

    total_mg: int
    days: int | None
    doses: tuple[Dose, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """Days on which the plan stands still, from `since` (included) to `until` (excluded; None while it lasts).

    A held day repeats the last day before the hold; whatever follows shifts by as many days. Source: S000, table notes.
    `back_to_step` makes it a step back: its days repeat the last day of that step (an index) instead, and the step that
    was left is tried again from its first day afterwards (rules `step-back-7-days`, `ceiling-after-recurrence`).
    """

    since: date
    until: date | None = None
    why: str = ""
    back_to_step: int | None = None


@dataclass(frozen=True, slots=True)
class TopUp:
    """An extra dose for a strong craving, which exists only because the plan says so (conflict C20)."""

    mg: int
    max_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the prescriber wrote. The software lays it out and never changes an amount in it.

    `scheme` is an id of the contract (`four-doses-200`, ..., `custom`); `tablet_mg` the strength at hand, `more_tablets_mg`
    the others; `max_single_mg` the plan's own largest single dose; `step_back_rule` whether the plan carries the seven-day rule.
    """

    scheme: str
    start: date
    steps: tuple[Step, ...]
    holds: tuple[Hold, ...] = ()
    tablet_mg: int = 10
    max_single_mg: int | None = None
    top_up: TopUp | None = None
    step_back_rule: bool = False
    more_tablets_mg: tuple[int, ...] = ()

    @property
    def tablets_mg(self) -> tuple[int, ...]:
        """Every strength at hand, in mg, the strongest first."""
        return tuple(sorted({self.tablet_mg, *self.more_tablets_mg}, reverse=True))
