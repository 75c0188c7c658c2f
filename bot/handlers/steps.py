"""The plan's next step: judged once before it is shown, then said to begin or kept back, with the rule that keeps it back.

Shared by use cases. A step is only ever the plan's own, on its own day or later; nothing here names an amount of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.core.course import consolidation
from bot.core.decision import Alarm, Allowed, Decision, Withheld
from bot.core.entry import Entry
from bot.core.history import SILENT_FOR, Doubt, may_step_by_log
from bot.core.levels import Level
from bot.core.stepping import BOTHERSOME_FROM, STEP_BACK_DAYS, STEP_BACK_FINDINGS, Effect, may_step, step_back
from bot.core.taper import maintenance_decrease
from bot.core.titration import PlanDay
from bot.handlers import agenda, escalation
from bot.handlers.agenda import ONE_DAY
from bot.handlers.escalation import Sign
from bot.handlers.plan_text import day_words
from bot.handlers.turn import Moment, choices, mg, nested, on_day, say
from bot.messages import Reply, Words
from bot.ports import StoredPlan

JUDGED_WITHIN = 14
"""Days for which a step that began unseen (the process was away) is still judged and announced."""

NOT_BORNE = "step_not_borne"
"""The code of restlessness or sleeplessness on a new step, where the plan's own table has a rule for it (case 25)."""

AWAITS = "awaits_prescriber"
LONGEST_STEP = 366
UNKNOWN = frozenset({Doubt.missing, Doubt.stale})
"""Silence on intakes: the step is the plan's own, so it is said to be due, with the doubt beside it, and the person decides."""

REASONS = {
    "hold-side-effect": "step.kept.effect",
    "step-back-7-days": "step.kept.step-back",
    "day-missed": "step.kept.day-missed",
    "over-plan": "step.kept.over-plan",
    "prescriber-decides": "step.kept.prescriber",
}
OTHER_REASON = "step.kept.unclear"


def begin(moment: Moment) -> list[Reply]:
    """Judge the step that the plan has begun, once: say that it begins, or hold it and say why (rule `step-due`).

    A person's open case keeps any step back; while it is red, nothing is said of steps at all (rule `red-flag-freeze`).
    """
    stored = moment.unit.plans.current(moment.person.id)
    first = agenda.step_began(stored, moment.today, at_most=JUDGED_WITHIN)
    if stored is None or first is None or _is_told(moment, stored, first):
        return []
    case = moment.unit.cases.open_for(moment.person.id)
    if case is not None:
        agenda.hold(moment, since=_first_to_hold(moment, first), why=agenda.BECAUSE_CASE)
        return [] if agenda.alarmed(moment) else [moment.reply(say("step.kept.case"), rules=("red-flag-freeze",), kind="notice")]
    entries = _entries_since_the_last_step(moment, stored, first)
    verdict, doubt = _judge(moment, stored, first, entries)
    _remember(moment, first)
    if isinstance(verdict, Allowed):
        day = agenda.day_of(stored, moment.today)
        return [_due(moment, stored, day, doubt=doubt)] if day else []
    return _kept_back(moment, first, verdict.rules, quote=_as_reported(entries) if isinstance(verdict, Alarm) else "")


def decided(moment: Moment, on: date) -> None:
    """The person goes on with the plan, knowing what kept the step back: the step of that day is not judged again.

    Whatever the prescriber was to be asked counts as answered; an effect reported later makes it judged all the same.
    """
    _remember(moment, on)
    if _awaits(moment):
        detail = {"rule": "prescriber-decides", AWAITS: False}
        moment.unit.entries.add(moment.person.id, "acknowledgement", moment.now, detail, moment.now)


def await_prescriber(moment: Moment, code: str) -> None:
    """Something was asked that only the prescriber may answer: no step up is shown before the person says that they have."""
    detail = {"code": code, "level": Level.consult.name, AWAITS: True}
    moment.unit.entries.add(moment.person.id, "finding", moment.now, detail, moment.now)


def keep_missed_days(moment: Moment, *, first: date, last: date) -> None:
    """Keep whole days as missed, each once, but for those on which something was logged as taken. A step that follows them waits."""
    days = [first + offset * ONE_DAY for offset in range(min((last - first).days + 1, LONGEST_STEP))]
    for day in days:
        known = agenda.entries_on(moment, day, ("missed",))
        if agenda.taken_for(moment, day) or any(entry.detail.get("day") == day.isoformat() for entry in known):
            continue
        detail = {"slot": "", "day": day.isoformat()}
        moment.unit.entries.add(moment.person.id, "missed", moment.instant(day, time(12)), detail, moment.now)


def days_without(moment: Moment) -> int:
    """How many whole days were said to be missed since anything was last logged as taken."""
    since, until = moment.now - LONGEST_STEP * ONE_DAY, moment.now + timedelta(seconds=1)
    told = moment.unit.entries.between(moment.person.id, since, until, ("intake", "missed"))
    taken = [entry.at for entry in told if entry.kind == "intake"]
    return sum(bool(entry.detail.get("day")) for entry in told if entry.kind == "missed" and (not taken or entry.at > taken[-1]))


