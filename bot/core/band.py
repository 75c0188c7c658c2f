"""The model curve of intakes whose hour or amount is not sure: a band that holds every curve they could have made.

Levels add up, so the band of several intakes is the sum of each one's lowest and highest share: exact, without sampling.
Sources: facts C1 (superposition, and profiles drawn as a band because S001 and S004 disagree: conflicts C2, C3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core.curve import FAST, SLOW, Profile, unit_response


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """An intake somewhere between two hours, of an amount between two amounts (mg). Equal ends mean that it is sure."""

    earliest: float
    latest: float
    least_mg: float
    most_mg: float

    def __post_init__(self) -> None:
        if not (self.earliest <= self.latest and 0 <= self.least_mg <= self.most_mg):
            raise ValueError("an uncertain intake lies between its ends")


@dataclass(frozen=True, slots=True)
class Band:
    """The lowest and the highest level at one hour, in mg-equivalents."""

    low: float
    high: float


def band(intakes: Sequence[Uncertain], t: float, profiles: Iterable[Profile] = (FAST, SLOW)) -> Band:
    """What the level at hour `t` can be at least and at most, whichever of the profiles is right.

    Raises ValueError without a profile.
    """
    bands = [_of_one_profile(intakes, t, profile) for profile in profiles]
    return Band(min(one.low for one in bands), max(one.high for one in bands))


def _of_one_profile(intakes: Sequence[Uncertain], t: float, profile: Profile) -> Band:
    shares = [(one, _share(t - one.latest, t - one.earliest, profile)) for one in intakes]
    low = sum(one.least_mg * share.low for one, share in shares)
    return Band(low, sum(one.most_mg * share.high for one, share in shares))


def _share(after_least: float, after_most: float, profile: Profile) -> Band:
    """What one mg is worth when it was taken between two lengths of time ago: it rises to its peak and falls, once."""
    ends = (unit_response(after_least, profile), unit_response(after_most, profile))
    peak = min(max(profile.peak_after_h, after_least), after_most)
    return Band(min(ends), max(*ends, unit_response(peak, profile)))
