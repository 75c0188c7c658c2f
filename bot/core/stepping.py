"""Whether the plan's next step may be shown, and the way back when a new step is not tolerated.

A step up is the plan's own, on its own day, or nothing. Going back is never gated by anything but doubt about the plan.
Sources: S000 table notes; S000 §4, S001 §10.4 (facts A3); cases 15, 25 and 26.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.plan import Hold, Plan
from bot.core.titration import PlanDay, covers, plan_day

STEP_BACK_FINDINGS = frozenset({"insomnia", "restlessness", "confusion"})
"""What the table's own rule names: no sleep, restlessness at night, confused ideas (the last is an emergency first)."""

STEP_BACK_DAYS = 7
BOTHERSOME_FROM = 4
"""A severity out of ten from which an effect counts as bothersome; an unsaid severity does too. [proposal]"""

REPORT_HOLDS_DAYS = 7
"""How long a report counts without news of the effect, at least; longer on a longer step. [proposal]"""


@dataclass(frozen=True, slots=True)
class Effect:
    """A side effect as reported on a local day. Severity 0 says that it has gone; None that it was not said."""

    finding: str
    on: date
    severity: int | None = None


def may_step(
    plan: Plan,
    *,
    on: date,
    effects: Sequence[Effect] = (),
    open_case: bool = False,
    awaiting_prescriber: bool = False,
    whole_days_missed: int = 0,
) -> Decision[PlanDay]:
    """Whether the step that begins on `on` may be shown. Allowed carries its first day (rule `step-due`).

    `effects` in the order they were reported; `awaiting_prescriber` while a condition or an interaction waits for an answer;
    `whole_days_missed` since the current step began. Danger first, then doubt, then the plan's own calendar, then how it is borne.
    Withheld means: hold from `on`, and what follows shifts. The alarm `step-back-7-days` means: offer `step_back`.
    """
    stopped = _stopped(open_case, awaiting_prescriber)
    if stopped:
        return Withheld(stopped)
    today = plan_day(plan, on)
    if isinstance(today, Withheld):
        return today
    standing = next((hold for hold in plan.holds if covers(hold, on)), None)
    if standing is not None:
        return Withheld((_rule_of(standing),))
    if not today.value.is_first_of_step or today.value.step_index == 0:
        return Withheld(("step-not-shortened",))
    if whole_days_missed > 0:
        return Withheld(("day-missed", "prescriber-decides"))
    return _borne(plan, today.value, effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBack:
    """A return to the previous step: its 0-based index and total, and the plan with the return in it.

    `retry_on` is the first day on which the step that was left is tried again; None: not before the prescriber decides.
    `carried` is True when the plan holds this rule itself; otherwise it waits until the prescriber has confirmed it.
    The effect is an orange one: a human hears of it today, whatever is done.
    """

    to_step: int
    to_mg: int
    retry_on: date | None
    plan: Plan
    carried: bool
    level: Level = Level.urgent


def step_back(plan: Plan, *, on: date) -> Allowed[StepBack] | Withheld:
    """The table's own rule from `on`: the previous dose, no increase for seven days, then the step again (case 25).

    When the same step was already left once, the return has no end (rule `ceiling-after-recurrence`, case 26).
    Withheld when there is no lower step to go to, or when one is already stepping back: the prescriber decides.
    """
    today = plan_day(plan, on)
    if isinstance(today, Withheld):
        return today
    index = today.value.step_index
    lower = plan.steps[index - 1] if index else None
    back_already = any(hold.back_to_step is not None and covers(hold, on) for hold in plan.holds)
    if lower is None or lower.total_mg >= today.value.total_mg or back_already:
        return Withheld(("prescriber-decides",))
    again = any(hold.back_to_step == index - 1 and hold.since < on for hold in plan.holds)
    rule = "ceiling-after-recurrence" if again else "step-back-7-days"
    retry_on = None if again else on + timedelta(days=STEP_BACK_DAYS)
    back = Hold(on, retry_on, rule, back_to_step=index - 1)
    changed = replace(plan, holds=(*_closed(plan.holds, on), back))
    value = StepBack(to_step=index - 1, to_mg=lower.total_mg, retry_on=retry_on, plan=changed, carried=plan.step_back_rule)
    return Allowed(value, (rule,))


def _stopped(open_case: bool, awaiting_prescriber: bool) -> tuple[str, ...]:
    if open_case:
        return ("red-flag-freeze",)
    return ("prescriber-decides",) if awaiting_prescriber else ()


def _rule_of(hold: Hold) -> str:
    if hold.back_to_step is None:
        return "hold-side-effect"
    return "ceiling-after-recurrence" if hold.until is None else "step-back-7-days"


def _borne(plan: Plan, first: PlanDay, effects: Sequence[Effect]) -> Decision[PlanDay]:
    """How the step that ends has been borne: the last report of each effect counts, and no news is not good news.

    A step down is never kept back by an effect, which a lower dose relieves rather than brings (S001 §10).
    """
    before = plan.steps[first.step_index - 1]
    if first.total_mg <= before.total_mg:
        return Allowed(first, ("step-due", *first.notices))
    lasted = before.days or 0
    since = first.date - timedelta(days=max(lasted, REPORT_HOLDS_DAYS))
    latest = {effect.finding: effect for effect in effects if since <= effect.on <= first.date}
    present = {finding for finding, effect in latest.items() if _is_bothersome(effect)}
    if present & STEP_BACK_FINDINGS:
        return Alarm(Level.urgent, ("step-back-7-days",))
    if present:
        return Withheld(("hold-side-effect",))
    return Allowed(first, ("step-due", *first.notices))


def _is_bothersome(effect: Effect) -> bool:
    return effect.severity is None or effect.severity >= BOTHERSOME_FROM


def _closed(holds: Sequence[Hold], on: date) -> tuple[Hold, ...]:
    """Holds as they stood until the day before `on`: a step back replaces what was standing or still to come."""
    kept = (replace(hold, until=on) if covers(hold, on) else hold for hold in holds if hold.since < on)
    return tuple(kept)
