"""One sentence becomes acts: an order or a question about the treatment, what happened, and what is only polite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.core.meaning import Act
from bot.understanding.asks import build
from bot.understanding.intents import LOGS, SOCIAL, Cues, Hit
from bot.understanding.piece import Built, Piece
from bot.understanding.scan import Scan

# These take the whole sentence: an amount beside them is part of them, never an intake of its own.
_WHOLE = frozenset({"set_plan", "correct_last", "undo", "ask_timing"})
_WHOLE_TOPICS = frozenset({"unsure_taken", "double_dose"})
_HIGHEST_CRAVING, _NO_CRAVING = 10, 12.5
_LARGE, _NO_TOTAL = 60, 40
# What is said of a dose.
_DOSES = frozenset({"log_intake", "log_missed"})
# An order said in passing ("forget it, delete that") is one only when nothing else in the sentence carries a fact.
_FACTS = ("MG", "TABS", "NXM", "NXT", "LIST", "DAILY", "NUM", "RATING", "EFFECT", "DRINK")


@dataclass(frozen=True, slots=True)
class Said:
    """An act, and whether it is certain."""

    act: Act
    sure: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """A stretch of a sentence, and the intents heard in it."""

    start: int
    end: int
    intents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """What turns scanned sentences into acts, for one message. `now` is aware, in the person's zone."""

    cues: Cues
    parts: Mapping[str, tuple[time, time]]
    now: datetime

    def said(self, sentence: Scan) -> list[Said]:
        """The acts of one sentence that does not ask; empty when nothing in it was heard."""
        main = self.cues.first(sentence.masked, question=False, skip=(*LOGS, *SOCIAL)) or self._in_passing(sentence)
        if main is None or (main.intent == "correct_last" and self._none_drunk(sentence)):
            return self._told(sentence, taken=None)
        if main.intent in _WHOLE or main.topic in _WHOLE_TOPICS:
            return [self.act(main.intent, sentence, main.topic)]
        logs = [one for one in self._told(sentence, taken=(main.start, main.end)) if one.act.intent in LOGS]
        # What precedes an order was logged: its hours are not the order's.
        rest = sentence.cut(main.start, len(sentence.masked)) if logs and main.start else sentence
        return [*logs, _with_what_was_drunk(self.act(main.intent, rest, main.topic), logs)]

    def act(self, intent: str, scan: Scan, topic: str | None) -> Said:
        """An intent with the slots that a stretch of text gives it."""
        piece = Piece(scan=scan, cues=self.cues, now=self.now, parts=self.parts, topic=topic)
        built: Built = build(intent, piece)
        return Said(Act(intent, built.slots), built.sure)

    def _none_drunk(self, sentence: Scan) -> bool:
        """ "No beer today" corrects nothing, as "no, beer" and "no 3 beers" do: without a number or a pause it says that there was none."""
        piece = Piece(scan=sentence, cues=self.cues, now=self.now, parts=self.parts)
        drinks = piece.of("DRINK")
        return bool(drinks) and all("count" not in drink.value and piece.negated(drink) for drink in drinks)

    def _in_passing(self, sentence: Scan) -> Hit | None:
        if sentence.has(*_FACTS):
            return None
        skip = (*LOGS, *SOCIAL, "set_plan", "correct_last")
        for start, end in spans(self.cues.split, sentence.masked):
            piece = sentence.masked[start:end]
            hit = self.cues.first(piece.strip(), question=False, skip=skip)
            if hit:
                shift = start + len(piece) - len(piece.lstrip())
                return replace(hit, start=shift + hit.start, end=shift + hit.end)
        return None

    def _told(self, sentence: Scan, *, taken: tuple[int, int] | None) -> list[Said]:
        """What happened, and what is only polite. Politeness beside words that nobody understood is not the message."""
        polite = self.cues.every(sentence.masked, SOCIAL) if taken is None else []
        if polite and not sentence.has(*_FACTS) and not self.cues.every(sentence.masked, LOGS):
            return [self.act(polite[0].intent, sentence, None)]
        groups, unheard = self._groups(sentence, taken)
        if unheard and not any(group.intents[0] in LOGS for group in groups):
            return []
        return [said for group in groups for said in self._of_group(sentence.cut(group.start, group.end), group.intents)]

    def _of_group(self, piece: Scan, intents: Sequence[str]) -> list[Said]:
        out = []
        unheard = _DOSES.isdisjoint(intents) and self._tells_of_a_dose(piece.masked.strip(), counted="log_drink" not in intents)
        for intent in intents:
            said = self.act(intent, piece, None)
            if intent == "log_side_effect" and not said.act.slots.get("effects"):
                continue
            taken_back = self.cues.guarded(intent, piece.masked) or self.cues.withdrawn(intent, piece.masked)
            out.append(replace(said, sure=said.sure and not taken_back and not unheard))
        return out

    def _tells_of_a_dose(self, masked: str, *, counted: bool) -> bool:
        """Whether an intake may be told, in words that are no cue of one; `counted`: a number with an hour is one too ("two at noon")."""
        names = ("told_beside", "counted_beside") if counted else ("told_beside",)
        return any(self.cues.cues[name].search(masked) for name in names)

    def _groups(self, sentence: Scan, taken: tuple[int, int] | None) -> tuple[list[_Group], bool]:
        """Pieces of a sentence; one that says nothing by itself belongs to the log before it, or else after it.

        Also tells whether a piece of some length was left that belongs to nothing.
        """
        groups: list[_Group] = []
        waiting: int | None = None
        for start, end, intents in self._pieces(sentence, taken):
            if not intents and groups and groups[-1].intents[0] in LOGS:
                groups[-1] = replace(groups[-1], end=end)
            elif not intents:
                waiting = start if waiting is None else waiting
            elif groups and groups[-1].intents == intents:
                groups[-1] = replace(groups[-1], end=end)
            else:
                groups.append(_Group(start if waiting is None else waiting, end, intents))
                waiting = None
        return groups, waiting is not None and len(sentence.masked[waiting:].split()) >= 2

    def _pieces(self, sentence: Scan, taken: tuple[int, int] | None) -> list[tuple[int, int, tuple[str, ...]]]:
        """The pieces of a sentence with what is heard in each, without those that an order took and those that are said in passing."""
        pieces = []
        for start, end in spans(self.cues.split, sentence.masked):
            if taken and start < taken[1] and end > taken[0]:
                continue
            piece = sentence.cut(start, end)
            intents = self._heard(piece.masked.strip()) or self._figures(piece, beside_an_order=taken)
            if intents or not self._is_an_aside(piece):
                pieces.append((start, end, intents))
        return pieces

    def _is_an_aside(self, piece: Scan) -> bool:
        """Whether a stretch only says why or where from it is told ("back home now", "sorry, was driving"): it changes nothing of the
        rest. An hour or a day may be that of the rest."""
        is_now = all(atom.value.shift and not atom.value.shift.amount for atom in piece.of("TIME"))
        return is_now and bool(self.cues.cues["said_beside"].search(piece.masked.strip()))

    def are_figures(self, masked: str) -> bool:
        """Whether a stretch is a number with its hour, and nothing else."""
        return bool(self.cues.cues["figures_alone"].search(masked))

    def _figures(self, piece: Scan, *, beside_an_order: tuple[int, int] | None) -> tuple[str, ...]:
        """ "40 at noon" among other things told; beside an order, figures are part of it ("40 at noon, remind me")."""
        if beside_an_order is not None or not self.are_figures(piece.masked.strip()):
            return ()
        said = self.act("log_intake", piece, None)
        least = 0 if self.cues.cues["took"].search(piece.masked) else _NO_CRAVING
        return ("log_intake",) if said.sure and is_a_dose_with_its_hour(said.act, least=least) else ()

    def _heard(self, masked: str) -> tuple[str, ...]:
        logs = tuple(dict.fromkeys(hit.intent for hit in self.cues.every(masked, LOGS)))
        return logs or tuple(hit.intent for hit in self.cues.every(masked, SOCIAL)[:1])


