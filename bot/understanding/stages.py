"""Prescriptions in stages, as people copy them: "5 mg three times a day for 3 days, then 10 mg at the same hours".

Each stage is a row of doses and a length; the last may have none. Hours that are said once hold for every stage of as many intakes.
A stage in which anything is left that is not understood makes the whole unread: half a prescription is worse than none. Nothing here
is stored: the plan is read back, and starts when it is confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.understanding.moments import Clock, Moment
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Piece
from bot.understanding.plan_rows import (
    MOST_INTAKES,
    dose_of,
    hour_of,
    in_tablets,
    is_of_each,
    is_through_the_day,
    row_of,
    through_the_day,
)

Dose = dict[str, Any]
Reads = Callable[[str], Piece]
"""How a stretch of folded text is scanned."""
_Part = tuple[str, Piece]
"""A stretch, after what announces it ("then", "week 2:")."""

_AMOUNTS = ("MG", "TABS", "STEP")
_TOTALS: Mapping[str, Sequence[str]] = {"DAILY": ("DAILY", "MG", "NUM"), "DAILYTAB": ("DAILYTAB", "TABS", "NUM")}
"""What the totals of the stages may be said in, by how the first one is."""
_A_DAY, _A_WEEK = 24 * 60, 7
_FEWEST = 2
_NOON, _LAST_HOUR = 12, 24
_AROUND = " ,;.:"
_FIGURES = re.compile(r"[0-9]+")
_GLUED = re.compile(r"(?<![a-z0-9])x(?=[0-9])|(?<=[0-9])x(?= ?[0-9])")


_By = Literal["hour", "face"]
"""A dose is named by its hour; or by an hour of the face of a clock, on either half of the day."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one stage says: its doses, None for "the same number as before" (`each` of so much); its length in days; its hours; how
    its hours name the doses that change, where it says that the others stay as they were."""

    doses: list[Dose] | None
    each: Dose | None
    days: int | None
    hours: tuple[str, ...]
    rest_stays: _By | None = None


def told_in_rows(whole: Piece, reads: Reads) -> dict[str, Any] | None:
    """The slots of a plan in stages: `stages` ([{"doses": [...], "days": n}, ...], doses with "at" where their hour is known), its
    `start` and `tablet_mg` when they are said; of a plan of one row, `doses` and the same. Where stages are told and not all of them
    read, only that there are `several_stages`. None for anything else. `reads` scans a stretch."""
    whole, parts = _apart(whole, reads)
    slots = _one_row(whole) if len(parts) == 1 and parts[0][1] is whole else _stages(parts)
    return {"several_stages": True} if slots is None and _has_several(whole, parts) else slots


def told_as_totals(whole: Piece, reads: Reads) -> list[dict[str, Any]]:
    """The stages of a plan that gives the total of a day for each ("30 mg a day for a week, then 40"): `total_mg` or `tablets`, and `days`
    where they are said. None of them when one has anything else, such as its hours: they are quoted, and never made a plan of."""
    parts = _of_the_plan(_apart(whole, reads)[1])
    kinds = _TOTALS.get(next((atom.kind for _, piece in parts[:1] for atom in piece.of(*_TOTALS)), ""), ())
    following = [*(header for header, _ in parts[1:]), ""]
    found = [_total(part, after, kinds, is_first=at == 0) for at, (part, after) in enumerate(zip(parts, following, strict=True))]
    read = [stage for stage in found if stage]
    return read if len(read) == len(parts) >= _FEWEST else []


def _total(part: _Part, following: str, kinds: Sequence[str], *, is_first: bool) -> dict[str, Any]:
    """One stage with the total of its day: a bare number is of the unit that the first stage has. Nothing for anything else."""
    header, piece = part
    days, lengths = _days(piece)
    amounts = [atom for atom in piece.of(*kinds) if not any(atom is one for one in lengths)] if kinds else []
    known = [*amounts, *lengths, *piece.of("BACLO", "STRENGTH"), *(_days_named(piece) if is_first else [])]
    if len(amounts) != 1 or days == 0 or not _is_all(piece, known):
        return {}
    amount = amounts[0].value if amounts[0].kind == "NUM" else amounts[0].value.n
    if days is None:
        days = _A_WEEK if piece.cues.cues["a_week_header"].search(header) else _told_after(following, piece)
    name = "tablets" if "TABS" in kinds else "total_mg"
    return {name: tidy(amount), **({"days": days} if days else {})}


def _apart(whole: Piece, reads: Reads) -> tuple[Piece, list[_Part]]:
    """A message without what stands after a prescription, and its stretches from one stage to the next."""
    cues = whole.cues.cues
    text = cues["bare_half"].sub("1/2", cues["end_of_script"].sub("", whole.scan.text))
    whole = whole if text == whole.scan.text else reads(text)
    if not cues["next_stage"].search(text):
        return whole, [("", whole)]
    return whole, [(header, reads(part)) for header, part in _parted(_GLUED.sub(" x ", text), cues["next_stage"])]


def _stages(parts: Sequence[_Part]) -> dict[str, Any] | None:
    """The slots of a plan in stages; None when it is no such plan, or not read to its end."""
    parts = _of_the_plan(parts)
    pieces = [piece for _, piece in parts]
    counts = any(piece.of("TABS", "NXT") for piece in pieces)
    found = (_stage(piece, header, is_first=at == 0, counts=counts) for at, (header, piece) in enumerate(parts))
    read = [stage for stage in found if stage is not None]
    if len(read) < len(parts) or len(parts) < _FEWEST:
        return None
    following = [*(header for header, _ in parts[1:]), ""]
    lengths = [stage.days or _told_after(header, pieces[0]) for stage, header in zip(read, following, strict=True)]
    rows = _rows(read) or []
    if not rows or not all(lengths[:-1]):
        return None
    laid = [{"doses": row, **({"days": days} if days else {})} for row, days in zip(rows, lengths, strict=True)]
    return {"stages": laid, **_beside(pieces)}


def _of_the_plan(parts: Sequence[_Part]) -> Sequence[_Part]:
    """The stretches from the first amount on; but for what comes after a plan ("then I see her again")."""
    first = next((at for at, (_, piece) in enumerate(parts) if _has_amount(piece)), len(parts))
    return [(header, piece) for header, piece in parts[first:] if piece.scan.atoms or not piece.says("after_the_plan")]


def hours_alone(piece: Piece) -> tuple[str, ...]:
    """The hours of a day that a stretch names, in order, if it names nothing else; "8, 13, 20" are hours there."""
    said = [_as_hour(atom) if atom.kind == "NUM" else atom for atom in piece.scan.atoms]
    if not said or not all(atom.kind == "TIME" and atom.value.clock and not atom.value.day for atom in said) or "#" in piece.scan.masked:
        return ()
    hours = through_the_day(said)
    return tuple(map(hour_of, hours)) if is_through_the_day(hours) else ()


def _parted(text: str, breaks: re.Pattern[str]) -> list[tuple[str, str]]:
    """The stretches between the breaks that hold anything, each with the break before it."""
    found = list(breaks.finditer(text))
    headers = ["", *(match[0] for match in found)]
    bounds = [0, *(at for match in found for at in match.span()), len(text)]
    parts = [text[start:end].strip(_AROUND) for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    return [(header, part) for header, part in zip(headers, parts, strict=True) if part]


def _one_row(piece: Piece) -> dict[str, Any] | None:
    """The slots of a plan of one row ("1 tablet morning, noon and night"); None for anything else, or for a single dose."""
    stage = _stage(piece, "", is_first=True, counts=bool(piece.of("TABS")))
    if stage is None or stage.doses is None or stage.days is not None or len(stage.doses) < _FEWEST:
        return None
    (row,) = _rows([stage]) or [[]]
    return {"doses": row, **_beside([piece])}


def _has_several(whole: Piece, parts: Sequence[_Part]) -> bool:
    """Whether several stages are told, read or not: what is made of one of them is not the plan. Without any length, "then" only parts
    the doses of a day."""
    rows = len(whole.of("NXM", "NXT", "LIST", "FREQ"))
    told = [_has_amount(piece) or piece.scan.has("NUM") for _, piece in parts]
    of_length = [whole.cues.cues[name] for name in ("a_week_header", "days_header")]
    lasts = whole.scan.has("DUR") or whole.says("first_week") or any(cue.search(header) for cue in of_length for header, _ in parts)
    lasts = lasts or any(whole.precedes("first_days_after", atom) for atom in whole.of("NUM"))
    return rows > 1 or (any(_has_amount(piece) for _, piece in parts) and sum(told) > 1 and lasts)


def _has_amount(piece: Piece) -> bool:
    return piece.scan.has(*_AMOUNTS, "NXM", "NXT", "LIST", "DAILY", "DAILYTAB")


def _beside(pieces: Sequence[Piece]) -> dict[str, Any]:
    """The first day, and the strength of the tablets."""
    slots: dict[str, Any] = {}
    for piece in pieces:
        for atom in filter(_is_a_start, _days_named(piece)):
            slots.setdefault("start", piece.anchored(atom.value, "future").start.date().isoformat())
        strengths = [atom.value.n for atom in piece.of("STRENGTH") if not atom.value.items]
        strengths += [atom.value.k for atom in piece.of("TABS") if atom.value.k]
        strengths += [atom.value.n for atom in _label(piece)]
        if strengths:
            slots.setdefault("tablet_mg", tidy(strengths[0]))
    return slots


def _is_a_start(day: Atom) -> bool:
    """Whether a day is that on which the plan begins: "from Monday", "today", but not "prescribed on Friday"."""
    return bool(day.value.role == "start" or (day.value.day.kind == "offset" and day.value.day.offset >= 0))


def _label(piece: Piece) -> list[Atom]:
    """ "Baclofen 10 mg: half a tablet…": the strength on the box, before amounts in tablets."""
    kinds = [atom.kind for atom in piece.of("MG", "TABS", "NXT")]
    is_label = len(kinds) > 1 and kinds[0] == "MG" and set(kinds[1:]) <= {"TABS", "NXT"}
    return piece.of("MG") if is_label and not piece.says("stage_hour_after") else []


def _stage(piece: Piece, header: str, *, is_first: bool, counts: bool) -> _Stage | None:
    """One stage, and whether it says that the doses it does not name stay as they were; None when it is not all understood."""
    stage = _stage_alone(piece, header, is_first=is_first, counts=counts)
    if stage is None or not piece.says("rest_stays"):
        return stage
    return None if is_first or stage.doses is None else replace(stage, hours=(), rest_stays="face" if piece.half_unsaid() else "hour")


def _stage_alone(piece: Piece, header: str, *, is_first: bool, counts: bool) -> _Stage | None:
    """One stage, with what announces it ("week 2:"); None when something in it is not understood. `counts`: the plan is in tablets."""
    amounts, many, lists = _amounts(piece, counts=counts), piece.of("NXM", "NXT"), piece.of("LIST")
    days, lengths = _days(piece)
    hours, used = _hours(piece)
    known = [*_label(piece), *amounts, *many, *lists, *lengths, *used, *piece.of("FREQ", "BACLO", "STRENGTH")]
    if days == 0 or not _is_all(piece, [*known, *(_days_named(piece) if is_first else [])]):
        return None
    if days is None and piece.cues.cues["a_week_header"].search(header):
        days = _A_WEEK
    clocks = [atom for atom in hours if atom.value.clock]
    # "Morning and night, at 8 and 20": the parts of the day are said twice.
    hours = clocks if len(clocks) > 1 and len(hours) == 2 * len(clocks) else hours
    at = tuple(map(hour_of, clocks)) if len(clocks) == len(hours) else ()
    doses = None if _may_be_of_the_day(piece, amounts, hours) else _doses(piece.of("FREQ"), amounts, [*many, *lists], hours)
    if doses is not None:
        return _Stage(doses, None, days, () if any("at" in dose for dose in doses) else at)
    return _Stage(None, dose_of(amounts[0]), days, at) if _is_of_each(piece, amounts) else None


def _may_be_of_the_day(piece: Piece, amounts: Sequence[Atom], hours: Sequence[Atom]) -> bool:
    """A large amount before several hours may as well be the day's."""
    return len(amounts) == 1 and len(hours) > 1 and not is_of_each(amounts[0]) and not piece.says("each_of_them")


