"""What crosses the two doors: neutral, frozen values that no platform owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal, TypeAlias

from bot.core.levels import Level
from bot.core.person import Role

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
REPORT = "report-message"
"""The press by which somebody brings another's message to the moderators: its words are the text, and what it is about is the link to it
and, on the lines after it, the reason."""

CORRECTABLE = timedelta(days=2)
"""How long what was noted from a message is changed with it. Telegram lets a message be edited for 48 hours, Discord for ever."""

LONGEST_REASON = 500
"""Characters of a reason that are kept; a card shows it beside the words, with the link to them."""

LONGEST_ID = 18
"""Digits that an id may have: every number of as many fits into a column of ids."""

Kind = Literal["reply", "reminder", "check_in", "alert", "case", "notice"]
AttachmentKind = Literal["png", "pdf", "csv", "json", "ics"]


@dataclass(frozen=True, slots=True)
class Account:
    """Where a person is reached: a platform and the identifier it gave them."""

    platform: str
    id: str


@dataclass(frozen=True, slots=True)
class Press:
    """A choice made by button: its stable id, and what it was about (the id of a slot, a plan, a case)."""

    choice: str
    about: str = ""

    @property
    def number(self) -> int | None:
        """The id of what it was about; None for anything else: a client that was tampered with sends whatever it likes."""
        return int(self.about) if self.about.isdecimal() and len(self.about) <= LONGEST_ID else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message or press, as an adapter hands it over.

    `key` is unique per platform update, so that an update delivered twice is heard once.
    `role` is what the adapter vouches for, None when it cannot say now: what is known stands then. `quoted` marks forwarded text;
    `public` a place that others read: the moderators' own is none to a moderator. `edits` is the key of the message that this one
    corrects; `unreadable` what came instead of words, or beside them (voice, picture, document, place, other).
    `expert`: the adapter vouches that the community knows them as an expert patient. `passing`: said where others read as well, though
    it may be answered to this person alone: it does not change where they are reached from now on.
    `where`: a link to words that others read, for the moderators of a case. `said`: a person's own words, where the text is a sentence
    that was put together around them; a sign of danger is looked for in each.
    """

    key: str
    account: Account
    sent_at: datetime
    text: str = ""
    press: Press | None = None
    role: Role | None = "patient"
    language_hint: str = ""
    quoted: bool = False
    public: bool = False
    edits: str = ""
    unreadable: str = ""
    expert: bool = False
    passing: bool = False
    where: str = ""
    said: tuple[str, ...] = ()

    def in_whole_characters(self) -> Incoming:
        """The same in characters that can be written and sent on: a broken client sends halves of some."""
        press = self.press and replace(self.press, about=whole_characters(self.press.about))
        said = tuple(map(whole_characters, self.said))
        return replace(self, text=whole_characters(self.text), where=whole_characters(self.where), said=said, press=press)


def whole_characters(text: str) -> str:
    """Two halves that belong together become their character, and a lone one the sign for what cannot be read."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: a stable id from the contract, and what it is about. Its label is wording, found by its id."""

    id: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """One paragraph to say: a wording key and the values that fill it.

    Values are JSON; those that read differently per language are tagged by `bot.replies` helpers
    ({"mg": 5}, {"clock": "08:00"}, {"date": "2026-01-01"}, {"finding": "drowsiness"} ...).
    """

    key: str
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that is made at the moment of sending: what to make, from which ids."""

    kind: AttachmentKind
    name: str
    source: str
    values: Mapping[str, Json] = field(default_factory=dict)


class Group(Enum):
    """An address that names a role rather than a person."""

    moderators_on_duty = "moderators_on_duty"


Address: TypeAlias = "int | Group"
"""A person's id, or a group that is resolved when the reply is stored."""


class Urgency(Enum):
    """Who goes first at the post office."""

    normal = 0
    urgent = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Something to say, before language and platform: paragraphs, buttons, files, and the rules behind them.

    `key` sets apart replies of one cause; the outbox makes it unique together with that cause.
    """

    to: Address
    words: tuple[Words, ...]
    kind: Kind = "reply"
    level: Level = Level.none
    choices: tuple[Choice, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    rules: tuple[str, ...] = ()
    urgency: Urgency = Urgency.normal
    key: str = ""
