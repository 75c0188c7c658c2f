"""A person's own pictures: what the log and the plan hold, placed and worded, and drawn when a message is about to leave.

Reading happens in the transaction that collects the message, and nothing else: what it gives is drawn afterwards, on a thread of its
own (docs/adr/0014-pictures.md). Every amount in a picture is the plan's or the log's; the band is the model's, without a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.curve import DAY_MIN
from bot.core.daily import hours_between, local_slot
from bot.core.entry import Entry
from bot.core.lookback import CARRIED, TOLD, LoggedDay, band_of, drunk, intakes_of, levels, logged_days
from bot.core.person import Person
from bot.core.plan import Plan
from bot.drawing.values import DayColumn, DayNames, DayPicture, DaysNames, DaysPicture, EffectRow, Head, Mark, Scored, Span
from bot.knowledge.findings import finding_name
from bot.knowledge.wording import wording
from bot.messages import Attachment
from bot.ports import Draw, File, Unit
from bot.replies import clock, day, mg, number, short_day

EVERY_H = 3
"""Hours between two labels of a day."""

MOST_EFFECTS = 5
"""Effects that have a line of their own; the most frequent come first."""

ONE_DAY = timedelta(days=1)


def of_a_day(unit: Unit, person: Person, attachment: Attachment) -> Draw | None:
    """A stretch of about a day, hour by hour. `values`: since, until, now (instants), date (a day or none), planned (instant and mg).

    The planned intakes are those that were found to be nameable when the person asked. None in a freeze (`red-flag-freeze`).
    """
    if _frozen(unit, person):
        return None
    since, until = (datetime.fromisoformat(str(attachment.values[name])) for name in ("since", "until"))
    entries = tuple(unit.entries.between(person.id, since - CARRIED, until, TOLD))
    return partial(_draw_day, entries, person, attachment)


def of_days(unit: Unit, person: Person, attachment: Attachment) -> Draw | None:
    """Many days, column by column. `values`: since, until (days, both shown), plan (whether the plan may be told). None in a freeze."""
    if _frozen(unit, person):
        return None
    zone = ZoneInfo(person.timezone)
    since, until = (date.fromisoformat(str(attachment.values[name])) for name in ("since", "until"))
    begin, end = local_slot(since - ONE_DAY, time(0), zone), local_slot(until + 2 * ONE_DAY, time(0), zone)
    entries = tuple(unit.entries.between(person.id, begin, end, TOLD))
    stored = unit.plans.current(person.id) if attachment.values.get("plan") else None
    return partial(_draw_days, entries, stored.plan if stored else None, person, attachment)


def _frozen(unit: Unit, person: Person) -> bool:
    case = unit.cases.open_for(person.id)
    return case is not None and case.freezes


def _draw_day(entries: Sequence[Entry], person: Person, attachment: Attachment) -> File:
    from bot.drawing.curve import draw_day

    return File(kind="png", name=attachment.name, content=draw_day(day_picture(entries, person, attachment.values)))


def _draw_days(entries: Sequence[Entry], plan: Plan | None, person: Person, attachment: Attachment) -> File:
    from bot.drawing.days import draw_days

    return File(kind="png", name=attachment.name, content=draw_days(days_picture(entries, plan, person, attachment.values)))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The hours that a picture shows, and in which language and zone."""

    since: datetime
    until: datetime
    zone: ZoneInfo
    language: str

    def place(self, at: datetime) -> float:
        """Where an instant stands, in hours that really pass."""
        return hours_between(self.since, at)

    def holds(self, at: datetime) -> bool:
        """Whether an instant is shown."""
        return self.since <= at < self.until


