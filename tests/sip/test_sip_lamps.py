"""Message lamps (RFC 3842): the sender alone on a stepped clock, then telephones behind real Kamailio."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.events import HandsetStatus
from appliance.contract.handset import MessageLamp, Party
from appliance.contract.ids import LegId, new_id
from drivers.sip.account import SipConfig
from drivers.sip.kamailio.events import Registration, parse
from drivers.sip.lamps import Lamps
from tests.sip.phone import Phone
from tests.sip.rig import Box, Kamailio, edge_settings, secret
from tests.sip.sip_client import SipClient

HERE = Registration("201", "192.0.2.7:5060", "Phone", "sip:201@192.0.2.7:5060", "session-1")


@dataclass
class Desk:
    """Lamps whose messages land in a list, on a clock that is set by hand."""

    sent: list[str] = field(default_factory=list)
    now: float = 1000.0

    def __post_init__(self) -> None:
        config = SipConfig(Path("/nowhere"), "192.0.2.1", 5060, 5070)
        self.lamps = Lamps(config, self._sent, lambda work: work(), lambda: self.now)

    def _sent(self, data: bytes) -> None:
        self.sent.append(data.decode())

    def value(self, name: str, of: int = -1) -> str:
        found = re.search(rf"^{name}: (.*)\r$", self.sent[of], re.M)
        return found[1] if found else ""

    def answer(self, status: int, of: int = -1) -> None:
        kept = f"Call-ID: {self.value('Call-ID', of)}\r\nCSeq: {self.value('CSeq', of)}\r\n"
        self.lamps.take(f"SIP/2.0 {status} Whatever\r\n{kept}\r\n")

    def subscribe(self, tag: str = "", expires: str = "600", call_id: str = "abc", event: str = "") -> None:
        self.lamps.take(
            "SUBSCRIBE sip:201@192.0.2.1 SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.0.77.1:5070;branch=z9hG4bK1\r\n"
            "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK2\r\n"
            f"From: <sip:201@192.0.2.1>;tag=theirs\r\nTo: <sip:201@192.0.2.1>{tag}\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 3 SUBSCRIBE\r\nContact: <sip:201@192.0.2.7:5060>\r\n"
            f"Event: message-summary{event}\r\nExpires: {expires}\r\n"
            "X-Callbox-Handset: 201\r\nX-Callbox-Here: <sip:messages@192.0.2.1:5060;transport=udp>\r\n"
            "Content-Length: 0\r\n\r\n"
        )


def test_a_summary_says_how_many_and_to_whom() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.lamps.set("201", 2, 1)
    (only,) = desk.sent
    assert only.startswith("NOTIFY sip:201@192.0.2.1 SIP/2.0\r\n")
    assert only.endswith("\r\n\r\nMessages-Waiting: yes\r\nVoice-Message: 2/1 (0/0)\r\n")
    assert desk.value("Event") == "message-summary" and desk.value("Subscription-State") == "active"
    assert desk.value("Content-Type") == "application/simple-message-summary"
    assert int(desk.value("Content-Length")) == len(only.split("\r\n\r\n", 1)[1])


def test_what_a_phone_shows_is_not_said_again_until_it_starts_anew() -> None:
    desk = Desk()
    desk.lamps.set("201", 1, 0)
    assert not desk.sent, "it is not there yet"
    desk.lamps.registered("201", HERE)
    assert len(desk.sent) == 1
    desk.answer(200)
    desk.lamps.registered("201", HERE)
    desk.lamps.set("201", 1, 0)
    assert len(desk.sent) == 1
    desk.lamps.registered("201", Registration("201", HERE.address, "Phone", HERE.contact, "session-2"))
    assert len(desk.sent) == 2
    desk.answer(200)
    desk.lamps.registered("201", None)
    desk.lamps.registered("201", HERE)
    assert len(desk.sent) == 3


def test_what_was_not_taken_is_said_again_when_the_phone_renews() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.lamps.set("201", 1, 0)
    desk.answer(408)
    desk.lamps.registered("201", HERE)
    assert len(desk.sent) == 2
    desk.answer(200)
    desk.lamps.registered("201", HERE)
    assert len(desk.sent) == 2


def test_a_phone_that_refuses_is_left_alone_until_it_starts_anew() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.lamps.set("201", 1, 0)
    desk.answer(489)
    desk.lamps.set("201", 2, 0)
    desk.lamps.registered("201", HERE)
    assert len(desk.sent) == 1
    desk.lamps.registered("201", Registration("201", HERE.address, "Phone", HERE.contact, "session-2"))
    assert len(desk.sent) == 2


def test_a_subscription_is_answered_and_told_at_once() -> None:
    desk = Desk()
    desk.lamps.set("201", 3, 0)
    desk.subscribe(event=";id=7")
    accepted, told = desk.sent
    assert accepted.startswith("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.77.1:5070;branch=z9hG4bK1\r\nVia: ")
    tag = re.search(r"^To: .*;tag=(\w+)\r$", accepted, re.M)
    assert tag is not None and desk.value("Expires", 0) == "180"
    assert told.startswith("NOTIFY sip:201@192.0.2.7:5060 SIP/2.0\r\n") and "Voice-Message: 3/0" in told
    assert f"From: <sip:201@192.0.2.1>;tag={tag[1]}\r\n" in told
    assert "To: <sip:201@192.0.2.1>;tag=theirs\r\n" in told and "Call-ID: abc\r\n" in told
    assert desk.value("Event") == "message-summary;id=7"
    assert desk.value("Subscription-State") == "active;expires=180"
    desk.answer(200)
    desk.now += 100
    desk.lamps.set("201", 2, 1)
    assert len(desk.sent) == 3 and desk.value("CSeq") == "2 NOTIFY"
    assert desk.value("Subscription-State") == "active;expires=80"


def test_a_subscription_is_renewed_ended_and_runs_out() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.subscribe()
    tag = desk.value("From", 1).split("tag=")[1]
    desk.subscribe(tag=f";tag={tag}")
    assert desk.value("CSeq") == "2 NOTIFY"
    desk.subscribe(tag=f";tag={tag}", expires="0")
    assert desk.value("Subscription-State") == "terminated;reason=timeout"
    desk.subscribe(tag=f";tag={tag}")
    assert desk.sent[-1].startswith("SIP/2.0 481 ")
    desk.subscribe(call_id="another")
    desk.now += 181
    desk.lamps.set("201", 1, 0)
    assert desk.sent[-1].startswith("NOTIFY sip:201@192.0.2.1 "), "unasked, to where it is registered"


def test_a_forgotten_subscription_is_given_up() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.subscribe()
    desk.answer(200)
    desk.lamps.set("201", 1, 0)
    desk.answer(481)
    assert desk.sent[-1].startswith("NOTIFY sip:201@192.0.2.1 ")


def test_an_edge_that_came_back_is_told_what_was_on_its_way() -> None:
    desk = Desk()
    desk.lamps.registered("201", HERE)
    desk.lamps.set("201", 1, 0)
    desk.lamps.again()
    assert len(desk.sent) == 2
    desk.answer(200)
    desk.lamps.again()
    assert len(desk.sent) == 2


@pytest.mark.parametrize(
    "message",
    [
        "",
        "SIP/2.0 ",
        "SIP/2.0 abc def\r\n\r\n",
        "SIP/2.0 200 OK\r\nCall-ID: none\r\n\r\n",
        "SUBSCRIBE \r\n\r\n",
    ],
)
def test_nothing_that_comes_in_breaks_it(message: str) -> None:
    desk = Desk()
    desk.lamps.take(message)
    assert all(one.startswith("SIP/2.0 400 ") for one in desk.sent)


# ---- real telephones


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path / "small", ("201", "202"))
    yield made
    made.stop()


def lamp(box: Box, name: str) -> MessageLamp:
    handset = box.stack.add_handset(name)
    handset.start()
    assert isinstance(handset, MessageLamp)
    return handset


def shows(phone: Phone, text: str) -> None:
    def wanted(event: dict[str, Any]) -> bool:
        return event.get("type") == "MWI_NOTIFY" and text in str(event.get("param"))

    phone.wait_for(wanted, 15, f"a lamp that says {text!r}")


@pytest.mark.peer
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_baresip_shows_that_messages_wait(small: Box, tmp_path: Path, transport: str) -> None:
    mine = lamp(small, "201")
    mine.set_message_waiting(2, 1)
    phone = Phone(tmp_path / "phone", "201", secret("201"), small.edge.server, transport=transport, lamp=True)
    try:
        shows(phone, "Voice-Message: 2/1")
        mine.set_message_waiting(0, 3)
        shows(phone, "Messages-Waiting: no")
        mine.set_message_waiting(1, 3)
        shows(phone, "Voice-Message: 1/3")
    finally:
        phone.stop()


@pytest.mark.peer
def test_a_phone_is_told_unasked_and_again_after_the_core_was_restarted(tmp_path: Path) -> None:
    edge = Kamailio(tmp_path / "edge", edge_settings(("201",)))
    phone = SipClient(edge.address, timeout=10)
    try:
        phone.register("201", secret("201"))
        for turn in range(2):
            box = Box(tmp_path / f"core-{turn}", (), edge=edge)
            try:
                lamp(box, "201").set_message_waiting(1 + turn, 0)
                told = phone.receive()
                assert told is not None and told.text.startswith("NOTIFY sip:201@127.0.0.1:")
                assert f"Voice-Message: {1 + turn}/0 (0/0)" in told.text
                phone.refuse(told.text, "200 OK")
            finally:
                box.stop()
    finally:
        phone.close()
        edge.stop()


def subscribed(phone: SipClient, user: str, event: str) -> str:
    """The first summary of a subscription; which of its messages comes first is not certain."""
    came = [phone.authorized("SUBSCRIBE", user, secret(user), event, to="201"), phone.receive()]
    (accepted,) = [one for one in came if one is not None and one.status == 200]
    assert accepted.header("Expires") == "60"
    (told,) = [one.text for one in came if one is not None and one.text.startswith("NOTIFY ")]
    phone.refuse(told, "200 OK")
    return told


@pytest.mark.peer
def test_only_the_owner_may_subscribe_and_only_to_messages(small: Box) -> None:
    lamp(small, "201").set_message_waiting(1, 0)
    phone = SipClient(small.edge.address, timeout=10)
    try:
        event = "Event: message-summary\r\nExpires: 60\r\n"
        refused = phone.ask("SUBSCRIBE", "201", event)
        assert refused is not None and refused.status == 407
        wrong = phone.authorized("SUBSCRIBE", "201", "x" * 32, event)
        assert wrong is not None and wrong.status == 407
        other = phone.authorized("SUBSCRIBE", "201", secret("201"), "Event: presence\r\n")
        assert other is not None and other.status == 489
        assert "Voice-Message: 1/0" in subscribed(phone, "201", event)
        assert "Voice-Message: 0/0" in subscribed(phone, "202", event), "its own messages, whomever it names"
    finally:
        phone.close()


@pytest.mark.peer
def test_intercom_asks_the_phone_to_answer_by_itself(small: Box) -> None:
    handset = small.stack.add_handset("201")
    handset.start()
    phone = SipClient(small.edge.address, timeout=10)
    try:
        phone.register("201", secret("201"))
        small.events.wait(HandsetStatus, where=lambda event: event.registered)
        for auto in (True, False):
            handset.ring(LegId(new_id()), Party("202", "Ben", auto_answer=auto))
            invite = phone.receive()
            assert invite is not None and invite.text.startswith("INVITE ")
            assert ("Answer-Mode: Auto" in invite.text) is auto
            assert (invite.header("Call-Info") or "").endswith(";answer-after=0") is auto
            assert ("info=alert-autoanswer" in (invite.header("Alert-Info") or "")) is auto
            phone.refuse(invite.text, "486 Busy Here")
            ack = phone.receive()
            assert ack is not None and ack.text.startswith("ACK ")
    finally:
        phone.close()


def test_the_session_of_a_registration_is_read() -> None:
    told = parse(b"registered 201 udp 192.0.2.7 5060 <sip:201@192.0.2.7>\nYealink T54W\nabc-1@phone")
    assert isinstance(told, Registration) and told.session == "abc-1@phone" and told.agent == "Yealink T54W"
