"""What the prescriber wrote, from the slots of a message to a plan. Whatever was said and cannot be used is named, never dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.plan import Dose, Plan, Step, TopUp
from bot.core.taper import taper
from bot.core.titration import from_increase
from bot.knowledge.schemes import Scheme, schemes

BEDTIME = "bedtime"
USUAL_BEDTIME = time(22)
USUAL_TABLET_MG = 10

Slots = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A plan as read. `said_total_mg` is the total that was said apart from its doses; `rules` go with a decrease."""

    plan: Plan
    said_total_mg: int | None = None
    endless: bool = False
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """The parts of what was said that no plan can be made of: wording keys under `plan.part`."""

    parts: tuple[str, ...]


def read_plan(slots: Slots, *, today: date) -> Written | Unclear | Withheld | Alarm:
    """The plan that the slots describe, a named scheme, an increase, fixed doses or a decrease; it is not checked here."""
    start = start_of(slots, today=today)
    parts = _unusable(slots)
    if parts:
        return Unclear(parts)
    written = _laid_out(slots, start)
    return replace(written, plan=_with_the_rest(written.plan, slots)) if isinstance(written, Written) else written


def _laid_out(slots: Slots, start: date) -> Written | Unclear | Withheld | Alarm:
    if slots.get("scheme") in schemes():
        return _of_scheme(schemes()[slots["scheme"]], slots, start)
    if slots.get("stages"):
        return _in_stages(slots, start)
    if _falls(slots):
        return _decrease(slots, start)
    return _custom(slots, start)


def _with_the_rest(plan: Plan, slots: Slots) -> Plan:
    """What was said beside the doses: further strengths of tablets, the largest single dose, a top-up for a strong craving."""
    others = tuple(whole(strength) or 0 for strength in strengths_of(slots) if whole(strength) != plan.tablet_mg)
    extra = whole(slots.get("top_up_mg")) or whole(float(slots.get("top_up_tablets", 0)) * tablet_of(slots))
    top_up = TopUp(mg=extra, max_per_day=int(slots["top_up_per_day"])) if extra else None
    return replace(plan, more_tablets_mg=others, max_single_mg=whole(slots.get("max_single_mg")), top_up=top_up)


def strengths_of(slots: Slots) -> tuple[float, ...]:
    """The strengths of tablets that were said, when there are several."""
    return tuple(slots.get("tablets_mg", ()))


def row_without_hours(slots: Slots) -> Sequence[Mapping[str, Any]]:
    """The first doses of a day whose hours are still to be asked for; none when every hour is known."""
    rows: Sequence[Any] = [stage["doses"] for stage in slots.get("stages", ())] or [slots.get("doses", ())]
    return next((row for row in rows if row and not _doses({**slots, "doses": row})), ())


