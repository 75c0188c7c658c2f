"""What happened, as slots: intakes and missed doses; what drinks and what was felt share with them.

The worst this part can do is to log a wrong dose in silence: whatever does not fit together, or is left over, is not sure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.understanding.amounts import Amount
from bot.understanding.moments import Anchored, Clock, Moment
from bot.understanding.parts_of_day import half_of_part
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece, together

_NOT_OF_AN_INTAKE = ("EVERY", "FREQ", "STEP", "STEPTAB", "UNTIL", "FROMTO", "INTAKES", "SOON", "LATER", "DUR")
_DOSES = ("MG", "TABS", "NXM", "NXT", "LIST", "DAILY", "DAILYTAB")
# A log older than this is a story about the past rather than an entry of the diary.
_OLD = timedelta(days=14)
# Strengths that baclofen tablets come in: "20 mg, 4 tablets" would need tablets of 5 mg, and is asked.
_STRENGTHS = frozenset({10, 20, 25})
_MANY = 3000
# No single dose of the seeds' schemes is larger (S003); a larger bare number is something else, or is asked about.
_LARGEST_BARE = 80
_HALF_OF_25 = 12.5


def intake(piece: Piece) -> Built:
    """What was taken, when, and which planned dose it was."""
    amounts, moments = _said(piece, *_DOSES), piece.of("TIME")
    slots: dict[str, Any] = {}
    planned, taken = _planned_and_taken(piece, moments)
    bare, more = _bare_amounts(piece), _more_of_the_same(piece, amounts)
    sure = not piece.leftover(but_for=[*bare, *more, *_said(piece, "NUM", instead=True)]) and _is_one_of_ours(piece, moments)
    planned, taken = _completed(planned, together(taken))
    told = sorted([*amounts, *more], key=lambda atom: atom.start) or (bare if len(bare) > 1 else [])
    sure = _amounts(told, taken, piece, slots) and sure
    _assume(bare, more, slots)
    _put_whole(piece, slots, counted=[*told, *bare])
    if planned:
        sure = put_time(piece, slots, "planned_at", planned) and sure
    sure = _taken_at(piece, slots, planned, taken) and sure
    strengths = [atom.value for atom in piece.of("STRENGTH") if not atom.value.items]
    if strengths:
        slots["tablet_mg"] = tidy(strengths[0].n)
    _put_marks(piece, slots, timed=bool(planned or taken))
    # "20 mg in the garden shed" may as well be where they are kept, and "took it to heart" is no intake.
    place = ("at_a_place",) if piece.says("took") and (amounts or moments) else ()
    return Built(slots, sure and piece.says_only(*place, "top_up_tablet", "beside_an_intake"))


def _put_whole(piece: Piece, slots: dict[str, Any], *, counted: list[Atom]) -> None:
    """ "The whole tablet", and no number: one of them, marked as assumed, for the plan may have a part of one. "Half of it": a part,
    and nobody knows of how much."""
    if not counted and piece.says("whole_tablet"):
        slots |= {"tablets": 1, "assumed": ["tablets"]}
    elif not counted and piece.says("part_of_it"):
        slots["in_part"] = True


def _put_marks(piece: Piece, slots: dict[str, Any], *, timed: bool) -> None:
    """Whether it was the extra tablet, or taken at the hour of the plan, whichever that was."""
    if piece.says("top_up_tablet"):
        slots["top_up"] = True
    if not timed and piece.says("on_the_hour"):
        slots["on_time"] = True


def _said(piece: Piece, *kinds: str, instead: bool = False) -> list[Atom]:
    """The amounts that were taken; or those in whose place they were ("10 instead of 5")."""
    return [atom for atom in piece.of(*kinds) if piece.follows("instead_of", atom) is instead]


def _is_one_of_ours(piece: Piece, moments: list[Atom]) -> bool:
    """Whether nothing but one intake of this medicine is told: no other medicine nor a drink, no amount over time, no second dose that
    is named by its hour ("my 8 am dose and my noon dose")."""
    others = piece.scan.has(*_NOT_OF_AN_INTAKE) or piece.scan.has("MED", "DRINK", "ALCOHOL")
    return not others and not piece.says("odd_amount") and sum(_names_a_dose(piece, atom) for atom in moments) <= 1


def missed(piece: Piece) -> Built:
    """Which dose was missed. What is said of the hour is both when it was planned and when it did not happen."""
    moments = piece.moments()
    slots: dict[str, Any] = {}
    sure = not piece.leftover() and len(moments) <= 1
    if len(moments) == 1 and moments[0].role == "since":
        return _none_since(piece, moments[0], sure=sure)
    if moments:
        sure = put_time(piece, slots, "planned_at", moments[0]) and sure
        slots["at"] = slots["planned_at"]
    amounts = piece.of("MG", "TABS")
    if len(amounts) == 1:
        one_amount(amounts[0], slots)
    return Built(slots, sure and len(amounts) <= 1 and not piece.of("NXM", "NXT", "LIST", "DAILY", "FROMTO", "UNTIL"))


def _none_since(piece: Piece, moment: Moment, *, sure: bool) -> Built:
    """ "None since Monday": the days without, told by the last one that had any. Hours without are no day, and are asked about."""
    placed = piece.anchored(moment, "past")
    whole = placed.start.date() < piece.now.date() and not placed.hour
    return Built({"since": placed.iso()}, sure and whole and not placed.doubt and not piece.of("MG", "TABS", "NXM", "NXT", "LIST"))


def _planned_and_taken(piece: Piece, atoms: list[Atom]) -> tuple[Moment | None, list[Moment]]:
    """ "My 8 am tablets at 9:30": the hour that names the dose, and the hours at which something was taken."""
    planned: Moment | None = None
    taken: list[Moment] = []
    for atom in atoms:
        names_dose = planned is None and _names_a_dose(piece, atom)
        if names_dose and atom.value.end:
            planned = replace(atom.value, end=None)
            taken.append(replace(atom.value, clock=atom.value.end, end=None))
        elif names_dose:
            planned = atom.value
        else:
            taken.append(atom.value)
    return planned, taken


def _completed(planned: Moment | None, taken: list[Moment]) -> tuple[Moment | None, list[Moment]]:
    """A day said beside the hour that names the dose is the day of that dose ("my 8 am dose yesterday")."""
    if planned is None or len(taken) != 1 or taken[0].clock or taken[0].shift:
        return planned, taken
    joined = planned.joined(taken[0])
    return (joined, []) if joined else (planned, taken)


def _names_a_dose(piece: Piece, atom: Atom) -> bool:
    """ "La prise de 13 h" and "my 1 pm dose" name a dose; "20 mg at 1 pm" tells when."""
    if piece.precedes("dose_noun_after", atom):
        return not piece.follows("timed_before", atom)
    return piece.follows("dose_noun", atom)


def _amounts(amounts: list[Atom], taken: list[Moment], piece: Piece, slots: dict[str, Any]) -> bool:
    if not amounts:
        return True
    if len(amounts) == 1:
        return one_amount(amounts[0], slots) and (len(taken) <= 1 or _same_amount_each(taken, piece, slots))
    if len(amounts) == 2 and _same_dose(amounts, slots):
        return len(taken) <= 1
    return _several(amounts, taken, piece, slots)


def _several(amounts: list[Atom], taken: list[Moment], piece: Piece, slots: dict[str, Any]) -> bool:
    """Several intakes, each with the hour that was said with it."""
    if any(atom.kind not in {"MG", "TABS", "NUM"} for atom in amounts):
        return False
    counted = "tablets" if any(atom.kind == "TABS" for atom in amounts) else "mg"
    doses = [{counted: tidy(atom.value)} if atom.kind == "NUM" else _one_dose(atom) for atom in amounts]
    slots["doses"] = doses
    # Without "took", hours and amounts in a row are as likely the plan as what was done.
    if len(taken) != len(amounts) or len({moment.day for moment in taken}) > 1 or any(atom.vague for atom in amounts):
        return False
    # Words between two of them may deny, put off or give away the second ("and wanted 20 at 1").
    in_a_row = piece.row([*amounts, *piece.of("TIME")], "between_intakes")
    return _dated(doses, taken, piece) and piece.says("took") and in_a_row


def _dated(doses: list[dict[str, Any]], taken: list[Moment], piece: Piece) -> bool:
    """Give each dose the hour that was said with it. True when every one of them is certain."""
    placed = [piece.anchored(moment, "past") for moment in taken]
    for dose, at in zip(doses, placed, strict=True):
        dose["at"] = at.iso()
    return all(at.hour and _is_certain(piece, moment, at) for moment, at in zip(taken, placed, strict=True))


def one_amount(atom: Atom, slots: dict[str, Any]) -> bool:
    """Put one amount into the slots. False when it is odd enough to be asked."""
    amount: Amount = atom.value
    if atom.kind in {"NXM", "NXT"}:
        name = "mg" if atom.kind == "NXM" else "tablets"
        slots["doses"] = [{name: tidy(amount.n)} for _ in range(min(int(amount.k or 0), 8))]
        return False
    if atom.kind == "LIST":
        slots["doses"] = [{"mg": tidy(item)} for item in amount.items]
        return False
    if atom.kind in {"TABS", "DAILYTAB"}:
        slots["tablets"] = tidy(amount.n)
        if amount.k:
            slots["tablet_mg"] = tidy(amount.k)
    else:
        slots["dose_mg"] = tidy(amount.n)
    return atom.kind in {"MG", "TABS"} and 0 < amount.n <= _MANY and not atom.vague


def _one_dose(atom: Atom) -> dict[str, Any]:
    amount: Amount = atom.value
    if atom.kind == "MG":
        return {"mg": tidy(amount.n)}
    return {"mg": tidy(amount.n * amount.k)} if amount.k else {"tablets": tidy(amount.n)}


def _same_amount_each(taken: list[Moment], piece: Piece, slots: dict[str, Any]) -> bool:
    """One amount and several hours: each time, or in all? Laid out for the question, never sure."""
    name = "mg" if "dose_mg" in slots else "tablets"
    value = slots.get("dose_mg", slots.get("tablets"))
    if value is not None and all(moment.clock for moment in taken) and piece.row(piece.of("TIME"), "between_intakes"):
        slots["doses"] = [{name: value, "at": piece.anchored(moment, "past").iso()} for moment in taken]
    return False


def _same_dose(amounts: list[Atom], slots: dict[str, Any]) -> bool:
    """ "20 mg (2 tablets)": one dose said twice, when the figures agree."""
    by_kind = {atom.kind: atom.value for atom in amounts}
    if set(by_kind) != {"MG", "TABS"}:
        return False
    mg, tablets = by_kind["MG"], by_kind["TABS"]
    strength = tablets.k or mg.n / tablets.n if tablets.n else 0
    if strength not in _STRENGTHS or strength * tablets.n != mg.n:
        return False
    slots |= {"dose_mg": tidy(mg.n), "tablets": tidy(tablets.n), "tablet_mg": tidy(strength)}
    return True


def _bare_amounts(piece: Piece) -> list[Atom]:
    """Numbers without a unit, where no other amount was said: one, or several that can only be milligrams."""
    numbers = _said(piece, "NUM")
    units = {_unit_of(number) for number in numbers}
    if piece.of(*_DOSES) or "" in units or (len(numbers) > 1 and units != {"dose_mg"}):
        return []
    return numbers if all(piece.precedes("amount_ends", number) for number in numbers) else []


def _more_of_the_same(piece: Piece, amounts: list[Atom]) -> list[Atom]:
    """ "2 tablets at noon and 1 at 5": numbers after an amount, and as likely of its unit as of nothing else.

    Not where they add up to it ("3 tablets today, 1 at 8 and 2 at noon"), nor more than twice as much.
    """
    numbers = piece.of("NUM")
    kinds = {atom.kind for atom in amounts}
    unit = "tablets" if kinds == {"TABS"} else "dose_mg" if kinds == {"MG"} else ""
    if not unit or not numbers or any(atom.value.k for atom in amounts):
        return []
    first, rest = amounts[0].value.n, [float(number.value) for number in numbers]
    after = all(number.start > amounts[0].start and _unit_of(number) == unit for number in numbers)
    fits = after and sum(rest) != first and max(rest) <= 2 * first
    return numbers if fits and _is_a_row(piece, [*amounts, *numbers]) else []


def _is_a_row(piece: Piece, amounts: list[Atom]) -> bool:
    """Whether amounts and hours follow each other with hardly a word between, and nothing else comes after a bare number."""
    bare = [atom for atom in amounts if atom.kind == "NUM"]
    return piece.row([*amounts, *piece.of("TIME")], "between_intakes") and all(piece.precedes("amount_ends", number) for number in bare)


def _unit_of(number: Atom) -> str:
    """What a bare number counts: milligrams, or tablets when small; nothing else is taken for an amount."""
    if 5 <= number.value <= _LARGEST_BARE and (number.value % 5 == 0 or number.value == _HALF_OF_25):
        return "dose_mg"
    return "tablets" if number.value in (1, 2, 3, 4) else ""


def _assume(bare: list[Atom], more: list[Atom], slots: dict[str, Any]) -> None:
    """Take bare numbers for amounts, alone or after one with its unit, marked as assumed: they are read back so."""
    if not bare and not more:
        return
    unit = _unit_of([*bare, *more][0])
    slots["assumed"] = [unit]
    if len(bare) == 1:
        slots[unit] = tidy(bare[0].value)


def _taken_at(piece: Piece, slots: dict[str, Any], planned: Moment | None, taken: list[Moment]) -> bool:
    late = piece.of("LATE", "EARLY")
    if late and planned and not taken:
        shift = timedelta(minutes=late[0].value.minutes) * (1 if late[0].kind == "LATE" else -1)
        placed = piece.anchored(planned, "past")
        if placed.hour:
            slots["at"] = (placed.start + shift).isoformat(timespec="minutes")
        return placed.hour and not placed.doubt
    if "doses" in slots and all("at" in one for one in slots["doses"]):
        return True
    if not taken:
        _taken_as_planned(piece, slots)
        return True
    return put_time(piece, slots, "at", taken[0]) and len(taken) == 1


def _taken_as_planned(piece: Piece, slots: dict[str, Any]) -> None:
    """A dose named by its hour was taken at that hour: said so ("on time"), or else no more than likely, and marked as assumed."""
    if "T" not in slots.get("planned_at", "") or piece.says("not_on_time"):
        return
    slots["at"] = slots["planned_at"]
    if not piece.says("on_time"):
        slots["assumed"] = [*slots.get("assumed", ()), "at"]


def put_time(piece: Piece, slots: dict[str, Any], name: str, moment: Moment) -> bool:
    """Place a moment of what happened; True when it is certain, and not in the future nor long ago."""
    placed = piece.anchored(moment, "past")
    slots[name] = placed.iso()
    if moment.part and not moment.clock:
        slots["part"] = moment.part
    return _is_certain(piece, moment, placed)


def _is_certain(piece: Piece, moment: Moment, placed: Anchored) -> bool:
    """Whether a moment of what happened has one reading, and lies neither in the future nor long ago."""
    local = piece.now.replace(tzinfo=None)
    ahead = placed.start > local + timedelta(minutes=16) if placed.hour else placed.start.date() > local.date()
    if moment.part and not moment.clock and placed.start.date() == local.date():
        ahead = piece.parts[moment.part][0] > local.time()  # "20 tonight", said at three
    simple = moment.role == "at" and not moment.end and not moment.period
    return simple and not placed.doubt and not ahead and local - placed.start <= _OLD


def put_when(piece: Piece, slots: dict[str, Any], moments: list[Moment]) -> bool:
    """When it happened, or since when. More than one moment of the same sense is asked."""
    sure = True
    for moment in moments:
        if moment.vague and moment.period:
            continue  # "lately" dates nothing
        placed = piece.anchored(moment, "past")
        name = {"since": "since", "until": "until", "start": "since"}.get(moment.role, "at")
        if moment.period and not moment.part:
            name = "since"
        if name in slots:
            sure = False
            continue
        slots[name] = placed.iso()
        if moment.part and not moment.clock:
            slots["part"] = moment.part
        local = piece.now.replace(tzinfo=None)
        ahead = placed.start > local + timedelta(minutes=16) if placed.hour else placed.start.date() > local.date()
        sure = sure and not placed.doubt and not ahead
    return sure


def as_clock(moment: Moment) -> Clock | None:
    """The clock of a moment, on the evening side when it is said of the evening; "nine at night" is, "two at night" is not."""
    if not moment.clock:
        return None
    if moment.part == "night" and moment.clock.twelve:
        return moment.clock.at_half(half_of_part(moment.part, moment.clock.hour))
    evening = moment.part in {"evening", "early_evening", "late_evening", "dinner", "bedtime", "afternoon", "after_lunch", "lunch"}
    return moment.clock.at_half("pm") if evening else moment.clock
