"""Two callers at once, one by GSM and one by an analog line: menu, music, agent, talk, recording, record."""

from __future__ import annotations

import threading

from appliance.contract.journal import CallRecord
from simulator import Call, CallState, HangUp, Press, Tone, WaitForSilence, WaitForSound
from simulator.script import Step
from tests.sip.phone import Phone
from tests.support.office import Office, heard_by, prompt
from tests.support.sounds import SAME, Samples, likeness, read_wav, tone_seconds

GREETING = "Welcome. Thank you for calling."
MENU = "Press 1 for sales."
CALLERS = {"gsm1": 1000.0, "fxo1": 1300.0}  # the tone each caller speaks
AGENTS = {"201": 440, "202": 620}  # and each agent


def test_gsm_and_analog_callers_reach_two_agents_at_once(office: Office) -> None:
    phones = [office.phone(extension, tone) for extension, tone in AGENTS.items()]
    office.agent_at_work("11", "201")
    office.agent_at_work("12", "202")
    calls = _call_and_talk(office, phones)
    greeting, menu = prompt(office.folder, GREETING), prompt(office.folder, MENU)
    for call in calls:
        heard = heard_by(call)
        assert likeness(heard, greeting) > SAME
        assert likeness(heard, menu) > SAME
        assert _agent_tone(heard) > 5.0
    received = [read_wav(phone.heard()[-1]) for phone in phones]
    assert sorted(_which(samples) for samples in received) == sorted(CALLERS.values())

    office.idle()
    records = office.records(2)
    assert {record.trunk for record in records} == set(CALLERS)
    assert {record.agent for record in records} == {"11", "12"}
    for record in records:
        _check_record(record)
        _check_recording(office, record)


def _call_and_talk(office: Office, phones: list[Phone]) -> list[Call]:
    calls = [office.call(line, _script(hertz), "+12025550101") for line, hertz in CALLERS.items()]
    answering = [threading.Thread(target=_answer, args=(phone,)) for phone in phones]
    for thread in answering:
        thread.start()
    for thread in answering:
        thread.join(40)
    assert all(call.wait_for(CallState.ENDED, 60) for call in calls)
    return calls


def _script(hertz: float) -> list[Step]:
    """Hear greeting and menu to the end, press 1, speak a tone once something is heard again, hang up."""
    return [WaitForSound(), WaitForSilence(1.0), Press("1"), WaitForSound(), Tone((hertz,), 10.0), HangUp()]


def _answer(phone: Phone) -> None:
    phone.expect("CALL_INCOMING", 40)
    phone.accept()


def _agent_tone(samples: Samples) -> float:
    return max(tone_seconds(samples, hertz) for hertz in AGENTS.values())


def _which(samples: Samples) -> float:
    found = {hertz: tone_seconds(samples, hertz) for hertz in CALLERS.values()}
    best = max(found, key=lambda hertz: found[hertz])
    assert found[best] > 5.0, found
    return best


def _check_record(record: CallRecord) -> None:
    assert (record.direction, record.outcome, record.queue) == ("inbound", "answered", "sales")
    assert record.digits == "1" and record.number == "+12025550101"
    assert record.ended_by == "caller" and 5.0 < record.talk_seconds < 15.0


def _check_recording(office: Office, record: CallRecord) -> None:
    caller, agent = office.recording(record)
    hertz = CALLERS[str(record.trunk)]
    assert tone_seconds(caller, hertz) > 5.0, "the caller is in the left channel"
    assert _agent_tone(agent) > 5.0, "the agent is in the right one"
    assert tone_seconds(agent, hertz) < 1.0 and _agent_tone(caller) < 1.0
