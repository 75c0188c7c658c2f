"""The model curve of oral baclofen: one compartment, first-order absorption and elimination, linear, superposed.

Amounts are mg-equivalents in the body, never ng/mL: volumes differ so much between people that a concentration would
look personal and would not be. Times are hours. Sources: facts C1 (formula, profiles), S001 §5.2, S004, B1 (Simon 2018).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal, TypeAlias

ProfileName = Literal["fast", "slow", "reference"]
Taken: TypeAlias = "tuple[float, float]"
"""An intake: its time in hours, and its mg."""

DAY_H = 24.0
DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Profile:
    """How fast the model absorbs (`ka`) and eliminates (`ke`), per hour."""

    name: ProfileName
    ka: float
    ke: float

    @property
    def peak_after_h(self) -> float:
        """Hours from an intake to its peak."""
        return _tmax(self.ka, self.ke)


@dataclass(frozen=True, slots=True)
class Point:
    """The level at a minute, counted from the midnight before the first intake (1440 and over: the next day)."""

    minute: int
    mg_eq: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve by the minute, and its highest point."""

    profile: Profile
    points: tuple[Point, ...]
    peak: Point


def absorption(half_life_h: float, tmax_h: float) -> float:
    """The `ka` (1/h) that peaks `tmax_h` after an intake, given a half-life. Bisection on (ke, 1000): Tmax falls as ka grows.

    A thousand an hour peaks within half a minute; nothing faster is told apart.
    """
    ke = log(2) / half_life_h
    if not 0 < tmax_h < 1 / ke:
        raise ValueError("the peak lies between the intake and 1/ke after it")
    low, high = ke * (1 + 1e-9), 1000.0
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if _tmax(middle, ke) > tmax_h else (low, middle)
    return (low + high) / 2


def _tmax(ka: float, ke: float) -> float:
    return log(ka / ke) / (ka - ke)


FAST = Profile("fast", absorption(3.5, 1.0), log(2) / 3.5)
SLOW = Profile("slow", absorption(5.0, 1.75), log(2) / 5.0)
REFERENCE = Profile("reference", 1.64, 11.6 / 72.8)
PROFILES: Mapping[ProfileName, Profile] = {"fast": FAST, "slow": SLOW, "reference": REFERENCE}


def level(doses: Sequence[Taken], t: float, profile: Profile = FAST) -> float:
    """Mg-equivalents at hour `t`, from intakes before it. No intake is repeated: this is what was, or the first day."""
    return sum(mg * unit_response(t - at, profile) for at, mg in doses)


def unit_response(after_h: float, profile: Profile = FAST) -> float:
    """What one mg is worth `after_h` hours after it was taken; nothing before."""
    if after_h <= 0:
        return 0.0
    return _scale(profile) * (exp(-profile.ke * after_h) - exp(-profile.ka * after_h))


def steady_level(doses: Sequence[Taken], t: float, profile: Profile = FAST) -> float:
    """Mg-equivalents at hour `t` when the same day has been repeated until nothing changes any more."""
    return sum(mg * _repeated(t - at, profile) for at, mg in doses)


def curve(doses: Sequence[tuple[int, float]], profile: Profile = FAST, *, steady: bool = False, minutes: int = DAY_MIN) -> Curve:
    """The level at every minute from the first intake on, `minutes` long (24 hours).

    `doses` are (minute of the day, mg). Steady: the same day repeated. Raises ValueError when there is no dose.
    """
    if not doses:
        raise ValueError("a curve starts at an intake")
    minutes_on = range(first := min(minute for minute, _ in doses), first + minutes)
    levels = _steady(doses, minutes_on, profile) if steady else _walked(doses, minutes_on, profile)
    points = tuple(map(Point, minutes_on, levels))
    return Curve(profile, points, max(points, key=lambda point: point.mg_eq))


def _steady(doses: Sequence[tuple[int, float]], minutes_on: range, profile: Profile) -> Iterator[float]:
    taken = [(minute / 60, mg) for minute, mg in doses]
    return (steady_level(taken, minute / 60, profile) for minute in minutes_on)


def _walked(doses: Sequence[tuple[int, float]], minutes_on: range, profile: Profile) -> Iterator[float]:
    """The level minute by minute. Each exponential only shrinks by a constant factor from one minute to the next, so a month of
    intakes is walked once instead of being summed again for every minute (the same to twelve figures, and 60 times as fast).
    """
    given: dict[int, float] = {}
    for minute, mg in doses:
        given[minute] = given.get(minute, 0.0) + mg
    eliminated, absorbed = exp(-profile.ke / 60), exp(-profile.ka / 60)
    slow = fast = 0.0
    for minute in minutes_on:
        slow, fast = slow + given.get(minute, 0.0), fast + given.get(minute, 0.0)
        yield _scale(profile) * (slow - fast)
        slow, fast = slow * eliminated, fast * absorbed


def _scale(profile: Profile) -> float:
    return profile.ka / (profile.ka - profile.ke)


def _repeated(after_h: float, profile: Profile) -> float:
    since = after_h % DAY_H
    return _scale(profile) * (_geometric(profile.ke, since) - _geometric(profile.ka, since))


def _geometric(rate: float, since: float) -> float:
    return exp(-rate * since) / (1 - exp(-rate * DAY_H))
