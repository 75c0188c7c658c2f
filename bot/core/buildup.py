"""What adds up over several messages, although none of them was an alarm by itself.

A pure fold over the signs of the last days: hopeless on Monday, tablets put aside on Thursday; three nights without sleep.
It only ever adds a sign, never takes one away. Source: facts danger-signs, section 4 (oblique words need a memory of the
conversation) and baclofen A8 (sleep lost beside raised energy is how mania begins, S001).
A stop told on Monday and trembling on Tuesday are withdrawal (S001 §10).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.levels import Level

RULE = "signs-add-up"

DARK = frozenset({"suicidal_thoughts", "self_harm"})
"""Codes of one family: a doubt about one and a doubt about the other are two doubts about the same life."""

MEMORY = timedelta(days=7)
"""How long a doubt counts. Ours: the sources give no number; a week is what a prescriber's next contact would cover."""

APART = timedelta(hours=1)
"""The same words said again within the hour are one doubt, not two."""

REPEATED = 3
"""The same doubt on so many occasions within the memory is seen by a human."""

NIGHTS, OUT_OF = 3, 4
"""Nights without sleep, within so many days, that are asked about."""

AFTER_A_STOP = frozenset({"tremor", "sweating", "restlessness", "confusion", "hallucinations"})
"""Effects that are signs of withdrawal where baclofen was stopped (S001 §10, withdrawal-leaflet)."""

UNANSWERED = 2
"""Check-ins left without a word, after which the next one also tells the moderators."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A sign that was asked about and no more: its code, the rules that found it, and when (aware)."""

    code: str
    signs: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Sum:
    """What the signs of several messages amount to."""

    code: str
    level: Level


def doubts_add_up(before: Iterable[Doubt], now: Doubt) -> tuple[Sum, ...]:
    """The doubt of this message with those of the last days: two of different kinds, or the same three times, need a human today."""
    if now.code not in DARK:
        return ()
    lately = [doubt for doubt in before if doubt.code in DARK and timedelta(0) <= now.at - doubt.at <= MEMORY]
    of_another_kind = any(now.signs - doubt.signs and doubt.signs - now.signs for doubt in lately)
    if of_another_kind or _occasions([*lately, now]) >= REPEATED:
        return (Sum(now.code, Level.urgent),)
    return ()


def _occasions(doubts: Sequence[Doubt]) -> int:
    times = sorted(doubt.at for doubt in doubts)
    counted: list[datetime] = []
    for at in times:
        if not counted or at - counted[-1] >= APART:
            counted.append(at)
    return len(counted)


def silence_adds_up(check_ins: int) -> bool:
    """Whether so many check-ins in a row without a word are told: at the second, and at every second one after it."""
    return check_ins > 0 and check_ins % UNANSWERED == 0


def nights_add_up(sleepless: Iterable[date], *, today: date, raised_energy: bool) -> tuple[Sum, ...]:
    """Local days on which sleep was missing: from three of the last four on it is asked about; with raised energy it is urgent."""
    near = {day for day in sleepless if timedelta(0) <= today - day < timedelta(days=OUT_OF)}
    if len(near) < NIGHTS:
        return ()
    return (Sum("mania", Level.urgent if raised_energy else Level.check),)


def stop_adds_up(effects: Iterable[str], *, stopped: bool) -> tuple[Sum, ...]:
    """An effect named after a stop that was told, in another message: what both say together in one (a human today)."""
    return (Sum("withdrawal", Level.urgent),) if stopped and AFTER_A_STOP & set(effects) else ()
