"""A text message as a modem takes it: SMS-SUBMIT in hexadecimal (3GPP TS 23.040 9.2.2.2, 23.038 6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: Parts of one message; who writes more means something else.
MOST_PARTS = 6

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40,
    "€": 0x65,
}  # fmt: skip
_CODES = {letter: code for code, letter in enumerate(BASIC) if code != ESCAPE}
_NUMBER = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
_SUBMIT, _WITH_HEADER = 0x01, 0x40  # no validity period: the network's own
_GSM_7, _UCS_2 = 0x00, 0x08
_HEADER = 6  # octets of a header that numbers the parts (9.2.3.24.1)


class Part(NamedTuple):
    """What goes after the prompt, and the length that AT+CMGS announces (without the SMSC field)."""

    pdu: str
    length: int


def submit(number: str, text: str, reference: int) -> list[Part]:
    """The parts of one message; `reference` (0 to 255) tells the parts of one from those of another.

    ValueError for what is no number, an empty text and one too long.
    """
    if not _NUMBER.fullmatch(number):
        raise ValueError("This is no telephone number.")
    if not text:
        raise ValueError("The message is empty.")
    codes = _septets(text)
    bodies = list(_cut(codes, 160, 153) if codes is not None else _cut_units(text))
    if len(bodies) > MOST_PARTS:
        raise ValueError(f"The message is too long: it would take {len(bodies)} messages.")
    made = []
    for place, body in enumerate(bodies, 1):
        header = bytes((5, 0, 3, reference & 0xFF, len(bodies), place)) if len(bodies) > 1 else b""
        made.append(_part(number, header, body, plain=codes is not None))
    return made


def _part(number: str, header: bytes, body: Sequence[int], *, plain: bool) -> Part:
    first = _SUBMIT | (_WITH_HEADER if header else 0)
    data = bytes((first, 0)) + _address(number) + bytes((0, _GSM_7 if plain else _UCS_2))
    data += _packed(header, body) if plain else bytes((len(header) + len(body),)) + header + bytes(body)
    return Part(("00" + data.hex()).upper(), len(data))


def _address(number: str) -> bytes:
    """Length in digits, type of number, digits as swapped half octets (9.1.2.5)."""
    digits = number.removeprefix("+")
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
    return bytes((len(digits), 0x91 if number.startswith("+") else 0x81)) + bytes.fromhex(swapped)


def _septets(text: str) -> list[int] | None:
    """The text in the GSM alphabet; None when it lacks a letter of it."""
    codes: list[int] = []
    for letter in text:
        if letter in _CODES:
            codes.append(_CODES[letter])
        elif letter in EXTENDED:
            codes += (ESCAPE, EXTENDED[letter])
        else:
            return None
    return codes


def _cut(codes: list[int], whole: int, piece: int) -> Iterator[list[int]]:
    if len(codes) <= whole:
        yield codes
        return
    while codes:
        size = piece - 1 if codes[piece - 1 : piece] == [ESCAPE] else piece  # never within a letter
        yield codes[:size]
        codes = codes[size:]


def _cut_units(text: str) -> Iterator[bytes]:
    units = text.encode("utf-16-be", "replace")
    if len(units) <= 140:
        yield units
        return
    while units:
        size = 140 - _HEADER
        if 0xD8 <= units[size - 2 : size - 1].ljust(1, b"\0")[0] <= 0xDB and len(units) > size:
            size -= 2  # a letter of two units stays in one part
        yield units[:size]
        units = units[size:]


def _packed(header: bytes, codes: Sequence[int]) -> bytes:
    """Length in septets, header, fill bits up to a septet's border, then seven bits a letter."""
    ahead = -(-8 * len(header) // 7)
    fill = 7 * ahead - 8 * len(header)
    bits = sum(code << (7 * place + fill) for place, code in enumerate(codes))
    packed = bits.to_bytes((7 * len(codes) + fill + 7) // 8, "little")
    return bytes((ahead + len(codes),)) + header + packed
