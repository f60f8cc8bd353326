"""The last 4 KB of a dialogue, for the fault page; digits of PINs, numbers and keys are masked at once."""

from __future__ import annotations

import re
import threading
from collections import deque
from datetime import UTC, datetime

BLACK_BOX_BYTES = 4096
_SECRET = re.compile(
    r"ATD|AT(?:\+CPIN2?|\+CLCK|\+CPWD|\+VTS|\^DTMF)=|(?:\+RXDTMF|\+DTMF|\+QTONEDET|\^D?DTMF):", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{5,}")
_HEX = re.compile(r"[0-9A-Fa-f]{24,}")


def masked(line: str) -> str:
    """The line with every digit of a secret, and all but the last two of a long number, as `*`."""
    line = _HEX.sub(lambda found: f"<{len(found[0])} hex>", line)
    if found := _SECRET.match(line):
        return line[: found.end()] + re.sub(r"[0-9#]", "*", line[found.end() :])
    return _NUMBER.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], line)


class BlackBox:
    """Keeps the newest lines of a dialogue, `BLACK_BOX_BYTES` at most. Any thread."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._size = 0
        self._lock = threading.Lock()

    def note(self, direction: str, text: str) -> None:
        stamp = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
        line = f"{stamp} {direction} {masked(text)[:256]}"
        with self._lock:
            self._lines.append(line)
            self._size += len(line.encode()) + 1
            while self._size > BLACK_BOX_BYTES:
                self._size -= len(self._lines.popleft().encode()) + 1

    def lines(self) -> list[str]:
        with self._lock:
            return list(self._lines)
