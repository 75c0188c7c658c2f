"""What an intake was, as it was told: its amount and its hour, and what of them had to be filled in. Shared; it imports no use case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.core.decision import Allowed
from bot.core.intake import Slot
from bot.core.tablets import in_tablets
from bot.handlers import agenda
from bot.handlers.hours import told_of, within
from bot.handlers.turn import Turn
from bot.ports import StoredPlan


def common(slots: Mapping[str, Any]) -> dict[str, Any]:
    """What several intakes of one message share."""
    return {name: slots[name] for name in ("tablet_mg", "assumed") if name in slots}


def taken_at(turn: Turn, said: str | None, part: str = "") -> tuple[datetime, list[str]]:
    """The instant of an intake: the hour said, else that of the words (marked as assumed). A day without an hour keeps that hour; of a
    part of it, the hour is that of its only planned intake, or else its middle."""
    if not said:
        return turn.said_at, ["at"]
    if "T" not in said and part:
        return _in_a_part(turn, said, part), ["hour"]
    if "T" not in said:
        day, then = date.fromisoformat(said), turn.local(turn.said_at)
        return (turn.said_at, ["at"]) if day == then.date() else (turn.instant(day, then.time()), ["at"])
    local = datetime.fromisoformat(said)
    return turn.instant(local.date(), local.time()), []


def _in_a_part(turn: Turn, said: str, part: str) -> datetime:
    planned = agenda.open_slots(turn, date.fromisoformat(said))
    begun = [slot for slot in within(turn, planned, part) if slot.at <= turn.said_at]
    return begun[0].at if len(begun) == 1 else told_of(turn, said, part)


def amount_of(slots: Mapping[str, Any], stored: StoredPlan | None) -> float | None:
    """The amount that was said, in mg; tablets by their strength. None when it was not said, or of which tablets was not."""
    for name in ("dose_mg", "mg"):
        if slots.get(name) is not None:
            return float(slots[name])
    if slots.get("tablets") is None:
        return None
    if is_which(slots, stored):
        return None
    return float(slots["tablets"]) * float(slots.get("tablet_mg") or (stored.plan.tablet_mg if stored else 10))


def amount_taken(slots: Mapping[str, Any], stored: StoredPlan | None, slot: Slot | None) -> tuple[float | None, list[str]]:
    """What was taken, and what of it was filled in and not said; None when nothing tells, or only that it was a part of the dose."""
    amount = amount_of(slots, stored)
    if amount is None and slots.get("in_part"):
        return None, []
    if amount is not None:
        guessed = "dose_mg" not in slots and not slots.get("tablet_mg") and stored is None
        return amount, ["strength"] if guessed else []
    if slot is None or slot.dose.mg is None or (is_which(slots, stored) and not _makes(slot, stored, slots["tablets"])):
        return None, []
    return float(slot.dose.mg), ["dose"]


def is_which(slots: Mapping[str, Any], stored: StoredPlan | None) -> bool:
    """Whether tablets were counted and the plan has several strengths of them: which ones was not said."""
    return slots.get("tablets") is not None and not slots.get("tablet_mg") and stored is not None and len(stored.plan.tablets_mg) > 1


def _makes(slot: Slot, stored: StoredPlan | None, count: float) -> bool:
    """Whether so many tablets are the planned dose, in the tablets in which the plan tells it."""
    made = in_tablets(slot.dose.mg, stored.plan.tablets_mg) if stored and slot.dose.mg else None
    return isinstance(made, Allowed) and sum(each.halves for each in made.value) / 2 == count
