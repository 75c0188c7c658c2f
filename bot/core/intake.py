"""What was really taken, beside the plan: too much, twice, late, not at all, or one is not sure.

Instants are aware; differences are real elapsed time, also over a clock change. Nothing here ever makes up for a missed
dose: doubling has no path (rule `never-double`, S001 §10).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from bot.core.daily import elapsed, local_slot
from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.limits import EMERGENCY_SINGLE_MG, Bound, of_one_day, of_one_intake, passed, within
from bot.core.plan import Dose, Plan
from bot.core.titration import plan_day

AT_ONCE = timedelta(minutes=30)
"""Intakes this close together count as one amount. [proposal]"""

TWICE_SAID = timedelta(minutes=10)
"""The same amount again within it may be the same intake said twice (case 47). [proposal]"""

LATE_NEEDS = timedelta(hours=2)
"""What must be left to the next planned intake for a late one (NHS leaflet, outside the seeds; cases 41 to 43)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An intake as logged. `mg` is None when the amount was not said."""

    at: datetime
    mg: float | None


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What a day has come to. `complete` is False while some amount was not said."""

    mg: float
    complete: bool


def judge_intake(
    *,
    mg: float | None,
    at: datetime,
    today: Sequence[Taken],
    plan_total_mg: int | None,
    planned_mg: float | None = None,
    top_up_mg: int = 0,
    day_before: Sequence[Taken] = (),
    surely_another: bool = False,
) -> Decision[DayTotal]:
    """One more intake, judged before it is logged. `today` are the day's other intakes, which its total counts.

    `planned_mg` is what the plan has for this very intake: twice as much is said not to be made a habit (`never-double`);
    `top_up_mg` is what planned top-ups add to the day; `day_before` matters around midnight, to what is taken at once;
    `surely_another` says that the person answered it is no repetition.
    The emergency comes first: 200 mg at once pages somebody even when it may be one intake said twice.
    """
    now = Taken(at, mg)
    others = (*day_before, *today)
    twice = not surely_another and any(_same_intake(now, other) for other in others)
    if _most_at_once(now, others) >= EMERGENCY_SINGLE_MG:
        return Alarm(Level.emergency, ("over-200-single", "duplicate-entry") if twice else ("over-200-single",))
    if twice:
        return Withheld(("duplicate-entry",))
    amounts = [taken.mg for taken in (*today, now)]
    total = DayTotal(sum(amount or 0 for amount in amounts), None not in amounts)
    too_much = passed(total.mg, of_one_day(None if plan_total_mg is None else plan_total_mg + top_up_mg))
    if too_much:
        return Alarm(Level.urgent, too_much)
    doubled = mg is not None and planned_mg is not None and mg >= 2 * planned_mg
    return Allowed(total, ("never-double",) if doubled else ())


def late_intake(*, missed_at: datetime, now: datetime, next_at: datetime) -> Allowed[timedelta] | Withheld:
    """Whether a missed intake may still be taken: only with two hours or more to the next, which stays as planned.

    Allowed carries the time left. The rule is a general leaflet's, to be labelled as outside the seeds (facts B4).
    Raises ValueError when the next intake is not after the missed one.
    """
    if next_at <= missed_at:
        raise ValueError("the next intake comes after the missed one")
    left = elapsed(now, next_at)
    if left < LATE_NEEDS:
        return Withheld(("late-intake-skip", "never-double"))
    return Allowed(left, ("late-intake-ok", "never-double"))


def unsure_whether_taken() -> Withheld:
    """Not knowing whether an intake was taken: it counts as taken and is not repeated (S001 §10, case 44)."""
    return Withheld(("unsure-means-taken", "never-double"))


def whole_day_missed(planned: Sequence[Dose], *, missed: Collection[time], taken: int) -> bool:
    """True when every planned hour of a day was said to be missed and nothing was taken. Silence is not a missed day."""
    return bool(planned) and taken == 0 and all(dose.at in missed for dose in planned)


def days_missed(whole_days: int) -> Allowed[int] | Alarm:
    """Whole days without an intake: from one on, the prescriber today, withdrawal signs asked, no catching up (case 45)."""
    if whole_days >= 1:
        return Alarm(Level.urgent, ("day-missed", "never-double"))
    return Allowed(whole_days, ("never-double",))


