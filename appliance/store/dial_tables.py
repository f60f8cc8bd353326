"""Tables of the dialer's pages: what the gate refused, and imports of leads. Times as in `lead_tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from appliance.store.lead_tables import metadata

__all__ = ["lead_imports", "metadata", "refusals"]

#: A dial that the gate refused; `id` is "r" and the number of its journal entry.
refusals = Table(
    "refusals",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("campaign", String(40), nullable=False),
    Column("lead", Integer),
    Column("number", String(20), nullable=False),
    Column("agent", String(40)),
    Column("verdict", Text, nullable=False),
    Index("refusals_time", "at"),
    Index("refusals_number", "number", "at"),
    Index("refusals_lead", "lead", "at"),
)

#: An import of leads: those of `list` whose id is in first..last. `undone` is when it was taken back.
lead_imports = Table(
    "lead_imports",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("file", String(120), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("twins", Integer, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("undone", BigInteger),
    Index("lead_imports_list", "list", "at"),
)
