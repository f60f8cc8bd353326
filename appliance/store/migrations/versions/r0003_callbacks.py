"""Callbacks: what was promised to callers, and what agents put off to a day and hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("contact", sa.String(40)),
        sa.Column("queue", sa.String(40)),
        sa.Column("agent", sa.String(40)),
        sa.Column("language", sa.String(20)),
        sa.Column("wants", sa.Text, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("promised", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("waited", sa.Float, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("tried_by", sa.String(40)),
        sa.Column("tried_why", sa.String(20)),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_why", sa.String(20)),
        sa.Column("closed_call", sa.String(40)),
    )
    op.create_index("callbacks_open", "callbacks", ["closed_at", "due"])
    op.create_index("callbacks_number", "callbacks", ["number"])


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
