"""What was felt, as slots: cravings and side effects, how strong and when. What is over or denied is no entry of today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.understanding.logs import put_when
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece, hour_text, since_of


def craving(piece: Piece) -> Built:
    """How strong, and when."""
    bare = _rating_or_hour(piece)
    if bare is not None and not piece.of("RATING", "NUM"):
        return Built({"craving": bare, "craving_at": hour_text(piece.moments()[0])}, sure=False)
    score, sure = _score(piece)
    sure = sure and not piece.says("rating_in_doubt")
    slots: dict[str, Any] = {} if score is None else {"craving": score}
    if score is None and piece.says("fewer_cravings"):
        slots["fewer"] = True
    sure = sure and "#" not in piece.scan.masked and not piece.of("MG", "TABS", "LIST", "NXM", "DAILY")
    moments = piece.moments()
    rated = _rated_in_passing(piece)
    if rated is not None and score is None:
        slots["craving"], moments = rated, [replace(moments[0], clock=None)]
    sure = put_when(piece, slots, moments) and sure
    if moments and moments[0].clock:
        slots["craving_at"] = hour_text(moments[0])
    return Built(slots, sure)


def _score(piece: Piece) -> tuple[float | None, bool]:
    """The strength said, from 0 to 10, and whether nothing else may be it. "No craving" is 0."""
    ratings, numbers = piece.of("RATING"), piece.of("NUM")
    if ratings:
        return tidy(ratings[0].value), len(ratings) == 1 and not numbers
    if piece.says("no_craving"):
        return 0, not numbers and not piece.says("tells_no_wish")
    if len(numbers) == 1 and 0 <= numbers[0].value <= 10:
        return tidy(numbers[0].value), True
    return None, not numbers


def side_effect(piece: Piece) -> Built:
    """Which effects, how strong, when or since when. What is denied or over is not logged; only over, it is told as `over`."""
    told = [atom for atom in piece.of("EFFECT") if not piece.negated(atom)]
    atoms = [atom for atom in told if not piece.precedes("is_over", atom)]
    if told and not atoms:
        return _over(piece, told)
    slots: dict[str, Any] = {"effects": _names(atoms)} if atoms else {}
    sure = _put_severity(piece, slots) and bool(atoms) and "#" not in piece.scan.masked
    lengths = [atom for atom in piece.of("DUR") if atom.value.unit in {"day", "week", "month"}]
    moments = piece.moments()
    if lengths and not moments:
        slots["since"] = since_of(piece, lengths[0].value).iso()
    return Built(slots, put_when(piece, slots, moments) and sure)


def _put_severity(piece: Piece, slots: dict[str, Any]) -> bool:
    """The strength, and whether it was surely said as one, or no number at all was."""
    ratings, numbers = piece.of("RATING"), piece.of("NUM")
    if ratings:
        slots["severity"] = tidy(ratings[0].value)
        return len(ratings) == 1 and not numbers
    if len(numbers) == 1 and 0 <= numbers[0].value <= 10:
        slots["severity"] = tidy(numbers[0].value)
        return piece.follows("rates_before", numbers[0]) and piece.precedes("rates_after", numbers[0])
    return not numbers


def _over(piece: Piece, atoms: list[Atom]) -> Built:
    return Built({"effects": _names(atoms), "over": True}, "#" not in piece.scan.masked and not piece.of("NUM", "RATING"))


def _names(atoms: list[Atom]) -> list[str]:
    return list(dict.fromkeys(atom.value for atom in atoms))


def _rated_in_passing(piece: Piece) -> int | None:
    """ "Craving 3 this morning": three out of ten, and not at three: no word of when stands before it."""
    atoms = piece.of("TIME")
    if len(atoms) != 1 or not piece.follows("craving_just_before", atoms[0]):
        return None
    moment = atoms[0].value
    bare = moment.clock and moment.clock.twelve and not moment.clock.minute and (moment.day or moment.part)
    return moment.clock.hour if bare and moment.clock.hour <= 10 else None


def _rating_or_hour(piece: Piece) -> int | None:
    """ "Craving at 7": an hour, or seven out of ten? Read as the rating, and asked."""
    atoms = piece.of("TIME")
    if len(atoms) != 1 or not piece.follows("craving_before", atoms[0]):
        return None
    moment = atoms[0].value
    bare = moment.clock and moment.clock.twelve and not moment.clock.minute and not moment.day and not moment.part
    return moment.clock.hour if bare and moment.clock.hour <= 10 else None
