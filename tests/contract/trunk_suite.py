"""What the contract suite needs of a trunk's surroundings: a bench with the far end's hands.

A room adds its trunk by a file `bench_NAME.py` beside this one with a dictionary `BENCHES: dict[str,
MakeBench]`; `test_trunk_contract.py` runs the whole suite over every bench it finds.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from appliance.contract.events import (
    Answered,
    CallerId,
    Event,
    Progress,
    Released,
    RingStarted,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString, LegId, PortId
from appliance.contract.trunk import Trunk

E = TypeVar("E")


class EventLog:
    """An `EventSink` that remembers, and that a test may wait at."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.all.append(event)
            self._changed.notify_all()

    def of(self, kind: type[E], leg: LegId | None = None) -> list[E]:
        """All events of a kind so far, of one leg or of all."""
        every = list(self.all)
        return [
            event for event in every if isinstance(event, kind) and leg in (None, getattr(event, "leg", None))
        ]

    def until(self, found: Callable[[], bool], timeout: float) -> bool:
        """Wait for something that changes only with an event."""
        with self._changed:
            return self._changed.wait_for(found, timeout)

    def next(self, kind: type[E], leg: LegId | None = None, timeout: float = 10.0) -> E:
        """The first event of a kind, waiting for it."""
        assert self.until(lambda: bool(self.of(kind, leg)), timeout), f"no {kind.__name__} in {self.all}"
        return self.of(kind, leg)[0]

    def state(self, wanted: TrunkState, timeout: float = 12.0) -> TrunkStatus:
        """The trunk's newest status, as soon as it is in the wanted state."""

        def reached() -> bool:
            statuses = self.of(TrunkStatus)
            return bool(statuses) and statuses[-1].state is wanted

        assert self.until(reached, timeout), f"never {wanted}: {self.of(TrunkStatus)}"
        return self.of(TrunkStatus)[-1]


class BenchAudio:
    """An `AudioPort` whose bridge speaks a constant and remembers what the line said."""

    SAMPLE = b"\x39\x05"

    def __init__(self, port: str = "port-1") -> None:
        self.port = PortId(port)
        self.heard = bytearray()
        self.taken = 0
        self.is_open = False

    def open(self) -> None:
        self.is_open = True

    def from_line(self, pcm: bytes) -> None:
        self.heard += pcm

    def to_line(self, samples: int) -> bytes:
        self.taken += samples
        return self.SAMPLE * samples

    def close(self) -> None:
        self.is_open = False


class FarEnd(Protocol):
    """The subscriber's side of one call."""

    @property
    def connected(self) -> bool: ...

    @property
    def ended(self) -> bool: ...

    @property
    def digits(self) -> str: ...

    def hang_up(self) -> None: ...


class Bench(Protocol):
    """One trunk on its line. `events` and `audio` are what the trunk was built with."""

    trunk: Trunk
    events: EventLog
    audio: BenchAudio
    answers: DialString  # a number that rings and answers
    busy: DialString
    silent: DialString  # rings and never answers
    tells_digits: bool = True  # whether the far end tells every digit it hears

    def call_in(self, number: str) -> FarEnd:
        """A subscriber calls the trunk, speaks when answered, and stays."""

    def far_end(self) -> FarEnd:
        """The far end of the newest call."""

    def break_device(self) -> None:
        """Unplug it, or take its network away."""

    def mend_device(self) -> None: ...

    def fault_state(self) -> TrunkState:
        """The state in which `break_device` puts the trunk."""


MakeBench = Callable[[], AbstractContextManager[Bench]]


def benches() -> dict[str, MakeBench]:
    """Every bench of every `bench_NAME.py` in this folder."""
    found: dict[str, MakeBench] = {}
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        found |= importlib.import_module(f"tests.contract.{path.stem}").BENCHES
    return found


def eventually(condition: Callable[[], bool], timeout: float = 5.0) -> bool:
    """Whether something of another thread comes true in time."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def check_legs(events: EventLog) -> None:
    """The rules every leg keeps: one Released, nothing after it, one Answered at most, ring before id."""
    order: dict[str, list[Event]] = {}
    for event in list(events.all):
        leg = getattr(event, "leg", None)
        if leg is not None:
            order.setdefault(leg, []).append(event)
    for leg, story in order.items():
        kinds = [type(event) for event in story]
        assert kinds.count(Released) == 1, f"{leg}: {story}"
        assert kinds[-1] is Released, f"{leg}: {story}"
        assert kinds.count(Answered) <= 1, f"{leg}: {story}"
        if CallerId in kinds:
            assert kinds[0] is RingStarted, f"{leg}: {story}"
        if Progress in kinds and Answered in kinds:
            last = max(at for at, kind in enumerate(kinds) if kind is Progress)
            assert last < kinds.index(Answered), f"{leg}: {story}"
