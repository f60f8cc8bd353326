"""A campaign with real lines: GSM and analog, agents on baresip, and everybody one may meet.

Every lead ends in what it truly is, every person hears an agent or the safe-harbour message, callers go
first, and nothing is dialled twice or lost, whatever is pulled out. `CALLBOX_S30` says how many are called:
by default a `few` on three lines by two agents, who are given whoever answers: what modems and the network
report decides all, so that gaps in a loaded machine's sound do not matter; `some` are sixteen of all kinds
on four GSM and two analog lines by three agents, told from machines by their sound; `all` are sixty, and the
two seconds of the law hold.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.journal import Entry, EntryKind
from appliance.contract.leads import LeadState, Outcome
from appliance.store.reader import RecordReader
from simulator import Call, CallState, HangUp, Listen, Press, Say, Subscriber, WaitForSound, sound
from simulator.people import SILENT_SECONDS, greeting_ends
from simulator.script import Frames, Talk
from simulator.voices import spoken
from tests.support.box import wait_for
from tests.support.campaign import (
    BY_EAR,
    FXO,
    PATIENT,
    TRUTH,
    CampaignOffice,
    Person,
    agent_heard,
    first_heard,
    leads,
    network,
)


@dataclass(frozen=True)
class Size:
    """How much is done. `lines` in the order they are dialled on; `late` seconds after a greeting something
    must be heard, None: at all."""

    agents: Mapping[str, int]  # extension -> the tone its agent speaks, Hz
    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    callers: tuple[str, ...]  # lines on which somebody calls meanwhile
    listened: bool
    late: float | None
    seconds: float = 240.0


EVERYBODY = (
    "person", "machine", "busy", "receptionist", "fax", "invalid", "person", "rejecting", "machine", "off",
    "no_answer", "person", "changed", "silent", "receptionist", "no_circuit",
)  # fmt: skip
SIXTY = (*EVERYBODY * 3, *("person",) * 6, *("machine",) * 4, "busy", "fax")
SIX = ("fxo1", "gsm1", "fxo2", "gsm2", "gsm3", "gsm4")
SOME = Size({"201": 440, "202": 620, "203": 880}, SIX, EVERYBODY, ("gsm3", "gsm4"), True, 5.0)
SIZES = {
    "few": Size(
        agents={"201": 440, "202": 620},
        lines=("gsm1", "fxo1", "gsm2"),
        kinds=("person", "busy", "busy"),
        callers=("gsm2",),
        listened=False,
        late=None,
    ),
    "some": SOME,
    "all": replace(SOME, kinds=SIXTY, late=2.0, seconds=600.0),
}
SIZE = SIZES[os.environ.get("CALLBOX_S30") or "few"]
SPEED = 3.0
pytestmark = pytest.mark.peer
patient = pytest.mark.timeout(120.0 + SIZE.seconds)  # before the folder's own, which a busy machine may need


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignOffice]:
    how: dict[str, Any] = {} if SIZE.listened else {"machines": "off"}
    with CampaignOffice(tmp_path_factory.mktemp("campaign"), SPEED) as running:
        running.configure(len(SIZE.agents), SIZE.lines, 3 if SIZE.listened else 60, **how)
        running.hire(SIZE.agents)
        yield running


def _made(hall: CampaignOffice, kinds: Sequence[str], first: int = 1) -> list[Person]:
    return leads(hall.place, kinds, first, SIZE.listened)


def _agents() -> list[str]:
    return [f"1{int(extension) - 200}" for extension in SIZE.agents]


def _ended(hall: CampaignOffice, who: Sequence[Person]) -> bool:
    numbers = {one.number for one in who}
    return numbers <= {row.number for row in hall.attempts() if row.ended is not None}


def _outcomes_are_true(hall: CampaignOffice, who: Sequence[Person]) -> None:
    """What the box says became of each lead is what the network knows of it."""
    rows = {row.number: row for row in hall.attempts()}
    wrong = []
    for one in who:
        row = rows[one.number]
        (call,) = hall.dialled(one.number)
        truth = BY_EAR.get(one.kind, TRUTH[one.kind]) if call.line.name in FXO else TRUTH[one.kind]
        if row.outcome not in truth:
            wrong.append((one.kind, one.voice, call.line.name, row.outcome, row.how))
    assert not wrong


def _once_each(hall: CampaignOffice, who: Sequence[Person]) -> None:
    """By the network's own journal, and by the box's; each lead is done, or waits for its next time."""
    dialled, rows = network(hall.exchange), hall.attempts()
    counts = {one.number: sum(number.endswith(one.number[-7:]) for number in dialled) for one in who}
    assert set(counts.values()) == {1}, counts
    written = {one.number: sum(row.number == one.number for row in rows) for one in who}
    assert written == counts
    found = {lead.numbers[0].number: lead for lead in hall.leads()}
    states = {one.number: (found[one.number].state, found[one.number].due) for one in who}
    now = datetime.now(UTC)
    for state, due in states.values():
        assert state == LeadState.DONE or (state == LeadState.RETRY and due is not None and due > now), states


def _persons_were_served(hall: CampaignOffice, who: Sequence[Person]) -> None:
    """Who says hello hears an agent, or the message, in time; a machine hears no agent."""
    late = []
    for one in who:
        (call,) = hall.dialled(one.number)
        if one.kind == "machine":
            assert not agent_heard(call, SIZE.agents.values()), f"{one} reached an agent"
        if not one.speaks:
            continue
        ends = greeting_ends(one.kind, one.voice)
        heard = first_heard(call, ends - 0.2)
        if heard is None or (SIZE.late is not None and heard - ends > SIZE.late):
            late.append((one, call.line.name, ends, heard))
    assert not late


def _entries(hall: CampaignOffice, since: datetime) -> list[Entry]:
    with contextlib.closing(RecordReader(hall.box.options.records)) as reader:
        return list(reader.entries(since, datetime.now(UTC)))


class UntilAnAgentSpeaks:
    """Waits, at most a minute, for the tone that one of the agents speaks."""

    def play(self, talk: Talk) -> Frames:
        run = 0
        for _ in range(50 * 60):
            heard = yield sound.SILENCE
            run = run + 1 if max(sound.power_at(heard, tone) for tone in SIZE.agents.values()) > 0.5 else 0
            if run >= 5:
                return


def _caller(hall: CampaignOffice, line: str) -> Call:
    """Somebody calls, and wants to speak with sales."""
    talks = (UntilAnAgentSpeaks(), Say(spoken("Good day.", 1)), Listen(2.0), HangUp())
    return hall.call(line, (WaitForSound(), Press("1"), *talks), f"+1202555017{line[-1]}")


def _callers_go_first(entries: Sequence[Entry]) -> None:
    """Nobody whose dial began while a caller waited is joined before that caller is offered to an agent."""
    waiting: set[str] = set()
    passed: dict[str, set[str]] = {}  # number, and then call -> the callers who waited when its dial began
    for entry in entries:
        call, number = entry.call or "", str(entry.data.get("number"))
        if entry.kind is EntryKind.QUEUE_ENTERED:
            waiting.add(call)
        elif entry.kind in (EntryKind.OFFERED, EntryKind.QUEUE_LEFT, EntryKind.CALL_ENDED):
            waiting.discard(call)
        elif entry.kind is EntryKind.ATTEMPT_BEGUN:
            passed[number] = set(waiting)
        elif entry.kind is EntryKind.CALL_STARTED and entry.data.get("purpose") == "campaign":
            passed[call] = passed[number]
        elif entry.kind is EntryKind.CONNECTED and call in passed:
            assert not passed[call] & waiting, "somebody was dialled, and joined, past a caller"


@patient
def test_every_lead_ends_in_its_true_outcome(hall: CampaignOffice) -> None:
    since = datetime.now(UTC)
    who = _made(hall, SIZE.kinds)
    hall.take_in(who)
    hall.tell("start")
    hall.until(lambda: bool(network(hall.exchange)), "the first is dialled")
    callers = [_caller(hall, line) for line in SIZE.callers]
    hall.until(lambda: _ended(hall, who), "every lead has been dialled", SIZE.seconds)
    assert all(call.wait_for(CallState.ENDED, PATIENT) for call in callers)
    numbers = {call.number for call in callers}
    wait_for(lambda: numbers <= {one.number for one in hall.all_records()}, PATIENT, "the callers' records")
    served = {one.number: (one.outcome, one.reason) for one in hall.all_records() if one.number in numbers}
    assert {outcome for outcome, _reason in served.values()} == {"answered"}, served
    _outcomes_are_true(hall, who)
    _once_each(hall, who)
    _persons_were_served(hall, who)
    _callers_go_first(_entries(hall, since))


def _ringing(hall: CampaignOffice, one: Person) -> Call:
    """The call to this lead, once it rings."""
    hall.until(lambda: any(c.state is CallState.RINGING for c in hall.dialled(one.number)), f"{one} rings")
    return hall.dialled(one.number)[-1]


@patient
def test_a_modem_unplugged_in_a_ring(hall: CampaignOffice) -> None:
    """Its lead was dialled and may have heard it: it waits for its next time; the others are dialled on."""
    rings, *others = who = _made(hall, ("no_answer", "busy"), 100)
    hall.take_in(who)
    hall.tell("start")
    line = _ringing(hall, rings).line
    line.unplug()
    try:
        hall.until(lambda: _ended(hall, who), "all attempts have ended")
    finally:
        line.plug()
    (row,) = [row for row in hall.attempts() if row.number == rings.number]
    assert row.outcome == Outcome.LINE_FAULT, row
    _outcomes_are_true(hall, others)
    _once_each(hall, who)
    hall.wait_lines(PATIENT)


def _talks_long(hall: CampaignOffice, one: Person) -> None:
    steps = (Listen(SILENT_SECONDS), Say(spoken("Hello?", 0)), Listen(60.0), HangUp())
    hall.exchange.add_subscriber(Subscriber(f"*{one.number[-7:]}", answer_after=3.0, script=steps))


def _back(hall: CampaignOffice) -> bool:
    with contextlib.suppress(CallboxError):
        live = hall.live()
        return all(trunk.state == "in_service" for trunk in live.trunks)
    return False


@patient
def test_the_core_is_killed_in_a_talk(hall: CampaignOffice) -> None:
    """Its line is put on hook, its attempt counts, and the campaign goes on by itself with the others."""
    talks, *others = who = _made(hall, ("person", "busy", "busy"), 200)
    hall.take_in([talks])
    _talks_long(hall, talks)
    hall.tell("start")
    hall.until(lambda: hall.look().talking == 1, "they talk")
    (call,) = hall.dialled(talks.number)
    os.kill(hall.box.child("appliance core"), signal.SIGKILL)
    assert call.wait_for(CallState.ENDED, PATIENT), "its line is put on hook"
    wait_for(lambda: _back(hall), PATIENT, "the box is back")
    hall.until(lambda: hall.look().state != "stopped", "it goes on as it was told last")
    hall.take_in(others)
    hall.until(lambda: _ended(hall, who), "all have ended")
    (row,) = [row for row in hall.attempts() if row.number == talks.number]
    assert row.outcome == Outcome.INTERRUPTED, row
    _outcomes_are_true(hall, others)
    _once_each(hall, who)


@patient
def test_the_last_agent_leaves_while_it_rings(hall: CampaignOffice) -> None:
    """Nobody would be there for whoever answers: it is hung up, and nobody else dialled until somebody is."""
    first, *rest = _agents()
    for agent in rest:
        hall.agent_goes_home(agent)
    rings, waits = who = _made(hall, ("no_answer", "busy"), 300)
    hall.take_in([rings])
    hall.tell("start")
    call = _ringing(hall, rings)
    hall.agent_goes_home(first)
    hall.take_in([waits])
    hall.until(lambda: _ended(hall, [rings]), "its attempt has ended")
    assert call.wait_for(CallState.ENDED, PATIENT)
    (row,) = [row for row in hall.attempts() if row.number == rings.number]
    assert (row.outcome, call.ended_by, call.answered_at) == (Outcome.INTERRUPTED, "box", None), row
    assert "no_agents" in {why[0] for why in hall.look().why}
    assert not hall.dialled(waits.number), "nobody is dialled without an agent"
    for agent, extension in zip(_agents(), SIZE.agents, strict=True):
        hall.agent_at_work(agent, extension)
    hall.until(lambda: _ended(hall, [waits]), "it goes on with the agents")
    _outcomes_are_true(hall, [waits])
    _once_each(hall, who)
