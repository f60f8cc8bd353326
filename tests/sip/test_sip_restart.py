"""A core that was restarted finds the state of the edge as it is, and the edge gets back what it forgot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CommandError
from appliance.contract.events import HandsetStatus, Progress, Released
from appliance.contract.handset import Party
from appliance.contract.ids import LegId
from drivers.sip.kamailio.config import INNER_ADDRESS
from drivers.sip.kamailio.rpc import Rpc
from tests.contract.trunk_suite import eventually
from tests.sip.rig import Box, Kamailio, edge_settings, secret
from tests.sip.sip_client import SipClient

pytestmark = pytest.mark.peer


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Kamailio]:
    made = Kamailio(tmp_path / "edge", edge_settings(("201", "202")))
    yield made
    made.stop()


def knows(edge: Kamailio, name: str) -> bool:
    """Whether the edge has a registration of `name`."""
    rpc = Rpc(edge.folder, 1.0)
    try:
        rpc.call("ul.lookup", "location", name)
    except CommandError:
        return False
    finally:
        rpc.close()
    return True


def test_a_new_core_learns_who_is_registered(edge: Kamailio, tmp_path: Path) -> None:
    phone = SipClient(edge.address, timeout=3)
    phone.register("201", secret("201"))
    for turn in range(2):
        box = Box(tmp_path / f"core-{turn}", (), edge=edge)
        try:
            for name in ("201", "202"):
                box.stack.add_handset(name).start()
            there = box.events.wait(HandsetStatus, where=lambda e: e.line == "201" and e.registered)
            assert there.address == f"127.0.0.1:{phone.port}"
            assert not [e for e in box.events.of(HandsetStatus) if e.line == "202" and e.registered]
        finally:
            box.stop()
    phone.close()


def test_a_new_edge_gets_its_registrations_back(edge: Kamailio, tmp_path: Path) -> None:
    phone = SipClient(edge.address, timeout=3)
    box = Box(tmp_path / "core", (), edge=edge)
    try:
        handset = box.stack.add_handset("201")
        handset.start()
        phone.register("201", secret("201"))
        box.events.wait(HandsetStatus, where=lambda e: e.registered)
        edge.stop()
        edge.start()
        assert eventually(lambda: knows(edge, "201"))
        leg = LegId("leg-1")
        handset.ring(leg, Party("1", "Ana"))
        invite = phone.receive()
        assert invite is not None and invite.text.startswith("INVITE sip:201@127.0.0.1")
        phone.refuse(invite.text, "180 Ringing")
        box.events.wait(Progress, where=lambda e: e.leg == leg)
        phone.refuse(invite.text, "603 Decline")
        assert box.events.wait(Released, where=lambda e: e.leg == leg).cause is HangupCause.CALL_REJECTED
        assert not [e for e in box.events.of(HandsetStatus) if not e.registered][1:]
    finally:
        box.stop()
        phone.close()


@pytest.mark.parametrize(("answer", "ended_by"), [("180 Ringing", "CANCEL"), ("200 OK", "BYE")])
def test_the_calls_of_a_killed_core_are_ended(
    edge: Kamailio, tmp_path: Path, answer: str, ended_by: str
) -> None:
    phone = SipClient(edge.address, timeout=10)
    phone.register("201", secret("201"))
    port = edge.settings.engine_port
    old = SipClient((INNER_ADDRESS, port), timeout=10, port=port)
    old.send(old.build("INVITE", "callbox", to="201"))
    invite = phone.receive()
    assert invite is not None and invite.text.startswith("INVITE ")
    if ended_by == "BYE":
        phone.accept(invite.text)
        old.acknowledge(old.final().text)
        ack = phone.receive()
        assert ack is not None and ack.text.startswith("ACK ")
    else:
        phone.refuse(invite.text, answer)
        while (reply := old.receive()) is not None and reply.status != 180:
            pass
    old.close()  # no word to anybody: it was killed
    box = Box(tmp_path / "core", (), edge=edge)
    try:
        end = phone.receive()
        assert end is not None and end.text.startswith(f"{ended_by} ")
        phone.refuse(end.text, "200 OK")
    finally:
        box.stop()
        phone.close()
