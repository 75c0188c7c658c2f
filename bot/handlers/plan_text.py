"""A plan as words: how it is read back. Shared; it imports no use case."""

from __future__ import annotations

from bot.core.plan import Dose, Plan, Step
from bot.core.titration import PlanDay
from bot.handlers.turn import clock, mg, nested, on_day, say
from bot.messages import Json, Words

STEPS_SHOWN = 4
"""Steps written out when a plan is read back; the rest is told as a count and the last total."""


def plan_words(plan: Plan, *, since_step: int = 0) -> list[Words]:
    """The plan's steps from a 0-based one on, one line each, then what follows as a count."""
    shown = list(enumerate(plan.steps, start=1))[since_step : since_step + STEPS_SHOWN]
    lines: list[Json] = [step_line(number, step) for number, step in shown]
    left = len(plan.steps) - since_step - len(shown)
    if left > 0:
        lines.append(nested("plan.more-steps", count=left, last=mg(plan.steps[-1].total_mg)))
    return [say("plan.steps", lines={"lines": lines}), say("plan.tablets", tablet=mg(plan.tablet_mg))]


def step_line(number: int, step: Step) -> Json:
    """One step: its total, its length and its doses."""
    length = nested("plan.days", days=step.days) if step.days else nested("plan.until-further-notice")
    return nested("plan.step", number=number, total=mg(step.total_mg), length=length, doses=doses_text(step.doses))


def doses_text(doses: tuple[Dose, ...]) -> Json:
    """The doses of a day by hour, the hours alone when the plan gives no amounts, or the words for a free split."""
    if not doses:
        return nested("plan.free-split")
    if any(dose.mg is None for dose in doses):
        return nested("plan.hours-only", hours={"all": [clock(dose.at) for dose in doses]})
    return {"all": [nested("plan.dose-at", dose=mg(dose.mg or 0), hour=clock(dose.at)) for dose in doses]}


def day_words(day: PlanDay) -> Words:
    """One day by the plan."""
    return say(
        "plan.day",
        date=on_day(day.date),
        number=day.number,
        step=day.step_index + 1,
        total=mg(day.total_mg),
        doses=doses_text(tuple(day.doses)),
    )