def of_ones_own(moment: Moment, topic: str) -> list[Words]:
    """What a person's own plan adds to a question about staying, going down or going up again: dates and months, never an amount.

    The decisions are the core's (`consolidation`, `slow-decrease`, `relapse`); how much is the prescriber's.
    """
    if topic == "relapse":
        return [say("own.relapse")]
    stored = moment.unit.plans.current(moment.person.id)
    day = agenda.day_of(stored, moment.today)
    began = agenda.step_began(stored, moment.today, at_most=10 * LONGEST_STEP)
    if stored is None or day is None or began is None or day.total_mg == 0 or agenda.frozen(moment):
        return []
    if topic == "consolidation":
        kept = consolidation(reached_on=began, on=moment.today)
        return [say("own.consolidation", since=on_day(began), months=kept.value.months)]
    unit = max(stored.plan.tablets_mg)
    verdict = maintenance_decrease(day.total_mg, on=moment.today, last_change=began, tablet_mg=unit)
    too_soon = isinstance(verdict, Withheld) and verdict.rules == ("slow-decrease",)
    return [say("own.decrease-soon" if too_soon else "own.decrease", since=on_day(began))]


def with_notices(moment: Moment, stored: StoredPlan, day: PlanDay) -> tuple[list[Words], list[str]]:
    """The words of a day, and what its total calls for, said once (rule `specialist-above-80`)."""
    told, withheld = day_words(moment, stored, day)
    words, rules = [told], [rule for rule in day.notices if rule == "specialist-above-80"]
    if withheld:
        return words, [*withheld]
    if rules and not _is_acknowledged(moment, "specialist-above-80"):
        words.append(say("rule.specialist-above-80"))
        moment.unit.entries.add(moment.person.id, "acknowledgement", moment.now, {"rule": "specialist-above-80"}, moment.now)
    return words, rules


def on_a_new_step(moment: Moment, effects: Sequence[str], severity: float | None, *, quote: str) -> list[Reply]:
    """Restlessness or sleeplessness on a new step, under a plan whose table has the rule: a human today, the rule quoted (case 25).

    Nothing is applied: the table's own answer is for the prescriber to confirm.
    """
    stored = moment.unit.plans.current(moment.person.id)
    bothers = severity is None or severity >= BOTHERSOME_FROM
    if stored is None or not stored.plan.step_back_rule or not bothers or not STEP_BACK_FINDINGS & set(effects):
        return []
    day = agenda.day_of(stored, moment.today)
    lasts = max(day.step.days or 0, STEP_BACK_DAYS) if day else 0
    back = step_back(stored.plan, on=moment.today)
    if not isinstance(back, Allowed) or agenda.step_began(stored, moment.today, at_most=lasts - 1) is None:
        return []
    raised = escalation.raise_case(moment, Sign(level=Level.urgent, red=False, codes=(NOT_BORNE,), quote=quote))
    words = [say("orange.not-borne"), escalation.who_knows(raised)]
    if not agenda.frozen(moment):
        retry = back.value.retry_on
        until = nested("step.back.retry", on=on_day(retry)) if retry else nested("step.back.no-retry")
        words.insert(1, say("step.back.quoted", quoted=nested("source.S000"), dose=mg(back.value.to_mg), until=until))
    rules = (*back.rules, "prescriber-decides", *escalation.told_rules(raised))
    return [moment.reply(*words, offers=choices("talk-to-human"), rules=rules, level=Level.urgent), *raised.replies]


def _judge(moment: Moment, stored: StoredPlan, first: date, entries: Sequence[Entry]) -> tuple[Decision[PlanDay], tuple[str, ...]]:
    """The verdict on a step, as of its first day; and the rules of the doubt when the log is silent on how the last one was followed."""
    awaiting = _awaits(moment)
    now = moment.now if first == moment.today else min(moment.now, moment.instant(first, time(12)))
    by_log = may_step_by_log(stored.plan, entries, now=now, zone=moment.zone, awaiting_prescriber=awaiting)
    if isinstance(by_log, (Allowed, Alarm)) or by_log.rules[0] not in UNKNOWN:
        return by_log, ()
    # What the log does tell, effects and whole days missed, counts all the same.
    effects = [_effect(moment, entry) for entry in entries if entry.kind == "side_effect"]
    missed = sum(bool(entry.detail.get("day")) for entry in entries if entry.kind == "missed")
    told = may_step(stored.plan, on=first, effects=effects, awaiting_prescriber=awaiting, whole_days_missed=missed)
    return told, by_log.rules if moment.now - stored.confirmed_at > SILENT_FOR else ()


def _effect(moment: Moment, entry: Entry) -> Effect:
    return Effect(str(entry.detail["finding"]), moment.local(entry.at).date(), entry.detail.get("severity"))


