"""Letters are leased to one process while it sends them, what was dropped says so, and what is due or old is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_UNSENT = sa.text("sent_at IS NULL AND dead_at IS NULL")
_LEASED = sa.text("sent_at IS NULL AND dead_at IS NULL AND leased_until IS NOT NULL")
_SENT = sa.text("sent_at IS NOT NULL")
_DEAD = sa.text("dead_at IS NOT NULL")


def upgrade() -> None:
    """Columns of their own; what was dropped before said so in its reason alone."""
    op.add_column("outbox", sa.Column("leased_until", sa.BigInteger))
    op.add_column("outbox", sa.Column("leased_by", sa.String))
    op.add_column("outbox", sa.Column("dropped", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE outbox SET dropped = true WHERE dead_at IS NOT NULL AND substr(last_error, 1, 9) = 'dropped: '")
    op.create_index("ix_outbox_leased", "outbox", ["leased_until"], sqlite_where=_LEASED, postgresql_where=_LEASED)
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at"], sqlite_where=_SENT, postgresql_where=_SENT)
    op.create_index("ix_outbox_dead_at", "outbox", ["dead_at"], sqlite_where=_DEAD, postgresql_where=_DEAD)
    op.create_index("ix_heard_at", "heard", ["at"])
    _index_what_is_due("id")


def downgrade() -> None:
    """Back to one process, and to reasons in words."""
    _index_what_is_due()
    op.drop_index("ix_heard_at", "heard")
    op.drop_index("ix_outbox_dead_at", "outbox")
    op.drop_index("ix_outbox_sent_at", "outbox")
    op.drop_index("ix_outbox_leased", "outbox")
    # By name and not by rebuilding the table: both engines drop a column that nothing refers to any more.
    op.execute("ALTER TABLE outbox DROP COLUMN dropped")
    op.execute("ALTER TABLE outbox DROP COLUMN leased_by")
    op.execute("ALTER TABLE outbox DROP COLUMN leased_until")


def _index_what_is_due(*last: str) -> None:
    """Thousands may be due at one instant; with the id in the index, their order is read instead of sorted."""
    names = ("ix_timer_due_at", "ix_timer_due_at_id") if last else ("ix_timer_due_at_id", "ix_timer_due_at")
    op.drop_index(names[0], "timer")
    op.create_index(names[1], "timer", ["due_at", *last])
    op.drop_index("ix_outbox_unsent", "outbox")
    columns = [sa.text("urgency DESC"), sa.text("created_at"), *map(sa.text, last)]
    op.create_index("ix_outbox_unsent", "outbox", columns, sqlite_where=_UNSENT, postgresql_where=_UNSENT)
