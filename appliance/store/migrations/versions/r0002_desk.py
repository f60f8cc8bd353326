"""Contacts, voicemail, mail, surveys and lost callers; a call's contact and marketing campaign."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the new columns of `calls`."""
    op.add_column("calls", sa.Column("contact", sa.String(40)))
    op.add_column("calls", sa.Column("marketing", sa.String(40)))
    _contacts()
    _voicemail()
    _mail()
    _survey_answers()
    _lost_callers()


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("language", sa.String(20)),
        sa.Column("vip", sa.Boolean, nullable=False),
        sa.Column("agent", sa.String(40)),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("pin_hash", sa.String(200), nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.BigInteger),
    )
    op.create_index("contacts_account", "contacts", ["account"])
    op.create_index("contacts_name", "contacts", ["name"])
    op.create_table(
        "contact_numbers",
        sa.Column("number", sa.String(40), primary_key=True),
        sa.Column("contact", sa.String(40), primary_key=True),
    )
    op.create_index("contact_numbers_contact", "contact_numbers", ["contact"])


def _voicemail() -> None:
    op.create_table(
        "voicemail",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("recording", sa.String(40), nullable=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("box", sa.String(40), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("name", sa.String(80)),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("was", sa.String(20), nullable=False),
        sa.Column("deleted", sa.BigInteger),
        sa.Column("mailed", sa.Boolean, nullable=False),
    )
    op.create_index("voicemail_recording", "voicemail", ["recording"], unique=True)
    op.create_index("voicemail_box", "voicemail", ["box", "state"])


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attachment", sa.String(40)),
        sa.Column("problem", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger),
    )
    op.create_index("mail_due", "mail", ["state", "due"])


def _survey_answers() -> None:
    op.create_table(
        "survey_answers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("survey", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("agent", sa.String(40)),
        sa.Column("queue", sa.String(40)),
        sa.Column("question", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("answer", sa.Integer),
    )
    op.create_index("survey_answers_at", "survey_answers", ["at"])
    op.create_index("survey_answers_call", "survey_answers", ["call"])


def _lost_callers() -> None:
    op.create_table(
        "lost_callers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80)),
        sa.Column("contact", sa.String(40)),
        sa.Column("queue", sa.String(40)),
        sa.Column("trunk", sa.String(40)),
        sa.Column("marketing", sa.String(40)),
        sa.Column("call", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tried_by", sa.String(40)),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_why", sa.String(20)),
        sa.Column("closed_call", sa.String(40)),
    )
    op.create_index("lost_callers_number", "lost_callers", ["number", "last_at"])
    op.create_index("lost_callers_open", "lost_callers", ["closed_at", "last_at"])


def downgrade() -> None:
    """There is no way back: an older Callbox refuses newer records, in words, and leaves them whole."""
    raise RuntimeError("Records are never taken back to an older schema; put back a backup instead.")
