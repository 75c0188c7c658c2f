"""The plan over days: which day of it a date is, what that day holds, and whether a plan can be followed at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import groupby

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.limits import (
    CEILING_DAY_MG,
    SPECIALIST_FROM_MG,
    START_LOW_UP_TO_MG,
    can_be_made,
    day_notices,
    of_one_day,
    of_one_intake,
    passed,
)
from bot.core.plan import Dose, Hold, Plan, Step

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDay:
    """One calendar day by the plan. `number` counts the plan's own days from 1, held days not counted.

    `step_index` is 0-based; `notices` are the ids of rules that go with the day's total and withhold nothing.
    """

    date: date
    number: int
    step_index: int
    step: Step
    is_first_of_step: bool
    held: bool
    notices: tuple[str, ...] = ()

    @property
    def doses(self) -> tuple[Dose, ...]:
        """The planned amounts in order; empty when the plan leaves the split free."""
        return self.step.doses

    @property
    def total_mg(self) -> int:
        """The day's total."""
        return self.step.total_mg


@dataclass(frozen=True, slots=True)
class SumMismatch:
    """Doses that do not add up to the total said: both numbers, and the 0-based step (case 23)."""

    step_index: int
    doses_mg: int
    total_mg: int


def day_number(plan: Plan, on: date) -> int:
    """The day of the plan that a date is: 1 on the first day, 0 or less before it; held days are not counted.

    A held day repeats the number of the last day before the hold, or day 1 when there is none (S000, table notes).
    """
    if on < plan.start:
        return (on - plan.start).days + 1
    number, cursor = 0, plan.start  # the last number counted, and the first date not yet looked at
    for hold in sorted(plan.holds, key=lambda hold: hold.since):
        if hold.since > on:
            break
        begin = max(hold.since, cursor)
        number += (begin - cursor).days
        if hold.back_to_step is not None:
            number = min(number, _last_number(plan, hold.back_to_step, otherwise=number))
        end = on + ONE_DAY if hold.until is None else min(hold.until, on + ONE_DAY)
        cursor = max(begin, end)
    return max(1, number + (on + ONE_DAY - cursor).days)


def is_held(plan: Plan, on: date) -> bool:
    """True when the plan stands still, or has stepped back, on that date."""
    return any(covers(hold, on) for hold in plan.holds)


def covers(hold: Hold, on: date) -> bool:
    """True when the date is one of the hold's days."""
    return hold.since <= on and (hold.until is None or on < hold.until)


def plan_day(plan: Plan, on: date) -> Allowed[PlanDay] | Withheld:
    """One day by the plan. After its last step a plan stays there: it never falls to nothing by running out.

    Withheld by `plan-unclear` (no step), `plan-not-started`, `ceiling-300` (a stored total that no check let through).
    """
    if not plan.steps:
        return Withheld(("plan-unclear",))
    if on < plan.start:
        return Withheld(("plan-not-started",))
    number = day_number(plan, on)
    index, first = _locate(plan, number)
    step = plan.steps[index]
    too_much = passed(_day_mg(step), of_one_day())
    if too_much:
        return Withheld(too_much)
    held = is_held(plan, on)
    day = PlanDay(
        date=on,
        number=number,
        step_index=index,
        step=step,
        is_first_of_step=number == first and not held,
        held=held,
        notices=() if _goes_down(plan) else day_notices(step.total_mg),
    )
    return Allowed(day, day.notices)


def _goes_down(plan: Plan) -> bool:
    """A plan that only decreases: what is said of high doses on the way up is not said again on the way down."""
    totals = [step.total_mg for step in plan.steps]
    return totals == sorted(totals, reverse=True) and totals[-1] < totals[0]


def lay_out(plan: Plan, since: date, days: int) -> list[PlanDay]:
    """The plan over `days` dates from `since` on; dates before its start, and days that are withheld, are left out."""
    laid = (plan_day(plan, since + timedelta(days=offset)) for offset in range(days))
    return [day.value for day in laid if isinstance(day, Allowed)]


