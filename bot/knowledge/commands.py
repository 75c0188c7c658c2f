"""The words by which moderators give commands, per language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.knowledge.files import LANGUAGES, Strict, load


class Commands(Strict):
    """Command name to the words that give it; the first is the one that help texts show."""

    commands: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command as typed: its name, the case it names ("" when none) and the words after it."""

    name: str
    case: str
    rest: str


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Both languages at once, longest words first: a moderator may type either."""
    words = [
        (name, word)
        for language in LANGUAGES
        for name, spoken in load(f"{language}/commands.yaml", Commands).commands.items()
        for word in spoken
    ]
    words.sort(key=lambda pair: -len(pair[1]))
    return tuple(
        (name, re.compile(rf"/?{re.escape(word)}(?:\s+#?(\d+))?\s*(?:[:,]\s*(.*)|$)", re.IGNORECASE | re.DOTALL)) for name, word in words
    )


def command(text: str) -> Command | None:
    """The command that a text is, whole: `claim 3`, `répondre 3 : bonjour`. None for any other words."""
    stripped = text.strip()
    for name, pattern in _patterns():
        match = pattern.fullmatch(stripped)
        if match:
            return Command(name, match.group(1) or "", (match.group(2) or "").strip())
    return None
