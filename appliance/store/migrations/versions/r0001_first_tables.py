"""The first tables: journal, calls, agent time and the store's own facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("entries", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    _calls()
    op.create_table(
        "agent_time",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("agent", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("pause_code", sa.String(40)),
        sa.Column("handset", sa.String(40)),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_index("agent_time_started", "agent_time", ["started"])
    op.create_table(
        "facts",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("started", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("trunk", sa.String(40)),
        sa.Column("handset", sa.String(40)),
        sa.Column("number", sa.String(40)),
        sa.Column("name", sa.String(80)),
        sa.Column("queue", sa.String(40)),
        sa.Column("agent", sa.String(40)),
        sa.Column("digits", sa.String(80), nullable=False),
        sa.Column("waited_seconds", sa.Float, nullable=False),
        sa.Column("talk_seconds", sa.Float, nullable=False),
        sa.Column("held_seconds", sa.Float, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("answer_inferred", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("cause", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ended_by", sa.String(20)),
        sa.Column("transferred_to", sa.String(40)),
        sa.Column("recordings", sa.Text, nullable=False),
    )
    op.create_index("calls_call", "calls", ["call"], unique=True)
    op.create_index("calls_started", "calls", ["started"])


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
