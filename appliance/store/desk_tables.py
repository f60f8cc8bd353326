"""Tables that people change as well as calls do: contacts, voicemail, mail, surveys, lost callers, callbacks.

Times are microseconds since 1970 UTC, durations seconds. A row that a journal entry makes has the entry's
number as its id and is written in the entry's own commit.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from appliance.store.tables import metadata

__all__ = [
    "callbacks",
    "contact_numbers",
    "contacts",
    "lost_callers",
    "mail",
    "metadata",
    "survey_answers",
    "voicemail",
]

#: A customer. `numbers` are E.164, separated by a space; `fields` a JSON object of texts. One that was
#: deleted stays a while, so that it can be brought back; it has no row in `contact_numbers`.
contacts = Table(
    "contacts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("language", String(20)),
    Column("vip", Boolean, nullable=False),
    Column("agent", String(40)),
    Column("account", String(40), nullable=False),
    Column("pin_hash", String(200), nullable=False),
    Column("numbers", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("deleted", BigInteger),
    Index("contacts_account", "account"),
    Index("contacts_name", "name"),
)

#: Whose number is it; made of `contacts.numbers`.
contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("contact", String(40), primary_key=True),
    Index("contact_numbers_contact", "contact"),
)

#: A message. `state` is recording, new, old or deleted; `mailed`: its mail has been queued, or none is due.
voicemail = Table(
    "voicemail",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("recording", String(40), nullable=False),
    Column("call", String(40), nullable=False),
    Column("box", String(40), nullable=False),
    Column("number", String(40)),
    Column("name", String(80)),
    Column("at", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("state", String(20), nullable=False),
    Column("was", String(20), nullable=False),  # the state that an undone deletion gives back
    Column("deleted", BigInteger),
    Column("mailed", Boolean, nullable=False),
    Index("voicemail_recording", "recording", unique=True),
    Index("voicemail_box", "box", "state"),
)

#: A mail on its way. `state` is waiting, sent, failed (for good) or expired.
mail = Table(
    "mail",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("made", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("body", Text, nullable=False),
    Column("attachment", String(40)),  # the recording of a voicemail
    Column("problem", Text, nullable=False),
    Column("done", BigInteger),
    Index("mail_due", "state", "due"),
)

#: One answer of a caller; `answer` is empty where the question was skipped.
survey_answers = Table(
    "survey_answers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("call", String(40), nullable=False),
    Column("survey", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("agent", String(40)),
    Column("queue", String(40)),
    Column("question", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("answer", Integer),
    Index("survey_answers_at", "at"),
    Index("survey_answers_call", "call"),
)

#: Who called and was not served: open until reached, until they rang again and were served, or by hand.
lost_callers = Table(
    "lost_callers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # number of the first call's first entry
    Column("number", String(40), nullable=False),
    Column("name", String(80)),
    Column("contact", String(40)),
    Column("queue", String(40)),
    Column("trunk", String(40)),
    Column("marketing", String(40)),
    Column("call", String(40), nullable=False),  # the latest of their calls
    Column("reason", String(20), nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),  # end of the latest call that counted
    Column("calls", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_by", String(40)),
    Column("tried_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("closed_why", String(20)),  # reached, rang_again, by_hand
    Column("closed_call", String(40)),
    Index("lost_callers_number", "number", "last_at"),
    Index("lost_callers_open", "closed_at", "last_at"),
)

#: Who is to be called: `kind` "callback" was promised to a queue's caller, "scheduled" put off by an agent.
#: Open while `closed_at` is empty; made of the journal's callback entries.
callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("number", String(40), nullable=False),
    Column("name", String(80)),
    Column("contact", String(40)),
    Column("queue", String(40)),
    Column("agent", String(40)),  # for whom it is kept
    Column("language", String(20)),
    Column("wants", Text, nullable=False),  # what the caller needs of agents, as JSON
    Column("reason", String(20), nullable=False),  # key, wait, flow, agent
    Column("call", String(40), nullable=False),  # in which it was promised
    Column("promised", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),  # from when on the caller's wait counts
    Column("waited", Float, nullable=False),  # until it was promised
    Column("due", BigInteger, nullable=False),  # the next try, not before
    Column("tries", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("tried_by", String(40)),
    Column("tried_why", String(20)),
    Column("closed_at", BigInteger),
    Column("closed_why", String(20)),
    Column("closed_call", String(40)),
    Index("callbacks_open", "closed_at", "due"),
    Index("callbacks_number", "number"),
)
