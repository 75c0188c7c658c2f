"""Triage: every human message is screened for danger signs before anything else is done with it.

Pure and total: any text gives a Screening and nothing is raised. Two readers look at every message: curated rules, whose words are data
(`bot/knowledge/*/danger_*.yaml`) and whose concepts and levels are in `bot/knowledge/danger.yaml`, and what is learnt from examples: a
linear classifier and a small network, which make one opinion (`danger_second.py`). Either may raise an alarm. Where the rules alone would,
and the second reader finds nothing but calm all through the message, it is asked about instead (docs/adr/0012-a-rule-alone.md). Both
languages read every message, so that a mixed one is understood.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

from bot.core.flags import Flag, Screening, Status, Subject
from bot.core.levels import Level
from bot.knowledge.danger import Concept, CueName, Danger, DangerWords, load_danger
from bot.knowledge.files import KnowledgeError
from bot.knowledge.signs import LEARNT
from bot.knowledge.weights import load_weights
from bot.understanding.danger_amount import AmountFinder
from bot.understanding.danger_beside import as_suffered, only_these, without
from bot.understanding.danger_compared import Comparer
from bot.understanding.danger_context import Grammar, Surroundings
from bot.understanding.danger_linear import LIKELY, SOMEONE, WHOLE, Clause, Linear
from bot.understanding.danger_long import ORDINARY, Alarming, pieces
from bot.understanding.danger_pattern import BOUNDARIES, COMMA, Finder, Match, Memo, PatternError, PatternReader, lines
from bot.understanding.danger_reading import Reading, Speller, Token, quotations, read, tokenize
from bot.understanding.danger_second import Read, SecondReader, Stretch
from bot.understanding.danger_together import Together
from bot.understanding.fold import Folded, fold
from bot.understanding.language import detect
from bot.understanding.network import network

DENIALS = "fixed"
"""The policy of signs that are a denial: asked about, and no more."""

# A forwarded statement is somebody's, and we cannot know whose: it is asked about, never dropped.
_FORWARDED_AT_MOST = Level.check
_AS_SAID: tuple[Level, Status] = (Level.emergency, "current")
_AS_FORWARDED: tuple[Level, Status] = (_FORWARDED_AT_MOST, "quoted")

_BY_NAMES = frozenset({"dangerous_mix"})
"""Signs that lists of names recognise: what a medicine is called, nobody learns from examples."""

_HEADING_REACH = 60
_SENTENCE_END = re.compile(r"[.!?…\n]+(?=\s|$)|\n")
_MARKS = 2
"""A text that is longer by no more than a mark or two says nothing else."""
_ALONE_AT_MOST = Level.check
"""Words of a rule in a message that reads as harmless all through: two such messages in three are (docs/danger-signs.md)."""


@contextmanager
def _keeping_everything() -> Iterator[None]:
    """No collection of garbage meanwhile: what is built here stays, and looking through it again and again is half the start."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _Language:
    """The rules of one language, ready to read."""

    def __init__(self, said: DangerWords) -> None:
        words = said.words
        self.name = said.language
        self._plain: dict[str, Sequence[str]] = {}
        self.speller = Speller(
            rewrites=words.rewrites, glued=words.glued, fillers=words.fillers, repair=words.repair, lookalikes=words.lookalikes
        )
        self.numbers = words.amounts.numbers
        self.common = _set(words.stopwords)
        blockers = _set(words.gap_blockers)
        reader = PatternReader(
            slots=said.slots, spell=self._spell_pattern, blockers=blockers, contrast=_set(words.contrast), common=self.common
        )
        self._seen: set[str] = set()
        self.triggers = Finder((i, reader.pattern(line)) for i, trigger in said.triggers.items() for line in lines(trigger.says))
        self.plainly = Finder((i, reader.pattern(line)) for i, trigger in said.triggers.items() for line in lines(trigger.plainly))
        self.together = Together(
            (
                (i, [reader.pattern(part) for part in line.replace("&&", "&").split("&")], "&&" in line)
                for i, trigger in said.triggers.items()
                for line in lines(trigger.together)
            ),
            blockers=blockers,
        )
        self.vetoes = Finder((i, reader.pattern(line, free=True)) for i, trigger in said.triggers.items() for line in lines(trigger.unless))
        self.cues = Finder((name, reader.pattern(line, free=True)) for name, text in words.cues.items() for line in lines(text))
        self.plain = (self.plainly, AmountFinder(words.amounts, reader), Comparer(words.amounts, reader))
        self.grammar = Grammar(
            first_person=_set(words.first_person),
            subjects=_set(words.subjects),
            connectors=_set(words.connectors),
            contrast=_set(words.contrast),
            present=_set(words.present),
            negators=blockers,
            joiners=_set(words.joiners),
            openers=_set(words.openers),
        )
        self.known = frozenset(self._seen) | self.numbers.keys() | self.common
        self.own = self.known  # less what the other language knows too, once both are read
        self.speller.learn(self.known)

    def _spell_pattern(self, word: str) -> Sequence[str]:
        if word not in self._plain:
            self._plain[word] = self.speller.plain(word if word.isascii() else fold(word).text)
            self._seen.update(self._plain[word])
        return self._plain[word]

    def is_foreign(self, hit: Match, reading: Reading, around: Surroundings, other: _Language) -> bool:
        """A word both languages share ("convulsions"), in a sentence of the other language: its own rules know the context better."""
        start, end = around.sentence(hit)
        sentence = set(reading.words[start:end])
        if len(sentence & other.own) <= len(sentence & self.own):
            return False
        raw = {reading.raw[index] for index in range(hit.start, hit.end)}
        return all(word in other.known for piece in raw for word in other.speller.spell(piece))

    def read(self, tokens: Sequence[Token], *, quotes: Sequence[tuple[int, int]], size: int) -> Reading:
        return read(tokens, self.speller, numbers=self.numbers, quotes=quotes, size=size)

    def alarming(self) -> frozenset[str]:
        """The words that anchor a trigger, as people also shorten them; everyday words do not count, they are in every text."""
        keys = (self.triggers.keys | self.plainly.keys) - self.common
        return keys | {short for short, plain in self.speller.rewrites.items() if keys & set(plain)}

    def surroundings(self, reading: Reading, memo: Memo) -> Surroundings:
        return Surroundings(reading, self.grammar, ((cast("CueName", cue.name), cue) for cue in self.cues.find(reading.line, memo)))


