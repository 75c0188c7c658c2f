"""Plans and timing, as slots: what the prescriber wrote, told in any order. Sums are not checked here, and nothing is invented."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.understanding.intents import named
from bot.understanding.logs import as_clock
from bot.understanding.moments import Moment
from bot.understanding.pattern import Atom, tidy
from bot.understanding.piece import Built, Piece, hour_text
from bot.understanding.plan_rows import at_hours, hour_of, is_through_the_day, role_of, row_of, through_the_day

_USUAL_TABLET_MG = 10
_ONE_DAY = 24 * 60
_NOON = 12


def plan(piece: Piece) -> Built:
    """A plan: its scheme, or its total, steps, hours and doses; its start, bedtime and limits.

    Of tablets that are cut it is not known whether an amount is that of the whole or of the part: nothing is made of it.
    """
    if piece.says("longer_step"):
        return _longer_step(piece)
    if piece.says("cuts_tablets"):
        return Built({"unplaced": True})
    slots: dict[str, Any] = {}
    hours, sure = _hours(piece, slots)
    _tablets(piece, slots)
    _beside(piece, slots)
    sure = _total(piece, slots, hours) and sure
    sure = _increase(piece, slots) and sure
    sure = _doses(piece, slots, hours) and sure
    scheme = named(piece.cues.schemes, piece.scan.masked) if _may_be_scheme(piece, slots) else None
    if scheme and _scheme_agrees(piece, scheme):
        slots["scheme"] = scheme
        slots.pop("doses", None)
    if piece.says("free_split"):
        slots["free_split"] = True
    return Built(slots, sure and _is_whole(piece, slots) and not _is_another_plan(piece, slots))


def placed(piece: Piece) -> dict[str, Any]:
    """The slots of words that are about a plan; of a number or an amount that has no place in it, only that there is one (`unplaced`)."""
    built = plan(piece)
    told = {"scheme", "total_mg", "doses"} & set(built.slots)
    loose = piece.scan.has("NUM") or "#" in piece.scan.masked or (len(piece.of("MG", "TABS")) > 1 and "doses" not in built.slots)
    return {"unplaced": True} if told and not built.sure and loose else built.slots


def _is_whole(piece: Piece, slots: dict[str, Any]) -> bool:
    """Whether it says enough to be a plan, and every amount in it belongs somewhere."""
    known = any(name in slots for name in ("scheme", "total_mg", "doses"))
    used = "doses" in slots or "scheme" in slots
    return known and "#" not in piece.scan.masked and (used or not _loose(piece))


def _is_another_plan(piece: Piece, slots: dict[str, Any]) -> bool:
    """Whether it may be of another medicine, of somebody else, of before or only if needed, or what was taken ("yesterday 20 at 8").
    "Since yesterday" is its start."""
    days = [atom.value.day for atom in piece.of("TIME") if atom.value.day and atom.value.role not in {"since", "start"}]
    is_past = any(day.kind == "offset" and day.offset < 0 for day in days)
    return piece.scan.has("MED") or ("doses" in slots and (is_past or piece.says("plan_in_doubt")))


def timing(piece: Piece) -> Built:
    """A question about hours: the total to split, and the hour (of the week, of the week-end) that it is meant for."""
    slots: dict[str, Any] = {}
    sure = True
    moments = [atom for atom in piece.of("TIME") if atom.value.clock]
    days = [atom for atom in piece.of("TIME") if not atom.value.clock]
    _craving_hours(piece, slots, moments, days)
    sure = sure and not any(m.value.clock.twelve and not m.value.part for m in moments)
    if len(piece.of("DAILY", "MG", "FROMTO")) == 1 or piece.of("DAILY", "FROMTO"):
        atom = piece.of("DAILY", "FROMTO", "MG")[0]
        slots["total_mg"] = tidy(atom.value.n)
        if atom.kind == "FROMTO" and atom.value.k is not None:
            slots["from_total_mg"] = tidy(atom.value.k)
    start = next((a.value for a in days if a.value.day and not _is_weekend(a.value) and a.value.role in {"at", "start"}), None)
    if start:
        slots["start"] = piece.anchored(start, "future").start.date().isoformat()
    return Built(slots, sure and "#" not in piece.scan.masked)


def _hours(piece: Piece, slots: dict[str, Any]) -> tuple[list[Atom], bool]:
    """The hours of the plan; bedtime, the start and the end are taken out of them."""
    hours: list[Atom] = []
    sure = True
    for atom in piece.of("TIME"):
        role = role_of(piece, atom)
        if role == "bound":
            sure = _put_bound(piece, slots, atom) and sure
            continue
        hours.append(_bedtime(atom, slots) if role == "bedtime" else atom)
        if atom.value.day and (role == "bedtime" or not atom.value.part):
            sure = _put_start(piece, slots, atom) and sure
    hours = through_the_day(hours)
    times = [hour_of(atom) for atom in hours if atom.value.clock and not _is_bedtime(atom)]
    if times:
        slots["times"] = times
    goes_on = _twenty_four(hours) and is_through_the_day(hours)
    return hours, sure and (goes_on or not piece.half_unsaid())


def _twenty_four(hours: list[Atom]) -> bool:
    """ "8:00 12:00 16:00" is the 24-hour clock throughout; "8, 12, 4" may be anything."""
    return any(atom.value.clock and atom.value.clock.hour > 12 for atom in hours)


def _put_bound(piece: Piece, slots: dict[str, Any], atom: Atom) -> bool:
    """A day of the plan that is no hour of it: its first, or its last."""
    if atom.value.role == "until":
        slots["until"] = piece.anchored(atom.value, "future").iso()
        return True
    return _put_start(piece, slots, atom)


def _bedtime(atom: Atom, slots: dict[str, Any]) -> Atom:
    moment = replace(atom.value, part="bedtime")
    if moment.clock:
        slots["bedtime"] = hour_text(replace(moment, clock=as_clock(moment)))
    return replace(atom, value=moment)


def _is_bedtime(atom: Atom) -> bool:
    return bool(atom.value.part == "bedtime")


def _put_start(piece: Piece, slots: dict[str, Any], atom: Atom) -> bool:
    """The first day; a plan already begun ("started Monday") starts on a day that is past."""
    begins = atom.value.role == "start" and piece.follows("have", atom)
    has_begun = atom.value.role == "since" or begins or piece.follows("begun_before", atom)
    placed = piece.anchored(atom.value, "past" if has_begun else "future")
    already = "start" in slots
    slots.setdefault("start", placed.start.date().isoformat())
    return not placed.doubt and not already


def _longer_step(piece: Piece) -> Built:
    """ "Extend this step by 3 days"; without a length, stay on it until further notice."""
    lengths = [atom.value.minutes / _ONE_DAY for atom in piece.of("DUR")]
    numbers = piece.of("NUM")
    if piece.says("more_days") and len(numbers) == 1:
        lengths.append(numbers[0].value)
        numbers = []
    vague = (
        bool(numbers) or "#" in piece.scan.masked or bool(piece.of("TIME", "MG", "DAILY", "EVERY")) or any(a.vague for a in piece.of("DUR"))
    )
    if not lengths:
        return Built({"stay": True}, not vague)
    days = int(lengths[0])
    return Built({"extend_days": days}, not vague and len(lengths) == 1 and days == lengths[0] and days >= 1)


def _tablets(piece: Piece, slots: dict[str, Any]) -> None:
    """The strengths at hand: `tablet_mg` is the first said, `tablets_mg` every one of them when there are several."""
    said = [strength for atom in piece.of("STRENGTH") for strength in (atom.value.items or (atom.value.n,))]
    said += [atom.value.k for atom in piece.of("TABS") if atom.value.k]
    strengths = [tidy(strength) for strength in dict.fromkeys(said)]
    if strengths:
        slots["tablet_mg"] = strengths[0]
    if len(strengths) > 1:
        slots["tablets_mg"] = strengths


def _beside(piece: Piece, slots: dict[str, Any]) -> None:
    """What the plan has beside its doses: a top-up for a strong craving, and a largest single dose. What was not said stays unsaid."""
    for atom in piece.of("MAXSINGLE")[:1]:
        slots["max_single_mg"] = tidy(atom.value.n)
    for atom in piece.of("TOPUP", "TOPUPMG")[:1]:
        value = atom.value
        if atom.kind == "TOPUPMG" or value.k:
            slots["top_up_mg"] = tidy(value.n * (value.k or 1))
        else:
            slots["top_up_tablets"] = tidy(value.n)
        if value.per_day:
            slots["top_up_per_day"] = tidy(value.per_day)


def _total(piece: Piece, slots: dict[str, Any], hours: list[Atom]) -> bool:
    limits = piece.of("UNTIL")
    if limits:
        slots["until_mg"] = tidy(limits[0].value.n)
    changes = piece.of("FROMTO")
    if changes:
        slots |= {"from_total_mg": tidy(changes[0].value.k or 0), "total_mg": tidy(changes[0].value.n)}
        return len(changes) == 1 and not piece.of("DAILY")
    totals = piece.of("DAILY")
    if totals:
        slots["total_mg"] = tidy(totals[0].value.n)
        return len({atom.value.n for atom in totals}) == 1
    tablets = piece.of("DAILYTAB")
    if tablets and "tablets_mg" in slots:
        return False
    if tablets:
        slots["total_mg"] = tidy(tablets[0].value.n * slots.get("tablet_mg", _USUAL_TABLET_MG))
        if "tablet_mg" not in slots:
            slots["assumed"] = ["tablet_mg"]
        return len(tablets) == 1 and "tablet_mg" in slots
    return _lone_total(piece, slots, hours)


def _lone_total(piece: Piece, slots: dict[str, Any], hours: list[Atom]) -> bool:
    """ "I go to 70 mg": a day's total when nothing else says how it is taken, and read back as an assumption."""
    alone = piece.of("MG")
    if len(alone) != 1 or piece.of("FREQ", "NXM", "LIST", "TABS") or at_hours(piece, hours):
        return True
    if piece.says("each_of_them") or (piece.of("DUR") and len(slots.get("times", ())) > 1):
        return False  # "5 mg at 8, 2 and 10 for 3 days": of each, or of the day
    slots["total_mg"] = tidy(alone[0].value.n)
    if piece.of("STEP", "EVERY", "INTAKES") or piece.says("free_split"):
        return True
    slots["assumed"] = ["total_mg"]
    return False


