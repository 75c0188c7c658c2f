"""Every table, and which of them hold something about a person.

Ids are never given twice, even after a deletion (AUTOINCREMENT): a message key or a button that names an old id must not
meet a new row. What a person says, what is known of their health and who they are is sealed (LargeBinary); `storage.claims` says
of every other column why it stands in clear.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    and_,
    false,
    literal,
    or_,
    select,
    text,
    true,
)

from storage.columns import Id, Instant

ERASED = 0
"""Stands in a case's history for an actor who erased themselves: no longer a person, and not the assistant (None)."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _person_id(*, primary_key: bool = False) -> Column[int]:
    return Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False)


def _partial(name: str, *columns: Column[Any] | ColumnElement[Any], where: ColumnElement[bool]) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


person = Table(
    "person",
    metadata,
    _id(),
    Column("role", String, nullable=False),
    Column("language", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("country", String, nullable=False),
    Column("consented_at", Instant),
    Column("on_duty", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("consent_version", Integer, nullable=False, server_default=text("1")),
    sqlite_autoincrement=True,
)

person_key = Table(  # the data key of each person, wrapped by the ring
    "person_key",
    metadata,
    _person_id(primary_key=True),
    Column("key_id", String, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Index(None, "key_id"),
)

store_key = Table(  # keys of the database itself, wrapped by the ring
    "store_key",
    metadata,
    Column("name", String, primary_key=True),
    Column("key_id", String, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

erased = Table(  # ids of those who erased themselves: every process destroys their keys wherever it keeps keys
    "erased",
    metadata,
    Column("was", Id, primary_key=True, autoincrement=False),
)

account = Table(
    "account",
    metadata,
    _id(),
    Column("platform", String, nullable=False),
    Column("platform_id", LargeBinary, nullable=False),
    Column("known_as", LargeBinary, nullable=False),
    _person_id(),
    Column("preferred", Boolean, nullable=False, server_default=true()),
    Column("moderates_until", Instant),
    UniqueConstraint("platform", "known_as"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

link_code = Table(  # what links one other account to a person, once
    "link_code",
    metadata,
    _person_id(primary_key=True),
    Column("known_as", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False),
    UniqueConstraint("known_as"),
)

trail = Table(  # append-only as well: who did what with a person's data
    "trail",
    metadata,
    _id(),
    _person_id(),
    Column("at", Instant, nullable=False),
    Column("what", String, nullable=False),
    Column("actor_id", Id),
    Column("note", LargeBinary, nullable=False),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

dialogue = Table(
    "dialogue",
    metadata,
    _person_id(primary_key=True),
    Column("about", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

plan = Table(
    "plan",
    metadata,
    _id(),
    _person_id(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("person_id", "version"),
    sqlite_autoincrement=True,
)
# Two plans at once would be two sets of doses: the database itself refuses the second.
Index("uq_plan_active", plan.c.person_id, unique=True, sqlite_where=plan.c.state == "active", postgresql_where=plan.c.state == "active")

entry = Table(
    "entry",
    metadata,
    _id(),
    _person_id(),
    Column("kind", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("undone_at", Instant),
    Index(None, "person_id", "at"),
    Index(None, "person_id", "recorded_at"),
    sqlite_autoincrement=True,
)

care_case = Table(  # "case" is a reserved word of SQL
    "care_case",
    metadata,
    _id(),
    _person_id(),
    Column("level", String, nullable=False),
    Column("red", Boolean, nullable=False),
    Column("codes", LargeBinary, nullable=False),
    Column("state", String, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("owner_id", Id, ForeignKey("person.id", ondelete="SET NULL")),
    Column("closed_at", Instant),
    Column("resolution", LargeBinary),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)
_partial("ix_care_case_waiting", care_case.c.opened_at, where=care_case.c.state != "closed")

case_event = Table(  # append-only: a trigger (revision 0004) refuses to change a line, but for ERASED
    "case_event",
    metadata,
    _id(),
    Column("case_id", Id, ForeignKey("care_case.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("what", String, nullable=False),
    Column("actor_id", Id),
    Column("note", LargeBinary, nullable=False),
    Index(None, "case_id"),
    sqlite_autoincrement=True,
)

question = Table(  # what people asked the community
    "question",
    metadata,
    _id(),
    _person_id(),
    Column("content", LargeBinary, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)
_partial("ix_question_open", question.c.id, where=question.c.closed_at.is_(None))

volunteer = Table(  # members who may be asked to be mentors
    "volunteer",
    metadata,
    _person_id(primary_key=True),
    Column("since", Instant, nullable=False),
)

pair = Table(  # `person_id` is the newcomer
    "pair",
    metadata,
    _id(),
    _person_id(),
    Column("mentor_id", Id, ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("began_at", Instant),
    Column("ended_at", Instant),
    Index(None, "person_id"),
    Index(None, "mentor_id"),
    sqlite_autoincrement=True,
)
_partial("ix_pair_going_on", pair.c.id, where=pair.c.state != "over")

timer = Table(
    "timer",
    metadata,
    _id(),
    _person_id(),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempt", Integer, nullable=False),
    UniqueConstraint("person_id", "kind", "subject"),
    Index(None, "due_at", "id"),  # many are due at the same instant: their order is read, not sorted
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    Column("key", LargeBinary, nullable=False),
    _person_id(),
    Column("about", String, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("letter", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("dead_at", Instant),
    Column("last_error", LargeBinary),
    Column("leased_until", Instant),
    Column("leased_by", String),
    Column("dropped", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key"),
    Index(None, "person_id", "created_at"),
    sqlite_autoincrement=True,
)
UNSENT = and_(outbox.c.sent_at.is_(None), outbox.c.dead_at.is_(None))
_partial("ix_outbox_unsent", outbox.c.urgency.desc(), outbox.c.created_at, outbox.c.id, where=UNSENT)
_partial("ix_outbox_retry", outbox.c.next_at, where=and_(UNSENT, outbox.c.attempts > 0))
_partial("ix_outbox_leased", outbox.c.leased_until, where=and_(UNSENT, outbox.c.leased_until.is_not(None)))
_partial("ix_outbox_sent_at", outbox.c.sent_at, where=outbox.c.sent_at.is_not(None))
_partial("ix_outbox_dead_at", outbox.c.dead_at, where=outbox.c.dead_at.is_not(None))

heard = Table(
    "heard",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
    sqlite_with_rowid=False,
)


def about(table: Table, person_id: int) -> ColumnElement[bool] | None:
    """The condition that picks the rows of a table that are about a person, or None for a table about nobody."""
    if table is person:
        return person.c.id == person_id
    if table is case_event:
        return case_event.c.case_id.in_(select(care_case.c.id).where(care_case.c.person_id == person_id))
    if table is pair:
        return or_(pair.c.person_id == person_id, pair.c.mentor_id == person_id)
    if "person_id" in table.c:
        return table.c.person_id == person_id
    return None


def also_about(table: Table, person_id: int) -> ColumnElement[bool]:
    """The condition that picks what is written to or by somebody else, and is about the person as well."""
    return (literal(" ") + table.c.about + " ").like(f"% {person_id} %")
