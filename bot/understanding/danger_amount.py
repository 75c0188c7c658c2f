"""Large amounts swallowed at once: tablets times strength, or milligrams, against 200 mg.

200 mg in one intake is where coma, delirium and fits begin in published series (facts on baclofen, B5: Leung 2006, Gdansk 2017; facts on
danger signs, 3.1). Our users take more than that per DAY, divided, so a daily total, a plan or a divided dose is never an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.knowledge.danger import Amounts
from bot.understanding.danger_pattern import BOUNDARIES, COMMA, Finder, Line, Match, Memo, PatternReader, lines
from bot.understanding.danger_reading import amount

TOXIC_SINGLE_MG = 200
LARGE_SINGLE_MG = 100
USUAL_TABLET_MG = 10  # what the products of S003 start from: the lowest strength, so that an unknown one is not overstated
_TABLETS_MG = frozenset({5, 10, 20, 25, 30, 40})
_JOINING = frozenset(
    {"de", "of", "baclofen", "baclofene", "a", "at", "x", "fois", "times", COMMA, "le", "the", "my", "mes", "petits", "little"}
)
_NEAR_ENOUGH = 8
_NEAR = {"question": 3, "daily": 5, "day": 4}  # cues that would excuse an intake must stand closer to it than those that tell it
OPEN = BOUNDARIES | {
    COMMA,
    "de",
    "of",
    "d",
    "en",
    "a",
    "et",
    "and",
    "at",
    "in",
    "ce",
    "hier",
    "tonight",
    "je",
    "il",
    "elle",
}
"""What may stand after a number without a unit: nothing that another unit begins with."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in the text: the words it covers, what it comes to in mg, whether tablets were counted, and whether it was said as
    several doses ("4 x 50"), which is how plans are written.
    """

    start: int
    end: int
    mg: float
    tablets: bool
    in_parts: bool = False


@dataclass(frozen=True, slots=True)
class _Units:
    """Where units stand in one text: word index to the end of the unit; `counted` are numbers that count tablets named before."""

    tablets: Mapping[int, int]
    counted: frozenset[int]
    milligrams: Mapping[int, int]
    numbers: Mapping[str, int]


class AmountFinder:
    """Finds single intakes that are large, in the words of one language."""

    def __init__(self, words: Amounts, reader: PatternReader) -> None:
        self._numbers = words.numbers
        named = {
            name: getattr(words, name)
            for name in (
                "tablet",
                "counted",
                "milligram",
                "intake",
                "intention",
                "question",
                "at_once",
                "daily",
                "spread",
                "day",
                "other_medicine",
            )
        }
        self._finder = Finder((name, reader.pattern(line, free=True)) for name, text in named.items() for line in lines(text))

    def find(self, line: Line, memo: Memo) -> Iterator[Match]:
        """The concept that each large amount says, with its words."""
        if not any("<n>" in extra for extra in line.extras):
            return
        cues: dict[str, list[Match]] = {}
        for match in self._finder.find(line, memo):
            cues.setdefault(match.name, []).append(match)
        for quantity in _quantities(line, cues, self._numbers):
            concept = _concept(quantity, _around(line, quantity, cues))
            if concept:
                intake = _intake_start(quantity, cues)
                yield Match(concept, min(quantity.start, intake), quantity.end)


def _concept(quantity: Quantity, said: frozenset[str]) -> str:
    """Which concept a quantity says, from the kinds of words in its sentence."""
    if quantity.mg < LARGE_SINGLE_MG or ("other_medicine" in said and not quantity.tablets):
        return ""
    at_once = "at_once" in said
    if not at_once and said & {"daily", "spread"}:
        return ""
    if "question" in said and "intake" not in said:  # once it is swallowed, no question makes it less
        return "over-200-asked" if at_once else ""
    if quantity.mg < TOXIC_SINGLE_MG:
        return "large-single" if at_once and "intake" in said else ""
    return _toxic(quantity, said)


def _toxic(quantity: Quantity, said: frozenset[str]) -> str:
    """An amount that is dangerous at once: taken, about to be, or said with a doubt whether it was at once."""
    if "at_once" in said and (said & {"intake", "intention"} or quantity.tablets):
        return "over-200-single"
    spread_over_a_day = quantity.in_parts or "day" in said
    if "intake" in said:
        return "over-200-unsure" if spread_over_a_day else "over-200-single"
    return "over-200-single" if "intention" in said and quantity.tablets and not spread_over_a_day else ""


def _around(line: Line, quantity: Quantity, cues: Mapping[str, list[Match]]) -> frozenset[str]:
    """The kinds of cues near a quantity, in its sentence."""
    start, end = quantity.start, quantity.end
    while line.words[start - 1] not in BOUNDARIES:
        start -= 1
    while line.words[end] not in BOUNDARIES:
        end += 1
    said: set[str] = set()
    for name, found in cues.items():
        for cue in found:
            inside = start - 1 <= cue.start and cue.end <= end + 1
            away = max(quantity.start - cue.end, cue.start - quantity.end)
            if inside and away <= _NEAR.get(name, _NEAR_ENOUGH):
                said.add(name)
    return frozenset(said)


def _intake_start(quantity: Quantity, cues: Mapping[str, list[Match]]) -> int:
    near = [c.start for name in ("intake", "intention") for c in cues.get(name, []) if 0 <= quantity.start - c.end <= _NEAR_ENOUGH]
    return max(near, default=quantity.start)


def _quantities(line: Line, cues: Mapping[str, list[Match]], numbers: Mapping[str, int]) -> Iterator[Quantity]:
    units = _Units(
        tablets={match.start: match.end for match in cues.get("tablet", [])},
        counted=frozenset(index for match in cues.get("counted", []) for index in range(match.start, match.end)),
        milligrams={match.start: match.end for match in cues.get("milligram", [])},
        numbers=numbers,
    )
    done = 0
    for index in range(len(line.words)):
        if index < done or "<n>" not in line.extras[index]:
            continue
        count, after = number_at(line, index, numbers)
        quantity = _quantity(line, index, (count, after), units)
        done = quantity.end if quantity else after
        if quantity:
            yield quantity


def _quantity(line: Line, index: int, number: tuple[float, int], units: _Units) -> Quantity | None:
    count, after = number
    at = after
    while at < after + 2 and line.words[at] in _JOINING:
        at += 1
    if at in units.tablets:
        strength, end = _strength(line, units.tablets[at], units)
        return Quantity(index, end, count * strength, tablets=True)
    if after in units.milligrams:
        return Quantity(index, units.milligrams[after], count, tablets=False)
    if line.words[after] in ("x", "fois", "times") and "<n>" in line.extras[after + 1]:
        each, end = number_at(line, after + 1, units.numbers)
        if each in _TABLETS_MG or end in units.milligrams:
            return Quantity(index, units.milligrams.get(end, end), count * each, tablets=True, in_parts=True)
    if index in units.counted and line.words[after] in OPEN:
        return Quantity(index, after, count * USUAL_TABLET_MG, tablets=True)
    return None


def _strength(line: Line, at: int, units: _Units) -> tuple[float, int]:
    """The strength of the tablets just named, and where its words end; the usual tablet when none is said."""
    look = at
    while look < at + 3 and look < len(line.words) - 1 and (line.words[look] in _JOINING or line.words[look].startswith("baclo")):
        look += 1
    if "<n>" in line.extras[look]:
        value, end = number_at(line, look, units.numbers)
        if value in _TABLETS_MG or end in units.milligrams:
            return value, units.milligrams.get(end, end)
    return USUAL_TABLET_MG, at


def number_at(line: Line, start: int, numbers: Mapping[str, int]) -> tuple[float, int]:
    """A number in digits or words that begins at `start`, and where it ends: "deux cents" is 200, "quatre vingt" 80, "twenty five" 25."""
    total, at = amount(line.words[start], numbers), start + 1
    while line.words[start] in numbers and line.words[at] in numbers:
        value = numbers[line.words[at]]
        multiplies = (value == 100 and 0 < total < 10) or (value == 20 and total == 4)
        total = total * value if multiplies else total + value
        at += 1
    return total, at
