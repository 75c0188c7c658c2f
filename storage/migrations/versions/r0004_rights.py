"""A trail of who did what with a person's data, codes that link accounts, versions of what was agreed to; histories are append-only."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.columns import Id

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HISTORIES = {
    "case_event": ("id", "case_id", "at", "what", "note"),
    "trail": ("id", "person_id", "at", "what", "note"),
}
"""What of each line never changes. The actor who erased themselves becomes 0."""


def upgrade() -> None:
    """Whoever had agreed had read the first version, and is answered on the account they came by."""
    op.add_column("person", sa.Column("consent_version", sa.Integer, nullable=False, server_default=sa.text("1")))
    op.add_column("account", sa.Column("preferred", sa.Boolean, nullable=False, server_default=sa.true()))
    op.create_table(
        "link_code",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("known_as", sa.LargeBinary, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_link_code"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_link_code_person_id_person", ondelete="CASCADE"),
        sa.UniqueConstraint("known_as", name="uq_link_code_known_as"),
    )
    op.create_table(
        "trail",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("actor_id", Id),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_trail_person_id_person", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trail_person_id", "trail", ["person_id"])
    for table, kept in _HISTORIES.items():
        for statement in _guard(table, kept):
            op.execute(statement)


def downgrade() -> None:
    """Without them: the trail is lost, and of linked accounts each still reaches its person."""
    for table in _HISTORIES:
        on_table = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
        op.execute(f"DROP TRIGGER {table}_is_append_only{on_table}")
        if on_table:
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
    op.drop_table("trail")
    op.drop_table("link_code")
    op.execute("ALTER TABLE account DROP COLUMN preferred")
    op.execute("ALTER TABLE person DROP COLUMN consent_version")


def _guard(table: str, kept: Sequence[str]) -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in kept)
        return [
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE ON {table} WHEN {changed} OR NEW.actor_id IS NOT 0 "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        ]
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in kept)
    return [
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {changed} OR NEW.actor_id IS DISTINCT FROM 0 "
        f"THEN RAISE EXCEPTION '{table} is append-only'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()",
    ]
