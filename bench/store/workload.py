"""Calls as the core journals them: what the store's benchmarks and tests feed it with."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, JsonValue
from appliance.core.records import rebuild

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Story = list[tuple[EntryKind, dict[str, JsonValue]]]


class Calls:
    """Calls with ids, numbers and times by a seeded chance: the same ones at every run."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)

    def id(self) -> str:
        """Like `contract.ids.new_id`, but the same at every run."""
        return f"{self._chance.getrandbits(128):032x}"

    def number(self) -> str:
        """A telephone number."""
        return f"+1555{self._chance.randrange(10**7):07d}"

    def answered(self, at: datetime = START, queue: str = "sales") -> list[Entry]:
        """Inbound: menu, queue, offer, answer, talk, recording, hang-up. 22 entries in time's order."""
        kinds = EntryKind
        caller, agent = {"leg": self.id(), "line": "gsm1"}, {"leg": self.id(), "line": "201"}
        recording: dict[str, JsonValue] = {"recording": self.id()}
        offer: dict[str, JsonValue] = {"queue": queue, "agent": "11"}
        waited = round(self._chance.uniform(2, 60), 3)
        story: Story = [
            (kinds.CALL_STARTED, {"direction": "inbound", "purpose": "queue", "trunk": "gsm1"}),
            (kinds.LEG_ADDED, {**caller, "kind": "trunk"}),
            (kinds.CALLER_ID, {"number": self.number(), "withheld": False}),
            (kinds.LEG_ANSWERED, {**caller, "inferred": False}),
            (kinds.FLOW_ENTERED, {"flow": "main", "reason": "open"}),
            (kinds.DIGITS, {"menu": "main", "digits": "1"}),
            (kinds.QUEUE_ENTERED, {"queue": queue, "position": 1}),
            (kinds.AGENT_STATE, {"agent": "11", "state": "reserved", "why": "a call was offered"}),
            (kinds.OFFERED, {**offer, "handset": "201"}),
            (kinds.AGENT_STATE, {"agent": "11", "state": "ringing", "why": "the handset rings"}),
            (kinds.LEG_ADDED, {**agent, "kind": "handset"}),
            (kinds.LEG_ANSWERED, {**agent, "inferred": False}),
            (kinds.OFFER_ENDED, {**offer, "outcome": "answered", "why": "The handset was picked up."}),
            (kinds.CONNECTED, {"agent": "11", "handset": "201", "waited": waited}),
            (kinds.AGENT_STATE, {"agent": "11", "state": "in_call", "why": "connected"}),
            (kinds.RECORDING_STARTED, recording),
            (kinds.LEG_RELEASED, {**caller, "cause": 16, "reason": "The far end hung up."}),
            (kinds.LEG_RELEASED, {**agent, "cause": 16, "reason": "The other party hung up."}),
            (kinds.RECORDING_ENDED, {**recording, "seconds": waited * 3, "reason": "The call ended."}),
            (kinds.CALL_ENDED, {"cause": 16, "reason": "The far end hung up.", "by": "caller"}),
            (kinds.AGENT_STATE, {"agent": "11", "state": "wrap_up", "why": "the call ended"}),
            (kinds.AGENT_STATE, {"agent": "11", "state": "waiting", "why": "wrap-up is over"}),
        ]
        return self._entries(story, at, 180.0)

    def refused(self, at: datetime = START) -> list[Entry]:
        """Outbound, with no trunk free: begun and over in the same moment."""
        story: Story = [
            (EntryKind.CALL_STARTED, {"direction": "outbound", "handset": "201", "number": self.number()}),
            (EntryKind.CALL_ENDED, {"cause": 34, "reason": "No trunk was free.", "by": "box"}),
        ]
        return self._entries(story, at, 0.001)

    def _entries(self, story: Story, at: datetime, seconds: float) -> list[Entry]:
        call = CallId(self.id())
        moments = sorted(self._chance.uniform(0, seconds) for _ in story)
        return [
            Entry(kind, at + timedelta(seconds=moment), None if kind == EntryKind.AGENT_STATE else call, data)
            for moment, (kind, data) in zip(moments, story, strict=True)
        ]


def record_of(entries: list[Entry]) -> CallRecord:
    """The record of one call's entries, as the core derives it."""
    (record,) = rebuild(entries).values()
    return record
