"""Handset 201 calls a mobile number: the line taken, the far end's answer, and the cause in the record."""

from __future__ import annotations

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.journal import CallRecord
from simulator import Babble, Behaviour, Listen, Subscriber, Tone
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.office import Office
from tests.support.sounds import read_wav, tone_seconds

BUSY, RINGS, REJECTS, ANSWERS = "2025550132", "2025550133", "2025550134", "2025550131"


@pytest.fixture(scope="module")
def phone(office: Office) -> Phone:
    office.exchange.add_subscriber(Subscriber(BUSY, Behaviour.BUSY))
    office.exchange.add_subscriber(Subscriber(RINGS, Behaviour.NO_ANSWER, rings_for=8))
    office.exchange.add_subscriber(Subscriber(REJECTS, Behaviour.REJECT, answer_after=2))
    script = (Babble(1.0), Tone((1000.0,), 6.0), Listen(60))
    office.exchange.add_subscriber(Subscriber(ANSWERS, answer_after=3, script=script))
    return office.phone("201", 440)


def _dial(office: Office, phone: Phone, number: str, talk: float = 0.0) -> CallRecord:
    """Dial, talk for a while if it is answered, and give the call's record."""
    known = len(office.all_records())
    phone.dial(number)
    if talk:
        wait_for(lambda: any(c.stage == "talking" for c in office.live().calls), 40, "the far end answered")
        wait_for(
            lambda: max((c.seconds for c in office.live().calls), default=0) > talk, talk + 40, "talking"
        )
        phone.hang_up()
    wait_for(lambda: len(office.all_records()) > known, 60, f"the record of the call to {number}")
    phone.hang_up()
    office.idle()
    return office.all_records()[0]


@pytest.mark.parametrize(
    ("number", "outcome", "cause"),
    [
        (BUSY, "busy", HangupCause.USER_BUSY),
        (RINGS, "no_answer", HangupCause.NO_ANSWER),
        (REJECTS, "rejected", HangupCause.CALL_REJECTED),
    ],
)
def test_a_mobile_number_that_does_not_answer_by_gsm(
    office: Office, phone: Phone, number: str, outcome: str, cause: HangupCause
) -> None:
    record = _dial(office, phone, number)
    assert (record.direction, record.trunk, record.handset) == ("outbound", "gsm1", "201")
    assert (record.outcome, record.cause) == (outcome, cause)
    assert not record.answered and record.talk_seconds == 0


def test_a_mobile_number_that_answers_by_gsm(office: Office, phone: Phone) -> None:
    record = _dial(office, phone, ANSWERS, talk=14)
    assert (record.trunk, record.outcome, record.cause) == ("gsm1", "answered", HangupCause.NORMAL_CLEARING)
    assert record.answered and not record.answer_inferred and record.ended_by == "agent"
    assert record.number == "+12025550131"
    assert tone_seconds(read_wav(phone.heard()[-1]), 1000) > 4.0


def test_with_gsm_gone_the_analog_line_is_taken(office: Office, phone: Phone) -> None:
    office.gsm1.unplug()
    office.gsm2.unplug()
    try:
        wait_for(
            lambda: all(t.state != "in_service" for t in office.live().trunks if t.name.startswith("gsm")),
            5,
            "both modems are missed",
        )
        busy = _dial(office, phone, BUSY)
        assert (busy.trunk, busy.outcome, busy.cause) == ("fxo1", "busy", HangupCause.USER_BUSY)
        answered = _dial(office, phone, ANSWERS, talk=14)
        assert (answered.trunk, answered.outcome) == ("fxo1", "answered")
        assert answered.answer_inferred, "a loop start line cannot see the answer"
        assert tone_seconds(read_wav(phone.heard()[-1]), 1000) > 4.0
    finally:
        office.gsm1.plug()
        office.gsm2.plug()
