"""Caller id reports, formatted and raw, and what is no ring."""

from __future__ import annotations

import pytest

from drivers.fxo.caller_id import Caller, CallerIdReader, is_ring, parse_message, parse_text


def read(*lines: str) -> Caller | None:
    reader = CallerIdReader()
    for line in lines:
        reader.line(line)
    return reader.caller()


def message(kind: int, body: bytes) -> bytes:
    data = bytes((kind, len(body))) + body
    return data + bytes((-sum(data) % 256,))


def parameter(tag: int, text: bytes) -> bytes:
    return bytes((tag, len(text))) + text


def test_formatted_with_and_without_blanks() -> None:
    expected = Caller("5045551234", "DOE JOHN", False)
    assert read("DATE = 0321", "TIME = 1405", "NMBR = 5045551234", "NAME = DOE JOHN") == expected
    assert read("DATE=0321", "TIME=1405", "NMBR=5045551234", "NAME=DOE JOHN") == expected


@pytest.mark.parametrize("field", ["NMBR = P", "NMBR=p", "NMBR=PRIVATE"])
def test_withheld(field: str) -> None:
    assert read(field, "NAME = P") == Caller(None, None, True)


def test_unknown_is_not_withheld() -> None:
    assert read("NMBR = O", "NAME = O") == Caller(None, None, False)


def test_a_report_ends_with_its_name() -> None:
    reader = CallerIdReader()
    reader.line("NMBR=5551234")
    assert not reader.complete
    reader.line("NAME=X")
    assert reader.complete


@pytest.mark.parametrize("line", ["RING", " RING ", "RING 1", "RING A", "RING2"])
def test_rings(line: str) -> None:
    assert is_ring(line)


@pytest.mark.parametrize(
    "line", ["NAME=RING", "NAME = RING", "RINGO STARR", "RINGING", "RING RING", "BORING", ""]
)
def test_ring_inside_other_words_is_no_ring(line: str) -> None:
    assert not is_ring(line)


def test_a_subscriber_named_ring() -> None:
    assert read("NMBR=5551234", "NAME=RING") == Caller("5551234", "RING")


def test_single_data_message() -> None:
    # The example of Bellcore GR-30 / TR-NWT-000031: 30 September 12:24, (609) 555-1212.
    raw = bytes.fromhex("04123039333031323234363039353535313231325" + "1")
    assert sum(raw) % 256 == 0
    assert parse_message(raw) == Caller("6095551212")
    assert read(raw.hex().upper()) == Caller("6095551212")
    assert read("MESG=" + raw.hex()) == Caller("6095551212")


def test_multiple_data_message() -> None:
    body = parameter(1, b"03211405") + parameter(2, b"5045551234") + parameter(7, b"DOE JOHN")
    assert parse_message(message(0x80, body)) == Caller("5045551234", "DOE JOHN")


def test_multiple_data_message_with_reasons() -> None:
    body = parameter(1, b"03211405") + parameter(4, b"P") + parameter(8, b"P")
    assert parse_message(message(0x80, body)) == Caller(None, None, True)
    assert parse_message(message(0x80, parameter(4, b"O") + parameter(8, b"O"))) == Caller()


def test_a_wrong_checksum_is_no_caller() -> None:
    raw = bytearray(message(0x80, parameter(2, b"5551234")))
    raw[4] ^= 1
    assert parse_message(bytes(raw)) is None


def test_message_waiting_is_no_caller() -> None:
    assert parse_message(message(0x82, parameter(0x0B, b"\xff"))) is None


def test_mesg_with_one_parameter() -> None:
    assert read("NMBR=O", "MESG=" + parameter(7, b"ANNA").hex()) == Caller(None, "ANNA")


def test_an_early_parameter_wins_over_nothing() -> None:
    assert read("NMBR=5551234", "NMBR=O") == Caller("5551234")


def test_report_within_the_stream() -> None:
    assert parse_text(b"DATE=0101\r\nTIME=1200\r\nNMBR=5559876\r\nNAME=EVE\r\n") == Caller("5559876", "EVE")
    assert parse_text(b"\xff\x00") is None


def test_lines_of_no_report() -> None:
    reader = CallerIdReader()
    assert not reader.line("OK")
    assert not reader.line("DEADBEEF00112233")  # hexadecimal, but no message
    assert reader.caller() is None


def test_a_name_of_control_characters_is_none() -> None:
    body = parameter(2, b"5551234") + parameter(7, b"\x08")  # sent by an exchange that knows no name
    assert parse_message(message(0x80, body)) == Caller("5551234", None)
