"""The way through the box, RTP to RTP and line to RTP: an impulse goes in, and is timed when it comes
out.

Packets leave a phone every 20 ms and are delayed by 0 to 10 ms on their way, by chance. The phone's clock
is 500 ppm slow, so within the run its packets come at every phase of the bridge's tick. The delay of a
sample is counted from the moment the phone would have sent it without jitter to the moment it arrives at
the other.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from appliance.contract.ids import PortId
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from bench.media.raw_phone import RawPhone
from bench.result import Result, percentile, result
from tests.media.rig import Caller, Events, until

FAMILY = "media"
PERIOD = 0.02 * 1.0005
SECONDS, JITTER, EVERY = 40.0, 0.010, 17  # an impulse in every 17th packet, so it meets every phase
_QUIET, _LOUD = 0xFF, 0x80  # PCMU zero and full scale
_IMPULSE = 8  # samples


@contextmanager
def _engine() -> Iterator[tuple[Engine, Caller]]:
    folder = Path(tempfile.mkdtemp())
    engine = Engine(EngineConfig(folder / "r"), Events(), SoundLibrary(folder / "c", folder / "u"))
    engine.start()
    caller = Caller(engine)
    yield engine, caller
    caller.close()
    engine.stop()


def _impulse(offset: int) -> bytes:
    return bytes([_QUIET] * offset + [_LOUD] * _IMPULSE + [_QUIET] * (160 - offset - _IMPULSE))


def _send(give: Callable[[bytes], None], jitter: float) -> list[float]:
    """20 ms packets for SECONDS; when each impulse's first sample was sent, had there been no jitter."""
    chance = random.Random(4)
    _be_punctual()
    sent = []
    began = time.perf_counter() + 0.05
    for number in range(round(SECONDS / PERIOD)):
        nominal = began + number * PERIOD
        time.sleep(max(0.0, nominal + chance.uniform(0, jitter) - time.perf_counter()))
        offset = number % 140
        if number % EVERY == 0 and number > 100:
            sent.append(nominal + offset / 8000)
            give(_impulse(offset))
        else:
            give(bytes([_QUIET] * 160))
    return sent


def _arrivals(phone: RawPhone) -> list[float]:
    """When each impulse's first sample came out; a frame ends where its packet is sent."""
    found: list[float] = []
    for at, payload in list(phone.heard):
        loud = np.flatnonzero(np.abs(np.frombuffer(payload, np.uint8).astype(int) & 0x7F) < 0x20)
        if len(loud) and (not found or at - found[-1] > 0.1):
            found.append(at + int(loud[0]) / 8000)
    return found


def _delays(sent: list[float], arrived: list[float]) -> list[float]:
    """Milliseconds, each impulse with the first arrival after it."""
    delays = []
    for one in sent:
        after = [at for at in arrived if one <= at < one + 0.3]
        if after:
            delays.append(1000 * (after[0] - one))
    if len(delays) < 0.98 * len(sent):
        raise RuntimeError(f"only {len(delays)} of {len(sent)} impulses arrived")
    return delays


def _rtp_to_rtp(jitter: float, more_buffer: float = 0.0) -> list[float]:
    one, other = RawPhone(), RawPhone()
    with _engine() as (engine, caller):
        a, b = PortId("a"), PortId("b")
        caller.call(1, one.sip_port, a)
        caller.call(2, other.sip_port, b)
        assert until(lambda: len(caller.up) == 2)
        engine.bridge.connect(a, b)

        def give(payload: bytes) -> None:
            if more_buffer:
                threading.Timer(more_buffer, one.send, (payload,)).start()
            else:
                one.send(payload)

        sent = _send(give, jitter)
        time.sleep(0.3)
    delays = _delays(sent, _arrivals(other))
    one.close()
    other.close()
    return delays


def _line_to_rtp() -> list[float]:
    phone = RawPhone()
    with _engine() as (engine, caller):
        port, leg = PortId("line"), PortId("leg")
        line = engine.line_port(port)
        line.open()
        caller.call(1, phone.sip_port, leg)
        assert until(lambda: len(caller.up) == 1)
        engine.bridge.connect(port, leg)

        def give(payload: bytes) -> None:
            loud = np.frombuffer(payload, np.uint8) == _LOUD
            line.from_line(np.where(loud, 30000, 0).astype(np.int16).tobytes())
            line.to_line(160)

        sent = _send(give, 0.001)
        time.sleep(0.3)
    delays = _delays(sent, _arrivals(phone))
    phone.close()
    return delays


def _be_punctual() -> None:
    """The instrument must not be later than what it measures; where that is not allowed, the spread shows
    it.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(14))


def run() -> list[Result]:
    ways = _rtp_to_rtp(JITTER)
    slow = _rtp_to_rtp(JITTER, more_buffer=0.06)
    assert percentile(slow, 50) > 60, "the control delays each packet by 60 ms and must miss the goal"
    lines = _line_to_rtp()
    return [
        _figure("media.rtp_to_rtp_p50_ms", ways, 50, 45.0),
        _figure("media.rtp_to_rtp_p99_ms", ways, 99, 60.0),
        _figure("media.analog_to_sip_p50_ms", lines, 50, 60.0),
    ]


def _figure(name: str, delays: list[float], percent: float, goal: float) -> Result:
    """The percentile of each quarter of the run, so the spread shows how steady it is."""
    quarter = len(delays) // 4
    parts = [delays[n * quarter : (n + 1) * quarter] for n in range(4)]
    found = result(name, [percentile(part, percent) for part in parts], "ms", goal)
    whole = percentile(delays, percent)
    found["value"], found["met"] = round(whole, 3), whole <= goal
    return found
