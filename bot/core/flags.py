"""Danger signs found in one message, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.core.levels import Level, worst

Status = Literal["current", "negated", "past", "other_person", "hypothetical", "quoted"]
Subject = Literal["self", "other"]

# In all of these the emergency numbers come first, no dose is named and moderators are paged,
# even where the level is `urgent` (contracts/cases.md: the mapping of RED to our levels).
RED_CODES_WHEN_URGENT = frozenset(
    {"suicidal_thoughts", "self_harm", "harm_to_others", "violence_suffered", "hallucinations", "psychosis", "mania"}
)


@dataclass(frozen=True, slots=True)
class Flag:
    """One sign: what it is, how serious, and the words that said it.

    `start` and `end` index the original text in code points; `status` is the context the words stood in;
    `subject` is who is in danger: whoever writes, or somebody they write about. `unsure`: that it is serious was learnt from examples,
    and which sign it is, they hardly tell: it is answered without naming one.
    """

    code: str
    level: Level
    start: int
    end: int
    text: str
    status: Status = "current"
    subject: Subject = "self"
    unsure: bool = False

    @property
    def is_red(self) -> bool:
        """True when the answer must be the emergency words alone and moderators are paged."""
        return self.level is Level.emergency or (self.level is Level.urgent and self.code in RED_CODES_WHEN_URGENT)


@dataclass(frozen=True, slots=True)
class Screening:
    """What triage says of one message: its flags, and the rules and knowledge they came from.

    `leaning`: no sign, and yet more like those of messages in danger than not: where nothing else is understood, it is asked about.
    """

    language: str
    flags: tuple[Flag, ...] = ()
    rules: tuple[str, ...] = field(default=())
    knowledge: str = ""
    leaning: bool = False

    @property
    def level(self) -> Level:
        """The highest level among the flags."""
        return worst(flag.level for flag in self.flags)

    @property
    def is_red(self) -> bool:
        """True when at least one flag is red."""
        return any(flag.is_red for flag in self.flags)

    @property
    def codes(self) -> tuple[str, ...]:
        """The distinct codes of the flags that raise an alarm, worst first."""
        return _distinct(flag.code for flag in sorted(self.flags, key=lambda f: -f.level) if flag.level >= Level.check)

    def plus(self, flags: Iterable[Flag], *, rules: tuple[str, ...] = ()) -> Screening:
        """The same screening with more flags, and the rules they come from; its level can only rise."""
        return replace(self, flags=(*self.flags, *flags), rules=(*self.rules, *rules))


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
