"""A recording of two parties: the caller left, the agent right."""

from __future__ import annotations

from appliance.contract.ids import PortId, RecordingId, new_id
from appliance.contract.journal import EntryKind
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg


class Recording:
    """Records while both parties have audio; a party that moves to another port starts a new file."""

    def __init__(self, call: Call, left: Leg, right: Leg) -> None:
        self._call = call
        self._kernel = call.kernel
        self._left = left
        self._right = right
        self._id: RecordingId | None = None
        self._ports: tuple[PortId, PortId] | None = None
        self._paused = False

    def sync(self, paused: bool) -> None:
        """Follow the ports; `paused` writes silence, as while a party is on hold."""
        left, right = self._left.port, self._right.port
        ports = (left, right) if left is not None and right is not None else None
        if ports is not None and ports != self._ports:
            self.stop()
            self._start(ports)
        if self._id is not None and paused != self._paused:
            recording, self._paused = self._id, paused
            self._kernel.tell_media(lambda: self._kernel.media.pause_record(recording, paused))

    def stop(self) -> None:
        """Close the file; its end is journaled when the media says it is on the disk."""
        recording, self._id, self._ports = self._id, None, None
        if recording is not None:
            self._call.recording = False
            self._kernel.tell_media(lambda: self._kernel.media.stop_record(recording))

    def _start(self, ports: tuple[PortId, PortId]) -> None:
        self._id = recording = RecordingId(new_id())
        self._ports, self._paused = ports, False
        self._kernel.recordings[recording] = self._call.id
        self._call.recording = True
        self._kernel.tell_media(lambda: self._kernel.media.record(recording, *ports))
        self._call.note(EntryKind.RECORDING_STARTED, recording=recording)
