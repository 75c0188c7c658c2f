"""Expressions of time in a message: found piece by piece, then joined into moments and lengths.

The pieces and the words between them come from the language's times.yaml. A piece knows nothing of the message's intent:
anchoring it on the calendar, leaning to the past or to the future, is done later by `moments.anchor`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import time
from itertools import chain

from bot.knowledge.language import Times, alternatives
from bot.understanding.moments import Clock, Day, Length, Moment, Role
from bot.understanding.pattern import Atom, Shape, blank, macro_table, shapes

_KINDS = {"late": "LATE", "early": "EARLY", "every_hours": "EVERYH"}
_LOOK_BACK = 40
_DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True)
class TimeWords:
    """One language's grammar of time, compiled."""

    shapes: tuple[Shape, ...]
    durations: tuple[Shape, ...]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    weekdays: tuple[re.Pattern[str], ...]
    months: tuple[re.Pattern[str], ...]
    part_words: tuple[tuple[str, re.Pattern[str]], ...]
    part_hours: dict[str, tuple[time, time]]
    glue: re.Pattern[str]
    between: re.Pattern[str]
    opens: re.Pattern[str]
    listed: re.Pattern[str]
    roles: tuple[tuple[Role, re.Pattern[str]], ...]
    words: Times

    @classmethod
    def of(cls, times: Times) -> TimeWords:
        """Compile one language's times.yaml."""
        words = {
            "unit": list(chain.from_iterable(times.units.values())),
            "weekday": list(chain.from_iterable(times.weekdays)),
            "month": list(chain.from_iterable(times.months)),
            "part": list(chain.from_iterable(part.words for part in times.parts.values())),
        }
        macros = macro_table(times.macros, words)
        macros["dur"] = "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", p.match) for p in times.durations) + ")"
        return cls(
            shapes=shapes(times.patterns, macros),
            durations=shapes(times.durations, macros),
            units=tuple((unit, re.compile(alternatives(forms))) for unit, forms in times.units.items()),
            weekdays=tuple(re.compile(alternatives(forms)) for forms in times.weekdays),
            months=tuple(re.compile(alternatives(forms)) for forms in times.months),
            part_words=tuple((name, re.compile(alternatives(part.words))) for name, part in times.parts.items()),
            part_hours={name: (time.fromisoformat(p.start), time.fromisoformat(p.end)) for name, p in times.parts.items()},
            glue=re.compile(times.glue),
            between=re.compile(times.between),
            opens=re.compile(times.opens),
            listed=re.compile(rf"{times.glue}{alternatives(re.escape(word) for word in times.lists)}(?: |,|$){times.glue}"),
            roles=tuple((role, re.compile(rf"(?:^|[^a-z0-9'])({pattern}) ?$")) for role, pattern in times.roles.items()),
            words=times,
        )

    def find(self, text: str) -> list[Atom]:
        """Every moment ("TIME"; "SOON" for "in 2 hours", "LATER") and length ("DUR", a Length) in the text, in order, overlaps resolved."""
        pieces: list[Atom] = []
        rest = text
        for shape in self.shapes:
            for match in shape.regex.finditer(rest):
                atom = self._piece(shape, match)
                if atom:
                    pieces.append(atom)
                    rest = blank(rest, match.start(), match.end())
        pieces.sort(key=lambda atom: atom.start)
        ranged = _folded(pieces, lambda one, two: self._range(text, one, two))
        placed = [self._with_role(text, atom) for atom in ranged]
        joined = _folded(placed, lambda one, two: self._join(text, one, two))
        return [replace(atom, kind=_kind(atom)) for atom in self._listed(text, joined)]

    def length(self, text: str) -> tuple[Length, bool] | None:
        """A duration alone ("une demi-heure", "2 hours"), and whether it is only roughly said."""
        for shape in self.durations:
            match = shape.regex.fullmatch(text.strip())
            if match:
                return self._length(shape, match)
        return None

    def _length(self, shape: Shape, match: re.Match[str]) -> tuple[Length, bool]:
        found = match.groupdict()
        said = found.get("n")
        count, vague = self._quantity(said) if said else (0.0, False)
        if shape.kind == "unit":
            return Length(count, self._unit(found["unit"])), vague
        minutes = count * 60 + float(shape.value or 0) + float(found.get("m") or 0)
        return Length(minutes, "minute"), vague

    def _unit(self, word: str) -> str:
        return next(unit for unit, words in self.units if words.fullmatch(word))

    def _quantity(self, said: str) -> tuple[float, bool]:
        """A count, and whether it is only roughly said ("a few")."""
        word = said.strip()
        if word[0].isdigit():
            return float(word.replace(",", ".")), False
        return self.words.counts.get(word, 1.0), word in self.words.rough

    def _piece(self, shape: Shape, match: re.Match[str]) -> Atom | None:
        found = {name: said for name, said in match.groupdict().items() if said is not None}
        if "dur" in found:
            return self._lasting(shape, match, found["dur"])
        moment = self._moment(shape, found)
        if moment is None:
            return None
        return Atom(match.start(), match.end(), "TIME", replace(moment, vague=moment.vague or shape.vague))

    def _lasting(self, shape: Shape, match: re.Match[str], said: str) -> Atom | None:
        read = self.length(said)
        if read is None:
            return None
        length, vague = read
        vague = vague or shape.vague
        start, end = match.span()
        if shape.kind == "within":
            return Atom(start, end, "TIME", Moment(period=f"next {_days(length)}", vague=vague))
        if shape.kind in {"ago", "in", "since"}:
            sign = 1 if shape.kind == "in" else -1
            role: Role = "since" if shape.kind == "since" else "at"
            return Atom(start, end, "TIME", Moment(role, shift=Length(sign * length.amount, length.unit), vague=vague))
        return Atom(start, end, _KINDS.get(shape.kind, "DUR"), length, vague)

    def _moment(self, shape: Shape, found: dict[str, str]) -> Moment | None:
        kind, value = shape.kind, shape.value
        if kind in {"clock", "clock_to"}:
            clock = self._clock(found, to=kind == "clock_to")
            return Moment(clock=clock) if clock else None
        if kind == "last":
            length = Length(float(found["n"]), self._unit(found["unit"])) if "n" in found else Length(float(value or 0), "day")
            return Moment(period=f"last {_days(length)}")
        if kind in {"day", "now", "later", "period"}:
            return _fixed(kind, value)
        if kind == "part":
            return self._part(found, str(value or ""))
        if kind == "weekday":
            index = next(i for i, words in enumerate(self.weekdays) if words.fullmatch(found["wd"]))
            mod = self.words.weekday_mods.get(found["mod"], "this") if "mod" in found else ""
            return Moment(day=Day("weekday", weekday=index, mod=mod))
        return self._date(found)

    def _clock(self, found: dict[str, str], *, to: bool) -> Clock | None:
        said = found["h"]
        named = said in self.words.named_hours
        hour = self._hour(said)
        minute = int(found.get("m") or found.get("m2") or 0)
        shift = self._fraction(found.get("frac", "").strip())
        half = "" if named else found.get("mer", "")[:1]
        if half and not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0) if half else hour
        total = hour * 60 + minute + (-shift if to else shift)
        hour, minute = divmod(total if 0 <= total <= _DAY_MINUTES else total % _DAY_MINUTES, 60)
        if named or half:
            return Clock(hour, minute, fixed=True)
        return self._on_the_face(said, hour, minute, taken_away=shift < 0)

    def _on_the_face(self, said: str, hour: int, minute: int, *, taken_away: bool) -> Clock:
        """An hour that neither its name nor its half of the day fixes. "Twenty to one" is at noon or at night, in every language."""
        either_half = not said.startswith("0") and (self.words.twelve_hours or taken_away)
        if either_half and hour == 0 and said != "24":
            return Clock(12, minute, twelve=True)
        return Clock(hour, minute, twelve=either_half and self.words.twelve_hours and 1 <= hour <= 12)

    def _hour(self, said: str) -> int:
        """An hour by its name, its figure or its word ("half one")."""
        if said.isdigit():
            return int(said)
        return self.words.named_hours[said] if said in self.words.named_hours else int(self.words.counts[said])

    def _fraction(self, said: str) -> int:
        """Minutes of a fraction of an hour, negative after a word that takes away."""
        if not said:
            return 0
        digits = re.search(r"[0-9]+", said)
        minutes = int(digits[0]) if digits else next((n for word, n in self.words.fractions.items() if word in said.split()), 0)
        return -minutes if said.split(maxsplit=1)[0] in self.words.minus else minutes

    def _part(self, found: dict[str, str], value: str) -> Moment:
        """A part of the day, of a day that its words may name: "tonight", "last night"."""
        said = found.get("part", "")
        part = next((name for name, words in self.part_words if words.fullmatch(said)), "") if said else ""
        if value.startswith("clock"):
            return Moment(day=Day("offset"), clock=Clock(12, fixed=True))
        if value == "tonight":
            return Moment(day=Day("offset"), part="night")
        day = {"today": Day("offset"), "yesterday": Day("offset", offset=-1)}.get(value.split(maxsplit=1)[0] if value else "")
        named = value.split()[1] if " " in value else ""
        return Moment(day=day, part=named or part)

    def _date(self, found: dict[str, str]) -> Moment | None:
        month = int(found["mo"]) if "mo" in found else None
        if "mon" in found:
            month = next(i for i, words in enumerate(self.months, 1) if words.fullmatch(found["mon"]))
        year = int(found["y"]) if "y" in found else None
        year = year + 2000 if year is not None and year < 100 else year
        day = int(found["d"])
        if not 1 <= day <= 31 or not 1 <= (month or 1) <= 12:
            return None
        return Moment(day=Day("date", year=year, month=month, day=day))

    def _range(self, text: str, one: Atom, two: Atom) -> Atom | None:
        """ "From 9 to 11": two bare hours, opened by a word or held by a dash."""
        if one.kind != "TIME" or two.kind != "TIME":
            return None
        first, second, between = one.value, two.value, text[one.end : two.start]
        if not first.clock or not second.clock or first.end or second.end or not self.between.fullmatch(between):
            return None
        opened = self.opens.search(text[max(0, one.start - _LOOK_BACK) : one.start])
        if not opened and between.strip() in self.words.lists:
            return None
        moment = replace(first, end=second.clock, vague=first.vague or second.vague)
        return Atom(one.start, two.end, "TIME", moment)

    def _join(self, text: str, one: Atom, two: Atom) -> Atom | None:
        """Pieces that say one moment together, with only small words between them, become one."""
        if one.kind != "TIME" or two.kind != "TIME" or not self.glue.fullmatch(text[one.end : two.start]):
            return None
        first, second = one.value, two.value
        if second.role != "at" and (first.clock or first.part or first.role != "at"):
            return None
        joined = first.joined(second)
        return Atom(one.start, two.end, "TIME", joined) if joined else None

    def _listed(self, text: str, atoms: Sequence[Atom]) -> list[Atom]:
        """Mark a moment that a word of lists ties to the one before it: they are two, whatever else each of them says."""
        return [
            replace(atom, value=replace(atom.value, again=True))
            if before and atom.kind == before.kind == "TIME" and self.listed.fullmatch(text[before.end : atom.start])
            else atom
            for before, atom in zip([None, *atoms], atoms, strict=False)
        ]

    def _with_role(self, text: str, atom: Atom) -> Atom:
        """Take in the word that says how the moment is meant: since, until, before, after, from."""
        if atom.kind != "TIME":
            return atom
        floor = max(0, atom.start - _LOOK_BACK)
        ahead = text[floor : atom.start]
        for role, words in self.roles:
            match = words.search(ahead)
            if match:
                return replace(atom, start=floor + match.start(1), value=replace(atom.value, role=role))
        return atom


def _fixed(kind: str, value: float | str | None) -> Moment:
    """The moments that a pattern names by itself."""
    if kind == "day":
        return Moment(day=Day("offset", offset=int(float(value or 0))))
    if kind == "now":
        return Moment(shift=Length(0, "minute"))
    return Moment(later=True) if kind == "later" else Moment(period=str(value))


def _folded(atoms: Sequence[Atom], join: Callable[[Atom, Atom], Atom | None]) -> list[Atom]:
    """Neighbours joined where they can be, from left to right."""
    out: list[Atom] = []
    for atom in atoms:
        whole = join(out[-1], atom) if out else None
        if whole:
            out[-1] = whole
        else:
            out.append(atom)
    return out


def _kind(atom: Atom) -> str:
    """A moment said as a wait ("in 20 minutes", "later") is told apart: nothing that happened is said so."""
    if atom.kind != "TIME":
        return atom.kind
    if atom.value.later:
        return "LATER"
    return "SOON" if atom.value.shift and atom.value.shift.amount > 0 else "TIME"


def _days(length: Length) -> int:
    return max(1, round(length.minutes / _DAY_MINUTES))
