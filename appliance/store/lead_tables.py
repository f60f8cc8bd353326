"""Tables of the dialer: lists and their leads, attempts at them, and who is not to be called.

Times are microseconds since 1970 UTC. `attempts` and the state of a lead are made of the journal's entries;
the indexes of `leads` follow the question "which leads of this list and place are next?" column by column.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from appliance.store.desk_tables import metadata

__all__ = [
    "attempts",
    "campaign_states",
    "dnc",
    "dnc_lists",
    "lead_lists",
    "lead_numbers",
    "lead_places",
    "leads",
    "metadata",
]

#: A list of people to call. `dropped` is when it was thrown away.
lead_lists = Table(
    "lead_lists",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("source", String(80), nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("dropped", BigInteger),
)

#: One person to call. `place` is where the next number is: country|region|time zones (`core.dialer.place`).
leads = Table(
    "leads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("list", String(40), nullable=False),
    Column("row", Integer, nullable=False),  # line of the file it came from
    Column("state", String(10), nullable=False),  # fresh, retry, callback, dialling, done
    Column("place", String(300), nullable=False),
    Column("rank", Integer, nullable=False),  # the lower the sooner: minus the priority
    Column("shuffle", Integer, nullable=False),
    Column("due", BigInteger),
    Column("next", Integer, nullable=False),  # position of the number to dial next
    Column("tries", Integer, nullable=False),
    Column("parts", String(20), nullable=False),  # tries in the morning, afternoon, evening: "2,0,1"
    Column("name", String(80), nullable=False),
    Column("agent", String(40)),  # for whom a callback is kept, or who spoke with the person last
    Column("own", Boolean, nullable=False),  # the callback is this agent's alone
    Column("asked_at", BigInteger),  # the person asked for the callback
    Column("outcome", String(20)),
    Column("why", Text, nullable=False),
    Column("consent", Integer, nullable=False),
    Column("consent_since", BigInteger),
    Column("consent_until", BigInteger),
    Column("business", Boolean, nullable=False),
    Column("warm", Boolean, nullable=False),
    Column("zone", String(40), nullable=False),
    Column("region", String(10), nullable=False),
    Column("language", String(20)),
    Column("contact", String(40)),
    Column("fields", Text, nullable=False),  # a JSON object of texts
    Index("leads_in_order", "list", "state", "place", "rank", "id"),
    Index("leads_at_random", "list", "state", "place", "rank", "shuffle"),
    Index("leads_by_time", "list", "state", "place", "due"),
)

#: A lead's numbers in the order they are dialled; `bad` is why one is not dialled any more.
lead_numbers = Table(
    "lead_numbers",
    metadata,
    Column("lead", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("number", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("bad", String(20)),
    Index("lead_numbers_number", "number"),
)

#: The places there are in a list, so that nobody has to look for them.
lead_places = Table(
    "lead_places",
    metadata,
    Column("list", String(40), primary_key=True),
    Column("place", String(300), primary_key=True),
)

#: One dial. `outcome` is empty while it lasts; `verdict` the gate's record of it, as JSON. The last four are
#: seconds after `at`: it rang, was answered, it was told who answered, an agent was joined.
attempts = Table(
    "attempts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("campaign", String(40), nullable=False),
    Column("list", String(40)),
    Column("lead", Integer),
    Column("number", String(20), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("call", String(40)),
    Column("agent", String(40)),
    Column("outcome", String(20)),
    Column("how", Text, nullable=False),
    Column("said_no", Boolean, nullable=False),
    Column("ended", BigInteger),
    Column("verdict", Text, nullable=False),
    Column("line", String(64)),
    Column("rang", Float),
    Column("answered", Float),
    Column("told", Float),
    Column("joined", Float),
    Index("attempts_number", "number", "at"),
    Index("attempts_lead", "lead", "at"),
    Index("attempts_campaign", "campaign", "at"),
    Index("attempts_time", "at"),
    Index("attempts_open", "outcome", "at"),
)

#: Who is not to be called. `entry` is a number in E.164, or with `wild` one with * and ?.
dnc = Table(
    "dnc",
    metadata,
    Column("entry", String(40), primary_key=True),
    Column("kind", String(10), primary_key=True),  # own, campaign, official
    Column("list", String(80), primary_key=True),
    Column("wild", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("why", String(40), nullable=False),
    Index("dnc_wild", "wild"),
    Index("dnc_list", "kind", "list"),
)

#: Official lists that were loaded; `as_of` is the date of their data.
dnc_lists = Table(
    "dnc_lists",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("as_of", BigInteger, nullable=False),
    Column("loaded", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
)

#: What a campaign was told to do last: "running", "paused" or "stopped".
campaign_states = Table(
    "campaign_states",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("by", String(60), nullable=False),
)