def _with_what_was_drunk(asked: Said, logs: Sequence[Said]) -> Said:
    """Another medicine named beside a drink is a question about the three of them."""
    slots = asked.act.slots
    if slots.get("topic") != "interaction" or not any(one.act.intent == "log_drink" for one in logs):
        return asked
    substances = list(dict.fromkeys([*slots.get("substances", ()), "alcohol"]))
    return replace(asked, act=Act(asked.act.intent, {**slots, "substances": substances}))


def is_a_dose_with_its_hour(act: Act, *, least: float = _HIGHEST_CRAVING) -> bool:
    """ "40 at noon": milligrams that doses are made of, and when; `least` keeps it apart from a craving. Of a part of the day without an
    hour, only what is no day's total; of a day, nothing."""
    slots = act.slots
    if act.intent != "log_intake" or slots.get("assumed") != ["dose_mg"]:
        return False
    most = _LARGE if "T" in slots.get("at", "") else _NO_TOTAL if "part" in slots else 0
    return bool(least <= slots.get("dose_mg", 0) <= most)


def spans(separator: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """The stretches between separators that are not blank."""
    found, start = [], 0
    for match in separator.finditer(text):
        found.append((start, match.start()))
        start = match.end()
    found.append((start, len(text)))
    return [(start, end) for start, end in found if text[start:end].strip()]
