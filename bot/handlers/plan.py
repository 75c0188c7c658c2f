"""Registering the plan that the prescriber wrote: read it, read it back, start it only once confirmed; hold it, go on with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.core.course import after_relapse
from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.levels import Level
from bot.core.limits import CEILING_DAY_MG
from bot.core.meaning import Act
from bot.core.plan import Plan
from bot.core.plan_json import plan_from_json, plan_to_json
from bot.core.titration import PlanDay, check_plan, extend_step, highest_day_mg, plan_day, resume, sum_mismatches, until_then
from bot.core.versions import judge_change
from bot.handlers import agenda, plan_edits, steps
from bot.handlers.answer import close_own, in_words, says_only
from bot.handlers.plan_text import day_words, plan_words, stage_line
from bot.handlers.prescription import Unclear, Written, amount_said, read_plan, row_without_hours, total_said, with_hours
from bot.handlers.turn import Turn, choices, emergency_of, mg, nested, on_day, say
from bot.knowledge.schemes import schemes
from bot.messages import Json, Reply, Words
from bot.ports import Dialogue, StoredPlan

FORM = "plan"
GOING_ON = "going-on"
"""The form that asks whether a plan that stands still shall go on, where its dose would rise."""

STRENGTHS = (10, 20, 25)
"""What a tablet of baclofen may hold, in mg (S001, the brands of the countries)."""
BECAUSE_EXTENDED = "extended"
"""Why the plan stands still for the days by which the person made a step longer."""

TELLS = frozenset({"scheme", "total_mg", "doses", "stages", "several_stages", "unplaced"})
"""Slots of which any makes words a plan, be it an unclear one."""
SAID_WITH = ("start-low", "specialist-above-80", "slow-decrease", "never-stop-abruptly")
"""Rules of a plan that are told as a sentence when it is read back."""


def set_plan(turn: Turn) -> list[Reply]:
    """Read a plan out of the message's slots; ask for what is missing, one thing at a time."""
    if agenda.frozen(turn):
        return [_frozen(turn)]
    if turn.slots.get("stay") or turn.slots.get("extend_days"):
        return _stay_longer(turn)
    slots = {**_at_hand(turn), **turn.slots}
    scheme = schemes().get(slots.get("scheme", ""))
    if scheme is not None and scheme.needs_bedtime and not slots.get("bedtime"):
        token = turn.open_form(FORM, "bedtime", **slots)
        return [turn.reply(say("plan.ask-bedtime"), offers=choices("cancel", about=token))]
    if not any(slots.get(name) for name in TELLS):
        turn.open_form(FORM, "told")
        return [turn.reply(say("plan.how-to-say"), rules=("plan-confirm",))]
    if row_without_hours(slots):
        return _ask_hours(turn, slots)
    written = read_plan(slots, today=turn.today)
    if isinstance(written, Unclear):
        return _unclear(turn, slots, written)
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
    """The answer to the plan form in words: the plan, its hours, an hour for bedtime, yes or no for the reading back, or a correction."""
    intent = turn.meaning.intent
    edited = plan_edits.edited(turn, dialogue) if dialogue.step == "confirm" and intent != "confirm" else None
    if edited is not None:
        return _read_back(turn, Written(plan=edited))
    if intent == "set_plan" and TELLS & set(turn.slots):
        return set_plan(turn)
    if intent in ("cancel", "decline"):
        return cancel(turn)
    if dialogue.step != "confirm":
        said = _told(turn, dialogue)
        return set_plan(turn.serving(Act("set_plan", said))) if said else None
    return confirm(turn) if intent == "confirm" else None


def _told(turn: Turn, dialogue: Dialogue) -> dict[str, Any]:
    """The slots of the plan with what was asked for: the plan itself, its hours, or bedtime. Nothing for words of something else."""
    if dialogue.step == "told":
        said = turn.plan_slots() if turn.meaning.confidence != "sure" else {}
        return said if TELLS & set(said) else {}
    if dialogue.step == "hours":
        hours = turn.reader.hours(turn.text, turn.person.language)
        return with_hours(dialogue.answers, hours) if hours else {}
    hour = turn.reader.clock(turn.text, turn.person.language) if says_only(turn, ("other", "set_plan")) else None
    return {**dialogue.answers, "bedtime": hour.isoformat(timespec="minutes")} if hour else {}


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
        return _ask(turn, Written(plan=replace(plan, start=turn.today)), check_plan(plan).rules, before=[say("plan.start-passed")])
    stored = turn.unit.plans.add(turn.person.id, plan, turn.now, by=turn.actor)
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
    """Today by the plan, and what comes next, or the day that was asked for; a plan that stands still can go on from here."""
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
    told, withheld = day_words(turn, stored, laid.value)
    if withheld:
        return [*news, turn.reply(told, offers=choices("talk-to-human"), rules=withheld)]
    ahead = _day_ahead(turn, stored, laid.value)
    if ahead is not None:
        told, withheld = day_words(turn, stored, ahead)
        return [*news, turn.reply(told, offers=choices("talk-to-human") if withheld else (), rules=withheld)]
    words = [told, *plan_words(stored.plan, since_step=laid.value.step_index)]
    held = agenda.open_hold(stored, agenda.BECAUSE_PERSON)
    if held is None:
        return [*news, turn.reply(*words)]
    return [*news, turn.reply(*words, say("plan.stands-still", since=on_day(held.since)), offers=choices("step-up"))]


