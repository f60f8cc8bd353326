"""How the box keeps the pace of modems whose clocks are not its own: four calls on four serial modems, two
GSM and two V.253, 100 ppm fast or slow, each of their 20 ms up to 5 ms late, for BENCH_MINUTES (1 unless
said; the goal is stated for 60).

The modems count on their side of the pseudo-terminal. Ahead is what they hold of the box's voice, and have
not yet played by their own clock. An underrun is 20 ms of theirs for which the box had not sent enough. The
callers wait in a queue and hear one tone without end; a gap is a frame of 20 ms in which that tone is not
there or not whole, whatever the reason: it also finds silence the box itself put in. Those gaps are counted
once more without the ones at which the kernel was seen to hold back a byte of an idle terminal
(bench.media.kernel): on a quiet machine both figures are the same.

The control is the same box after it was told to send twice the lead, and stopped for a fifth of a second.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import tempfile
import time
from pathlib import Path

import numpy as np

from appliance.config.fields import ChoiceSettings
from appliance.config.flow_menu import menu_flow
from appliance.config.schema import Settings
from bench.media.kernel import Sentinel
from bench.media.premises import Premises, WatchedCore
from bench.result import Result, must_miss, result
from simulator import Call, Exchange, GsmModem, VoiceModem
from simulator.call import CallState
from simulator.script import Frames, Talk, babble
from simulator.sound import frames
from tests.media.rig import sine, write_wav
from tests.support.box import wait_for

FAMILY = "media"
MINUTES = float(os.environ.get("BENCH_MINUTES", "1"))
PPM, JITTER = 100.0, 0.005
AHEAD_MS = 40.0
_MUSIC = "upload/" + "a" * 32
_LOUD, _WHOLE = 8000.0, 0.8  # the tone's amplitude, and how much of it each half of a frame must have
_PITCH = 400.0  # whole periods in half a frame
_BEFORE_AND_AFTER = 180  # seconds of the tone
_AFTER_A_STALL = 0.1  # seconds in which what was held back may still be missing

Modem = GsmModem | VoiceModem


class Ear:
    """A caller who talks and talks, and notices every gap in what he hears."""

    def __init__(self) -> None:
        self.frames = 0
        self.gaps: list[float] = []  # when
        self.worst = 0.0  # seconds between two frames: how punctual this instrument itself is
        self._at = 0.0
        self._words = list(frames(babble(8.0, -18.0, 120.0)))

    def play(self, talk: Talk) -> Frames:
        """A step of a script."""
        for word in itertools.cycle(self._words):
            heard = yield word
            self._listen(heard)

    def _listen(self, heard: bytes) -> None:
        now = time.monotonic()
        halves = np.abs(np.frombuffer(heard, "<i2").reshape(2, -1)).max(axis=1)
        if self.frames == 0 and halves.min() < _WHOLE * _LOUD:
            return  # it has not begun
        if self.frames:
            self.worst = max(self.worst, now - self._at)
            if halves.min() < _WHOLE * _LOUD:
                self.gaps.append(now)
        self.frames += 1
        self._at = now


class Plant:
    """Four modems, their calls and their ears."""

    def __init__(self, exchange: Exchange) -> None:
        self.modems: list[Modem] = [
            GsmModem(exchange, "gsm1", "simcom", ppm=PPM, jitter=JITTER),
            GsmModem(exchange, "gsm2", "quectel", ppm=-PPM, jitter=JITTER),
            VoiceModem(exchange, "fxo1", "conexant", ppm=PPM, jitter=JITTER),
            VoiceModem(exchange, "fxo2", "usr", ppm=-PPM, jitter=JITTER),
        ]
        self.ears = [Ear() for _ in self.modems]
        self.calls: list[Call] = []
        self._exchange = exchange
        exchange.loop.call(_be_punctual)

    def call(self) -> None:
        """Everybody calls, and hears the tone."""
        for modem, ear in zip(self.modems, self.ears, strict=True):
            self.calls.append(self._exchange.place_call(modem.name, (ear,)))
        wait_for(lambda: all(ear.frames > 50 for ear in self.ears), 40, "every caller hears the tone")

    def check(self) -> None:
        """All calls are still up, and the instrument was punctual enough to judge."""
        assert all(call.state is CallState.CONNECTED for call in self.calls), self.calls
        assert not self._exchange.errors, self._exchange.errors

    def ahead_ms(self) -> list[float]:
        return [modem.audio.most_ahead_ms for modem in self.modems]

    def underruns(self) -> list[int]:
        return [modem.audio.underruns for modem in self.modems]

    def gaps(self) -> list[int]:
        return [len(ear.gaps) for ear in self.ears]

    def unexcused_gaps(self, stalls: list[tuple[float, float]]) -> list[int]:
        """Without those at which the kernel held bytes back shortly before."""
        return [
            sum(not any(begin < at < end + _AFTER_A_STALL for begin, end in stalls) for at in ear.gaps)
            for ear in self.ears
        ]


def _be_punctual() -> None:
    """The modems' thread: a crystal is not held up by whatever else this machine does."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(20))


