"""Questions that the sources answer, or do not. The prescriber's questions stay the prescriber's."""

from __future__ import annotations

from datetime import date, datetime

from bot.core.decision import Alarm, Allowed
from bot.core.levels import Level
from bot.core.limits import CEILING_DAY_MG
from bot.core.meaning import QUESTIONS, Act
from bot.core.taper import judge_stop
from bot.handlers import agenda, escalation, steps, top_up
from bot.handlers.escalation import Sign
from bot.handlers.offers import FORM, TOPIC, beside, kept_words, topics_of
from bot.handlers.turn import Turn, choices, emergency_of, moment, say
from bot.knowledge.facts import fact, facts
from bot.knowledge.findings import finding_words, findings
from bot.knowledge.substances import substance, substance_name, substances
from bot.messages import Json, Reply, Words

ASK_A_HUMAN = frozenset({"how_much", "top_up", "interaction", "serious_effects", "psychiatric_history"})
OF_ONES_OWN = frozenset({"consolidation", "decrease", "relapse"})
"""Topics to which the person's own plan adds something."""

MOST_EFFECTS = 2


def ask(turn: Turn) -> list[Reply]:
    """A general or safety question: the sourced answer to its topic, else an honest "the sources do not say"."""
    if turn.slots.get("topics"):
        return [beside(turn, say("which-question"), topics_of(turn))]
    return _answers(turn, str(turn.slots.get("topic") or ""))


def _answers(turn: Turn, topic: str) -> list[Reply]:
    if topic == "missed_dose":
        return [_missed_dose(turn)]
    if topic == "days_missed" and not turn.slots.get("supposed"):
        return _days_missed(turn)
    named = [str(name) for name in turn.slots.get("substances", ()) if name in substances()]
    if named and topic in ("", "interaction", "alcohol"):
        return [_interaction(turn, named)]
    condition = _condition(topic)
    if condition:
        # What makes baclofen more dangerous for somebody keeps the next step until the prescriber has spoken.
        steps.await_prescriber(turn, condition)
    if topic in OF_ONES_OWN:
        return [_answer(turn, topic, *steps.of_ones_own(turn, topic))]
    stored = turn.unit.plans.current(turn.person.id)
    if topic == "top_up" and stored is not None and top_up.planned(stored):
        return [top_up.asked(turn, stored)]
    if topic == "side_effects":
        return [_answer(turn, topic, *_of_the_effects(turn))]
    return [_answer(turn, topic if topic in facts() else "unknown")]


def chosen(turn: Turn) -> list[Reply]:
    """The answer that was meant, of those on offer. The words that asked are read again: they say what else it is about.

    A button of another day answers, and no more: it raises nothing, and withholds nothing.
    """
    topic, dialogue = turn.press.choice.removeprefix(TOPIC), turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or dialogue.token != turn.press.about:
        return [_answer(turn, topic)]
    again = kept_words(turn, dialogue)
    slots = next((act.slots for act in again.meaning.acts if act.intent in QUESTIONS), {})
    kept = {name: value for name, value in slots.items() if name != "topics"}
    return _answers(again.serving(Act("ask_info", {**kept, "topic": topic})).pressing(""), topic)


def _condition(topic: str) -> str:
    """The rule of the condition that an answer is about, "" when it is about none."""
    held = facts().get(topic)
    return held.condition if held else ""


def _of_the_effects(turn: Turn) -> tuple[Words, ...]:
    """What may be said of the effects that the question names, before what holds for all of them."""
    named = [str(name) for name in turn.slots.get("effects", ()) if name in findings()]
    return tuple(say("text", text=finding_words(name, turn.person.language)) for name in named[:MOST_EFFECTS])


def _days_missed(turn: Turn) -> list[Reply]:
    """A whole day or more without: nothing tells at what dose to go on; a human hears of it today (case 45, rule `day-missed`)."""
    words = fact("days_missed", turn.person.language)
    steps.await_prescriber(turn, "day-missed")
    since = turn.slots.get("since")
    if since:
        steps.keep_missed_days(turn, first=date.fromisoformat(str(since)[:10]) + agenda.ONE_DAY, last=turn.today - agenda.ONE_DAY)
    raised = escalation.raise_case(turn, Sign(level=Level.urgent, red=False, codes=("abrupt_stop",), quote=turn.text))
    worse = say("orange.if-worse", emergency=emergency_of(turn.person.country))
    reply = turn.reply(
        say("text", text=words.text),
        worse,
        escalation.who_knows(raised),
        offers=choices("talk-to-human"),
        rules=tuple(dict.fromkeys((*words.rules, "emergency-number", *escalation.told_rules(raised)))),
        level=Level.urgent,
    )
    return [reply, *raised.replies]


