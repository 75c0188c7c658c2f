"""In which context a danger sign stands: really happening, denied, past, somebody else's, supposed, or quoted.

The clinical tools of this kind silence true alarms in first-person messages (facts on danger signs, head note), so the rules lean the other
way: a trigger owns the negation inside it, a negation stops at the next subject, a dated past is needed to call something past, and a
supposition must stand right before the sign. What stays doubtful is kept, at the level the policy gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.core.flags import Status
from bot.core.levels import Level
from bot.knowledge.danger import Concept, CueName, Policy, level_of
from bot.understanding.danger_clause import divide
from bot.understanding.danger_pattern import BOUNDARIES, COMMA, Match
from bot.understanding.danger_reading import Reading

_NEGATION_REACH = 6
_LIST_REACH = 4
_EARSHOT = 30
_INFORMATION_REACH = 12
_GENERIC_REACH = 6
_FIGURE_REACH = 3
_THING_REACH = 4
_AFTERTHOUGHT = 2  # sentences after a sign in which a check-up or a recovery may be told
_DATED: frozenset[CueName] = frozenset({"past", "recent", "now", "ongoing"})
_NEVER_A_FIGURE = frozenset({"suicidal_thoughts", "self_harm"})  # "when I saw the bill I wanted to hang myself" is asked about
_NO_IDIOM = frozenset({"violence_suffered"})  # "he says he will kill me": the sign tells its own idioms from threats
_SEEN_TO = frozenset({"chest_pain", "head_injury", "loss_of_consciousness"})


@dataclass(frozen=True, slots=True)
class Grammar:
    """The little closed classes of words of one language that scopes are made of."""

    first_person: frozenset[str]
    subjects: frozenset[str]
    connectors: frozenset[str]
    contrast: frozenset[str]
    present: frozenset[str]
    negators: frozenset[str]
    joiners: frozenset[str]
    openers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The context of one sign and the level that remains in it."""

    status: Status
    level: Level


