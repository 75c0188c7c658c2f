"""Plans, decreases, curves and splits as plain values: what the command line prints (contracts: command line)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import time
from math import inf
from typing import Any

from bot.core.curve import Curve
from bot.core.decision import Allowed, Withheld
from bot.core.plan import Dose
from bot.core.split import Split
from bot.core.titration import PlanDay


def day_json(day: PlanDay, also: Sequence[str] = ()) -> dict[str, Any]:
    """One day of a plan: its date, its day and step from 1, its doses by hour, its total in mg, the rules to mention.

    `also` are rules that go with the whole plan, as a slow decrease's do (case 66).
    """
    return {
        "date": day.date.isoformat(),
        "day": day.number,
        "step": day.step_index + 1,
        "doses": doses_json(day.doses),
        "total_mg": day.total_mg,
        "notices": [*day.notices, *also],
    }


def doses_json(doses: Sequence[Dose]) -> list[dict[str, Any]]:
    """Doses by local hour, in mg."""
    return [{"at": dose.at.isoformat("minutes"), "mg": dose.mg} for dose in doses]


def split_json(verdict: Allowed[Split] | Withheld) -> dict[str, Any]:
    """The illustrated split, or why there is none."""
    if isinstance(verdict, Withheld):
        return {"infeasible": True, "reasons": list(verdict.rules)}
    found = verdict.value
    level = {"fast": round(found.level_fast, 4), "slow": round(found.level_slow, 4)}
    return {"doses": doses_json(found.doses), "level_at_craving": level, "rules": list(verdict.rules)}


def curve_json(curve: Curve) -> dict[str, Any]:
    """The model curve, minute by minute, in mg-equivalents."""
    points = [{"at": _clock(point.minute), "mg_eq": round(point.mg_eq, 4)} for point in curve.points]
    peak = {"at": _clock(curve.peak.minute), "mg_eq": round(curve.peak.mg_eq, 4)}
    return {"profile": curve.profile.name, "points": points, "peak": peak}


def parse_doses(text: str) -> list[tuple[int, float]]:
    """ "40@13:00,60@15:00" as (minute of the day, mg). Raises ValueError that names the part it cannot read."""
    return list(_parsed(text))


def _parsed(text: str) -> Iterator[tuple[int, float]]:
    for part in text.split(","):
        amount, _, at = part.strip().partition("@")
        try:
            minute, mg = _minute(at), float(amount)
        except ValueError:
            raise ValueError(f"{part.strip()!r} is not an intake such as 40@13:00") from None
        if not 0 < mg < inf:
            raise ValueError(f"{part.strip()!r}: the amount must be above zero")
        yield minute, mg


def _minute(at: str) -> int:
    """The minute of the day of "13:00". Seconds or a zone would be lost in silence, so they are refused; the caller says why."""
    hours, _, minutes = at.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError
    hour = time(int(hours), int(minutes))
    return hour.hour * 60 + hour.minute


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
