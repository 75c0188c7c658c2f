"""What is answered where others read: general knowledge with its sources, found by the words of the question alone.

No person and no store comes in here, so nothing of anybody's can go out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.core.levels import Level
from bot.core.meaning import QUESTIONS
from bot.knowledge.facts import fact, facts
from bot.knowledge.wording import wording
from bot.ports import Clock
from bot.understanding.danger import Triage
from bot.understanding.language import detect
from bot.understanding.reader import Reader

IN_PRIVATE = frozenset({"days_missed", "overdose_amount", "overdose_signs", "relapse", "unsure_taken", "under_18", "unknown"})
"""Topics that somebody hardly asks about for others: they are talked about in private."""


@dataclass(frozen=True, slots=True)
class General:
    """An answer that anybody may read, and the language that it was asked in."""

    text: str
    language: str


Answer = Callable[[str], General | None]
"""The words of a question to what is answered; None when that is for the private chat."""


def nothing(_: str) -> General | None:
    """Everything is for the private chat."""
    return None


def answering(triage: Triage, reader: Reader, clock: Clock, *, language: str) -> Answer:
    """What answers where others read. `language`: that of the community, for words that tell none."""
    return partial(_answer, triage, reader, clock, language)


def _answer(triage: Triage, reader: Reader, clock: Clock, spoken: str, text: str) -> General | None:
    """The sourced answer to a question that is nothing else; None for any doubt about it, or any sign of danger in it."""
    screening = triage.screen(text)
    if screening.level >= Level.check or screening.leaning:
        return None
    meaning = reader.read(text, now=clock.now(), timezone="UTC", language=detect(text, prior=spoken))
    topic = str(meaning.slots.get("topic") or "")
    is_general = meaning.confidence == "sure" and len(meaning.acts) == 1 and meaning.intent in QUESTIONS
    if not is_general or topic not in facts() or topic in IN_PRIVATE:
        return None
    held = fact(topic, meaning.language)
    if not held.sources:
        return None
    sources = wording(meaning.language)["sources"].format(sources=", ".join(held.sources))
    return General(f"{held.text}\n{sources}", meaning.language)
