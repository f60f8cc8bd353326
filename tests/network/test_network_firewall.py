"""The packet filter: its text, what nftables says of it, real packets between machines of a small network."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from appliance.config.options import Options
from appliance.config.schema import Settings, SipTrunk, load
from appliance.contract.errors import SettingsError
from appliance.network.command import wanted
from appliance.network.firewall import PRIVATE, Wanted, fallback, rules
from tests.network.lan import Lan, Place, may_make_namespaces

needs_root = pytest.mark.skipif(
    not may_make_namespaces(), reason="needs the right to make network namespaces"
)
LAN = IPv4Network("192.168.7.0/24")
PEER = IPv4Address("203.0.113.9")
OFFICE = Wanted(lan=(LAN,), peers=(PEER,))
NETWORKS = some.builds(
    lambda number, length: IPv4Network((number >> (32 - length) << (32 - length), length)),
    some.integers(0x01000000, 0xDFFFFFFF),
    some.integers(8, 32),
)


def checked(text: str) -> None:
    """nftables takes it; nothing is loaded anywhere that lasts."""
    done = subprocess.run(
        ["unshare", "-n", "nft", "-f", "-"], input=text, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr


# ---- the text


def test_the_rules_name_what_was_wanted() -> None:
    text = rules(Wanted(lan=(LAN,), peers=(PEER,), sip_port=5080, sip_tls_port=5081, web_ports=(443,)))
    assert "elements = { 192.168.7.0/24 }" in text and "elements = { 203.0.113.9 }" in text
    assert (
        "tcp dport { 5080, 5081 }" in text and "udp dport 5080 accept" in text and "tcp dport { 443 }" in text
    )
    assert "10000" not in text, "no port of sound is open"
    assert "udp dport 10000-10999 accept" in rules(Wanted(rtp_from_lan=True))
    for part in ("chain input", "chain forward"):
        assert "policy drop" in text.split(part)[1].split("}")[0]


@needs_root
@given(
    lan=some.lists(NETWORKS, max_size=8),
    peers=some.lists(some.ip_addresses(v=4), max_size=4),
    sound=some.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_nftables_takes_the_rules_of_any_settings(
    lan: list[IPv4Network], peers: list[IPv4Address], sound: bool
) -> None:
    checked(rules(Wanted(lan=tuple(lan), peers=tuple(peers), rtp_from_lan=sound)))


@needs_root
def test_nftables_takes_the_simplest_rules() -> None:
    checked(fallback(OFFICE))


def test_the_box_lets_in_the_networks_it_was_told_and_those_it_is_plugged_into() -> None:
    told = Settings()
    told.network.lan = ["10.9.0.0/16"]
    told.trunks = [SipTrunk(name="isp", label="Provider", host="127.0.0.9")]
    found = wanted(Options(Path("/nowhere"), sip_port=5070), told)
    assert IPv4Network("10.9.0.0/16") in found.lan and PRIVATE[0] not in found.lan
    assert found.peers == (IPv4Address("127.0.0.9"),) and found.sip_port == 5070
    assert set(PRIVATE) <= set(wanted(Options(Path("/nowhere")), Settings()).lan)


@pytest.mark.parametrize("lan", ["10.0.0.0/7", "0.0.0.0/0", "fe80::/10", "drop", "10.0.0.1; drop", ""])
def test_what_is_no_local_network_is_refused_in_one_sentence(lan: str) -> None:
    plain = Settings().model_dump(mode="json")
    plain["network"]["lan"] = [lan]
    with pytest.raises(SettingsError) as refused:
        load(plain)
    (said,) = refused.value.problems.values()
    assert "network" in said and said.endswith(".")


# ---- real packets


@pytest.fixture(scope="module")
def lan() -> Iterator[Lan]:
    with ExitStack() as stack:
        yield Lan(stack)


@pytest.fixture(scope="module")
def desk(lan: Lan) -> Place:
    return lan.place("desk", "192.168.7.20")


@pytest.fixture(scope="module")
def stranger(lan: Lan) -> Place:
    return lan.place("stranger", "203.0.113.5")


@pytest.fixture(scope="module")
def provider(lan: Lan) -> Place:
    return lan.place("provider", str(PEER))


@pytest.fixture
def guarded(lan: Lan) -> Lan:
    """With the office's rules, their counters at nought."""
    lan.box.run("nft", "-f", "-", stdin=rules(OFFICE))
    return lan


def gets(place: Place, source: tuple[str, int], box: Lan, port: int, address: str = Lan.BOX) -> bool:
    """Whether a datagram of a place reaches the box. What is dropped is counted: nobody waits in vain."""
    with ExitStack() as stack:
        there = stack.enter_context(box.box.udp("::" if ":" in address else "0.0.0.0", port))
        out = stack.enter_context(place.udp(*source))
        before = dropped(box)
        out.sendto(b"hello", (address, port))
        there.settimeout(0.05)
        for _ in range(200):
            try:
                return there.recv(100) == b"hello"
            except TimeoutError:
                if dropped(box) > before:
                    return False
    raise AssertionError("neither came nor was dropped")


def dropped(lan: Lan) -> int:
    """Packets that came to the end of a chain."""
    text = lan.box.run("nft", "list", "table", "inet", "callbox")
    return sum(int(part.split()[0]) for part in text.split("counter packets ")[1:])


