"""What queues go by, read when a box starts: a day of calls and shifts, a month of who spoke with whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from appliance.contract.memory import CallThen, Memory, StatusThen
from appliance.store import _sqlite
from appliance.store.codec import microseconds, moment
from appliance.store.writer import Writer

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
MOST_MET = 4000  # the newest; queues remember some 2,000 numbers


def read(writer: Writer, now: datetime) -> Memory:
    """The cost is that of the calls of one day and of `MOST_MET` more, however many there are."""
    day, month = microseconds(now - DAY), microseconds(now - MONTH)
    calls = [_call(row) for row in writer.run(_sqlite.CALLS_SINCE, since=day)]
    met = [_call(row) for row in writer.run(_sqlite.CALLS_WITH_AGENT, since=month).fetchmany(MOST_MET)]
    statuses = [
        StatusThen(agent, status, moment(started), None if ended is None else moment(ended))
        for agent, status, started, ended in writer.run(
            _sqlite.STATUS_SINCE, since=microseconds(now - 2 * DAY)
        )
    ]
    return Memory(tuple(sorted(calls, key=_ended)), tuple(statuses), tuple(sorted(met, key=_ended)))


def _ended(call: CallThen) -> datetime:
    return call.ended


def _call(row: Any) -> CallThen:
    direction, ended, number, queue, agent, waited, talked, answered, outcome, trunk = row
    return CallThen(
        direction,
        moment(ended),
        number,
        queue,
        agent,
        waited,
        talked,
        bool(answered),
        outcome,
        trunk is not None,
    )
