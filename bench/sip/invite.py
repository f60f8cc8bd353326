"""INVITE to 200 at 10 calls a second with 30 calls up: from a handset through Kamailio and pjsua2 and back.

A client with a microsecond clock (sipp's is 1 ms) sends an INVITE with credentials and takes the time until
the 200 is there. What stands for the core answers at once; in the control run it answers when it next
looks, 50 times a second, and must miss the goal. The peer is Asterisk, whose dialplan answers.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.contract.events import Event, HandsetDialled
from appliance.contract.handset import Handset
from appliance.contract.ids import LegId
from bench.peers.asterisk import Asterisk, PeerAbsentError
from bench.result import Result, percentile, result
from tests.sip.rig import Box, secret
from tests.sip.sip_client import SipClient, dialled_invite

FAMILY = "sip"
STANDING, MEASURED, INTERVAL, ROUNDS = 30, 100, 0.1, 3


class Answering:
    """Stands for the core: answers whatever a handset dials, at once or when it next looks."""

    def __init__(self) -> None:
        self.handset: Handset | None = None
        self.polled = False
        self._waiting: list[LegId] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        if isinstance(event, HandsetDialled) and self.handset is not None:
            if self.polled:
                self._waiting.append(event.leg)
            else:
                self.handset.answer(event.leg)

    def _look(self) -> None:
        while not self._end.wait(0.02):
            while self._waiting and self.handset is not None:
                self.handset.answer(self._waiting.pop())

    def stop(self) -> None:
        self._end.set()
        self._thread.join()


class Caller:
    """Handset 201 with as many calls as wanted."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.client = SipClient(server, timeout=5)

    def call(self) -> tuple[str, float]:
        """Set up one call; the text of its 200 and the seconds from INVITE to 200."""
        invite = dialled_invite(self.client, "201", secret("201"), "0301234")
        begin = time.perf_counter()
        self.client.send(invite)
        while True:
            reply = self.client.receive()
            took = time.perf_counter() - begin
            if reply is None:
                raise TimeoutError("no answer to an INVITE")
            if reply.status >= 200 and (reply.header("CSeq") or "").endswith("INVITE"):
                self.client.acknowledge(reply.text)
                return reply.text, took

    def end(self, answer: str) -> None:
        """BYE, and everything that still comes for it."""
        self.client.bye(answer)
        while True:
            reply = self.client.receive()
            if reply is None or (reply.header("CSeq") or "").endswith("BYE"):
                return


@contextlib.contextmanager
def office(core: Answering) -> Iterator[Caller]:
    """A box with one handset and 30 calls up."""
    with tempfile.TemporaryDirectory(prefix="bench-sip-") as folder, contextlib.ExitStack() as stack:
        stack.callback(core.stop)
        box = Box(Path(folder), ("201",), core)
        stack.callback(box.stop)
        core.handset = box.stack.add_handset("201")
        core.handset.start()
        caller = Caller(box.edge.address)
        stack.callback(caller.client.close)
        caller.client.register("201", secret("201"))
        with others_up(caller):
            yield caller


@contextlib.contextmanager
def others_up(caller: Caller) -> Iterator[None]:
    """30 calls while the block lasts."""
    standing = [caller.call()[0] for _ in range(STANDING)]
    yield
    for answer in standing:
        caller.end(answer)


def peer() -> list[float]:
    """The same of Asterisk; empty, with the reason printed, where there is none."""
    with contextlib.ExitStack() as stack:
        try:
            asterisk = Asterisk()
        except PeerAbsentError as problem:
            print(f"no peer: {problem};", end=" ")
            return []
        stack.callback(asterisk.stop)
        caller = Caller(asterisk.server)
        stack.callback(caller.client.close)
        asterisk.start(secret("201"), (caller.client.address, caller.client.port))
        with others_up(caller):
            measure(caller, 10)
            return measure(caller, MEASURED)


def measure(caller: Caller, count: int) -> list[float]:
    """Milliseconds of `count` calls, one every INTERVAL."""
    times = []
    due = time.perf_counter()
    for _ in range(count):
        due += INTERVAL
        time.sleep(max(0.0, due - time.perf_counter()))
        answer, took = caller.call()
        times.append(took * 1000)
        caller.end(answer)
    return times


def run() -> list[Result]:
    """The two figures of the issue, and the control."""
    core = Answering()
    with office(core) as caller:
        measure(caller, 10)  # the first calls find cold caches
        rounds = [measure(caller, MEASURED) for _ in range(ROUNDS)]
        core.polled = True
        control = measure(caller, MEASURED // 2)
    other = peer()
    middle = [percentile(one, 50) for one in rounds]
    late = [percentile(one, 99) for one in rounds]
    found = result("sip.control_polled_core_p50_ms", [percentile(control, 50)], "ms", 1.5)
    if found["met"]:
        raise RuntimeError("The control run met its goal: the figures mean nothing.")
    return [
        result("sip.invite_to_200_p50_ms", middle, "ms", 1.5, peer=_of(other, 50)),
        result("sip.invite_to_200_p99_ms", late, "ms", 8.0, peer=_of(other, 99)),
        found,
    ]


def _of(other: list[float], percent: float) -> float | None:
    return round(percentile(other, percent), 3) if other else None
