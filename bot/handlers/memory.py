"""What the last days add to the message of this moment: doubts that were asked about, nights without sleep.

The arithmetic is `bot/core/buildup.py`; here the log is read for it, and a doubt is kept so that the next one can be joined to it.
"""

from __future__ import annotations

from datetime import timedelta

from bot.core.buildup import MEMORY, RULE, Doubt, Sum, doubts_add_up, nights_add_up
from bot.core.flags import Flag, Screening
from bot.core.levels import Level
from bot.handlers.turn import Turn

A_MOMENT = timedelta(microseconds=1)
SLEEPLESS = "insomnia"
RAISED_ENERGY = frozenset({"hypomania", "mania"})


def with_the_past(turn: Turn) -> Screening:
    """The screening of a message with what it amounts to beside those of the last days. Its level can only rise."""
    sums = (*_of_doubts(turn), *_of_nights(turn))
    flags = [Flag(each.code, each.level, 0, len(turn.text), turn.text) for each in sums if each.level > turn.screening.level]
    return turn.screening.plus(flags, rules=(RULE,)) if flags else turn.screening


def keep_doubts(turn: Turn) -> None:
    """Remember what was asked about and no more, by code and rule, never by its words."""
    for code in _doubtful(turn) or ("check",):
        detail = {"code": code, "level": Level.check.name, "signs": list(turn.screening.rules)}
        turn.unit.entries.add(turn.person.id, "finding", turn.now, detail, turn.now)


def _doubtful(turn: Turn) -> tuple[str, ...]:
    return tuple(dict.fromkeys(flag.code for flag in turn.screening.flags if flag.level is Level.check))


def _of_doubts(turn: Turn) -> tuple[Sum, ...]:
    doubts = [Doubt(code, frozenset(turn.screening.rules), turn.now) for code in _doubtful(turn)]
    if not doubts:
        return ()
    kept = turn.unit.entries.between(turn.person.id, turn.now - MEMORY, turn.now, ["finding"])
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