def may_name(
    plan: Plan, mg: float, *, on: date, taken_today_mg: float = 0, top_up_mg: float = 0, open_case: bool = False
) -> Allowed[float] | Withheld:
    """Whether an amount may be named to the person as an intake of `on`, after what they have taken that day already.

    Every bound meets here: an open case, 300 mg a day, the plan's total and its largest single dose, 200 mg at once, the tablets.
    `top_up_mg` is what planned top-ups have added to the day: counted in what was taken, and beside the plan's total.
    """
    day = plan_day(plan, on)
    if isinstance(day, Withheld) and not open_case:
        return day
    total = day.value.total_mg if isinstance(day, Allowed) else None
    bounds = (*of_one_day(None if total is None else total + top_up_mg, taken_mg=taken_today_mg), *of_one_intake(plan.max_single_mg))
    return within(mg, bounds, tablets_mg=plan.tablets_mg, frozen=open_case)


@dataclass(frozen=True, slots=True)
class TopUpNow:
    """A planned top-up that may be taken, and what the day comes to with it."""

    mg: int
    day_total_mg: int


def top_up(plan: Plan, *, on: date, used_today: int, taken_today_mg: float = 0, open_case: bool = False) -> Allowed[TopUpNow] | Withheld:
    """An extra dose for a strong craving: only as the plan says, within its maximum and under every other bound (cases 48, 49).

    `used_today` counts the top-ups already taken. Withheld by `red-flag-freeze`, `top-up-only-if-planned`, `over-plan`, or the
    smallest bound passed. No seed gives a number of its own (facts A6, conflict C20). A plan that has come down to nothing has
    no top-up left: a tablet after that would be a new start, which is the prescriber's.
    """
    if open_case:
        return Withheld(("red-flag-freeze",))
    if plan.top_up is None:
        return Withheld(("top-up-only-if-planned",))
    day = plan_day(plan, on)
    if isinstance(day, Withheld):
        return day
    if day.value.total_mg == 0:
        return Withheld(("top-up-only-if-planned", "prescriber-decides"))
    extra = plan.top_up.mg
    so_far = day.value.total_mg + used_today * extra
    if taken_today_mg > so_far:
        return Withheld(("over-plan",))
    left = Bound(extra * (plan.top_up.max_per_day - used_today), "top-up-used")
    bounds = (left, *of_one_day(taken_mg=so_far), *of_one_intake(plan.max_single_mg))
    verdict = within(extra, bounds, tablets_mg=plan.tablets_mg)
    return verdict if isinstance(verdict, Withheld) else Allowed(TopUpNow(extra, so_far + extra), ("top-up-only-if-planned",))


@dataclass(frozen=True, slots=True)
class Slot:
    """One planned intake of one local day, at its UTC instant. `id` ("2026-01-01T08:00") is its local day and hour."""

    day: date
    dose: Dose
    at: datetime

    @property
    def id(self) -> str:
        """What entries and buttons call it."""
        return f"{self.day.isoformat()}T{self.dose.at.isoformat('minutes')}"


def slots_around(plan: Plan, *, at: datetime, zone: tzinfo) -> tuple[Slot, ...]:
    """The planned intakes of the local day of an instant, of the day before and of the day after, in order."""
    today = at.astimezone(zone).date()
    slots: list[Slot] = []
    for offset in (-1, 0, 1):
        laid = plan_day(plan, today + timedelta(days=offset))
        if isinstance(laid, Allowed):
            day = laid.value.date
            slots += [Slot(day, dose, local_slot(day, dose.at, zone)) for dose in laid.value.doses]
    return tuple(sorted(slots, key=lambda slot: slot.at))


def match_slot(slots: Sequence[Slot], *, at: datetime, answered: Collection[str]) -> Slot | None:
    """The planned intake that an intake at an instant belongs to; None when it is an extra one. `slots` are in order.

    A slot reaches back to the middle between it and the one before, and never more than two hours: so a late tap does not
    eat the next slot for as long as a late intake is allowed. A slot already answered is not answered twice.
    """
    owner: Slot | None = None
    for slot in slots:
        early = LATE_NEEDS if owner is None else min(LATE_NEEDS, elapsed(owner.at, slot.at) / 2)
        if elapsed(at, slot.at) >= early:
            break
        owner = slot
    return owner if owner is not None and owner.id not in answered else None


def _same_intake(one: Taken, other: Taken) -> bool:
    return one.mg == other.mg and abs(elapsed(one.at, other.at)) <= TWICE_SAID


def _most_at_once(now: Taken, others: Sequence[Taken]) -> float:
    """The largest sum within any half hour that holds this intake."""
    near = [taken for taken in (*others, now) if abs(elapsed(taken.at, now.at)) <= AT_ONCE]
    starts = [taken.at for taken in near if elapsed(taken.at, now.at) >= timedelta(0)]
    return max(_sum_from(start, near) for start in starts)


def _sum_from(start: datetime, near: Sequence[Taken]) -> float:
    return sum(taken.mg or 0 for taken in near if timedelta(0) <= elapsed(start, taken.at) <= AT_ONCE)
