"""SIP trunks: a gateway known by its address (baresip), a provider we register at (Kamailio)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import LegId, PlayId, dial_string, new_id
from appliance.contract.media import CallTone
from appliance.contract.trunk import Trunk
from drivers.sip.account import TrunkSettings
from drivers.sip.kamailio.config import INNER_ADDRESS
from drivers.sip.kamailio.rpc import Rpc
from tests.sip.phone import Phone, hears_digits
from tests.sip.rig import Box, Kamailio, edge_settings, secret
from tests.sip.sip_client import Reply, SipClient
from tests.support.sounds import read_wav, tone_seconds

pytestmark = pytest.mark.peer
GATEWAY = "127.0.0.5"
NUMBER = dial_string("0301234")


def new_leg() -> LegId:
    return LegId(new_id())


def until(box: Box, line: str, state: TrunkState, seconds: float = 12.0, since: int = 0) -> TrunkStatus:
    return box.events.wait(TrunkStatus, seconds, since, lambda e: e.line == line and e.state is state)


def released(box: Box, leg: LegId, seconds: float = 5.0) -> Released:
    found = box.events.wait(Released, seconds, where=lambda e: e.leg == leg)
    assert len([e for e in box.events.of(Released) if e.leg == leg]) == 1
    return found


@pytest.fixture(scope="module")
def gateway(box: Box, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    folder = tmp_path_factory.mktemp("gateway")
    made = Phone(folder, str(NUMBER), "", GATEWAY, register=False, address=GATEWAY, tone=800)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def trunks(box: Box, gateway: Phone) -> Iterator[list[Trunk]]:
    settings = TrunkSettings("gate", GATEWAY, gateway.sip_port, register_out=False, channels=2)
    made = box.stack.add_trunk(settings)
    for trunk in made:
        trunk.start()
    for trunk in made:
        until(box, trunk.name, TrunkState.IN_SERVICE)
    yield made
    box.stack.remove_trunk("gate")


def incoming(phone: Phone) -> int:
    return sum(event.get("type") == "CALL_INCOMING" for event in phone.events)


def outbound(box: Box, trunk: Trunk, gateway: Phone) -> LegId:
    leg, count = new_leg(), incoming(gateway)
    trunk.dial(leg, NUMBER)
    gateway.expect("CALL_INCOMING", nth=count + 1)
    gateway.accept()
    box.events.wait(Answered, where=lambda e: e.leg == leg)
    box.events.wait(AudioReady, where=lambda e: e.leg == leg)
    return leg


def test_no_line_is_in_service_before_the_edge_knows_its_calls(
    box: Box, gateway: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, entered, go_on = Rpc.call, threading.Event(), threading.Event()

    def slowly(rpc: Rpc, method: str, *params: object) -> Any:
        if method == "htable.sets" and params[0] == "peer":
            entered.set()
            assert go_on.wait(10)
        return call(rpc, method, *params)

    monkeypatch.setattr(Rpc, "call", slowly)
    (trunk,) = box.stack.add_trunk(
        TrunkSettings("slow", "127.0.0.7", gateway.sip_port, register_out=False, channels=1)
    )
    trunk.start()
    try:
        assert entered.wait(10)
        asked = threading.Event()
        box.engine.thread.submit(asked.set)
        assert asked.wait(10)
        assert not [e for e in box.events.of(TrunkStatus) if e.line == "slow" and e.why != "Asking 127.0.0.7"]
        (peer,) = (known.peer for known in box.stack._peers.values() if known.peer.settings.name == "slow")
        assert peer.account is None, "it asks before the edge knows it"
    finally:
        go_on.set()
        box.stack.remove_trunk("slow")


@contextmanager
def raw_peer(box: Box, answer: str) -> Iterator[tuple[SipClient, Trunk]]:
    """A far end that this test plays itself, in service by its answer to OPTIONS, and its trunk."""
    far, since = SipClient(box.edge.address, "127.0.0.8", timeout=5), len(box.events.events)
    (trunk,) = box.stack.add_trunk(
        TrunkSettings("raw", far.address, far.port, register_out=False, channels=1)
    )
    trunk.start()
    try:
        asked = far.receive()
        assert asked is not None and asked.text.startswith("OPTIONS ")
        far.refuse(asked.text, answer)
        until(box, "raw", TrunkState.IN_SERVICE, since=since)  # not that of the test before
        yield far, trunk
    finally:
        box.stack.remove_trunk("raw")
        far.close()


def next_request(far: SipClient) -> str:
    """What comes next; on a busy machine OPTIONS may have been sent again before the answer was read."""
    while (came := far.receive()) is not None and came.text.startswith("OPTIONS "):
        far.refuse(came.text, "200 OK")
    assert came is not None
    return came.text


def test_no_bye_before_the_200_is_acknowledged(box: Box) -> None:
    """RFC 3261 15: one that overtakes the 200 ends nothing, and the far end would stay in the call."""
    with raw_peer(box, "200 OK") as (far, trunk):
        far.send(far.build("INVITE", "0891234", to="0991"))
        leg = box.events.wait(RingStarted, where=lambda e: e.line == "raw").leg
        trunk.answer(leg)
        trunk.release(leg, HangupCause.NORMAL_CLEARING)
        answer = far.final()
        assert answer.status == 200
        done = threading.Event()
        box.engine.thread.submit(done.set)
        assert done.wait(10) and not [e for e in box.events.of(Released) if e.leg == leg]
        far.acknowledge(answer.text)
        bye = next_request(far)
        assert bye.startswith("BYE ")
        far.refuse(bye, "200 OK")
        assert released(box, leg).cause is HangupCause.NORMAL_CLEARING
        assert not [e for e in box.events.of(Answered) if e.leg == leg]


def test_channels_have_names(trunks: list[Trunk]) -> None:
    assert [trunk.name for trunk in trunks] == ["gate/1", "gate/2"]
    assert trunks[0].capabilities.hangup_signalled


def test_a_call_out_is_answered_heard_and_takes_digits(box: Box, trunks: list[Trunk], gateway: Phone) -> None:
    leg = outbound(box, trunks[0], gateway)
    stages = [e.stage for e in box.events.of(Progress) if e.leg == leg]
    assert stages == [Stage.SEIZED, Stage.DIALLED, Stage.RINGING]
    play = PlayId(new_id())
    box.engine.bridge.play_tone(
        play, box.events.wait(AudioReady, where=lambda e: e.leg == leg).port, CallTone.BUSY
    )
    time.sleep(1.2)
    box.engine.bridge.stop_play(play)
    trunks[0].send_digits(leg, "5#")
    for key in "5#" if hears_digits() else "5":
        gateway.wait_for(
            lambda e, k=key: e.get("type") == "CALL_DTMF_START" and e.get("param") == k, 3, f"the digit {key}"
        )
    gateway.command("sndcode", "7")
    box.events.wait(DigitReceived, where=lambda e: e.leg == leg and e.digit == "7")
    gateway.hang_up()
    assert released(box, leg).cause is HangupCause.NORMAL_CLEARING
    time.sleep(0.3)
    assert tone_seconds(read_wav(gateway.heard()[-1]), 480, share=0.3) > 0.2


def test_busy(box: Box, trunks: list[Trunk], gateway: Phone) -> None:
    leg, count = new_leg(), incoming(gateway)
    trunks[0].dial(leg, NUMBER)
    gateway.expect("CALL_INCOMING", nth=count + 1)
    gateway.hang_up()
    assert released(box, leg).cause is HangupCause.USER_BUSY


def test_a_number_nobody_has(box: Box) -> None:
    with raw_peer(box, "404 Not Found") as (far, trunk):  # an answer is an answer
        leg = new_leg()
        trunk.dial(leg, dial_string("*99#"))
        invite = next_request(far)
        assert invite.startswith("INVITE sip:*99%23@")
        far.refuse(invite, "404 Not Found")
        assert released(box, leg).cause is HangupCause.UNALLOCATED_NUMBER


def test_given_up_while_it_rings(box: Box, trunks: list[Trunk], gateway: Phone) -> None:
    leg, count = new_leg(), incoming(gateway)
    trunks[0].dial(leg, NUMBER)
    gateway.expect("CALL_INCOMING", nth=count + 1)
    trunks[0].release(leg, HangupCause.NO_ANSWER)
    assert released(box, leg).cause is HangupCause.NO_ANSWER
    closed = sum(event.get("type") == "CALL_CLOSED" for event in gateway.events)
    gateway.expect("CALL_CLOSED", nth=max(1, closed))


def test_a_busy_channel_refuses_at_once(box: Box, trunks: list[Trunk], gateway: Phone) -> None:
    leg = outbound(box, trunks[0], gateway)
    second = new_leg()
    trunks[0].dial(second, NUMBER)
    assert released(box, second).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    trunks[0].release(leg, HangupCause.NORMAL_CLEARING)
    released(box, leg)


def test_calls_in_take_free_channels_and_then_are_refused(
    box: Box, trunks: list[Trunk], gateway: Phone
) -> None:
    since, legs = len(box.events.events), []
    for n, trunk in enumerate(trunks, 1):
        gateway.dial(f"sip:0991{n}@{box.edge.server}")
        ring = box.events.wait(RingStarted, since=since, where=lambda e, t=trunk: e.line == t.name)  # type: ignore[misc]
        assert ring.called == f"0991{n}"
        who = box.events.wait(CallerId, where=lambda e, r=ring: e.leg == r.leg)  # type: ignore[misc]
        assert who.number == str(NUMBER)
        legs.append(ring.leg)
    closed = sum(event.get("type") == "CALL_CLOSED" for event in gateway.events)
    gateway.dial(f"sip:09913@{box.edge.server}")
    assert gateway.expect("CALL_CLOSED", nth=closed + 1)["param"].startswith("486")
    for trunk, leg in zip(trunks, legs, strict=True):
        trunk.answer(leg)
        box.events.wait(Answered, where=lambda e, m=leg: e.leg == m)  # type: ignore[misc]
        trunk.release(leg, HangupCause.NORMAL_CLEARING)
        assert released(box, leg).cause is HangupCause.NORMAL_CLEARING


def test_a_gateway_that_dies_is_unreachable_and_one_that_returns_is_in_service(
    box: Box, tmp_path: Path, trunks: list[Trunk]
) -> None:
    first = Phone(tmp_path / "one", str(NUMBER), "", "127.0.0.6", register=False, address="127.0.0.6")
    (trunk,) = box.stack.add_trunk(
        TrunkSettings("mortal", "127.0.0.6", first.sip_port, register_out=False, channels=1)
    )
    trunk.start()
    until(box, "mortal", TrunkState.IN_SERVICE)
    first.stop()
    since = len(box.events.events)
    until(box, "mortal", TrunkState.UNREACHABLE, since=since)
    leg = new_leg()
    trunk.dial(leg, NUMBER)
    assert released(box, leg).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    box.stack.remove_trunk("mortal")


# ---------------------------------------------------------------- registering out


class Provider:
    """Kamailio as a provider's registrar, with digest; this test is what stands behind it."""

    def __init__(self, folder: Path) -> None:
        settings = edge_settings(("boxuser",), listen=(("127.0.0.9", edge_settings(()).engine_port),))
        self.edge = Kamailio(folder, settings)
        self.inside = SipClient((INNER_ADDRESS, settings.engine_port), timeout=5, port=settings.engine_port)

    def next(self, method: str) -> Reply:
        """The next request or reply whose CSeq has this method."""
        while True:
            got = self.inside.receive()
            assert got is not None, f"no {method} came to the provider"
            if (got.header("CSeq") or "").endswith(method) and not got.text.startswith("SIP/2.0 1"):
                return got

    def stop(self) -> None:
        self.inside.close()
        self.edge.stop()


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    made = Provider(tmp_path / "provider")
    yield made
    made.stop()


