"""How serious a message is, and how several judgements become one.

A level routes one MESSAGE; it never rates a person and never takes help away.
Source: facts on danger signs, 3.1 (levels read like the C-SSRS) and the command-line contract.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Level(IntEnum):
    """Ordered: a greater level asks for help sooner."""

    none = 0
    consult = 1  # tell the prescriber at the next contact
    check = 2  # ambiguous: one gentle question, then listen
    urgent = 3  # a human today
    emergency = 4  # life may be at risk now


def worst(levels: Iterable[Level]) -> Level:
    """The greatest of the levels, `none` when there are none.

    Merging is monotone: one more level never lowers the result (held by a property test).
    """
    return max(levels, default=Level.none)
