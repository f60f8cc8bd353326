"""The core process: its loop, its clock, readiness, and an orderly end. What it runs is built by wiring."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from appliance import __version__, precompiled
from appliance.config.options import Options, parse
from appliance.config.schema import Settings
from appliance.contract.clock import Clock
from appliance.contract.errors import CallboxError, SettingsError, StoreBusyError, StoreError
from appliance.contract.events import TrunkState
from appliance.launch import AGAIN, READY
from appliance.network.reach import LOOPBACK, lan_address
from appliance.store import reset, stamp
from appliance.wiring import Box

log = logging.getLogger(__name__)
PAUSE = 20.0  # seconds a failed start takes under systemd


class LoopTimer:
    """A timer of `LoopClock`."""

    def __init__(self, handle: asyncio.TimerHandle) -> None:
        self._handle = handle

    def cancel(self) -> None:
        """See `contract.clock.Timer`."""
        self._handle.cancel()


class LoopClock:
    """The contract's Clock on an asyncio loop; its actions run on the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now(self) -> float:
        """Monotonic seconds."""
        return self._loop.time()

    def wall(self) -> datetime:
        """The system's time of day in UTC."""
        return datetime.now(UTC)

    def after(self, seconds: float, action: Callable[[], None]) -> LoopTimer:
        """Run `action` on the loop's thread later."""
        return LoopTimer(self._loop.call_later(max(0.0, seconds), action))