class Triage:
    """Reads messages for danger signs. Built once at the start; afterwards it holds no state and may be shared by threads."""

    def __init__(self, danger: Danger, second: SecondReader) -> None:
        self._danger, self._second = danger, second
        self._knowledge = f"{danger.fingerprint}-{second.fingerprint}"
        try:
            french, english = (_Language(said) for said in danger.languages)
        except PatternError as error:
            raise KnowledgeError(f"danger files: {error}") from error
        french.own, english.own = french.known - english.known, english.known - french.known
        self._languages = (french, english)
        names = sorted({line for said in danger.languages for line in lines(said.words.headings)}, key=len, reverse=True)
        self._heading = re.compile(rf"\s*(?:{'|'.join(map(re.escape, names))})\s*:\s*")
        self._alarming = Alarming(french.alarming() | english.alarming())
        # Codes that the rules hold for a danger: a mere side effect or condition does not name what is learnt to be one.
        self._alarming_codes = frozenset(c.code for c in danger.concepts.values() if Level[c.level] >= Level.check)

    @classmethod
    def load(cls) -> Triage:
        """Build it from the knowledge files. Raises KnowledgeError when they cannot be trusted."""
        with _keeping_everything():
            return cls(load_danger(), SecondReader(Linear(load_weights()), network()))

    def screen(self, text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
        """Screen one message. `language` is what the person was known to write, `quoted` a forwarded text. Never raises."""
        whole = self._screen_text(text, language=language, quoted=quoted)
        begins = self._behind_heading(text)
        if not begins:
            return whole
        named = self._screen_text(text[begins:], language=language, quoted=quoted)
        if named.level <= whole.level:
            return whole
        return replace(named, flags=tuple(replace(flag, start=flag.start + begins, end=flag.end + begins) for flag in named.flags))

    def _behind_heading(self, text: str) -> int:
        """Where the message begins behind a heading ("side effect: ..."); 0 without one."""
        folded = fold(text[:_HEADING_REACH])
        found = self._heading.match(folded.text)
        return folded.span(found.end() - 1, found.end())[1] if found else 0

    def _screen_text(self, text: str, *, language: str | None, quoted: bool) -> Screening:
        flags: list[Flag] = []
        rules: list[str] = []
        leaning = False
        for offset, piece in pieces(text, worth=self._alarming):
            signs, leans = self._screen_piece(piece, quoted=quoted, whole=len(text) <= ORDINARY)
            leaning |= leans
            for flag, rule in signs:
                flags.append(replace(flag, start=flag.start + offset, end=flag.end + offset))
                rules.append(rule)
        kept = merge(flags)
        spoken = language if language in ("fr", "en") else detect(text[:2000], prior=language)
        return Screening(spoken, kept, tuple(dict.fromkeys(rules)), self._knowledge, leaning)

    def _screen_piece(self, text: str, *, quoted: bool, whole: bool) -> tuple[list[tuple[Flag, str]], bool]:
        folded = fold(text)
        tokens, quotes = tokenize(folded), quotations(folded)
        out: list[tuple[Flag, str]] = []
        learnt = self._second.read(text, folded, whole=whole)
        doubted = False
        alone: dict[str, Read] = {}  # what it says of the sentences of a sign, by themselves: harmless company makes no sign harmless
        for index, language in enumerate(self._languages):
            reading = language.read(tokens, quotes=quotes, size=len(folded.text))
            other = self._languages[1 - index]
            for match, plain, status, found, subject in self._signs(language, reading, other):
                concept = self._danger.concepts[match.name]
                start, end = _own_words(reading, match)
                low, high = folded.span(reading.spans[start][0], reading.spans[end - 1][1])
                known = plain or concept.exact or concept.settles or concept.code in _BY_NAMES
                level = found
                if learnt.calm and not known:
                    own = _sentences(text, low, high)
                    if own not in alone:
                        alone[own] = self._second.read(own, fold(own), whole=whole) if own else learnt
                    level = self._believed(found, concept, (learnt, alone[own]))
                doubted |= level < Level.check <= found
                forwarded = quoted and status == "current"
                flag = Flag(
                    code=concept.code,
                    level=min(level, _FORWARDED_AT_MOST) if forwarded else level,
                    start=low,
                    end=high,
                    text=text[low:high],
                    status="quoted" if forwarded else status,
                    subject=subject,
                )
                out.append((flag, match.name))
        rest = self._rest(text, out, whole=whole)
        out += self._learnt_signs(text, folded, (learnt, rest), tuple(out), quoted=quoted)
        return as_suffered(self._as_told(self._with_subjects(out, learnt.clauses, folded))), doubted or (rest or learnt).leans

    def _rest(self, text: str, ruled: Sequence[tuple[Flag, str]], *, whole: bool) -> Read | None:
        """What the second reader says without the words that a rule knows to be harmless; None where there are none."""
        calm = [flag for flag, name in ruled if self._danger.concepts[name].settles]
        if not calm:
            return None
        left = without(text, calm)
        return self._second.read(left, fold(left), whole=whole)

    def _believed(self, found: Level, concept: Concept, readings: Sequence[Read]) -> Level:
        """What a rule's word is worth in a message that reads as harmless: a question; where it reads as nothing but harmless, the open
        question that anything gets which nobody understands (docs/adr/0017-a-small-network.md). A denial and a rare sign are always asked
        about."""
        if not all(read.calm for read in readings):
            return found
        if all(read.still for read in readings) and concept.policy != DENIALS and not concept.rare:
            return Level.none if found >= Level.check else found
        return min(found, _ALONE_AT_MOST)

    def _with_subjects(self, found: Sequence[tuple[Flag, str]], read: Sequence[Clause], folded: Folded) -> list[tuple[Flag, str]]:
        """Who is in danger is learnt from examples: words of relation and of the first person stand in both kinds of messages.

        The whole of a short message tells it, of a long one the clauses of the sign.
        """
        if all(flag.level < Level.check for flag, _ in found):
            return list(found)
        is_short = sum(len(clause.words) for clause in read) <= WHOLE
        whole = self._second.someone(read) if is_short else None
        spans = [(clause, folded.span(clause.start, clause.end)) for clause in read]
        scored: dict[tuple[Clause, ...], float] = {}  # many signs stand in the same clauses

        def score(flag: Flag) -> float:
            here = tuple(clause for clause, (start, end) in spans if start < flag.end and end > flag.start) or tuple(read)
            if here not in scored:
                scored[here] = self._second.someone(here)
            return scored[here]

        told: list[tuple[Flag, str]] = []
        for flag, rule in found:
            if flag.level >= Level.check:
                bar = LIKELY if flag.subject == "other" else SOMEONE
                subject: Subject = "other" if (score(flag) if whole is None else whole) >= bar else "self"
                told.append((replace(flag, subject=subject), rule))
            else:
                told.append((flag, rule))
        return told

    def _as_told(self, found: Sequence[tuple[Flag, str]]) -> list[tuple[Flag, str]]:
        """The same, where the words of a rule tell who is in danger."""
        concepts = self._danger.concepts
        told = {rule: concepts[rule].concerns for _, rule in found if rule in concepts}
        return [(replace(flag, subject=told.get(rule) or flag.subject), rule) for flag, rule in found]

    def _learnt_signs(
        self, text: str, folded: Folded, readings: tuple[Read, Read | None], ruled: Sequence[tuple[Flag, str]], *, quoted: bool
    ) -> Iterator[tuple[Flag, str]]:
        """What the second reader adds: only what raises a stretch above what the rules, or a worse stretch, already said of it. Of a
        stretch with harmless words in it, no more than it says of the rest of the message."""
        learnt, rest = readings
        concepts = self._danger.concepts
        found = [flag for flag, name in ruled if not concepts[name].settles and Level[concepts[name].level] > Level.none]
        settled = [flag for flag, name in ruled if flag.status != "current" or concepts[name].policy == DENIALS]
        at_most, status = _AS_FORWARDED if quoted else _AS_SAID
        for stretch in learnt.stretches:
            low, high = folded.span(stretch.start, stretch.end)
            level = min(stretch.level, at_most, self._at_most(ruled, rest, low, high))
            if level < Level.check:
                continue
            here = [flag for flag in found if flag.start < high and low < flag.end]
            near = [flag for flag in here if flag.level > Level.none]
            if any(flag.level >= level for flag in near) or only_these(here, settled):
                # All that the rules recognise there is denied, long past or only supposed: they know the context, words alone do not.
                # Another clause of the message is a stretch of its own, and is judged by itself.
                continue
            known = max(near, key=lambda flag: flag.level, default=None)
            code, sure = self._code_of(stretch, learnt, known)
            flag = Flag(code, level, low, high, text[low:high], status, unsure=not sure)
            found.append(flag)
            yield flag, f"{LEARNT}{flag.code}"

    def _at_most(self, ruled: Sequence[tuple[Flag, str]], rest: Read | None, low: int, high: int) -> Level:
        """How serious the second reader may take the characters [low, high): with words in them that a rule settled, as the rest is."""
        settled = (flag for flag, name in ruled if self._danger.concepts[name].settles)
        if rest is None or not any(flag.start < high and low < flag.end for flag in settled):
            return Level.emergency
        return max((stretch.level for stretch in rest.stretches), default=Level.none)

    def _code_of(self, stretch: Stretch, learnt: Read, known: Flag | None) -> tuple[str, bool]:
        """What the rules have recognised there, the second reader only takes more seriously; else it says itself what it is, and whether
        it is sure of that."""
        return (known.code, True) if known and known.code in self._alarming_codes else self._second.code_of(stretch.clauses, learnt)

    def _is_vetoed(self, hit: Match, vetoes: Sequence[Match], around: Surroundings) -> bool:
        """True when an `unless` of the concept touches the sign; for signs of the body, when it stands in its clause."""
        touching = self._danger.concepts[hit.name].code == "suicidal_thoughts"
        named = (veto for veto in vetoes if veto.name == hit.name)
        return any(_overlap(hit, veto) or (not touching and around.clauses.reaches(veto, hit)) for veto in named)

    def _signs(self, language: _Language, reading: Reading, other: _Language) -> Iterable[tuple[Match, bool, Status, Level, Subject]]:
        """What the rules find: the words, whether they are plain (the second reader has no say), and what their context makes of them."""
        memo: Memo = {}
        plain = [found for finder in language.plain for found in finder.find(reading.line, memo)]
        hits = [*language.triggers.find(reading.line, memo), *language.together.find(reading.line, memo)]
        if not hits and not plain:
            return
        around = language.surroundings(reading, memo)
        vetoes = language.vetoes.find(reading.line, memo)
        for hit, is_plain in (*((hit, False) for hit in hits), *((hit, True) for hit in plain)):
            concept = self._danger.concepts[hit.name]
            if self._is_vetoed(hit, vetoes, around) or around.is_figurative(hit, concept.code):
                continue
            if language.is_foreign(hit, reading, around, other):
                continue
            verdict = around.judge(hit, concept, self._danger.policies[concept.policy])
            yield hit, is_plain, verdict.status, verdict.level, "other" if around.is_about_someone(hit) else "self"


def _sentences(text: str, start: int, end: int) -> str:
    """The sentences that characters [start, end) stand in; "" when they are all there is."""
    first = max((found.end() for found in _SENTENCE_END.finditer(text, 0, start)), default=0)
    last = _SENTENCE_END.search(text, end)
    own = text[first : last.start() if last else len(text)]
    return own if len(own.strip()) < len(text.strip()) - _MARKS else ""


def _set(words: str) -> frozenset[str]:
    return frozenset(fold(words).text.split())


def _overlap(a: Match, b: Match) -> bool:
    return a.start < b.end and b.start < a.end


def _own_words(reading: Reading, match: Match) -> tuple[int, int]:
    """The match without the sentence boundaries and commas that it begins or ends with."""
    start, end = match.start, match.end
    mute = BOUNDARIES | {COMMA}
    while start < end - 1 and reading.words[start] in mute:
        start += 1
    while end - 1 > start and reading.words[end - 1] in mute:
        end -= 1
    return start, end


def merge(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """One flag where several of one code overlap: the most serious, then the longest. In the order of the text.

    Monotone: whatever is added, the level kept for a stretch of text never falls (held by a property test).
    """
    kept: dict[str, list[Flag]] = {}
    for flag in sorted(flags, key=lambda f: (-f.level, f.status != "current", f.start - f.end, f.start)):
        same_code = kept.setdefault(flag.code, [])
        if not any(flag.start < other.end and other.start < flag.end for other in same_code):
            same_code.append(flag)
    return tuple(sorted((flag for same_code in kept.values() for flag in same_code), key=lambda f: (f.start, f.end, f.code)))


def screening_json(screening: Screening) -> dict[str, Any]:
    """The screening as the `triage` command prints it (contract: command-line, triage)."""
    flags = [
        {"code": f.code, "level": f.level.name, "start": f.start, "end": f.end, "text": f.text, "status": f.status} for f in screening.flags
    ]
    return {
        "language": screening.language,
        "level": screening.level.name,
        "flags": flags,
        "rules": list(screening.rules),
        "knowledge": screening.knowledge,
    }
