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
from collections.abc import Callable
from datetime import UTC, datetime

from appliance.config.options import Options, parse
from appliance.contract.errors import CallboxError
from appliance.launch import READY
from appliance.wiring import Box

log = logging.getLogger(__name__)


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


async def serve(options: Options) -> None:
    """Run the core until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    box = Box(options, LoopClock(loop), loop)
    try:
        await box.start()
        gc.freeze()  # what is there now stays: no collection looks at it again
        gc.enable()
        log.info(READY)
        notify_systemd("READY=1")
        await end.wait()
    finally:
        notify_systemd("STOPPING=1")
        await box.stop()


def told() -> Options | None:
    """The options a launcher tells on standard input when it knows them; None when it is gone."""
    line = sys.stdin.readline()
    return parse(json.loads(line)) if line else None


def main(options: Options) -> int:
    """The core's exit code: 0 after an orderly end, 1 when it could not start (said in one sentence)."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(levelname).1s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        asyncio.run(serve(options))
    except CallboxError as problem:
        log.error("%s", problem)
        return 1
    return 0
