"""The parsers of drivers.sip: right on what phones and providers send, silent on everything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.ids import LegId
from drivers.sip.kamailio.config import EdgeSettings, ha1, render, write_config, write_credentials
from drivers.sip.kamailio.events import (
    Banned,
    Dialog,
    EdgeStarted,
    Registration,
    Unregistered,
    dialogs,
    parse,
    registrations,
)
from drivers.sip.message import (
    address,
    header,
    mark,
    name_addr,
    plain,
    reason_cause,
    refer_to,
    request_user,
    uri_user,
)
from drivers.sip.trunk import caller_id

INVITE = (
    "INVITE sip:%2A50@192.0.2.1:5060;transport=udp SIP/2.0\r\n"
    'f: "Bell, \\"A\\"" <sip:+4930123@example.org;user=phone>;tag=1\r\n'
    "To: sip:*50@192.0.2.1\r\n"
    "Subject: one\r\n  two\r\n"
    'Reason: SIP;cause=503, Q.850;cause=17;text="busy"\r\n'
    "X-Callbox-Handset: 201\r\n"
    "\r\nX-Callbox-Trunk: body\r\nFrom: <sip:no@no>\r\n"
)


def test_header_folding_compact_form_and_no_body() -> None:
    assert header(INVITE, "Subject") == "one two"
    assert (header(INVITE, "From") or "").startswith('"Bell')
    assert header(INVITE, "Content-Length") is None
    assert mark(INVITE, "X-Callbox-Handset") == "201"
    assert mark(INVITE, "X-Callbox-Trunk") is None, "a body is no header"
    assert request_user(INVITE) == "*50"
    assert reason_cause(INVITE) is HangupCause.USER_BUSY


@pytest.mark.parametrize(
    ("value", "name", "user", "host"),
    [
        ('"Ana \\"x\\"" <sip:201@10.0.0.1:5062;transport=tcp>;tag=a', 'Ana "x"', "201", "10.0.0.1:5062"),
        ("Ana Smith <sips:ana@example.org>", "Ana Smith", "ana", "example.org"),
        ("sip:+49%2030@host;tag=1", "", "+49 30", "host"),
        ("<sip:user:password@host>", "", "user", "host"),
        ("<tel:+4930123;phone-context=x>", "", "+4930123", "+4930123"),
        ("<sip:host.only>", "", "", "host.only"),
    ],
)
def test_addresses(value: str, name: str, user: str, host: str) -> None:
    found = address(value)
    assert found is not None
    assert (found.name, found.user, found.host) == (name, user, host)


def test_refer_to() -> None:
    blind = refer_to("<sip:0301234@box>")
    assert blind is not None and (blind.user, blind.replaces) == ("0301234", None)
    attended = refer_to("<sip:202@box?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2>")
    assert attended is not None and attended.replaces == "a@b"
    assert refer_to("http://example.org") is None


def test_caller_id_prefers_the_networks_word_and_keeps_privacy() -> None:
    leg = LegId("leg")
    message = "INVITE sip:x@y SIP/2.0\r\nFrom: <sip:1@a>\r\nP-Asserted-Identity: <sip:+4930@b>\r\n\r\n"
    assert caller_id("t", leg, message).number == "+4930"
    assert caller_id(
        "t", leg, message.replace("INVITE sip:x@y SIP/2.0\r\n", "INVITE sip:x@y SIP/2.0\r\nPrivacy: id\r\n")
    ).withheld
    anonymous = 'INVITE sip:x@y SIP/2.0\r\nFrom: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1\r\n\r\n'
    assert caller_id("t", leg, anonymous).withheld


@given(st.text(max_size=300))
def test_no_text_makes_a_parser_raise(text: str) -> None:
    header(text, "From")
    mark(text, "From")
    request_user(text)
    address(text)
    refer_to(text)
    reason_cause(text)
    reason_cause(f"X\r\nReason: Q.850;cause={text}")
    caller_id("t", LegId("leg"), f"INVITE\r\nFrom: {text}\r\n\r\n")


@given(st.text(max_size=200))
def test_nothing_we_write_breaks_a_header(text: str) -> None:
    for made in (plain(text), uri_user(text), name_addr(text, uri_user(text), "host")):
        assert not any(ord(character) < 32 or ord(character) == 127 for character in made)
    assert not set(uri_user(text)) & set(' #<>@;:?"')
    back = address(name_addr(text, uri_user(text), "host"))
    assert back is not None and back.host == "host"


def test_numbers_in_a_uri() -> None:
    assert uri_user("+49 (30) 12-3") == "+493012-3"
    assert uri_user("*50#") == "*50%23"


# ---------------------------------------------------------------- what Kamailio tells


def test_datagrams() -> None:
    assert parse(b"started") == EdgeStarted()
    assert parse(b"unregistered 201") == Unregistered("201")
    assert parse(b"banned 192.0.2.9") == Banned("192.0.2.9")
    told = parse(
        b"registered 201 TCP 192.0.2.7 40112 <sip:201-0x5@10.0.0.9:5060;transport=tcp>\nYealink T54W"
    )
    assert told == Registration(
        "201", "192.0.2.7:40112", "Yealink T54W", "sip:201-0x5@192.0.2.7:40112;transport=tcp"
    )


@given(st.binary(max_size=200))
def test_any_datagram_is_taken(data: bytes) -> None:
    parse(data)
    parse(b"registered " + data)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Domains", "Domain", "AoRs", "Info", "Contacts", "Contact", "AoR", "Address"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=15,
)


@given(json)
def test_any_dump_is_taken(dump: Any) -> None:
    list(registrations(dump))
    list(dialogs(dump))


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["h_entry", "h_id", "call-id", "state", "caller"]), json | st.just(4))
    )
)
def test_any_list_of_calls_is_taken(dump: Any) -> None:
    for found in dialogs(dump):
        assert all(isinstance(number, int) for number in found.place)


def test_calls_that_ring_and_calls_that_are_up() -> None:
    """State 1 (no answer of any kind yet) is still the business of its transaction, 5 is over."""
    every = [
        {"call-id": f"c{n}", "h_entry": n, "h_id": 9, "state": n, "caller": {"cseq": "7"}}
        for n in range(1, 6)
    ]
    assert list(dialogs(every)) == [
        Dialog("c2", "7", (2, 9), False),
        Dialog("c3", "7", (3, 9), True),
        Dialog("c4", "7", (4, 9), True),
    ]


def test_a_dump() -> None:
    contact = {"Address": "sip:201@10.0.0.9:5060;alias=192.0.2.7~40112~2", "User-Agent": "n/a"}
    info = {"AoR": "201", "Contacts": [{"Contact": contact}]}
    dump = {"Domains": [{"Domain": {"AoRs": [{"Info": info}]}}]}
    (found,) = registrations(dump)
    assert (found.name, found.address, found.agent) == ("201", "192.0.2.7:40112", None)


# ---------------------------------------------------------------- what Kamailio is given


def test_every_placeholder_is_filled(tmp_path: Path) -> None:
    text = render(EdgeSettings(), tmp_path)
    assert "@" not in "".join(line for line in text.splitlines() if not line.startswith("#")).replace(
        "sip:", ""
    )


def test_credentials_are_hashed_private_and_never_short(tmp_path: Path) -> None:
    write_config(EdgeSettings(handsets={"201": "s" * 32}), tmp_path)
    text = (tmp_path / "db" / "ha1").read_text()
    assert ha1("201", "s" * 32) in text and "sss" not in text
    for handsets in ({"201": "short"}, {"2:1": "s" * 32}, {"2\n1": "s" * 32}):
        with pytest.raises(ValueError, match="Handset"):
            write_credentials(handsets, tmp_path)
    assert (tmp_path / "db" / "ha1").read_text() == text, "a refused write changes nothing"


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="example"):
        write_config(EdgeSettings(listen=(("example.org", 5060),)), tmp_path)
