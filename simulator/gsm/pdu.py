"""SMS PDUs from the network's side: SMS-SUBMIT in, SMS-DELIVER out (3GPP TS 23.040, 23.038)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]",
              0x40: "|", 0x65: "€"}  # fmt: skip
_EXTENDED = {char: code for code, char in _EXTENSION.items()}
_DIGITS = "0123456789*#abc"


class PduError(ValueError):
    """A PDU that cannot be read; a modem answers +CMS ERROR: 304."""


@dataclass(frozen=True, slots=True)
class Submit:
    """One part of a message the box sent."""

    to: str
    text: str
    reference: int | None = None  # of a message in parts
    parts: int = 1
    part: int = 1
    wants_report: bool = False


def gsm7_codes(text: str) -> list[int] | None:
    """The septets of a text, or None when the GSM alphabet lacks a letter of it."""
    codes: list[int] = []
    for char in text:
        if char in _EXTENDED:
            codes += [0x1B, _EXTENDED[char]]
        elif char in _BASIC and char != "\x1b":
            codes.append(_BASIC.index(char))
        else:
            return None
    return codes


def pack(codes: Sequence[int], fill: int = 0) -> bytes:
    """Septets into octets, after `fill` empty bits."""
    bits = sum(code << (7 * index + fill) for index, code in enumerate(codes))
    return bits.to_bytes((7 * len(codes) + fill + 7) // 8, "little")


def unpack(data: bytes, count: int, fill: int = 0) -> list[int]:
    bits = int.from_bytes(data, "little") >> fill
    return [bits >> (7 * index) & 0x7F for index in range(count)]


def gsm7_text(codes: Sequence[int]) -> str:
    out, escaped = [], False
    for code in codes:
        if escaped:
            out.append(_EXTENSION.get(code, _BASIC[code]))
            escaped = False
        elif code == 0x1B:
            escaped = True
        else:
            out.append(_BASIC[code])
    return "".join(out)


def _swap(digits: str) -> bytes:
    padded = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(padded[i + 1] + padded[i] for i in range(0, len(padded), 2)))


def address(number: str) -> bytes:
    """Length, type and digits; a number with letters is a name in the GSM alphabet."""
    digits = number.lstrip("+")
    if digits.isdigit():
        return bytes([len(digits), 0x91 if number.startswith("+") else 0x81]) + _swap(digits)
    packed = pack(gsm7_codes(number) or [])
    return bytes([2 * len(packed), 0xD0]) + packed


def _timestamp(when: datetime) -> bytes:
    offset = when.utcoffset()
    quarters = round(offset.total_seconds() / 900) if offset is not None else 0
    zone = f"{abs(quarters):02d}"
    octet = int(zone[1] + zone[0], 16) | (0x08 if quarters < 0 else 0)
    return _swap(when.strftime("%y%m%d%H%M%S")) + bytes([octet])


def deliver(sender: str, text: str, when: datetime, reference: int) -> list[str]:
    """The PDU or PDUs (hex, empty SMSC field first) that bring `text` to the box."""
    codes = gsm7_codes(text)
    if codes is not None:
        chunks: list[Sequence[int]] = _cut_septets(codes)
    else:
        units = text.encode("utf-16-be")
        size = 140 if len(units) <= 140 else 132
        chunks = [units[i : i + size] for i in range(0, len(units), size)]
    out = []
    for index, chunk in enumerate(chunks):
        header = bytes([5, 0, 3, reference & 0xFF, len(chunks), index + 1]) if len(chunks) > 1 else b""
        head = bytes([0x44 if header else 0x04]) + address(sender)
        head += bytes([0, 0x00 if codes is not None else 0x08]) + _timestamp(when)
        out.append(("00" + (head + _user_data(header, chunk, codes is not None)).hex()).upper())
    return out


def _cut_septets(codes: list[int]) -> list[Sequence[int]]:
    if len(codes) <= 160:
        return [codes]
    chunks: list[Sequence[int]] = []
    while codes:
        size = 152 if codes[:153][-1] == 0x1B else 153
        chunks.append(codes[:size])
        codes = codes[size:]
    return chunks


def _user_data(header: bytes, chunk: Sequence[int], septets: bool) -> bytes:
    if not septets:
        return bytes([len(header) + len(chunk)]) + header + bytes(chunk)
    header_septets = -(-len(header) * 8 // 7)
    fill = header_septets * 7 - len(header) * 8
    return bytes([header_septets + len(chunk)]) + header + pack(chunk, fill)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def take(self, count: int) -> bytes:
        if count > len(self._data):
            raise PduError("shorter than it says")
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def rest(self) -> bytes:
        return self.take(len(self._data))


def read_submit(text: str, length: int) -> Submit:
    """Read the PDU of +CMGS: hex that begins with the SMSC field, which `length` does not count."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise PduError("not hexadecimal") from None
    reader = _Reader(data)
    reader.take(reader.byte())
    body = reader.rest()
    if len(body) != length:
        raise PduError(f"{len(body)} octets where {length} were announced")
    return _read_body(_Reader(body))


def _read_body(reader: _Reader) -> Submit:
    first = reader.byte()
    if first & 0x03 != 0x01:
        raise PduError("not an SMS-SUBMIT")
    reader.byte()  # message reference, set by the network
    to = _read_address(reader)
    reader.byte()  # protocol
    coding = reader.byte()
    reader.take({0: 0, 1: 7, 2: 1, 3: 7}[first >> 3 & 0x03])  # validity
    length = reader.byte()
    data = reader.rest()
    header = data[: data[0] + 1] if first & 0x40 and data else b""
    reference, parts, part = _read_concatenation(header)
    return Submit(to, _read_text(data, header, length, coding), reference, parts, part, bool(first & 0x20))


def _read_address(reader: _Reader) -> str:
    count, kind = reader.byte(), reader.byte()
    packed = reader.take((count + 1) // 2)
    digits = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in packed)[:count]
    if any(int(digit, 16) >= len(_DIGITS) for digit in digits):
        raise PduError("a digit that is none")
    number = "".join(_DIGITS[int(digit, 16)] for digit in digits)
    return ("+" if kind & 0x70 == 0x10 else "") + number


def _read_concatenation(header: bytes) -> tuple[int | None, int, int]:
    rest = header[1:]
    while len(rest) >= 2:
        kind, size = rest[0], rest[1]
        body = rest[2 : 2 + size]
        if kind == 0 and len(body) == 3:
            return body[0], body[1], body[2]
        if kind == 8 and len(body) == 4:
            return int.from_bytes(body[:2], "big"), body[2], body[3]
        rest = rest[2 + size :]
    return None, 1, 1


def _read_text(data: bytes, header: bytes, length: int, coding: int) -> str:
    if coding & 0x0C == 0x08:
        return data[len(header) : length].decode("utf-16-be", "replace")
    if coding & 0x0C == 0x04:
        return data[len(header) : length].decode("latin-1")
    skip = -(-len(header) * 8 // 7)
    codes = unpack(data, length)
    if 7 * length > 8 * len(data):
        raise PduError("fewer septets than announced")
    return gsm7_text(codes[skip:])
