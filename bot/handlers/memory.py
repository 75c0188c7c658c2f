"""What the last days add to the message of this moment: doubts that were asked about, nights without sleep, a stop that was told.

The arithmetic is `bot/core/buildup.py`; here the log is read for it, and a doubt is kept so that the next one can be joined to it.
Which words about danger were said last stands here too: they are not said twice within the hour, and what follows is an answer to them.
"""

from __future__ import annotations

from datetime import timedelta

from bot.core.buildup import MEMORY, RULE, Doubt, Sum, doubts_add_up, nights_add_up, stop_adds_up
from bot.core.flags import Flag, Screening, Subject
from bot.core.levels import Level
from bot.handlers.turn import Turn

A_MOMENT = timedelta(microseconds=1)
SLEEPLESS = "insomnia"
STOP = "abrupt_stop"
RAISED_ENERGY = frozenset({"hypomania", "mania"})


def with_the_past(turn: Turn) -> Screening:
    """The screening of a message with what it amounts to beside those of the last days. Its level can only rise."""
    sums = (*_of_doubts(turn), *_of_nights(turn), *_of_a_stop(turn))
    flags = [
        Flag(each.code, each.level, 0, len(turn.text), turn.text, subject=_of_whom(turn))
        for each in sums
        if each.level > turn.screening.level
    ]
    return turn.screening.plus(flags, rules=(RULE,)) if flags else turn.screening


def keep_doubts(turn: Turn) -> None:
    """Remember what was asked about and no more, by code and rule, never by its words."""
    for code in _doubtful(turn) or ("check",):
        detail = {"code": code, "level": Level.check.name, "signs": list(turn.screening.rules)}
        turn.unit.entries.add(turn.person.id, "finding", turn.now, detail, turn.now)


def note_said(turn: Turn, what: str) -> None:
    """Remember that words about danger were said: `what` names them and, after a colon, of whom they were (`self` or `other`)."""
    turn.unit.entries.add(turn.person.id, "acknowledgement", turn.now, {"said": what}, turn.now)


def said_lately(turn: Turn, what: str) -> bool:
    """True when these very words were said within the hour: they are not repeated, the numbers and the alert always are."""
    return what in said(turn, turn.policy.repeat_block)


def said_last(turn: Turn, within: timedelta) -> tuple[str, Subject] | None:
    """Which words about danger were said last, and of whom."""
    names = [what.rpartition(":") for what in said(turn, within)]
    known = [(block, who) for block, _, who in names if who in ("self", "other")]
    return (known[-1][0], "other" if known[-1][1] == "other" else "self") if known else None


def said(turn: Turn, within: timedelta) -> list[str]:
    """Every name of words about danger that were said so lately, oldest first."""
    return [str(entry.detail["said"]) for entry in turn.acknowledged(turn.now - within) if "said" in entry.detail]


def _of_whom(turn: Turn) -> Subject:
    """Whoever writes, unless every sign of the message, or what was said about it last, is of somebody else."""
    flags = [flag for flag in turn.screening.flags if flag.level >= Level.check]
    if flags:
        return "other" if all(flag.subject == "other" for flag in flags) else "self"
    last = said_last(turn, MEMORY)
    return last[1] if last is not None and not turn.says("speaks_of_oneself") else "self"


def _doubtful(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag.code for flag in turn.screening.flags if flag.level is Level.check))


def _of_doubts(turn: Turn) -> tuple[Sum, ...]:
    doubts = [Doubt(code, frozenset(turn.screening.rules), turn.now) for code in _doubtful(turn)]
    if not doubts:
        return ()
    kept = turn.unit.entries.between(turn.person.id, turn.now - MEMORY, turn.now + A_MOMENT, ["finding"])
    before = [
        Doubt(str(entry.detail["code"]), frozenset(map(str, entry.detail.get("signs", ()))), entry.at)
        for entry in kept
        if entry.detail["level"] == Level.check.name
    ]
    return tuple(each for doubt in doubts for each in doubts_add_up(before, doubt))


def _of_nights(turn: Turn) -> tuple[Sum, ...]:
    logged = [act for act in turn.meaning.acts if act.intent == "log_side_effect"]
    if turn.meaning.question or SLEEPLESS not in {effect for act in logged for effect in act.slots.get("effects", ())}:
        return ()
    week = turn.unit.entries.between(turn.person.id, turn.now - MEMORY, turn.now + A_MOMENT, ["side_effect", "finding"])
    sleepless = {turn.local(entry.at).date() for entry in week if entry.detail.get("finding") == SLEEPLESS}
    raised = {str(entry.detail.get("finding") or entry.detail.get("code")) for entry in week} | {f.code for f in turn.screening.flags}
    return nights_add_up({*sleepless, turn.today}, today=turn.today, raised_energy=bool(raised & RAISED_ENERGY))


def _of_a_stop(turn: Turn) -> tuple[Sum, ...]:
    """A sign of withdrawal after a stop that was told, unless something was taken since."""
    named = {effect for act in turn.meaning.acts if act.intent == "log_side_effect" for effect in act.slots.get("effects", ())}
    if turn.meaning.question or not named:
        return ()
    week = turn.unit.entries.between(turn.person.id, turn.now - MEMORY, turn.now + A_MOMENT, ["finding", "intake"])
    stops = [entry.at for entry in week if entry.detail.get("code") == STOP]
    taken = [entry.at for entry in week if entry.kind == "intake"]
    return stop_adds_up(named, stopped=bool(stops) and not any(at > stops[-1] for at in taken))
