"""What a handset asks of the records: an agent's day, the latest note about a customer."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from itertools import chain
from pathlib import Path
from threading import Event

from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.contract.past import Tally
from appliance.store.journal import SqliteJournal
from appliance.store.past import PastStore
from appliance.store.reader import RecordReader
from bench.store.workload import START, Calls, record_of

LATER = START + timedelta(hours=1)


def keep(journal: SqliteJournal, entries: list[Entry]) -> None:
    for entry in entries:
        journal.append(entry)
    journal.put(record_of(entries))
    journal.flush()


def note(about: list[Entry], recording: str) -> Entry:
    data = {"agent": "11", "recording": recording}
    return Entry(EntryKind.NOTE, LATER, about[0].call, data)


def number_of(entries: list[Entry]) -> str:
    return next(str(e.data["number"]) for e in entries if e.kind is EntryKind.CALLER_ID)


def test_the_day_of_an_agent(opened: SqliteJournal, calls: Calls) -> None:
    past = PastStore(opened, lambda: LATER)
    assert past.tally("11", START) == Tally(0, 0.0)
    days = [calls.answered(START + timedelta(minutes=5 * place)) for place in range(3)]
    for entries in days:
        keep(opened, entries)
    talked = [record_of(entries).talk_seconds for entries in days]
    found = past.tally("11", START + timedelta(minutes=1))
    assert found.calls == 2 and found.talked == sum(talked[1:])
    assert past.tally("12", START) == Tally(0, 0.0)


def test_the_latest_note_of_the_customers_own_calls(opened: SqliteJournal, calls: Calls) -> None:
    past = PastStore(opened, lambda: LATER)
    mine, other = calls.answered(), calls.answered(START + timedelta(seconds=1))
    for entry in chain(*zip(mine, other, strict=True)):  # entries of both lie between each other
        opened.append(entry)
    opened.put(record_of(mine))
    opened.put(record_of(other))
    opened.flush()
    assert past.note_about(number_of(mine)) is None
    opened.append(note(mine, "first"))
    opened.append(note(other, "of-the-other"))
    opened.append(note(mine, "second"))
    opened.flush()
    assert past.note_about(number_of(mine)) == "second"
    assert past.note_about(number_of(other)) == "of-the-other"
    assert past.note_about("+15550000000") is None
    assert PastStore(opened, lambda: LATER + timedelta(days=91)).note_about(number_of(mine)) is None


def test_a_note_after_a_later_call_without_one(opened: SqliteJournal, calls: Calls) -> None:
    past, first = PastStore(opened, lambda: LATER), calls.answered()
    keep(opened, first)
    opened.append(note(first, "kept"))
    again = calls.answered(START + timedelta(minutes=10))
    same: Mapping[str, JsonValue] = {"number": number_of(first), "withheld": False}
    again = [Entry(e.kind, e.at, e.call, same if e.kind is EntryKind.CALLER_ID else e.data) for e in again]
    keep(opened, again)
    assert past.note_about(number_of(first)) == "kept"


def test_what_an_agent_notes_after_a_call_is_on_the_page_at_once(
    opened: SqliteJournal, calls: Calls, path: Path
) -> None:
    """Nothing else need happen first: it is the last thing that is said about the call for a while."""
    entries = calls.answered()
    keep(opened, entries)
    with closing(RecordReader(path)) as reader:
        for kind in (EntryKind.DISPOSITION, EntryKind.RING_BACK, EntryKind.NOTE):
            done = Event()
            opened.append(Entry(kind, LATER, entries[0].call, {"agent": "11"}), done.set)
            assert done.wait(10), "the agent is told that it is kept once it is"
            found = reader.call(str(entries[0].call))
            assert found is not None and found[1][-1].kind is kind
