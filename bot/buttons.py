"""What a button holds, the same on every platform: `choice|about`, ids alone.

So it means the same after a restart and after weeks; whether it still counts is for the handlers to say.
"""

from __future__ import annotations

import hashlib
import re

from bot.messages import Press
from bot.ports import Label

MAX_DATA = 64
"""Bytes: what the narrowest platform lets a button hold (Telegram; Discord takes a hundred characters)."""

ANSWER = "answer-question"
"""The button under a question to the community. It is pressed by whoever answers, in words that come with it."""

DATA = r"([a-z0-9][a-z0-9_-]*)\|([\s\S]*)"
_DATA = re.compile(DATA)
_SCALE = re.compile(r"(?:severity|craving)-\d+")
_ASIDES = frozenset({"talk-to-human", "history", "ask-community", "mentor-write"})


def data_of(label: Label) -> str:
    """What the button of a choice holds. What it is about is shortened to a digest when it is too long: no handler knows it then, and
    the press is answered as one of a question that is over. No choice of today is so long, which a test holds."""
    data = f"{label.id}|{label.about}"
    if len(data.encode()) <= MAX_DATA:
        return data
    return f"{label.id}|~{hashlib.sha256(label.about.encode()).hexdigest()[:16]}"


def press_of(data: str) -> Press | None:
    """The choice that a button stands for; None for what none of ours holds."""
    found = _DATA.fullmatch(data)
    return Press(found.group(1), found.group(2)) if found and len(data.encode()) <= MAX_DATA else None


def is_scale(choice: str) -> bool:
    """Whether a choice is one figure of a scale; a scale has rows of its own."""
    return _SCALE.fullmatch(choice) is not None


def is_aside(data: str) -> bool:
    """Whether the button answers no question: the others stay where they are when it is pressed."""
    press = press_of(data)
    return press is not None and press.choice in _ASIDES