def _is_of_each(piece: Piece, amounts: Sequence[Atom]) -> bool:
    """ "15 mg each time", "20 mg at the same hours": as many as in the stage before."""
    return len(amounts) == 1 and not piece.of("FREQ") and (piece.says("each_of_them") or piece.says("same_hours"))


def _amounts(piece: Piece, *, counts: bool) -> list[Atom]:
    """The single amounts, but for a strength on the box."""
    label = _label(piece)
    found = [atom for atom in piece.of(*_AMOUNTS, "NUM") if not any(atom is one for one in label)]
    # "1 tablet in the morning and 2 in the evening": the second counts tablets too; "and 10" may be milligrams, and stays unread.
    counted = [in_tablets(atom) if counts and atom.kind == "NUM" and piece.precedes("part_after", atom) else atom for atom in found]
    return [in_tablets(atom) for atom in counted if atom.kind != "NUM"]


def _days_named(piece: Piece) -> list[Atom]:
    """The days that are named by themselves: the first day of a plan."""
    return [atom for atom in piece.of("TIME") if atom.value.day and not atom.value.clock and not atom.value.part]


def _is_all(piece: Piece, known: Sequence[Atom]) -> bool:
    """Whether nothing else with a number or a name stands in the piece, and nothing vague."""
    places = {(atom.start, atom.end) for atom in known}
    is_known = all((atom.start, atom.end) in places and not atom.vague for atom in piece.scan.atoms)
    return is_known and "#" not in piece.scan.masked and not piece.says("cuts_tablets")


