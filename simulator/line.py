"""What every simulated line has: a name, ports, faults, a clock, and a place in the exchange."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.loop import Loop, Timer
from simulator.script import HangUpWay
from simulator.sound import FRAME_SECONDS
from simulator.terminal import Terminal

if TYPE_CHECKING:
    from simulator.call import Call
    from simulator.exchange import Exchange


@dataclass(slots=True)
class Faults:
    """What is wrong with a line. A test sets them at any time."""

    answer_delay: float = 0.0  # seconds more before each answer
    silent: bool = False  # says nothing at all any more
    missing_hangup: bool = False  # the far end's hang-up is not reported
    unsolicited_anywhere: bool = False  # also between a command and its answer


class FrameClock:
    """Calls `tick` every 20 ms by the monotonic clock, `ppm` too fast, each up to `jitter` seconds late."""

    def __init__(self, loop: Loop, tick: Callable[[], None], ppm: float, jitter: float) -> None:
        self._loop = loop
        self._tick = tick
        self._period = FRAME_SECONDS / (1 + ppm * 1e-6)
        self._jitter = jitter
        self._start = 0.0
        self._count = 0
        self._timer: Timer | None = None

    @property
    def running(self) -> bool:
        return self._timer is not None

    def overdue(self) -> int:
        """Ticks that should have been by now, when this process was held up."""
        if self._timer is None:
            return 0
        return max(0, int((self._loop.now() - self._start) / self._period) - self._count + 1)

    def start(self) -> None:
        if self._timer is None:
            self._start, self._count = self._loop.now(), 0
            self._arm()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self._count += 1
        late = random.uniform(0, self._jitter) if self._jitter else 0.0
        self._timer = self._loop.at(self._start + self._count * self._period + late, self._ring)

    def _ring(self) -> None:
        self._arm()
        self._tick()


class Line:
    """A line of the box. Subclasses are the modems; the exchange calls the methods named `far_…`.

    `unscripted` lists the commands the box sent that the modem does not know; a test asserts it is
    empty. `port` is the path of the device the box opens.
    """

    digits_are_audio = False  # the subscriber must hear the box's DTMF; else the network carries digits

    def __init__(self, exchange: Exchange, name: str, number: str, ppm: float, jitter: float) -> None:
        self.exchange = exchange
        self.loop = exchange.loop
        self.name = name
        self.number = number
        self.faults = Faults()
        self.unscripted: list[str] = []
        self.terminals: list[Terminal] = []
        self.clock = FrameClock(self.loop, self.tick, ppm, jitter)

    def make_terminal(self, suffix: str, on_data: Callable[[bytes], None]) -> Terminal:
        terminal = Terminal(self.loop, self.exchange.folder / (self.name + suffix), on_data)
        self.terminals.append(terminal)
        return terminal

    @property
    def port(self) -> str:
        return str(self.terminals[0].link)

    @property
    def plugged(self) -> bool:
        return self.terminals[0].plugged

    def note(self, what: str, **detail: object) -> None:
        self.exchange.note(self.name, what, **detail)

    # ------------------------------------------------------------------------------------- faults

    def unplug(self) -> None:
        """Pull the modem out: its devices vanish, its calls are lost."""
        self.loop.call(self._unplug)

    def plug(self) -> None:
        """Put the modem in again: new devices under the old links, a modem fresh from its reset."""
        self.loop.call(self._plug)

    def garbage(self, data: bytes) -> None:
        """Bytes that no modem should send appear on its first port."""
        self.loop.call(lambda: self.terminals[0].write(data))

    def split_reads(self, split: bool = True) -> None:
        """What the modem says arrives in small pieces, some milliseconds apart."""
        self.terminals[0].split_reads = split

    def _unplug(self) -> None:
        if not self.plugged:
            return
        self.clock.stop()
        self.power_lost()
        for terminal in self.terminals:
            terminal.unplug()
        self.note("unplugged")

    def _plug(self) -> None:
        if self.plugged:
            return
        self.power_up()
        for terminal in reversed(self.terminals):
            terminal.plug()
        self.note("plugged in")

    # ------------------------------------------------------------------- what a modem must provide

    def tick(self) -> None:
        """20 ms of the line went by."""
        raise TypeError(f"{type(self).__name__} has no clock")

    def power_up(self) -> None:
        """Begin anew, before the devices appear."""

    def power_lost(self) -> None:
        """The power went: end the calls for the far ends."""

    def busy(self) -> bool:
        """True while a call is on the line."""
        return False

    def far_calls(self, call: Call) -> bool:
        """A subscriber calls. False: the line cannot be reached."""
        return False

    def far_gives_up(self, call: Call) -> None:
        """The caller hung up before the box answered."""

    def far_rings(self, call: Call) -> None:
        """The number the box dialled is ringing."""

    def far_answers(self, call: Call) -> None:
        """The number the box dialled was answered."""

    def far_refuses(self, call: Call, cause: int) -> None:
        """The call the box dialled failed. The exchange has ended it already."""

    def far_hangs_up(self, call: Call, way: HangUpWay, cause: int) -> None:
        """The subscriber left a connected call."""

    def far_digit(self, call: Call, digit: str, down: bool) -> None:
        """A key of the subscriber that a DTMF receiver would notice."""

    def status(self) -> dict[str, object]:
        """For the control socket."""
        return {
            "number": self.number,
            "port": self.port,
            "plugged": self.plugged,
            "busy": self.busy(),
            "unscripted": list(self.unscripted),
        }
