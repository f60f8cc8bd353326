"""What supervisors, conferences, parking and notes look like in a call's story."""

from __future__ import annotations

from datetime import UTC, datetime

from appliance.contract.journal import Entry, EntryKind, JsonValue
from tests.web.site import Site
from webui.story import Names, story

NAMES = Names({"gsm1": "Mobile line"}, {"11": "Ana", "14": "Bo"}, {}, {})
TOLD: list[tuple[EntryKind, dict[str, JsonValue], str]] = [
    (EntryKind.SUPERVISED, {"by": "14", "mode": "whisper"}, "Bo whispers to the agent."),
    (EntryKind.SUPERVISED, {"by": "14", "mode": "ended"}, "Bo listens no more."),
    (
        EntryKind.CONFERENCE,
        {"by": "201", "parties": "gsm1,201"},
        "A conference begins: Mobile line, Handset 201.",
    ),
    (EntryKind.PARKED, {"slot": 3, "by": "201"}, "Parked in place 3."),
    (EntryKind.PICKED_UP, {"by": "202", "at": "201"}, "Handset 202 picks the call up."),
    (EntryKind.RECORDING_PAUSED, {"paused": True}, "The recording is paused."),
    (EntryKind.RECORDING_PAUSED, {"paused": False}, "The recording goes on."),
    (EntryKind.DISPOSITION, {"agent": "11", "code": "Sold"}, "Ana notes: Sold."),
    (
        EntryKind.RING_BACK,
        {"agent": "11", "at": "2026-03-05T14:30:00+00:00"},
        "rung back at 2026-03-05 14:30.",
    ),
    (EntryKind.NOTE, {"agent": "11", "recording": "ab"}, "Ana leaves a spoken note."),
    (EntryKind.DIGITS, {"digits": "2", "word": "help"}, "The caller says “help”: key 2."),
    (EntryKind.SPEECH, {"word": "help", "result": "asked"}, "The box asks whether “help” was said."),
    (EntryKind.SPEECH, {"word": "help", "result": "rejected"}, "did not understand"),
    (EntryKind.SPEECH, {"word": "", "result": "The speech worker ended."}, "keys only"),
]


def test_every_entry_has_its_sentence(pages: Site) -> None:
    with pages.app.test_request_context("/"):
        entries = [Entry(kind, datetime(2026, 3, 2, tzinfo=UTC), None, data) for kind, data, _ in TOLD]
        steps = story(entries, NAMES)
    assert len(steps) == len(TOLD)
    for step, (_, _, words) in zip(steps, TOLD, strict=True):
        assert words in step.text