def notify_systemd(words: str) -> None:
    """Tell systemd's manager a state (sd_notify(3)); nothing happens when it did not start us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(words.encode(), name)


class Progress(Protocol):
    """How long ago the media thread and the bridge's clock were last seen alive, in seconds."""

    @property
    def poll_age(self) -> float: ...

    @property
    def clock_age(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """What systemd is told of the box: lines in service, of how many; handsets that are there; calls."""

    in_service: int
    lines: int
    handsets: int
    calls: int

    def words(self) -> str:
        lines = f"{self.in_service} of {self.lines} lines in service"
        return f"{lines}, {self.handsets} handsets, {self.calls} calls"


class Herald:
    """Tells systemd of the core: ready, alive, how it is. Runs on the core's loop: one that hangs is silent.

    Alive (WATCHDOG=1) is said only while the media thread and the bridge's clock move too. Ready (READY=1) is
    said when the clock moves and a line is in service; a box without lines waits for none, and one whose
    lines all fail is ready for its handsets after `_PATIENCE` seconds, with a status that says so.
    """

    _STALE = 2.0  # seconds; the clock ticks every 20 ms, the media thread turns every 100 ms
    _PATIENCE = 60.0

    def __init__(
        self,
        clock: Clock,
        progress: Callable[[], Progress],
        picture: Callable[[], Picture],
        tell: Callable[[str], None] = notify_systemd,
        period: float = 1.0,
    ) -> None:
        self._clock, self._progress, self._picture, self._tell = clock, progress, picture, tell
        self._period = period
        self._began = clock.now()
        self._said = ""
        self.ready = False

    def start(self) -> None:
        """Look now and from now on."""
        self._clock.after(self._period, self.start)
        self.look()

    def look(self) -> None:
        """Say what is so at this moment."""
        age = self._progress()
        alive = max(age.poll_age, age.clock_age) < self._STALE
        picture = self._picture()
        if alive and not self.ready:
            late = self._clock.now() - self._began >= self._PATIENCE
            self.ready = picture.in_service > 0 or picture.lines == 0 or late
            if self.ready:
                self._tell("READY=1")
        if alive:
            self._tell("WATCHDOG=1")
        words = picture.words() if alive else "the sound has stopped"
        if words != self._said:
            self._said = words
            self._tell(f"STATUS={words}")


MoveEdge = Callable[[Options, Settings], None]
StandIn = Callable[[Options], Options]


class Follower:
    """Watches the address telephones reach the box by; tells `moved` of one that stays, when all is idle."""

    _PERIOD = 5.0
    _LOOKS = 2  # in a row

    def __init__(
        self,
        clock: Clock,
        host: str,
        address: Callable[[], str],
        idle: Callable[[], bool],
        moved: Callable[[str], None],
    ) -> None:
        self._clock, self._host, self._address, self._idle, self._moved = clock, host, address, idle, moved
        self._seen = ("", 0)

    def start(self) -> None:
        """Look after some seconds, and again."""
        self._clock.after(self._PERIOD, self._look)

    def _look(self) -> None:
        now = self._address()
        self._seen = (now, self._seen[1] + 1 if self._seen[0] == now else 1)
        elsewhere = now not in (self._host, LOOPBACK)  # a cable that is out is no move
        if elsewhere and self._seen[1] >= self._LOOKS and self._idle():
            self._moved(now)
        else:
            self.start()


async def serve(options: Options, move: MoveEdge | None = None, instead: StandIn | None = None) -> int:
    """Run the core until SIGTERM or SIGINT, or until it has to begin anew; its exit code."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    stamp.check(options.data, stamp.of(__version__))
    clock = LoopClock(loop)
    box = Box(options, clock, loop)
    try:
        box = await _started(box, instead)
        precompiled.done()
        gc.freeze()  # what is there now stays: no collection looks at it again
        gc.enable()
        log.info(READY)
        if "NOTIFY_SOCKET" in os.environ:
            Herald(clock, box.engine.heartbeat, lambda: _picture(box)).start()
        if options.follow and move is not None:
            _follow(box, clock, move, end)
        await end.wait()
    finally:
        notify_systemd("STOPPING=1")
        await box.stop()
    return AGAIN if box.begin_anew else 0


async def _started(box: Box, instead: StandIn | None) -> Box:
    """This box, or one on a stand-in for its data when they cannot be used: telephones must ring."""
    try:
        if (box.options.data / reset.MARKER).exists():
            raise StoreBusyError("A factory reset was promised; `callbox prepare` does it, not the core.")
        await box.start()
        return box
    except StoreBusyError:
        raise
    except (StoreError, SettingsError, OSError) as problem:
        if instead is None:
            raise
        why = str(problem)
    log.error("the data folder cannot be used; going on without: %s", why)
    await box.stop()
    other = Box(await asyncio.to_thread(instead, box.options), box.clock, box.loop)
    other.trouble = why
    try:
        await other.start()
    except CallboxError:
        await other.stop()
        raise
    return other


def _picture(box: Box) -> Picture:
    live = box.system.live()
    return Picture(
        in_service=sum(trunk.state == TrunkState.IN_SERVICE for trunk in live.trunks),
        lines=sum(trunk.state != TrunkState.DISABLED for trunk in live.trunks),
        handsets=sum(handset.registered for handset in live.handsets),
        calls=len(live.calls),
    )


def _follow(box: Box, clock: Clock, move: MoveEdge, end: asyncio.Event) -> None:
    def moved(host: str) -> None:
        options = replace(box.options, host=host)
        log.warning("the address of this box is %s now, no longer %s", host, box.options.host)
        work = asyncio.get_running_loop().run_in_executor(None, move, options, box.settings)
        work.add_done_callback(begin_anew)

    def begin_anew(work: asyncio.Future[None]) -> None:
        problem = work.exception()
        if problem is None:
            end.set()
        else:
            log.warning("the SIP edge could not be moved: %s", problem)
            follower.start()

    follower = Follower(clock, box.options.host, lan_address, lambda: not box.system.live().calls, moved)
    follower.start()


def told() -> Options | None:
    """The options a launcher tells on standard input when it knows them; None when it is gone."""
    line = sys.stdin.readline()
    return parse(json.loads(line)) if line else None


def main(options: Options, move: MoveEdge | None = None, instead: StandIn | None = None) -> int:
    """The core's exit code: 0 after an orderly end, 1 when it could not start (said in one sentence).

    Under systemd a start that cannot succeed takes its time, so that trying again does not end in a reboot,
    which could not help either.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname).1s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        return asyncio.run(serve(options, move, instead))
    except CallboxError as problem:
        log.error("%s", problem)
        notify_systemd(f"STATUS={problem}")
        if "NOTIFY_SOCKET" in os.environ:
            time.sleep(PAUSE)
        return 1
