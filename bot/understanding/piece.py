"""A piece of a message about to become slots: its atoms, its words, and the moment at which it was said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise
from typing import Any

from bot.understanding.intents import Cues
from bot.understanding.moments import Anchored, Lean, Length, Moment, anchor
from bot.understanding.parts_of_day import MORNINGS
from bot.understanding.pattern import Atom
from bot.understanding.scan import Scan

# On the face of a clock, the hours that are no morning to most people.
_AFTER_NOON = frozenset({12, 1, 2, 3, 4})


@dataclass(frozen=True, slots=True)
class Built:
    """Slots of an act, and whether everything in them was said without doubt."""

    slots: dict[str, Any]
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What a builder of slots looks at. `now` is aware, in the person's zone."""

    scan: Scan
    cues: Cues
    now: datetime
    parts: Mapping[str, tuple[time, time]]
    topic: str | None = None

    def of(self, *kinds: str) -> list[Atom]:
        """The atoms of these kinds, in order."""
        return self.scan.of(*kinds)

    def says(self, cue: str) -> bool:
        """Whether one of the language's named cues stands in the piece."""
        return bool(self.cues.cues[cue].search(self.scan.masked))

    def says_only(self, *cues: str) -> bool:
        """Whether nothing is said in the piece but what it names and the words of these cues."""
        rest = self.scan.masked
        for cue in cues:
            rest = self.cues.cues[cue].sub(" ", rest)
        return not re.search("[a-z]", rest)

    def row(self, atoms: Sequence[Atom], cue: str) -> bool:
        """Whether nothing but the words of a cue stands between one atom and the next."""
        places = [self._place(atom) for atom in sorted(atoms, key=lambda atom: atom.start)]
        gaps = (self.scan.masked[one[1] : two[0]] for one, two in pairwise(places))
        return all(self.cues.cues[cue].fullmatch(gap) for gap in gaps)

    def before(self, atom: Atom) -> str:
        """The masked text before an atom."""
        return self.scan.masked[: self._place(atom)[0]]

    def after(self, atom: Atom) -> str:
        """The masked text after an atom."""
        return self.scan.masked[self._place(atom)[1] :]

    def follows(self, cue: str, atom: Atom) -> bool:
        """Whether the cue stands just before the atom."""
        return bool(self.cues.cues[cue].search(self.before(atom)[-60:]))

    def follows_in_clause(self, cue: str, atom: Atom) -> bool:
        """Whether the cue stands before the atom in its own clause."""
        return bool(self.cues.cues[cue].search(self.cues.split.split(self.before(atom))[-1] or ""))

    def precedes(self, cue: str, atom: Atom) -> bool:
        """Whether the cue stands just after the atom."""
        return bool(self.cues.cues[cue].search(self.after(atom)[:60]))

    def negated(self, atom: Atom) -> bool:
        """Whether the words just before an atom deny it ("pas de", "no more")."""
        return bool(self.cues.negation.search(self.before(atom)[-60:]))

    def anchored(self, moment: Moment, lean: Lean) -> Anchored:
        """The moment on the calendar, around the time of the message."""
        return anchor(moment, now=self.now, lean=lean, parts=self.parts)

    def moments(self) -> list[Moment]:
        """What is said of when, with a day said apart from its hour ("last night I took it at 10 pm") put together."""
        return together([atom.value for atom in self.of("TIME")])

    def half_unsaid(self) -> bool:
        """Whether an hour was said without its half of the day, in a language that may mean either."""
        return any(moment.clock.twelve and not moment.part for moment in self.moments() if moment.clock)

    def leftover(self, *, but_for: Sequence[Atom] = ()) -> bool:
        """Whether a number or an odd quantity is left that nobody understood, but for those that somebody did."""
        masked = self.scan.masked
        numbers = [atom for atom in self.of("NUM", "EVERYH") if not any(atom is known for known in but_for)]
        return "#" in masked or bool(numbers) or any(a.vague for a in self.of("BLIND", "DUR", "LATE", "EARLY"))

    def _place(self, atom: Atom) -> tuple[int, int]:
        index = next(i for i, one in enumerate(self.scan.atoms) if one is atom)
        return self.scan.places[index]


def together(moments: list[Moment]) -> list[Moment]:
    """Two moments that complete each other are one; anything else is left as it was said."""
    if len(moments) != 2 or moments[0].role != moments[1].role:
        return moments
    first, second = moments
    joined = None if _is_again(first, second) else first.joined(second)
    return [joined] if joined else moments


def _is_again(first: Moment, second: Moment) -> bool:
    """Whether the second is another moment, not more of the first: "last night and at 8", "this morning, and once more at 1"."""
    if second.again:
        return True
    clock = first.clock or second.clock
    return clock is not None and clock.hour in _AFTER_NOON and not clock.fixed and not MORNINGS.isdisjoint({first.part, second.part})


def hour_text(moment: Moment) -> str:
    """The clock of a moment as "HH:MM"."""
    return moment.clock.time.isoformat(timespec="minutes") if moment.clock else ""


def since_of(piece: Piece, length: Length) -> Anchored:
    """The day or the moment that lies a length before now."""
    return piece.anchored(Moment("since", shift=Length(-length.amount, length.unit)), "past")
