"""Doses of a plan that were said with their hours, in turns ("10 at 8, 20 at noon") or in rows ("10 10 20 at 8, 1 and 6"), and the hours
of a day that follow each other."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.core.tablets import QUARTER_OF_10
from bot.understanding.amounts import Amount
from bot.understanding.logs import as_clock
from bot.understanding.moments import Moment
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Piece, hour_text

_FEWEST_HOURS = 2
_LITTLE_MG, _FEW_TABLETS = 20, 2
_LEAST_BARE = 5
"""Milligrams are said without their unit in quarters of a tablet of 10, from five on; a smaller number may count tablets."""
MOST_INTAKES = 12
MOST_TABLETS = 4
"""A number that is no larger counts tablets, where it counts a dose."""
_NOT_IN_BLOCKS = ("DUR", "FREQ", "INTAKES", "DAILY", "DAILYTAB", "NXM", "NXT", "LIST", "FROMTO", "EVERYH")
_FIRST_HOUR = 5
"""Nobody's day begins earlier: "1, 6 and 2" is not read through the day."""


def role_of(piece: Piece, atom: Atom) -> str:
    """What a moment is to a plan: its bedtime, an hour of the day, or a bound (its first or last day)."""
    moment: Moment = atom.value
    if moment.part == "bedtime" or piece.follows("bedtime_before", atom):
        return "bedtime"
    if moment.clock and moment.role in {"at", "until"} and not moment.end:
        return "hour"
    return "hour" if moment.part and not moment.day else "bound"


def through_the_day(hours: list[Atom]) -> list[Atom]:
    """ "8, 1 and 6", "8, 1 and 6 pm": hours said without their half of the day go on through it, past noon where they would go back.

    Where they cannot, they are left as they were said. The plan is read back.
    """
    if not hours or not all(atom.value.clock for atom in hours):
        return hours
    placed: list[Atom] = []
    for atom in hours:
        clock: Any = as_clock(atom.value)
        is_bare = clock.twelve and not atom.value.part
        if is_bare and placed and clock.time <= placed[-1].value.clock.time:
            clock = clock.at_half("pm")
        placed.append(replace(atom, value=replace(atom.value, clock=clock)))
    return placed if is_through_the_day(placed) and (hours[0].value.part or hours[0].value.clock.hour >= _FIRST_HOUR) else hours


def is_through_the_day(hours: list[Atom]) -> bool:
    """Whether every hour comes after the one before."""
    times = [atom.value.clock.time for atom in hours if atom.value.clock]
    return all(one < two for one, two in pairwise(times))


def hour_of(atom: Atom) -> str:
    """The hour of a moment of a plan as "HH:MM", or "bedtime"; nothing when no hour was said."""
    if atom.value.part == "bedtime":
        return "bedtime"
    return hour_text(replace(atom.value, clock=as_clock(atom.value)))


def at_hours(piece: Piece, hours: list[Atom]) -> list[dict[str, Any]]:
    """The doses that were said with their hours, in turns or in two rows."""
    return _paired(piece, hours) or _in_blocks(piece, hours)


def _paired(piece: Piece, hours: list[Atom]) -> list[dict[str, Any]]:
    """ "10 at 8, 10 at noon": amounts and hours that take turns, two at least, each with the other."""
    couples = _in_turns(piece, hours)
    if {amount.kind for amount, _ in couples} == {"TABS", "NUM"}:
        couples = [(in_tablets(amount), hour) for amount, hour in couples]
    if not all(_is_plain(amount) for amount, _ in couples):
        return []  # "10 mg at 6 am, 2 and 10 pm": two is an hour
    return [_couple(amount, hour) for amount, hour in couples]


def _in_turns(piece: Piece, hours: list[Atom]) -> list[tuple[Atom, Atom]]:
    """Amounts with their hours, where the one always follows the other; else nothing."""
    turns = sorted([*piece.of("MG", "TABS", "NUM"), *hours], key=lambda atom: atom.start)
    turns = [atom for atom in turns if atom.kind != "TIME" or any(atom.start == hour.start for hour in hours)]
    if len(turns) < _FEWEST_HOURS * 2 or len(turns) % 2:
        return []
    amounts_first = turns[0].kind != "TIME"
    couples = list(zip(turns[::2], turns[1::2], strict=True))
    if any((one.kind == "TIME", two.kind == "TIME") != (not amounts_first, amounts_first) for one, two in couples):
        return []
    return couples if amounts_first else [(two, one) for one, two in couples]