def with_hours(slots: Slots, hours: Sequence[str]) -> dict[str, Any]:
    """The slots with these hours ("HH:MM") at every day of as many doses that has none yet."""

    def placed(row: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if len(row) != len(hours) or _doses({**slots, "doses": row}):
            return [dict(dose) for dose in row]
        return [{**dose, "at": hour} for dose, hour in zip(row, hours, strict=True)]

    if "stages" in slots:
        return {**slots, "stages": [{**stage, "doses": placed(stage["doses"])} for stage in slots["stages"]]}
    return {**slots, "doses": placed(slots.get("doses", ()))}


def amount_said(slots: Slots) -> float:
    """What the doses said add up to, placed or not."""
    tablet = tablet_of(slots)
    return float(sum(said.get("mg", said.get("tablets", 0) * tablet) for said in slots["doses"]))


def total_said(slots: Slots, stage: Mapping[str, Any]) -> float:
    """What the total of a stage, in mg or in tablets, comes to in mg."""
    return float(stage.get("total_mg", stage.get("tablets", 0) * tablet_of(slots)))


def tablet_of(slots: Slots) -> int:
    """The strength of the tablets, the usual one when it was not said."""
    return whole(slots.get("tablet_mg")) or USUAL_TABLET_MG


def start_of(slots: Slots, *, today: date) -> date:
    """The first day: today when it was not said."""
    if not slots.get("start"):
        return today
    said = date.fromisoformat(slots["start"][:10])
    # "From 1 January", said on the 31st, began this year: of two readings, the nearer. The start is read back anyway.
    year_before = said - timedelta(days=365)
    return year_before if today - year_before < said - today else said


def whole(value: Any) -> int | None:
    """A plan's amounts are whole milligrams: a fraction is kept as its next whole number above, which no tablet makes."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else int(value) + 1


def _unusable(slots: Slots) -> tuple[str, ...]:
    """What was said and would be dropped."""
    step, every = slots.get("step_mg"), slots.get("every_days")
    scheme = slots.get("scheme") in schemes()
    wrong = {
        "stages": slots.get("several_stages"),
        "unplaced": slots.get("unplaced"),
        "until": slots.get("until"),
        "step-unsaid": every and not step and not scheme,
        "every-unsaid": step and not every and not scheme,
        "limit": slots.get("until_mg") and not step and not scheme,
        "free-hours": slots.get("free_split") and (slots.get("times") or slots.get("doses")),
        "bedtime": slots.get("bedtime") and not scheme and not slots.get("doses") and not slots.get("times"),
        "top-up": _half_a_top_up(slots),
        "tablets": len(strengths_of(slots)) > 1 and any("tablets" in said for said in _said(slots)),
    }
    return tuple(part for part, is_wrong in wrong.items() if is_wrong)


def _said(slots: Slots) -> list[Mapping[str, Any]]:
    rows = [slots.get("doses", ()), *(stage["doses"] for stage in slots.get("stages", ()))]
    return [dose for row in rows for dose in row]


def _half_a_top_up(slots: Slots) -> bool:
    """A top-up without its amount in mg, or without how often a day: neither is ever filled in."""
    if "top_up_mg" not in slots and "top_up_tablets" not in slots:
        return "top_up_per_day" in slots
    return not slots.get("top_up_per_day") or ("top_up_mg" not in slots and len(strengths_of(slots)) > 1)


def _of_scheme(scheme: Scheme, slots: Slots, start: date) -> Written | Unclear:
    rise, step, every = scheme.rise, whole(slots.get("step_mg")), whole(slots.get("every_days"))
    if step and (rise is None or step != rise.by_mg):
        return Unclear(("scheme-step",))
    if every and (rise is None or every not in rise.every_days):
        return Unclear(("scheme-pace",))
    bedtime = time.fromisoformat(slots["bedtime"]) if slots.get("bedtime") else USUAL_BEDTIME
    plan = scheme.plan(start=start, bedtime=bedtime, tablet_mg=whole(slots.get("tablet_mg")), every_days=every)
    until = whole(slots.get("until_mg"))
    if until is None:
        return Written(plan=plan, endless=rise is not None)
    steps = _cut(plan.steps, until)
    return Written(plan=replace(plan, steps=steps)) if steps else Unclear(("limit",))


def _cut(steps: tuple[Step, ...], until: int) -> tuple[Step, ...]:
    """The steps up to the one that has the total at which to stay; none when no step has it."""
    at = next((index for index, step in enumerate(steps) if step.total_mg == until), None)
    return () if at is None else (*steps[:at], replace(steps[at], days=None))


def _in_stages(slots: Slots, start: date) -> Written:
    """A plan in stages, each with its doses and its length; the last lasts until further notice."""
    said = slots["stages"]
    rows = [_doses({**slots, "doses": stage["doses"]}) for stage in said]
    lengths = [*(int(stage["days"]) for stage in said[:-1]), None]
    laid = [Step(sum(dose.mg or 0 for dose in row), days, row) for row, days in zip(rows, lengths, strict=True)]
    return Written(plan=Plan(scheme="custom", start=start, steps=tuple(laid), tablet_mg=tablet_of(slots)))


def _falls(slots: Slots) -> bool:
    step, before, total = slots.get("step_mg"), slots.get("from_total_mg"), slots.get("total_mg")
    return bool(step) and (float(step or 0) < 0 or (before is not None and total is not None and float(before) > float(total)))


def _decrease(slots: Slots, start: date) -> Written | Unclear | Withheld | Alarm:
    """A prescribed decrease, to nothing or to the total at which to stay (rules `taper-too-fast`, `never-stop-abruptly`)."""
    by_mg, every = whole(abs(float(slots["step_mg"]))) or 0, whole(slots.get("every_days")) or 0
    goes_to = slots.get("until_mg") if slots.get("from_total_mg") is None else slots.get("total_mg")
    from_mg = whole(slots.get("from_total_mg") or slots.get("total_mg")) or 0
    if min(from_mg, by_mg, every) <= 0 or slots.get("doses"):
        return Unclear(("decrease",))
    # With several strengths at hand it is `check_plan` that asks whether they make each amount.
    tablet = 1 if len(strengths_of(slots)) > 1 else tablet_of(slots)
    verdict = taper(from_mg=from_mg, by_mg=by_mg, every_days=every, start=start, tablet_mg=tablet)
    if not isinstance(verdict, Allowed):
        return verdict
    steps = verdict.value.steps if not goes_to else _cut(verdict.value.steps, whole(goes_to) or 0)
    if not steps:
        return Unclear(("limit",))
    decrease = replace(verdict.value, tablet_mg=tablet_of(slots))
    return Written(plan=replace(decrease, steps=tuple(_at_hours(step, _hours(slots)) for step in steps)), rules=verdict.rules)


def _at_hours(step: Step, hours: tuple[time, ...]) -> Step:
    """The hours of a day without their amounts, which nobody said; the whole total where there is but one."""
    if not step.total_mg or not hours:
        return step
    doses = (Dose(hours[0], step.total_mg),) if len(hours) == 1 else tuple(Dose(hour) for hour in hours)
    return replace(step, doses=doses)


def _custom(slots: Slots, start: date) -> Written:
    doses = _doses(slots)
    said_total = whole(slots.get("total_mg"))
    total = said_total or sum(dose.mg or 0 for dose in doses)
    plan = from_increase(
        total_mg=total,
        step_mg=whole(slots.get("step_mg")) or 0,
        every_days=whole(slots.get("every_days")) or 0,
        times=tuple(dose.at for dose in doses) or _hours(slots),
        until_mg=whole(slots.get("until_mg")),
        start=start,
        tablet_mg=tablet_of(slots),
        free_split=bool(slots.get("free_split")),
    )
    if doses:
        # The amounts of the first step were said by the hour; those of the next are the prescriber's to give.
        plan = replace(plan, steps=(replace(plan.steps[0], doses=doses), *plan.steps[1:]))
    endless = bool(slots.get("step_mg")) and slots.get("until_mg") is None
    return Written(plan=plan, said_total_mg=said_total, endless=endless)


def _hours(slots: Slots) -> tuple[time, ...]:
    bedtime = [slots["bedtime"]] if slots.get("bedtime") else []
    return tuple(sorted({time.fromisoformat(hour) for hour in (*slots.get("times", ()), *bedtime)}))


def _doses(slots: Slots) -> tuple[Dose, ...]:
    """The doses of a day with their hours, in order; none when an hour is missing."""
    hours = [time.fromisoformat(hour) for hour in slots.get("times", ())]
    bedtime = time.fromisoformat(slots["bedtime"]) if slots.get("bedtime") else USUAL_BEDTIME
    tablet = tablet_of(slots)
    doses = []
    for index, said in enumerate(slots.get("doses", ())):
        amount = whole(said["mg"]) if "mg" in said else whole(said["tablets"] * tablet)
        at = said.get("at")
        hour = bedtime if at == BEDTIME else _hour(at) if at else hours[index] if index < len(hours) else None
        if hour is None:
            return ()
        if amount:
            doses.append(Dose(hour, amount))
    return tuple(sorted(doses))


def _hour(at: str) -> time:
    return time.fromisoformat(at.rpartition("T")[2])
