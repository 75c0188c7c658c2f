"""What the conversation needs from outside, as Protocols. Storage and adapters provide it; tests may too."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from bot.community import Mentors, Questions
from bot.core.case import Case
from bot.core.entry import Entry, EntryKind
from bot.core.person import Person, Role
from bot.core.plan import Plan
from bot.messages import Account, AttachmentKind, Choice, Kind, Reply

T = TypeVar("T")

PlanState = Literal["active", "ended"]


class StorageUnavailable(Exception):
    """The database cannot be used now: full, read-only, damaged, locked for too long, or closed. Nothing was kept."""


class Clock(Protocol):
    """The one way to know the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A form in progress: which one, at which step, with which answers, since when. It survives a restart."""

    form: str
    step: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    opened_at: datetime | None = None

    @property
    def token(self) -> str:
        """What its buttons carry, so that a button of another form, or of this one asked before, answers nothing."""
        content = json.dumps([self.form, self.step, self.answers, str(self.opened_at)], sort_keys=True, default=list)
        return f"{zlib.crc32(content.encode()):08x}"


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """One version of a person's plan. A change by the prescriber is a new version; the history is kept."""

    id: int
    person_id: int
    version: int
    plan: Plan
    state: PlanState
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Something to do at an instant. `(person_id, kind, subject)` is unique: putting it again moves it.

    `due_at` is aware UTC; `subject` says what it is about (a local "08:00", a slot, a case id); `attempt` counts firings.
    """

    id: int
    kind: str
    person_id: int
    subject: str
    due_at: datetime
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A reply waiting at the post office. It holds ids and wording keys, and is rendered at the moment of sending."""

    id: int
    key: str
    person_id: int
    reply: Reply
    created_at: datetime
    attempts: int = 0
    claimed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One line of a case's append-only history. `actor_id` is None when the assistant did it."""

    case_id: int
    at: datetime
    what: str
    actor_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One line of the append-only trail of a person's data: what was done with it, when and by whom.

    `actor_id` is None when the assistant did it; `note` says the rest (a version, a case, a platform).
    """

    person_id: int
    at: datetime
    what: str
    actor_id: int | None = None
    note: str = ""


class Trail(Protocol):
    """Who did what with a person's data. Lines are added, by the repositories themselves where they can, and never changed."""

    def add(self, trace: Trace) -> None: ...
    def of(self, person_id: int) -> Sequence[Trace]:
        """The lines about a person, oldest first."""
        ...


class People(Protocol):
    """Persons and the accounts that reach them."""

    def find(self, account: Account) -> Person | None:
        """The person behind an account. It is the account that they are answered on from now on."""
        ...

    def behind(self, account: Account) -> int | None:
        """The id of the person behind an account, and nothing else: nothing is locked or changed by asking."""
        ...

    def get(self, person_id: int) -> Person | None: ...
    def add(self, account: Account, *, role: Role, language: str, timezone: str, country: str, now: datetime) -> Person: ...
    def save(self, person: Person) -> None: ...
    def accounts(self, person_id: int) -> Sequence[Account]:
        """The accounts that reach a person; first the one they last wrote from."""
        ...

    def new_code(self, person_id: int, *, until: datetime) -> str:
        """A code that links one other account to the person, once, until an instant; a former one is void."""
        ...

    def by_code(self, code: str, now: datetime) -> Person | None:
        """The person who was given a code that still holds."""
        ...

    def link(self, account: Account, person_id: int, now: datetime) -> None:
        """The account reaches this person from now on, and nobody else; the person's code is used up."""
        ...

    def unlink(self, account: Account, now: datetime) -> None:
        """The account reaches nobody any more."""
        ...

    def prefer(self, account: Account) -> None:
        """Have its person answered on this account from now on."""
        ...

    def vouch(self, account: Account, role: Role, *, now: datetime, until: datetime) -> Role:
        """A platform says which role an account has there; the role of its person: `until` then, a moderator of one is one of all."""
        ...

    def moderators(self) -> Sequence[Person]: ...
    def reachable(self, limit: int) -> Sequence[tuple[Account, Person]]:
        """The accounts made known last, at most `limit`: what a process keeps in mind for when the database fails."""
        ...

    def export(self, person_id: int) -> dict[str, Any]:
        """Everything stored about the person, by table, as JSON values."""
        ...

    def erase(self, person_id: int) -> None:
        """Remove the person and every row about them, in all tables. Nothing of theirs is left to send."""
        ...


class Dialogues(Protocol):
    """The one open form of each person."""

    def get(self, person_id: int) -> Dialogue | None: ...
    def put(self, person_id: int, dialogue: Dialogue, now: datetime) -> None: ...
    def clear(self, person_id: int) -> None: ...


class Plans(Protocol):
    """Versions of plans."""

    def current(self, person_id: int) -> StoredPlan | None: ...
    def add(self, person_id: int, plan: Plan, now: datetime, *, by: int | None) -> StoredPlan:
        """Store the next version as the active one; the former one ends. `by` whom, for the trail: None is the assistant."""
        ...

    def replace(self, stored: StoredPlan, plan: Plan, now: datetime, *, by: int | None) -> StoredPlan:
        """A new version of the same plan (a hold, an extension): the former version is kept as ended."""
        ...

    def end(self, stored: StoredPlan, now: datetime, *, by: int | None) -> None: ...