def _increase(piece: Piece, slots: dict[str, Any]) -> bool:
    steps, tablet_steps, every = piece.of("STEP"), piece.of("STEPTAB"), piece.of("EVERY")
    sure = len(steps) + len(tablet_steps) <= 1 and len(every) <= 1
    alone = piece.of("TABS") if every and not steps and not tablet_steps else []
    tablet_steps = tablet_steps or (alone if len(alone) == 1 else [])
    if steps:
        slots["step_mg"] = tidy(steps[0].value.n)
    elif tablet_steps:
        slots["step_mg"] = tidy(tablet_steps[0].value.n * slots.get("tablet_mg", _USUAL_TABLET_MG))
        sure = sure and "tablet_mg" in slots
    if every:
        slots["every_days"] = tidy(every[0].value.n)
        sure = sure and not every[0].vague
    return sure


def _doses(piece: Piece, slots: dict[str, Any], hours: list[Atom]) -> bool:
    """The doses of a day, with their hours when each has its own."""
    many = piece.of("NXM", "NXT")
    if many:
        return _repeated(piece, slots, many, hours)
    lists = piece.of("LIST")
    if lists:
        slots["doses"] = _with_hours(row_of(lists[0]), hours, slots)
        return len(lists) == 1
    frequency = piece.of("FREQ")
    amounts = piece.of("MG", "TABS")
    if frequency and len(amounts) == 1:
        return _repeated(piece, slots, [_times(amounts[0], frequency[0].value.n)], hours)
    pairs = at_hours(piece, hours)
    if pairs:
        slots["doses"] = pairs
        slots.pop("times", None)
        return all("at" in one for one in pairs)
    return len(amounts) <= 1


