"""What a picture shows, already worded and placed by whoever asks for it. Nothing here reads a clock, a zone or a language.

Every text that a picture holds is one of these: drawing adds no word and no number of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a place on the axis, with its label."""

    at: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """Something at a place on the axis, with its strength from 0 to 10 (None when it was not said), and its label."""

    at: float
    score: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """The band at a place on the axis: its lowest and its highest."""

    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above and below a picture."""

    title: str
    subtitle: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayNames:
    """What the parts of a day's picture are called. `ahead` stands beside `now`; `empty` in place of a band that cannot be drawn."""

    band: str
    planned: str
    taken: str
    missed: str
    cravings: str
    drinks: str
    effects: str
    now: str
    ahead: str
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPicture:
    """Hours on the axis: every place is in hours after its left end, of which there are `hours` (23 and 25 on two days a year).

    `levels` are the marks of the band's own axis, in the unit of the band; none leaves the axis without numbers.
    """

    head: Head
    names: DayNames
    hours: float
    ticks: tuple[Mark, ...]
    band: tuple[Span, ...] = ()
    levels: tuple[Mark, ...] = ()
    now: float | None = None
    planned: tuple[Mark, ...] = ()
    taken: tuple[Mark, ...] = ()
    missed: tuple[Mark, ...] = ()
    cravings: tuple[Scored, ...] = ()
    drinks: tuple[Mark, ...] = ()
    effects: tuple[Scored, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysNames:
    """What the parts of a picture of many days are called."""

    taken: str
    planned: str
    cravings: str
    drinks: str
    effects: str
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayColumn:
    """One day of many: its label, and what it holds. None stands for what was not said, or not planned.

    `drinks_more`: something was drunk beside what could be counted.
    """

    label: str
    planned_mg: float | None = None
    taken_mg: float | None = None
    missed: bool = False
    craving: float | None = None
    drinks: float | None = None
    drinks_text: str = ""
    drinks_more: bool = False


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An effect over the days: its name, and where it was felt (the index of the day)."""

    name: str
    felt: tuple[Scored, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysPicture:
    """Days on the axis, oldest first. `amounts` are the marks of the axis of mg, each an amount of the plan or of the log."""

    head: Head
    names: DaysNames
    days: tuple[DayColumn, ...]
    amounts: tuple[Mark, ...] = ()
    scale: tuple[Mark, ...] = ()
    effects: tuple[EffectRow, ...] = ()
