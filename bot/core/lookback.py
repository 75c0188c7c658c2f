"""What a stretch of the log comes to: each day's intakes beside the plan, cravings, drinks and effects; and the model's level.

A day of which nothing was said is empty, and never zero. Only the level is worked out (facts C1): everything else was said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from math import log

from bot.core.curve import REFERENCE, Profile, Taken, absorption, level, steady_level
from bot.core.decision import Allowed
from bot.core.drinks import STANDARD
from bot.core.entry import Entry, EntryKind
from bot.core.history import day_counted
from bot.core.plan import Plan
from bot.core.titration import plan_day

CARRIED = timedelta(days=3)
"""Intakes older than this no longer count: by the slow profile less than a ten-thousandth of one is left (facts C1)."""

QUICKEST, SLOWEST = Profile("fast", absorption(3.5, 0.5), log(2) / 3.5), Profile("slow", absorption(5.0, 2.0), log(2) / 5.0)
SOURCED = (
    QUICKEST,
    *(Profile("fast", absorption(3.5, tmax), log(2) / 3.5) for tmax in (0.75, 1.0, 1.25, 1.5)),
    REFERENCE,
    *(Profile("slow", absorption(5.0, tmax), log(2) / 5.0) for tmax in (1.5, 1.75)),
    SLOWEST,
)
"""The speeds that the sources give: each one's own range of peaks with its own half-life (S001 §5.2: 0.5 to 1.5 h, and 3.5 h; S004 §D:
1.5 to 2 h, and 5 h), and Simon 2018. By the middles of the ranges alone, the profiles `fast` and `slow`, the band would be as thin as
a line where the two cross, and look sure."""

PEAKS_WITHIN = timedelta(hours=6)
"""After the last intake the level has its highest point by then, in every profile (facts C1, C2)."""

ABOUT = timedelta(minutes=10)
ONE_HOUR, ONE_MINUTE = timedelta(hours=1), timedelta(minutes=1)

COUNTED_UNITS = frozenset({None, "glass", "shot", "half_pint", STANDARD})
"""What is counted one by one where not all that was said could be worked out in standard drinks (`bot.core.drinks`)."""

TOLD: tuple[EntryKind, ...] = ("intake", "missed", "side_effect", "craving", "drink", "plan_hold")
"""The kinds of entries that people told, in the order in which they are shown; what the assistant remembers for itself is none of them."""


@dataclass(frozen=True, slots=True)
class Felt:
    """The strongest that an effect was in a day; None when its strength was never said."""

    finding: str
    severity: float | None


@dataclass(frozen=True, slots=True)
class Drunk:
    """What was said of drinks: how many, counted as they were said (None: nothing that can be counted), and whether there was more."""

    count: float | None
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDay:
    """One local day. None stands for what was not said, or not planned; `planned_mg` is the total by the plan."""

    date: date
    planned_mg: int | None
    taken_mg: float | None
    missed: bool
    craving: float | None
    drunk: Drunk | None
    effects: tuple[Felt, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was said of the day."""
        return self.taken_mg is None and not self.missed and self.craving is None and self.drunk is None and not self.effects


@dataclass(frozen=True, slots=True)
class Level:
    """The lowest and the highest that the sources' speeds make of intakes at a minute, in mg-equivalents."""

    minute: int
    low: float
    high: float


def logged_days(plan: Plan | None, entries: Sequence[Entry], *, since: date, until: date, zone: tzinfo) -> tuple[LoggedDay, ...]:
    """Every local day from `since` to `until`, both included. `entries` reach a day further on either side.

    An intake counts for the day of the slot that it answers (rule `late-intake-ok`: it may be taken after midnight).
    """
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.undone_at is None:
            by_day[day_counted(entry, zone)].append(entry)
    days = (since + timedelta(days=ahead) for ahead in range((until - since).days + 1))
    return tuple(_logged_day(plan, by_day[day], day) for day in days)


