"""What was drunk, or since when nothing was: a number that was said is never another, and what was not understood is never "nothing"."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.drinks import STANDARD, standard_drinks
from bot.knowledge.drinks import measures
from bot.understanding.logs import put_when
from bot.understanding.moments import Day, Moment
from bot.understanding.parts_of_day import MEALS
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece, since_of

_SIZES = frozenset({"centilitre", "ounce"})
_BEFORE_A_MEAL = timedelta(hours=3)


def drink(piece: Piece) -> Built:
    """What was drunk, or since when nothing was; of a drink that was only near ("nearly bought a bottle"), nothing."""
    if piece.says("held_back"):
        return Built({}, sure=False)
    moments = _moments(piece)
    if _abstinent(piece):
        slots: dict[str, Any] = {"drinks": [{"count": 0}]}
        return Built(slots, _abstinent_since(piece, slots, moments))
    found = piece.of("DRINK")
    told = [atom for atom in found if not _is_denied(piece, atom)]
    alone = [] if told else _bare_count(piece)
    drinks = as_told(piece, told) + [{"count": tidy(number.value)} for number in alone]
    if not drinks and piece.says("half_pint_alone"):
        return Built({"drinks": _half_pints(piece)}, sure=False)
    in_doubt = len(told) < len(found) or _is_in_doubt(piece, drinks) or _holds_something(piece, told)
    return _counted(piece, drinks, moments, in_doubt=in_doubt, leftover=piece.leftover(but_for=alone))


def _counted(piece: Piece, drinks: list[dict[str, Any]], moments: list[Moment], *, in_doubt: bool, leftover: bool) -> Built:
    """The drinks with what they come to, where nothing about them is in doubt."""
    slots: dict[str, Any] = {}
    standard = None if in_doubt else standard_drinks(drinks, measures())
    if standard is not None:
        slots["standard_drinks"] = tidy(standard)
    if any(one.get("unit") != STANDARD for one in drinks):
        slots["drinks"] = drinks
    sure = not in_doubt and not leftover and _is_of_one_time(piece, moments) and not piece.of("MG", "LIST")
    return Built(slots, put_when(piece, slots, moments[:1]) and sure)


def as_told(piece: Piece, atoms: list[Atom]) -> list[dict[str, Any]]:
    """Each drink as a slot; what it was and how much of it, said one after the other, are one ("wine, half a bottle")."""
    said = [dict(atom.value) for atom in atoms]
    if len(said) != 2 or not piece.row(atoms, "beside_a_drink"):
        return said
    amount = next((one for one in said if "count" in one and "kind" not in one), None)
    name = next((one for one in said if set(one) == {"kind"}), None)
    return [{**amount, **name}] if amount and name else said


def _half_pints(piece: Piece) -> list[dict[str, Any]]:
    count = next((tidy(number.value) for number in piece.of("NUM")), 1)
    return [{"count": count, "unit": "half_pint"}]


def _holds_something(piece: Piece, drinks: list[Atom]) -> bool:
    """ "4 bottles of pop": of something that has no name here, in what is not served as one drink."""
    nameless = [one for one in drinks if "kind" not in one.value and one.value.get("unit") not in measures().served]
    return any(piece.precedes("of_something", one) for one in nameless)


def _moments(piece: Piece) -> list[Moment]:
    """What is told of when: about an hour is near enough for a drink; a meal that they drink before, not long before it, is today's."""
    if _is_a_count_or_an_hour(piece):
        return []
    return [_of_today(piece, replace(moment, vague=False) if moment.clock else moment) for moment in piece.moments()]


def _of_today(piece: Piece, moment: Moment) -> Moment:
    """ "One sherry before supper", said at twenty past six: before the supper of today, not after that of yesterday."""
    if not moment.part or moment.day or moment.clock or moment.part not in MEALS:
        return moment
    begins = datetime.combine(piece.now.date(), piece.parts[moment.part][0])
    is_near = timedelta() < begins - piece.now.replace(tzinfo=None) <= _BEFORE_A_MEAL
    return Moment(moment.role, day=Day("offset")) if is_near else moment


def _is_of_one_time(piece: Piece, moments: list[Moment]) -> bool:
    """Whether all that was drunk belongs to one day or hour, and nothing is said of another ("sober yesterday, 2 beers today")."""
    return not moments or (len(moments) == 1 and not piece.says("abstinent"))


def _is_in_doubt(piece: Piece, drinks: list[dict[str, Any]]) -> bool:
    """Whether something is denied and nothing counted, or a size may stand beside what it is the size of ("2 cans of 50 cl")."""
    is_size = len(drinks) > 1 and any(one.get("unit") in _SIZES for one in drinks)
    return is_size or (not drinks and (piece.says("abstinent") or _is_a_count_or_an_hour(piece)))


def _bare_count(piece: Piece) -> list[Atom]:
    """ "I drank 3": a lone number that nothing follows counts drinks."""
    numbers = piece.of("NUM")
    if len(numbers) != 1 or piece.says("abstinent") or not piece.follows("drank_before", numbers[0]):
        return []
    if not piece.precedes("amount_ends", numbers[0]):
        return []
    return numbers if numbers[0].value > 0 else []


def _is_a_count_or_an_hour(piece: Piece) -> bool:
    """ "Drank 5 this morning": five drinks, or at five?"""
    atoms = [] if piece.of("DRINK") else [atom for atom in piece.of("TIME") if piece.follows("drank_before", atom)]
    return any((clock := atom.value.clock) and clock.twelve and not clock.minute and (atom.value.day or atom.value.part) for atom in atoms)


def _abstinent(piece: Piece) -> bool:
    """Whether it says that nothing was drunk, and hardly another word: any other may say that something was ("drank without counting")."""
    drinks, numbers = piece.of("DRINK"), [number for number in piece.of("NUM") if not piece.follows("day_number", number)]
    none = all(_is_denied(piece, one) and one.value.get("count", 1) <= 1 for one in drinks)
    said = bool(drinks) or piece.says("abstinent") or any(number.value == 0 for number in numbers)
    return said and none and all(number.value == 0 for number in numbers) and piece.says_only("beside_no_drink", "abstinent")


def _is_denied(piece: Piece, drink: Atom) -> bool:
    """Whether its clause says before it that it was not ("I didn't drink 2 beers"), or its number does."""
    return drink.value.get("count") == 0 or piece.follows_in_clause("abstinent", drink)


def _abstinent_since(piece: Piece, slots: dict[str, Any], moments: list[Moment]) -> bool:
    lengths = piece.of("DUR")
    if lengths:
        slots["since"] = since_of(piece, lengths[0].value).iso()
        return not lengths[0].vague and len(lengths) == 1
    return put_when(piece, slots, moments[:1]) and "#" not in piece.scan.masked and not piece.says("promise")
