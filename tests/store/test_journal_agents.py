"""Who was at work when the core ended is known to the next one."""

from __future__ import annotations

from pathlib import Path

from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.store.journal import SqliteJournal
from bench.store.workload import START


def _status(agent: str, status: str, **more: JsonValue) -> Entry:
    return Entry(EntryKind.AGENT_STATUS, START, data={"agent": agent, "status": status, **more})


def test_the_next_core_learns_who_was_at_work(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    first = SqliteJournal(path)
    assert first.agents_at_work() == []
    first.append(_status("11", "available", handset="201"))
    first.append(_status("12", "available", handset="202"))
    first.append(_status("12", "on_break", handset="202", pause_code="lunch"))
    first.append(_status("13", "available", handset="203"))
    first.append(_status("13", "logged_out"))
    first.close()
    second = SqliteJournal(path)
    found = {str(entry.data["agent"]): entry for entry in second.agents_at_work()}
    second.append(Entry(EntryKind.BOX_STARTED, START, data={"version": "0", "interrupted": 0}))
    second.close()
    assert found.keys() == {"11", "12"}
    assert found["11"].data["status"] == "available" and found["11"].data["handset"] == "201"
    assert found["12"].data["status"] == "on_break" and found["12"].data["pause_code"] == "lunch"
    third = SqliteJournal(path)
    assert third.agents_at_work() == [], "a box that started has its agents' times ended"
    third.close()
