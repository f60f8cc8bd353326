"""Hearing words: the sound of callers goes to the speech worker, its answers come back as events.

The worker (`python -m appliance.speech`) is a program of its own: it is started when somebody will be
listened to and told to go after a while without. Frames go to it straight from the clock's thread by a
socket that is never waited for: what it has no room for is lost. When it dies, or takes too long to come,
callers have their keys; it is tried again after a while.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from appliance.contract.events import EventSink, HearingLost, SpeechBegan, WordHeard
from appliance.contract.hearing import Certainty
from appliance.contract.ids import PortId
from appliance.media.ports import Take
from appliance.media.spandsp import Pcm

log = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-P", "-m", "appliance.speech")
#: A board with less memory (bytes) has none to spare; one sold with 1 GB keeps some for its graphics.
LEAST_MEMORY = 850 * 1024 * 1024
LANGUAGES = frozenset({"en"})
_HEAD = struct.Struct("<BI")
_LONGEST = 4096
_BUFFER = 512 * 1024  # bytes of sound while it loads: some five seconds of four callers
_LOAD_SECONDS = 30.0
_REST_SECONDS = 60.0  # after it failed


class Overhearing(Protocol):
    """What is needed of the engine."""

    def overhear(self, port: PortId, take: Take | None) -> None:
        """Give what comes in at a port to `take`, or stop that."""


@dataclass(frozen=True, slots=True)
class _Listening:
    port: PortId
    words: tuple[str, ...]


class Reading:
    """A greeting that is read while it sounds. For the clock's thread; nothing of it ever waits."""

    def __init__(self, run: _Run, number: int, close: Callable[[], None]) -> None:
        self._run, self._number, self._close = run, number, close
        self._send = _frames(run.out, number)
        #: What the worker made of all up to the last question it answered; None before the first answer.
        self.text: str | None = None
        run.wish({"do": "keep", "id": number})

    def hear(self, frame: Pcm) -> None:
        self._send(frame)

    def close(self) -> None:
        """Its words are wanted no more."""
        self._close()

    def ask(self) -> None:
        """For the words so far."""
        self._run.wish({"do": "read", "id": self._number})


def memory() -> int:
    """Bytes of the machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


class WordHearing:
    """The implementation of `contract.hearing.Hearing`. Any thread."""

    def __init__(
        self,
        engine: Overhearing,
        post: EventSink,
        program: Sequence[str] = PROGRAM,
        idle_seconds: float = 600.0,
        least_memory: int = LEAST_MEMORY,
    ) -> None:
        self._engine, self._post = engine, post
        self._program, self._idle = tuple(program), idle_seconds
        self._able = memory() >= least_memory
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._open: dict[int, _Listening] = {}
        self._at: dict[PortId, int] = {}
        self._readings: dict[int, Reading] = {}
        self._run: _Run | None = None
        self._not_before = 0.0
        self._complained = False
        self._stopped = False

    # Hearing.

    def languages(self) -> frozenset[str]:
        return LANGUAGES if self._able else frozenset()

    def prepare(self) -> None:
        with self._lock:
            self._running()

    def hear(self, port: PortId, words: tuple[str, ...], language: str) -> None:
        with self._lock:
            self._forget(port)
            if not words:
                return
            run = self._running() if language.partition("-")[0] in self.languages() else None
            if run is None:
                self._post(HearingLost(port, "Nobody can listen here now."))
                return
            number = next(self._numbers)
            self._open[number] = _Listening(port, words)
            self._at[port] = number
            run.wish({"do": "hear", "id": number, "words": words})
            self._engine.overhear(port, _frames(run.out, number))

    def read(self) -> Reading | None:
        """A greeting that begins; None while no worker is there, whom `prepare` calls."""
        with self._lock:
            run = self._run
            if run is None:
                return None
            number = next(self._numbers)
            reading = self._readings[number] = Reading(run, number, lambda: self._unread(run, number))
            return reading

    def _unread(self, run: _Run, number: int) -> None:
        """The clock's thread: it waits for no lock."""
        if self._readings.pop(number, None) is not None:
            run.wish({"do": "stop", "id": number})

    def stop(self) -> None:
        """The box goes down."""
        with self._lock:
            self._stopped = True
            run, self._run = self._run, None
        if run is not None:
            run.end()

    def worker(self) -> int | None:
        """The worker's process, for tests and benchmarks."""
        run = self._run
        return None if run is None else run.process.pid

    # With the lock.

    def _forget(self, port: PortId) -> None:
        number = self._at.pop(port, None)
        if number is None:
            return
        del self._open[number]
        self._engine.overhear(port, None)
        if self._run is not None:
            self._run.wish({"do": "stop", "id": number})

    def _running(self) -> _Run | None:
        if self._run is None and not self._stopped and self._able and time.monotonic() >= self._not_before:
            try:
                self._run = _Run(self._program, self._answer, self._over, self._needless)
            except OSError as problem:
                self._failed(f"The speech worker could not be started: {problem}")
        return self._run

    def _failed(self, why: str) -> None:
        self._not_before = time.monotonic() + _REST_SECONDS
        level = logging.DEBUG if self._complained else logging.WARNING
        self._complained = True
        log.log(level, "%s Menus are keys only for now.", why)

    # The reader's thread.

    def _answer(self, answer: dict[str, Any]) -> None:
        if answer["say"] == "ready":
            self._complained = False
            return
        with self._lock:
            listening, reading = self._open.get(answer["id"]), self._readings.get(answer["id"])
        if reading is not None and answer["say"] == "text":
            reading.text = str(answer["text"])
        if listening is None:
            return
        if answer["say"] == "began":
            self._post(SpeechBegan(listening.port))
        elif answer["say"] == "nothing":
            self._post(WordHeard(listening.port, "", Certainty.NONE, 0.0))
        elif answer["say"] == "heard":
            confidence = float(answer["confidence"])
            certainty = _certainty(confidence, float(answer["sure"]), float(answer["ask"]))
            self._post(WordHeard(listening.port, str(answer["word"]), certainty, confidence))

    def _needless(self, quiet: float) -> bool:
        """Nothing was heard for so many seconds: should it go?"""
        with self._lock:
            if self._open or self._readings or quiet < self._idle:
                return False
            self._run = None
            return True

    def _over(self, run: _Run, why: str) -> None:
        """It has ended, not by our wish."""
        with self._lock:
            if self._run is not run:
                return
            self._run = None
            lost, self._open = list(self._open.values()), {}
            self._readings.clear()
            self._at.clear()
            self._failed(why)
        for listening in lost:
            self._engine.overhear(listening.port, None)
            self._post(HearingLost(listening.port, why))


