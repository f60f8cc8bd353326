"""Caller id as a voice modem tells it: formatted lines, or the whole message in hexadecimal."""

from __future__ import annotations

from datetime import datetime

MDMF = 0x80  # multiple data message format (Telcordia GR-30, GR-31)
TIME, NUMBER, NUMBER_ABSENT, NAME, NAME_ABSENT = 0x01, 0x02, 0x04, 0x07, 0x08
PRIVATE = "P"
NAME_LENGTH = 15


def formatted(number: str, name: str, when: datetime, separator: str) -> list[str]:
    """+VCID=1: DATE, TIME, NMBR and NAME; a withheld number is P."""
    digits = number.lstrip("+") or PRIVATE
    items = {"DATE": f"{when:%m%d}", "TIME": f"{when:%H%M}", "NMBR": digits, "NAME": name[:NAME_LENGTH]}
    return [f"{tag}{separator}{value}" for tag, value in items.items() if value]


def message(number: str, name: str, when: datetime) -> bytes:
    """The message on the wire: type, length, parameters, checksum."""
    parts = _parameter(TIME, f"{when:%m%d%H%M}")
    digits = number.lstrip("+")
    parts += _parameter(NUMBER, digits) if digits else _parameter(NUMBER_ABSENT, PRIVATE)
    parts += _parameter(NAME, name[:NAME_LENGTH]) if name else b""
    body = bytes([MDMF, len(parts)]) + parts
    return body + bytes([-sum(body) & 0xFF])


def unformatted(number: str, name: str, when: datetime, separator: str) -> list[str]:
    """+VCID=2."""
    return [f"MESG{separator}{message(number, name, when).hex().upper()}"]


def _parameter(kind: int, text: str) -> bytes:
    data = text.encode("latin-1", "replace")
    return bytes([kind, len(data)]) + data
