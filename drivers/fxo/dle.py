"""<DLE> shielding of the voice stream, both ways (ITU-T V.253 and TIA IS-101, "DLE shielded codes").

In the voice data state every byte is a sample, except that <DLE> opens a code: <DLE><DLE> is one sample of
value 10h, <DLE><SUB> two of them, <DLE><ETX> the end of the stream, <DLE>X … <DLE>. a report in text (caller
id of a waiting call), and any other <DLE><code> an event or a command. Both directions are total: any bytes,
cut anywhere, decode to pieces, and what was said never depends on where the cuts were.
"""

from __future__ import annotations

from dataclasses import dataclass

DLE = 0x10
_DLE = b"\x10"
ETX = 0x03
SUB = 0x1A
CAN = 0x18
PACKET_OPEN = ord("X")
PACKET_CLOSE = ord(".")

#: Box to modem: end of what we send; drop what was not played yet; leave the voice state at once.
END_TRANSMIT = bytes((DLE, ETX))
CLEAR_TRANSMIT = bytes((DLE, CAN))
ABORT_DUPLEX = bytes((DLE, ord("^")))
ABORT_RECEIVE = bytes((DLE, ord("!")))

#: A report longer than this is none: IS-101's longest (a full MDMF message in hexadecimal) has 518 letters.
MAX_PACKET = 600


@dataclass(frozen=True, slots=True)
class Code:
    """<DLE><code> that is neither data nor the end: an event of the line."""

    code: int


@dataclass(frozen=True, slots=True)
class Packet:
    """A complex event report: the text between <DLE>X and <DLE>. as it came."""

    text: bytes


@dataclass(frozen=True, slots=True)
class End:
    """<DLE><ETX>: the voice stream is over; what follows is command dialogue again."""


Piece = bytes | Code | Packet | End


def shield(samples: bytes) -> bytes:
    """Samples as they go into the stream: every 10h doubled. At worst twice as long."""
    return samples.replace(_DLE, b"\x10\x10")


class Unshielder:
    """Takes the modem's bytes in any cuts and gives the pieces in order.

    After `End` nothing is decoded any more; the bytes behind it are kept in `rest`.
    """

    def __init__(self) -> None:
        self._pending = False  # a <DLE> was the last byte
        self._packet: bytearray | None = None
        self.ended = False
        self.rest = b""

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces these bytes complete. Neighbouring samples come as one piece."""
        pieces: list[Piece] = []
        samples = bytearray()
        position = 0
        if self._pending and data:
            self._pending = False
            position = 1
            self._code(data[0], samples, pieces)
        while not self.ended and position < len(data):
            mark = data.find(_DLE, position)
            stop = len(data) if mark < 0 else mark
            self._plain(data[position:stop], samples)
            position = stop + 2
            if stop + 1 < len(data):
                self._code(data[stop + 1], samples, pieces)
            elif mark >= 0:
                self._pending = True
        if samples:
            pieces.append(bytes(samples))
        if self.ended:
            self.rest += data[position:]
        return pieces

    def _plain(self, data: bytes, samples: bytearray) -> None:
        if self._packet is None:
            samples += data
            return
        self._packet += data
        if len(self._packet) > MAX_PACKET:  # its end was lost: what comes now is voice again
            self._packet = None

    def _code(self, code: int, samples: bytearray, pieces: list[Piece]) -> None:
        if code == DLE:
            self._plain(_DLE, samples)
        elif code == SUB:
            self._plain(b"\x10\x10", samples)
        else:
            if samples:
                pieces.append(bytes(samples))
                samples.clear()
            self._event(code, pieces)

    def _event(self, code: int, pieces: list[Piece]) -> None:
        if code == ETX:
            self.ended = True
            pieces.append(End())
        elif code == PACKET_OPEN:
            self._packet = bytearray()
        elif code == PACKET_CLOSE:
            if self._packet is not None:
                pieces.append(Packet(bytes(self._packet)))
                self._packet = None
        else:
            pieces.append(Code(code))


class DigitReports:
    """DTMF digits out of the modem's codes, one a press.

    Modems that shield (<DLE>/ … <DLE>~) repeat the digit every 70 ms while the key is down; those that do not
    send it once a press. IS-101 lets the far end's own speech open and close a shield without a digit.
    """

    KEYS = frozenset(b"0123456789*#ABCD")
    OPEN = ord("/")
    CLOSE = frozenset((0x7E, 0x7F))  # "~"; one vendor's table prints 7Fh
    ALL = KEYS | CLOSE | {OPEN}

    def __init__(self) -> None:
        self._shielded = False
        self._last: int | None = None

    def code(self, code: int) -> str | None:
        """The digit this code reports for the first time, or None."""
        if code == self.OPEN:
            self._shielded, self._last = True, None
        elif code in self.CLOSE:
            self._shielded, self._last = False, None
        elif code in self.KEYS:
            if self._shielded and code == self._last:
                return None
            self._last = code
            return chr(code)
        return None
