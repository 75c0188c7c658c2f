"""Side effects: named, rated, kept; what the sources say about living with them, never a change of dose."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.core.levels import Level
from bot.core.stepping import BOTHERSOME_FROM
from bot.handlers import agenda, steps
from bot.handlers.answer import AMOUNTS, says_only, tells_a_time
from bot.handlers.hours import told_of
from bot.handlers.turn import Turn, choices, moment, on_day, say
from bot.knowledge.findings import finding, finding_words
from bot.messages import Choice, Json, Reply, Words
from bot.ports import Dialogue

FORM = "severity"
SCALE = tuple(f"severity-{score}" for score in range(11))
JUST_NOW = timedelta(minutes=5)
"""What was felt so shortly before the words is of now, and read back without its hour."""


def log_side_effect(turn: Turn) -> list[Reply]:
    """Log one or more effects; ask how strong when it was not said. What is over is heard, and no entry of today."""
    effects = [str(effect) for effect in turn.slots.get("effects", ())]
    if not effects:
        return [turn.reply(say("effect.which"))]
    if turn.slots.get("over"):
        return [turn.reply(say("effect.over", effects={"all": [{"finding": effect} for effect in effects]}))]
    severity = turn.slots.get("severity")
    said = turn.slots.get("at") or turn.slots.get("since")
    at = _instant(turn, said)
    ids = []
    for effect in effects:
        detail = {"finding": effect, "severity": severity, "since": turn.slots.get("since", ""), "on": _on(turn, said)}
        ids.append(turn.unit.entries.add(turn.person.id, "side_effect", at, detail, turn.now).id)
    # An effect whose strength was not said counts: the human hears of it now, the strength is asked all the same.
    urgent = steps.on_a_new_step(turn, effects, None if severity is None else float(severity), quote=turn.text)
    if severity is None:
        token = turn.open_form(FORM, "score", effects=effects, entries=ids, at=at.isoformat(), on=_on(turn, said))
        names: list[Json] = [{"finding": effect} for effect in effects]
        return [*urgent, turn.reply(say("effect.how-strong", effects={"all": names}), offers=choices(*SCALE, about=token))]
    return [_noted(turn, effects, float(severity), ids[-1], when=_when(turn, at, _on(turn, said))), *urgent]


def form(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """A severity in words that say nothing else; leaving the form keeps the effect without one."""
    if turn.meaning.intent == "cancel":
        turn.close_form()
        return [turn.reply(say("effect.kept-without"))]
    others = set(map(str, turn.slots.get("effects", ()))) - set(dialogue.answers["effects"])
    if others or AMOUNTS & set(turn.slots) or not says_only(turn, ("log_side_effect", "other")):
        return None
    if "severity" not in turn.slots and tells_a_time(turn):
        return _asked_again(turn, dialogue)
    score = turn.slots.get("severity") if turn.slots.get("severity") is not None else _lone_number(turn)
    if score is None or not 0 <= score <= 10:
        return None
    return _rate(turn, dialogue, float(score))


def _asked_again(turn: Turn, dialogue: Dialogue) -> list[Reply] | None:
    """ "Woke up at three" tells no strength: the scale is shown once more. Words that tell something else, or that come after something
    else, are heard as themselves."""
    if turn.meaning.confidence == "sure" or turn.meaning.intent not in ("log_side_effect", "other") or turn.said_since(dialogue):
        return None
    names: list[Json] = [{"finding": effect} for effect in dialogue.answers["effects"]]
    token = turn.open_form(FORM, "score", **dialogue.answers)
    return [turn.reply(say("effect.how-strong", effects={"all": names}), offers=choices(*SCALE, about=token))]


def press_severity(turn: Turn) -> list[Reply]:
    """A severity by its button."""
    dialogue = turn.unit.dialogues.get(turn.person.id)
    if dialogue is None or dialogue.form != FORM or turn.press.about != dialogue.token:
        return [turn.reply(say("form.over"))]
    return _rate(turn, dialogue, float(turn.press.choice.removeprefix("severity-")))


def corrected(turn: Turn) -> list[Reply]:
    """The last entry with another strength, when it is an effect: the former one is undone and stays readable. Else nothing."""
    last = turn.unit.entries.last(turn.person.id)
    score = turn.slots.get("severity", turn.slots.get("dose_mg") if "dose_mg" in turn.slots.get("assumed", ()) else None)
    if last is None or last.kind != "side_effect" or score is None or not 0 <= score <= 10:
        return []
    effect = str(last.detail["finding"])
    turn.unit.entries.undo(last.id, turn.now)
    on = str(last.detail.get("on", ""))
    detail = {"finding": effect, "severity": score, "on": on}
    entry = turn.unit.entries.add(turn.person.id, "side_effect", last.at, detail, turn.now)
    return [_noted(turn, [effect], float(score), entry.id, when=_when(turn, last.at, on))]


def _lone_number(turn: Turn) -> float | None:
    return turn.reader.number(turn.text, turn.person.language)


def _rate(turn: Turn, dialogue: Dialogue, score: float) -> list[Reply]:
    """The rated entries replace the unrated ones, which stay readable as undone."""
    answers = dialogue.answers
    last, at = 0, datetime.fromisoformat(answers["at"])
    for entry_id, effect in zip(answers["entries"], answers["effects"], strict=True):
        former = turn.unit.entries.get(int(entry_id))
        if former is not None and former.undone_at is None:
            turn.unit.entries.undo(former.id, turn.now)
        last = turn.unit.entries.add(
            turn.person.id, "side_effect", at, {"finding": effect, "severity": score, "on": answers.get("on", "")}, turn.now
        ).id
    turn.close_form()
    return [_noted(turn, answers["effects"], score, last, when=_when(turn, at, str(answers.get("on", ""))))]


def _on(turn: Turn, said: object) -> str:
    """The local day on which it was, when a day or a part of one was told and no hour."""
    return said if isinstance(said, str) and said and "T" not in said and "at" in turn.slots else ""


def _when(turn: Turn, at: datetime, day: str) -> Json:
    """What of another time than now is read back: its day alone where no hour was told."""
    if day:
        return on_day(date.fromisoformat(day))
    return None if turn.said_at - at < JUST_NOW else moment(turn.local(at))


def _noted(turn: Turn, effects: list[str], score: float, entry_id: int, *, when: Json) -> Reply:
    names: Json = {"all": [{"finding": effect} for effect in effects]}
    noted = say("effect.noted", effects=names, score=score) if when is None else say("effect.noted-at", effects=names, score=score, at=when)
    words: list[Words] = [noted]
    words += [say("text", text=finding_words(effect, turn.person.language)) for effect in effects[:2]]
    rules: list[str] = []
    offers: list[Choice] = [Choice("undo", str(entry_id))]
    level = max((finding(effect).level for effect in effects), default=Level.none)
    if level >= Level.consult:
        words.append(say("effect.tell-prescriber"))
    if score >= BOTHERSOME_FROM and agenda.day_of(turn.unit.plans.current(turn.person.id), turn.today) is not None:
        words.append(say("rule.hold-side-effect"))
        offers.append(Choice("hold"))
        rules.append("hold-side-effect")
    return turn.reply(*words, offers=tuple(offers), rules=tuple(rules), level=min(level, Level.consult))


def _instant(turn: Turn, said: object) -> datetime:
    if isinstance(said, str) and "T" in said:
        local = datetime.fromisoformat(said)
        return min(turn.instant(local.date(), local.time()), turn.said_at)
    day = _on(turn, said)
    return told_of(turn, day, str(turn.slots.get("part", ""))) if day else turn.said_at
