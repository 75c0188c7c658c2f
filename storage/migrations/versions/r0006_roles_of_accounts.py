"""Whoever is a moderator on one platform stays one when they write from another that does not know it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of former accounts: each platform says it with the next word that comes from there."""
    op.add_column("account", sa.Column("moderates_until", sa.BigInteger))


def downgrade() -> None:
    """Without it: the platform that was last written from decides for all."""
    op.drop_column("account", "moderates_until")
