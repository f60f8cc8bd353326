"""DLE shielding of ITU-T V.253: how samples and events share one byte stream."""

from __future__ import annotations

from dataclasses import dataclass

DLE = 0x10
ETX = 0x03
SUB = 0x1A  # stands for two DLE bytes of data
CAN = 0x18  # forget what has not been played
_SHIELD = bytes([DLE])


def shield(data: bytes) -> bytes:
    """Data as it goes on the wire: each DLE doubled."""
    return data.replace(_SHIELD, _SHIELD * 2)


def event(code: str) -> bytes:
    """The event `code` (one character) as it goes on the wire."""
    return _SHIELD + code.encode("latin-1")


@dataclass(slots=True)
class Unshielder:
    """Takes the stream apart again, however it was cut.

    `feed` gives a list of data (bytes) and events (int, the byte after the DLE) in their order.
    """

    pending: bool = False  # the last byte was a DLE, its partner is still to come

    def feed(self, stream: bytes) -> list[bytes | int]:
        out: list[bytes | int] = []
        data = bytearray()
        for part in self._parts(stream):
            if isinstance(part, bytes):
                data += part
                continue
            if data:
                out.append(bytes(data))
                data.clear()
            out.append(part)
        if data:
            out.append(bytes(data))
        return out

    def _parts(self, stream: bytes) -> list[bytes | int]:
        parts: list[bytes | int] = []
        start = 0
        while start < len(stream):
            if self.pending:
                self.pending = False
                code = stream[start]
                parts.append(_SHIELD if code == DLE else _SHIELD * 2 if code == SUB else code)
                start += 1
                continue
            end = stream.find(_SHIELD, start)
            if end < 0:
                parts.append(stream[start:])
                break
            if end > start:
                parts.append(stream[start:end])
            self.pending = True
            start = end + 1
        return parts