def check_plan(plan: Plan, *, said_total_mg: int | None = None) -> Decision[Plan]:
    """Whether a plan can be followed as written. `said_total_mg` is the first step's total when it was said apart.

    Doubt first, then the tablets, then the ceilings. Allowed may carry what is to be said with it: `start-low`
    (ask for an explicit yes), `specialist-above-80` (it starts there), `ceiling-300` (it reaches exactly 300).
    """
    doubt = _doubt(plan, said_total_mg)
    if doubt:
        return Withheld(doubt)
    largest = max((plan.top_up.mg if plan.top_up else 0, *(dose.mg or 0 for step in plan.steps for dose in step.doses)))
    too_much = (*passed(highest_day_mg(plan), of_one_day()), *passed(largest, of_one_intake(plan.max_single_mg)))
    if not too_much:
        return Allowed(plan, _said_with(plan))
    return Withheld(too_much) if too_much[0] == "plan-max-single" else Alarm(Level.urgent, too_much[:1])


def sum_mismatches(plan: Plan, *, said_total_mg: int | None = None) -> tuple[SumMismatch, ...]:
    """Every step whose doses do not add up to its total; doses without an amount may fill what is missing."""
    found = [SumMismatch(i, _known_mg(step), step.total_mg) for i, step in enumerate(plan.steps) if not _adds_up(step)]
    if said_total_mg is not None and plan.steps and said_total_mg != plan.steps[0].total_mg:
        found.insert(0, SumMismatch(0, plan.steps[0].total_mg, said_total_mg))
    return tuple(found)


def highest_day_mg(plan: Plan) -> int:
    """The most the plan lets someone take in one day, its top-ups included."""
    extra = plan.top_up.mg * plan.top_up.max_per_day if plan.top_up else 0
    return max(map(_day_mg, plan.steps), default=0) + extra


def from_increase(
    *,
    total_mg: int,
    step_mg: int = 0,
    every_days: int = 0,
    times: tuple[time, ...] = (),
    until_mg: int | None = None,
    start: date,
    tablet_mg: int = 10,
    free_split: bool = False,
) -> Plan:
    """A plan said as "so much a day, more every few days": steps up to `until_mg`, or to 300 when no end was said.

    The last step is open-ended and never passes `until_mg`. Amounts per hour are never invented: with several hours they
    stay unsaid, with one hour it is the day's total; a free split has no doses. An end above 300 is kept as said, for
    `check_plan` to refuse; so is an increase without a length.
    """
    totals = [total_mg]
    end = CEILING_DAY_MG if until_mg is None else until_mg
    while step_mg > 0 and totals[-1] < end and totals[-1] <= CEILING_DAY_MG:
        if until_mg is None and totals[-1] + step_mg > CEILING_DAY_MG:
            break
        totals.append(min(totals[-1] + step_mg, end))
    hours = () if free_split else tuple(sorted(set(times)))
    *before, last = (Step(total, every_days, _hourly(total, hours)) for total in totals)
    return Plan(scheme="custom", start=start, steps=(*before, replace(last, days=None)), tablet_mg=tablet_mg)


def hold(plan: Plan, since: date, until: date | None = None, why: str = "") -> Plan:
    """The plan standing still from `since` on. Held on the first day of a step, it stays on the step before.

    To stay at what a first day has already brought, hold from the day after. Raises ValueError when `until` is not later.
    """
    if until is not None and until <= since:
        raise ValueError("a hold ends after it begins")
    return replace(plan, holds=(*plan.holds, Hold(since, until, why)))


def resume(plan: Plan, on: date) -> Plan:
    """The plan going on from `on`: holds of that day end, those still to come without an end are forgotten.

    A step back is not ended by resuming: its seven days are the rule's, its ceiling the prescriber's.
    """
    holds = (_ended(hold, on) if hold.back_to_step is None else hold for hold in plan.holds)
    return replace(plan, holds=tuple(hold for hold in holds if hold.until is None or hold.until > hold.since))


def extend_step(plan: Plan, *, on: date, days: int, why: str = "") -> Plan:
    """The plan with the step of `on` made `days` longer (case 15); what follows shifts, nothing is shortened.

    Unchanged on the last step, which has no end, and while an open hold already stretches it. Raises ValueError for days < 1.
    """
    if days < 1:
        raise ValueError("a step is only ever made longer")
    on = max(on, plan.start)
    index, _ = _locate(plan, day_number(plan, on))
    if index == len(plan.steps) - 1 or plan.steps[index].days is None or any(h.until is None for h in plan.holds):
        return plan
    after = on
    while _locate(plan, day_number(plan, after))[0] <= index:
        after += ONE_DAY
    return hold(plan, after, after + timedelta(days=days), why)


