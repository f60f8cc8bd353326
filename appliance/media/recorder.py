"""Recordings: two mono WAV files a recording, the caller's and the agent's, of the same length to the
frame.

Both files also hear the bridge's own silence, so time goes on in them while a party is away, on hold or
paused. They are joined to the bridge just after a tick, so both begin with the same frame. When the disk
runs full, recordings end; calls do not notice.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pjsua2

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.contract.events import EventSink, RecordEnded
from appliance.contract.ids import PortId, RecordingId
from appliance.media import native
from appliance.media.pulse import TICK
from appliance.media.wavfile import file_of, repair, samples_of

if TYPE_CHECKING:
    from appliance.media.bridge import Bridge, Port
    from appliance.media.engine import Engine

_SIDES = ("left", "right")
_LOOK_SECONDS = 2.0  # between two looks at the free disk
_CLOSE_SECONDS, _CLOSE_LOOKS = 0.06, 20  # three ticks until no frame comes; then until the file is closed
_FULL = "The disk is nearly full: recording has stopped."


class _Recording:
    def __init__(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        self.id = recording
        self.ports = {"left": left, "right": right}
        self.recorders: dict[str, Any] = {}
        self.started = self.paused = False
        self.problem = ""


class Recordings:
    """All recordings in progress. On the engine's thread."""

    def __init__(self, engine: Engine, bridge: Bridge, post: EventSink) -> None:
        self._engine, self._bridge, self._post = engine, bridge, post
        self._folder = engine.config.recordings
        self._recordings: dict[RecordingId, _Recording] = {}
        self._closing: dict[RecordingId, _Recording] = {}
        self._looking = False

    def count(self) -> int:
        return len(self._recordings) + len(self._closing)

    def record(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        if recording in self._recordings or recording in self._closing:
            raise MediaError("This recording is already there.", recording)
        one = _Recording(recording, left, right)
        if self._disk_full():
            self._post(RecordEnded(recording, 0.0, _FULL))
            return
        try:
            for side in _SIDES:
                one.recorders[side] = pjsua2.AudioMediaRecorder()
                one.recorders[side].createRecorder(str(file_of(self._folder, recording, side)))
        except pjsua2.Error as error:
            self._post(RecordEnded(recording, 0.0, f"The recording could not be started: {error.reason}"))
            return
        self._recordings[recording] = one
        self._begin(one)
        self._watch_disk()

    def pause(self, recording: RecordingId, paused: bool) -> None:
        one = self._recordings.get(recording)
        if one is None or one.paused == paused:
            return
        one.paused = paused
        if one.started:
            self._join_parties(one) if not paused else self._part_parties(one)

    def stop(self, recording: RecordingId, problem: str = "") -> None:
        one = self._recordings.pop(recording, None)
        if one is None:
            return
        self._closing[recording] = one
        one.problem = problem
        self._part(one)

    def port_gone(self, port: Port) -> None:
        """The party left: silence goes on in its file, until both have left."""
        for one in list(self._recordings.values()):
            for side, wanted in one.ports.items():
                if wanted == port.id and one.started:
                    _stop(port.audio, one.recorders[side])
            if all(wanted == port.id or self._bridge.find(wanted) is None for wanted in one.ports.values()):
                self.stop(one.id)

    def port_back(self, port: Port) -> None:
        for one in self._recordings.values():
            for side, wanted in one.ports.items():
                if wanted == port.id and one.started and not one.paused:
                    _start(port.audio, one.recorders[side])

    def close(self) -> None:
        for recording in list(self._recordings):
            self.stop(recording)

    def _begin(self, one: _Recording) -> None:
        """Only in the quiet part of a tick's period: what is asked for then happens at the next tick,
        together.
        """
        if self._recordings.get(one.id) is not one:
            return
        if self._engine.pulse.since_tick() > TICK * 0.7:
            self._engine.after(TICK * 0.4, lambda: self._begin(one))
            return
        one.started = True
        silence = self._engine.silence()
        for side in _SIDES:
            _start(silence, one.recorders[side])
        if not one.paused:
            self._join_parties(one)

    def _part(self, one: _Recording) -> None:
        """As `_begin`, the other way round: both files end with the same frame."""
        if one.started and self._engine.pulse.since_tick() > TICK * 0.7:
            self._engine.after(TICK * 0.4, lambda: self._part(one))
            return
        silence = self._engine.silence()
        for side in _SIDES:
            _stop(silence, one.recorders[side])
        self._part_parties(one)
        self._engine.after(_CLOSE_SECONDS, lambda: self._shut(one))

    def _join_parties(self, one: _Recording) -> None:
        for side, wanted in one.ports.items():
            port = self._bridge.find(wanted)
            if port is not None:
                _start(port.audio, one.recorders[side])

    def _part_parties(self, one: _Recording) -> None:
        for side, wanted in one.ports.items():
            port = self._bridge.find(wanted)
            if port is not None:
                _stop(port.audio, one.recorders[side])

    def _shut(self, one: _Recording) -> None:
        """No frame comes any more: destroying the recorders closes the files, at the next tick."""
        for recorder in one.recorders.values():
            native.destroy(recorder)
        one.recorders.clear()
        self._engine.after(_CLOSE_SECONDS, lambda: self._tell(one, _CLOSE_LOOKS))

    def _tell(self, one: _Recording, looks: int) -> None:
        files = [file_of(self._folder, one.id, side) for side in _SIDES]
        lengths = [samples_of(file) for file in files]
        if None in lengths and looks > 0:
            self._engine.after(_CLOSE_SECONDS, lambda: self._tell(one, looks - 1))
            return
        if None in lengths:
            lengths = [repair(file) for file in files]
        del self._closing[one.id]
        seconds = max(length or 0 for length in lengths) / SAMPLE_RATE
        self._post(RecordEnded(one.id, round(seconds, 2), one.problem))

    def _disk_full(self) -> bool:
        try:
            disk = os.statvfs(self._folder)
        except OSError:
            return True
        return disk.f_bavail * disk.f_frsize < self._engine.config.disk_reserve_bytes

    def _watch_disk(self) -> None:
        if not self._looking:
            self._looking = True
            self._engine.after(_LOOK_SECONDS, self._look_at_disk)

    def _look_at_disk(self) -> None:
        self._looking = False
        if self._recordings and self._disk_full():
            for recording in list(self._recordings):
                self.stop(recording, _FULL)
        if self._recordings:
            self._watch_disk()


def _start(source: Any, recorder: Any) -> None:
    try:
        source.startTransmit(recorder)
    except pjsua2.Error as error:
        raise MediaError(f"PJSIP refused to record a port: {error.reason}") from None


def _stop(source: Any, recorder: Any) -> None:
    try:
        source.stopTransmit(recorder)
    except pjsua2.Error:
        return  # the port's call has ended, and took its connections along
