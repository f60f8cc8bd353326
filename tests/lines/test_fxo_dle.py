"""The shielding codec: what was said never depends on how the bytes were cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.fxo.dle import MAX_PACKET, Code, DigitReports, End, Packet, Piece, Unshielder, shield

TRICKY = st.lists(
    st.one_of(
        st.sampled_from([b"\x10", b"\x03", b"\x1a", b"X", b".", b"\x10\x10", b"\x10\x03", b"\x10b"]),
        st.binary(max_size=8),
    ),
    max_size=40,
).map(b"".join)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in zip(edges, edges[1:], strict=False)]


def merged(pieces: list[Piece]) -> list[Piece]:
    result: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, bytes) and result and isinstance(result[-1], bytes):
            result[-1] = result[-1] + piece
        else:
            result.append(piece)
    return result


def decode(chunks: list[bytes]) -> tuple[list[Piece], bytes]:
    codec = Unshielder()
    pieces = [piece for chunk in chunks for piece in codec.feed(chunk)]
    return merged(pieces), codec.rest


@given(TRICKY, st.lists(st.integers(0, 400), max_size=12))
def test_any_bytes_any_cut_give_the_same_pieces(data: bytes, places: list[int]) -> None:
    assert decode(cut(data, places)) == decode([data])


@given(st.binary(max_size=400), st.lists(st.integers(0, 900), max_size=12))
def test_what_is_shielded_comes_out_again(data: bytes, places: list[int]) -> None:
    pieces, _ = decode(cut(shield(data), places))
    assert pieces == ([data] if data else [])


@given(st.binary(max_size=300), st.binary(max_size=50))
def test_the_end_is_found_and_the_rest_is_kept(data: bytes, rest: bytes) -> None:
    pieces, left = decode([shield(data) + b"\x10\x03" + rest])
    assert pieces[-1] == End()
    assert left == rest


def test_the_worst_case_doubles() -> None:
    assert shield(b"\x10" * 160) == b"\x10" * 320


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b"ab\x10\x10c", [b"ab\x10c"]),
        (b"a\x10\x1ab", [b"a\x10\x10b"]),
        (b"a\x10bc", [b"a", Code(ord("b")), b"c"]),
        (b"\x10XNMBR=5551234\r\n\x10.z", [Packet(b"NMBR=5551234\r\n"), b"z"]),
        (b"\x10Xa\x10\x10b\x10.", [Packet(b"a\x10b")]),
        (b"\x10.", []),
    ],
)
def test_codes_of_the_recommendation(data: bytes, pieces: list[Piece]) -> None:
    assert decode([data])[0] == pieces


def test_a_report_without_end_does_not_swallow_the_call() -> None:
    pieces, _ = decode([b"\x10X", b"v" * (MAX_PACKET + 1), b"voice"])
    assert pieces == [b"voice"]


def digits(codes: bytes) -> str:
    reports = DigitReports()
    return "".join(digit for code in codes if (digit := reports.code(code)))


@pytest.mark.parametrize(
    ("codes", "heard"),
    [
        (b"55", "55"),  # once a press
        (b"/555~/55~", "55"),  # shielded: repeats are one press
        (b"/5~/~/5~", "55"),
        (b"/12~", "12"),
        (b"/5\x7f5", "55"),
        (b"*#ABCD0", "*#ABCD0"),
        (b"bdq", ""),
    ],
)
def test_digits_count_once_a_press(codes: bytes, heard: str) -> None:
    assert digits(codes) == heard
