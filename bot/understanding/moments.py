"""When, before it is anchored: what was said about a moment, and how it becomes a local date and hour.

A moment leans to the past when it tells what happened, and to the future when it tells what is planned (contract, "understand").
Everything here is wall-clock time in the person's zone; only lengths ("2 hours ago") go through the instant itself, so that a
change of summer time between the two is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeVar

from bot.understanding.parts_of_day import LATEST_OF_AN_EVENING, NIGHTFALL, NO_HOURS_OF_AN_EVENING, HalfDay, fits, half_of_part, one_part

D = TypeVar("D", bound=date)
Lean = Literal["past", "future", "none"]
Role = Literal["at", "since", "until", "before", "after", "start"]

_DAY = timedelta(days=1)
# A clock hour said of the past that falls on the previous day is believed without asking within this length:
# longer, "at 6 pm" said at 3 pm is more likely a slip than yesterday.
_BELIEVED = timedelta(hours=14)
# "I took it at 15:30" said at 15:20 is now, not yesterday: people round hours.
_ROUNDING = timedelta(minutes=15)
# "This evening" said of what happened, longer than this before any evening begins, is still to come.
_NOT_BEGUN = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Clock:
    """An hour of the day. `twelve` when the language may mean it on either half of the day; `fixed` when its words leave only one
    ("1 am", "noon")."""

    hour: int
    minute: int = 0
    twelve: bool = False
    fixed: bool = False

    @property
    def time(self) -> time:
        """The hour on the face of a clock."""
        return time(self.hour % 24, self.minute)

    def at_half(self, half: HalfDay) -> Clock:
        """The hour placed on one half of the day, when it may be."""
        if half == "pm" and self.hour < 12:
            return Clock(self.hour + 12, self.minute)
        if half == "am" and self.hour == 12:
            return Clock(0, self.minute)
        return Clock(self.hour, self.minute)


@dataclass(frozen=True, slots=True)
class Day:
    """A day said relative to today (`offset`), as a weekday (0 is Monday, with `mod`), or as a date (parts may be None)."""

    kind: Literal["offset", "weekday", "date"]
    offset: int = 0
    weekday: int = 0
    mod: Literal["", "last", "next", "this"] = ""
    year: int | None = None
    month: int | None = None
    day: int = 0


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, in seconds for clock units and in calendar units otherwise."""

    amount: float
    unit: str

    @property
    def minutes(self) -> float:
        """The length in minutes; a month counts thirty days."""
        return self.amount * {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43200}[self.unit]

    @property
    def is_clock(self) -> bool:
        """True for a length that moves hours and leaves days alone."""
        return self.unit in {"second", "minute", "hour"}

    def added_to(self, now: datetime) -> datetime:
        """The local moment this long after `now` (before, when negative); clock units count elapsed time."""
        if self.is_clock:
            return (now.astimezone(UTC) + timedelta(minutes=self.minutes)).astimezone(now.tzinfo)
        if self.unit == "month":
            return _add_months(now, round(self.amount))
        return now + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a message said about one moment. `end` is the other side of a range; `part` a part of the day; `again` that it was listed
    beside another moment ("last night and at 8")."""

    role: Role = "at"
    day: Day | None = None
    clock: Clock | None = None
    end: Clock | None = None
    part: str = ""
    shift: Length | None = None
    period: str = ""
    later: bool = False
    vague: bool = False
    again: bool = False

    @property
    def stands_alone(self) -> bool:
        """Whether nothing can be added to it: "2 hours ago", "last week", "later"."""
        return bool(self.shift or self.period or self.later)

    def joined(self, other: Moment) -> Moment | None:
        """Both said of one moment; None when they contradict (two hours, two days)."""
        if self.stands_alone or other.stands_alone or (self.clock and other.clock) or (self.end and other.end):
            return None
        day = _one_day(self.day, other.day)
        clock = self.clock or other.clock
        part = _part_with(clock, one_part(self.part, other.part))
        if day is False or part is None:
            return None
        return replace(
            self,
            role=other.role if self.role == "at" else self.role,
            day=day or None,
            clock=clock,
            end=self.end or other.end,
            part=part,
            vague=self.vague or other.vague,
        )


@dataclass(frozen=True, slots=True)
class Anchored:
    """A moment on the calendar: local, without offset. `hour` is False when only the day was said.

    `doubt` marks a moment with another reading that is about as likely: it must be asked, never logged.
    """

    start: datetime
    end: datetime | None
    grain: str
    hour: bool
    doubt: bool

    def iso(self) -> str:
        """ISO local date-time to the minute, or a date when no hour was said."""
        return self.start.isoformat(timespec="minutes") if self.hour else self.start.date().isoformat()


def anchor(moment: Moment, *, now: datetime, lean: Lean, parts: Mapping[str, tuple[time, time]]) -> Anchored:
    """Place a moment around `now` (aware, in the person's zone). Never raises: an impossible date becomes a doubtful today."""
    try:
        return _anchor(moment, now=now, lean=lean, parts=parts)
    except (ValueError, OverflowError):
        local = now.replace(tzinfo=None)
        return Anchored(local, None, "day", hour=False, doubt=True)


def _anchor(moment: Moment, *, now: datetime, lean: Lean, parts: Mapping[str, tuple[time, time]]) -> Anchored:
    if moment.shift:
        return _shifted(moment, now=now)
    local = now.replace(tzinfo=None)
    if moment.later:
        return Anchored(_floor(local) + timedelta(minutes=10), None, "minute", hour=True, doubt=moment.vague)
    if moment.period:
        return _period(moment, local)
    if moment.clock:
        return _with_clock(moment, moment.clock, now, lean)
    if moment.part and moment.part in parts:
        return _with_part(moment, local, lean, parts[moment.part])
    day, doubt = _day(moment.day, local, lean)
    return Anchored(datetime.combine(day, time()), None, "day", hour=False, doubt=doubt or moment.vague)


def _shifted(moment: Moment, *, now: datetime) -> Anchored:
    shift = moment.shift or Length(0, "minute")
    then = _floor(shift.added_to(now).replace(tzinfo=None))
    if shift.is_clock:
        return Anchored(then, None, "minute", hour=True, doubt=moment.vague)
    grain = "hour" if shift.unit == "day" else "day"
    start = then if grain == "hour" else datetime.combine(then.date(), time())
    return Anchored(start, None, grain, hour=False, doubt=moment.vague)


def _period(moment: Moment, local: datetime) -> Anchored:
    unit, count = moment.period.split()
    today = datetime.combine(local.date(), time())
    if unit == "last":
        length = _DAY * int(count)
        return Anchored(today - length, today, "day", hour=False, doubt=moment.vague)
    if unit == "next":
        return Anchored(_floor(local), _floor(local) + _DAY * int(count), "day", hour=False, doubt=moment.vague)
    if unit == "month":
        first = _add_months(today.replace(day=1), int(count))
        return Anchored(first, _add_months(first, 1), "month", hour=False, doubt=moment.vague)
    monday = today - _DAY * local.weekday()
    if unit == "weekend":
        saturday = monday + 5 * _DAY if local.weekday() >= 5 else monday - 2 * _DAY
        return Anchored(saturday, saturday + 2 * _DAY, "day", hour=False, doubt=moment.vague)
    start = monday + 7 * _DAY * int(count)
    return Anchored(start, start + 7 * _DAY, "week", hour=False, doubt=moment.vague)


def _with_clock(moment: Moment, said: Clock, now: datetime, lean: Lean) -> Anchored:
    local = now.replace(tzinfo=None)
    clock, doubt = _half_of_day(moment, said, local, lean)
    doubt = doubt or (lean == "past" and _which_night(moment, clock))
    if moment.day:
        day, unsure = _day(moment.day, local, lean)
        start = datetime.combine(day, clock.time)
        doubt = doubt or unsure
    else:
        start, unsure = _nearest(clock, local, lean)
        doubt = doubt or unsure
    if _is_after_midnight(moment, clock):
        start += _DAY
    start = _through_gap(start, now)
    grain = "minute" if clock.minute else "hour"
    return Anchored(start, _range_end(moment, start), grain, hour=True, doubt=doubt or moment.vague)


def _is_after_midnight(moment: Moment, clock: Clock) -> bool:
    """Midnight, and the small hours, said of a named evening are those that end it ("last night at 1 am", "24h")."""
    return bool(moment.day) and (clock.hour == 24 or (moment.part in NIGHTFALL and clock.hour <= LATEST_OF_AN_EVENING))


def _which_night(moment: Moment, clock: Clock) -> bool:
    """Whether the hour may be of the night before a named day or of the one after it ("yesterday at midnight", "Saturday in the night")."""
    if moment.day is None or moment.day == Day("offset"):
        return False
    return (clock.hour == 0 and not moment.part) or (moment.part == "night" and clock.hour <= LATEST_OF_AN_EVENING)


def _range_end(moment: Moment, start: datetime) -> datetime | None:
    if not moment.end:
        return None
    clock = moment.end
    if clock.twelve and clock.hour <= 12 and datetime.combine(start.date(), clock.time) <= start:
        clock = clock.at_half("pm")
    end = datetime.combine(start.date(), clock.time)
    return end if end > start else end + _DAY


def _half_of_day(moment: Moment, clock: Clock, local: datetime, lean: Lean) -> tuple[Clock, bool]:
    """The hour on its half of the day, and whether the other half is as likely."""
    if not 1 <= clock.hour <= 12:
        return clock, False
    if clock.fixed:
        return clock, moment.part in NIGHTFALL and LATEST_OF_AN_EVENING < clock.hour < 12
    half = half_of_part(moment.part, clock.hour)
    if half:
        # "Last night at four" is neither an hour of the evening nor one that ends it.
        return clock.at_half(half), moment.part in NIGHTFALL and clock.hour in NO_HOURS_OF_AN_EVENING
    if not clock.twelve:
        return clock, _small_hours_in_doubt(moment, clock, local, lean)
    return _by_likelihood(moment, clock, local, lean)


def _small_hours_in_doubt(moment: Moment, clock: Clock, local: datetime, lean: Lean) -> bool:
    """French writes 24 hours, but "3 h" said in the afternoon of what happened may well be 15 h."""
    if lean != "past" or moment.shift or not 1 <= clock.hour <= 6:
        return False
    return moment.day is not None or datetime.combine(local.date(), clock.at_half("pm").time) <= local + _ROUNDING


def _by_likelihood(moment: Moment, clock: Clock, local: datetime, lean: Lean) -> tuple[Clock, bool]:
    """Without am or pm: believe a half of the day only when the other is asleep or has not come yet."""
    morning, evening = clock.at_half("am"), clock.at_half("pm")
    if lean != "past" or moment.day or moment.role != "at":
        awake = evening if clock.hour in {12, 1, 2, 3, 4, 5} else morning
        return awake, True
    today = [half for half in (morning, evening) if half.hour >= 6 and datetime.combine(local.date(), half.time) <= local + _ROUNDING]
    if len(today) == 1:
        return today[0], False
    return (today[-1] if today else evening), True


def _nearest(clock: Clock, local: datetime, lean: Lean) -> tuple[datetime, bool]:
    """The occurrence of an hour that the lean points at, and whether it is far enough to be asked."""
    start = datetime.combine(local.date(), clock.time)
    if clock.hour == 24:
        start += _DAY
    if lean == "past" and start > local + _ROUNDING:
        start -= _DAY
        return start, local - start > _BELIEVED
    if lean == "future" and start < _floor(local):
        return start + _DAY, False
    return start, False


def _with_part(moment: Moment, local: datetime, lean: Lean, hours: tuple[time, time]) -> Anchored:
    day, doubt = _day(moment.day, local, lean)
    if not moment.day and lean == "past" and datetime.combine(day, hours[0]) > local:
        day -= _DAY
    start = datetime.combine(day, hours[0])
    doubt = doubt or (lean == "past" and start > local + _NOT_BEGUN)
    end = datetime.combine(day, hours[1])
    end = end if end > start else end + _DAY
    return Anchored(start, end, "hour", hour=False, doubt=doubt or moment.vague)


def _day(day: Day | None, local: datetime, lean: Lean) -> tuple[date, bool]:
    today = local.date()
    if day is None:
        return today, False
    if day.kind == "offset":
        return today + timedelta(days=day.offset), False
    if day.kind == "weekday":
        return _weekday(day, today, lean)
    return _date(day, today, lean)


def _weekday(day: Day, today: date, lean: Lean) -> tuple[date, bool]:
    ahead = (day.weekday - today.weekday()) % 7
    if day.mod == "next":
        return today + timedelta(days=ahead or 7), False
    if day.mod == "last" or (lean == "past" and not day.mod):
        # The same weekday as today, said of the past: this morning or a week ago, both are heard.
        return today - timedelta(days=(7 - ahead) if ahead else 7), not ahead and day.mod != "last"
    if day.mod == "this" and lean == "past":
        return today + timedelta(days=day.weekday - today.weekday()), False
    return today + timedelta(days=ahead or (0 if day.mod == "this" else 7)), not ahead


def _date(day: Day, today: date, lean: Lean) -> tuple[date, bool]:
    month = day.month or today.month
    found = date(day.year or today.year, month, day.day)
    if day.year or lean == "none":
        return found, False
    if lean == "past" and found > today:
        found = _add_months(found, -1) if day.month is None else found.replace(year=found.year - 1)
    if lean == "future" and found < today:
        found = _add_months(found, 1) if day.month is None else found.replace(year=found.year + 1)
    return found, False


def _part_with(clock: Clock | None, part: str | None) -> str | None:
    """The part of the day, when the hour may be of it; None when it may not."""
    if part is None or clock is None or clock.twelve:
        return part
    return part if fits(part, clock.hour, noon=clock.fixed and clock.hour == 12) else None


def _one_day(one: Day | None, other: Day | None) -> Day | Literal[False] | None:
    """The day that both name; False when they disagree. A date says more than its weekday."""
    if one is None or other is None or one == other:
        return one or other
    kinds = {one.kind, other.kind}
    if kinds == {"weekday", "date"}:
        return one if one.kind == "date" else other
    return False


def _through_gap(start: datetime, now: datetime) -> datetime:
    """An hour that the change to summer time skips is the hour the clocks showed instead."""
    aware = start.replace(tzinfo=now.tzinfo)
    return aware.astimezone(UTC).astimezone(now.tzinfo).replace(tzinfo=None)


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _add_months(day: D, count: int) -> D:
    """The same day some months away, or the last day of a shorter month. Keeps a datetime a datetime."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=min(day.day, last))
        except ValueError:
            if last == 28:
                raise
    raise ValueError(f"no month {count} away from {day}")
