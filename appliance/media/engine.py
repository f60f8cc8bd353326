"""The one thread that calls pjsua2: it polls for events, takes work from a queue, and owns every pjsua2
object.

Waking it: `submit` sends the engine's own SIP port a CRLF keep-alive (RFC 5626 4.4.1), which PJSIP reads
and ignores, so the poll may sleep long and still begin new work within a fraction of a millisecond.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pjsua2

from appliance.contract.audio import AudioPort
from appliance.contract.errors import MediaError
from appliance.contract.events import EventSink
from appliance.contract.ids import PortId
from appliance.contract.media import MediaBridge
from appliance.media import endpoint, native, priority
from appliance.media.bridge import Bridge, Reader
from appliance.media.ports import FramePorts, LinePort, Take
from appliance.media.pulse import Pulse
from appliance.media.speech import SoundLibrary

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """What the engine is started with. Everything is bound to `address`; port 0 takes any free one."""

    recordings: Path
    country: str = "US"
    address: str = "127.0.0.1"
    sip_port: int = 0
    tcp: bool = True
    codecs: tuple[str, ...] = ("PCMU/8000", "PCMA/8000")  # in this order; all others are off
    disk_reserve_bytes: int = 200 * 1024 * 1024  # recordings stop when less is free
    log_level: int = 2  # PJSIP's: 1 errors, 2 warnings, 3 what happens, 4 and 5 for the curious


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Seconds since the engine's thread and the bridge's clock were last seen alive."""

    poll_age: float
    clock_age: float


