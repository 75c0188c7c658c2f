"""What every use case is given, and the few verbs they all use. Shared vocabulary: it imports no use case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.daily import local_slot
from bot.core.entry import Entry
from bot.core.flags import Screening
from bot.core.levels import Level
from bot.core.meaning import Act, Meaning
from bot.core.person import Person
from bot.core.policy import Policy
from bot.messages import Attachment, Choice, Incoming, Json, Kind, Press, Reply, Urgency, Words
from bot.ports import Dialogue, Timer, Unit
from bot.understanding.reader import Reader

Values = Mapping[str, Json]


def say(key: str, **values: Json) -> Words:
    """One paragraph by its wording key."""
    return Words(key, values)


def mg(amount: float) -> Json:
    """An amount in mg, written in the reader's language at the end."""
    return {"mg": amount}


def clock(hour: time) -> Json:
    """A wall-clock hour."""
    return {"clock": hour.isoformat(timespec="minutes")}


def on_day(day: date) -> Json:
    """A calendar day."""
    return {"date": day.isoformat()}


def moment(at: datetime) -> Json:
    """A local day and hour (of an aware or naive LOCAL date-time)."""
    return {"moment": at.replace(tzinfo=None).isoformat(timespec="minutes")}


def instant(at: datetime, zone: str) -> Json:
    """An instant in somebody's hours, told to somebody else: a platform may show it in the reader's own."""
    return {"instant": {"at": at.isoformat(timespec="minutes"), "zone": zone}}


def their_instant(at: datetime, zone: str) -> Json:
    """The same, told as theirs where the reader's own hours are not known."""
    return {"instant": {"at": at.isoformat(timespec="minutes"), "zone": zone, "theirs": True}}


def nested(key: str, **values: Json) -> Json:
    """Words inside words."""
    return {"words": key, "values": dict(values)}


def emergency_of(country: str) -> Json:
    """The emergency number of a country ("" when unknown: the honest fallback)."""
    return {"emergency": country}


def numbers_of(country: str) -> dict[str, Json]:
    """Both numbers that a danger text needs."""
    return {"emergency": {"emergency": country}, "crisis": {"crisis": country}}


def choices(*ids: str, about: str = "") -> tuple[Choice, ...]:
    """Buttons that are all about the same thing."""
    return tuple(Choice(choice_id, about) for choice_id in ids)


READ_LATE = timedelta(minutes=2)
"""Words that were read at once are of now: the clocks of platforms differ from ours, by less."""

