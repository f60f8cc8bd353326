"""An agent at a mobile telephone: called over the second SIM, joined by key 1; a mailbox gets no caller."""

from __future__ import annotations

import contextlib

from appliance.contract.journal import EntryKind
from appliance.store.reader import RecordReader
from simulator import Babble, CallState, HangUp, Listen, Press, Subscriber, Tone, WaitForSound
from tests.support.box import wait_for
from tests.support.office import Office, heard_by
from tests.support.sounds import tone_seconds

MOBILE, SEAT = "2025550141", "outside-11"
CUSTOMER, AGENT = 1000.0, 620.0  # the tone each of them speaks
SHARE = 0.15


def _set_up(office: Office) -> None:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["agents"][0] |= {"outside_number": MOBILE, "accept_seconds": 4, "queues": ["sales"]}
        settings["queues"][0] |= {"ring_seconds": 30, "retry_seconds": 1, "wrap_up_seconds": 0}
        control.save_settings(version, settings, "scenario")
    office.agent_at_work("11", SEAT)


def _agent_state(office: Office) -> str:
    return next(agent.state for agent in office.live().agents if agent.id == "11")


def _missed(office: Office) -> list[object]:
    """How the offers of the one call ended so far."""
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        for row in reader.calls(limit=10):
            found = reader.call(row.record.call)
            if row.record.direction == "inbound" and found is not None:
                return [entry.data["outcome"] for entry in found[1] if entry.kind is EntryKind.OFFER_ENDED]
    return []


def test_a_mailbox_gets_no_caller_and_key_1_does(office: Office) -> None:
    office.exchange.add_subscriber(Subscriber(MOBILE, answer_after=1, script=(Babble(3.0), Listen(60.0))))
    _set_up(office)
    customer = office.call(
        "gsm1", [WaitForSound(), Press("1"), WaitForSound(), Tone((CUSTOMER,), 150.0)], "+12025550101"
    )
    wait_for(lambda: len(office.exchange.calls) == 2, 60, "the mobile telephone is called")
    mailbox = office.exchange.calls[-1]
    assert mailbox.line.name == "gsm2", "the customer has the first SIM"
    wait_for(lambda: mailbox.state is CallState.ENDED, 60, "the mailbox is left after the time for the key")
    assert tone_seconds(heard_by(mailbox), CUSTOMER, SHARE) < 0.3, "it heard the question, not the customer"
    person = (WaitForSound(), Press("1"), Listen(0.5), Tone((AGENT,), 7.0), HangUp())
    office.exchange.add_subscriber(Subscriber(MOBILE, answer_after=1, script=person))
    wait_for(lambda: _agent_state(office) == "in_call", 90, "key 1 joined them")
    agent = office.exchange.calls[-1]
    assert agent is not mailbox and agent.line.name == "gsm2"
    wait_for(lambda: tone_seconds(heard_by(customer), AGENT, SHARE) > 2.0, 30, "the customer hears the agent")
    wait_for(lambda: tone_seconds(heard_by(agent), CUSTOMER, SHARE) > 2.0, 30, "the agent hears the customer")
    assert customer.wait_for(CallState.ENDED, 60), "the agent hung up"
    office.idle(30)
    wait_for(lambda: len(office.all_records()) >= 3, 20, "a record of each call")
    records = office.all_records()
    (served,) = [record for record in records if record.direction == "inbound"]
    assert (served.outcome, served.agent, served.handset) == ("answered", "11", SEAT)
    assert served.ended_by == "agent" and len(served.recordings) == 1
    outcomes = _missed(office)
    assert outcomes[-1] == "answered" and outcomes[0] == "no_answer"
    called = [record for record in records if record.handset == SEAT and record.direction == "internal"]
    assert len(called) >= 2 and {record.trunk for record in called} == {"gsm2"}
    assert {record.number for record in called} == {f"+1{MOBILE}"}
    left, right = office.recording(served, 90)
    assert tone_seconds(left, CUSTOMER, SHARE) > 2.0 and tone_seconds(right, AGENT, SHARE) > 2.0
