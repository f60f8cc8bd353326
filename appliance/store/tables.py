"""The tables of the records. `migrations/` makes them; a test holds both to be the same.

Times are microseconds since 1970 UTC, durations seconds. `journal` is the truth; `calls` and `agent_time`
are made of it and can be made again. `desk_tables` has those that people change as well.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

#: A block of entries that were committed together. `hash` is the chain's hash after its last entry.
journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # number of the block's first entry
    Column("entries", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),  # time of the first entry
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

#: One call as `contract.journal.CallRecord`; its entries have the numbers `id` to `last`.
calls = Table(
    "calls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # number of the call's first entry
    Column("last", Integer, nullable=False),
    Column("call", String(40), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("trunk", String(40)),
    Column("handset", String(40)),
    Column("number", String(40)),
    Column("name", String(80)),
    Column("queue", String(40)),
    Column("agent", String(40)),
    Column("digits", String(80), nullable=False),
    Column("waited_seconds", Float, nullable=False),
    Column("talk_seconds", Float, nullable=False),
    Column("held_seconds", Float, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("answer_inferred", Boolean, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("cause", Integer),
    Column("reason", Text, nullable=False),
    Column("ended_by", String(20)),
    Column("transferred_to", String(40)),
    Column("recordings", Text, nullable=False),  # ids, separated by a space
    Column("contact", String(40)),
    Column("marketing", String(40)),
    Index("calls_call", "call", unique=True),
    Index("calls_started", "started"),
)

#: What an agent chose to be, from when to when; `ended` is empty while it lasts. Logged out leaves no row.
agent_time = Table(
    "agent_time",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # number of the entry that began it
    Column("agent", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("pause_code", String(40)),
    Column("handset", String(40)),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("agent_time_started", "started"),
)

#: What the store remembers of itself.
facts = Table(
    "facts",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
