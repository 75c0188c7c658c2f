"""Registering the plan that the prescriber wrote: read it, read it back, start it only once confirmed."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from bot.core.decision import Alarm, Allowed, Withheld
from bot.core.plan import Dose, Plan, Step
from bot.core.plan_json import plan_from_json, plan_to_json
from bot.core.titration import check_plan, from_increase, plan_day, sum_mismatches
from bot.handlers import agenda
from bot.handlers.plan_text import day_words, plan_words
from bot.handlers.turn import Turn, choices, emergency_of, mg, on_day, say
from bot.knowledge.schemes import schemes
from bot.messages import Reply, Words
from bot.ports import Dialogue

FORM = "plan"
BEDTIME = "bedtime"


def set_plan(turn: Turn) -> list[Reply]:
    """Read a plan out of the message's slots; ask for what is missing, one thing at a time."""
    slots = dict(turn.slots)
    if slots.get("scheme") in schemes():
        return _scheme(turn, slots)
    if not slots.get("total_mg") and not slots.get("doses"):
        return [turn.reply(say("plan.how-to-say"), rules=("plan-confirm",))]
    if slots.get("doses") and not _doses(slots, _tablet(slots)):
        return [turn.reply(*_unplaced(slots), rules=("plan-confirm",))]
    return _read_back(turn, _custom(turn, slots), said_total=_whole(slots.get("total_mg")))


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The answer to the plan form in words: an hour for bedtime, yes or no for the reading back, or a corrected plan."""
    intent = turn.meaning.intent
    if intent == "set_plan" and {"scheme", "total_mg", "doses"} & set(turn.slots):
        return set_plan(turn)
    if intent in ("cancel", "decline"):
        return cancel(turn)
    if dialogue.step == "bedtime":
        hour = turn.reader.clock(turn.text, turn.person.language)
        return None if hour is None else _scheme(turn, {**dialogue.answers, "bedtime": hour.isoformat(timespec="minutes")})
    return confirm(turn) if intent == "confirm" else None


def confirm(turn: Turn) -> list[Reply]:
    """The person says that their prescriber wrote it: the plan starts, its reminders with it (rule `plan-confirm`)."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "confirm":
        return [turn.reply(say("form.over"))]
    plan = plan_from_json(dialogue.answers["plan"])
    stored = turn.unit.plans.add(turn.person.id, plan, turn.now)
    turn.close_form()
    agenda.schedule(turn, stored.plan)
    if turn.unit.cases.open_for(turn.person.id) is not None:
        agenda.hold(turn, since=max(turn.today, plan.start), why=agenda.BECAUSE_CASE)
    words = [say("plan.started", start=on_day(plan.start))]
    words.append(say("plan.reminders-on") if agenda.hours_of(plan) else say("plan.no-hours"))
    words.append(say("plan.driving"))
    return [turn.reply(*words, rules=("plan-confirm", "driving-during-increase"))]


def cancel(turn: Turn) -> list[Reply]:
    """Leave the form: nothing was stored."""
    turn.close_form()
    return [turn.reply(say("plan.not-kept"))]


def show_plan(turn: Turn) -> list[Reply]:
    """Today by the plan, and what comes next."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None:
        return [turn.reply(say("plan.none"))]
    if _frozen(turn):
        return [turn.reply(say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))]
    laid = plan_day(stored.plan, turn.today)
    if not isinstance(laid, Allowed):
        return [turn.reply(say("plan.starts-on", start=on_day(stored.plan.start)), rules=("plan-not-started",))]
    return [turn.reply(day_words(laid.value), *plan_words(stored.plan, since_step=laid.value.step_index))]


def press_hold(turn: Turn) -> list[Reply]:
    """Stay where one is: what follows shifts by as many days (rule `hold-side-effect`)."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None:
        return [turn.reply(say("plan.none"))]
    # Once something was taken today, the day stays what it has begun to be: the hold begins tomorrow.
    begun = bool(agenda.entries_on(turn, turn.today, ("intake",)))
    agenda.hold(turn, since=turn.today + timedelta(days=1) if begun else turn.today, why=agenda.BECAUSE_PERSON)
    held = agenda.day_of(turn.unit.plans.current(turn.person.id), turn.today)
    words = [say("plan.held")]
    if held is not None and not _frozen(turn):
        words.append(day_words(held))
    return [turn.reply(*words, offers=choices("step-up"), rules=("hold-side-effect",))]


def press_step_up(turn: Turn) -> list[Reply]:
    """Go on with the plan: nothing is shortened, the next step keeps its whole length (rule `step-not-shortened`)."""
    if turn.unit.cases.open_for(turn.person.id) is not None:
        return [turn.reply(say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))]
    agenda.resume(turn, why=agenda.BECAUSE_PERSON)
    now = agenda.day_of(turn.unit.plans.current(turn.person.id), turn.today)
    words = [say("plan.resumed"), *([day_words(now)] if now else [])]
    return [turn.reply(*words, rules=("step-due", "step-not-shortened"))]


