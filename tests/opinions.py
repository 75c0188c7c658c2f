"""Second opinions that were told what to say, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.core.flags import Screening
from bot.understanding.danger import Triage
from bot.understanding.intent_linear import Likeness
from bot.understanding.intent_second import SecondOpinion


class Saying(SecondOpinion):
    """A second opinion that says the same of every question, what it does and which answers it may ask for, and nothing of what tells."""

    def __init__(self, topics: Mapping[str, float], intents: Mapping[str, float] | None = None) -> None:
        self._topics = tuple(sorted(topics.items(), key=lambda one: (-one[1], one[0])))
        shares = intents or {"ask_info": 0.95}
        self._intents = tuple(Likeness(intent, share) for intent, share in sorted(shares.items(), key=lambda one: -one[1]))

    def of(self, text: str, masked: str, *, asks: bool, whole: bool) -> tuple[Likeness, ...]:
        """What it was told to say."""
        return self._intents if asks else ()

    def topics(self, text: str, *, whole: bool) -> tuple[tuple[str, float], ...]:
        """The same of the answers."""
        return self._topics


class Leaning(Triage):
    """The real triage, but that whatever raises nothing leans towards danger."""

    def __init__(self, real: Triage) -> None:
        self._real = real

    def screen(self, text: str, *, language: str | None = None, quoted: bool = False) -> Screening:
        """What is found, and that it leans."""
        return replace(self._real.screen(text, language=language, quoted=quoted), leaning=True)
