"""A scanned message becomes acts: cut into sentences and pieces, each piece tried against the cues, each act given its slots.

A question never logs. What is sure of itself is served at once; what is not is offered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from bot.core.meaning import Act, Confidence, Meaning
from bot.understanding.asks import build
from bot.understanding.intents import LOGS, SOCIAL, Cues, Hit
from bot.understanding.piece import Built, Piece
from bot.understanding.scan import Scan
from bot.understanding.similar import Likeness, Similar

_SENTENCE = re.compile(r"[.!?;\n]+")
# Above this a message is nearly a known sentence; below the other it looks like nothing that is known.
_NEAR, _FAR = 0.62, 0.34
_OFFERS = 3
# These take the whole sentence: an amount beside them is part of them, never an intake of its own.
_WHOLE = {"set_plan", "correct_last", "undo", "ask_timing"}
_ASKS = ("ask_safety", "ask_info", "ask_history", "ask_next", "ask_timing", "show_plan")


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of the masked text, and the intents heard in it."""

    start: int
    end: int
    intents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """One message being understood. `now` is aware, in the person's zone."""

    language: str
    cues: Cues
    similar: Similar
    parts: Mapping[str, tuple[time, time]]
    now: datetime
    scan: Scan
    cut: bool = False

    def meaning(self) -> Meaning:
        """The whole reading."""
        question = self.cues.asks(self.scan.masked)
        acts, sure = self._asked() if question else self._told()
        if not acts:
            return self._guess(question=question)
        confidence: Confidence = "sure" if sure and not self.cut else "ask"
        candidates = () if confidence == "sure" else self._candidates(acts, question=question)
        return Meaning(language=self.language, acts=tuple(acts), confidence=confidence, candidates=candidates, question=question)

    def _asked(self) -> tuple[list[Act], bool]:
        """A message that asks: one answer, and whatever else it orders without asking. Never a log."""
        hit = self.cues.first(self.scan.masked, question=True, skip=(*LOGS, *SOCIAL))
        if hit is None:
            hit = self.cues.first(self.scan.masked, question=True, skip=LOGS)
        if hit is None:
            return [], False
        act, built = self._act(hit.intent, self.scan, hit.topic)
        told = [one for one in self._logged(self.scan, 0, taken=()) if one[0].intent in LOGS and hit.intent in {"greet", "thanks", "help"}]
        return [act], built.sure and not told

    def _told(self) -> tuple[list[Act], bool]:
        acts: list[Act] = []
        sure = True
        plan = self.cues.first(self.scan.masked, question=False, skip=_before("set_plan", self.cues))
        if plan and plan.intent == "set_plan" and not self._earlier(plan):
            act, built = self._act("set_plan", self.scan, None)
            return [act], built.sure
        for start, end in _spans(_SENTENCE, self.scan.masked):
            for act, certain in self._sentence(self.scan.cut(start, end)):
                acts.append(act)
                sure = sure and certain
        return _ordered(acts), sure

    def _earlier(self, plan: Hit) -> bool:
        """Whether a more decisive rule claims the message before the plan does."""
        hit = self.cues.first(self.scan.masked, question=False, skip=(*LOGS, *SOCIAL))
        return hit is not None and hit.intent != plan.intent

    def _sentence(self, sentence: Scan) -> list[tuple[Act, bool]]:
        main = self.cues.first(sentence.masked, question=False, skip=(*LOGS, *SOCIAL))
        if main is None:
            main = self._ordered_in_passing(sentence)
        if main is None:
            return self._logged(sentence, 0, taken=())
        if main.intent in _WHOLE or main.topic == "unsure_taken":
            act, built = self._act(main.intent, sentence, main.topic)
            return [(act, built.sure)]
        logs = self._logged(sentence, 0, taken=((main.start, main.end),))
        logs = [one for one in logs if one[0].intent in LOGS]
        rest = _around(sentence, main) if logs else sentence
        act, built = self._act(main.intent, rest, main.topic)
        return [*logs, (act, built.sure)]

    def _ordered_in_passing(self, sentence: Scan) -> Hit | None:
        """An order that fills a piece of a sentence ("forget what I said, delete it")."""
        skip = (*LOGS, *SOCIAL, "set_plan", "correct_last")
        for start, end in _spans(self.cues.split, sentence.masked):
            piece = sentence.masked[start:end]
            hit = self.cues.first(piece.strip(), question=False, skip=skip)
            if hit:
                shift = start + len(piece) - len(piece.lstrip())
                return replace(hit, start=shift + hit.start, end=shift + hit.end)
        return None

    def _logged(self, sentence: Scan, offset: int, *, taken: Sequence[tuple[int, int]]) -> list[tuple[Act, bool]]:
        """What happened, and what is only polite, piece by piece."""
        del offset
        out: list[tuple[Act, bool]] = []
        whole = self.cues.every(sentence.masked, SOCIAL) if not taken else []
        if whole and not self.cues.every(sentence.masked, LOGS):
            return [(Act(whole[0].intent), True)]
        for span in self._groups(sentence, taken):
            piece = sentence.cut(span.start, span.end)
            for intent in span.intents:
                act, built = self._act(intent, piece, None)
                if intent == "log_side_effect" and not act.slots.get("effects"):
                    continue
                certain = built.sure and not (intent in LOGS and self.cues.guarded(intent, piece.masked))
                out.append((act, certain))
        return out

    def _groups(self, sentence: Scan, taken: Sequence[tuple[int, int]]) -> list[_Span]:
        """Pieces of a sentence; one that says nothing by itself belongs to the one before it, or else after it."""
        groups: list[_Span] = []
        waiting: int | None = None
        for start, end in _spans(self.cues.split, sentence.masked):
            if any(start < stop and end > begin for begin, stop in taken):
                continue
            intents = self._heard(sentence.masked[start:end])
            if not intents and groups and groups[-1].intents[0] in LOGS:
                groups[-1] = replace(groups[-1], end=end)
            elif not intents:
                waiting = start if waiting is None else waiting
            elif groups and groups[-1].intents == intents:
                groups[-1] = replace(groups[-1], end=end)
            else:
                groups.append(_Span(waiting if waiting is not None else start, end, intents))
                waiting = None
        return groups

    def _heard(self, masked: str) -> tuple[str, ...]:
        text = masked.strip()
        logs = tuple(dict.fromkeys(hit.intent for hit in self.cues.every(text, LOGS)))
        if logs:
            return logs
        return tuple(hit.intent for hit in self.cues.every(text, SOCIAL)[:1])

    def _act(self, intent: str, scan: Scan, topic: str | None) -> tuple[Act, Built]:
        piece = Piece(scan=scan, cues=self.cues, now=self.now, parts=self.parts, topic=topic)
        built = build(intent, piece)
        return Act(intent, built.slots), built

    def _candidates(self, acts: Sequence[Act], *, question: bool) -> tuple[str, ...]:
        """What to offer: what was read, what the weaker cues say, what it looks like."""
        names = [act.intent for act in acts]
        names += [hit.intent for hit in self.cues.proposals(self.scan.masked, question=question)]
        names += [one.intent for one in self._nearest() if one.score > _FAR]
        return tuple(dict.fromkeys(name for name in names if name != "other"))[:_OFFERS]

    def _nearest(self) -> tuple[Likeness, ...]:
        return self.similar.nearest(self.scan.text)

    def _guess(self, *, question: bool) -> Meaning:
        """No cue was sure: the weaker ones and the likeness propose, and the person chooses."""
        proposals = self.cues.proposals(self.scan.masked, question=question)
        near = [one for one in self._nearest() if not (question and one.intent in LOGS)]
        names = list(
            dict.fromkeys([*(hit.intent for hit in proposals if hit.intent != "other"), *(o.intent for o in near if o.score > _FAR)])
        )
        said_other = any(hit.intent == "other" for hit in proposals)
        if near and near[0].score >= _NEAR and near[0].intent != "other" and not proposals:
            names.insert(0, near[0].intent)
        names = list(dict.fromkeys(name for name in names if name != "other" and not (question and name in LOGS)))[:_OFFERS]
        if not names or said_other or (near and near[0].intent == "other" and near[0].score > _FAR and not proposals):
            return Meaning(language=self.language, acts=(Act("other"),), confidence="lost", candidates=tuple(names), question=question)
        act, _ = self._act(names[0], self.scan, next((hit.topic for hit in proposals if hit.intent == names[0]), None))
        return Meaning(language=self.language, acts=(act,), confidence="ask", candidates=tuple(names), question=question)


def _before(intent: str, cues: Cues) -> tuple[str, ...]:
    """Every other intent: what is left is one rule."""
    return tuple({item.rule.intent for item in cues.rules} - {intent})


def _spans(separator: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """The stretches between separators that are not blank."""
    spans, start = [], 0
    for match in separator.finditer(text):
        spans.append((start, match.start()))
        start = match.end()
    spans.append((start, len(text)))
    return [(start, end) for start, end in spans if text[start:end].strip()]


def _around(sentence: Scan, main: Hit) -> Scan:
    """From the cue of an order to the end of its sentence: what precedes it was logged."""
    return sentence.cut(main.start, len(sentence.masked)) if main.start else sentence


def _ordered(acts: list[Act]) -> list[Act]:
    """Politeness goes last, once; a confirmation beside a log is part of it."""
    logs = [act for act in acts if act.intent not in SOCIAL]
    polite = list({act.intent: act for act in acts if act.intent in SOCIAL}.values())
    if logs:
        polite = [act for act in polite if act.intent not in {"confirm", "decline", "help"}]
    return [*logs, *polite]