def day_picture(entries: Sequence[Entry], person: Person, values: Any) -> DayPicture:
    """The values of a day's picture, in the person's language and hours."""
    text = wording(person.language)
    since, until, now = (datetime.fromisoformat(values[name]) for name in ("since", "until", "now"))
    stretch = _Stretch(since, until, ZoneInfo(person.timezone), person.language)
    held = [entry for entry in entries if entry.undone_at is None]
    shown = [entry for entry in held if stretch.holds(entry.at)]
    band = levels(intakes_of(held), since=since, until=until)
    on = date.fromisoformat(values["date"]) if values["date"] else now.astimezone(stretch.zone).date()
    title = text["picture.day" if values["date"] else "picture.last-day"]
    return DayPicture(
        head=Head(title=title, subtitle=day(on, language=person.language), note=text["curve.doubt"]),
        names=day_names(person.language),
        hours=stretch.place(until),
        ticks=tuple(_ticks(stretch)),
        band=tuple(Span(level.minute / 60, level.low, level.high) for level in band),
        now=stretch.place(now) if stretch.holds(now) else None,
        planned=tuple(_planned(stretch, values["planned"])),
        taken=tuple(Mark(stretch.place(entry.at), _dose(entry, person.language)) for entry in shown if entry.kind == "intake"),
        missed=tuple(Mark(stretch.place(entry.at)) for entry in shown if entry.kind == "missed"),
        cravings=tuple(_cravings(stretch, shown)),
        drinks=tuple(Mark(stretch.place(entry.at), _glasses([entry], person.language)) for entry in shown if entry.kind == "drink"),
        effects=tuple(_effects(stretch, shown)),
    )


