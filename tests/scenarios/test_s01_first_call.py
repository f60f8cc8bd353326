"""Two callers at once, one by GSM and one by an analog line: menu, music, agent, talk, recording, record."""

from __future__ import annotations

import threading

from simulator import CallState, HangUp, Press, Tone, WaitForSilence, WaitForSound
from simulator.script import Step
from tests.sip.phone import Phone
from tests.support.office import Office, heard_by, prompt
from tests.support.sounds import Samples, likeness, read_wav, tone_seconds

GREETING = "Welcome. Thank you for calling."
MENU = "Press 1 for sales."


def test_gsm_and_analog_callers_reach_two_agents_at_once(office: Office) -> None:
    phones = {201: office.phone("201", 440), 202: office.phone("202", 620)}
    office.agent_at_work("11", "201")
    office.agent_at_work("12", "202")
    greeting, menu = prompt(office.folder, GREETING), prompt(office.folder, MENU)

    def script(hertz: float) -> list[Step]:
        return [
            WaitForSound(),
            WaitForSilence(1.0),
            Press("1"),
            WaitForSound(),
            Tone((hertz,), 10.0),
            HangUp(),
        ]

    calls = {
        "gsm1": office.call("gsm1", script(1000.0), "+36205550101"),
        "fxo1": office.call("fxo1", script(1300.0), "5550102"),
    }
    answering = [threading.Thread(target=_answer, args=(phone,)) for phone in phones.values()]
    for thread in answering:
        thread.start()
    for thread in answering:
        thread.join(40)
    for call in calls.values():
        assert call.wait_for(CallState.ENDED, 60)
    for call in calls.values():
        heard = heard_by(call)
        assert likeness(heard, greeting) > 0.85
        assert likeness(heard, menu) > 0.85
        assert max(tone_seconds(heard, 440), tone_seconds(heard, 620)) > 5.0  # the agent's tone

    received = [read_wav(phone.heard()[-1]) for phone in phones.values()]
    assert sorted(_which(samples) for samples in received) == [1000, 1300]

    office.idle()
    records = {record.trunk: record for record in office.records(2)}
    assert set(records) == {"gsm1", "fxo1"}
    for trunk, hertz in (("gsm1", 1000.0), ("fxo1", 1300.0)):
        record = records[trunk]
        assert (record.direction, record.outcome, record.queue, record.digits) == (
            "inbound",
            "answered",
            "sales",
            "1",
        )
        assert record.number == ("+36205550101" if trunk == "gsm1" else record.number)
        assert record.ended_by == "caller" and 5.0 < record.talk_seconds < 15.0
        assert record.agent in ("11", "12")
        caller, agent = office.recording(record)
        assert tone_seconds(caller, hertz) > 5.0, "the caller is in the left channel"
        assert max(tone_seconds(agent, 440), tone_seconds(agent, 620)) > 5.0, "the agent in the right"
        assert tone_seconds(agent, hertz) < 1.0 and tone_seconds(caller, 440) < 1.0
    assert {records["gsm1"].agent, records["fxo1"].agent} == {"11", "12"}


def _answer(phone: Phone) -> None:
    phone.expect("CALL_INCOMING", 40)
    phone.accept()


def _which(samples: Samples) -> int:
    found = {hertz: tone_seconds(samples, hertz) for hertz in (1000, 1300)}
    best = max(found, key=lambda hertz: found[hertz])
    assert found[best] > 5.0, found
    return best
