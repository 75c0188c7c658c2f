"""A plan as words: how it is read back, and how a day or a dose of it is told. Shared; it imports no use case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.core.decision import Allowed, Withheld
from bot.core.plan import Dose, Plan, Step
from bot.core.tablets import in_tablets
from bot.core.titration import PlanDay
from bot.handlers import agenda
from bot.handlers.turn import Moment, clock, mg, nested, on_day, say
from bot.messages import Json, Words
from bot.ports import StoredPlan

STEPS_SHOWN = 4
"""Steps written out when a plan is read back; the rest is told as a count and the last total."""


def plan_words(plan: Plan, *, since_step: int = 0) -> list[Words]:
    """The plan's steps from a 0-based one on, one line each, then what follows as a count; its tablets, and what it has besides."""
    shown = list(enumerate(plan.steps, start=1))[since_step : since_step + STEPS_SHOWN]
    lines: list[Json] = [step_line(plan, number, step) for number, step in shown]
    left = len(plan.steps) - since_step - len(shown)
    if left > 0:
        lines.append(nested("plan.more-steps", count=left, last=mg(plan.steps[-1].total_mg)))
    tablets: Json = {"all": [mg(strength) for strength in plan.tablets_mg]}
    words = [say("plan.steps", lines={"lines": lines}), say("plan.tablets", tablet=tablets)]
    if plan.max_single_mg is not None:
        words.append(say("plan.max-single", dose=mg(plan.max_single_mg)))
    if plan.top_up is not None:
        words.append(say("plan.top-up", dose=dose_text(plan, plan.top_up.mg), times=plan.top_up.max_per_day))
    return words


def step_line(plan: Plan, number: int, step: Step) -> Json:
    """One step: its total, its length and its doses."""
    length = nested("plan.days", days=step.days) if step.days else nested("plan.until-further-notice")
    return nested("plan.step", number=number, total=mg(step.total_mg), length=length, doses=doses_text(plan, step.doses))


def stage_line(said: Mapping[str, Any]) -> Json:
    """A stage as it was told: the total of its day, and its length where it was said."""
    total: Json = mg(said["total_mg"]) if "total_mg" in said else nested("plan.stage-tablets", count=said["tablets"])
    length: Json = nested("plan.stage-length", days=said["days"]) if "days" in said else ""
    return nested("plan.stage-total", total=total, length=length)


def doses_text(plan: Plan, doses: tuple[Dose, ...]) -> Json:
    """The doses of a day by hour, the hours alone when the plan gives no amounts, or the words for a free split."""
    if not doses:
        return nested("plan.free-split")
    if any(dose.mg is None for dose in doses):
        return nested("plan.hours-only", hours={"all": [clock(dose.at) for dose in doses]})
    return {"all": [nested("plan.dose-at", dose=dose_text(plan, dose.mg or 0), hour=clock(dose.at)) for dose in doses]}


def dose_text(plan: Plan, amount: int) -> Json:
    """An amount; where the plan has several strengths of tablets, with the tablets that make it."""
    made = in_tablets(amount, plan.tablets_mg) if amount > 0 and len(plan.tablets_mg) > 1 else None
    if not isinstance(made, Allowed):
        return mg(amount)
    tablets: list[Json] = [nested("plan.tablet-count", count=each.halves / 2, strength=mg(each.strength_mg)) for each in made.value]
    return nested("plan.dose-in-tablets", dose=mg(amount), tablets={"all": tablets})


def day_words(moment: Moment, stored: StoredPlan, day: PlanDay) -> tuple[Words, tuple[str, ...]]:
    """One day by the plan, with the rules of it: its amounts, once all that is still to come of it may be named, else why not."""
    silent = agenda.kept_silent(moment, stored, day)
    if silent is not None:
        return silence_words(silent), silent.rules
    words = say(
        "plan.day",
        date=on_day(day.date),
        number=day.number,
        step=day.step_index + 1,
        total=mg(day.total_mg),
        doses=doses_text(stored.plan, tuple(day.doses)),
    )
    return words, ()


def silence_words(verdict: Withheld) -> Words:
    """Why an amount is not named: the rule's own words, without any number."""
    return say(f"withheld.{verdict.rules[0]}")
