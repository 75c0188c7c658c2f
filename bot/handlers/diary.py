"""Craving and drinks: kept without judgement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.core.drinks import standard_drinks
from bot.core.entry import Entry
from bot.handlers import top_up
from bot.handlers.answer import AMOUNTS, close_own, says_only, tells_a_time
from bot.handlers.hours import told_of
from bot.handlers.read_back import drink
from bot.handlers.turn import Turn, choices, moment, nested, on_day, say
from bot.knowledge.drinks import measures
from bot.messages import Choice, Json, Reply
from bot.ports import Dialogue
from bot.understanding.pattern import tidy

FORM = "craving"
DRINKS = "drinks"
"""The form of "what, and how much?"."""
SCALE = tuple(f"craving-{score}" for score in range(11))
STRONG = 7
_MANY_DRINKS = 15
PUT_RIGHT = timedelta(hours=12)
"""How far back a drink is looked for that is put right. [proposal]"""
STILL_FELT = timedelta(hours=1)
"""How long after it a craving still counts as one of now. [proposal]"""


def log_craving(turn: Turn) -> list[Reply]:
    """A craving, with its strength when it was said; else the scale is offered. Fewer of them, or none any more, is no craving."""
    score, at = turn.slots.get("craving"), _at(turn)
    if score is None and turn.slots.get("fewer"):
        return [turn.reply(say("craving.fewer"))]
    if score is None:
        token = turn.open_form(FORM, "score", at=at.isoformat())
        return [turn.reply(say("craving.how-strong"), offers=choices(*SCALE, about=token))]
    return _keep_craving(turn, float(score), at, _when(turn, at))


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The strength, in words that say nothing else."""
    if turn.meaning.intent == "cancel":
        turn.close_form()
        return [turn.reply(say("form.left"))]
    if not says_only(turn, ("log_craving", "other")) or (AMOUNTS | {"effects"}) & set(turn.slots) or tells_a_time(turn):
        return None
    said = turn.slots.get("craving")
    score = said if said is not None else turn.reader.number(turn.text, turn.person.language)
    if score is None or not 0 <= score <= 10:
        return None
    return _keep_craving(turn, float(score), datetime.fromisoformat(dialogue.answers["at"]))


def press_craving(turn: Turn) -> list[Reply]:
    """The strength by its button."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or turn.press.about != dialogue.token:
        return [turn.reply(say("form.over"))]
    at = datetime.fromisoformat(dialogue.answers["at"])
    return _keep_craving(turn, float(turn.press.choice.removeprefix("craving-")), at)


def _keep_craving(turn: Turn, score: float, at: datetime, when: Json = None) -> list[Reply]:
    entry = turn.unit.entries.add(turn.person.id, "craving", at, {"score": score}, turn.now)
    close_own(turn, FORM)
    words = [say("craving.noted", score=score, at=when or moment(turn.local(at)))]
    rules: tuple[str, ...] = ()
    offers = [Choice("undo", str(entry.id))]
    if score >= STRONG:
        # No tablet is ever suggested for a craving (rule `top-up-only-if-planned`, conflict C20).
        words.append(say("craving.strong"))
        rules = ("top-up-only-if-planned",)
        offers.append(Choice("talk-to-human"))
    noted = turn.reply(*words, offers=tuple(offers), rules=rules)
    stored = turn.unit.plans.current(turn.person.id)
    lasts = score >= STRONG and turn.now - at < STILL_FELT
    return [noted, top_up.asked(turn, stored)] if stored and lasts and top_up.is_worth_saying(turn, stored) else [noted]


def log_drink(turn: Turn) -> list[Reply]:
    """Drinks as they were said, read back; a day without is kept too."""
    said, standard, at = list(turn.slots.get("drinks", [])), turn.slots.get("standard_drinks"), _at(turn)
    if not said and standard is None:
        # Without a drink or a number nobody knows what was meant, not even that there was one ("had a bad one last night").
        token = turn.open_form(DRINKS, "what", at=at.isoformat(), on=_day_told(turn))
        return [turn.reply(say("drink.what"), offers=choices("drink-none", "drink-unsaid", "cancel", about=token))]
    return [_keep_drinks(turn, said, standard, at, _when(turn, at), since=str(turn.slots.get("since", "")))]


def what_was_drunk(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """What it was, or how many, in words that say nothing else; a no is nothing drunk."""
    if turn.meaning.intent == "cancel" and not turn.says("nothing_at_all"):
        turn.close_form()
        return [turn.reply(say("form.left"))]
    if turn.meaning.intent == "decline" or turn.says("nothing_at_all"):
        return _answered(turn, dialogue, [{"count": 0}])
    said = list(turn.slots.get("drinks", [])) or _counted(turn)
    if not said or tells_a_time(turn) or not says_only(turn, ("log_drink", "other")):
        return None  # with an hour of its own it is heard by itself
    return _answered(turn, dialogue, said)


def press_drinks(turn: Turn) -> list[Reply]:
    """Nothing was drunk, or something that they do not wish to say more about."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != DRINKS or turn.press.about != dialogue.token:
        return [turn.reply(say("form.over"))]
    return _answered(turn, dialogue, [{"count": 0}] if turn.press.choice == "drink-none" else [])


def _answered(turn: Turn, dialogue: Dialogue, said: list[dict[str, Any]]) -> list[Reply]:
    at, on = datetime.fromisoformat(dialogue.answers["at"]), str(dialogue.answers["on"])
    turn.close_form()
    return [_keep_drinks(turn, said, None, at, on_day(date.fromisoformat(on)) if on else moment(turn.local(at)))]