def _told_after(header: str, piece: Piece) -> int | None:
    """ "… After 3 days, …": what announces the next stage tells how long the one before lasts."""
    is_told = piece.cues.cues["days_header"].search(header)
    return int(_FIGURES.findall(header)[0]) if is_told else None


def _days(piece: Piece) -> tuple[int | None, list[Atom]]:
    """How long the stage lasts (0 for a length of no whole days, or two of them), and the atoms that say so."""
    lengths = piece.of("DUR")
    said = [_whole_days(atom.value) for atom in lengths]
    weeks = [atom for atom in piece.of("EVERY") if piece.follows("lasting", atom)]
    said += [int(atom.value.n) for atom in weeks]
    firsts = [atom for atom in piece.of("NUM") if piece.precedes("first_days_after", atom)]
    said += [int(atom.value) for atom in firsts]
    if piece.says("first_week"):
        said.append(_A_WEEK)
    if len(said) > 1 or any(days < 1 for days in said):
        return 0, [*lengths, *weeks, *firsts]
    return (said[0] if said else None), [*lengths, *weeks, *firsts]


def _whole_days(length: Any) -> int:
    minutes = length.minutes
    return int(minutes // _A_DAY) if minutes % _A_DAY == 0 else 0


def _hours(piece: Piece) -> tuple[list[Atom], list[Atom]]:
    """The moments of the day in order ("8, 1 and 8" as said), through the day; and the atoms that they were read from."""
    said: list[Atom] = []
    used: list[Atom] = []
    for atom in piece.of("TIME", "NUM"):
        hour = atom
        if atom.kind == "NUM" and piece.precedes("part_after", atom):
            continue
        if atom.kind == "NUM" and used and said[-1].value.clock and piece.row([used[-1], atom], "between_intakes"):
            hour = _as_hour(atom)
        if hour.kind == "TIME" and (hour.value.clock or hour.value.part) and not hour.value.day:
            said.append(hour)
            used.append(atom)
    taken = [hour for hour, atom in zip(said, used, strict=True) if not piece.follows("nothing_at", atom)]
    return through_the_day(taken), used


def _as_hour(number: Atom) -> Atom:
    """ "8, 1 and 8": what goes on in a row of hours is one too."""
    hour = float(number.value)
    if not hour.is_integer() or not 0 <= hour <= _LAST_HOUR:
        return number
    return replace(number, kind="TIME", value=Moment(clock=Clock(int(hour), twelve=1 <= hour <= _NOON)))


def _doses(frequency: list[Atom], amounts: list[Atom], rows: list[Atom], hours: list[Atom]) -> list[Dose] | None:
    """The doses of a stage, in the order of the day; None when it does not say how many."""
    if len(frequency) > 1 or len(rows) > 1 or bool(rows) == bool(amounts):
        return None
    if rows:
        return row_of(rows[0]) or None
    if frequency:
        return _times_a_day(frequency[0], amounts, hours)
    if len(amounts) == 1 and hours and _are_alike(hours):
        return [_with_hour(dose_of(amounts[0]), hour) for hour in hours] if len(hours) > 1 or hours[0].value.clock else None
    return _in_turns(amounts, hours)


def _times_a_day(frequency: Atom, amounts: list[Atom], hours: list[Atom]) -> list[Dose] | None:
    """ "10 mg three times a day": with no hour, or with one for each."""
    count = int(frequency.value.n)
    is_one = len(amounts) == 1 and 1 <= count <= MOST_INTAKES and len(hours) in (0, count)
    return [dose_of(amounts[0])] * count if is_one else None


def _are_alike(hours: list[Atom]) -> bool:
    """Whether hours are all parts of the day, of which noon has its hour, or all hours: of a mixture some may say the same again."""
    parts = [hour for hour in hours if not hour.value.clock or (hour.value.clock.fixed and hour.value.clock.hour == _NOON)]
    return len(parts) in (0, len(hours)) or all(hour.value.clock for hour in hours)


def _in_turns(amounts: list[Atom], hours: list[Atom]) -> list[Dose] | None:
    """ "10 mg at 8, 20 mg at noon": each amount with its hour, where the one always follows the other."""
    turns = sorted([(atom.start, "amount") for atom in amounts] + [(atom.start, "hour") for atom in hours])
    kinds = [kind for _, kind in turns]
    if len(amounts) != len(hours) or kinds != kinds[:2] * len(amounts):
        return None
    return [_with_hour(dose_of(amount), hour) for amount, hour in zip(amounts, hours, strict=True)]


def _with_hour(dose: Dose, hour: Atom) -> Dose:
    return {**dose, "at": hour_of(hour)} if hour.value.clock else dose


def _rows(read: Sequence[_Stage]) -> list[list[Dose]] | None:
    """The doses of every stage, "each" worked out from the stage before, hours taken from a stage of as many intakes."""
    rows: list[list[Dose]] = []
    for stage in read:
        row = _row(stage, rows[-1] if rows else None)
        if row is None:
            return None
        rows.append(row)
    hours = [list(stage.hours) for stage in read if stage.hours]
    hours += [[dose["at"] for dose in row] for row in rows if all("at" in dose for dose in row)]
    return [_placed(row, hours) for row in rows]


def _row(stage: _Stage, before: list[Dose] | None) -> list[Dose] | None:
    if stage.doses is not None and stage.rest_stays is None:
        return stage.doses
    if before is None:
        return None
    if stage.doses is not None and stage.rest_stays is not None:
        return _changed(before, stage.doses, by=stage.rest_stays)
    each = stage.each
    return None if each is None else [{**each, **({"at": dose["at"]} if "at" in dose else {})} for dose in before]


def _changed(before: list[Dose], doses: list[Dose], *, by: _By) -> list[Dose] | None:
    """ "Then 20 mg at 9, the others the same": the doses of the stage before with these in place of those of their hours. None where it
    is not known which they replace."""
    name = _on_the_face if by == "face" else str
    row = list(before)
    for dose in doses:
        said = name(dose.get("at", ""))
        places = [at for at, old in enumerate(before) if said and name(old.get("at", "")) == said]
        if len(places) != 1:
            return None
        row[places[0]] = {**dose, "at": before[places[0]]["at"]}
    return row


def _on_the_face(hour: str) -> str:
    """An hour as the face of a clock shows it; one that is no hour ("bedtime") as it is."""
    hours, colon, minutes = hour.partition(":")
    return f"{int(hours) % _NOON}:{minutes}" if colon else hour


def _placed(row: list[Dose], hours: list[list[str]]) -> list[Dose]:
    """A row with the hours of the stages of as many intakes, where these agree."""
    if all("at" in dose for dose in row):
        return row
    alike = {tuple(each) for each in hours if len(each) == len(row)}
    bare = [{name: value for name, value in dose.items() if name != "at"} for dose in row]  # all of its hours are asked for, or none
    return [{**dose, "at": hour} for dose, hour in zip(bare, alike.pop(), strict=True)] if len(alike) == 1 else bare