READ_TOO_LATE = timedelta(days=2)
"""No platform keeps words for us so long (Telegram: a day; Discord: what we read back): a clock is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The common part of a turn and of due work: whose it is, when, and the transaction it happens in."""

    unit: Unit
    person: Person
    now: datetime
    policy: Policy

    @property
    def actor(self) -> int | None:
        """Who does it, for the trail: nobody but the assistant, unless somebody is heard."""
        return None

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return ZoneInfo(self.person.timezone)

    @property
    def local_now(self) -> datetime:
        """The present in the person's time zone."""
        return self.now.astimezone(self.zone)

    @property
    def today(self) -> date:
        """The person's calendar day."""
        return self.local_now.date()

    def local(self, at: datetime) -> datetime:
        """An instant in the person's time zone."""
        return at.astimezone(self.zone)

    def instant(self, day: date, hour: time) -> datetime:
        """The instant of a local wall-clock hour, gaps and folds settled by the core."""
        return local_slot(day, hour, self.zone)

    def day_bounds(self, day: date) -> tuple[datetime, datetime]:
        """The first instants of a local day and of the next one."""
        return self.instant(day, time(0)), self.instant(day + timedelta(days=1), time(0))

    def has_timer(self, kind: str) -> bool:
        """Whether a timer of a kind waits for the person."""
        return any(timer.kind == kind for timer in self.unit.timers.of(self.person.id))

    def acknowledged(self, since: datetime) -> Sequence[Entry]:
        """What the person was shown, or let the assistant know, from an instant until now, oldest first."""
        return self.unit.entries.between(self.person.id, since, self.now + timedelta(seconds=1), ["acknowledgement"])

    def reply(
        self,
        *words: Words,
        offers: tuple[Choice, ...] = (),
        rules: tuple[str, ...] = (),
        level: Level = Level.none,
        kind: Kind = "reply",
        attachments: tuple[Attachment, ...] = (),
        urgency: Urgency = Urgency.normal,
    ) -> Reply:
        """A reply to the person this is about."""
        return Reply(
            to=self.person.id,
            words=words,
            choices=offers,
            rules=rules,
            level=level,
            kind=kind,
            attachments=attachments,
            urgency=urgency,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Moment):
    """One heard message or press, on its way through a use case."""

    incoming: Incoming
    meaning: Meaning
    screening: Screening
    reader: Reader
    act: Act

    @property
    def actor(self) -> int | None:
        """Whoever speaks."""
        return self.person.id

    @property
    def said_at(self) -> datetime:
        """When it was said, as the platform knows it: after an outage words may be read hours later, and they speak of their own hour."""
        waited = self.now - self.incoming.sent_at
        return self.incoming.sent_at if READ_LATE <= waited <= READ_TOO_LATE else self.now

    @property
    def slots(self) -> Mapping[str, Any]:
        """The slots of the act being served."""
        return self.act.slots

    @property
    def press(self) -> Press:
        """The press being served; an empty one when the message was words."""
        return self.incoming.press or Press("")

    @property
    def text(self) -> str:
        """The words of the message."""
        return self.incoming.text

    def says(self, cue: str) -> bool:
        """Whether a named cue of the understanding stands in the words."""
        return bool(self.text.strip()) and self.reader.says(cue, self.text, self.meaning.language or self.person.language)

    def serving(self, act: Act) -> Turn:
        """The same turn, serving another act of the message."""
        return replace(self, act=act)

    def understood(self) -> Turn:
        """The same turn with its words read, as of the hour when they were said; unread when there are none."""
        if not self.text.strip():
            return self
        meaning = self.reader.read(self.text, now=self.said_at, timezone=self.person.timezone, language=self.person.language)
        return replace(self, meaning=meaning, act=meaning.acts[0])

    def plan_slots(self) -> dict[str, Any]:
        """What the words give when they are about a plan, whatever they were read as."""
        return self.reader.plan(self.text, now=self.said_at, timezone=self.person.timezone, language=self.person.language)

    def pressing(self, choice: str, about: str = "") -> Turn:
        """The same turn, as if the choice had been pressed: what a word typed instead of a tap means."""
        return replace(self, incoming=replace(self.incoming, press=Press(choice, about)))

    def speaking(self, person: Person) -> Turn:
        """The same turn with the person as they are now."""
        return replace(self, person=person)

    def open_form(self, form: str, step: str, **answers: Any) -> str:
        """Put a form on the table; it stays there over restarts until answered, left or erased.

        Returns its token: what the buttons that answer it are about.
        """
        dialogue = Dialogue(form, step, answers, self.now)
        self.unit.dialogues.put(self.person.id, dialogue, self.now)
        return dialogue.token

    def said_since(self, dialogue: Dialogue) -> bool:
        """Whether anything was said to the person after a form's question: a lone yes or no may be meant for that."""
        return dialogue.opened_at is not None and self.said_after(dialogue.opened_at)

    def said_after(self, at: datetime) -> bool:
        """Whether anything was said to the person after an instant."""
        return self.unit.outbox.said_since(self.person.id, "", at + timedelta(microseconds=1))

    def close_form(self) -> None:
        """Take the form off the table."""
        self.unit.dialogues.clear(self.person.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due(Moment):
    """One timer that has come due."""

    timer: Timer


Handle = Callable[[Turn], list[Reply]]
"""A use case for words or a press."""

HandleForm = Callable[[Turn, Dialogue], "list[Reply] | None"]
"""A form's reading of words; None when they are not an answer to it, so that they are heard as words."""

HandleDue = Callable[[Due], list[Reply]]
"""A use case for a timer."""
