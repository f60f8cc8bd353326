"""A text message as it comes: SMS-DELIVER in hexadecimal (3GPP TS 23.040 9.2.2.1, 23.038 6.2.1).

Total: any text gives a message or a ValueError.
"""

from __future__ import annotations

from typing import NamedTuple

from appliance.lines.pdu import BASIC, ESCAPE, EXTENDED

_DELIVER, _WITH_HEADER = 0x00, 0x40
_EXTENSION = {code: letter for letter, code in EXTENDED.items()}


class Delivered(NamedTuple):
    """Who sent it, as the network writes it, and the text; of one in several parts, this part's."""

    sender: str
    text: str


def read(pdu: str) -> Delivered:
    """The message in a PDU as AT+CMGR and AT+CMGL give it, the SMSC first. ValueError for anything else."""
    data = _Octets(bytes.fromhex(pdu.strip()))
    data.take(data.one())  # the service centre
    first = data.one()
    if first & 0x03 != _DELIVER:
        raise ValueError("This is no message that came.")
    sender = _sender(data)
    data.one()  # protocol
    coding = data.one()
    data.take(7)  # when it was sent
    return Delivered(sender, _text(data, coding, bool(first & _WITH_HEADER)))


class _Octets:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("The message ends too early.")
        self._at += count
        return taken

    def one(self) -> int:
        return self.take(1)[0]


def _sender(data: _Octets) -> str:
    length, kind = data.one(), data.one()
    field = data.take((length + 1) // 2)
    if kind & 0x70 == 0x50:  # a name
        return _letters(_unpacked(field, length * 4 // 7, 0))
    digits = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in field)[:length]
    if not digits.isascii() or not digits.isdecimal():
        raise ValueError("The sender is no number.")
    return f"+{digits}" if kind & 0x70 == 0x10 else digits


def _text(data: _Octets, coding: int, headed: bool) -> str:
    length = data.one()
    alphabet = coding >> 2 & 3 if coding & 0xC0 == 0 else (1 if coding & 0xF4 == 0xF4 else 0)
    if coding & 0xF0 == 0xE0:  # waiting mail, written in two octets a letter
        alphabet = 2
    octets = data.take(-(-7 * length // 8) if alphabet == 0 else length)
    header = octets[0] + 1 if headed and octets else 0
    if alphabet == 0:
        ahead = -(-8 * header // 7)
        return _letters(_unpacked(octets[header:], length - ahead, 7 * ahead - 8 * header))
    body = octets[header:]
    return body.decode("utf-16-be" if alphabet == 2 else "latin-1", "replace")


def _unpacked(octets: bytes, count: int, fill: int) -> list[int]:
    bits = int.from_bytes(octets, "little") >> fill
    return [bits >> (7 * place) & 0x7F for place in range(max(count, 0))]


def _letters(codes: list[int]) -> str:
    text, escaped = "", False
    for code in codes:
        if code == ESCAPE and not escaped:
            escaped = True
            continue
        text += _EXTENSION.get(code, BASIC[code]) if escaped else BASIC[code]
        escaped = False
    return text.replace("\x1b", " ")
