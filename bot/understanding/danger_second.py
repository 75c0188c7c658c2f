"""The second reader of danger signs: what the linear classifier and the network make of a message together.

Each knows what the other does not: the one the turns of phrase of our examples, clause by clause; the other words that no example holds,
in the message as a whole. The score of a message is that of its worst stretch, plus `SHARE` times that of the network, which is kept
between two bounds: neither decides alone. Where the network cannot be asked, or the text is far longer than any message, the linear
scores stand alone, with bars of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.levels import Level
from bot.knowledge.weights import HEADS, Bars
from bot.understanding.danger_linear import Clause, Linear, clauses, stretches
from bot.understanding.fold import Folded
from bot.understanding.network import Network

SHARE = 0.2
"""What a unit of the network's scores is worth beside the linear ones: of levels, and of signs."""
LOWEST, HIGHEST = -4.0, 4.0
"""Between these its scores are believed."""

APART = 0.3
"""By less than this above the next, the most likely sign is the right one in about half of the messages of the exam where nothing else
speaks; above it in more than nine of ten (docs/danger-signs.md)."""

FEW = 4
"""Of a message of fewer words ("erase everything") only what is urgent is believed: a doubt needs something to stand on."""
MANY = 300
"""Of a text of more words nothing is said as a whole: a sign is drowned in it."""
_CHECK, _URGENT = HEADS.index("check"), HEADS.index("urgent")


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the second reader says of some clauses in a row, and of the folded characters [start, end) that they stand in."""

    level: Level
    clauses: Sequence[Clause]

    @property
    def start(self) -> int:
        """Its first folded character."""
        return self.clauses[0].start

    @property
    def end(self) -> int:
        """The folded character after its last."""
        return self.clauses[-1].end


@dataclass(frozen=True, slots=True)
class Read:
    """What the second reader says of a message: the stretches that need a question or more, whether it leans towards one, and
    whether it reads as harmless all through: calm, or still more so (one of very few words or of very many never does).
    `clauses`: what it read; `signs`: what the network adds to each sign, nothing where it was not asked."""

    clauses: Sequence[Clause]
    stretches: Sequence[Stretch]
    leans: bool
    calm: bool
    still: bool
    signs: Mapping[str, float] = field(default_factory=dict)


class SecondReader:
    """Both together. Holds no state; may be shared by threads."""

    def __init__(self, linear: Linear, network: Network | None) -> None:
        self._linear, self._network = linear, network
        self.fingerprint = f"{linear.fingerprint}-{network.weights.fingerprint}" if network else linear.fingerprint

    def read(self, text: str, folded: Folded, *, whole: bool = True) -> Read:
        """What it says of a text that was folded; `whole` is False for a piece of a very long one. Never raises."""
        found = clauses(folded)
        parts = stretches(found)
        words = sum(len(clause.words) for clause in found)
        if not parts:
            return Read(found, (), leans=False, calm=False, still=False)
        scores = self._linear.scores(found, parts)
        worst = tuple(map(max, zip(*scores, strict=True)))
        lift, bars, signs = self._beside(text) if whole else self._alone
        judged = [
            Stretch(level, part)
            for part, own in zip(parts, scores, strict=True)
            if (level := _level(_lifted(own, worst, lift), bars)) >= (Level.check if words >= FEW else Level.urgent)
        ]
        judged.sort(key=lambda stretch: (-stretch.level, stretch.end - stretch.start, stretch.start))
        check, urgent = worst[_CHECK] + lift[_CHECK], worst[_URGENT] + lift[_URGENT]
        calm = urgent < bars.calm and FEW <= words <= MANY
        return Read(found, judged, leans=words >= FEW and check >= bars.leaning, calm=calm, still=calm and check < bars.still, signs=signs)

    def code_of(self, part: Sequence[Clause], read: Read) -> tuple[str, bool]:
        """The most likely sign of a stretch of what was read, and whether it stands out from the next."""
        scores = {code: own + read.signs.get(code, 0.0) for code, own in self._linear.signs(part).items()}
        best, *others = sorted(scores, key=lambda code: -scores[code])
        return best, all(scores[best] - scores[other] >= APART for other in others[:1])

    def someone(self, part: Sequence[Clause]) -> float:
        """How much it reads like the danger of somebody else than the writer."""
        return self._linear.someone(part)

    @property
    def _alone(self) -> _Beside:
        return _NOTHING, self._linear.bars, {}

    def _beside(self, text: str) -> _Beside:
        """What the network adds to each head, the bars of both together, and what it adds to each sign."""
        if self._network is None:
            return self._alone
        heard, weights = self._network.heard(text), self._network.weights
        lift = [SHARE * min(max(level, LOWEST), HIGHEST) for level in heard.levels]
        return lift, weights.bars, {code: SHARE * score for code, score in zip(weights.codes, heard.codes, strict=True)}


_NOTHING = (0.0,) * len(HEADS)
_Beside = tuple[Sequence[float], Bars, Mapping[str, float]]


def _lifted(own: Sequence[float], worst: Sequence[float], lift: Sequence[float]) -> list[float]:
    """The scores of one stretch. What speaks for danger raises the worst stretch alone; what speaks against it, every one."""
    is_worst = own[_URGENT] == worst[_URGENT]
    return [score + (more if more < 0 or is_worst or score == top else 0.0) for score, top, more in zip(own, worst, lift, strict=True)]


def _level(scores: Sequence[float], bars: Bars) -> Level:
    check, urgent, emergency = (score >= bar for score, bar in zip(scores, bars.thresholds, strict=True))
    if urgent:
        return Level.emergency if emergency else Level.urgent
    return Level.check if check else Level.none
