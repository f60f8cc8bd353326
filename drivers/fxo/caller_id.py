"""Who calls, as voice modems report it between the first and the second ring.

Formatted reports (+VCID=1, ITU-T V.253): lines DATE=, TIME=, NMBR=, NAME= with or without blanks, where
"P" stands for withheld (private) and "O" for unknown (out of area); MESG= carries one parameter the modem
has no word for. Unformatted reports (+VCID=2): the whole message in hexadecimal, Bellcore GR-30 / GR-31 and
ETSI EN 300 659-3: type, length, data, and a checksum that makes the sum of all bytes a multiple of 256.
Everything here is total: a report that makes no sense is no caller id, and never a ring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RING = re.compile(r"RING(?: ?[0-9A-D])?", re.ASCII)  # a digit or letter: the distinctive ring's pattern
_FIELD = re.compile(r"(DATE|TIME|NMBR|NAME|MESG|DDN_NMBR) ?= ?(.*)", re.ASCII | re.IGNORECASE)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2} ?){6,300}", re.ASCII)
_NUMBER = re.compile(r"\+?[0-9*#]+", re.ASCII)

_SDMF = 0x04
_MDMF = frozenset((0x80, 0x81))  # call set-up; 0x81 is its test form
_MAX_NUMBER = 32
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """What one report says. All None and not withheld: the network does not know."""

    number: str | None = None
    name: str | None = None
    withheld: bool = False


def is_ring(line: str) -> bool:
    """Whether a whole line is a ring. "NAME=RING" and "RINGO STARR" are none."""
    return _RING.fullmatch(line.strip()) is not None


class CallerIdReader:
    """Collects the lines of one report. `line` says whether a line belonged to it."""

    def __init__(self) -> None:
        self._caller = Caller()
        self.begun = False
        self.complete = False

    def line(self, text: str) -> bool:
        """Take one line of the modem; True when it is part of a caller id report."""
        if found := _FIELD.fullmatch(text.strip()):
            self.begun = True
            self._field(found[1].upper(), found[2].strip())
            return True
        if _HEX.fullmatch(text.strip()):
            return self._message(text)
        return False

    def caller(self) -> Caller | None:
        """What is known so far, None before any line of a report."""
        return self._caller if self.begun else None

    def _field(self, tag: str, value: str) -> None:
        if tag == "NMBR":
            self._take(_number(value))
        elif tag == "NAME":
            self._take(_name(value))
            self.complete = True  # formatted reports end with the name
        elif tag == "MESG" and not self._message(value):
            self._parameter(value)

    def _message(self, text: str) -> bool:
        caller = parse_message(_bytes(text))
        if caller is None:
            return False
        self.begun = self.complete = True
        self._take(caller)
        return True

    def _parameter(self, text: str) -> None:
        """MESG= with one parameter of an MDMF message, its length and (some modems) a checksum."""
        data = _bytes(text)
        if len(data) >= 2 and len(data) - 2 >= data[1]:
            self._take(_parameter(data[0], data[2 : 2 + data[1]]))

    def _take(self, more: Caller) -> None:
        self._caller = Caller(
            number=more.number or self._caller.number,
            name=more.name or self._caller.name,
            withheld=more.withheld or self._caller.withheld,
        )


def parse_text(text: bytes) -> Caller | None:
    """The caller of a complex event report (<DLE>X … <DLE>.): the same lines, within the voice stream."""
    reader = CallerIdReader()
    for line in re.split(r"[\r\n]+", text.decode("latin-1")):
        reader.line(line)
    return reader.caller()


def parse_message(data: bytes) -> Caller | None:
    """One whole SDMF or MDMF message; None when its length or checksum is wrong or it is another kind."""
    if len(data) < 3 or len(data) != data[1] + 3 or sum(data) % 256:
        return None
    body = data[2:-1]
    if data[0] == _SDMF and len(body) >= 8:  # MMDDHHMM and the number
        return _number(body[8:].decode("latin-1"))
    if data[0] in _MDMF:
        return _parameters(body)
    return None


def _parameters(body: bytes) -> Caller:
    caller = Caller()
    while len(body) >= 2:
        tag, length = body[0], body[1]
        more = _parameter(tag, body[2 : 2 + length])
        caller = Caller(
            caller.number or more.number, caller.name or more.name, caller.withheld or more.withheld
        )
        body = body[2 + length :]
    return caller


def _parameter(tag: int, data: bytes) -> Caller:
    text = data.decode("latin-1")
    if tag in (0x02, 0x04):  # the number, or the reason why there is none
        return _number(text)
    if tag in (0x07, 0x08):  # the name, or the reason why there is none
        return _name(text)
    return Caller()


def _number(text: str) -> Caller:
    text = re.sub(r"[ ()\-./]", "", text)[:_MAX_NUMBER]
    if text.upper() in ("P", "PRIVATE", "WITHHELD", "ANONYMOUS"):
        return Caller(withheld=True)
    if _NUMBER.fullmatch(text):
        return Caller(number=text)
    return Caller()


def _name(text: str) -> Caller:
    name = "".join(letter for letter in text if letter.isprintable()).strip()[:_MAX_NAME].rstrip()
    if name.upper() == "P":
        return Caller(withheld=True)
    return Caller(name=name) if name and name.upper() != "O" else Caller()


def _bytes(text: str) -> bytes:
    """Hexadecimal letters as bytes; nothing when they are not."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