class _Out:
    """The way to the worker. It is closed when nobody holds it any more, so no frame can go elsewhere."""

    def __init__(self, link: socket.socket) -> None:
        self._file = os.dup(link.fileno())
        os.set_blocking(self._file, False)

    def send(self, data: bytes) -> bool:
        """Whether there was room, and somebody there. Never waits."""
        try:
            return os.write(self._file, data) == len(data)
        except OSError:
            return False

    def __del__(self) -> None:
        os.close(self._file)


class _Run:
    """One life of the worker: its process, the socket, and the thread that reads its answers."""

    def __init__(
        self,
        program: Sequence[str],
        answer: Callable[[dict[str, Any]], None],
        over: Callable[[_Run, str], None],
        needless: Callable[[float], bool],
    ) -> None:
        self._answer, self._over, self._needless = answer, over, needless
        self.link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        # It ends with us, and where memory runs out it is not the core that goes. One thread of arithmetic.
        least = ("choom", "-n", "500", "--", "nice", "-n", "5")
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
        with theirs:
            self.process = subprocess.Popen(
                ("setpriv", "--pdeathsig", "TERM", "--", *least, *program),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={**os.environ, **alone},
            )
        self.out = _Out(self.link)
        self._ready = False
        self._ending = False
        threading.Thread(target=self._read, name="hearing", daemon=True).start()

    def wish(self, wish: dict[str, Any]) -> None:
        """Tell it; one that is lost is as if it did not answer."""
        if not self.out.send(json.dumps(wish).encode()):
            log.debug("the speech worker was not told %s", wish["do"])

    def end(self) -> None:
        """It ends by itself when the socket is closed."""
        self._ending = True
        try:
            self.link.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the speech worker has gone already")

    def _read(self) -> None:
        began = heard = time.monotonic()
        why = "The speech worker ended."
        self.link.settimeout(1.0)
        try:
            while True:
                try:
                    data = self.link.recv(_LONGEST)
                except TimeoutError:
                    now = time.monotonic()
                    if not self._ready and now - began > _LOAD_SECONDS:
                        why = "The speech worker did not become ready."
                        break
                    if self._needless(now - heard):
                        self._ending = True
                        break
                    continue
                if not data:
                    break
                heard = time.monotonic()
                self._ready = True
                self._answer(json.loads(data))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            why = f"The speech worker cannot be understood: {problem}"
        self._bury(why)

    def _bury(self, why: str) -> None:
        self.link.close()
        if not self._ending:
            self.process.kill()
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not self._ending:
            self._over(self, why)


def _certainty(confidence: float, sure: float, ask: float) -> Certainty:
    if confidence >= sure:
        return Certainty.SURE
    return Certainty.UNSURE if confidence >= ask else Certainty.NONE


def _frames(out: _Out, number: int) -> Take:
    """Sends each frame, and never waits: the clock's thread calls this."""
    head = _HEAD.pack(0, number)

    def take(frame: Pcm) -> None:
        out.send(head + bytes(frame))  # without room it is lost; that nobody is there the reader sees

    return take
