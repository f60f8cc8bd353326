"""What campaigns do (run, pause, stop), and the times within an attempt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "campaign_states",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
    )
    op.add_column("attempts", sa.Column("line", sa.String(64)))
    for name in ("rang", "answered", "told", "joined"):
        op.add_column("attempts", sa.Column(name, sa.Float))


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