def in_tablets(amount: Atom) -> Atom:
    """ "2 tablets at 8, 1 at noon": a small number beside tablets counts them too."""
    if amount.kind != "NUM" or not 0 < amount.value <= MOST_TABLETS or amount.value % 0.5:
        return amount
    return replace(amount, kind="TABS", value=Amount(amount.value))


def _in_blocks(piece: Piece, hours: list[Atom]) -> list[dict[str, Any]]:
    """ "10 10 20 at 8, 1 and 8": as many amounts in a row as hours after them. "10 mg at 8, 1 and 8": the same at each of them."""
    amounts = piece.of("MG", "TABS", "NUM")
    clocks = [atom for atom in piece.of("TIME") if role_of(piece, atom) != "bound"]
    if _is_one_each_time(piece, amounts, clocks, hours):
        return [_couple(amounts[0], hour) for hour in hours]
    if not _are_two_rows(piece, amounts, clocks) or [atom.start for atom in hours if atom.value.clock] != [atom.start for atom in clocks]:
        return []
    if len(amounts) == 1 and is_of_each(amounts[0]) and piece.row([amounts[0], clocks[0]], "at_each"):
        amounts *= len(hours)
    plain = all(map(_is_plain, amounts)) and len(amounts) == len(hours)
    return [_couple(amount, hour) for amount, hour in zip(amounts, hours, strict=True)] if plain else []


def _is_one_each_time(piece: Piece, amounts: list[Atom], clocks: list[Atom], hours: list[Atom]) -> bool:
    """ "At 8, 1 and 6, 10 mg each time": one amount with its unit, of each of the hours, wherever among the words it stands; never of
    the day in all."""
    is_one = len(amounts) == 1 and amounts[0].kind != "NUM" and piece.says("each_of_them") and not piece.of(*_NOT_IN_BLOCKS)
    in_a_row = len(clocks) >= _FEWEST_HOURS and piece.row(clocks, "between_intakes") and all(atom.value.clock for atom in clocks)
    return is_one and in_a_row and [atom.start for atom in hours] == [atom.start for atom in clocks]


def _is_plain(amount: Atom) -> bool:
    """Whether an amount has its unit, or is a number that milligrams of a dose are."""
    return amount.kind != "NUM" or (amount.value >= _LEAST_BARE and amount.value % QUARTER_OF_10 == 0)


def _are_two_rows(piece: Piece, amounts: list[Atom], clocks: list[Atom]) -> bool:
    """Whether amounts and then hours stand there, and nothing else of amounts, parts of the day or lengths: any of it may change what
    belongs to which hour."""
    if not amounts or len(clocks) < _FEWEST_HOURS or piece.of(*_NOT_IN_BLOCKS) or amounts[-1].start > clocks[0].start:
        return False
    return piece.row(clocks, "between_intakes") and piece.row(amounts, "between_intakes")


def is_of_each(amount: Atom) -> bool:
    """Whether an amount before several hours is that of each intake: a larger one may as well be the day's."""
    return bool(amount.kind != "NUM" and amount.value.n <= (_FEW_TABLETS if amount.kind == "TABS" else _LITTLE_MG))


def dose_of(amount: Atom) -> dict[str, Any]:
    """A dose as a slot: in mg, or in tablets where their strength was not said."""
    if amount.kind != "TABS":
        return {"mg": tidy(amount.value if amount.kind == "NUM" else amount.value.n)}
    return {"mg": tidy(amount.value.n * amount.value.k)} if amount.value.k else {"tablets": tidy(amount.value.n)}


def row_of(row: Atom) -> list[dict[str, Any]]:
    """The doses of "10-10-20" or "3 x 10 mg"; small numbers count tablets ("1-1-2"). None of more intakes than a day has."""
    if row.kind == "LIST":
        name = "tablets" if max(row.value.items) <= MOST_TABLETS else "mg"
        return [{name: tidy(item)} for item in row.value.items]
    count, name = int(row.value.k or 0), "mg" if row.kind == "NXM" and row.value.n > MOST_TABLETS else "tablets"
    return [{name: tidy(row.value.n)} for _ in range(count)] if count <= MOST_INTAKES else []


def _couple(amount: Atom, hour: Atom) -> dict[str, Any]:
    one, at = dose_of(amount), hour_of(hour)
    return {**one, "at": at} if at else one
