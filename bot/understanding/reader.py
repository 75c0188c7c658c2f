"""Text to meaning: the one door of the understanding. Pure and total: it never raises, whatever the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.meaning import Act, Meaning, Told
from bot.knowledge.intent_weights import load_intent_weights
from bot.knowledge.language import Language
from bot.understanding.clauses import Clauses
from bot.understanding.intent_linear import IntentLinear
from bot.understanding.intent_second import SecondOpinion
from bot.understanding.intents import LOGS, Cues
from bot.understanding.interpret import Interpreter
from bot.understanding.language import Ear, ear, languages
from bot.understanding.logs import as_clock
from bot.understanding.network import taught
from bot.understanding.normal import Writing, is_whole
from bot.understanding.parts_of_day import MORNINGS
from bot.understanding.pattern import tidy
from bot.understanding.piece import Piece
from bot.understanding.plans import placed, plan
from bot.understanding.scan import UNCOUNTABLE, Scan, Scanner
from bot.understanding.stages import Reads, hours_alone, told_as_totals, told_in_rows

# How much more a text must speak for another language than for that of the settings before it is read in the other one.
_CLEARLY = 4.0
_YEARS = range(1900, 2200)
"""A message of another year comes from a clock that is wrong: it is read as if it were of a leap year, and nothing in it is sure."""
_A_LEAP_YEAR = 2000
_PIECE_END = re.compile(r"[.!?;\n]+\s*|,\s+")
_GETTING_UP = time(6)
# Also a minus or a tilde before a number, but none between two ("10-20").
_DOUBT = re.compile("[❓❔🤔🤷🍺🍻🍷🍸🍹🥃🍾🤮❌✖✗🚫⛔👎$€£°<>≈]|[~-] ?(?=[0-9])(?<![0-9] )(?<![0-9][~-])")
_AROUND = " ,;\n"
_ANY_DAY = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
_NOT_A_FACT = ("other_person", "habit", "hypothetical")
ANSWERS = frozenset({"ask_safety", "ask_info", "ask_next", "ask_timing", "ask_history", "show_plan"})
"""What may be answered beside what is offered to be noted: it changes nothing."""
_WRITES = (*LOGS, "correct_last")
_LONE_NUMBER = re.compile(r"(?<![0-9.,])-?([0-9]{1,4}(?:[.,][0-9]{1,2})?)(?![0-9])")


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Everything compiled for one language."""

    writing: Writing
    scanner: Scanner
    cues: Cues
    second: SecondOpinion | None

    @classmethod
    def of(cls, language: Language, second: SecondOpinion | None) -> _Tongue:
        return cls(
            writing=Writing.of(language),
            scanner=Scanner.of(language),
            cues=Cues.of(language.understanding, language.terms),
            second=second,
        )

    def piece(self, scan: Scan, now: datetime) -> Piece:
        """A scanned text as what slots are built from; `now` is aware, in the person's zone."""
        return Piece(scan=scan, cues=self.cues, now=now, parts=self.scanner.times.part_hours)

    def read(self, plain: str, *, now: datetime) -> Piece:
        """The same of a folded text that is still to be scanned."""
        return self.piece(self.scanner.scan(plain), now)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads ordinary messages. Load once, use from anywhere: it holds no state."""

    tongues: Mapping[str, _Tongue]
    ear: Ear

    @classmethod
    def load(cls, *, second_opinion: bool = True) -> Reader:
        """Read and compile the knowledge; without a second opinion for what that is learnt with. Raises KnowledgeError on any doubt."""
        spoken = languages()
        seconds = {code: SecondOpinion(IntentLinear(load_intent_weights(code)), taught(code)) for code in spoken} if second_opinion else {}
        return cls(_tongues(spoken, seconds), ear())

    @classmethod
    def of(cls, spoken: Mapping[str, Language], seconds: Mapping[str, SecondOpinion]) -> Reader:
        """Compile languages, installed or not, by code; one that has no second opinion is read by its cues alone."""
        return cls(_tongues(spoken, seconds), Ear.of(spoken))

    def read(self, text: str, *, now: datetime, timezone: str, language: str | None = None) -> Meaning:
        """What the message means. `now` is aware; `timezone` an IANA name (an unknown one keeps the zone of `now`).

        `language` is the person's setting. A text that is clearly in another language, or that says nothing in this one,
        is read in the likeliest other.
        """
        code = language if language is not None and language in self.tongues else self.ear.detect(text)
        in_our_time = now.year in _YEARS
        local = _local(now if in_our_time else now.replace(year=_A_LEAP_YEAR), timezone)
        read = partial(self._whole, text, local, in_our_time=in_our_time)
        meaning = read(code)
        if _is_settled(meaning):
            return meaning
        heard = self.ear.heard(text)
        likeliest = max((name for name in self.tongues if name != code), key=heard.__getitem__, default=code)
        clearly = heard[likeliest] - heard[code] >= _CLEARLY
        if likeliest == code or not (clearly or meaning.confidence == "lost" or meaning.likened):
            return meaning
        other = read(likeliest)
        return other if _is_better(other, meaning, clearly=clearly) else meaning

    def masked(self, text: str, language: str) -> tuple[str, bool]:
        """The text with names in place of what was recognised, and whether it asks: what the second opinion looks at."""
        masked = self._scan(text, language).masked
        return masked, self._tongue(language).cues.asks(masked)

    def says(self, cue: str, text: str, language: str) -> bool:
        """Whether one of the language's named cues stands in a text: for words that only what was said before explains."""
        return bool(self._tongue(language).cues.cues[cue].search(self._scan(text, language).masked))

    def number(self, text: str, language: str) -> float | None:
        """A lone number, said in any way ("7", "sept", "7/10", "20 mg"); None for none, several, or one that counts nothing."""
        scan = self._scan(text, language)
        found = [atom.value if atom.kind in {"NUM", "RATING"} else atom.value.n for atom in scan.of("NUM", "RATING", "MG", "TABS", "DAILY")]
        if len(found) == 1:
            return float(found[0]) if found[0] < UNCOUNTABLE else None
        lone = _LONE_NUMBER.findall(self._tongue(language).writing.plain(text))
        return float(lone[0].replace(",", ".")) if len(lone) == 1 and not found else None

    def clock(self, text: str, language: str) -> time | None:
        """A lone hour of the day ("22h", "10 pm", "vingt-deux heures", "22"); None when there is none, or more than one."""
        scan = self._scan(text, language)
        clocks = [as_clock(atom.value) for atom in scan.of("TIME") if atom.value.clock]
        if len(clocks) == 1 and clocks[0]:
            return clocks[0].time
        numbers = scan.of("NUM")
        if clocks or len(numbers) != 1 or not 0 <= numbers[0].value <= 24 or not float(numbers[0].value).is_integer():
            return None
        return time(int(numbers[0].value) % 24)

    def plan(self, text: str, *, now: datetime, timezone: str, language: str) -> dict[str, Any]:
        """The slots that a text gives when it is known to be about a plan. `now` is aware."""
        tongue = self._tongue(language)
        read = partial(tongue.read, now=_local(now, timezone))
        whole = read(tongue.writing.plain(text))
        return told_in_rows(whole, read) or placed(whole)

    def totals(self, text: str, language: str) -> list[dict[str, Any]]:
        """The stages of a plan that is told by the total of a day, in order, to be quoted: [{"total_mg": 30, "days": 7}, …]; else none."""
        tongue = self._tongue(language)
        read = partial(tongue.read, now=_ANY_DAY)
        return told_as_totals(read(tongue.writing.plain(text)), read)

    def hours(self, text: str, language: str) -> tuple[str, ...]:
        """The hours of a day ("8, 1 and 8 pm"), in order, as "HH:MM" or "bedtime"; none when they do not go through a day, or anything
        else has a number. The plan that they belong to is read back."""
        return hours_alone(self._tongue(language).piece(self._scan(text, language), _ANY_DAY))

    def hour_of(self, text: str, *, now: datetime, timezone: str, language: str) -> datetime | None:
        """The one local date and hour that a text tells of what has happened; None for none, several, or a day without an hour. An hour
        of either half of the day is the last one that has been."""
        local = _local(now, timezone)
        piece = self._tongue(language).piece(self._scan(text, language), local)
        moments = piece.moments()
        placed = piece.anchored(moments[0], "past") if len(moments) == 1 else None
        if placed is None or not placed.hour:
            return None
        either = moments[0].clock is not None and moments[0].clock.twelve and not moments[0].part
        later = placed.start + timedelta(hours=12)
        return later if either and later <= local.replace(tzinfo=None) else placed.start

    def hours_of(self, part: str, language: str) -> tuple[time, time] | None:
        """Between which hours a part of the day lies that the slot `part` may name; a morning begins when people get up."""
        hours = self._tongue(language).scanner.times.part_hours.get(part)
        return (max(hours[0], _GETTING_UP), hours[1]) if hours and part in MORNINGS else hours

    def doses(self, text: str, language: str) -> list[dict[str, Any]]:
        """Doses with their hours, in the shape of the contract's slot: [{"mg": 10, "at": "08:00"}, …]; empty when there is none."""
        piece = self._tongue(language).piece(self._scan(text, language), _ANY_DAY)
        slots = plan(piece).slots
        doses: list[dict[str, Any]] = slots.get("doses", [])
        if doses:
            return doses
        alone = piece.of("MG", "TABS")
        return [{"mg" if atom.kind == "MG" else "tablets": tidy(atom.value.n)} for atom in alone]

    def _whole(self, text: str, now: datetime, code: str, *, in_our_time: bool) -> Meaning:
        return self._with_told(text, self._read(text, code, now, in_our_time=in_our_time), now, in_our_time=in_our_time)

    def _with_told(self, text: str, meaning: Meaning, now: datetime, *, in_our_time: bool) -> Meaning:
        """A question with what its other sentences tell: only what is sure by itself, and only to be offered. Where the two were
        not understood together, they are taken one by one."""
        if not meaning.question or not is_whole(text):
            return meaning
        asks, others = self._apart(text, meaning.language)
        if not others or not self._is_of_oneself(text, meaning.language):
            return meaning
        for part in others:
            told = self._read(part, meaning.language, now, in_our_time=in_our_time)
            if not self._happened(part, told):
                continue
            alone = meaning if meaning.confidence == "sure" else self._read(asks, meaning.language, now, in_our_time=in_our_time)
            if alone.confidence == "sure" and alone.question and all(act.intent in ANSWERS for act in alone.acts):
                return replace(alone, told=Told(part, told.acts[0]))
        return meaning

    def _is_of_oneself(self, text: str, language: str) -> bool:
        """Whether nothing in the message speaks of others, of habits or of what only might be: a part of it would not show that."""
        cues, masked = self._tongue(language).cues, self.masked(text, language)[0]
        return not cues.cues["of_others"].search(masked) and not any(cues.guards[name].search(masked) for name in _NOT_A_FACT)

    def _happened(self, part: str, told: Meaning) -> bool:
        """Whether words tell one thing, for certain, and that it happened: "2 glasses" may be what is asked about."""
        is_one = told.confidence == "sure" and not told.question and len(told.acts) == 1 and told.intent in LOGS
        return is_one and bool(self._tongue(told.language).cues.cues["happened"].search(self.masked(part, told.language)[0]))

    def _apart(self, text: str, language: str) -> tuple[str, list[str]]:
        """The pieces of a message that ask, from the first to the last of them; and the words before and after these."""
        ends = [*(found.end() for found in _PIECE_END.finditer(text)), len(text)]
        pieces = [(start, end) for start, end in pairwise([0, *ends]) if start < end]
        if len(pieces) < 2:
            return text, []
        asking = [(start, end) for start, end in pieces if self.masked(text[start:end], language)[1]]
        if not asking:
            return text, []
        begins, over = asking[0][0], asking[-1][1]
        return text[begins:over], [part.strip(_AROUND) for part in (text[:begins], text[over:]) if part.strip(_AROUND)]

    def _tongue(self, language: str) -> _Tongue:
        return self.tongues.get(language) or next(iter(self.tongues.values()))

    def _scan(self, text: str, language: str) -> Scan:
        tongue = self._tongue(language)
        return tongue.scanner.scan(tongue.writing.plain(text))

    def _read(self, text: str, code: str, now: datetime, *, in_our_time: bool) -> Meaning:
        tongue = self.tongues[code]
        plain = tongue.writing.plain(text)
        if not any(character.isalnum() for character in plain):
            return _wordless(text, code)
        scan = tongue.scanner.scan(plain)
        asks, whole = tongue.cues.asks(scan.masked), is_whole(text)
        meaning = Interpreter(
            language=code,
            clauses=Clauses(cues=tongue.cues, parts=tongue.scanner.times.part_hours, now=now),
            opinion=tongue.second.of(text, scan.masked, asks=asks, whole=whole) if tongue.second else (),
            scan=scan,
            question=asks,
            topics=tongue.second.topics(text, whole=whole) if tongue.second else (),
            cut=not (whole and in_our_time),
        ).meaning()
        if whole and in_our_time:
            meaning = self._in_rows(tongue.piece(scan, now), partial(tongue.read, now=now), meaning)
        return _never_logged_when_asked(text, _as_signed(text, meaning))

    def _in_rows(self, whole: Piece, reads: Reads, meaning: Meaning) -> Meaning:
        """A plan that is told in stages, whole; one whose stages are not all read is no plan of the first of them."""
        is_first = meaning.intent == "set_plan" and not meaning.question
        if (
            "?" in whole.scan.text
            or not (is_first or "set_plan" in meaning.candidates)
            or whole.says("already_took")
            or whole.scan.has("MED")
        ):
            return meaning
        slots = told_in_rows(whole, reads)
        if slots is None:
            return meaning
        # Of a row with its hours the rest of the message was judged already.
        bare = is_first and meaning.confidence != "sure" and not any("at" in dose for dose in slots.get("doses", ()))
        if "stages" not in slots and (not bare or ("doses" in slots and whole.says("plan_in_doubt"))):
            return meaning
        return replace(meaning, acts=(Act("set_plan", slots),), confidence="sure", candidates=(), question=False, likened=False)


