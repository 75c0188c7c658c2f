"""What a message means, as values: the intents of the command-line contract and their slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Confidence = Literal["sure", "ask", "lost"]


QUESTIONS = frozenset({"ask_info", "ask_safety"})
"""What is answered by a topic: a question of safety and one for information alike."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a message does: an intent, and the slots that belong to it (names and shapes: the contract)."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message that asks also tells ("had 30 at noon, can I drive?"): those words of it, and the one thing that they would log."""

    text: str
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A whole message: its acts in the order they should be served, and how sure that reading is.

    `acts` is never empty; the first carries the message's intent and the rest are what else it says.
    `candidates` are up to three intents to offer when not sure, nearest first. `question` marks a message that asks:
    such a message never logs anything; what it also tells stands in `told`, to be offered. `likened`: no cue was sure, only its
    likeness to known sentences; where a message also leans towards danger, that comes first. `about`: the answer that a message
    may ask for, where a question was heard and taken for something else.
    """

    language: str
    acts: tuple[Act, ...]
    confidence: Confidence
    candidates: tuple[str, ...] = ()
    question: bool = False
    likened: bool = False
    told: Told | None = None
    about: tuple[str, ...] = ()

    @property
    def intent(self) -> str:
        """The intent of the first act."""
        return self.acts[0].intent

    @property
    def slots(self) -> Mapping[str, Any]:
        """The slots of the first act."""
        return self.acts[0].slots