def _entries_since_the_last_step(moment: Moment, stored: StoredPlan, first: date) -> Sequence[Entry]:
    before = agenda.step_began(stored, first - ONE_DAY, at_most=LONGEST_STEP) or first - LONGEST_STEP * ONE_DAY
    since = moment.instant(min(before, first - STEP_BACK_DAYS * ONE_DAY), time(0))
    until = moment.now if first == moment.today else min(moment.now, moment.instant(first, time(12)))
    return moment.unit.entries.between(moment.person.id, since, until + timedelta(seconds=1), ("intake", "missed", "side_effect"))


def _due(moment: Moment, stored: StoredPlan, day: PlanDay, *, doubt: tuple[str, ...]) -> Reply:
    words, notices = with_notices(moment, stored, day)
    doubts = [say("step.log-is-silent")] if doubt else []
    rules = ("step-due", "step-not-shortened", *notices, *doubt)
    offers = choices("step-up", "hold", about=moment.today.isoformat())
    return moment.reply(say("step.due"), *words, *doubts, say("step.or-hold"), offers=offers, rules=rules, kind="notice")


def _kept_back(moment: Moment, first: date, rules: tuple[str, ...], *, quote: str) -> list[Reply]:
    """The step waits. Once something of it was taken, today stays what it has begun to be, and nothing goes further.

    `quote`: the effects for which a human is told, "" when none needs to be.
    """
    since = _first_to_hold(moment, first)
    agenda.hold_for_person(moment, since=since)
    stored = moment.unit.plans.current(moment.person.id)
    day = agenda.day_of(stored, moment.today)
    kept = "step.kept" if since <= moment.today else "step.kept-begun"
    words = [say(kept), say(REASONS.get(rules[0], OTHER_REASON))]
    about = moment.today.isoformat()
    rules = tuple(dict.fromkeys((*rules, "hold-side-effect")))
    if stored is not None and day is not None:
        told, withheld = day_words(moment, stored, day)
        words.append(told)
        rules = (*rules, *withheld)
    if not quote:
        return [moment.reply(*words, offers=choices("step-up", "talk-to-human", about=about), rules=rules, kind="notice")]
    raised = escalation.raise_case(moment, Sign(level=Level.urgent, red=False, codes=(NOT_BORNE,), quote=quote))
    if stored is not None and stored.plan.step_back_rule:
        words.append(say("rule.step-back-7-days", quoted=nested("source.S000")))
    words.append(escalation.who_knows(raised))
    rules = (*rules, "prescriber-decides", *escalation.told_rules(raised))
    offers = choices("talk-to-human", about=about)
    return [moment.reply(*words, offers=offers, rules=rules, level=Level.urgent, kind="notice"), *raised.replies]


def _as_reported(entries: Sequence[Entry]) -> str:
    """The effects of the table's rule as they were reported, for the humans who are told."""
    felt = [entry.detail for entry in entries if entry.kind == "side_effect" and entry.detail["finding"] in STEP_BACK_FINDINGS]
    return ", ".join(f"{each['finding']} {'?' if each.get('severity') is None else format(each['severity'], 'g')}/10" for each in felt)


def _first_to_hold(moment: Moment, first: date) -> date:
    """The first day of the step, unless something of it was taken since: then tomorrow."""
    days = [first + ago * ONE_DAY for ago in range((moment.today - first).days + 1)]
    return moment.today + ONE_DAY if any(agenda.taken_for(moment, day) for day in days) else first


def _remember(moment: Moment, first: date) -> None:
    detail = {"rule": "step-due", "day": first.isoformat()}
    moment.unit.entries.add(moment.person.id, "acknowledgement", moment.now, detail, moment.now)


def _is_told(moment: Moment, stored: StoredPlan, first: date) -> bool:
    """Whether the step was judged already, needs no judging, or was read back by the person when they gave the plan."""
    day = agenda.day_of(stored, first)
    if day is None or day.step_index == 0 or first <= moment.local(stored.confirmed_at).date():
        return True
    begin_of_day = moment.instant(first, time(0))
    since, until = begin_of_day - 2 * ONE_DAY, moment.now + timedelta(seconds=1)
    shown = moment.unit.entries.between(moment.person.id, since, until, ("acknowledgement", "side_effect"))
    told = [each.recorded_at for each in shown if each.detail.get("rule") == "step-due" and each.detail["day"] == first.isoformat()]
    return bool(told) and not _worse_since(shown, told[-1], before=begin_of_day)


def _worse_since(entries: Sequence[Entry], decided_at: datetime, *, before: datetime) -> bool:
    """Whether an effect was reported between a decision made the day before and the day itself."""
    return decided_at < before and any(entry.kind == "side_effect" and entry.recorded_at > decided_at for entry in entries)


def _awaits(moment: Moment) -> bool:
    since, until = moment.now - LONGEST_STEP * ONE_DAY, moment.now + timedelta(seconds=1)
    shown = moment.unit.entries.between(moment.person.id, since, until, ("finding", "acknowledgement"))
    marks = [bool(entry.detail[AWAITS]) for entry in shown if AWAITS in entry.detail]
    return bool(marks) and marks[-1]


def _is_acknowledged(moment: Moment, rule: str) -> bool:
    return any(entry.detail.get("rule") == rule for entry in moment.acknowledged(moment.now - timedelta(days=3650)))
