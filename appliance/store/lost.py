"""Lost callers: made of each call's record, in the record's own commit.

Who called and was not served stands here until somebody reaches them, or until they ring again and are
served. Records count in the order in which their calls ended; one that was counted counts no second time,
so that records may be made again of the journal.
"""

from __future__ import annotations

from appliance.contract.journal import CallRecord
from appliance.store import _sqlite
from appliance.store.codec import microseconds
from appliance.store.writer import Writer

#: How an inbound call ends of whose caller nobody took care.
LOST = frozenset({"abandoned", "no_answer", "closed", "interrupted", "failed"})


def keep(writer: Writer, record: CallRecord, first: int) -> None:
    """Bring the table up to date with a call that has ended; `first` is the number of its first entry."""
    if record.number is None or record.ended is None or record.direction == "internal":
        return
    row = writer.run(_sqlite.LATEST_LOST, who=record.number).fetchone()
    ended = microseconds(record.ended)
    if row is not None and (row[2] if row[2] is not None else row[1]) >= ended:
        return
    is_open = row is not None and row[2] is None
    if record.direction == "inbound" and record.outcome in LOST and not record.answered:
        if is_open:
            writer.run(_sqlite.AGAIN_LOST, which=row[0], ended=ended, latest=record.call, why=record.outcome)
        else:
            _add(writer, record, first, ended)
    elif is_open and record.answered:
        why = "rang_again" if record.direction == "inbound" else "reached"
        writer.run(_sqlite.CLOSE_LOST, which=row[0], ended=ended, latest=record.call, why=why)
    elif is_open and record.direction == "outbound" and record.trunk is not None:  # it was dialled
        writer.run(_sqlite.TRIED_LOST, which=row[0], ended=ended, agent_id=record.agent)


def _add(writer: Writer, record: CallRecord, first: int, ended: int) -> None:
    writer.run(
        _sqlite.ADD_LOST,
        id=first,
        number=record.number,
        name=record.name,
        contact=record.contact,
        queue=record.queue,
        trunk=record.trunk,
        marketing=record.marketing,
        call=record.call,
        reason=record.outcome,
        first_at=microseconds(record.started),
        last_at=ended,
        calls=1,
        tries=0,
        tried_by=None,
        tried_at=None,
        closed_at=None,
        closed_why=None,
        closed_call=None,
    )