def _interaction(turn: Turn, named: list[str]) -> Reply:
    """What the sources say of the substances named: the rule of each, and the prescriber or pharmacist before anything."""
    held = [substance(name) for name in named]
    worst_rule = max(held, key=lambda one: one.level)
    # Asking about a drink is answered; asking about a medicine keeps the next step until the prescriber has spoken.
    if worst_rule.level >= Level.consult and worst_rule.rule != "interaction-alcohol":
        steps.await_prescriber(turn, worst_rule.rule)
    names = ", ".join(dict.fromkeys(substance_name(name, turn.person.language) for name in named))
    said = [say(f"interaction.{rule.removeprefix('interaction-')}") for rule in dict.fromkeys(one.rule for one in held)]
    return turn.reply(
        say("interaction.named", substances=names),
        *said,
        say("interaction.ask"),
        offers=choices("talk-to-human"),
        rules=tuple(dict.fromkeys((*(one.rule for one in held), "prescriber-decides"))),
        level=max(one.level for one in held),
    )


def stop_treatment(turn: Turn) -> list[Reply]:
    """Wishing to stop is heard; stopping abruptly is dangerous, and the way down is the prescriber's."""
    words = fact("stopping", turn.person.language)
    minutes = turn.slots.get("duration_min")
    day = agenda.day_of(turn.unit.plans.current(turn.person.id), turn.today)
    verdict = judge_stop(current_mg=day.total_mg if day else CEILING_DAY_MG, days=round(minutes / 1440)) if minutes else None
    rules = tuple(dict.fromkeys(("never-stop-abruptly", "prescriber-decides", *(verdict.rules if verdict else ()), *words.rules)))
    said = [say("stop.heard"), say("text", text=words.text)]
    if not isinstance(verdict, Alarm):
        return [turn.reply(*said, offers=choices("talk-to-human"), rules=rules, level=Level.consult)]
    # Faster than every source: a human today, in the ordinary queue.
    raised = escalation.raise_case(turn, Sign(level=verdict.level, red=False, codes=("abrupt_stop",), quote=turn.text))
    said += [say("orange.if-worse", emergency=emergency_of(turn.person.country)), escalation.who_knows(raised)]
    told = (*rules, "emergency-number", *escalation.told_rules(raised))
    return [turn.reply(*said, offers=choices("talk-to-human"), rules=told, level=verdict.level), *raised.replies]


def _answer(turn: Turn, topic: str, *before: Words) -> Reply:
    words = fact(topic, turn.person.language)
    human = topic in ASK_A_HUMAN or "unknown-fact" in words.rules
    sources = [say("sources", sources=", ".join(dict.fromkeys(words.sources)))] if words.sources else []
    offers = choices("talk-to-human") if human else ()
    if topic == "under_18":
        offers = (*offers, *choices("erase"))
    level = Level.consult if _condition(topic) else Level.none
    return turn.reply(*before, say("text", text=words.text), *sources, offers=offers, rules=tuple(words.rules), level=level)


def _missed_dose(turn: Turn) -> Reply:
    """The general leaflet rule, worked out on the plan's own hours where they are known."""
    stored = turn.unit.plans.current(turn.person.id)
    said = turn.slots.get("planned_at") or turn.slots.get("at")
    missed = datetime.fromisoformat(said) if said and "T" in said else None
    then = _then(turn)
    begun = agenda.begun_slots(turn, stored) if then and missed is None else []
    missed_at = begun[-1].at if begun else min(turn.instant(missed.date(), missed.time()) if missed else turn.now, turn.now)
    coming, verdict = agenda.next_slot(turn, stored), agenda.may_be_late(turn, stored, missed_at, at=then)
    if coming is None or verdict is None:
        return _answer(turn, "missed_dose")
    key = "rule.late-intake-ok" if isinstance(verdict, Allowed) else "rule.late-intake-skip"
    following: Json = moment(datetime.combine(coming.day, coming.dose.at))
    words = (
        say("rule.never-double"),
        say(f"{key}-then", then=moment(turn.local(then)), next=following, dose="") if then else say(key, next=following, dose=""),
        say("rule.leaflet-label"),
    )
    return turn.reply(*words, rules=tuple(dict.fromkeys((*verdict.rules, "never-double"))))


def _then(turn: Turn) -> datetime | None:
    """The hour still to come at which they say that it could be taken."""
    said = str(turn.slots.get("later", ""))
    local = datetime.fromisoformat(said) if "T" in said else None
    at = turn.instant(local.date(), local.time()) if local else None
    return at if at is not None and at > turn.now else None
