"""Questions of hours: the plan's own hours, and an illustrated split only where the plan leaves it free."""

from __future__ import annotations

from datetime import date, datetime, time

from bot.core.craving import every_day, onset
from bot.core.decision import Allowed, Withheld
from bot.core.intake import may_name
from bot.core.limits import unit_mg
from bot.core.split import Split, illustrate
from bot.core.titration import PlanDay
from bot.handlers import agenda, steps
from bot.handlers.plan_text import day_words, dose_text, silence_words
from bot.handlers.turn import Turn, clock, emergency_of, mg, moment, nested, on_day, say
from bot.messages import Json, Reply, Words
from bot.ports import StoredPlan

_HOURS = ("craving_at", "craving_weekend_at", "first_glass_at")


def ask_timing(turn: Turn) -> list[Reply]:
    """ "How do I spread it?": what the plan says; its hours are the prescriber's (rule `split-hours-fixed`)."""
    if agenda.frozen(turn):
        return [_frozen(turn)]
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("timing.no-plan"), say("plan.how-to-say"), rules=("prescriber-decides",))]
    return [*steps.begin(turn), _hours_asked(turn)]


def _frozen(turn: Turn) -> Reply:
    return turn.reply(say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))


def _hours_asked(turn: Turn) -> Reply:
    stored, on = turn.unit.plans.current(turn.person.id), _day_asked(turn)
    day = agenda.day_of(stored, on)
    if stored is None or day is None:
        start = stored.plan.start if stored else on
        return turn.reply(say("plan.starts-on", start=on_day(start)), rules=("plan-not-started",))
    asked = turn.slots.get("total_mg")
    told, withheld = day_words(turn, stored, day)
    if withheld:
        return turn.reply(told, rules=withheld)
    words = [told]
    rules: list[str] = []
    if asked is not None and float(asked) != day.total_mg:
        # The total said is not the plan's: it is quoted back, and the plan stands.
        words.insert(0, say("timing.not-the-plans-total", said=mg(float(asked)), planned=mg(day.total_mg), date=on_day(on)))
        rules.append("prescriber-decides")
    if day.doses:
        words += [say("rule.split-hours-fixed"), say("rule.craving-onset")]
        return turn.reply(*words, rules=(*rules, "split-hours-fixed", "stable-hours", "craving-onset"))
    return _illustrated(turn, words, rules, day, stored)


def _day_asked(turn: Turn) -> date:
    said = turn.slots.get("start") or turn.slots.get("at")
    return date.fromisoformat(str(said)[:10]) if said else turn.today


def _illustrated(turn: Turn, words: list[Words], rules: list[str], day: PlanDay, stored: StoredPlan) -> Reply:
    plan = stored.plan
    aim = _aim(turn)
    if isinstance(aim, Withheld):
        return turn.reply(*words, say("timing.ask-craving-hour"), rules=(*rules, *aim.rules))
    unit = min(map(unit_mg, plan.tablets_mg))
    verdict = illustrate(day.step, craving=aim.value, unit_mg=unit, max_single_mg=plan.max_single_mg)
    if not isinstance(verdict, Allowed):
        return turn.reply(*words, say("rule.split-infeasible"), rules=(*rules, "split-infeasible", "prescriber-decides"))
    # What was taken already is not part of an illustration of the whole day; every other bound is.
    verdicts = (may_name(plan, dose.mg or 0, on=day.date) for dose in verdict.value.doses)
    silent = next((named for named in verdicts if isinstance(named, Withheld)), None)
    if silent is not None:
        return turn.reply(*words, silence_words(silent), rules=(*rules, *silent.rules))
    words.append(say("timing.illustration", hour=clock(aim.value), doses=_doses(verdict.value)))
    words += [say("rule.split-illustration"), *(say(f"rule.{rule}") for rule in aim.rules)]
    return turn.reply(*words, rules=(*rules, "split-illustration", *aim.rules))


def _aim(turn: Turn) -> Allowed[time] | Withheld:
    """The hour to aim at, from those that were said: the first thought, and the earliest of days that differ (cases 60 and 61)."""
    hours = {slot: time.fromisoformat(turn.slots[slot]) for slot in _HOURS if turn.slots.get(slot)}
    first = onset(first_thought=hours.get("craving_at"), first_drink=hours.get("first_glass_at"))
    weekend = hours.get("craving_weekend_at")
    if isinstance(first, Withheld):
        return first
    return every_day({"weekday": first.value, **({"weekend": weekend} if weekend else {})})


def _doses(found: Split) -> Json:
    return {"all": [nested("plan.dose-at", dose=mg(dose.mg or 0), hour=clock(dose.at)) for dose in found.doses]}


def _still_open(turn: Turn, stored: StoredPlan | None) -> list[Reply]:
    """The planned intake whose hour has just come, if nothing was said of it: it is neither the next one nor forgotten. Not where
    its dose is not to be named: nobody is reminded then."""
    begun = agenda.asked_about(turn, stored)
    if stored is None or begun is None or begun.dose.mg is None:
        return []
    if isinstance(agenda.nameable(turn, stored, begun.dose.mg, on=begun.day), Withheld):
        return []
    return [turn.reply(say("timing.still-open", at=moment(datetime.combine(begun.day, begun.dose.at))))]


def ask_next(turn: Turn) -> list[Reply]:
    """The next planned intake, and the last one taken."""
    if agenda.frozen(turn):
        return [_frozen(turn)]
    before = turn.unit.plans.current(turn.person.id)
    if before is None:
        return [turn.reply(say("plan.none"))]
    news = steps.begin(turn)
    stored = turn.unit.plans.current(turn.person.id)
    coming = agenda.next_slot(turn, stored)
    if coming is None:
        day = agenda.day_of(stored, turn.today)
        starts = say("plan.starts-on", start=on_day(before.plan.start)), ("plan-not-started",)
        told, withheld = day_words(turn, stored, day) if stored and day else starts
        return [*news, turn.reply(told, rules=withheld)]
    beside = turn.meaning.told  # "taken, when is the next?": nobody asks whether it was taken
    news += [] if beside is not None and beside.act.intent == "log_intake" else _still_open(turn, stored)
    at = moment(datetime.combine(coming.day, coming.dose.at))
    if stored is None or coming.dose.mg is None:
        return [*news, turn.reply(say("timing.next", at=at, dose=nested("reminder.dose-of-your-plan")))]
    verdict = agenda.nameable(turn, stored, coming.dose.mg, on=coming.day)
    if isinstance(verdict, Withheld):
        return [*news, turn.reply(say("timing.next-hour", at=at), silence_words(verdict), rules=verdict.rules)]
    dose = dose_text(stored.plan, coming.dose.mg)
    return [*news, turn.reply(say("timing.next", at=at, dose=dose))]
