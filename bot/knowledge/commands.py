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
    """A command as typed: its name, the case or pair it names ("" when none) and the words after it; `bare` where no colon parts them."""

    name: str
    case: str
    rest: str
    bare: bool = False


GO_ON = frozenset({"reply", "note"})
"""Commands that words follow: after a case number without a colon too ("note 3 her sister is there")."""


@cache
def _patterns(*, members: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Both languages at once, longest words first: anybody may type either."""
    held = [_held(language) for language in LANGUAGES]
    words = [(name, word) for each in held for name, spoken in (each.members if members else each.commands).items() for word in spoken]
    words.sort(key=lambda pair: -len(pair[1]))
    return tuple((name, _pattern(word, goes_on=name in GO_ON)) for name, word in words)


def _pattern(word: str, *, goes_on: bool) -> re.Pattern[str]:
    number, colon = r"(?:\s+#?(?P<case>\d+))", r"\s*(?:[:,]\s*(?P<rest>.*)|$)"
    bare = rf"|{number.replace('case', 'named')}\s+(?P<words>\S.*)" if goes_on else ""
    return re.compile(rf"/?{re.escape(word)}(?:{number}?{colon}{bare})", re.IGNORECASE | re.DOTALL)


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
            held = {group: said for group, said in match.groupdict().items() if said}
            case, rest = held.get("case", held.get("named", "")), held.get("rest", held.get("words", ""))
            return Command(name, case, rest.strip(), bare="words" in held)
    return None


def begins_like_a_command(text: str) -> bool:
    """Whether words begin as one of the moderators' commands does and are none: "close 1: her sister is there", "note she is better"."""
    return any(pattern.match(text.strip()) for pattern in _beginnings())


@cache
def _beginnings() -> tuple[re.Pattern[str], ...]:
    after = {True: r"\s", False: r"(?:\s+#?\d|\s*:)"}
    spoken = {(word, name in GO_ON) for language in LANGUAGES for name, words in _held(language).commands.items() for word in words}
    return tuple(re.compile(rf"/?{re.escape(word)}{after[goes_on]}", re.IGNORECASE) for word, goes_on in sorted(spoken))


def _held(language: str) -> Commands:
    return load(f"{language}/commands.yaml", Commands)