def meaning_json(meaning: Meaning) -> dict[str, Any]:
    """A reading as the contract's output of `palier understand`."""
    return {
        "language": meaning.language,
        "intent": meaning.intent,
        "confidence": meaning.confidence,
        "slots": dict(meaning.slots),
        "candidates": list(meaning.candidates),
        "also": [act.intent for act in (*meaning.acts[1:], *([meaning.told.act] if meaning.told else ()))],
    }


def _tongues(spoken: Mapping[str, Language], seconds: Mapping[str, SecondOpinion]) -> dict[str, _Tongue]:
    return {code: _Tongue.of(language, seconds.get(code)) for code, language in spoken.items()}


def _local(now: datetime, timezone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(timezone))
    except (KeyError, OSError, ValueError, OverflowError):  # an unknown zone is a KeyError, a malformed one a ValueError or an OSError
        return now


def _is_settled(meaning: Meaning) -> bool:
    return meaning.confidence == "sure" and not meaning.likened


def _is_better(other: Meaning, first: Meaning, *, clearly: bool) -> bool:
    """Whether the reading in the other language holds; `clearly` when the text itself speaks for that language."""
    if first.likened:  # a word of the other language has a likeness to something in this one too
        return _is_settled(other)
    return other.confidence == "sure" or (clearly and other.confidence != "lost")