def _day_ahead(turn: Turn, stored: StoredPlan, today: PlanDay) -> PlanDay | None:
    """The day to come that was asked for. None of a step to come is told alone: it is judged first, on the day on which it begins."""
    said = turn.slots.get("start")
    ahead = agenda.day_of(stored, date.fromisoformat(said)) if said else None
    return ahead if ahead is not None and ahead.date > today.date and ahead.step_index == today.step_index else None


def press_hold(turn: Turn) -> list[Reply]:
    """Stay where one is: what follows shifts by as many days (rule `hold-side-effect`).

    Once something was taken today, the day stays what it has begun to be, and it is that step which is held: only the
    prescriber goes back to the one before.
    """
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("plan.none"))]
    since = agenda.first_day_to_hold(turn)
    agenda.hold_for_person(turn, since=since)
    stored = turn.unit.plans.current(turn.person.id)
    held = agenda.day_of(stored, turn.today)
    if stored is None or held is None or agenda.kept_silent(turn, stored, held) is not None:
        return [turn.reply(say("plan.held-plain"), rules=("hold-side-effect",))]
    told, _ = day_words(turn, stored, held)
    words = [say("plan.held", step=held.step_index + 1, total=mg(held.total_mg)), told]
    if since > turn.today and held.is_first_of_step and held.number > 1:
        words.insert(1, say("plan.held-begun"))
    return [turn.reply(*words, offers=choices("step-up"), rules=("hold-side-effect",))]


def _stay_longer(turn: Turn) -> list[Reply]:
    """ "Extend this step by 3 days", or without a length: what follows shifts, nothing is shortened (case 15, rule `hold-side-effect`)."""
    stored, days = turn.unit.plans.current(turn.person.id), int(turn.slots.get("extend_days", 0))
    if stored is None:
        return [turn.reply(say("plan.none"))]
    if turn.meaning.question:
        return [turn.reply(say("rule.hold-side-effect"), offers=choices("hold"), rules=("hold-side-effect",))]
    if days < 1:
        return press_hold(turn)
    longer = extend_step(stored.plan, on=turn.today, days=days, why=BECAUSE_EXTENDED)
    if longer == stored.plan:
        return [turn.reply(say("plan.has-no-end-to-extend"), rules=("hold-side-effect",))]
    changed = turn.unit.plans.replace(stored, longer, turn.now, by=turn.actor)
    following = agenda.next_step_on(changed, max(turn.today, longer.start))
    words = say("plan.extended", days=days, next=on_day(following)) if following else say("plan.has-no-end-to-extend")
    return [turn.reply(words, say("plan.tell-prescriber"), rules=("hold-side-effect", "step-not-shortened"))]


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
    stored = turn.unit.plans.current(turn.person.id) or stored
    day = agenda.day_of(stored, on)
    if day is not None:
        said, notices = steps.with_notices(turn, stored, day)
        words += said
    return [turn.reply(*words, rules=("step-due", "step-not-shortened", *notices))]


def go_on_in_words(turn: Turn) -> list[Reply]:
    """Reminders, or the plan, asked for again in words: taken up at once where the dose stays what it is, and where it would rise only
    once that was said and a yes came back. Words about reminders never touch a plan (rule `hold-side-effect`)."""
    stored, of_reminders = turn.unit.plans.current(turn.person.id), turn.says("names_reminders")
    held = agenda.open_hold(stored, agenda.BECAUSE_PERSON)
    if stored is None or held is None:
        return [turn.reply(say("plan.none"))]
    if of_reminders and agenda.is_reminded(turn):
        return [turn.reply(say("reminder.are-on"))]
    if turn.unit.cases.open_for(turn.person.id) is not None or not _rises(turn, stored):
        return press_step_up(turn)
    words = [say("plan.stands-still", since=on_day(held.since))]
    if of_reminders:
        agenda.schedule(turn, stored.plan)
        words.insert(0, say("reminder.are-on"))
    else:
        turn.open_form(GOING_ON, "asked")
        words.append(say("plan.go-on-rises"))
    return [turn.reply(*words, offers=choices("step-up"), rules=("hold-side-effect",))]


