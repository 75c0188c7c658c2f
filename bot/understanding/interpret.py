"""A scanned message becomes a meaning: its acts in order, how sure that reading is, and what else it may mean.

A question never logs. What is sure of itself is served at once; what is not is offered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.meaning import Act, Confidence, Meaning
from bot.understanding.clauses import Clauses, Said, spans
from bot.understanding.intents import LOGS, SOCIAL, Hit
from bot.understanding.scan import Scan
from bot.understanding.similar import Likeness, Similar

_SENTENCE = re.compile(r"[.!?;\n]+")
# Above _NEAR a message is nearly a known sentence; below _FAR it looks like nothing that is known.
_NEAR, _FAR = 0.62, 0.34
_OFFERS = 3
_AMOUNTS = ("MG", "TABS", "NXM", "NXT", "LIST", "DAILY", "NUM", "RATING")
_LONG_SENTENCE = 4
CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """One message being understood. `cut` says that it was longer than what was read of it."""

    language: str
    clauses: Clauses
    similar: Similar
    scan: Scan
    cut: bool = False

    def meaning(self) -> Meaning:
        """The whole reading."""
        question = self.clauses.cues.asks(self.scan.masked)
        said = self._asked() if question else self._told()
        if not said:
            return self._guess(question=question)
        acts = _ordered([one.act for one in said])
        confidence: Confidence = "sure" if all(one.sure for one in said) and not self.cut else "ask"
        candidates = () if confidence == "sure" else self._candidates(acts, question=question)
        return Meaning(language=self.language, acts=tuple(acts), confidence=confidence, candidates=candidates, question=question)

    def _asked(self) -> list[Said]:
        """A message that asks gets one answer, from all of its words. It never logs."""
        cues, masked = self.clauses.cues, self.scan.masked
        hit = cues.first(masked, question=True, skip=(*LOGS, *SOCIAL)) or cues.first(masked, question=True, skip=LOGS)
        if hit is None:
            return []
        said = self.clauses.act(hit.intent, self.scan, hit.topic)
        polite_only = hit.intent in SOCIAL and bool(cues.every(masked, LOGS))
        return [Said(said.act, said.sure and not polite_only)]

    def _told(self) -> list[Said]:
        """A message that tells: a plan as a whole, else sentence by sentence."""
        if self._is_plan():
            return [self.clauses.act("set_plan", self.scan, None)]
        out: list[Said] = []
        unheard: list[Scan] = []
        for start, end in spans(_SENTENCE, self.scan.masked):
            sentence = self.scan.cut(start, end)
            said = [one for one in self.clauses.said(sentence) if one.act.intent != CANCEL or self._leaves(sentence)]
            out += said
            if not said:
                unheard.append(sentence)
        if _doubtful(out, unheard):
            out = [Said(one.act, False) for one in out]
        return out

    def _leaves(self, sentence: Scan) -> bool:
        """Whether a whole sentence says to leave it: "then nothing, on the steps" only holds the word."""
        hit = self.clauses.cues.first(sentence.masked, question=False, skip=LOGS)
        return hit is not None and hit.intent == CANCEL

    def _is_plan(self) -> bool:
        """Whether the first rule that is sure of the whole message is the plan's."""
        hit: Hit | None = self.clauses.cues.first(self.scan.masked, question=False, skip=(*LOGS, *SOCIAL))
        return hit is not None and hit.intent == "set_plan"

    def _candidates(self, acts: Sequence[Act], *, question: bool) -> tuple[str, ...]:
        """What to offer: what was read, what the weaker cues say, what it looks like."""
        return tuple(dict.fromkeys([*(act.intent for act in acts if act.intent != "other"), *self._names(question=question)]))[:_OFFERS]

    def _names(self, *, question: bool) -> list[str]:
        near = self._near(question=question)
        proposals = self.clauses.cues.proposals(self.scan.masked, question=question)
        names = [hit.intent for hit in proposals] + [one.intent for one in near if one.score > _FAR]
        if near and near[0].score >= _NEAR and not proposals:
            names.insert(0, near[0].intent)
        return [name for name in dict.fromkeys(names) if name != "other" and not (question and name in LOGS)]

    def _near(self, *, question: bool) -> list[Likeness]:
        return [one for one in self.similar.nearest(self.scan.text) if not (question and one.intent in LOGS)]

    def _guess(self, *, question: bool) -> Meaning:
        """No cue was sure: the weaker ones and the likeness propose, and the person chooses."""
        proposals = self.clauses.cues.proposals(self.scan.masked, question=question)
        near = self._near(question=question)
        names = self._names(question=question)[:_OFFERS]
        elsewhere = any(hit.intent == "other" for hit in proposals)
        elsewhere = elsewhere or bool(not proposals and near and near[0].intent == "other" and near[0].score > _FAR)
        if not names or elsewhere:
            return Meaning(language=self.language, acts=(Act("other"),), confidence="lost", candidates=tuple(names), question=question)
        topic = next((hit.topic for hit in proposals if hit.intent == names[0]), None)
        act = self.clauses.act(names[0], self.scan, topic).act
        return Meaning(language=self.language, acts=(act,), confidence="ask", candidates=tuple(names), question=question)


def _doubtful(said: Sequence[Said], unheard: Sequence[Scan]) -> bool:
    """Whether what was heard may miss the point: an amount in a sentence that was not understood, politeness beside a long one,
    or an intake that came up again."""
    if any(sentence.has(*_AMOUNTS) for sentence in unheard):
        return True
    only_polite = all(one.act.intent in SOCIAL for one in said)
    if only_polite and any(len(sentence.masked.split()) >= _LONG_SENTENCE for sentence in unheard):
        return True
    taken = any(one.act.intent == "log_intake" for one in said)
    return taken and any("vomiting" in one.act.slots.get("effects", ()) for one in said)


def _ordered(acts: list[Act]) -> list[Act]:
    """Politeness goes last, once; a yes or a no beside something else is part of it."""
    business = [act for act in acts if act.intent not in SOCIAL]
    polite = list({act.intent: act for act in acts if act.intent in SOCIAL}.values())
    if business:
        polite = [act for act in polite if act.intent not in {"confirm", "decline", "help"}]
    return [*business, *polite]
