"""The words by which moderators, and members of the community, give commands, per language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bot.knowledge.files import LANGUAGES, Strict, load


class Commands(Strict):
    """Command name to the words that give it; the first is the one that help texts show. `commands` are the moderators'."""

    commands: dict[str, tuple[str, ...]]
    members: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Command:
    """A command as typed: its name, the case or pair it names ("" when none) and the words after it."""

    name: str
    case: str
    rest: str


@cache
def _patterns(*, members: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Both languages at once, longest words first: anybody may type either."""
    held = [load(f"{language}/commands.yaml", Commands) for language in LANGUAGES]
    words = [(name, word) for each in held for name, spoken in (each.members if members else each.commands).items() for word in spoken]
    words.sort(key=lambda pair: -len(pair[1]))
    return tuple(
        (name, re.compile(rf"/?{re.escape(word)}(?:\s+#?(\d+))?\s*(?:[:,]\s*(.*)|$)", re.IGNORECASE | re.DOTALL)) for name, word in words
    )


def command(text: str) -> Command | None:
    """The moderators' command that a text is, whole: `claim 3`, `répondre 3 : bonjour`. None for any other words."""
    return _command(text, members=False)


def member_command(text: str) -> Command | None:
    """The same of members: `ask the community: …`, `write to my pair 12: …`."""
    return _command(text, members=True)


def _command(text: str, *, members: bool) -> Command | None:
    stripped = text.strip()
    for name, pattern in _patterns(members=members):
        match = pattern.fullmatch(stripped)
        if match:
            return Command(name, match.group(1) or "", (match.group(2) or "").strip())
    return None