def _rises(turn: Turn, stored: StoredPlan) -> bool:
    """Whether the day on which the plan would go on has more than the one that it stands still at."""
    held_today = agenda.is_standing(stored, agenda.BECAUSE_PERSON, turn.today)
    on = agenda.first_day_to_hold(turn) if held_today else turn.today
    now, then = plan_day(stored.plan, turn.today), plan_day(resume(stored.plan, on), on)
    return isinstance(now, Allowed) and isinstance(then, Allowed) and then.value.total_mg > now.value.total_mg


def going_on(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A yes or a no to going on with a plan whose dose would rise; other words leave the question."""
    del dialogue
    turn.close_form()
    return in_words(turn, press_step_up, press_hold)


def press_pause(turn: Turn) -> list[Reply]:
    """No more reminders, and the plan stands still, until the person goes on with it. Nothing is erased, and nothing is stopped."""
    if turn.unit.plans.current(turn.person.id) is None:
        return [turn.reply(say("plan.none"))]
    agenda.hold_for_person(turn, since=agenda.first_day_to_hold(turn))
    agenda.silence(turn)
    return [turn.reply(say("plan.paused"), offers=choices("step-up"), rules=("never-stop-abruptly",))]


def new_tablets(turn: Turn) -> list[Reply]:
    """Tablets of another strength at hand: a tablet counts as that from now on. No amount of the plan changes. Nothing for other words."""
    said, stored = turn.slots.get("tablet_mg"), turn.unit.plans.current(turn.person.id)
    if not said or turn.meaning.question or not turn.says("names_tablets"):
        return []
    if stored is None or stored.plan.more_tablets_mg:
        return [turn.reply(say("plan.tablets-with-plan"))]
    if said not in STRENGTHS:
        return [turn.reply(say("plan.tablets-unknown", said=mg(said)), offers=choices("talk-to-human"))]
    if agenda.frozen(turn):
        return [_frozen(turn)]
    turn.unit.plans.replace(stored, replace(stored.plan, tablet_mg=int(said), more_tablets_mg=()), turn.now, by=turn.actor)
    return [turn.reply(say("plan.tablets-changed", strength=mg(said)))]


def _frozen(turn: Turn) -> Reply:
    return turn.reply(say("plan.frozen", emergency=emergency_of(turn.person.country)), rules=("red-flag-freeze",))


def _ask_hours(turn: Turn, slots: dict[str, Any]) -> list[Reply]:
    """Amounts without hours: a sum that is wrong is said at once; else the plan is kept while its hours are asked for."""
    said_total = slots.get("total_mg")
    if "stages" not in slots and said_total and said_total != amount_said(slots):
        return _left(turn, say("rule.plan-sum-mismatch", said=mg(said_total), added=mg(amount_said(slots))))
    row = row_without_hours(slots)
    amounts: list[Json] = [mg(amount_said({**slots, "doses": [dose]})) for dose in row]
    token = turn.open_form(FORM, "hours", **slots)
    words = say("plan.ask-hours", count=len(row), doses={"all": amounts})
    return [turn.reply(words, offers=choices("cancel", about=token), rules=("plan-confirm",))]


def _unclear(turn: Turn, slots: dict[str, Any], written: Unclear) -> list[Reply]:
    """What no plan can be made of is named; stages told as totals are quoted and asked for, none of them above what may be named."""
    totals = turn.reader.totals(turn.text, turn.meaning.language) if slots.get("several_stages") else []
    if totals and all(total_said(slots, stage) <= CEILING_DAY_MG for stage in totals):
        return _ask_stages(turn, totals)
    parts: list[Json] = [nested(f"plan.part.{part}") for part in written.parts]
    return _left(turn, say("plan.not-used", parts={"all": parts}), rules=("plan-unclear",))


def _ask_stages(turn: Turn, totals: Sequence[dict[str, Any]]) -> list[Reply]:
    """Stages told by the total of a day: how a total is shared among the hours is never worked out. What was understood is quoted, and
    each stage is asked for with its doses and hours (rule `plan-unclear`)."""
    token = turn.open_form(FORM, "told")
    words = say("plan.ask-stages", lines={"lines": [stage_line(stage) for stage in totals]})
    return [turn.reply(words, offers=choices("cancel", about=token), rules=("plan-unclear", "plan-confirm"))]


def _read_back(turn: Turn, written: Written) -> list[Reply]:
    """Refuse what cannot be a plan, saying why with both numbers; else read it back and wait for a yes.

    Beside a plan that is followed already it is the prescriber's change: judged with the jump that it makes, and never a gap.
    """
    verdict: Decision[Plan] = check_plan(written.plan, said_total_mg=written.said_total_mg)
    without = steps.days_without(turn)
    after_a_gap = after_relapse(written.plan, current_mg=0, whole_days_without=without) if without else verdict
    if isinstance(verdict, Allowed) and isinstance(after_a_gap, Withheld):
        return _left(turn, say("plan.after-days-without"), rules=after_a_gap.rules, level=Level.consult)
    stored = turn.unit.plans.current(turn.person.id)
    if isinstance(verdict, Allowed) and stored is not None:
        return _read_back_change(turn, written, stored.plan)
    if isinstance(verdict, Allowed):
        return _ask(turn, written, verdict.rules)
    level = verdict.level if isinstance(verdict, Alarm) else Level.none
    return _left(turn, _why_not(written, verdict.rules), rules=verdict.rules, level=level)


def _read_back_change(turn: Turn, written: Written, before: Plan) -> list[Reply]:
    """A new version of a plan: the daily amounts on both sides of the change are read back with it (S001 §8, §10)."""
    since = max(written.plan.start, turn.today)
    change = judge_change(before, written.plan, since=since)
    bridged = replace(written, plan=until_then(before, written.plan, today=turn.today), said_total_mg=None)
    whole = check_plan(bridged.plan)
    refused = next((verdict for verdict in (change, whole) if not isinstance(verdict, Allowed)), None)
    if refused is not None:
        level = refused.level if isinstance(refused, Alarm) else Level.none
        return _left(turn, _why_not(bridged, refused.rules), rules=refused.rules, level=level)
    if not isinstance(change, Allowed) or change.value.from_mg == 0:
        return _ask(turn, written, check_plan(written.plan).rules)
    said = change.value
    words = [say("plan.change", before=mg(said.from_mg), after=mg(said.to_mg), date=on_day(since))]
    if "prescriber-decides" in change.rules:
        words.append(say("plan.large-rise"))
    if before.top_up is not None and written.plan.top_up is None:
        words.append(say("plan.top-up-gone"))
    if any(hold.until is None or hold.until > before.start for hold in before.holds) and not written.plan.holds:
        words.append(say("plan.holds-gone"))
    return _ask(turn, bridged, change.rules, after=words)


def _at_hand(turn: Turn) -> dict[str, Any]:
    """The tablets of the present plan: they stay at hand while no others are named."""
    stored = turn.unit.plans.current(turn.person.id)
    if stored is None or {"tablet_mg", "tablets_mg"} & set(turn.slots):
        return {}
    strengths = list(stored.plan.tablets_mg)
    return {"tablet_mg": stored.plan.tablet_mg, **({"tablets_mg": strengths} if len(strengths) > 1 else {})}


def _why_not(written: Written, rules: tuple[str, ...]) -> Words:
    if "plan-sum-mismatch" not in rules:
        return say(f"rule.{rules[0]}")
    wrong = sum_mismatches(written.plan, said_total_mg=written.said_total_mg)[0]
    return say("rule.plan-sum-mismatch", said=mg(wrong.total_mg), added=mg(wrong.doses_mg))


def _ask(
    turn: Turn, written: Written, said_with: tuple[str, ...], *, before: Sequence[Words] = (), after: Sequence[Words] = ()
) -> list[Reply]:
    """Read the plan back, with everything that must be known before the yes; `before` and `after` its steps."""
    plan = written.plan
    rules = tuple(dict.fromkeys((*said_with, *written.rules)))
    token = turn.open_form(FORM, "confirm", plan=plan_to_json(plan), read_on=turn.today.isoformat())
    words = [*before, say("plan.read-back", start=on_day(plan.start)), *plan_words(plan), *after]
    if written.endless:
        words.append(say("plan.endless", ceiling=mg(CEILING_DAY_MG)))
    elif highest_day_mg(plan) == CEILING_DAY_MG:
        words.append(say("plan.at-the-ceiling", ceiling=mg(CEILING_DAY_MG)))
    words += [say(f"rule.{rule}") for rule in rules if rule in SAID_WITH]
    words.append(say("plan.is-it-prescribed"))
    return [turn.reply(*words, offers=choices("confirm", "cancel", about=token), rules=("plan-confirm", *rules))]
