"""Corrections of what was noted last, as slots: the amount, the number, the drinks or the hour that is not denied."""

from __future__ import annotations

from typing import Any

from bot.understanding.drunk import as_told
from bot.understanding.logs import one_amount, put_time
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece
from bot.understanding.scan import UNCOUNTABLE

_AMOUNTS = ("MG", "TABS", "NUM", "NXM", "NXT", "RATING")


def correction(piece: Piece) -> Built:
    """The right amount or hour of the last entry."""
    amounts, moments, drinks = (_said(piece, *kinds) for kinds in (_AMOUNTS, ("TIME",), ("DRINK",)))
    slots: dict[str, Any] = {}
    sure = _put_amount(piece, slots, amounts) and len(moments) <= 1
    if drinks:
        slots["drinks"] = as_told(piece, drinks)
        sure = not amounts and len(moments) <= 1
    if moments:
        sure = put_time(piece, slots, "at", moments[0].value) and sure
    # An hour beside an amount may say which entry is meant, and a denial that nothing was taken ("no 20 mg at noon").
    which = bool(moments) and (bool(amounts) or len(amounts) < len(piece.of(*_AMOUNTS)))
    return Built(slots, sure and bool(slots) and not which and not piece.says("none_of_it"))


def _said(piece: Piece, *kinds: str) -> list[Atom]:
    return [atom for atom in piece.of(*kinds) if not piece.follows("not_this", atom)]


def _put_amount(piece: Piece, slots: dict[str, Any], amounts: list[Atom]) -> bool:
    """Whether there is one amount at most, and it can only be one thing. A bare small number may be tablets, a rating or drinks."""
    if not amounts:
        if not piece.of("TIME", "DRINK") and piece.says("only_one"):
            slots |= {"dose_mg": 1, "assumed": ["dose_mg"]}
            return False
        return True
    first = amounts[0]
    if first.kind == "NUM":
        slots |= {"dose_mg": tidy(first.value), "assumed": ["dose_mg"]}
        return len(amounts) == 1 and 5 <= first.value < UNCOUNTABLE and first.value % 5 == 0
    if first.kind == "RATING":
        slots["severity"] = tidy(first.value)
    elif first.kind in {"MG", "TABS"}:
        one_amount(first, slots)
    else:
        return False
    return len(amounts) == 1
