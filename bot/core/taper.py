"""A prescribed decrease laid out, the slow decrease of maintenance, and requests to stop. Nothing here starts a decrease.

Sources (facts A5, conflicts C8 and C9): S001 §10, one to four weeks, for example 10 to 20 mg every two days; S000 table
notes, ten to fifteen days; S001 §5.4, steps of a tenth every three to five weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.limits import CEILING_DAY_MG, can_be_made, unit_mg
from bot.core.plan import Plan, Step

Pace = Literal["described", "large-drop", "disputed", "too-fast"]
"""What the sources say of a decrease: they describe it; its pace only, not so large a drop; only the older, faster S000; none."""

DROP_MG = 20
DROP_EVERY_DAYS = 2
"""S001's fastest example: 20 mg every two days."""
LARGEST_SHARE = 3
"""S000 §4: back to two thirds in one go, a drop of one third."""
SHORTEST_DAYS = 10
"""S000's shortest way to zero, whatever the dose."""
FOUR_WEEKS = 28
SLOW_SHARE_PERCENT = 10
SLOW_EVERY_DAYS = 21


def taper(*, from_mg: int, by_mg: int, every_days: int, start: date, tablet_mg: int = 10) -> Decision[Plan]:
    """A prescribed decrease as a plan down to zero; the first day already takes the first drop (cases 63 to 66).

    Alarm `taper-too-fast` when faster than every source; Withheld `sources-conflict` when only the older one allows it.
    Longer than four weeks is accepted, and says `slow-decrease`; drops larger than any described say `prescriber-decides`.
    Raises ValueError for what is not positive.
    """
    if min(from_mg, by_mg, every_days) <= 0:
        raise ValueError("a decrease needs a dose, a drop and a pace")
    if from_mg > CEILING_DAY_MG:
        return Alarm(Level.urgent, ("ceiling-300",))
    if not (can_be_made(from_mg, tablet_mg) and can_be_made(by_mg, tablet_mg)):
        return Withheld(("not-a-half-tablet",))
    pace = pace_of(from_mg=from_mg, by_mg=by_mg, every_days=every_days)
    if pace == "too-fast":
        return Alarm(Level.urgent, ("taper-too-fast", "never-stop-abruptly"))
    if pace == "disputed":
        return Withheld(("sources-conflict", "prescriber-decides", "never-stop-abruptly"))
    steps = (*(Step(total, every_days) for total in range(from_mg - by_mg, 0, -by_mg)), Step(0, None))
    plan = Plan(scheme="custom", start=start, steps=steps, tablet_mg=tablet_mg)
    slow = days_before_zero(from_mg=from_mg, by_mg=by_mg, every_days=every_days) > FOUR_WEEKS
    also = (*(("slow-decrease",) if slow else ()), *(("prescriber-decides",) if pace == "large-drop" else ()))
    return Allowed(plan, ("never-stop-abruptly", *also))


def days_before_zero(*, from_mg: int, by_mg: int, every_days: int) -> int:
    """Days on which something is still taken: zero comes on the day after them."""
    return (-(-from_mg // by_mg) - 1) * every_days


def pace_of(*, from_mg: int, by_mg: int, every_days: int) -> Pace:
    """Which sources describe a decrease. Straight to zero is an abrupt stop, but for no more than the last drop of S001's example."""
    gentle = min(by_mg, from_mg) * DROP_EVERY_DAYS <= DROP_MG * every_days
    if by_mg >= from_mg:
        return "described" if gentle and from_mg <= DROP_MG else "too-fast"
    if gentle and by_mg <= max(DROP_MG, from_mg / LARGEST_SHARE):
        return "described"
    if days_before_zero(from_mg=from_mg, by_mg=by_mg, every_days=every_days) < SHORTEST_DAYS:
        return "too-fast"
    return "large-drop" if gentle else "disputed"


def judge_stop(*, current_mg: int, days: int = 0) -> Withheld | Alarm:
    """A wish to be at zero within `days` (0: tonight). Never endorsed: at best the prescriber decides (case 67)."""
    if days <= 0:
        return Alarm(Level.urgent, ("never-stop-abruptly",))
    gentle = max(DROP_EVERY_DAYS, days_before_zero(from_mg=current_mg, by_mg=DROP_MG, every_days=DROP_EVERY_DAYS))
    if days < min(gentle, SHORTEST_DAYS):
        return Alarm(Level.urgent, ("taper-too-fast", "never-stop-abruptly"))
    if days < gentle:
        return Withheld(("sources-conflict", "prescriber-decides", "never-stop-abruptly"))
    return Withheld(("prescriber-decides", "never-stop-abruptly"))


@dataclass(frozen=True, slots=True)
class Decrease:
    """One step of a maintenance decrease: how much less a day, and what the day comes to."""

    by_mg: int
    to_mg: int


def maintenance_decrease(
    current_mg: int,
    *,
    on: date,
    last_change: date,
    tablet_mg: int = 10,
    plan_by_mg: int | None = None,
) -> Allowed[Decrease] | Withheld:
    """A tenth less, rounded down to what tablets make, three weeks or more after the last change (case 68).

    `plan_by_mg` is the plan's own step and wins. Rounding goes to the slower side; where that leaves nothing the prescriber decides.
    """
    if on < last_change + timedelta(days=SLOW_EVERY_DAYS):
        return Withheld(("slow-decrease",))
    unit = unit_mg(tablet_mg)
    by_mg = plan_by_mg or current_mg * SLOW_SHARE_PERCENT // (100 * unit) * unit
    if not 0 < by_mg < current_mg:
        return Withheld(("prescriber-decides", "slow-decrease"))
    if not can_be_made(by_mg, tablet_mg):
        return Withheld(("not-a-half-tablet",))
    return Allowed(Decrease(by_mg, current_mg - by_mg), ("slow-decrease",))