@dataclass(order=True)
class _Alarm:
    due: float
    order: int
    work: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Engine:
    """The media engine: a `MediaThread`, and the owner of the bridge. `start` and `stop` once each."""

    _IDLE_POLL, _BUSY_POLL = 0.1, 0.02  # seconds; PJSIP hands on RFC 4733 digits only when it is polled
    _BURY_AFTER = 0.5  # seconds between taking an object out of the bridge and destroying it

    def __init__(self, config: EngineConfig, post: EventSink, sounds: SoundLibrary) -> None:
        self.config = config
        self.sounds = sounds
        self._work: deque[Callable[[], None]] = deque()
        self._awake = False
        self._alarms: list[_Alarm] = []
        self._order = itertools.count()
        self._buried: deque[tuple[float, object]] = deque()
        self._polled = time.monotonic()
        self._stopping = False
        self._endpoint: Any = None
        self._waker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._started = threading.Event()
        self._failure: MediaError | None = None
        self._thread = threading.Thread(target=self._run, name="media", daemon=True)
        self.workers = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sounds")
        self.frame_ports = FramePorts()
        self.pulse = Pulse()
        self._bridge = Bridge(self, post)
        self.sip_port = 0

    # For wiring and the other rooms: any thread.

    @property
    def bridge(self) -> MediaBridge:
        """The commands of the core."""
        return self._bridge

    @property
    def thread(self) -> Engine:
        """The `MediaThread` that drivers.sip is lent."""
        return self

    def read_by(self, reader: Reader) -> None:
        """Who writes down what answered calls say; before calls are made."""
        self._bridge.reader = reader

    def start(self) -> None:
        """Returns when SIP and the bridge run; MediaError says why they could not."""
        self.config.recordings.mkdir(parents=True, exist_ok=True)
        sys.setswitchinterval(0.001)  # the clock's thread waits this long at most for a busy interpreter
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Ends plays and recordings (their events are posted), then releases everything, in order."""
        if self._thread.is_alive():
            self.submit(self._begin_stop)
            self._thread.join()
        self.workers.shutdown(wait=True, cancel_futures=True)
        self._waker.close()

    def set_country(self, country: str) -> None:
        """Whose tones are listened for and played from the next call on; any thread."""
        self.config = replace(self.config, country=country)

    def set_disk_reserve(self, count: int) -> None:
        """Nothing is recorded when fewer bytes are free on the disk."""
        self.config = replace(self.config, disk_reserve_bytes=count)

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` on this thread, soon and in order."""
        self._work.append(work)
        if not self._awake:
            self._awake = True
            self._wake()

    def heartbeat(self) -> Heartbeat:
        """For the watchdog."""
        now = time.monotonic()
        return Heartbeat(now - self._polled, now - self.pulse.last)

    def line_port(self, port: PortId, echo_cancel: bool = False) -> AudioPort:
        """A port for a line that is not SIP; it stays in the bridge under `port` until `drop_line`."""
        line = LinePort(port, echo_cancel)
        self.submit(lambda: self._bridge.add_line(line))
        return line

    def drop_line(self, port: PortId) -> None:
        """The line is gone for good (its settings were removed)."""
        self.submit(lambda: self._bridge.drop(port))

    def overhear(self, port: PortId, take: Take | None) -> None:
        """Give what comes in at a port to `take` (the clock's thread: it must not wait), or stop that."""
        self.submit(lambda: self._bridge.overhear(port, take))

    # For drivers.sip and the rooms of media: this thread only.

    def adopt(self, port: PortId, audio: object) -> None:
        self._bridge.adopt(port, audio)

    def drop(self, port: PortId) -> None:
        self._bridge.drop(port)

    def after(self, seconds: float, work: Callable[[], None]) -> _Alarm:
        """Run `work` on this thread later; the result has `cancel`."""
        alarm = _Alarm(time.monotonic() + seconds, next(self._order), work)
        heapq.heappush(self._alarms, alarm)
        return alarm

    def bury(self, thing: object) -> None:
        """Destroy a pjsua2 object that was taken out of the bridge, once no thread of PJSIP can be in it."""
        self._buried.append((time.monotonic() + self._BURY_AFTER, thing))

    def silence(self) -> Any:
        """The bridge's own port 0: nothing but zeros, every 20 ms."""
        return self._endpoint.audDevManager().getCaptureDevMedia()

    # The thread.

    def _run(self) -> None:
        try:
            self._open()
        except MediaError as error:
            self._failure = error
            endpoint.destroy(self._endpoint)
            return
        finally:
            self._started.set()
        priority.raise_this_thread()  # whoever holds the interpreter may hold up the clock's callbacks
        while not self._stopping:
            self._turn()
        self._close()

    def _open(self) -> None:
        self._endpoint, self.sip_port = endpoint.create(self.config)
        self._waker.connect((self.config.address, self.sip_port))
        self.pulse.start(self.frame_ports.obtain())
        self.after(1.0, self._look)

    def _turn(self) -> None:
        now = time.monotonic()
        self._polled = now
        wait = self._BUSY_POLL if self._bridge.busy() else self._IDLE_POLL
        if self._alarms:
            wait = min(wait, max(0.0, self._alarms[0].due - now))
        try:
            self._endpoint.libHandleEvents(int(wait * 1000) if not self._work else 0)
        except pjsua2.Error as error:
            log.error("PJSIP could not handle its events: %s", error.info())
        self._awake = False
        for _ in range(len(self._work)):
            self._do(self._work.popleft())
        self._due_work()

    def _due_work(self) -> None:
        now = time.monotonic()
        while self._alarms and self._alarms[0].due <= now:
            alarm = heapq.heappop(self._alarms)
            if not alarm.cancelled:
                self._do(alarm.work)
        while self._buried and self._buried[0][0] <= now:
            native.destroy(self._buried.popleft()[1])

    @staticmethod
    def _do(work: Callable[[], None]) -> None:
        try:
            work()
        except MediaError as error:
            log.warning("Media: %s (call %s)", error, error.call or "-")
        except pjsua2.Error as error:
            log.error("PJSIP refused work of the media thread: %s", error.info())
        except Exception:  # the top of the thread: it must outlive any one piece of work
            log.exception("A piece of work on the media thread failed")

    def _look(self) -> None:
        for error in self.frame_ports.errors():
            log.error("A frame callback failed: %s", error)
        self.after(1.0, self._look)

    def _wake(self) -> None:
        try:
            self._waker.send(b"\r\n\r\n")
        except OSError:
            log.debug("The media thread is not there to be woken", exc_info=True)

    def _begin_stop(self) -> None:
        self._bridge.close()
        self.after(self._BURY_AFTER, self._end_turns)

    def _end_turns(self) -> None:
        self._stopping = True

    def _close(self) -> None:
        endpoint.stop_clock(self._endpoint)
        self._alarms.clear()
        self._work.clear()
        for _, thing in self._buried:
            native.destroy(thing)
        self._buried.clear()
        self._bridge.release()
        self.pulse.stop()
        self.frame_ports.destroy()
        endpoint.destroy(self._endpoint)
        self._endpoint = None
