"""What a judge sees of the database after a kill, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Table, select

from bot.handlers.agenda import hours_of
from bot.messages import Account
from bot.ports import Unit
from storage import tables
from storage.claims import DETAIL, LETTER, NOTE
from storage.concerned import others
from storage.store import SqlStore
from tests.crash.journal import PLATFORM
from tests.crash.town import MODERATORS, PATIENTS
from tests.storage.samples import connection_of, seals_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An intake in the log."""

    person_id: int
    mg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter in the outbox. `says` is the wording key of its first paragraph, `about` the case that this names (0: none);
    `tells_of` are the persons, but its reader, whom it is about.
    """

    key: str
    reader: int
    says: str
    about: int
    tells_of: tuple[int, ...]

    @property
    def cause(self) -> str:
        """The update or the timer that it answers."""
        return self.key.partition("#")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a letter."""

    letter: Letter
    sent: bool
    dead: bool
    dropped: bool

    @property
    def waits(self) -> bool:
        """Whether it is still to be sent."""
        return not (self.sent or self.dead)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A line of a case's history."""

    case_id: int
    what: str
    actor_id: int | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCase:
    """A case, as its row says."""

    id: int
    person_id: int
    state: str
    owner_id: int | None
    resolved: bool
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTimer:
    """A timer. `kind` is its own also while it waits to be tried again."""

    person_id: int
    kind: str
    subject: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the trail of a person's data."""

    person_id: int
    what: str
    actor_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The whole database at one instant. `hours` are those of each patient's plan, `versions` whose plan each version is."""

    ids: dict[str, int]
    hours: dict[str, list[str]]
    intakes: list[Logged]
    letters: list[Posted]
    cases: list[SeenCase]
    events: list[Event]
    timers: list[SeenTimer]
    trail: list[Line]
    versions: list[int]

    def name(self, person_id: int) -> str:
        """Who a number is."""
        return next((name for name, each in self.ids.items() if each == person_id), f"person {person_id}")


@dataclass
class Eye:
    """Looks again and again. What never changes once it was written is opened once."""

    _opened: dict[tuple[str, int], Any] = field(default_factory=dict)

    def look(self, store: SqlStore) -> Seen:
        """Everything, in one transaction."""
        return store.run_now(self._all)

    def _all(self, unit: Unit) -> Seen:
        found = {name: unit.people.find(Account(PLATFORM, name)) for name in (*PATIENTS, *MODERATORS)}
        ids = {name: person.id for name, person in found.items() if person is not None}
        plans = {name: unit.plans.current(ids[name]) for name in PATIENTS}
        whose = {row.id: row.person_id for row in _rows(unit, tables.care_case)}
        return Seen(
            ids=ids,
            hours={name: [f"{hour:%H:%M}" for hour in hours_of(stored.plan)] if stored else [] for name, stored in plans.items()},
            intakes=[self._once("entry", row.id, partial(_logged, unit, row)) for row in _rows(unit, tables.entry) if row.kind == "intake"],
            letters=[self._posted(unit, row) for row in _rows(unit, tables.outbox)],
            cases=list(map(_case, _rows(unit, tables.care_case))),
            events=[
                self._once("case_event", row.id, partial(_event, unit, row, whose[row.case_id])) for row in _rows(unit, tables.case_event)
            ],
            timers=list(map(_timer, _rows(unit, tables.timer))),
            trail=[Line(person_id=row.person_id, what=row.what, actor_id=row.actor_id) for row in _rows(unit, tables.trail)],
            versions=[row.person_id for row in _rows(unit, tables.plan)],
        )

    def _posted(self, unit: Unit, row: Any) -> Posted:
        letter = self._once("outbox", row.id, partial(_letter, unit, row))
        return Posted(letter=letter, sent=row.sent_at is not None, dead=row.dead_at is not None, dropped=row.dropped)

    def _once(self, table: str, row_id: int, opening: Callable[[], T]) -> T:
        where = (table, row_id)
        if where not in self._opened:
            self._opened[where] = opening()
        opened: T = self._opened[where]
        return opened


def _rows(unit: Unit, table: Table) -> Sequence[Any]:
    return connection_of(unit).execute(select(table).order_by(*table.primary_key)).all()


def _logged(unit: Unit, row: Any) -> Logged:
    detail = seals_of(unit).unseal(DETAIL, row.id, row.detail, row.person_id)
    return Logged(person_id=row.person_id, mg=detail["dose_mg"])


def _letter(unit: Unit, row: Any) -> Letter:
    letter = seals_of(unit).unseal(LETTER, row.id, row.letter, row.person_id, *others(row.about))
    first = letter["reply"]["words"][0]
    return Letter(
        key=letter["key"],
        reader=row.person_id,
        says=first["key"],
        about=int(first["values"].get("case", 0)),
        tells_of=tuple(others(row.about)),
    )


def _event(unit: Unit, row: Any, whose: int) -> Event:
    note = seals_of(unit).unseal(NOTE, row.id, row.note, whose)
    return Event(case_id=row.case_id, what=row.what, actor_id=row.actor_id, note=note)


def _case(row: Any) -> SeenCase:
    return SeenCase(
        id=row.id,
        person_id=row.person_id,
        state=row.state,
        owner_id=row.owner_id,
        resolved=row.resolution is not None,
        ended=row.closed_at is not None,
    )


def _timer(row: Any) -> SeenTimer:
    again = row.kind.startswith("retry:")
    subject = row.subject.partition(" ")[2] if again else row.subject
    return SeenTimer(person_id=row.person_id, kind=row.kind.removeprefix("retry:"), subject=subject, due_at=row.due_at)