def _times(atom: Atom, count: float) -> Atom:
    kind = "NXM" if atom.kind == "MG" else "NXT"
    return replace(atom, kind=kind, value=replace(atom.value, k=count))


def _repeated(piece: Piece, slots: dict[str, Any], many: list[Atom], hours: list[Atom]) -> bool:
    row = row_of(many[0])
    if len(many) > 1 or not row:
        return False
    slots["doses"] = _with_hours(row, hours, slots)
    if "mg" in row[0] and not piece.of("DAILY", "FROMTO"):
        slots["total_mg"] = tidy(many[0].value.n * len(row))
        slots.pop("assumed", None)
    return True


def _with_hours(items: list[dict[str, Any]], hours: list[Atom], slots: dict[str, Any]) -> list[dict[str, Any]]:
    """Hours go to the doses in order, when there are as many; otherwise they stay apart, in `times`."""
    at = [hour_of(atom) for atom in hours]
    if len(items) != len(at) or not all(at):
        return items
    slots.pop("times", None)
    return [{**item, "at": hour} for item, hour in zip(items, at, strict=True)]


def _may_be_scheme(piece: Piece, slots: dict[str, Any]) -> bool:
    """A named scheme carries its own amounts: a message that writes others out is a custom plan."""
    return not piece.of("DAILY", "LIST", "NXM", "NXT", "FROMTO", "MG") and "times" not in slots


