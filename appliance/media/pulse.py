"""The bridge's clock as Python sees it: one idle port whose callback comes with every 20 ms tick."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from appliance.media import native

if TYPE_CHECKING:
    from appliance.media.ports import FramePort
    from appliance.media.spandsp import Pcm

TICK = 0.020


class Pulse:
    """When the clock last ticked, how many ticks there were, and how many came late by more than one
    period.
    """

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.ticks = 0
        self.late = 0
        self.worst = 0.0  # seconds behind the clock's own schedule
        self._due = 0.0
        self._thread = 0  # the clock's, once it is settled
        self._port: FramePort | None = None

    def start(self, port: FramePort) -> None:
        self._port = port
        port.take = self._beat

    def stop(self) -> None:
        self._port = None

    def since_tick(self) -> float:
        return time.monotonic() - self.last

    def _beat(self, _silence: Pcm) -> None:
        if self._thread != threading.get_ident():
            self._thread = threading.get_ident()
            native.settle_this_thread()
        now = time.monotonic()
        behind = now - self._due
        if self.ticks == 0:
            behind = 0.0
        self._due = now + TICK if behind <= 0.0 or behind > 1.0 else self._due + TICK
        self.last = now
        self.ticks += 1
        self.worst = max(self.worst, behind)
        if behind > TICK:
            self.late += 1
