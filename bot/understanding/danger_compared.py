"""More than was planned, told with both amounts: "60 instead of 30", "meant to take 20, I took 40".

The words alone do not tell it from less ("10 instead of 20"): the amounts are compared. An hour, a drink or a distance beside such words
is no dose: a number counts only when it is bare, in mg or of tablets, and after a word of taking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.danger import Amounts
from bot.understanding.danger_amount import OPEN, number_at
from bot.understanding.danger_pattern import BOUNDARIES, Finder, Line, Match, Memo, PatternReader, lines

CONCEPT = "dose-above"
_CUES = ("tablet", "milligram", "intake", "instead", "due", "allowed", "day")
_HOURS = frozenset({"a", "at", "vers", "around", "about", "by", "until", "jusqu'a", "des", "from", "since", "depuis", "h", ":"})
_TIMES = frozenset({"x", "fois", "times"})
_BETWEEN, _AFTER_DUE, _AFTER_INTAKE, _FROM_DUE = 4, 2, 3, 16
_PER_DAY = 5


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number that may be a dose: the words it covers, and what it counts ("" when that is not said)."""

    start: int
    end: int
    value: float
    unit: str


class Comparer:
    """Finds doses told to be above what was due, in the words of one language."""

    def __init__(self, words: Amounts, reader: PatternReader) -> None:
        self._numbers = words.numbers
        self._finder = Finder((name, reader.pattern(line, free=True)) for name in _CUES for line in lines(getattr(words, name)))

    def find(self, line: Line, memo: Memo) -> Iterator[Match]:
        """The words of each dose that was above what was due."""
        if sum("<n>" in extra for extra in line.extras) < 2:
            return
        cues: dict[str, list[Match]] = {name: [] for name in _CUES}
        for match in self._finder.find(line, memo):
            cues[match.name].append(match)
        if not cues["intake"]:
            return
        amounts = list(self._amounts(line, cues))
        for taken, due, start, end in (*_instead(line, amounts, cues), *_beside(line, amounts, cues)):
            same = taken.unit == due.unit or not (taken.unit and due.unit)
            if same and taken.value > due.value > 0 and not _is_allowed(line, start, end, cues["allowed"]):
                yield Match(CONCEPT, start, end)

    def _amounts(self, line: Line, cues: Mapping[str, Sequence[Match]]) -> Iterator[_Amount]:
        units = {match.start: (match.end, name) for name in ("milligram", "tablet") for match in cues[name]}
        leads = {match.start for name in ("instead", "day") for match in cues[name]}
        due = {match.end for match in cues["due"]}
        done = 0
        for index in range(1, len(line.words) - 1):
            if index < done or "<n>" not in line.extras[index]:
                continue
            value, after = number_at(line, index, self._numbers)
            done = after
            if after in units:
                yield _Amount(index, units[after][0], value, units[after][1])
            elif (line.words[index - 1] not in _HOURS or index in due) and (after in leads or line.words[after] in OPEN | _TIMES):
                yield _Amount(index, after, value, "")


_Pair = tuple[_Amount, _Amount, int, int]


def _instead(line: Line, amounts: Sequence[_Amount], cues: Mapping[str, Sequence[Match]]) -> Iterator[_Pair]:
    """ "Took 60 (today) instead of 30": the amount before, the one after, and where the words begin and end."""
    for cue in cues["instead"]:
        before = [amount for amount in amounts if 0 <= cue.start - amount.end <= _BETWEEN]
        after = [amount for amount in amounts if 0 <= amount.start - cue.end <= 1]
        taken_at = [intake.start for intake in cues["intake"] if intake.end <= cue.start and _same_sentence(line, intake.start, cue.start)]
        if before and after and taken_at:
            yield before[-1], after[0], min(max(taken_at), before[-1].start), after[0].end


def _beside(line: Line, amounts: Sequence[_Amount], cues: Mapping[str, Sequence[Match]]) -> Iterator[_Pair]:
    """ "Supposed to take 20, took 40": what is due is said first, and what was taken soon after."""
    for cue in cues["due"]:
        due = next((amount for amount in amounts if 0 <= amount.start - cue.end <= _AFTER_DUE), None)
        if due is None:
            continue
        by_day = _is_near(cues["day"], due.end, _PER_DAY)
        several = bool(_TIMES & set(line.words[due.end : due.end + _AFTER_DUE]))
        for intake in cues["intake"]:
            if not 0 <= intake.start - due.end <= _FROM_DUE:
                continue
            taken = next((amount for amount in amounts if 0 <= amount.start - intake.end <= _AFTER_INTAKE), None)
            if taken and not (several and _is_near(cues["day"], taken.end, _PER_DAY)) and (not by_day or taken.value > due.value):
                yield taken, due, cue.start, taken.end
                break


def _is_near(cues: Sequence[Match], at: int, reach: int) -> bool:
    return any(0 <= cue.start - at <= reach for cue in cues)


def _same_sentence(line: Line, start: int, end: int) -> bool:
    return not BOUNDARIES & set(line.words[start:end])


def _is_allowed(line: Line, start: int, end: int, allowed: Sequence[Match]) -> bool:
    """Somebody who may decide it is named in the same sentence: then it is a change of plan."""
    return any(_same_sentence(line, min(start, cue.start), max(end - 1, cue.end - 1)) for cue in allowed)
