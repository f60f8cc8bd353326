"""A campaign with real lines: four GSM and two analog, three agents on baresip, and everybody one may meet.

Every lead ends in what it truly is, every person hears an agent or the safe-harbour message in time, callers
go first, and nothing is dialled twice or lost, whatever is pulled out. With `CALLBOX_S30=one` one agent calls
three leads; with `some` three agents call sixteen on all six lines, and things are pulled out; with `all`
they call sixty, and the two seconds of the law hold, which a loaded machine may not keep. Skipped without.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

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

pytestmark = pytest.mark.peer
HOW_MANY = os.environ.get("CALLBOX_S30", "")
ALL = HOW_MANY == "all"
whole = pytest.mark.skipif(HOW_MANY not in ("some", "all"), reason="six lines: set CALLBOX_S30=some or all")
AGENTS = {"201": 440, "202": 620, "203": 880}
ORDER = ("fxo1", "gsm1", "fxo2", "gsm2", "gsm3", "gsm4")  # what is dialled on first
SPEED = 3.0
SECONDS = 2.0 if ALL else 5.0  # from the end of a greeting until something is heard
EVERYBODY = (
    "person", "machine", "busy", "receptionist", "fax", "invalid", "person", "rejecting", "machine", "off",
    "no_answer", "person", "changed", "silent", "receptionist", "no_circuit",
)  # fmt: skip
SIXTY = (*EVERYBODY * 3, *("person",) * 6, *("machine",) * 4, "busy", "fax")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CampaignOffice]:
    with CampaignOffice(tmp_path_factory.mktemp("campaign"), SPEED) as running:
        running.configure(len(AGENTS), ORDER)
        running.hire(AGENTS)
        yield running


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
    """By the network's own journal; and none is left in the state of being dialled."""
    dialled = network(hall.exchange)
    counts = {one.number: sum(number.endswith(one.number[-7:]) for number in dialled) for one in who}
    assert set(counts.values()) == {1}, counts
    states = {lead.numbers[0].number: lead.state for lead in hall.leads()}
    assert all(states[one.number] in (LeadState.DONE, LeadState.RETRY) for one in who), states


def _persons_were_served(hall: CampaignOffice, who: Sequence[Person]) -> None:
    """Who says hello hears an agent, or the message, in time; a machine hears no agent."""
    late = []
    for one in who:
        (call,) = hall.dialled(one.number)
        if one.kind == "machine":
            assert not agent_heard(call, AGENTS.values()), f"{one} reached an agent"
        if not one.speaks:
            continue
        ends = greeting_ends(one.kind, one.voice)
        heard = first_heard(call, ends - 0.2)
        if heard is None or heard - ends > SECONDS:
            late.append((one, call.line.name, ends, heard))
    assert not late


@pytest.mark.skipif(HOW_MANY == "", reason="six lines in real time: set CALLBOX_S30=one, some or all")
def test_one_agent_calls_three_leads(tmp_path: Path) -> None:
    with CampaignOffice(tmp_path, SPEED) as hall:
        hall.configure(1, ("gsm1", "fxo1"))
        hall.hire({"201": AGENTS["201"]})
        who = leads(hall.place, ("person", "busy", "invalid"))
        hall.take_in(who)
        hall.tell("start")
        hall.until(lambda: _ended(hall, who), "every lead has been dialled", 120.0)
        _outcomes_are_true(hall, who)
        _once_each(hall, who)
        _persons_were_served(hall, who)


def _entries(hall: CampaignOffice, since: datetime) -> list[Entry]:
    with contextlib.closing(RecordReader(hall.box.options.records)) as reader:
        return list(reader.entries(since, datetime.now(UTC)))


class UntilAnAgentSpeaks:
    """Waits, at most a minute, for the tone that one of the agents speaks."""

    def play(self, talk: Talk) -> Frames:
        run = 0
        for _ in range(50 * 60):
            heard = yield sound.SILENCE
            run = run + 1 if max(sound.power_at(heard, tone) for tone in AGENTS.values()) > 0.5 else 0
            if run >= 5:
                return


def _caller(hall: CampaignOffice, line: str) -> Call:
    """Somebody calls, and wants to speak with sales."""
    talks = (UntilAnAgentSpeaks(), Say(spoken("Good day.", 1)), Listen(2.0), HangUp())
    return hall.call(line, (WaitForSound(), Press("1"), *talks), f"+1202555017{line[-1]}")


