"""A call's sound over a serial port: raw 8 kHz s16 both ways, at the modem's own pace."""

from __future__ import annotations

import logging
import math
import os
import select
import termios
import threading
import time
from collections.abc import Callable
from typing import Protocol

import serial

from appliance.contract.audio import SAMPLE_RATE, AudioPort
from appliance.contract.errors import LineTransientError

_log = logging.getLogger(__name__)
LEAD = 320  # samples (40 ms): what the modem may hold unplayed, and no more
_STEP = 80  # write no less than 10 ms at once
_QUIET = 0.010  # wake ourselves between the lumps
_SILENT = 0.2  # nothing can be due sooner while the modem says nothing
_LUMPS = 5  # so many lumps in a row are a habit
_ERRORS = (serial.SerialException, OSError, termios.error)


class LineAudio(Protocol):
    """One call's sound device with a thread of its own."""

    def open(self) -> None:
        """Begin; LineTransientError with nothing left open when the device is not there."""

    def close(self) -> None:
        """End; returns when the thread and the device are gone. Harmless twice."""


class Pace:
    """How far we are ahead of the modem. Its clock is what it sends: one sample recorded is one played.

    A modem that sends in lumps longer than the lead would run dry between them: there, time tells too.
    """

    def __init__(self) -> None:
        self.ahead = 0.0
        self._at: float | None = None
        self._assumed = 0.0
        self._lumps = 0
        self._lump = 0

    @property
    def lumpy(self) -> bool:
        """Whether the modem sends in lumps by habit; one lump alone is only a delay."""
        return self._lumps >= _LUMPS

    def heard(self, samples: int, now: float) -> None:
        """The modem sent this many samples: it has played as many."""
        self._pass(now)
        self.ahead = min(float(LEAD), max(0.0, self.ahead + self._assumed - samples))
        self._assumed = 0.0
        self._lumps = min(_LUMPS, self._lumps + 1) if samples > LEAD else 0
        self._lump = samples

    def wanted(self, now: float) -> int:
        """How many samples to send now; none before the modem's first sound."""
        if self._at is None:
            return 0
        self._pass(now)
        room = (
            LEAD - math.ceil(self.ahead) - (_STEP if self.lumpy else 0)
        )  # time tells less well than samples
        return room if room >= _STEP and self._assumed <= self._lump else 0

    def sent(self, samples: int) -> None:
        self.ahead += samples

    def _pass(self, now: float) -> None:
        passed = (now - self._at) * SAMPLE_RATE if self._at is not None else 0.0
        self._at = now
        if self.lumpy:
            self._assumed += passed
            self.ahead = max(0.0, self.ahead - passed)


class SerialAudio:
    """PCM on the modem's second serial port."""

    def __init__(self, name: str, device: str, port: AudioPort, on_lost: Callable[[str], None]) -> None:
        self._name, self._device, self._port, self._on_lost = name, device, port, on_lost
        self._serial: serial.Serial | None = None
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._pace = Pace()
        self._odd = b""
        self.dropped = 0  # samples the modem's port did not take

    def open(self) -> None:
        try:
            self._serial = serial.Serial(self._device, 921600, timeout=0, write_timeout=0, exclusive=True)
        except (*_ERRORS, ValueError) as problem:
            text = f"{self._name}: the sound port {self._device} cannot be opened ({problem})."
            raise LineTransientError(text) from problem
        self._wake = os.pipe()
        self._port.open()
        self._thread = threading.Thread(target=self._run, name=f"pcm-{self._name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None or self._wake is None or self._serial is None:
            return
        os.write(self._wake[1], b"!")
        thread.join()
        for fd in self._wake:
            os.close(fd)
        try:
            self._serial.close()
        except _ERRORS as problem:
            _log.debug("%s: closing the sound port: %s", self._name, problem)
        self._port.close()

    def _run(self) -> None:
        try:
            self._loop()
        except _ERRORS as problem:
            self._on_lost(f"The sound port is gone ({problem}).")
        except Exception as problem:  # noqa: BLE001 - a thread's top: the call must not stay mute in silence
            _log.exception("%s: the sound of the line failed", self._name)
            self._on_lost(f"The sound of the line failed ({problem!r}).")

    def _loop(self) -> None:
        port, wake = self._serial, self._wake
        assert port is not None and wake is not None  # noqa: S101 - open() set both before the thread began
        fd = port.fileno()
        patience = _SILENT
        while True:
            readable, _, _ = select.select([fd, wake[0]], [], [], patience)
            if wake[0] in readable:
                return
            if fd in readable:
                self._hear(port.read(4096))
            self._speak(port)
            patience = _QUIET if self._pace.lumpy else _SILENT

    def _hear(self, data: bytes) -> None:
        data = self._odd + data
        whole = len(data) & ~1
        self._odd = data[whole:]
        if whole:
            self._port.from_line(data[:whole])
            self._pace.heard(whole // 2, time.monotonic())

    def _speak(self, port: serial.Serial) -> None:
        """Fill the modem up to the lead."""
        count = self._pace.wanted(time.monotonic())
        if count:
            pcm = self._port.to_line(count)
            self._pace.sent(count)
            self._write(port, pcm)

    def _write(self, port: serial.Serial, pcm: bytes) -> None:
        _, writable, _ = select.select([], [port.fileno()], [], 0)
        taken = (port.write(pcm) or 0) if writable else 0
        if taken & 1:  # half a sample left: the other half must follow, or all that comes is noise
            port.write(pcm[taken : taken + 1])
            taken += 1
        self.dropped += (len(pcm) - taken) // 2
