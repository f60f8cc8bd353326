"""Stand-ins for the fxo room's tests: an audio port that counts, a wire without a modem, collected events."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from appliance.contract.audio import AudioPort
from appliance.contract.clock import SteppedClock
from appliance.contract.errors import CommandError, LineTimeoutError
from appliance.contract.events import Event
from appliance.contract.ids import PortId
from drivers.at_channel import Reply
from drivers.fxo.dle import Code
from drivers.fxo.line import Line, State
from drivers.fxo.quirks import FAMILIES, Family
from drivers.fxo.sample_format import SampleFormat, sample_format
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.stream import Event as StreamEvent

E = TypeVar("E")


class FakeAudio:
    """An `AudioPort` whose bridge speaks a known ramp."""

    def __init__(self) -> None:
        self.port = PortId("port-1")
        self.heard = bytearray()
        self.taken = 0
        self.opened = 0
        self.closed = 0
        self.speech = bytes(2)

    def open(self) -> None:
        self.opened += 1

    def from_line(self, pcm: bytes) -> None:
        self.heard += pcm

    def to_line(self, samples: int) -> bytes:
        self.taken += samples
        return (self.speech * samples)[: 2 * samples]

    def close(self) -> None:
        self.closed += 1


_CHECK: type[AudioPort] = FakeAudio


class Events:
    """An `EventSink` that remembers, and that a test may wait at."""

    def __init__(self) -> None:
        self.all: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.all.append(event)
            self._changed.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in list(self.all) if isinstance(event, kind)]

    def wait(self, condition: Callable[[], object], seconds: float = 10.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(condition()), seconds)


@dataclass
class Asked:
    """A command the line asked and its reply callback."""

    text: str
    done: Callable[[Reply], None]


@dataclass
class FakeWire:
    """A `Wire` whose modem is the test: commands wait in `asked` until `reply` is called."""

    asked: list[Asked] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    received: int = 0
    loud: int = 0
    tones: str = ""
    streams: int = 0

    def ask(
        self, text: str, timeout: float, done: Callable[[Reply], None], finals: Iterable[str] = ()
    ) -> None:
        self.log.append(text)
        self.asked.append(Asked(text, done))

    def abort(self) -> None:
        self.log.append("<abort>")

    def talk(
        self,
        command: str,
        samples: SampleFormat,
        connected: Callable[[Reply], None],
        event: Callable[[StreamEvent], None],
        over: Callable[[Reply], None],
    ) -> None:
        self.log.append(command)
        self.asked.append(Asked(command, connected))
        self.event, self._over = event, over
        self.streams += 1

    def leave(self, code: bytes) -> None:
        self.log.append(f"<leave {code!r}>")
        self.sent.append(code)

    def abandon(self) -> None:
        self.log.append("<abandon>")
        self._over(Reply("end of stream", error=LineTimeoutError("nothing")))

    def send_tones(self, digits: str) -> None:
        self.tones += digits

    # ------------------------------------------------------------------ the modem's part, by the test

    def reply(self, command: str, final: str = "OK") -> None:
        """Answer the command that waits; it must be this one."""
        asked = self.asked.pop(0)
        assert asked.text == command, f"the line asked {asked.text}, the test answers {command}"
        error = None if final in ("OK", "VCON", "CONNECT") else CommandError(final)
        asked.done(Reply(command, final, (), error))

    def silent(self, command: str) -> None:
        asked = self.asked.pop(0)
        assert asked.text == command
        asked.done(Reply(command, error=LineTimeoutError("no answer")))

    def code(self, letter: str) -> None:
        self.event(Code(ord(letter)))

    def over(self, final: str = "OK") -> None:
        self._over(Reply("end of stream", final))


class Bench:
    """A line on a stepped clock with a fake modem."""

    def __init__(self, **options: object) -> None:
        self.clock = SteppedClock()
        self.events = Events()
        self.audio = FakeAudio()
        self.wire = FakeWire()
        self.faults: list[str] = []
        self.no_lines = 0
        self.family: Family = FAMILIES[-1]
        settings = VoiceModemSettings(port="/dev/null", **options)  # type: ignore[arg-type]
        self.line = Line("line1", settings, self.clock, self.events, self.audio)
        self.line.on_fault = self._fault
        self.line.on_no_line = self._no_line
        self.line.up(self.wire, self.family, sample_format("ulaw"))

    def _fault(self, why: str) -> None:
        self.faults.append(why)
        self.line.down(why)

    def _no_line(self) -> None:
        self.no_lines += 1

    def settle_on_hook(self) -> None:
        """Let a leg that leaves the stream come to its end."""
        self.wire.over()
        self.wire.reply("AT+VLS=0")
        assert self.line.state is State.IDLE