def until_then(before: Plan, after: Plan, *, today: date) -> Plan:
    """A change that begins on a day to come, with the days of the present plan until then put before it.

    Nobody is left without a plan in between, which would be an abrupt stop (S001 §10). The tablets of both are at hand. Unchanged
    when the change begins by today, or when nothing is taken by the present plan meanwhile.
    """
    days = lay_out(before, today, (after.start - today).days)
    if not days or not all(day.total_mg for day in days):
        return after
    lasting = [replace(step, days=len(list(same))) for step, same in groupby(days, key=lambda day: day.step)]
    at_hand = tuple(strength for strength in before.tablets_mg if strength not in after.tablets_mg)
    return replace(after, start=days[0].date, steps=(*lasting, *after.steps), more_tablets_mg=(*after.more_tablets_mg, *at_hand))


def _doubt(plan: Plan, said_total_mg: int | None) -> tuple[str, ...]:
    """The rule by which the plan cannot be read as written; empty when it can."""
    if not _is_clear(plan):
        return ("plan-unclear",)
    if sum_mismatches(plan, said_total_mg=said_total_mg):
        return ("plan-sum-mismatch",)
    if not all(can_be_made(mg, *plan.tablets_mg) for mg in _amounts(plan)):
        return ("not-a-half-tablet",)
    return ()


def _ended(hold: Hold, on: date) -> Hold:
    ends = hold.until is None or covers(hold, on)
    return replace(hold, until=max(on, hold.since)) if ends else hold


def _locate(plan: Plan, number: int) -> tuple[int, int]:
    """The 0-based step of a day number, and the number of that step's first day."""
    first = 1
    for index, step in enumerate(plan.steps[:-1]):
        if step.days is None or number < first + step.days:
            return index, first
        first += step.days
    return len(plan.steps) - 1, first


def _last_number(plan: Plan, index: int, *, otherwise: int) -> int:
    lengths = [step.days for step in plan.steps[: index + 1]]
    known = [days for days in lengths if days is not None]
    return sum(known) if len(known) == len(lengths) else otherwise


def _known_mg(step: Step) -> int:
    return sum(dose.mg or 0 for dose in step.doses)


def _day_mg(step: Step) -> int:
    return max(step.total_mg, _known_mg(step))


def _adds_up(step: Step) -> bool:
    if not step.doses:
        return True
    if any(dose.mg is None for dose in step.doses):
        return _known_mg(step) < step.total_mg
    return _known_mg(step) == step.total_mg


def _amounts(plan: Plan) -> list[int]:
    amounts = [mg for step in plan.steps for mg in (step.total_mg, *(dose.mg or 0 for dose in step.doses))]
    return [*amounts, plan.top_up.mg] if plan.top_up else amounts


def _is_clear(plan: Plan) -> bool:
    """Every step has an amount and a length, only the last may be open, only the last may be zero (the end of a decrease)."""
    if not plan.steps or min(plan.tablets_mg) <= 0 or not _top_up_is_clear(plan):
        return False
    *before, last = plan.steps
    lasts = all(step.days is not None and step.days > 0 for step in before) and (last.days is None or last.days > 0)
    return lasts and all(step.total_mg > 0 for step in before) and _ends_well(plan) and all(map(_doses_are_clear, plan.steps))


def _top_up_is_clear(plan: Plan) -> bool:
    return plan.top_up is None or (plan.top_up.mg > 0 and plan.top_up.max_per_day > 0)


def _ends_well(plan: Plan) -> bool:
    last = plan.steps[-1]
    return last.total_mg > 0 or (last.total_mg == 0 and len(plan.steps) > 1 and not last.doses)


def _doses_are_clear(step: Step) -> bool:
    hours = [dose.at for dose in step.doses]
    return len(set(hours)) == len(hours) and all(dose.mg is None or dose.mg > 0 for dose in step.doses)


def _said_with(plan: Plan) -> tuple[str, ...]:
    first = plan.steps[0].total_mg
    rules = []
    if first > START_LOW_UP_TO_MG:
        rules.append("start-low")
    if first >= SPECIALIST_FROM_MG:
        rules.append("specialist-above-80")
    if highest_day_mg(plan) == CEILING_DAY_MG:
        rules.append("ceiling-300")
    return tuple(rules)


def _hourly(total_mg: int, hours: tuple[time, ...]) -> tuple[Dose, ...]:
    return (Dose(hours[0], total_mg),) if len(hours) == 1 else tuple(Dose(hour) for hour in hours)
