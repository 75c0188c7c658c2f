"""Text to meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from bot.core.meaning import Act, Meaning
from bot.understanding.language import detect


class Reader:
    """Reads ordinary messages."""

    @classmethod
    def load(cls) -> Reader:
        """Read the knowledge once."""
        return cls()

    def read(self, text: str, *, now: datetime, timezone: str, language: str | None = None) -> Meaning:
        """What the message means; total: never raises."""
        del now, timezone
        return Meaning(language=language or detect(text), acts=(Act("other"),), confidence="lost")

    def number(self, text: str, language: str) -> float | None:
        """A lone number, however it is said."""
        del text, language
        return None

    def clock(self, text: str, language: str) -> time | None:
        """A lone hour, however it is said."""
        del text, language
        return None

    def doses(self, text: str, language: str) -> list[dict[str, Any]]:
        """Doses in the shape of the contract's slot."""
        del text, language
        return []


def meaning_json(meaning: Meaning) -> Mapping[str, Any]:
    """The contract's output for `palier understand`."""
    return {
        "language": meaning.language,
        "intent": meaning.intent,
        "confidence": meaning.confidence,
        "slots": dict(meaning.slots),
        "candidates": list(meaning.candidates),
        "also": [act.intent for act in meaning.acts[1:]],
    }
