"""The telephone network: numbers, subscribers, calls, tones and the journal of all that happened."""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.call import Call, CallState
from simulator.line import Line
from simulator.loop import Loop, Timer
from simulator.script import HangUpWay, Script
from simulator.subscriber import CAUSES, Behaviour, Subscriber, default_phone_book, find
from simulator.tones import TONE_SETS, endless

NORMAL_CLEARING = 16
OUT_OF_ORDER = 27
SETUP_SECONDS = 0.6  # from the last digit to ringing
KEEP_CALLS = 120


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """Something that happened: `number` counts from 1, `at` is monotonic seconds."""

    number: int
    at: float
    line: str
    what: str
    detail: dict[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


class Exchange:
    """The network that the simulated lines hang on. Use it as a context manager.

    `folder` is where the devices appear (a temporary folder when none is given), `tones` is "us" or
    "eu", `speed` divides the network's times (ring cadence, ringing until answer, how long a modem
    listens before it reports a tone), never the sound.
    """

    def __init__(self, folder: Path | str | None = None, tones: str = "us", speed: float = 1.0) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="callbox-sim-") if folder is None else None
        self.folder = Path(self._temporary.name if self._temporary else folder or ".")
        self.loop = Loop()
        self.speed = speed
        tone_set = TONE_SETS[tones]
        self.tones = {name: getattr(tone_set, name).loop() for name in tone_set.__slots__}
        self.lines: dict[str, Line] = {}
        self.calls: deque[Call] = deque()
        self.journal: deque[JournalEntry] = deque(maxlen=20000)
        self.subscribers: list[Subscriber] = default_phone_book()
        self._noted = 0
        self._changed = threading.Condition()
        self._ring_timers: dict[Call, Timer] = {}
        self.loop.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Unplug everything and end the thread."""
        for line in list(self.lines.values()):
            line.unplug()
        self.loop.stop()
        if self._temporary:
            self._temporary.cleanup()

    # ---------------------------------------------------------------------------------- for tests

    @property
    def errors(self) -> list[BaseException]:
        """What went wrong inside the simulator itself."""
        return self.loop.errors

    def add_subscriber(self, subscriber: Subscriber) -> None:
        """Put a number into the phone book; it replaces one of the same number."""
        others = [entry for entry in self.subscribers if entry.number != subscriber.number]
        self.subscribers = [*others, subscriber]

    def place_call(
        self, line: str, script: Script = (), number: str = "+36205550199", name: str = "",
        rings_for: float = 60.0, record: Path | str | None = None,
    ) -> Call:  # fmt: skip
        """A subscriber calls the box on `line`. He gives up after `rings_for` seconds (not scaled).

        `number` may be "" (withheld). `record` is a WAV file for what he will have heard.
        """
        call = Call(self, self.lines[line], number, to_box=True, script=script, name=name, record=record)
        self.loop.call(lambda: self._place(call, rings_for))
        return call

    def wait(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait for something the network can see: looked at again after every journal entry."""
        with self._changed:
            return self._changed.wait_for(condition, timeout)

    def entries(self, what: str, line: str | None = None) -> list[JournalEntry]:
        """The journal's entries of one kind."""
        every = list(self.journal)
        return [entry for entry in every if entry.what == what and line in (None, entry.line)]

    # -------------------------------------------------------------------- for lines (loop's thread)

    def add_line(self, line: Line) -> None:
        if line.name in self.lines:
            raise ValueError(f"there is a line {line.name} already")
        self.lines[line.name] = line

    def note(self, line: str, what: str, **detail: object) -> None:
        """Write the journal and wake whoever waits for something."""
        with self._changed:
            self._noted += 1
            self.journal.append(JournalEntry(self._noted, self.loop.now(), line, what, detail))
            self._changed.notify_all()

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Like the loop's, but in the network's (scaled) time."""
        return self.loop.later(seconds / self.speed, action)

    def dial(self, line: Line, number: str) -> Call:
        """The box dialled `number` on `line`."""
        subscriber = find(self.subscribers, number)
        call = Call(self, line, number, to_box=False, script=subscriber.script)
        self._keep(call)
        self.note(line.name, "dialled", number=number)
        self.later(SETUP_SECONDS, lambda: self._reach(call, subscriber))
        return call

    def box_answers(self, call: Call) -> None:
        """The box took the subscriber's call."""
        if call.state is CallState.RINGING:
            self._stop_timer(call)
            call.connect()
            self.note(call.line.name, "answered", by="box", number=call.number)

    def box_releases(self, call: Call, cause: int = NORMAL_CLEARING, by: str = "box") -> None:
        """The box ended the call, or lost its line."""
        self._end(call, by, cause)

    def box_digit(self, call: Call, digit: str) -> None:
        """The box sent a digit to the subscriber."""
        call.digits += digit
        self.note(call.line.name, "digit", digit=digit)

    def far_hangs_up(self, call: Call, way: HangUpWay, cause: int = NORMAL_CLEARING) -> None:
        """The subscriber hangs up, in any state of the call."""
        if call.state in (CallState.ENDED, CallState.GONE):
            return
        if call.state is not CallState.CONNECTED:
            if self._end(call, "far end", cause):
                call.line.far_gives_up(call)
            return
        self.note(call.line.name, "subscriber hung up", way=str(way))
        if way is HangUpWay.SIGNALLED and not call.line.faults.missing_hangup:
            self._end(call, "far end", cause)
        else:
            call.state = CallState.GONE
            call.hear(None)
            if way is HangUpWay.SILENCE:
                call.hear(endless(bytes(320)))
            elif way is HangUpWay.BUSY_TONE:
                call.hear(endless(self.tones["busy"]))
        call.line.far_hangs_up(call, way, cause)

    # -------------------------------------------------------------------------------- inside

    def _keep(self, call: Call) -> None:
        self.calls.append(call)
        while len(self.calls) > KEEP_CALLS:
            self.calls.popleft().forget_sound()

    def _place(self, call: Call, rings_for: float) -> None:
        self._keep(call)
        self.note(call.line.name, "called", number=call.number)
        call.state = CallState.RINGING
        if not call.line.plugged or not call.line.far_calls(call):
            self._end(call, "far end", CAUSES[Behaviour.BUSY if call.line.plugged else Behaviour.ABSENT])
            return
        self._ring_timers[call] = self.loop.later(
            rings_for, lambda: self.far_hangs_up(call, HangUpWay.SIGNALLED, CAUSES[Behaviour.NO_ANSWER])
        )

    def _reach(self, call: Call, subscriber: Subscriber) -> None:
        if call.state is not CallState.SETUP:
            return
        behaviour = subscriber.behaviour
        if behaviour in (Behaviour.ANSWER, Behaviour.NO_ANSWER, Behaviour.REJECT):
            call.state = CallState.RINGING
            call.hear(endless(self.tones["ringback"]))
            self.note(call.line.name, "ringing", number=call.number)
            call.line.far_rings(call)
            seconds = subscriber.rings_for if behaviour is Behaviour.NO_ANSWER else subscriber.answer_after
            self._ring_timers[call] = self.later(seconds, lambda: self._decide(call, behaviour))
        else:
            self._refuse(call, CAUSES[behaviour])

    def _decide(self, call: Call, behaviour: Behaviour) -> None:
        self._stop_timer(call)
        if call.state is not CallState.RINGING:
            return
        if behaviour is Behaviour.ANSWER:
            call.connect()
            self.note(call.line.name, "answered", by="subscriber", number=call.number)
            call.line.far_answers(call)
        else:
            self._refuse(call, CAUSES[behaviour])

    def _refuse(self, call: Call, cause: int) -> None:
        if self._end(call, "far end", cause):
            call.line.far_refuses(call, cause)

    def _end(self, call: Call, ended_by: str, cause: int) -> bool:
        if call.state is CallState.ENDED:
            return False
        self._stop_timer(call)
        call.end(ended_by, cause)
        self.note(call.line.name, "ended", by=ended_by, cause=cause, number=call.number)
        return True

    def _stop_timer(self, call: Call) -> None:
        timer = self._ring_timers.pop(call, None)
        if timer is not None:
            timer.cancel()


def tone_for(cause: int) -> str:
    """Which tone an analog subscriber hears when his call failed with this cause."""
    busy = (CAUSES[Behaviour.BUSY], CAUSES[Behaviour.REJECT], NORMAL_CLEARING)
    return "busy" if cause in busy else "reorder"
