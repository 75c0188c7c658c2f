"""Craving and drinks: kept without judgement."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.handlers import top_up
from bot.handlers.answer import AMOUNTS, close_own, says_only
from bot.handlers.turn import Turn, choices, moment, on_day, say
from bot.messages import Choice, Json, Reply
from bot.ports import Dialogue

FORM = "craving"
SCALE = tuple(f"craving-{score}" for score in range(11))
STRONG = 7
STILL_FELT = timedelta(hours=1)
"""How long after it a craving still counts as one of now. [proposal]"""


def log_craving(turn: Turn) -> list[Reply]:
    """A craving, with its strength when it was said; else the scale is offered."""
    score = turn.slots.get("craving")
    if score is None:
        token = turn.open_form(FORM, "score", at=_at(turn).isoformat())
        return [turn.reply(say("craving.how-strong"), offers=choices(*SCALE, about=token))]
    return _keep_craving(turn, float(score), _at(turn))


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """The strength, in words that say nothing else."""
    if turn.meaning.intent == "cancel":
        turn.close_form()
        return [turn.reply(say("form.left"))]
    if not says_only(turn, ("log_craving", "other")) or (AMOUNTS | {"at", "since", "effects"}) & set(turn.slots):
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


def _keep_craving(turn: Turn, score: float, at: datetime) -> list[Reply]:
    entry = turn.unit.entries.add(turn.person.id, "craving", at, {"score": score}, turn.now)
    close_own(turn, FORM)
    words = [say("craving.noted", score=score, at=moment(turn.local(at)))]
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
    """Drinks, in standard drinks when they can be counted; a day without is kept too."""
    standard = turn.slots.get("standard_drinks")
    at = _at(turn)
    detail = {"standard_drinks": standard, "drinks": turn.slots.get("drinks", [])}
    entry = turn.unit.entries.add(turn.person.id, "drink", at, detail, turn.now)
    if standard == 0:
        words = say("drink.none-noted")
    elif standard is None:
        words = say("drink.noted", at=_when(turn, at))
    else:
        words = say("drink.noted-count", count=round(float(standard), 1), at=_when(turn, at))
    return [turn.reply(words, offers=(Choice("undo", str(entry.id)),))]


def _when(turn: Turn, at: datetime) -> Json:
    """The day and hour; the day alone when no hour was said."""
    said = turn.slots.get("at")
    return on_day(turn.local(at).date()) if isinstance(said, str) and "T" not in said else moment(turn.local(at))


def _at(turn: Turn) -> datetime:
    said = turn.slots.get("at")
    if isinstance(said, str) and "T" in said:
        local = datetime.fromisoformat(said)
        at = turn.instant(local.date(), local.time())
        return at if at <= turn.now + timedelta(minutes=5) else turn.now
    if isinstance(said, str):
        day = datetime.fromisoformat(said).date()
        return turn.now if day == turn.today else turn.instant(day, datetime.min.time().replace(hour=12))
    return turn.now