def _scheme_agrees(piece: Piece, scheme: str) -> bool:
    intakes, tablets, every = piece.of("INTAKES"), piece.of("TABS", "STEPTAB"), piece.of("EVERY")
    if scheme == "four-doses-200":
        return all(atom.value.n == 4 for atom in intakes) and all(n.value == 4 for n in piece.of("NUM"))
    if scheme == "one-tablet-3-days":
        return all(atom.value.n == 1 for atom in tablets) and all(atom.value.n == 3 for atom in every)
    if scheme == "fifteen-thirty-ten":
        return [n.value for n in piece.of("NUM")][:3] in ([15, 30, 10], [])
    return True


def _loose(piece: Piece) -> bool:
    """Numbers that no part of the plan took up."""
    return piece.scan.has("NUM", "RATING", "EVERYH")


def _is_weekend(moment: Moment) -> bool:
    return moment.period.startswith("weekend") or bool(moment.day and moment.day.kind == "weekday" and moment.day.weekday >= 5)


def _craving_hours(piece: Piece, slots: dict[str, Any], clocks: list[Atom], days: list[Atom]) -> None:
    """The hours that a split may aim at: of the first thought, and of the week-end when it differs; that of the first glass apart
    (S001 §5.2). Which of them serves is decided by `bot/core/craving.py`."""
    by_halves = all(clock is None or clock.hour <= _NOON for clock in map(as_clock, (atom.value for atom in clocks)))
    weekend = _of_the_weekend(clocks, days)
    if weekend is not None:
        slots["craving_weekend_at"] = _target(weekend, by_halves=by_halves)
    others = [atom for atom in clocks if atom is not weekend]
    thought = _followed(piece, "first_thought", others)
    glass = _followed(piece, "first_glass", [atom for atom in others if atom is not thought])
    aim = thought or _followed(piece, "craving_before", [atom for atom in others if atom is not glass])
    if glass is not None:
        slots["first_glass_at"] = _target(glass, by_halves=by_halves)
    elif aim is None:
        aim = next(iter(others), None)
    if aim is not None:
        slots["craving_at"] = _target(aim, by_halves=by_halves)
        if slots["craving_at"] > slots.get("first_glass_at", "24"):  # "I drink from 6pm, first thought at 10:30": it comes before
            slots["craving_at"] = _target(aim, by_halves=False)


def _of_the_weekend(clocks: list[Atom], days: list[Atom]) -> Atom | None:
    """The hour that is said to be of the week-end: by its own words, or nearest to the day that is named apart."""
    told = next((atom for atom in clocks if _is_weekend(atom.value)), None)
    apart = next((atom for atom in days if _is_weekend(atom.value)), None)
    if told is None and apart is not None and len(clocks) > 1:
        return min(clocks, key=lambda atom: _distance(atom, apart))
    return told


def _followed(piece: Piece, cue: str, atoms: list[Atom]) -> Atom | None:
    """The first atom that a cue stands just before."""
    return next((atom for atom in atoms if piece.follows(cue, atom)), None)


def _target(atom: Atom, *, by_halves: bool) -> str:
    """The hour of an atom; one that may be of either half of the day is of the afternoon, where the day is told by halves."""
    clock = as_clock(atom.value)
    if by_halves and clock and clock.twelve and 1 <= clock.hour < _NOON and not atom.value.part:
        clock = clock.at_half("pm")
    return hour_text(replace(atom.value, clock=clock))


def _distance(one: Atom, two: Atom) -> int:
    return max(one.start - two.end, two.start - one.end)
