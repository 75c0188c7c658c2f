"""What may still be said of a plan that was read back and waits for its yes: another first day, other hours. Its amounts stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

from bot.core.plan import Plan, Step
from bot.core.plan_json import plan_from_json
from bot.handlers.prescription import start_of
from bot.handlers.turn import Turn
from bot.ports import Dialogue


def edited(turn: Turn, dialogue: Dialogue) -> Plan | None:
    """The plan that waits for a yes, with another first day or other hours ("starting tomorrow", "the last one is at 9 pm")."""
    said, plan = turn.plan_slots(), plan_from_json(dialogue.answers["plan"])
    alone = turn.reader.hours(turn.text, turn.person.language)
    if set(said) == {"start"}:
        return replace(plan, start=start_of(said, today=turn.today))
    if set(said) != {"times"} and not alone:
        return None
    hours = [time.fromisoformat(hour) for hour in alone or said["times"]]
    if len(hours) == 1 and (turn.says("last_of_them") or turn.says("first_of_them")):
        at = -1 if turn.says("last_of_them") else 0
        return _at_hours(plan, lambda before: [*before[:at], hours[0]] if at else [hours[0], *before[1:]])
    return _at_hours(plan, lambda _: hours)


def _at_hours(plan: Plan, changed: Callable[[list[time]], list[time]]) -> Plan | None:
    """The plan at other hours; None where a step has no hours, another number of them, or they would not follow each other."""
    steps_: list[Step] = []
    for step in plan.steps:
        before = [dose.at for dose in step.doses]
        after = changed(before)
        if not before or len(after) != len(before) or after != sorted(set(after)):
            return None
        steps_.append(replace(step, doses=tuple(replace(dose, at=at) for dose, at in zip(step.doses, after, strict=True))))
    return replace(plan, steps=tuple(steps_))
