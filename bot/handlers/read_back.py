"""What words told that are not surely understood, read back before anything is noted: one yes notes the whole. Shared; it imports no
use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.core.limits import CEILING_DAY_MG
from bot.core.meaning import Act
from bot.handlers import agenda
from bot.handlers.hours import bounds
from bot.handlers.offers import TOLD, WAITS, as_said, kept_words, of_this, offered
from bot.handlers.turn import Turn, mg, moment, nested, on_day, say
from bot.messages import Json, Reply
from bot.ports import Dialogue

_CONTRARY = frozenset({"log_intake", "log_missed"})
HIGHEST_SCORE = 10
_TO_COME = timedelta(minutes=5)


def asked(turn: Turn, others: Sequence[str]) -> Reply | None:
    """What is doubtful in the message, read back; `others` (intents, topics of answers) are offered beside it.

    None where it does not only tell what may be noted, where nothing of it can be said back, and in a freeze, which names no amount.
    """
    told = [described(turn, act) for act in turn.meaning.acts]
    intents = {act.intent for act in turn.meaning.acts}
    if not all(told) or turn.meaning.question or intents >= _CONTRARY:
        return None
    rest = [each for each in others if each not in intents]
    waits = "log_intake" in intents
    return of_this(turn, say("read-back", what={"all": told}), [TOLD, *rest], **({WAITS: True} if waits else {}))


def asked_again(turn: Turn, dialogue: Dialogue) -> list[Reply]:
    """An intake that was said back, and then something else was said: asked once more, so that it is not lost. Not beside news of the
    same kind, nor in a freeze."""
    told = as_said(turn, dialogue).meaning.acts
    what = [described(turn, act) for act in told]
    turn.close_form()
    if not all(what) or {act.intent for act in told} & {act.intent for act in turn.meaning.acts}:
        return []
    kept = {name: value for name, value in dialogue.answers.items() if name not in ("offers", WAITS)}
    return [offered(turn, say("read-back.still", what={"all": what}), [TOLD], **kept)]


def completed(turn: Turn, dialogue: Dialogue) -> Turn | None:
    """A lone number after an effect or a craving was said back without its strength: yes, and so strong. None for any other words."""
    number = turn.reader.number(turn.text, turn.meaning.language) if turn.says("number_alone") else None
    if TOLD not in dialogue.answers.get("offers", ()) or number is None or not 0 <= number <= HIGHEST_SCORE:
        return None
    again = kept_words(turn, dialogue)
    acts = tuple(_so_strong(act, number) for act in again.meaning.acts)
    return replace(again, meaning=replace(again.meaning, acts=acts)) if acts != again.meaning.acts else None


def _so_strong(act: Act, number: float) -> Act:
    name = {"log_side_effect": "severity", "log_craving": "craving"}.get(act.intent)
    return act if name is None or act.slots.get(name) is not None else replace(act, slots={**act.slots, name: number})


def described(turn: Turn, act: Act) -> Json | None:
    """One thing that was told, in words; None for what is not noted, or of an hour to come; and in a freeze, which names no amount."""
    describe = _DESCRIBED.get(act.intent)
    return describe(turn, act.slots) if describe is not None and not agenda.frozen(turn) else None


def drink(one: Mapping[str, Any]) -> Json:
    """One drink in words: what it was in, or what it was, or both; a number only when one was said."""
    unit, kind = one.get("unit", ""), one.get("kind", "")
    name = nested(f"drink.{kind or unit or 'other'}")
    if unit and kind:
        name = nested("drink.in", unit=nested(f"drink.{unit}"), kind=name)
    counted = "drink.measured" if unit in _MEASURES else "drink.several"
    return nested(counted, count=one["count"], name=name) if "count" in one else name


_MEASURES = frozenset({"litre", "centilitre", "ounce"})


def _intake(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    each = slots.get("doses") or [slots]
    told = [_one_intake(turn, one) for one in each]
    return {"all": told} if all(told) else None


def _one_intake(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    said = slots.get("dose_mg", slots.get("mg"))
    if _is_to_come(turn, slots) or (said is not None and not 0 < said <= CEILING_DAY_MG):
        return None
    dose: Json = ""
    if said is not None:
        dose = nested("read-back.of", dose=mg(float(said)))
    elif slots.get("tablets") is not None:
        dose = nested("read-back.of-tablets", count=slots["tablets"])
    elif slots.get("in_part"):
        dose = nested("read-back.of-part")
    elif turn.unit.plans.current(turn.person.id) is not None:
        dose = nested("read-back.of-plan")
    return nested("read-back.intake", dose=dose, at=_at(turn, slots))


def _missed(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    return None if slots.get("since") else nested("read-back.missed", at=_at(turn, slots))


def _drunk(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    drinks = slots.get("drinks", ())
    if not drinks or slots.get("since"):
        return None
    if not any(one.get("count", 1) for one in drinks):
        return nested("read-back.none-drunk", at=_at(turn, slots))
    return nested("read-back.drunk", what={"all": [drink(one) for one in drinks]}, at=_at(turn, slots))


def _felt(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    effects = slots.get("effects", ())
    if not effects or slots.get("over"):
        return None
    names: Json = {"all": [{"finding": str(effect)} for effect in effects]}
    return nested("read-back.felt", effects=names, score=_score(slots.get("severity")), at=_at(turn, slots))


def _craving(turn: Turn, slots: Mapping[str, Any]) -> Json | None:
    return None if slots.get("fewer") else nested("read-back.craving", score=_score(slots.get("craving")), at=_at(turn, slots))


def _score(score: object) -> Json:
    return nested("read-back.score", score=float(str(score))) if score is not None else ""


def _at(turn: Turn, slots: Mapping[str, Any]) -> Json:
    """The day, or the day and hour, that was said; nothing where none was, or it is still to come."""
    said = slots.get("at") or slots.get("planned_at")
    if not isinstance(said, str) or _is_to_come(turn, slots):
        return ""
    return nested("read-back.at", at=moment(datetime.fromisoformat(said)) if "T" in said else on_day(date.fromisoformat(said)))


def _is_to_come(turn: Turn, slots: Mapping[str, Any]) -> bool:
    said, now = slots.get("at"), turn.local(turn.said_at).replace(tzinfo=None)
    if not isinstance(said, str):
        return False
    if "T" not in said:
        day = date.fromisoformat(said)
        hours = bounds(turn, day, str(slots.get("part", "")))
        return (hours[0] if hours else datetime.combine(day, time(0))) > now
    return datetime.fromisoformat(said).replace(tzinfo=None) > now + _TO_COME


_DESCRIBED: Mapping[str, Callable[[Turn, Mapping[str, Any]], Json | None]] = {
    "log_intake": _intake,
    "log_missed": _missed,
    "log_drink": _drunk,
    "log_side_effect": _felt,
    "log_craving": _craving,
}
