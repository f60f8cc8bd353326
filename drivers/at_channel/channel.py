"""AtChannel: one thread that reads and writes one serial port, and matches what comes in to what went out."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import termios
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

import serial

from appliance.contract.errors import ContractError, LineTimeoutError, LineTransientError
from drivers.at_channel.black_box import BlackBox
from drivers.at_channel.lines import LineReader
from drivers.at_channel.reply import Command, Done, RawSink, Reply, checked

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_QUEUE_LIMIT = 64
_READ = 4096
_WRITE = 512  # one piece to the port; more would make an urgent byte wait behind it
_SETTLE = 0.25  # quiet seconds after a time-out, in which a late reply may still come
_BURST = 5.0  # garbage closer together than this is one burst: one line in the log
_GARBAGE_STEP = 1024  # a few stray bytes are a modem's habit; this much is a fault
_PORT_ERRORS = (serial.SerialException, OSError, termios.error)


class AtChannel:
    """The only owner of a serial port that speaks AT.

    `on_line` gets every unsolicited line, `on_dle` every V.253 event code, `on_lost` (once) the error that
    ended the channel by itself, `on_garbage` each further kilobyte of bytes that are no text. They and
    every `done` run on the channel's own thread and must return at once (only the `done` of a command that
    a closed or full channel refuses runs on the caller's, in `command`). `is_urc` says which lines are
    unsolicited even while a command could claim them (own answers come first).
    """

    def __init__(
        self,
        name: str,
        port: str,
        *,
        on_line: Callable[[str], None],
        on_lost: Callable[[LineTransientError], None],
        is_urc: Callable[[str], bool] = lambda line: False,
        on_dle: Callable[[int], None] | None = None,
        on_garbage: Callable[[int], None] | None = None,
        baud: int = 115200,
        rtscts: bool = False,
        black_box: BlackBox | None = None,
    ) -> None:
        self.name = name
        self.port = port
        self._on_line, self._on_lost, self._is_urc, self._on_dle = on_line, on_lost, is_urc, on_dle
        self._on_garbage = on_garbage
        self._baud, self._rtscts = baud, rtscts
        self._box = black_box or BlackBox()
        self._lines = LineReader(dle=on_dle is not None)
        self._lock = threading.Lock()
        self._queue: deque[Command] = deque()
        self._out = bytearray()
        self._serial: serial.Serial | None = None
        self._thread: threading.Thread | None = None
        self._wake: tuple[int, int] | None = None
        self._stopping = False
        self._leaving = False
        self._pending: Command | None = None
        self._raw: RawSink | None = None
        self._after_raw: Command | None = None
        self._stale = False  # a command timed out: its late reply may still come
        self._quiet_until = 0.0
        self._garbage_logged = -_BURST
        self._garbage_told = 0

    # ---------------------------------------------------------------- life

    def open(self) -> None:
        """Take the port. Raises LineTransientError with nothing left open."""
        if self._thread is not None:
            raise ContractError("This port was opened before; make a new channel.")
        try:
            port = serial.Serial(
                self.port, self._baud, timeout=0, write_timeout=0, exclusive=True, rtscts=self._rtscts
            )
        except (*_PORT_ERRORS, ValueError) as problem:
            raise LineTransientError(f"{self.name}: {self.port} cannot be opened ({problem}).") from problem
        self._serial, self._wake = port, os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"at-{self.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the port back and end the thread; what was still queued ends with an error. Harmless twice."""
        self._stopping = True
        self._rouse()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    @property
    def is_open(self) -> bool:
        return self._thread is not None and self._thread.is_alive() and not self._stopping

    @property
    def garbage(self) -> int:
        """How many bytes came in that were no text."""
        return self._lines.garbage

    def black_box(self) -> list[str]:
        """The newest 4 KB of the dialogue, oldest line first, secrets masked."""
        return self._box.lines()

    # ---------------------------------------------------------------- what the owner asks

    def command(
        self,
        text: str,
        timeout: float = 5.0,
        done: Done | None = None,
        *,
        finals: Iterable[str] = (),
        prompt: bytes | None = None,
        raw: RawSink | None = None,
        after_raw: Done | None = None,
        urgent: bool = False,
    ) -> None:
        """Queue a command and return at once; `done` gets its one Reply, whatever happens.

        `finals` are words besides OK and errors that end it (BUSY, VCON, …). `prompt` is written when the
        modem prompts with `>`. With `raw`, the answer CONNECT hands the byte stream to it; when it returns
        the bytes after the stream's end, one more final result is awaited for `after_raw`. `urgent` goes
        first.
        """
        words = frozenset(finals)
        item = Command(checked(text), timeout, done, words, prompt, raw, after_raw)
        with self._lock:
            accepted = self.is_open and len(self._queue) < _QUEUE_LIMIT
            if accepted and urgent:
                self._queue.appendleft(item)
            elif accepted:
                self._queue.append(item)
        if accepted:
            self._rouse()
        else:
            self._finish(item, item.failed(LineTransientError(f"{self.name}: the modem's port is not open.")))

    def ask(self, text: str, timeout: float = 5.0, **options: Iterable[str]) -> Reply:
        """`command`, waiting for its Reply. For the driver's own worker thread only."""
        if threading.current_thread() is self._thread:
            raise ContractError("A channel cannot wait for itself: use command() in its callbacks.")
        box: list[Reply] = []
        came = threading.Event()

        def done(reply: Reply) -> None:
            box.append(reply)
            came.set()

        self.command(text, timeout, done, finals=options.get("finals", ()))
        came.wait()
        return box[0]

    def write_raw(self, data: bytes) -> int:
        """Put bytes on the wire as they are, now: a raw stream, or the key that aborts a pending command.

        Returns how many bytes now wait for the port, so that a pump can see a stalled modem.
        """
        with self._lock:
            if self.is_open:
                self._out += data
            waiting = len(self._out)
        self._rouse()
        return waiting

    def drop_raw(self) -> None:
        """Forget the bytes of `write_raw` that have not left yet."""
        with self._lock:
            self._out.clear()

    def leave_raw(self) -> None:
        """End the raw stream from outside; a final result is then awaited as at its own end."""
        self._leaving = True
        self._rouse()

    def set_dtr(self, on: bool) -> None:
        """Raise or drop DTR; ports without control lines (a PTY) ignore it."""
        port = self._serial
        try:
            if port is not None and port.is_open:
                port.dtr = on
        except _PORT_ERRORS as problem:
            _log.debug("%s: DTR cannot be set: %s", self.name, problem)

    # ---------------------------------------------------------------- the thread

    def _rouse(self) -> None:
        with self._lock:
            if self._wake is not None:
                os.write(self._wake[1], b"!")

    def _run(self) -> None:
        error: LineTransientError | None = None
        try:
            self._loop()
        except _PORT_ERRORS as problem:
            error = LineTransientError(f"{self.name}: the port is gone ({problem}).")
        except Exception as problem:  # noqa: BLE001 - a thread's top: the line's supervisor must learn of it
            _log.exception("%s: the AT channel failed", self.name)
            error = LineTransientError(f"{self.name}: the AT channel failed ({problem!r}).")
        self._shut(error)

    def _loop(self) -> None:
        port, wake = self._serial, self._wake
        assert port is not None and wake is not None  # noqa: S101 - open() set both before the thread began
        while not self._stopping:
            self._send_next()
            fd = port.fileno()
            wanting = [fd] if self._out else []
            readable, writable, _ = select.select([fd, wake[0]], wanting, [], self._patience())
            if wake[0] in readable:
                os.read(wake[0], 4096)
            if self._leaving:
                self._leave()
            if fd in readable:
                self._take(port.read(_READ))
            if writable:
                with self._lock:
                    del self._out[: port.write(bytes(self._out[:_WRITE])) or 0]
            self._expire()

    def _patience(self) -> float | None:
        """Seconds until the thread has something to do by itself; None: nothing, sleep until a byte comes."""
        now = time.monotonic()
        if self._pending is not None:
            return max(0.0, self._pending.deadline - now)
        return max(0.0, self._quiet_until - now) if self._queue and self._raw is None else None

    def _shut(self, error: LineTransientError | None) -> None:
        self._stopping = True
        port, self._serial = self._serial, None
        with self._lock:
            left = [self._pending, self._after_raw, *self._queue]
            self._queue.clear()
            self._out.clear()
            wake, self._wake = self._wake, None
        for fd in wake or ():
            os.close(fd)
        try:
            if port is not None:
                with contextlib.closing(port):
                    port.reset_output_buffer()  # else the kernel waits 30 s for a dead modem to take it
        except _PORT_ERRORS as problem:
            _log.debug("%s: closing: %s", self.name, problem)
        over = error or LineTransientError(f"{self.name}: the port was closed.")
        for item in filter(None, left):
            self._finish(item, item.failed(over))
        if error is not None:
            self._box.note("!", str(error))
            self._guarded(self._on_lost, error)

    # ---------------------------------------------------------------- out

    def _send_next(self) -> None:
        if self._pending is not None or self._raw is not None or time.monotonic() < self._quiet_until:
            return
        with self._lock:
            if not self._queue:
                return
            item = self._queue.popleft()
            self._out += item.text.encode("ascii") + b"\r"
        self._box.note(">", item.text)
        item.deadline = time.monotonic() + item.timeout
        self._pending = item

    def _expire(self) -> None:
        item, now = self._pending, time.monotonic()
        if item is None or now < item.deadline:
            return
        self._pending, self._stale, self._quiet_until = None, True, now + _SETTLE
        self._box.note("!", f"no answer in {item.timeout:g} s")
        if item.prompt is not None:
            self._out += b"\x1b"  # a modem that still prompts would take the next command for text
        text = f"{self.name}: no answer to {item.text.partition('=')[0][:16]} in {item.timeout:g} s."
        self._finish(item, item.failed(LineTimeoutError(text)))

    def _finish(self, item: Command, reply: Reply) -> None:
        if item.done is not None:
            self._guarded(item.done, reply)

    def _guarded(self, callback: Callable[[_T], None], value: _T) -> None:
        try:
            callback(value)
        except Exception:  # noqa: BLE001 - the guard: an owner's mistake must not take the port down
            _log.exception("%s: a callback of the AT channel failed", self.name)

    # ---------------------------------------------------------------- in

    def _take(self, data: bytes) -> None:
        if self._raw is not None:
            self._feed_raw(data)
            return
        garbage = self._lines.garbage
        self._lines.feed(data)
        self._drain()
        if self._lines.garbage != garbage:
            self._note_garbage()

    def _drain(self) -> None:
        while self._raw is None:
            item = self._lines.take()
            if item is None:
                self._answer_prompt()
                return
            if isinstance(item, int):
                self._box.note("<", f"<DLE>{chr(item)!a}")
                if self._on_dle is not None:
                    self._guarded(self._on_dle, item)
            else:
                self._line(item)
        if rest := self._lines.rest().removeprefix(b"\n"):
            self._feed_raw(rest)

    def _line(self, line: str) -> None:
        item = self._pending
        line = line.removeprefix("> ") if item is not None and item.prompt is not None else line
        if item is not None and line == item.text:
            return  # echo
        self._box.note("<", line)
        if item is None:
            self._unasked(line)
        elif item.raw is not None and line.startswith("CONNECT"):
            self._enter_raw(item, line)
        elif item.is_final(line):
            self._final(item, line)
        elif item.owns(line) and not (item.sets and self._is_urc(line)):
            item.lines.append(line)
        elif self._is_urc(line) or not item.takes(line):
            self._guarded(self._on_line, line)
        else:
            item.lines.append(line)

    def _final(self, item: Command, line: str) -> None:
        if self._stale and line == "OK" and item.text.endswith("?") and not item.lines:
            self._stale = False  # the late reply of the command that timed out: this one's is still to come
            return
        self._stale, self._pending = False, None
        self._finish(item, item.ended(line))

    def _unasked(self, line: str) -> None:
        if self._stale and line in ("OK", "ERROR"):
            self._stale = False
        else:
            self._guarded(self._on_line, line)

    def _answer_prompt(self) -> None:
        item = self._pending
        if item is not None and item.prompt is not None and self._lines.prompt():
            self._box.note("<", ">")
            with self._lock:
                self._out += item.prompt
            self._rouse()

    def _note_garbage(self) -> None:
        now = time.monotonic()
        if now - self._garbage_logged >= _BURST:
            self._box.note("!", "bytes that are no text")
            _log.warning("%s: bytes that are no text from %s, ignored", self.name, self.port)
        self._garbage_logged = now
        fresh = self._lines.garbage - self._garbage_told
        if fresh >= _GARBAGE_STEP and self._on_garbage is not None:
            self._garbage_told = self._lines.garbage
            self._guarded(self._on_garbage, fresh)

    # ---------------------------------------------------------------- raw streams

    def _enter_raw(self, item: Command, line: str) -> None:
        self._pending, self._raw, self._leaving = None, item.raw, False
        self._after_raw = Command("end of stream", item.timeout, item.after_raw, item.finals | {"NO CARRIER"})
        self._finish(item, Reply(item.text, line, tuple(item.lines)))

    def _feed_raw(self, data: bytes) -> None:
        assert self._raw is not None  # noqa: S101 - both callers looked
        if (rest := self._raw(data)) is not None:
            self._end_raw(rest)

    def _leave(self) -> None:
        self._leaving = False
        if self._raw is not None:
            self._end_raw(b"")

    def _end_raw(self, rest: bytes) -> None:
        item, self._raw, self._after_raw = self._after_raw, None, None
        if item is not None:
            item.deadline = time.monotonic() + item.timeout
        self._pending = item
        self._lines.feed(rest)
        self._drain()
