"""Bytes to lines: whole, bounded, and the same however the bytes are cut into reads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.at_channel.black_box import BLACK_BOX_BYTES, BlackBox, masked
from drivers.at_channel.lines import LINE_LIMIT, LineReader

_DIALOGUE = b'AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n\0\r\nRING\r\n\r\n+CLIP: "+36301234567",145\r\n'
_LINES = ["AT+CSQ", "+CSQ: 20,99", "OK", "RING", '+CLIP: "+36301234567",145']


def _all(reader: LineReader, *pieces: bytes) -> list[str | int]:
    found: list[str | int] = []
    for piece in pieces:
        reader.feed(piece)
        while (item := reader.take()) is not None:
            found.append(item)
    return found


def test_one_dialogue() -> None:
    assert _all(LineReader(), _DIALOGUE) == _LINES


def test_a_read_may_end_anywhere() -> None:
    for at in range(len(_DIALOGUE) + 1):
        assert _all(LineReader(), _DIALOGUE[:at], _DIALOGUE[at:]) == _LINES
    assert _all(LineReader(), *(bytes([byte]) for byte in _DIALOGUE)) == _LINES


def test_dle_events_are_taken_out_of_lines_at_every_cut() -> None:
    data = b"\x10R\r\nNM\x105BR=0123\r\n\x10b"
    for at in range(len(data) + 1):
        found = _all(LineReader(dle=True), data[:at], data[at:])
        assert [item for item in found if isinstance(item, str)] == ["NMBR=0123"]
        assert [chr(item) for item in found if isinstance(item, int)] == ["R", "5", "b"]


def test_what_is_no_text_is_counted_and_dropped() -> None:
    reader = LineReader()
    assert _all(reader, b"\x01\x02\x03\r\nOK\r\n\xff\xfe\x9b\r\nRING\r\n") == ["OK", "RING"]
    assert reader.garbage == 6


def test_an_endless_line_is_dropped_to_its_end() -> None:
    reader = LineReader()
    assert _all(reader, b"x" * 10 * LINE_LIMIT, b"tail\r\nOK\r\n") == ["OK"]
    assert reader.garbage >= 10 * LINE_LIMIT


def test_names_in_other_letters_survive() -> None:
    name = '+COPS: 0,0,"Magyar Telekom - Érd"'
    assert _all(LineReader(), name.encode() + b"\r\n", name.encode("latin-1") + b"\r\n") == [name, name]


def test_a_prompt_is_no_line() -> None:
    reader = LineReader()
    assert _all(reader, b"\r\n> ") == []
    assert reader.prompt()
    assert not reader.prompt()


@given(st.lists(st.binary(max_size=40)), st.booleans())
def test_any_bytes_in_any_cuts_give_the_same(pieces: list[bytes], dle: bool) -> None:
    whole, cut = LineReader(dle), LineReader(dle)
    assert _all(whole, b"".join(pieces)) == _all(cut, *pieces)
    assert whole.garbage == cut.garbage


def test_secrets_are_masked() -> None:
    assert masked('AT+CPIN="1234"') == 'AT+CPIN="****"'
    assert masked("ATD+36301234567;") == "ATD+***********;"
    assert masked("AT+VTS=5") == "AT+VTS=*"
    assert masked("+RXDTMF: 7") == "+RXDTMF: *"
    assert masked('+CLIP: "+36301234567",145') == '+CLIP: "+*********67",145'
    assert masked("0791638309200099040C9163") == "<24 hex>"
    assert masked("+CSQ: 20,99") == "+CSQ: 20,99"
    assert masked("+CPIN: READY") == "+CPIN: READY"


def test_the_black_box_keeps_the_newest_four_kilobytes() -> None:
    box = BlackBox()
    for count in range(1000):
        box.note("<", f"line {count}")
    lines = box.lines()
    assert lines[-1].endswith("< line 999")
    size = sum(len(line) + 1 for line in lines)
    assert BLACK_BOX_BYTES - 40 < size <= BLACK_BOX_BYTES