def _counted(turn: Turn) -> list[dict[str, Any]]:
    """A lone number counts drinks, where it was asked what was drunk."""
    count = turn.reader.number(turn.text, turn.person.language) if turn.says("number_alone") else None
    return [{"count": tidy(count)}] if count is not None and 0 <= count < _MANY_DRINKS else []


def _keep_drinks(turn: Turn, said: list[dict[str, Any]], standard: float | None, at: datetime, when: Json, *, since: str = "") -> Reply:
    if standard is None:
        standard = standard_drinks(said, measures())
    entry = turn.unit.entries.add(turn.person.id, "drink", at, {"standard_drinks": standard, "drinks": said}, turn.now)
    counted = [one["count"] for one in said if "count" in one]
    if standard == 0 or (standard is None and counted and not any(counted)):
        words = say("drink.none-noted", when=_none_when(turn, at, since))
    elif said:
        what: Json = {"all": [drink(one) for one in said]}
        words = say("drink.noted-as-said", what=what, at=when)
        if standard is not None and standard != sum(counted):  # a pint or a bottle is no glass: what it comes to is told as an estimate
            words = say("drink.noted-about", what=what, at=when, count=round(float(standard), 1))
    elif standard is None:
        words = say("drink.noted", at=when)
    else:
        words = say("drink.noted-count", count=round(float(standard), 1), at=when)
    return turn.reply(words, offers=(Choice("undo", str(entry.id)),))


def _none_when(turn: Turn, at: datetime, since: str) -> Json:
    """The days without that were told; nothing for today alone."""
    if since:
        return nested("drink.none-since", date=on_day(date.fromisoformat(since[:10])))
    day = turn.local(at).date()
    return nested("drink.none-on", date=on_day(day)) if day != turn.today else ""


def corrected(turn: Turn) -> list[Reply]:
    """The last entry with another number, when it is a craving or a drink: the former one is undone and stays readable. Else nothing."""
    last = (_last_drink(turn) if turn.slots.get("drinks") else None) or turn.unit.entries.last(turn.person.id)
    if last is None or last.kind not in ("craving", "drink"):
        return []
    score = turn.slots.get("severity", turn.slots.get("dose_mg") if "dose_mg" in turn.slots.get("assumed", ()) else None)
    if last.kind == "drink":
        return _drinks_corrected(turn, last, score)
    if score is None or not 0 <= score <= 10:
        return []
    turn.unit.entries.undo(last.id, turn.now)
    return _keep_craving(turn, float(score), last.at)


def _drinks_corrected(turn: Turn, last: Entry, score: float | None) -> list[Reply]:
    """Other drinks, or another number of them; of what was noted in standard drinks alone, the number is of these."""
    said = _instead(last, list(turn.slots.get("drinks", []))) or _recounted(last, score)
    only_counted = last.detail.get("standard_drinks") and not last.detail.get("drinks")
    standard = score if not said and score is not None and score < _MANY_DRINKS and only_counted else None
    if not said and standard is None:
        return []
    turn.unit.entries.undo(last.id, turn.now)
    return [_keep_drinks(turn, list(said), standard, last.at, moment(turn.local(last.at)))]


def _last_drink(turn: Turn) -> Entry | None:
    """What was drunk last, though something else was noted since: "correction: 3 pints", after an intake."""
    told = turn.unit.entries.between(turn.person.id, turn.now - PUT_RIGHT, turn.now + timedelta(seconds=1), ["drink"])
    return told[-1] if told else None


def _instead(last: Entry, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The drinks with the one that was put right: "it was two cans" leaves the glass beside them, and their beer a beer."""
    noted = [dict(one) for one in last.detail.get("drinks") or []]
    if len(said) != 1 or not noted:
        return said
    meant = [one for one in noted if _is_alike(one, said[0])]
    if len(meant) == 1:
        return [{**_kind_of(one), **said[0]} if one is meant[0] else one for one in noted]
    return [{**_kind_of(noted[0]), **said[0]}] if len(noted) == 1 and "unit" in said[0] else said


def _kind_of(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"kind": one["kind"]} if "kind" in one else {}


def _is_alike(noted: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether both are of one unit, and of one kind as far as it was said."""
    return noted.get("unit") == said.get("unit") and said.get("kind") in (None, noted.get("kind"))


def _recounted(last: Entry, count: float | None) -> list[dict[str, Any]]:
    """ "No, only one": the number of the one drink that was noted. A large number is rather of milligrams ("not 20, 25")."""
    said = last.detail.get("drinks") or []
    return [{**said[0], "count": count}] if count is not None and count < _MANY_DRINKS and len(said) == 1 else []


def _when(turn: Turn, at: datetime) -> Json:
    """The day and hour; the day alone when no hour was said."""
    return on_day(turn.local(at).date()) if _day_told(turn) else moment(turn.local(at))


def _day_told(turn: Turn) -> str:
    """The day that was said without an hour."""
    said = turn.slots.get("at")
    return said if isinstance(said, str) and "T" not in said else ""


def _at(turn: Turn) -> datetime:
    said = turn.slots.get("at")
    if isinstance(said, str) and "T" in said:
        local = datetime.fromisoformat(said)
        at = turn.instant(local.date(), local.time())
        return at if at <= turn.now + timedelta(minutes=5) else turn.said_at
    if isinstance(said, str):
        return told_of(turn, said, str(turn.slots.get("part", "")))
    return turn.said_at