def model_picture(doses: Sequence[tuple[int, float]], *, steady: bool, language: str) -> DayPicture:
    """The band of intakes given as (minute of the day, mg), over 24 hours from the first: nobody's day, for whoever studies the model.

    Here the axis has numbers, in the mg-equivalents that `palier curve --json` gives.
    """
    text = wording(language)
    first = min(minute for minute, _ in doses)
    band = band_of([(minute / 60, amount) for minute, amount in doses], range(first, first + DAY_MIN + 1, 5), steady=steady)
    return DayPicture(
        head=Head(
            title=text["picture.model"], subtitle=text["picture.steady" if steady else "picture.first-day"], note=text["curve.doubt"]
        ),
        names=replace(day_names(language), band=text["picture.band-mg-eq"], taken=text["picture.doses"]),
        hours=DAY_MIN / 60,
        ticks=tuple(
            Mark((minute - first) / 60, clock(time(minute // 60 % 24), language=language))
            for minute in range(first, first + DAY_MIN + 1)
            if minute % (EVERY_H * 60) == 0
        ),
        band=tuple(Span((level.minute - first) / 60, level.low, level.high) for level in band),
        levels=tuple(Mark(level, number(level, language=language)) for level in _even(max(level.high for level in band))),
        taken=tuple(Mark((minute - first) / 60, mg(amount, language=language)) for minute, amount in sorted(doses)),
    )


def _even(highest: float) -> Iterator[float]:
    """Two to five round numbers up to a level."""
    step = next(size * 10**power for power in range(-3, 4) for size in (1, 2, 5) if highest / (size * 10**power) < 6)
    count = 1
    while count * step <= highest:
        yield round(count * step, 3)
        count += 1


def day_names(language: str) -> DayNames:
    """What the parts of a day's picture are called in a language."""
    text = wording(language)
    return DayNames(
        band=text["picture.band"],
        planned=text["picture.planned"],
        taken=text["picture.taken"],
        missed=text["picture.missed"],
        cravings=text["picture.cravings"],
        drinks=text["picture.drinks"],
        effects=text["picture.effects"],
        now=text["picture.now"],
        ahead=text["picture.ahead"],
        empty=text["curve.no-intake"],
    )


def _ticks(stretch: _Stretch) -> Iterator[Mark]:
    """Local hours at even distances. On the two days of the year when the clocks change they stand where they really are."""
    on, last = (at.astimezone(stretch.zone).date() for at in (stretch.since, stretch.until))
    while on <= last:
        for hour in range(0, 24, EVERY_H):
            at = local_slot(on, time(hour), stretch.zone)
            if stretch.since <= at <= stretch.until:
                yield Mark(stretch.place(at), clock(at.astimezone(stretch.zone).time(), language=stretch.language))
        on += ONE_DAY


def _planned(stretch: _Stretch, planned: Sequence[tuple[str, int | None]]) -> Iterator[Mark]:
    for at, amount in planned:
        yield Mark(stretch.place(datetime.fromisoformat(at)), "" if amount is None else mg(amount, language=stretch.language))


def _dose(entry: Entry, language: str) -> str:
    amount = entry.detail.get("dose_mg")
    return "" if amount is None else mg(float(amount), language=language)


def _cravings(stretch: _Stretch, entries: Sequence[Entry]) -> Iterator[Scored]:
    for entry in entries:
        if entry.kind == "craving":
            yield Scored(stretch.place(entry.at), *_strength(entry.detail.get("score"), stretch.language))


def _strength(score: float | None, language: str) -> tuple[float | None, str]:
    return score, "" if score is None else number(score, language=language)


def _effects(stretch: _Stretch, entries: Sequence[Entry]) -> Iterator[Scored]:
    for entry in entries:
        if entry.kind == "side_effect":
            severity, said = _strength(entry.detail.get("severity"), stretch.language)
            name = finding_name(entry.detail["finding"], stretch.language)
            score = wording(stretch.language)["history.score"].format(score=said) if said else ""
            yield Scored(stretch.place(entry.at), severity, f"{name}{score}")


def _glasses(entries: Sequence[Entry], language: str) -> str:
    """What was counted of drinks; nothing when it could not be counted, or not all of it."""
    said = drunk(entries)
    return number(said.count, language=language) if said and said.count is not None and not said.more else ""


def days_picture(entries: Sequence[Entry], plan: Plan | None, person: Person, values: Any) -> DaysPicture:
    """The values of a picture of many days, in the person's language."""
    language, text = person.language, wording(person.language)
    since, until = (date.fromisoformat(values[name]) for name in ("since", "until"))
    days = logged_days(plan, entries, since=since, until=until, zone=ZoneInfo(person.timezone))
    between = text["picture.days-between"].format(since=day(since, language=language), until=day(until, language=language))
    return DaysPicture(
        head=Head(title=text["picture.days"], subtitle=between, note=text["picture.days-note"]),
        names=DaysNames(
            taken=text["picture.taken"],
            planned=text["picture.planned"],
            cravings=text["picture.strongest-craving"],
            drinks=text["picture.drinks"],
            effects=text["picture.effects-by-size"],
            empty=text["picture.nothing"],
        ),
        days=tuple(_column(each, language) for each in days),
        amounts=tuple(Mark(amount, mg(amount, language=language)) for amount in sorted(_amounts(days))),
        scale=tuple(Mark(score, number(score, language=language)) for score in (0, 10)),
        effects=tuple(_rows(days, language)),
    )


def _column(logged: LoggedDay, language: str) -> DayColumn:
    said = logged.drunk
    return DayColumn(
        label=short_day(logged.date, language=language),
        planned_mg=logged.planned_mg,
        taken_mg=logged.taken_mg,
        missed=logged.missed,
        craving=logged.craving,
        drinks=said.count if said else None,
        drinks_text=number(said.count, language=language) if said and said.count is not None else "",
        drinks_more=said.more if said else False,
    )


def _amounts(days: Sequence[LoggedDay]) -> set[float]:
    """The amounts that stand beside the axis: each is a day's, by the plan or by the log."""
    return {float(amount) for each in days for amount in (each.planned_mg, each.taken_mg) if amount}


def _rows(days: Sequence[LoggedDay], language: str) -> Iterator[EffectRow]:
    felt: dict[str, list[Scored]] = {}
    for index, each in enumerate(days):
        for effect in each.effects:
            felt.setdefault(effect.finding, []).append(Scored(index, *_strength(effect.severity, language)))
    most = sorted(felt.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_EFFECTS]
    for finding, scored in most:
        yield EffectRow(finding_name(finding, language), tuple(scored))


FILES = {"day-picture": of_a_day, "days-picture": of_days}
"""How each picture of a reply is made, by its source."""