class Surroundings:
    """One reading with the cues of context found in it, sorted by sentence so that a long text costs no more per word than a short one."""

    def __init__(self, reading: Reading, grammar: Grammar, cues: Iterable[tuple[CueName, Match]]) -> None:
        self.reading, self.grammar = reading, grammar
        listed = list(cues)
        self.clauses = divide(
            reading.words,
            subjects=grammar.subjects,
            joiners=grammar.joiners | grammar.contrast,
            cues=[cue for name, cue in listed if name in _DATED],
        )
        self._sentences = self.clauses.sentences
        self._cues: dict[tuple[CueName, int], list[Match]] = {}
        for name, cue in listed:
            self._cues.setdefault((name, self._sentences[self._inside(cue)][0]), []).append(cue)

    def judge(self, hit: Match, concept: Concept, policy: Policy) -> Verdict:
        """The status of a sign and its level there. `immune` contexts are passed over."""
        for status, level in self._contexts(hit, concept, policy):
            if status not in concept.immune:
                return Verdict(status, min(level, level_of(concept.level)))
        return Verdict("current", self._current_level(hit, concept))

    def _contexts(self, hit: Match, concept: Concept, policy: Policy) -> Iterator[tuple[Status, Level]]:
        if self._told(hit):
            yield "quoted", Level.none
        if any(index in self.reading.quoted for index in range(hit.start, hit.end)):
            yield "quoted", level_of(policy.quoted)
        if self._generic(hit):
            yield "other_person", level_of(policy.other_person)
        if concept.experiencer == "other":
            yield "other_person", level_of(policy.other_person)
        negation = self._negation(hit)
        if negation:
            yield "negated", level_of(policy.negated if negation == "plain" else policy.weakly_negated)
        if self._supposed(hit):
            yield "hypothetical", level_of(policy.hypothetical)
        if self._long_ago(hit, concept):
            someone = self.is_about_someone(hit)
            remains = level_of(policy.past) if not self._later("recovered", hit) else min(level_of(policy.past), Level.consult)
            yield ("other_person", level_of(policy.other_person)) if someone else ("past", remains)
        elif concept.code in _SEEN_TO and self._later("reassured", hit) and not self._dated(hit):
            yield "past", level_of(policy.past)

    def _current_level(self, hit: Match, concept: Concept) -> Level:
        level = level_of(concept.level)
        if concept.recent and self._cue_in_sentence("recent", hit):
            return level_of(concept.recent)
        if concept.undated and not self._dated(hit):
            return level_of(concept.undated)
        return level

    def _dated(self, hit: Match) -> bool:
        return self._cue_in_sentence("now", hit) or self._cue_in_sentence("recent", hit)

    def is_figurative(self, hit: Match, code: str) -> bool:
        """True when the sign is no sign: a battery in a coma, a cat that fainted, a heart that stopped at the sight of a bill."""
        if code not in _NO_IDIOM and any(cue.start < hit.end and hit.start < cue.end for cue in self.cues_in_sentence("idiom", hit)):
            return True
        if any(self._is_subject(thing, hit) for thing in self.cues_in_sentence("thing", hit)):
            return True
        return code not in _NEVER_A_FIGURE and any(self._touches(figure, hit) for figure in self.cues_in_sentence("figure", hit))

    def _touches(self, figure: Match, hit: Match) -> bool:
        """True when they overlap or nearly touch, nobody and no contrast between."""
        away = max(figure.start - hit.end, hit.start - figure.end)
        return away <= _FIGURE_REACH and not self._middle(figure, hit) & (self.grammar.contrast | self.grammar.subjects)

    def _is_subject(self, thing: Match, hit: Match) -> bool:
        """True when a thing or an animal stands right before a sign and nobody does."""
        if thing.start > hit.start or hit.start - thing.end > _THING_REACH or self._is_first_person(hit):
            return False
        if self._middle(thing, hit) & (self.grammar.contrast | self.grammar.first_person | self.grammar.joiners):
            return False
        return not any(cue.start < hit.end and not _overlaps(cue, thing) for cue in self._after(thing, "someone", hit))

    def _after(self, cue: Match, name: CueName, hit: Match) -> list[Match]:
        return [other for other in self.cues_in_sentence(name, hit) if other.start >= cue.start]

    def _later(self, name: CueName, hit: Match) -> bool:
        """True when a cue stands in the sentence of a sign or in one of the next two."""
        start, end = self.sentence(hit)
        for _ in range(_AFTERTHOUGHT + 1):
            if any(cue.start >= start for cue in self._cues.get((name, start), [])):
                return True
            if end + 1 >= len(self._sentences):
                return False
            start, end = self._sentences[end + 1]
        return False

    def sentence(self, hit: Match) -> tuple[int, int]:
        """The words of the sentence around a hit, boundaries excluded; a hit that spans several sentences has them all."""
        return self._sentences[self._inside(hit)][0], self._sentences[max(hit.start, hit.end - 1)][1]

    def cues_in_sentence(self, name: CueName, hit: Match) -> list[Match]:
        """The cues of one class in the sentence that a hit begins in, not further than anybody's clause is long."""
        found = self._cues.get((name, self._sentences[self._inside(hit)][0]), [])
        return [cue for cue in found if cue.start - hit.end < _EARSHOT and hit.start - cue.end < _EARSHOT]

    def _inside(self, match: Match) -> int:
        """The first word of a match that is no sentence boundary (a pattern may begin with the boundary before it)."""
        step_in = self.reading.words[match.start] in BOUNDARIES and match.start + 1 < len(self.reading.words)
        return match.start + 1 if step_in else match.start

    def _cue_in_sentence(self, name: CueName, hit: Match) -> bool:
        return bool(self.cues_in_sentence(name, hit))

    def _middle(self, cue: Match, hit: Match) -> set[str]:
        low, high = (cue.end, hit.start) if cue.end <= hit.start else (hit.end, cue.start)
        return {
            self.reading.words[index]
            for index in range(low, high)
            if index not in self.reading.quoted or hit.start not in self.reading.quoted
        }

    def _is_first_person(self, hit: Match) -> bool:
        return bool(self.grammar.first_person & set(self.reading.words[hit.start : hit.end]))

    def _told(self, hit: Match) -> bool:
        """A film, a song, a book: their words, unless the writer speaks of themselves outside quotation marks."""
        own = self._is_first_person(hit) and hit.start not in self.reading.quoted
        for cue in self.cues_in_sentence("fiction", hit):
            if (
                not own
                and self.clauses.reaches(cue, hit)
                and not self._middle(cue, hit) & (self.grammar.first_person | self.grammar.contrast)
            ):
                return True
        return False

    def _generic(self, hit: Match) -> bool:
        """People in general, or advice given to others: nobody here is in danger."""
        for cue in self.cues_in_sentence("generic", hit):
            ahead = cue.start <= hit.start and hit.start - cue.end <= _GENERIC_REACH and self.clauses.shares(cue, hit)
            if (
                ahead
                and not self._middle(cue, hit) & (self.grammar.first_person | self.grammar.contrast)
                and not self._is_first_person(hit)
            ):
                return True
        return False

    def _starts_with_me(self, hit: Match) -> bool:
        return self.reading.words[hit.start] in self.grammar.first_person

    def is_about_someone(self, hit: Match) -> bool:
        """True when the nearest subject before or in the sign is somebody else than the writer, or is who the writer looks after."""
        if any(_overlaps(cue, hit) for cue in self.cues_in_sentence("looked_after", hit)):
            return True
        own = list(takewhile(lambda word: word not in self.grammar.joiners, self.reading.words[hit.start : hit.end]))
        if self.grammar.first_person & self.grammar.subjects & set(own):
            return False
        ahead = [cue for cue in self.cues_in_sentence("someone", hit) if cue.start < hit.end]
        return any(not self._middle(cue, hit) & self.grammar.first_person or cue.start >= hit.start for cue in ahead)

    def _negation(self, hit: Match) -> str:
        """`plain`, `weak` (a denial that leaves a doubt), or nothing."""
        if any(0 <= cue.start - hit.end <= 2 for cue in self.cues_in_sentence("negation_after", hit)):
            return "weak"
        if any(cue.start < hit.start and -2 <= hit.start - cue.end <= 1 for cue in self.cues_in_sentence("negation_phrase", hit)):
            return "weak"
        if any(self._denies(cue, hit) for cue in self.cues_in_sentence("weak_negation", hit)):
            return "weak"
        return "plain" if any(self._denies(cue, hit) for cue in self.cues_in_sentence("negation", hit)) else ""

    def _denies(self, cue: Match, hit: Match) -> bool:
        distance = hit.start - cue.end
        if self.reading.words[hit.start] in self.grammar.negators:  # "plus aucune raison de vivre": the sign owns its negation
            return False
        if not 0 <= distance <= _NEGATION_REACH or self.reading.words[hit.start] in self.grammar.openers:
            return False
        if any(mask.start <= cue.start < mask.end for mask in self.cues_in_sentence("pseudo_negation", hit)):
            return False
        middle = self.reading.words[cue.end : hit.start]
        if set(middle) & (self.grammar.subjects | self.grammar.contrast):
            return False
        # "no fits, voices or blackouts": a comma or a conjunction is crossed only inside such a list.
        if middle and middle[-1] in self.grammar.connectors:
            return len(middle) <= _LIST_REACH or COMMA in middle
        return COMMA not in middle and not set(middle) & self.grammar.joiners

    def _supposed(self, hit: Match) -> bool:
        for cue in self.cues_in_sentence("information", hit):
            if self._asks_in_general(cue, hit):
                return True
        if any(0 <= cue.start - hit.end <= 3 for cue in self.cues_in_sentence("information_after", hit)):
            return True
        for cue in self.cues_in_sentence("supposition", hit):
            if cue.start <= hit.start and -1 <= hit.start - cue.end <= 2 and COMMA not in self._middle(cue, hit):
                return True
        return False

    def _asks_in_general(self, cue: Match, hit: Match) -> bool:
        """True when a question or a mention of risk leads to the sign without passing by the writer or somebody near them."""
        if cue.start > hit.start or hit.start - cue.end > _INFORMATION_REACH:
            return False
        return (
            self.clauses.reaches(cue, hit)
            and not self._middle(cue, hit) & self.grammar.contrast
            and not self._concerns_somebody(cue.end, hit)
        )

    def _concerns_somebody(self, start: int, hit: Match) -> bool:
        words = set(self.reading.words[start : hit.start]) | set(self.reading.words[hit.start : hit.end])
        someone = (cue for cue in self.cues_in_sentence("someone", hit) if start <= cue.start < hit.end)
        return bool(words & self.grammar.first_person & self.grammar.subjects) or any(someone)

    def _long_ago(self, hit: Match, concept: Concept) -> bool:
        """A date more than three months back, that belongs to the sign and not to another clause."""
        own = set(self.reading.words[hit.start : hit.end])
        if concept.tense != "past" and own & self.grammar.present:
            return False
        if self._was(hit):
            return True
        masks = self.cues_in_sentence("ongoing", hit)
        dates = [cue for cue in self.cues_in_sentence("past", hit) if not any(_overlaps(mask, cue) for mask in masks)]
        nows = [cue for cue in self.cues_in_sentence("now", hit) if not any(_overlaps(cue, date) for date in dates)]
        return any(self._dates(date, hit, nows) for date in dates)

    def _was(self, hit: Match) -> bool:
        """True when the next sentence begins by dating the sign ("That was 1981.")."""
        end = self.sentence(hit)[1]
        return end + 1 < len(self._sentences) and any(cue.start <= end + 1 for cue in self._cues.get(("that_was", end + 1), []))

    def _dates(self, date: Match, hit: Match, nows: Sequence[Match]) -> bool:
        """True when a date tells of the sign: in its clause whatever is said of today in another, or before its noun phrases."""
        if self._middle(date, hit) & self.grammar.contrast:
            return False
        if nows and (not self.clauses.shares(date, hit) or any(self.clauses.shares(now, hit) for now in nows)):
            return False
        return self.clauses.reaches(date, hit) or self._listed_after(date, hit)

    def _listed_after(self, date: Match, hit: Match) -> bool:
        """True for "fell off a roof six years ago, coma, three weeks in hospital": no new subject since the date."""
        if hit.start < date.end or hit.start - date.end > _INFORMATION_REACH:
            return False
        return not {self.reading.words[hit.start], *self._middle(date, hit)} & (self.grammar.subjects | self.grammar.present)


def _overlaps(a: Match, b: Match) -> bool:
    return a.start < b.end and b.start < a.end