@needs_root
@pytest.mark.parametrize(
    ("port", "open_to"), [(5060, "desk provider"), (10000, ""), (8080, ""), (69, ""), (5353, "desk")]
)
def test_who_reaches_which_udp_port(
    guarded: Lan, desk: Place, stranger: Place, provider: Place, port: int, open_to: str
) -> None:
    assert gets(desk, ("192.168.7.20", 4000), guarded, port) == ("desk" in open_to)
    assert gets(stranger, ("203.0.113.5", 4000), guarded, port, "203.0.113.1") is False
    assert gets(provider, (str(PEER), 4000), guarded, port, "203.0.113.1") == ("provider" in open_to)


@needs_root
@pytest.mark.parametrize(
    ("port", "open_to"), [(80, "desk"), (443, "desk"), (5060, "desk provider"), (5061, "desk"), (22, "")]
)
def test_who_reaches_which_tcp_port(
    guarded: Lan, desk: Place, stranger: Place, provider: Place, port: int, open_to: str
) -> None:
    with guarded.box.server("0.0.0.0", port):
        for place, name, to in (
            (desk, "desk", Lan.BOX),
            (stranger, "stranger", "203.0.113.1"),
            (provider, "provider", "203.0.113.1"),
        ):
            if name in open_to:
                place.connects(to, port).close()
            else:
                with pytest.raises(TimeoutError):
                    place.connects(to, port, 0.5)


@needs_root
def test_sound_comes_from_the_peer_of_the_call_and_from_nobody_else(
    guarded: Lan, desk: Place, stranger: Place
) -> None:
    """The box speaks first to what SDP named; then that address and port are heard, and no other."""
    with ExitStack() as stack:
        box = stack.enter_context(guarded.box.udp(Lan.BOX, 10010))
        phone = stack.enter_context(desk.udp("192.168.7.20", 4000))
        other = stack.enter_context(desk.udp("192.168.7.20", 4002))
        phone.sendto(b"early", (Lan.BOX, 10010))  # before the box has spoken
        box.sendto(b"first", ("192.168.7.20", 4000))
        assert phone.recv(100) == b"first"
        before = dropped(guarded)
        other.sendto(b"forged", (Lan.BOX, 10010))
        phone.sendto(b"sound", (Lan.BOX, 10010))
        assert box.recv(100) == b"sound"
        assert dropped(guarded) == before + 1
    assert gets(stranger, ("203.0.113.5", 4000), guarded, 10010, "203.0.113.1") is False


@needs_root
def test_with_the_switch_on_sound_comes_from_any_port_of_the_lan(
    lan: Lan, desk: Place, stranger: Place
) -> None:
    lan.box.run("nft", "-f", "-", stdin=rules(Wanted(lan=(LAN,), rtp_from_lan=True)))
    assert gets(desk, ("192.168.7.20", 4444), lan, 10010)
    assert not gets(stranger, ("203.0.113.5", 4444), lan, 10010, "203.0.113.1")
    assert not gets(desk, ("192.168.7.20", 4444), lan, 11000)


@needs_root
def test_a_flood_is_cut_and_others_are_heard(guarded: Lan, desk: Place) -> None:
    neighbour = guarded.place("neighbour", "192.168.7.21")
    with ExitStack() as stack:
        box = stack.enter_context(guarded.box.udp(Lan.BOX, 5060))
        box.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        flood = stack.enter_context(desk.udp("192.168.7.20", 4000))
        good = stack.enter_context(neighbour.udp("192.168.7.21", 4000))
        for _ in range(3000):
            flood.sendto(b"flood", (Lan.BOX, 5060))
        good.sendto(b"good", (Lan.BOX, 5060))
        seen = 0
        while (data := box.recv(100)) == b"flood":
            seen += 1
        assert data == b"good"
        assert 300 < seen < 2000


@needs_root
def test_one_address_cannot_take_all_connections(guarded: Lan, desk: Place) -> None:
    with ExitStack() as stack:
        stack.enter_context(guarded.box.server(Lan.BOX, 5061))
        for _ in range(32):
            stack.enter_context(desk.connects(Lan.BOX, 5061))
        with pytest.raises(ConnectionRefusedError):
            stack.enter_context(desk.connects(Lan.BOX, 5061))


@needs_root
def test_ipv6_is_refused_at_once_but_for_neighbours(guarded: Lan, desk: Place) -> None:
    for place, address in ((guarded.box, "fd00::1/64"), (desk, "fd00::2/64")):
        place.run("ip", "address", "add", address, "dev", "eth0", "nodad")
    try:
        with guarded.box.server("::", 443), pytest.raises(ConnectionRefusedError):
            desk.connects("fd00::1", 443)
        assert not gets(desk, ("fd00::2", 4000), guarded, 5060, "fd00::1")
    finally:
        for place in (guarded.box, desk):
            place.run("ip", "address", "flush", "dev", "eth0", "scope", "global", "to", "fd00::/64")


@needs_root
def test_the_boxs_own_parts_talk_on_loopback(guarded: Lan) -> None:
    with ExitStack() as stack:
        engine = stack.enter_context(guarded.box.udp("127.0.0.1", 5070))
        edge = stack.enter_context(guarded.box.udp("127.0.77.1", 5070))
        edge.sendto(b"INVITE", ("127.0.0.1", 5070))
        assert engine.recv(100) == b"INVITE"