def _frozen(turn: Turn) -> bool:
    case = turn.unit.cases.open_for(turn.person.id)
    return case is not None and case.red


def _scheme(turn: Turn, slots: dict[str, Any]) -> list[Reply]:
    scheme = schemes()[slots["scheme"]]
    if scheme.needs_bedtime and not slots.get("bedtime"):
        answers = {name: value for name, value in slots.items() if name in ("scheme", "start", "tablet_mg")}
        turn.open_form(FORM, "bedtime", **answers)
        return [turn.reply(say("plan.ask-bedtime"), offers=choices("cancel"))]
    bedtime = time.fromisoformat(slots.get("bedtime") or "22:00")
    return _read_back(turn, scheme.plan(start=_start(turn, slots), bedtime=bedtime), said_total=None)


def _tablet(slots: dict[str, Any]) -> int:
    return _whole(slots.get("tablet_mg")) or 10


def _unplaced(slots: dict[str, Any]) -> list[Words]:
    """Amounts without hours: a sum that is wrong is said at once, and the hours are asked for."""
    added = sum(said.get("mg", said.get("tablets", 0) * _tablet(slots)) for said in slots["doses"])
    said_total = slots.get("total_mg")
    if said_total and said_total != added:
        return [say("rule.plan-sum-mismatch", said=mg(said_total), added=mg(added))]
    return [say("plan.ask-hours")]


def _custom(turn: Turn, slots: dict[str, Any]) -> Plan:
    start = _start(turn, slots)
    tablet = _tablet(slots)
    doses = _doses(slots, tablet)
    if doses:
        total = _whole(slots.get("total_mg")) or sum(dose.mg or 0 for dose in doses)
        return Plan(scheme="custom", start=start, steps=(Step(total, None, doses),), tablet_mg=tablet)
    hours = tuple(sorted(time.fromisoformat(hour) for hour in slots.get("times", ())))
    return from_increase(
        total_mg=_whole(slots["total_mg"]) or 0,
        step_mg=_whole(slots.get("step_mg")) or 0,
        every_days=_whole(slots.get("every_days")) or 0,
        times=hours,
        until_mg=_whole(slots.get("until_mg")),
        start=start,
        tablet_mg=tablet,
        free_split=bool(slots.get("free_split")),
    )


def _doses(slots: dict[str, Any], tablet: int) -> tuple[Dose, ...]:
    hours = [time.fromisoformat(hour) for hour in slots.get("times", ())]
    bedtime = time.fromisoformat(slots.get("bedtime") or "22:00")
    doses = []
    for index, said in enumerate(slots.get("doses", ())):
        amount = _whole(said["mg"]) if "mg" in said else _whole(said["tablets"] * tablet)
        at = said.get("at")
        hour = bedtime if at == BEDTIME else _hour(at) if at else hours[index] if index < len(hours) else None
        if hour is None:
            return ()
        if amount:
            doses.append(Dose(hour, amount))
    return tuple(sorted(doses))


def _hour(at: str) -> time:
    return time.fromisoformat(at.rpartition("T")[2])


def _whole(value: Any) -> int | None:
    """A plan's amounts are whole milligrams: a fraction is kept as its next whole number above, which no tablet makes."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else int(value) + 1


def _start(turn: Turn, slots: dict[str, Any]) -> date:
    if not slots.get("start"):
        return turn.today
    said = date.fromisoformat(slots["start"][:10])
    # "From 1 January", said on the 31st, began this year: of two readings, the nearer. The start is read back anyway.
    year_before = said - timedelta(days=365)
    return year_before if turn.today - year_before < said - turn.today else said


def _read_back(turn: Turn, plan: Plan, *, said_total: int | None) -> list[Reply]:
    """Refuse what cannot be a plan, saying why with both numbers; else read it back and wait for a yes."""
    verdict = check_plan(plan, said_total_mg=said_total)
    if isinstance(verdict, (Withheld, Alarm)):
        return _refuse(turn, plan, verdict.rules, said_total)
    turn.open_form(FORM, "confirm", plan=plan_to_json(plan))
    words = [say("plan.read-back", start=on_day(plan.start)), *plan_words(plan)]
    words += [say(f"rule.{rule}") for rule in verdict.rules if rule in ("start-low", "specialist-above-80")]
    words.append(say("plan.is-it-prescribed"))
    rules = ("plan-confirm", *verdict.rules)
    return [turn.reply(*words, offers=choices("confirm", "cancel"), rules=rules)]


def _refuse(turn: Turn, plan: Plan, rules: tuple[str, ...], said_total: int | None) -> list[Reply]:
    # The first plan already registered, if any, stays as it is.
    if "plan-sum-mismatch" in rules:
        wrong = sum_mismatches(plan, said_total_mg=said_total)[0]
        words = say("rule.plan-sum-mismatch", said=mg(wrong.total_mg), added=mg(wrong.doses_mg))
        return [turn.reply(words, rules=rules)]
    return [turn.reply(say(f"rule.{rules[0]}"), rules=rules)]