def _furnish(settings: Settings) -> None:
    queue = ChoiceSettings(kind="queue", target="sales")
    settings.flows = [menu_flow("main", "To sales", greeting="", fallback=queue)]
    settings.queues[0].maximum_wait_seconds = 7200
    settings.queues[0].music = _MUSIC
    settings.box.maximum_call_minutes = 1440


def run() -> list[Result]:
    """The three figures and their controls."""
    with tempfile.TemporaryDirectory(prefix="bench-pace-") as name:
        folder = Path(name)
        lines = folder / "lines"
        lines.mkdir()
        with Exchange(lines) as exchange, Sentinel(folder / "stalls") as sentinel:
            plant = Plant(exchange)
            premises = Premises(folder, _furnish, lines)
            seconds = round(60 * MINUTES) + _BEFORE_AND_AFTER  # at the end of a file PJSIP makes a pause
            tone = np.tile(sine(_PITCH, 1.0, _LOUD), seconds)
            write_wav(premises.options.uploads / f"{_MUSIC.partition('/')[2]}.wav", tone)
            with premises:
                plant.call()
                return _measure(WatchedCore(premises.box), plant, sentinel)


def _measure(core: WatchedCore, plant: Plant, sentinel: Sentinel) -> list[Result]:
    began = time.monotonic()
    while time.monotonic() < began + 60 * MINUTES:
        time.sleep(min(5.0, max(0.0, began + 60 * MINUTES - time.monotonic())))
        plant.check()
    hours = (time.monotonic() - began) / 3600
    worst, stalls = 1000 * max(ear.worst for ear in plant.ears), sentinel.stalls()
    longest = 1000 * max((end - begin for begin, end in stalls), default=0.0)
    print(
        f"{60 * hours:.1f} minutes, the modems' own longest frame {worst:.1f} ms, "
        f"{len(stalls)} stalls of the kernel, the longest {longest:.1f} ms;", end=" ", flush=True,
    )  # fmt: skip
    found = [
        _most("media.ahead_ms_max", plant.ahead_ms(), "ms", AHEAD_MS),
        _sum("media.underruns_per_hour", plant.underruns(), hours),
        _sum("media.line_gaps_per_hour", plant.gaps(), hours),
        _sum("media.line_gaps_without_kernel_stalls_per_hour", plant.unexcused_gaps(stalls), hours),
    ]
    return [*found, *_controls(core, plant)]


def _controls(core: WatchedCore, plant: Plant) -> list[Result]:
    before = plant.underruns(), plant.gaps()
    core.spoil()
    began = time.monotonic()
    time.sleep(1.0)
    os.kill(core.pid, signal.SIGSTOP)
    time.sleep(0.2)
    os.kill(core.pid, signal.SIGCONT)
    time.sleep(3.0)
    hours = (time.monotonic() - began) / 3600
    dry, holes = (
        [now - then for now, then in zip(counted, earlier, strict=True)]
        for counted, earlier in zip((plant.underruns(), plant.gaps()), before, strict=True)
    )
    found = [
        _most("media.control_twice_the_lead_ahead_ms_max", plant.ahead_ms(), "ms", AHEAD_MS),
        _sum("media.control_stopped_underruns_per_hour", dry, hours),
        _sum("media.control_stopped_line_gaps_per_hour", holes, hours),
    ]
    return [must_miss(control) for control in found]


def _most(name: str, values: list[float], unit: str, goal: float) -> Result:
    """The worst of the lines."""
    found = result(name, [max(values)], unit, goal)
    found["runs"], found["spread"] = len(values), [round(min(values), 3), round(max(values), 3)]
    return found


def _sum(name: str, counted: list[int], hours: float) -> Result:
    """All lines together, an hour."""
    each = [count / hours for count in counted]
    found = result(name, [sum(each)], "", 0.0)
    found["runs"], found["spread"] = len(each), [round(min(each), 3), round(max(each), 3)]
    return found
