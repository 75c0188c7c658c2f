"""Questions that people put to the community, members who volunteer as mentors, and pairs of a newcomer and a mentor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_GOING_ON = sa.text("state != 'over'")


def upgrade() -> None:
    """Three tables of their own: nothing that was there changes."""
    op.create_table(
        "question",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_question_person_id_person", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_question_person_id", "question", ["person_id"])
    op.create_index("ix_question_open", "question", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "volunteer",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_volunteer"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_volunteer_person_id_person", ondelete="CASCADE"),
    )
    op.create_table(
        "pair",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("mentor_id", Id, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_pair"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pair_person_id_person", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mentor_id"], ["person.id"], name="fk_pair_mentor_id_person", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pair_person_id", "pair", ["person_id"])
    op.create_index("ix_pair_mentor_id", "pair", ["mentor_id"])
    op.create_index("ix_pair_going_on", "pair", ["id"], sqlite_where=_GOING_ON, postgresql_where=_GOING_ON)


def downgrade() -> None:
    """Without them: questions, offers and pairs are lost, and nothing else is."""
    for table in ("pair", "volunteer", "question"):
        op.drop_table(table)
