"""An agent at a mobile telephone: called over the second SIM, joined by key 1; a mailbox gets no caller. By
keys the agent holds the caller, goes on, and passes them on to a colleague inside."""

from __future__ import annotations

import contextlib
import threading

from appliance.contract.journal import Entry, EntryKind
from appliance.store.reader import RecordReader
from simulator import Babble, CallState, Listen, Press, Subscriber, Tone, WaitForSound
from simulator.script import Step
from tests.support.box import wait_for
from tests.support.office import Office, Until, decode, heard_by
from tests.support.sounds import tone_seconds

MOBILE, SEAT = "2025550141", "outside-11"
CUSTOMER, AGENT, COLLEAGUE = 1000.0, 620.0, 440  # the tone each of them speaks
SHARE = 0.15


def _set_up(office: Office) -> None:
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["agents"][0] |= {"outside_number": MOBILE, "accept_seconds": 4, "queues": ["sales"]}
        settings["queues"][0] |= {"ring_seconds": 30, "retry_seconds": 1, "wrap_up_seconds": 0}
        settings["talk"]["keys_while_talking"] = True
        control.save_settings(version, settings, "scenario")
    office.agent_at_work("11", SEAT)


def _agent_state(office: Office) -> str:
    return next(agent.state for agent in office.live().agents if agent.id == "11")


def _stage(office: Office) -> str:
    return next((call.stage for call in office.live().calls if call.direction == "inbound"), "")


def _story(office: Office, kind: EntryKind) -> list[Entry]:
    """What the journal says of the one call from outside."""
    with contextlib.closing(RecordReader(office.box.options.records)) as reader:
        for row in reader.calls(limit=100):
            found = reader.call(row.record.call)
            if row.record.direction == "inbound" and found is not None:
                return [entry for entry in found[1] if entry.kind is kind]
    return []


def test_a_mailbox_gets_no_caller_and_key_1_does(office: Office) -> None:
    office.exchange.add_subscriber(Subscriber(MOBILE, answer_after=1, script=(Babble(3.0), Listen(60.0))))
    _set_up(office)
    colleague = office.phone("202", COLLEAGUE)
    customer = office.call(
        "gsm1", [WaitForSound(), Press("1"), WaitForSound(), Tone((CUSTOMER,), 240.0)], "+12025550101"
    )
    wait_for(lambda: len(office.exchange.calls) == 2, 60, "the mobile telephone is called")
    mailbox = office.exchange.calls[-1]
    assert mailbox.line.name == "gsm2", "the customer has the first SIM"
    wait_for(lambda: mailbox.state is CallState.ENDED, 60, "the mailbox is left after the time for the key")
    assert tone_seconds(heard_by(mailbox), CUSTOMER, SHARE) < 0.3, "it heard the question, not the customer"
    hold, back, on = threading.Event(), threading.Event(), threading.Event()
    says: list[Step] = [WaitForSound(), Press("1"), Listen(0.5), Tone((AGENT,), 7.0)]
    keys: list[Step] = [Until(hold), Press("*3"), Until(back), Press("*3"), Until(on), Press("*4202#")]
    person = (*says, *keys, Listen(60.0))
    office.exchange.add_subscriber(Subscriber(MOBILE, answer_after=1, script=person))
    wait_for(lambda: _agent_state(office) == "in_call", 90, "key 1 joined them")
    agent = office.exchange.calls[-1]
    assert agent is not mailbox and agent.line.name == "gsm2"
    wait_for(lambda: tone_seconds(heard_by(customer), AGENT, SHARE) > 2.0, 30, "the customer hears the agent")
    wait_for(lambda: tone_seconds(heard_by(agent), CUSTOMER, SHARE) > 2.0, 30, "the agent hears the customer")
    hold.set()
    wait_for(lambda: _stage(office) == "held", 30, "*3 holds the customer")
    back.set()
    wait_for(lambda: _stage(office) == "talking", 30, "*3 again goes on")
    on.set()
    colleague.expect("CALL_INCOMING", 30)
    assert agent.wait_for(CallState.ENDED, 30), "whoever passes a caller on is done"
    colleague.accept()
    wait_for(
        lambda: tone_seconds(heard_by(customer), COLLEAGUE) > 1.0, 30, "the customer hears the colleague"
    )
    colleague.hang_up()
    assert customer.wait_for(CallState.ENDED, 60), "the colleague hung up"
    office.idle(30)
    wait_for(lambda: len(office.all_records()) >= 3, 20, "a record of each call")
    _check_records(office)


def _check_records(office: Office) -> None:
    records = office.all_records()
    (served,) = [record for record in records if record.direction == "inbound"]
    assert (served.outcome, served.agent, served.transferred_to) == ("answered", "11", "202")
    outcomes = [entry.data["outcome"] for entry in _story(office, EntryKind.OFFER_ENDED)]
    assert outcomes[-1] == "answered" and outcomes[0] == "no_answer"
    assert [entry.data["held"] for entry in _story(office, EntryKind.HELD)] == [True, False, True]
    (moved,) = _story(office, EntryKind.TRANSFERRED)
    assert (moved.data["by"], moved.data["kind"]) == (SEAT, "blind")
    assert [entry.data["handset"] for entry in _story(office, EntryKind.CONNECTED)][0] == SEAT
    called = [record for record in records if record.handset == SEAT and record.direction == "internal"]
    assert len(called) >= 2 and {record.trunk for record in called} == {"gsm2"}
    assert {record.number for record in called} == {f"+1{MOBILE}"}
    talks = [decode(office.recording_file(name, 90)) for name in served.recordings]
    assert tone_seconds(talks[0][0], CUSTOMER, SHARE) > 2.0 and tone_seconds(talks[0][1], AGENT, SHARE) > 1.0
    assert tone_seconds(talks[-1][1], COLLEAGUE) > 0.5, "and the talk that was passed on"