def _nothing_is_dialled_past_callers(entries: Sequence[Entry]) -> None:
    """While somebody waits in the queue no attempt begins: who is free is theirs."""
    waiting: set[str] = set()
    for entry in entries:
        if entry.kind is EntryKind.QUEUE_ENTERED and entry.call is not None:
            waiting.add(entry.call)
        elif entry.kind in (EntryKind.QUEUE_LEFT, EntryKind.CALL_ENDED) and entry.call is not None:
            waiting.discard(entry.call)
        elif entry.kind is EntryKind.ATTEMPT_BEGUN:
            assert not waiting, "a lead was dialled while a caller waited"


@whole
def test_every_lead_ends_in_its_true_outcome(hall: CampaignOffice) -> None:
    since = datetime.now(UTC)
    who = leads(hall.place, SIXTY if ALL else EVERYBODY)
    hall.take_in(who)
    hall.tell("start")
    hall.until(lambda: bool(network(hall.exchange)), "the first is dialled")
    callers = [_caller(hall, line) for line in ("gsm3", "gsm4")]
    hall.until(lambda: _ended(hall, who), "every lead has been dialled", 600.0 if ALL else 120.0)
    assert all(call.wait_for(CallState.ENDED, PATIENT) for call in callers)
    served = {record.number: record.outcome for record in hall.all_records()}
    assert [served[call.number] for call in callers] == ["answered", "answered"]
    _outcomes_are_true(hall, who)
    _once_each(hall, who)
    _persons_were_served(hall, who)
    _nothing_is_dialled_past_callers(_entries(hall, since))


def _ringing(hall: CampaignOffice, one: Person) -> Call:
    """The call to this lead, once it rings."""
    hall.until(lambda: any(c.state is CallState.RINGING for c in hall.dialled(one.number)), f"{one} rings")
    return hall.dialled(one.number)[-1]


@whole
def test_a_modem_unplugged_in_a_ring(hall: CampaignOffice) -> None:
    who = leads(hall.place, ("no_answer",), 100)
    hall.take_in(who)
    hall.tell("start")
    line = _ringing(hall, who[0]).line
    line.unplug()
    try:
        hall.until(lambda: _ended(hall, who), "its attempt has ended")
    finally:
        line.plug()
    (row,) = [row for row in hall.attempts() if row.number == who[0].number]
    assert row.outcome == Outcome.LINE_FAULT, row
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


@whole
def test_the_core_is_killed_in_a_talk(hall: CampaignOffice) -> None:
    talks, *others = who = leads(hall.place, ("person", "busy", "invalid"), 200)
    hall.take_in([talks])
    _talks_long(hall, talks)
    hall.tell("start")
    hall.until(lambda: hall.look().talking == 1, "they talk")
    (call,) = hall.dialled(talks.number)
    os.kill(hall.box.child("appliance core"), signal.SIGKILL)
    assert call.wait_for(CallState.ENDED, PATIENT), "its line is put on hook"
    wait_for(lambda: _back(hall), PATIENT, "the box is back")
    hall.take_in(others)
    hall.tell("start")
    hall.until(lambda: _ended(hall, who), "all have ended")
    rows = [row for row in hall.attempts() if row.number == talks.number]
    assert [row.outcome for row in rows] == [Outcome.INTERRUPTED]
    _outcomes_are_true(hall, others)
    _once_each(hall, who)


@whole
def test_the_last_agent_leaves_while_it_rings(hall: CampaignOffice) -> None:
    for extension in ("202", "203"):
        hall.agent_goes_home(f"1{int(extension) - 200}")
    who = leads(hall.place, ("person", "busy"), 300)
    hall.take_in(who[:1])
    hall.tell("start")
    call = _ringing(hall, who[0])
    hall.agent_goes_home("11")
    hall.take_in(who[1:])
    hall.until(lambda: _ended(hall, who[:1]), "its attempt has ended")
    (row,) = [row for row in hall.attempts() if row.number == who[0].number]
    if call.answered_at is not None:
        assert row.outcome == Outcome.DROPPED, row
        _persons_were_served(hall, who[:1])
        assert not agent_heard(call, AGENTS.values())
    assert "no_agents" in {why[0] for why in hall.look().why}
    assert not hall.dialled(who[1].number), "nobody is dialled without an agent"
    for extension in AGENTS:
        hall.agent_at_work(f"1{int(extension) - 200}", extension)
    hall.until(lambda: _ended(hall, who[1:]), "it goes on with the agents")
    _once_each(hall, who)
