"""Registering the plan that the prescriber wrote: read it, read it back, start it only once confirmed; hold it, go on with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.decision import Alarm, Allowed, Decision
from bot.core.levels import Level
from bot.core.limits import CEILING_DAY_MG
from bot.core.plan import Plan
from bot.core.plan_json import plan_from_json, plan_to_json
from bot.core.titration import check_plan, highest_day_mg, plan_day, sum_mismatches
from bot.handlers import agenda, steps
from bot.handlers.answer import close_own, says_only
from bot.handlers.plan_text import day_words, plan_words
from bot.handlers.prescription import Unclear, Written, amount_said, hours_missing, read_plan
from bot.handlers.turn import Turn, choices, emergency_of, mg, nested, on_day, say
from bot.knowledge.schemes import schemes
from bot.messages import Json, Reply, Words
from bot.ports import Dialogue

FORM = "plan"
SAID_WITH = ("start-low", "specialist-above-80", "slow-decrease", "never-stop-abruptly")
"""Rules of a plan that are told as a sentence when it is read back."""


def set_plan(turn: Turn) -> list[Reply]:
    """Read a plan out of the message's slots; ask for what is missing, one thing at a time."""
    if agenda.frozen(turn):
        return [_frozen(turn)]
    slots = dict(turn.slots)
    scheme = schemes().get(slots.get("scheme", ""))
    if scheme is not None and scheme.needs_bedtime and not slots.get("bedtime"):
        token = turn.open_form(FORM, "bedtime", **slots)
        return [turn.reply(say("plan.ask-bedtime"), offers=choices("cancel", about=token))]
    if scheme is None and not slots.get("total_mg") and not slots.get("doses"):
        return _left(turn, say("plan.how-to-say"))
    if hours_missing(slots):
        return _left(turn, _unplaced(slots))
    written = read_plan(slots, today=turn.today)
    if isinstance(written, Unclear):
        parts: list[Json] = [nested(f"plan.part.{part}") for part in written.parts]
        return _left(turn, say("plan.not-used", parts={"all": parts}), rules=("plan-unclear",))
    if isinstance(written, Written):
        return _read_back(turn, written)
    level = written.level if isinstance(written, Alarm) else Level.none
    return _left(turn, say(f"rule.{written.rules[0]}"), rules=written.rules, level=level)


def _left(turn: Turn, words: Words, *, rules: tuple[str, ...] = ("plan-confirm",), level: Level = Level.none) -> list[Reply]:
    """Nothing is kept of these words, and no plan that was read back before waits for a yes any more."""
    close_own(turn, FORM)
    offers = choices("talk-to-human") if level >= Level.urgent else ()
    return [turn.reply(words, offers=offers, rules=rules, level=level)]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The answer to the plan form in words: an hour for bedtime, yes or no for the reading back, or a corrected plan."""
    intent = turn.meaning.intent
    if intent == "set_plan" and {"scheme", "total_mg", "doses"} & set(turn.slots):
        return set_plan(turn)
    if intent in ("cancel", "decline"):
        return cancel(turn)
    if dialogue.step == "bedtime":
        hour = turn.reader.clock(turn.text, turn.person.language) if says_only(turn, ("other", "set_plan")) else None
        said: dict[str, Any] = {**dialogue.answers, "bedtime": hour.isoformat(timespec="minutes")} if hour else {}
        return set_plan(turn.serving(replace(turn.act, slots=said))) if hour else None
    return confirm(turn) if intent == "confirm" else None


def confirm(turn: Turn) -> list[Reply]:
    """The person says that their prescriber wrote it: the plan starts, its reminders with it (rule `plan-confirm`)."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.step != "confirm":
        return [turn.reply(say("form.over"))]
    if agenda.frozen(turn):
        turn.close_form()
        return [_frozen(turn)]
    plan = plan_from_json(dialogue.answers["plan"])
    if date.fromisoformat(dialogue.answers["read_on"]) <= plan.start < turn.today:
        # The first day went by while the plan waited: it is not begun in its middle. It starts today, if that is confirmed.
        return _ask(turn, Written(plan=replace(plan, start=turn.today)), check_plan(plan), before=[say("plan.start-passed")])
    stored = turn.unit.plans.add(turn.person.id, plan, turn.now)
    turn.close_form()
    turn.unit.timers.cancel(turn.person.id, agenda.HELD)
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
    """Today by the plan, and what comes next; a plan that stands still can go on from here."""
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("plan.none"))]
    if agenda.frozen(turn):
        return [_frozen(turn)]
    news = steps.begin(turn)
    stored = turn.unit.plans.current(turn.person.id)
    laid = plan_day(stored.plan, turn.today) if stored else None
    if stored is None or not isinstance(laid, Allowed):
        start = stored.plan.start if stored else turn.today
        return [turn.reply(say("plan.starts-on", start=on_day(start)), rules=("plan-not-started",))]
    words = [day_words(laid.value), *plan_words(stored.plan, since_step=laid.value.step_index)]
    held = agenda.open_hold(stored, agenda.BECAUSE_PERSON)
    if held is None:
        return [*news, turn.reply(*words)]
    return [*news, turn.reply(*words, say("plan.stands-still", since=on_day(held.since)), offers=choices("step-up"))]


