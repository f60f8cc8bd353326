"""Lists of people to call, attempts at them, and who is not to be called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _lead_lists()
    _leads()
    _lead_numbers()
    _lead_places()
    _attempts()
    _dnc()
    _dnc_lists()


def _lead_lists() -> None:
    op.create_table(
        "lead_lists",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("dropped", sa.BigInteger),
    )


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("list", sa.String(40), nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("place", sa.String(300), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("shuffle", sa.Integer, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("next", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("parts", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("agent", sa.String(40)),
        sa.Column("own", sa.Boolean, nullable=False),
        sa.Column("asked_at", sa.BigInteger),
        sa.Column("outcome", sa.String(20)),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("consent", sa.Integer, nullable=False),
        sa.Column("consent_since", sa.BigInteger),
        sa.Column("consent_until", sa.BigInteger),
        sa.Column("business", sa.Boolean, nullable=False),
        sa.Column("warm", sa.Boolean, nullable=False),
        sa.Column("zone", sa.String(40), nullable=False),
        sa.Column("region", sa.String(10), nullable=False),
        sa.Column("language", sa.String(20)),
        sa.Column("contact", sa.String(40)),
        sa.Column("fields", sa.Text, nullable=False),
    )
    op.create_index("leads_in_order", "leads", ["list", "state", "place", "rank", "id"])
    op.create_index("leads_at_random", "leads", ["list", "state", "place", "rank", "shuffle"])
    op.create_index("leads_by_time", "leads", ["list", "state", "place", "due"])


def _lead_numbers() -> None:
    op.create_table(
        "lead_numbers",
        sa.Column("lead", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("bad", sa.String(20)),
    )
    op.create_index("lead_numbers_number", "lead_numbers", ["number"])


def _lead_places() -> None:
    op.create_table(
        "lead_places",
        sa.Column("list", sa.String(40), primary_key=True),
        sa.Column("place", sa.String(300), primary_key=True),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("campaign", sa.String(40), nullable=False),
        sa.Column("list", sa.String(40)),
        sa.Column("lead", sa.Integer),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("call", sa.String(40)),
        sa.Column("agent", sa.String(40)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("said_no", sa.Boolean, nullable=False),
        sa.Column("ended", sa.BigInteger),
        sa.Column("verdict", sa.Text, nullable=False),
    )
    op.create_index("attempts_number", "attempts", ["number", "at"])
    op.create_index("attempts_lead", "attempts", ["lead", "at"])
    op.create_index("attempts_campaign", "attempts", ["campaign", "at"])
    op.create_index("attempts_open", "attempts", ["outcome", "at"])


def _dnc() -> None:
    op.create_table(
        "dnc",
        sa.Column("entry", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("list", sa.String(80), primary_key=True),
        sa.Column("wild", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("why", sa.String(40), nullable=False),
    )
    op.create_index("dnc_wild", "dnc", ["wild"])
    op.create_index("dnc_list", "dnc", ["kind", "list"])


def _dnc_lists() -> None:
    op.create_table(
        "dnc_lists",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("loaded", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
