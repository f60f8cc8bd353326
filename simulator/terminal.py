"""One pseudo-terminal with a stable name: the port a modem shows to the box."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import selectors
import struct
import termios
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

from simulator.loop import Loop, Timer

READ_SIZE = 65536
QUEUE_LIMIT = 65536  # bytes waiting for a box that does not read; more is lost, as on a real port


class Terminal:
    """A pseudo-terminal that can be unplugged and plugged in again under the same symbolic link.

    Our own slave handle stays open as long as it is plugged in: otherwise the master reads EIO
    whenever no program has the port open. Baud rate and line discipline mean nothing here.
    """

    def __init__(self, loop: Loop, link: Path, on_data: Callable[[bytes], None]) -> None:
        self.link = link
        self.split_reads = False  # hand over what we write in small pieces, a few milliseconds apart
        self.dropped = 0  # bytes lost because the box did not read
        self._loop = loop
        self._on_data = on_data
        self._master = -1
        self._slave = -1
        self._reading = True
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._piece_timer: Timer | None = None

    @property
    def plugged(self) -> bool:
        return self._master >= 0

    def plug(self) -> None:
        """Make the device and its link. The link appears last, complete."""
        if self.plugged:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        new = self.link.with_name(f".{self.link.name}.new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self.link)
        self._watch()

    def unplug(self) -> None:
        """Take the device away: the link goes, and a program that has it open reads an error."""
        if not self.plugged:
            return
        self.link.unlink(missing_ok=True)
        self._forget_output()
        self._loop.watch(self._master, 0, self._ready)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1

    @property
    def queued(self) -> int:
        """Bytes we have written and the box has not taken."""
        return self._queued

    def pause(self, paused: bool) -> None:
        """Stop (or go on) taking what the box writes; the kernel's buffer then holds the box back."""
        self._reading = not paused
        self._watch()

    def read(self, size: int) -> bytes:
        """Take up to `size` bytes now, while reading is paused."""
        with contextlib.suppress(OSError):
            if self.plugged:
                return os.read(self._master, size)
        return b""

    def waiting(self) -> int:
        """Bytes the box has written and nobody has taken."""
        if not self.plugged:
            return 0
        answer = fcntl.ioctl(self._master, termios.FIONREAD, b"\0\0\0\0")
        return int(struct.unpack("i", answer)[0])

    def write(self, data: bytes) -> None:
        """Send `data` to the box, after all that is already on its way."""
        if not self.plugged or not data:
            return
        if self._queued + len(data) > QUEUE_LIMIT:
            self.dropped += len(data)
            return
        self._queue.extend(_pieces(data) if self.split_reads else (data,))
        self._queued += len(data)
        if self._piece_timer is None:
            self._flush()

    def write_now(self, data: bytes) -> int:
        """Send audio at once or not at all: what does not fit is lost. Returns the bytes taken."""
        taken = 0
        if self.plugged and not self._queue:
            with contextlib.suppress(BlockingIOError):
                taken = os.write(self._master, data)
        self.dropped += len(data) - taken
        return taken

    def drop_output(self) -> None:
        """Forget what the box has not yet taken over from us."""
        self._forget_output()
        self._watch()

    def _forget_output(self) -> None:
        self._queue.clear()
        self._queued = 0
        if self._piece_timer is not None:
            self._piece_timer.cancel()
            self._piece_timer = None

    def _flush(self) -> None:
        self._piece_timer = None
        while self._queue and self.plugged:
            piece = self._queue[0]
            try:
                taken = os.write(self._master, piece)
            except BlockingIOError:
                break
            self._queued -= taken
            if taken < len(piece):
                self._queue[0] = piece[taken:]
                break
            self._queue.popleft()
            if self.split_reads and self._queue:
                self._piece_timer = self._loop.later(random.uniform(0.001, 0.006), self._flush)
                return
        self._watch()

    def _watch(self) -> None:
        if not self.plugged:
            return
        events = selectors.EVENT_READ if self._reading else 0
        if self._queue and self._piece_timer is None:
            events |= selectors.EVENT_WRITE
        self._loop.watch(self._master, events, self._ready)

    def _ready(self, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._flush()
        if mask & selectors.EVENT_READ and self._reading:
            data = self.read(READ_SIZE)
            if data:
                self._on_data(data)


def _pieces(data: bytes) -> list[bytes]:
    pieces = []
    while data:
        size = random.randint(1, 5)
        pieces.append(data[:size])
        data = data[size:]
    return pieces
