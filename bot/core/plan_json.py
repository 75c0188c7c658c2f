"""A plan as a JSON value and back, field by field, so that renaming a class never changes what is kept.

Storage keeps plans so, and a form keeps the plan that waits to be confirmed. The value carries a format number; one that
this version does not know is refused: a plan half understood is worse than a plan that cannot be read.
"""

from __future__ import annotations

from datetime import date, time
from typing import Any

from bot.core.plan import Dose, Hold, Plan, Step, TopUp

FORMAT = 1


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """A plan as a JSON value: ISO dates and local hours, amounts in mg."""
    return {
        "format": FORMAT,
        "scheme": plan.scheme,
        "start": plan.start.isoformat(),
        "steps": [_step_to_json(step) for step in plan.steps],
        "holds": [_hold_to_json(hold) for hold in plan.holds],
        "tablet_mg": plan.tablet_mg,
        "max_single_mg": plan.max_single_mg,
        "top_up": None if plan.top_up is None else {"mg": plan.top_up.mg, "max_per_day": plan.top_up.max_per_day},
        "step_back_rule": plan.step_back_rule,
        "more_tablets_mg": list(plan.more_tablets_mg),
    }


def plan_from_json(body: dict[str, Any]) -> Plan:
    """The plan that `plan_to_json` wrote. Raises ValueError, KeyError or TypeError on anything else."""
    _known_format(body)
    top_up = body["top_up"]
    return Plan(
        scheme=body["scheme"],
        start=date.fromisoformat(body["start"]),
        steps=tuple(_step_from_json(step) for step in body["steps"]),
        holds=tuple(_hold_from_json(hold) for hold in body["holds"]),
        tablet_mg=body["tablet_mg"],
        max_single_mg=body["max_single_mg"],
        top_up=None if top_up is None else TopUp(mg=top_up["mg"], max_per_day=top_up["max_per_day"]),
        step_back_rule=body["step_back_rule"],
        # A plan kept before there could be several strengths has one.
        more_tablets_mg=tuple(body.get("more_tablets_mg", ())),
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    return {
        "total_mg": step.total_mg,
        "days": step.days,
        "doses": [{"at": dose.at.isoformat(), "mg": dose.mg} for dose in step.doses],
    }


def _step_from_json(body: dict[str, Any]) -> Step:
    doses = tuple(Dose(at=time.fromisoformat(dose["at"]), mg=dose["mg"]) for dose in body["doses"])
    return Step(total_mg=body["total_mg"], days=body["days"], doses=doses)


def _hold_to_json(hold: Hold) -> dict[str, Any]:
    return {
        "since": hold.since.isoformat(),
        "until": None if hold.until is None else hold.until.isoformat(),
        "why": hold.why,
        "back_to_step": hold.back_to_step,
    }


def _hold_from_json(body: dict[str, Any]) -> Hold:
    until = body["until"]
    return Hold(
        since=date.fromisoformat(body["since"]),
        until=None if until is None else date.fromisoformat(until),
        why=body["why"],
        back_to_step=body.get("back_to_step"),
    )


def _known_format(body: dict[str, Any]) -> None:
    if body["format"] != FORMAT:
        raise ValueError(f"format {body['format']!r} is not known here, only {FORMAT}")
