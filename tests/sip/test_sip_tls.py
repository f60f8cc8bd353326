"""SIP over TLS and encrypted sound, with a telephone nobody here wrote; and telephones without either."""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Answered, AudioReady, HandsetDialled, RecordEnded, Released
from appliance.contract.handset import Handset, Party
from appliance.contract.ids import LegId, PlayId, RecordingId, new_id
from appliance.contract.media import CallTone
from appliance.network.certificates import Certificates
from drivers.sip.kamailio.rpc import Rpc
from tests.sip.phone import Phone
from tests.sip.rig import Box, secret
from tests.sip.sip_client import SipClient
from tests.support.ports import free_port
from tests.support.sounds import read_wav, tone_seconds
from tests.support.wire import Wire

pytestmark = pytest.mark.peer
NAMES = ["callbox.local", "localhost", "127.0.0.1"]
PATIENCE = 20.0
MakePhone = Callable[..., Phone]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    made = Certificates(tmp_path_factory.mktemp("tls"))
    made.ensure(NAMES, datetime.now(UTC))
    return made


@pytest.fixture(scope="module")
def secured(tls: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    folder, names = tmp_path_factory.mktemp("secured"), ("201", "202", "203")
    box = Box(folder, names, certificate=tls.chain, key=tls.key, tls_port=free_port())
    yield box
    box.stop()


@pytest.fixture(scope="module")
def desk(secured: Box) -> Handset:
    """Handset 201."""
    made = secured.stack.add_handset("201")
    made.start()
    return made


@pytest.fixture
def phone(secured: Box, tls: Certificates, tmp_path: Path) -> Iterator[MakePhone]:
    with ExitStack() as stack:

        def make(encryption: str = "srtp", transport: str = "tls") -> Phone:
            port = secured.edge.settings.tls_port if transport == "tls" else secured.edge.address[1]
            made = Phone(
                tmp_path / f"phone-{encryption}-{transport}",
                "201",
                secret("201"),
                f"127.0.0.1:{port}",
                transport,
                tone=1000,
                authority=tls.folder / "ca.pem",
                encryption=encryption,
            )
            stack.callback(made.stop)
            made.expect("REGISTER_OK", PATIENCE)
            return made

        yield make


def told(box: Box, leg: LegId) -> AudioReady:
    box.events.wait(Answered, PATIENCE, where=lambda event: event.leg == leg)
    return box.events.wait(AudioReady, PATIENCE, where=lambda event: event.leg == leg)


def rung(box: Box, desk: Handset, phone: Phone) -> LegId:
    """A call to the telephone, picked up."""
    leg = LegId(new_id())
    desk.ring(leg, Party("+4930123456", "Ana", "Sales"))
    phone.expect("CALL_INCOMING", PATIENCE)
    phone.accept()
    return leg


def dialled(box: Box, desk: Handset, phone: Phone) -> LegId:
    """A call the telephone made, picked up."""
    since = len(box.events.events)
    phone.dial("301")
    leg = box.events.wait(HandsetDialled, PATIENCE, since=since).leg
    desk.answer(leg)
    return leg


def both_ways(box: Box, desk: Handset, phone: Phone, leg: LegId) -> tuple[float, float]:
    """Seconds of the telephone's tone heard at the box, and of the box's dial tone heard at the telephone."""
    port = told(box, leg).port
    bridge, play, recording = box.engine.bridge, PlayId(new_id()), RecordingId(new_id())
    bridge.play_tone(play, port, CallTone.DIAL)
    bridge.record(recording, port, port)
    time.sleep(2.0)
    bridge.stop_record(recording)
    bridge.stop_play(play)
    box.events.wait(RecordEnded, PATIENCE, where=lambda event: event.recording == recording)
    desk.release(leg, HangupCause.NORMAL_CLEARING)
    box.events.wait(Released, PATIENCE, where=lambda event: event.leg == leg)
    phone.expect("CALL_CLOSED", PATIENCE)
    phone.stop()
    (left, *_) = sorted((box.folder / "recordings").glob(f"{recording}*left*"))
    heard = read_wav(phone.heard()[-1])
    return tone_seconds(read_wav(left), 1000), float((abs(heard) > 0.01).sum()) / 8000


def overheard(wire: Wire, box: Box) -> float:
    """Seconds of the telephone's tone an eavesdropper gets out of what comes in for the box."""
    ports = range(box.config.rtp_port, box.config.rtp_port + box.config.rtp_ports)
    return max(tone_seconds(wire.sound(port, "to"), 1000) for port in ports)


@pytest.mark.parametrize("way", [rung, dialled])
@pytest.mark.parametrize(
    ("encryption", "transport", "secret_sound"),
    [("srtp", "tls", True), ("", "tls", False), ("", "udp", False), ("", "tcp", False)],
)
def test_heard_both_ways_and_over_tls_by_nobody_else(
    secured: Box,
    desk: Handset,
    phone: MakePhone,
    way: Callable[[Box, Handset, Phone], LegId],
    encryption: str,
    transport: str,
    secret_sound: bool,
) -> None:
    made = phone(encryption, transport)
    with Wire() as wire:
        at_the_box, at_the_phone = both_ways(secured, desk, made, way(secured, desk, made))
    assert at_the_box > 1.0 and at_the_phone > 0.8
    if secret_sound:
        assert overheard(wire, secured) < 0.2
    else:
        assert overheard(wire, secured) > 1.0, "the same call in the clear is heard: this ear works"


def test_a_telephone_that_takes_nothing_but_encrypted_sound_is_served(
    secured: Box, desk: Handset, phone: MakePhone
) -> None:
    made = phone("srtp-mand")
    at_the_box, at_the_phone = both_ways(secured, desk, made, dialled(secured, desk, made))
    assert at_the_box > 1.0 and at_the_phone > 0.8


def test_no_key_goes_out_in_the_clear(secured: Box, desk: Handset) -> None:
    """A telephone on UDP is not offered SRTP: its key would stand in the open."""
    client = SipClient(secured.edge.address, timeout=PATIENCE)
    client.register("201", secret("201"))
    desk.ring(LegId(new_id()), Party("+4930123456"))
    invite = client.receive()
    assert invite is not None and invite.text.startswith("INVITE")
    assert "m=audio" in invite.text and "a=crypto" not in invite.text and "RTP/AVP " in invite.text
    client.refuse(invite.text, "486 Busy Here")
    client.register("201", secret("201"), expires=0)
    client.close()


def line(secured: Box, tls: Certificates, **limits: ssl.TLSVersion) -> ssl.SSLSocket:
    """A TLS connection of somebody who trusts the box's authority."""
    context = ssl.create_default_context(cafile=str(tls.folder / "ca.pem"))
    for name, value in limits.items():
        setattr(context, name, value)
    plain = socket.create_connection(("127.0.0.1", secured.edge.settings.tls_port), PATIENCE)
    try:
        return context.wrap_socket(plain, server_hostname="127.0.0.1")
    except OSError:
        plain.close()
        raise


def options(made: ssl.SSLSocket, user: str) -> str:
    template = SipClient(("127.0.0.1", 5061))
    template.close()
    made.sendall(template.build("OPTIONS", user).replace("/UDP", "/TLS").encode())
    return made.recv(8000).decode()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(secured: Box, tls: Certificates, version: ssl.TLSVersion) -> None:
    with line(secured, tls, minimum_version=version, maximum_version=version) as made:
        assert made.version() == version.name.replace("_", ".")
        assert options(made, "201").startswith("SIP/2.0 200")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_older_tls_is_not(secured: Box, tls: Certificates) -> None:
    with pytest.raises(OSError):
        old = ssl.TLSVersion.TLSv1_1
        line(secured, tls, minimum_version=old, maximum_version=old)


def test_a_new_certificate_is_served_and_open_connections_stay(tls: Certificates, secured: Box) -> None:
    with line(secured, tls) as before:
        first = before.getpeercert(binary_form=True)
        assert tls.ensure([*NAMES, "10.1.2.3"], datetime.now(UTC))
        rpc = Rpc(secured.edge.folder)
        rpc.call("tls.reload")
        rpc.close()
        with line(secured, tls) as after:
            assert after.getpeercert(binary_form=True) != first
        assert options(before, "201").startswith("SIP/2.0 200")


def test_a_telephone_whose_connection_is_gone_is_not_called_elsewhere(
    secured: Box, tls: Certificates, tmp_path: Path
) -> None:
    """Whoever listens at the address a telephone had gets no call, not even with TLS."""
    taken = free_port()
    contact = f"sip:203@127.0.0.1:{taken};transport=tls"
    rpc = Rpc(secured.edge.folder)
    rpc.call("ul.add", "location", "203", contact, 60, "1", "", 0, 0, 0)
    rpc.close()
    handset = secured.stack.add_handset("203")
    handset.start()
    with socket.create_server(("127.0.0.1", taken)) as thief:
        thief.settimeout(3.0)
        leg = LegId(new_id())
        handset.ring(leg, Party("+4930123456"))
        gone = secured.events.wait(Released, PATIENCE, where=lambda event: event.leg == leg)
        assert gone.cause in (HangupCause.NO_USER_RESPONDING, HangupCause.SUBSCRIBER_ABSENT)
        with pytest.raises(TimeoutError):
            thief.accept()
    secured.stack.remove_handset("203")


def test_memory_with_64_telephones_on_tls(secured: Box, tls: Certificates) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(line(secured, tls)) for _ in range(64)]
        assert options(lines[-1], "201").startswith("SIP/2.0 200")
        process = secured.edge.process.pid
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        total = 0
        for pid in [str(process), *children]:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int((re.search(r"^Pss:\s+(\d+)", rollup, re.M) or pytest.fail(rollup))[1])
    assert total < 40_000, f"{total} kB"  # Kamailio 6.0 takes a little more than 5.6
