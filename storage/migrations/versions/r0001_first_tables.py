"""The first tables: persons, plans, the log, cases, timers, the outbox, and what was heard."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Written out and not borrowed from today's tables: a revision says what was true on its day.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Instant = sa.BigInteger
Json = sa.Text


def upgrade() -> None:
    """Create every table, parents first."""
    _people()
    _plans_and_log()
    _cases()
    _timers_and_outbox()


def downgrade() -> None:
    """Drop every table, children first."""
    for name in ("heard", "outbox", "timer", "case_event", "care_case", "entry", "plan", "dialogue", "account", "person"):
        op.drop_table(name)


def _id(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", Id, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _person_id(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    name = f"fk_{table}_person_id_person"
    return sa.Column("person_id", Id, nullable=False), sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=name, ondelete="CASCADE")


def _people() -> None:
    op.create_table(
        "person",
        *_id("person"),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("country", sa.String, nullable=False),
        sa.Column("consented_at", Instant),
        sa.Column("on_duty", sa.Boolean, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account",
        *_id("account"),
        sa.Column("platform", sa.String, nullable=False),
        sa.Column("platform_id", sa.String, nullable=False),
        *_person_id("account"),
        sa.UniqueConstraint("platform", "platform_id", name="uq_account_platform_platform_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.create_table(
        "dialogue",
        *_person_id("dialogue"),
        sa.Column("form", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_dialogue"),
    )


def _plans_and_log() -> None:
    op.create_table(
        "plan",
        *_id("plan"),
        *_person_id("plan"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("confirmed_at", Instant, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("ended_at", Instant),
        sa.UniqueConstraint("person_id", "version", name="uq_plan_person_id_version"),
        sqlite_autoincrement=True,
    )
    active = sa.text("state = 'active'")
    op.create_index("uq_plan_active", "plan", ["person_id"], unique=True, sqlite_where=active, postgresql_where=active)
    op.create_table(
        "entry",
        *_id("entry"),
        *_person_id("entry"),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("undone_at", Instant),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_entry_person_id_at", "entry", ["person_id", "at"])
    op.create_index("ix_entry_person_id_recorded_at", "entry", ["person_id", "recorded_at"])


def _cases() -> None:
    op.create_table(
        "care_case",
        *_id("care_case"),
        *_person_id("care_case"),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("red", sa.Boolean, nullable=False),
        sa.Column("codes", Json, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("owner_id", Id),
        sa.Column("closed_at", Instant),
        sa.Column("resolution", sa.String),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_care_case_owner_id_person", ondelete="SET NULL"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_care_case_person_id", "care_case", ["person_id"])
    not_closed = sa.text("state != 'closed'")
    op.create_index("ix_care_case_waiting", "care_case", ["opened_at"], sqlite_where=not_closed, postgresql_where=not_closed)
    op.create_table(
        "case_event",
        *_id("case_event"),
        sa.Column("case_id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("actor_id", Id),
        sa.Column("note", Json, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["care_case.id"], name="fk_case_event_case_id_care_case", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id"])


def _timers_and_outbox() -> None:
    op.create_table(
        "timer",
        *_id("timer"),
        *_person_id("timer"),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.UniqueConstraint("person_id", "kind", "subject", name="uq_timer_person_id_kind_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"])
    op.create_table(
        "outbox",
        *_id("outbox"),
        sa.Column("key", sa.String, nullable=False),
        *_person_id("outbox"),
        sa.Column("urgency", sa.Integer, nullable=False),
        sa.Column("reply", Json, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("sent_at", Instant),
        sa.Column("dead_at", Instant),
        sa.Column("last_error", sa.String),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_person_id_created_at", "outbox", ["person_id", "created_at"])
    unsent = sa.text("sent_at IS NULL AND dead_at IS NULL")
    again = sa.text("sent_at IS NULL AND dead_at IS NULL AND attempts > 0")
    op.create_index(
        "ix_outbox_unsent", "outbox", [sa.text("urgency DESC"), sa.text("created_at")], sqlite_where=unsent, postgresql_where=unsent
    )
    op.create_index("ix_outbox_retry", "outbox", ["next_at"], sqlite_where=again, postgresql_where=again)
    op.create_table(
        "heard",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_heard"),
        sqlite_with_rowid=False,
    )
