"""A call's sound over an ALSA card: USB audio class of the modem, or a codec wired to it. 10 ms periods."""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable

import alsaaudio

from appliance.contract.audio import SAMPLE_RATE, AudioPort
from appliance.contract.errors import LineTransientError

_log = logging.getLogger(__name__)
PERIOD = 80  # frames: 10 ms
_PERIODS = 4  # the card's buffer: 40 ms, so nothing can lie further ahead
_PREFILL = 2 * PERIOD
_PATIENCE = 3000  # ms without a period: the card stands still
_DRY = 300  # periods in a row that found playback dry: 3 s


class AlsaAudio:
    """Capture and playback on one card; the capture's periods are the clock."""

    def __init__(self, name: str, device: str, port: AudioPort, on_lost: Callable[[str], None]) -> None:
        self._name, self._device, self._port, self._on_lost = name, device, port, on_lost
        self._pcms: list[alsaaudio.PCM] = []
        self._wake: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._dry = 0

    def open(self) -> None:
        try:
            for kind in (alsaaudio.PCM_CAPTURE, alsaaudio.PCM_PLAYBACK):
                self._pcms.append(self._pcm(kind))
        except alsaaudio.ALSAAudioError as problem:
            self._close_pcms()
            text = f"{self._name}: the sound card {self._device} cannot be opened ({problem})."
            raise LineTransientError(text) from problem
        self._wake = os.pipe()
        self._port.open()
        self._thread = threading.Thread(target=self._run, name=f"pcm-{self._name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None or self._wake is None:
            return
        os.write(self._wake[1], b"!")
        thread.join()
        for fd in self._wake:
            os.close(fd)
        self._close_pcms()
        self._port.close()

    def _pcm(self, kind: int) -> alsaaudio.PCM:
        return alsaaudio.PCM(
            type=kind,
            mode=alsaaudio.PCM_NONBLOCK,
            device=self._device,
            rate=SAMPLE_RATE,
            channels=1,
            format=alsaaudio.PCM_FORMAT_S16_LE,
            periodsize=PERIOD,
            periods=_PERIODS,
        )

    def _close_pcms(self) -> None:
        for pcm in self._pcms:
            pcm.close()
        self._pcms.clear()

    def _run(self) -> None:
        try:
            self._loop(*self._pcms)
        except (alsaaudio.ALSAAudioError, OSError) as problem:
            self._on_lost(f"The sound card is gone ({problem}).")
        except Exception as problem:  # noqa: BLE001 - a thread's top: the call must not stay mute in silence
            _log.exception("%s: the sound of the line failed", self._name)
            self._on_lost(f"The sound of the line failed ({problem!r}).")

    def _loop(self, capture: alsaaudio.PCM, playback: alsaaudio.PCM) -> None:
        assert self._wake is not None  # noqa: S101 - open() set it before the thread began
        poll = select.poll()
        poll.register(self._wake[0], select.POLLIN)
        for fd, events in capture.polldescriptors():
            poll.register(fd, events)
        capture.read()  # the first read starts the card
        playback.write(self._port.to_line(_PREFILL))
        while True:
            ready = poll.poll(_PATIENCE)
            if any(fd == self._wake[0] for fd, _ in ready):
                return
            if not ready:
                raise OSError("it stands still")
            self._period(capture, playback)

    def _period(self, capture: alsaaudio.PCM, playback: alsaaudio.PCM) -> None:
        length, data = self._read(capture)
        if length <= 0:  # an overrun; the next read goes on
            return
        self._port.from_line(data)
        # pyalsaaudio starts a card that ran dry by itself; without a prefill it would be dry again at once.
        dry = playback.state() == alsaaudio.PCM_STATE_XRUN
        if not self._write(playback, self._port.to_line(length + _PREFILL if dry else length)):
            self._write(playback, self._port.to_line(_PREFILL))

    def _read(self, capture: alsaaudio.PCM) -> tuple[int, bytes]:
        try:
            length, data = capture.read()
        except alsaaudio.ALSAAudioError:
            if capture.state() != alsaaudio.PCM_STATE_XRUN:
                raise
            return 0, b""
        return int(length), bytes(data)

    def _write(self, playback: alsaaudio.PCM, data: bytes) -> bool:
        """Whether the card took it. A dry card is started again by pyalsaaudio, or it raises."""
        try:
            taken = playback.write(data)
        except alsaaudio.ALSAAudioError:
            if playback.state() != alsaaudio.PCM_STATE_XRUN:
                raise
            taken = -1
        self._dry = 0 if taken >= 0 else self._dry + 1
        if self._dry > _DRY:
            raise OSError("it takes no sound")
        return bool(taken >= 0)