def press_hold(turn: Turn) -> list[Reply]:
    """Stay where one is: what follows shifts by as many days (rule `hold-side-effect`).

    Once something was taken today, the day stays what it has begun to be, and it is that step which is held: only the
    prescriber goes back to the one before.
    """
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("plan.none"))]
    since = agenda.first_day_to_hold(turn)
    agenda.hold_for_person(turn, since=since)
    held = agenda.day_of(turn.unit.plans.current(turn.person.id), turn.today)
    if held is None or agenda.frozen(turn):
        return [turn.reply(say("plan.held-plain"), rules=("hold-side-effect",))]
    words = [say("plan.held", step=held.step_index + 1, total=mg(held.total_mg)), day_words(held)]
    if since > turn.today and held.is_first_of_step and held.number > 1:
        words.insert(1, say("plan.held-begun"))
    return [turn.reply(*words, offers=choices("step-up"), rules=("hold-side-effect",))]


def press_step_up(turn: Turn) -> list[Reply]:
    """Go on with the plan: nothing is shortened, the next step keeps its whole length (rule `step-not-shortened`)."""
    if turn.unit.cases.open_for(turn.person.id) is not None:
        return [_frozen(turn)]
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None:
        return [turn.reply(say("plan.none"))]
    on = turn.today
    if agenda.open_hold(stored, agenda.BECAUSE_PERSON) is not None:
        # A day that has begun stays what it is: once something was taken, the plan goes on tomorrow.
        held_today = agenda.is_standing(stored, agenda.BECAUSE_PERSON, turn.today)
        on = agenda.first_day_to_hold(turn) if held_today else turn.today
        agenda.resume(turn, why=agenda.BECAUSE_PERSON, on=on)
        steps.decided(turn, on)
    turn.unit.timers.cancel(turn.person.id, agenda.HELD)
    if not agenda.is_reminded(turn):
        agenda.schedule(turn, stored.plan)
    words: list[Words] = [say("plan.resumed")]
    notices: list[str] = []
    day = agenda.day_of(turn.unit.plans.current(turn.person.id), on)
    if day is not None:
        said, notices = steps.with_notices(turn, day)
        words += said
    return [turn.reply(*words, rules=("step-due", "step-not-shortened", *notices))]


def press_pause(turn: Turn) -> list[Reply]:
    """No more reminders, and the plan stands still, until the person goes on with it. Nothing is erased, and nothing is stopped."""
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("plan.none"))]
    agenda.hold_for_person(turn, since=agenda.first_day_to_hold(turn))
    agenda.silence(turn)
    return [turn.reply(say("plan.paused"), offers=choices("step-up"), rules=("never-stop-abruptly",))]


def _frozen(turn: Turn) -> Reply:
    return turn.reply(say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))


def _unplaced(slots: dict[str, Any]) -> Words:
    """Amounts without hours: a sum that is wrong is said at once, and the hours are asked for."""
    added, said_total = amount_said(slots), slots.get("total_mg")
    if said_total and said_total != added:
        return say("rule.plan-sum-mismatch", said=mg(said_total), added=mg(added))
    return say("plan.ask-hours")


def _read_back(turn: Turn, written: Written) -> list[Reply]:
    """Refuse what cannot be a plan, saying why with both numbers; else read it back and wait for a yes."""
    verdict = check_plan(written.plan, said_total_mg=written.said_total_mg)
    if isinstance(verdict, Allowed):
        return _ask(turn, written, verdict)
    level = verdict.level if isinstance(verdict, Alarm) else Level.none
    return _left(turn, _why_not(written, verdict.rules), rules=verdict.rules, level=level)


def _why_not(written: Written, rules: tuple[str, ...]) -> Words:
    if "plan-sum-mismatch" not in rules:
        return say(f"rule.{rules[0]}")
    wrong = sum_mismatches(written.plan, said_total_mg=written.said_total_mg)[0]
    return say("rule.plan-sum-mismatch", said=mg(wrong.total_mg), added=mg(wrong.doses_mg))


def _ask(turn: Turn, written: Written, verdict: Decision[Plan], *, before: list[Words] | None = None) -> list[Reply]:
    """Read the plan back, with everything that must be known before the yes."""
    plan = written.plan
    rules = tuple(dict.fromkeys((*verdict.rules, *written.rules)))
    token = turn.open_form(FORM, "confirm", plan=plan_to_json(plan), read_on=turn.today.isoformat())
    words = [*(before or []), say("plan.read-back", start=on_day(plan.start)), *plan_words(plan)]
    if written.endless:
        words.append(say("plan.endless", ceiling=mg(CEILING_DAY_MG)))
    elif highest_day_mg(plan) == CEILING_DAY_MG:
        words.append(say("plan.at-the-ceiling", ceiling=mg(CEILING_DAY_MG)))
    words += [say(f"rule.{rule}") for rule in rules if rule in SAID_WITH]
    words.append(say("plan.is-it-prescribed"))
    return [turn.reply(*words, offers=choices("confirm", "cancel", about=token), rules=("plan-confirm", *rules))]