def _wordless(text: str, code: str) -> Meaning:
    question = "?" in text
    return Meaning(language=code, acts=(Act("other"),), confidence="lost", question=question)


def _as_signed(text: str, meaning: Meaning) -> Meaning:
    """Signs that words do not carry: a cross or a doubtful face takes an intake back, and money and degrees are no milligrams."""
    is_intake = meaning.confidence == "sure" and any(act.intent == "log_intake" for act in meaning.acts)
    if not is_intake or not _DOUBT.search(text):
        return meaning
    return replace(meaning, confidence="ask", candidates=tuple(dict.fromkeys([*(act.intent for act in meaning.acts), "log_missed"]))[:3])


def _never_logged_when_asked(text: str, meaning: Meaning) -> Meaning:
    """The last gate: a message with a question mark logs nothing and corrects nothing, whatever was read in it."""
    if "?" not in text or not any(act.intent in _WRITES for act in meaning.acts):
        return meaning
    kept = tuple(act for act in meaning.acts if act.intent not in _WRITES) or (Act("other"),)
    candidates = tuple(dict.fromkeys([*(act.intent for act in kept if act.intent != "other"), "ask_safety", "ask_history"]))[:3]
    return Meaning(language=meaning.language, acts=kept, confidence="ask", candidates=candidates, question=True)