class Entries(Protocol):
    """The log. Entries are added and undone, never changed."""

    def add(self, person_id: int, kind: EntryKind, at: datetime, detail: Mapping[str, Any], now: datetime) -> Entry: ...
    def get(self, entry_id: int) -> Entry | None: ...
    def undo(self, entry_id: int, now: datetime) -> None: ...
    def last(self, person_id: int) -> Entry | None:
        """The entry recorded last that was not undone; findings and acknowledgements, which the assistant adds, are skipped."""
        ...

    def between(self, person_id: int, since: datetime, until: datetime, kinds: Collection[EntryKind] = ()) -> Sequence[Entry]:
        """Entries not undone with since <= at < until, oldest first; every kind when none is named."""
        ...


class Cases(Protocol):
    """Escalations and their history."""

    def add(self, case: Case) -> Case:
        """Store a new case; its id is given here (the one passed in is ignored)."""
        ...

    def get(self, case_id: int) -> Case | None: ...
    def save(self, case: Case) -> None: ...
    def open_for(self, person_id: int) -> Case | None:
        """The person's case that is not closed."""

    def closed_of(self, person_id: int) -> Sequence[Case]: ...
    def waiting(self) -> Sequence[Case]:
        """Every case that is not closed, worst first, then oldest first."""

    def record(self, event: CaseEvent) -> None: ...
    def history(self, case_id: int) -> Sequence[CaseEvent]: ...


class Timers(Protocol):
    """Due times as rows."""

    def put(self, person_id: int, kind: str, subject: str, due_at: datetime, attempt: int = 0) -> None: ...
    def cancel(self, person_id: int, kind: str, subject: str | None = None) -> None: ...
    def claim(self, now: datetime, limit: int) -> Sequence[Timer]:
        """Take at most `limit` timers due at `now` or before, earliest first, and remove them.

        Whoever claims puts the next occurrence in the same transaction.
        """
        ...

    def next_due(self) -> datetime | None: ...
    def far(self, kind: str, after: datetime, limit: int) -> Sequence[Timer]:
        """At most `limit` timers of a kind that are due after an instant, earliest first. They stay where they are."""
        ...

    def of(self, person_id: int) -> Sequence[Timer]: ...


class Outbox(Protocol):
    """Replies written with the state change and sent after the commit."""

    def post(self, key: str, person_id: int, reply: Reply, now: datetime) -> bool:
        """Store a reply under a unique key; False when that key was already there (it is said once)."""
        ...

    def claim(
        self, now: datetime, until: datetime, *, platforms: Collection[str], accounts: Collection[Account] | None, limit: int
    ) -> Sequence[OutboxRow]:
        """Rows to send now, urgent first then oldest, whose person has an account on one of `platforms`
        (restricted to `accounts` when given: a console reaches only who sits at it).

        They are the caller's until the instant `until`: no other process is given them before, so none sends them as well.
        """
        ...

    def release(self, rows: Collection[OutboxRow]) -> None:
        """Give back rows that were claimed and will not be sent now; those that somebody else has claimed since stay theirs."""
        ...

    def take_back(self) -> None:
        """At the start: free what processes that are surely over had claimed, this one before it was started again among them."""
        ...

    def sent(self, row_id: int, now: datetime) -> None: ...
    def failed(self, row_id: int, *, retry_at: datetime | None, reason: str) -> None:
        """Try again at `retry_at`; None makes it a dead letter."""
        ...

    def drop(self, row_id: int, reason: str) -> None:
        """Never send it: what has happened since makes it wrong. The row stays, with the reason."""
        ...

    def next_retry(self) -> datetime | None: ...
    def offered(self, person_id: int, key_prefix: str, since: datetime) -> Sequence[Choice]:
        """The choices on replies to the person whose key starts with the prefix, posted at or after `since`."""
        ...

    def said_since(self, person_id: int, key_prefix: str, since: datetime) -> bool:
        """True when a reply whose key starts with the prefix was posted to the person at or after `since`."""
        ...


class Unit(Protocol):
    """One transaction. Everything done through it is committed together or not at all."""

    people: People
    dialogues: Dialogues
    plans: Plans
    entries: Entries
    cases: Cases
    questions: Questions
    mentors: Mentors
    timers: Timers
    outbox: Outbox
    trail: Trail

    def first_time(self, key: str, now: datetime) -> bool:
        """True the first time this update key is heard; the mark is part of the transaction."""
        ...


class Store(Protocol):
    """Runs work inside a transaction, on a thread of its own, and answers once it is durable."""

    async def run(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction. Its exception, if any, rolls it back and is raised here.

        Raises StorageUnavailable when the database is at fault: whoever has waited for it need not wait again.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A choice as it is shown: the stable id, what it is about, and the words on it."""

    id: str
    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A made file, ready to hand over."""

    kind: AttachmentKind
    name: str
    content: bytes


Draw = Callable[[], File]
"""A file that is still to be drawn, from what was read: it needs no database, and takes its time."""


@dataclass(frozen=True, slots=True)
class Instant:
    """Words of a text that stand for an instant: a platform that shows hours as each reader's own may put its own in their place."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A rendered message, as a sender hands it to its platform. `instants`: those told to somebody else than whose hours they are."""

    key: str
    account: Account
    kind: Kind
    level: str
    text: str
    choices: tuple[Label, ...] = ()
    files: tuple[File, ...] = ()
    rules: tuple[str, ...] = ()
    instants: tuple[Instant, ...] = ()


class SendFailed(Exception):
    """The platform did not take it. `permanent` means that trying again cannot help (blocked, gone)."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


class Sender(Protocol):
    """One platform's way out."""

    platform: str

    def accounts(self) -> Collection[Account] | None:
        """The accounts reachable right now; None means every account of the platform."""
        ...

    async def send(self, message: Outgoing) -> None:
        """Hand it over. Raises SendFailed; whatever else it raises counts as a failure that may pass."""
        ...
