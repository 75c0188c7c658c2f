"""An intake is judged, kept and read back; humans hear of it when it is more than planned. Shared by use cases; it imports none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.core.decision import Alarm, Withheld
from bot.core.entry import Entry
from bot.core.intake import Taken, judge_intake
from bot.core.levels import Level
from bot.handlers import agenda, escalation, memory, top_up
from bot.handlers.answer import close_own
from bot.handlers.danger_words import POISONING, SAFETY_FORM, red_reply
from bot.handlers.escalation import Raised, Sign
from bot.handlers.turn import Turn, choices, mg, moment, nested, numbers_of, say
from bot.messages import Choice, Json, Reply, Urgency, Words

FORM = "intake"
TOP_UP = "top-up"
"""What stands for the slot of an intake that is the plan's extra tablet, until it is logged."""

JUST_NOW = timedelta(minutes=45)
"""A tap that comes later than this after its slot is read back with the planned hour as an alternative."""


def record(turn: Turn, *, amount: float, at: datetime, slot: str, assumed: Sequence[str], sure: bool = False) -> list[Reply]:
    """Judge an intake, log it, read it back; tell humans when it is more than planned. `sure`: not a duplicate, says the person.

    `slot` is TOP_UP for the plan's extra tablet: it answers no planned intake, and adds what the plan allows to the day.
    """
    planned = agenda.parse_slot(slot)  # an intake of bedtime that is taken past midnight is of the day before
    day = (planned or turn.local(at)).date()
    stored = turn.unit.plans.current(turn.person.id)
    laid, extra = agenda.day_of(stored, day), slot == TOP_UP
    verdict = judge_intake(
        mg=amount,
        at=at,
        today=_taken_on(turn, day),
        day_before=_taken_on(turn, day - timedelta(days=1)) + (_taken_on(turn, day + timedelta(days=1)) if planned else []),
        plan_total_mg=laid.total_mg if laid else None,
        top_up_mg=round(agenda.top_up_mg(turn, stored, day, one_more_mg=amount if extra else 0)) if laid and laid.total_mg else 0,
        surely_another=sure,
    )
    if isinstance(verdict, Withheld):
        token = turn.open_form(FORM, "duplicate", amount=amount, at=at.isoformat(), slot=slot, assumed=list(assumed))
        words = say("intake.twice") if agenda.frozen(turn) else say("rule.duplicate-entry", dose=mg(amount))
        return [turn.reply(words, offers=choices("yes", "no", about=token), rules=verdict.rules)]
    _is_not_missed(turn, slot)
    detail = {"dose_mg": amount, "slot": "" if extra else slot, "assumed": list(assumed), **({"top_up": True} if extra else {})}
    entry = turn.unit.entries.add(turn.person.id, "intake", at, detail, turn.now)
    close_own(turn, FORM)
    if isinstance(verdict, Alarm):
        return _alarm(turn, entry, verdict)
    return [_echo(turn, entry, day=day, day_total=verdict.value.mg, planned=laid.total_mg if laid else None)]


def _is_not_missed(turn: Turn, slot: str) -> None:
    """It was taken after all: what was noted as missed is undone."""
    planned = agenda.parse_slot(slot)
    told = agenda.entry_of_slot(turn, planned, slot) if planned else None
    if told is not None and told.kind == "missed":
        turn.unit.entries.undo(told.id, turn.now)


def _taken_on(turn: Turn, day: date) -> list[Taken]:
    return [Taken(entry.at, entry.detail.get("dose_mg")) for entry in agenda.taken_for(turn, day)]


def _noted(turn: Turn, entry: Entry) -> Words:
    """What was understood, with its absolute day and hour; whatever was filled in is marked as such. No amount in a freeze."""
    if agenda.frozen(turn):
        return say("intake.noted-plain", at=moment(turn.local(entry.at)))
    filled_in: list[Json] = [
        nested(f"intake.assumed.{what}")
        for what in ("dose", "dose_mg", "tablets", "strength", "at", "hour")
        if what in entry.detail["assumed"]
    ]
    assumed: Json = nested("intake.assumed", what={"all": filled_in}) if filled_in else ""
    key = "intake.noted-top-up" if entry.detail.get("top_up") else "intake.noted"
    return say(key, dose=mg(float(entry.detail["dose_mg"])), at=moment(turn.local(entry.at)), assumed=assumed)


def _echo(turn: Turn, entry: Entry, *, day: date, day_total: float, planned: int | None) -> Reply:
    words = [_noted(turn, entry)]
    if day == turn.today and planned is not None and turn.unit.cases.open_for(turn.person.id) is None:
        words.append(say("intake.day-total", total=mg(day_total), planned=mg(planned)))
    rules = top_up.passed(turn, entry)
    if rules:
        words.append(say("withheld.top-up-used"))
    offers = [Choice("undo", str(entry.id))]
    slot = agenda.parse_slot(str(entry.detail.get("slot", "")))
    if slot is not None and turn.local(entry.at).replace(tzinfo=None) - slot > JUST_NOW:
        offers.append(Choice("taken-earlier", f"{entry.detail['slot']}"))
    return turn.reply(*words, offers=tuple(offers), rules=rules)


def _alarm(turn: Turn, entry: Entry, verdict: Alarm) -> list[Reply]:
    red = verdict.level is Level.emergency
    quote = turn.text or f"{entry.detail['dose_mg']:g} mg"
    raised = escalation.raise_case(turn, Sign(level=verdict.level, red=red, codes=("overdose" if red else "dose_excess",), quote=quote))
    if red:
        return [_red(turn, entry, verdict, raised), *raised.replies]
    words = [_noted(turn, entry)]
    if not raised.same_message:  # else the words of the same excess were already answered: only the log is added
        numbers = numbers_of(turn.person.country)
        words += [say("orange.excess"), say("orange.if-worse", emergency=numbers["emergency"]), escalation.who_knows(raised)]
    rules = dict.fromkeys((*verdict.rules, "never-double", "emergency-number", *escalation.told_rules(raised)))
    offers = (Choice("undo", str(entry.id)), Choice("talk-to-human"))
    return [turn.reply(*words, offers=offers, rules=tuple(rules), level=verdict.level, urgency=Urgency.urgent), *raised.replies]


def _red(turn: Turn, entry: Entry, verdict: Alarm, raised: Raised) -> Reply:
    """The words of any other poisoning, with the question that they end with. Undoing a slip of the thumb corrects the log; the case
    stays for a human to close."""
    memory.note_said(turn, f"{POISONING}:self")
    turn.open_form(SAFETY_FORM, POISONING, who="self")
    told, told_rules = escalation.who_knows(raised), escalation.told_rules(raised)
    reply = red_reply(turn.person, block=POISONING, level=verdict.level, about_other=False, told=told, told_rules=told_rules)
    return replace(
        reply, choices=(*reply.choices, Choice("undo", str(entry.id))), rules=tuple(dict.fromkeys((*verdict.rules, *reply.rules)))
    )
