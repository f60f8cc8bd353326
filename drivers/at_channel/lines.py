"""Bytes to lines: total, bounded, the same lines however the bytes were cut into reads."""

from __future__ import annotations

import re

LINE_LIMIT = 2048  # the longest honest line is an SMS PDU: 2 * (12 + 164) letters
_DLE = 0x10
_CONTROL = re.compile(rb"[\x01-\x08\x0b-\x1f\x7f]")
_END = re.compile(rb"[\r\n]")
_END_OR_DLE = re.compile(rb"[\r\n]|\x10[\x00-\xff]")


class LineReader:
    """Cuts a modem's bytes at CR or LF. What is no text is counted in `garbage` and dropped.

    With `dle`, the two-byte events of V.253 (DLE and a code) are taken out wherever they stand.
    """

    def __init__(self, dle: bool = False) -> None:
        self.garbage = 0
        self._mark = _END_OR_DLE if dle else _END
        self._buffer = bytearray()
        self._scanned = 0
        self._overlong = False

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def take(self) -> str | int | None:
        """The next whole line, the code of a DLE event, or None when the rest is still incomplete."""
        while (found := self._mark.search(self._buffer, self._scanned)) is not None:
            at = found.start()
            if self._buffer[at] == _DLE:
                code = self._buffer[at + 1]
                del self._buffer[at : at + 2]
                self._scanned = at
                return code
            raw = bytes(self._buffer[:at])
            del self._buffer[: at + 1]
            self._scanned = 0
            if line := self._text(raw):
                return line
        self._bound()
        return None

    def prompt(self) -> bool:
        """Whether all that is waiting is a prompt (`>`); takes it away."""
        if bytes(self._buffer).strip() != b">":
            return False
        self._clear()
        return True

    def rest(self) -> bytes:
        """Take the bytes after the last line: the beginning of a raw stream."""
        rest = bytes(self._buffer)
        self._clear()
        return rest

    def _clear(self) -> None:
        self._buffer.clear()
        self._scanned = 0

    def _bound(self) -> None:
        if len(self._buffer) > LINE_LIMIT:
            self.garbage += len(self._buffer)
            self._overlong = True
            self._clear()
        self._scanned = max(0, len(self._buffer) - 1)  # a DLE may wait for its second byte

    def _text(self, raw: bytes) -> str:
        overlong, self._overlong = self._overlong, False
        raw = raw.strip(b"\0 \t")  # NULs: noise of a port that is just powered
        if overlong or len(raw) > LINE_LIMIT or _CONTROL.search(raw):
            self.garbage += len(raw)
            return ""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        if text.isprintable():
            return text
        self.garbage += len(raw)
        return ""