def _logged_day(plan: Plan | None, of_day: Sequence[Entry], day: date) -> LoggedDay:
    intakes = [mg for _, mg in intakes_of(of_day)]
    scores = [entry.detail["score"] for entry in of_day if entry.kind == "craving" and entry.detail.get("score") is not None]
    laid = plan_day(plan, day) if plan else None
    return LoggedDay(
        date=day,
        planned_mg=laid.value.total_mg if isinstance(laid, Allowed) else None,
        taken_mg=sum(intakes) if intakes else None,
        missed=any(entry.kind == "missed" for entry in of_day),
        craving=max(scores, default=None),
        drunk=drunk([entry for entry in of_day if entry.kind == "drink"]),
        effects=_strongest(entry for entry in of_day if entry.kind == "side_effect"),
    )


def drunk(entries: Sequence[Entry]) -> Drunk | None:
    """What the entries of drinks come to; None when there is none."""
    if not entries:
        return None
    counts, more = [], False
    for entry in entries:
        standard, said = entry.detail.get("standard_drinks"), entry.detail.get("drinks") or ()
        if standard is not None:
            counts.append(standard)
            continue
        counted = [one["count"] for one in said if one.get("unit") in COUNTED_UNITS and "count" in one]
        counts += counted
        more = more or len(counted) < len(said) or not said
    return Drunk(float(sum(counts)) if counts else None, more)


def _strongest(entries: Iterable[Entry]) -> tuple[Felt, ...]:
    felt: dict[str, float | None] = {}
    for entry in entries:
        finding, severity = str(entry.detail["finding"]), entry.detail.get("severity")
        known = felt.get(finding)
        felt[finding] = severity if known is None else max(known, severity or 0)
    return tuple(Felt(finding, severity) for finding, severity in felt.items())


def intakes_of(entries: Iterable[Entry]) -> list[tuple[datetime, float]]:
    """When what was taken, of the intakes whose amount was said."""
    held = (entry for entry in entries if entry.kind == "intake" and entry.undone_at is None)
    return [(entry.at, float(entry.detail["dose_mg"])) for entry in held if entry.detail.get("dose_mg")]


def band_of(doses: Sequence[Taken], minutes: Iterable[int], *, steady: bool = False) -> tuple[Level, ...]:
    """The level of intakes (hour, mg) at some minutes, as low and as high as the sources' speeds make it (conflicts C2, C3).

    Steady: the same day repeated until nothing changes.
    """
    reached = steady_level if steady else level
    return tuple(Level(minute, *_ends([reached(doses, minute / 60, profile) for profile in SOURCED])) for minute in minutes)


def _ends(found: Sequence[float]) -> tuple[float, float]:
    return min(found), max(found)


def levels(intakes: Sequence[tuple[datetime, float]], *, since: datetime, until: datetime, every_min: int = 5) -> tuple[Level, ...]:
    """The band between two instants, by minutes after the first, with what was taken up to three days before; empty without intakes."""
    doses = [((at - since) / ONE_HOUR, mg) for at, mg in intakes if since - CARRIED <= at <= until]
    return band_of(doses, range(0, round((until - since) / ONE_MINUTE) + 1, every_min)) if doses else ()


def strongest_between(intakes: Sequence[tuple[datetime, float]], *, since: datetime) -> tuple[datetime, datetime] | None:
    """Between which instants the level has its highest point after the first intake since an instant; None without one.

    To ten minutes, by the quickest and the slowest that the sources give, and the one between them.
    """
    recent = [at for at, _ in intakes if at >= since]
    if not recent:
        return None
    first = min(recent)
    doses = [((at - first) / ONE_HOUR, mg) for at, mg in intakes if first - CARRIED <= at]
    steps = range(round((max(recent) + PEAKS_WITHIN - first) / ABOUT) + 1)
    peaks = [max(steps, key=lambda step: level(doses, step * ABOUT / ONE_HOUR, profile)) for profile in (QUICKEST, REFERENCE, SLOWEST)]
    return first + min(peaks) * ABOUT, first + max(peaks) * ABOUT
