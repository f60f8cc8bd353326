"""What the gate refused, and imports of leads; attempts are found by their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_index("attempts_time", "attempts", ["at"])
    _refusals()
    _imports()


def _refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("campaign", sa.String(40), nullable=False),
        sa.Column("lead", sa.Integer),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("agent", sa.String(40)),
        sa.Column("verdict", sa.Text, nullable=False),
    )
    op.create_index("refusals_time", "refusals", ["at"])
    op.create_index("refusals_number", "refusals", ["number", "at"])
    op.create_index("refusals_lead", "refusals", ["lead", "at"])


def _imports() -> None:
    op.create_table(
        "lead_imports",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("bad", sa.Integer, nullable=False),
        sa.Column("twins", sa.Integer, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("undone", sa.BigInteger),
    )
    op.create_index("lead_imports_list", "lead_imports", ["list", "at"])


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