def settings_for(provider: Provider, password: str) -> TrunkSettings:
    host, port = provider.edge.address
    return TrunkSettings("office", host, port, "udp", True, "boxuser", password, channels=1)


def test_registering_out_calls_out_and_in(box: Box, provider: Provider) -> None:
    (trunk,) = box.stack.add_trunk(settings_for(provider, secret("boxuser")))
    trunk.start()
    try:
        assert until(box, "office", TrunkState.IN_SERVICE).why == "Registered"
        leg = new_leg()
        trunk.dial(leg, NUMBER)
        invite = provider.next("INVITE")
        assert invite.text.startswith("INVITE sip:0301234@")
        assert invite.header("X-Callbox-Handset") == "boxuser", "it came with the right digest"
        provider.inside.accept(invite.text)
        box.events.wait(Answered, where=lambda e: e.leg == leg)
        trunk.release(leg, HangupCause.NORMAL_CLEARING)
        released(box, leg)
        bye = provider.next("BYE")
        provider.inside.refuse(bye.text, "200 OK")

        since = len(box.events.events)
        provider.inside.send(provider.inside.build("INVITE", "0891234", to="boxuser"))
        ring = box.events.wait(RingStarted, since=since)
        assert ring.line == "office"
        assert box.events.wait(CallerId, since=since).number == "0891234"
        trunk.release(ring.leg, HangupCause.USER_BUSY)
        assert released(box, ring.leg).cause is HangupCause.USER_BUSY
        assert provider.next("INVITE").status == 486
    finally:
        box.stack.remove_trunk("office")


def test_a_refused_registration_is_told(box: Box, provider: Provider) -> None:
    since = len(box.events.events)
    (trunk,) = box.stack.add_trunk(settings_for(provider, "w" * 32))
    trunk.start()
    try:
        status = until(box, "office", TrunkState.UNREACHABLE, since=since)
        assert "401" in status.why
        leg = new_leg()
        trunk.dial(leg, NUMBER)
        assert released(box, leg).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    finally:
        box.stack.remove_trunk("office")
