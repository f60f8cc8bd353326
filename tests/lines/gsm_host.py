"""A trunk as one call sees it: commands that wait for the test's answer, a stepped clock, a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from appliance.contract.audio import AudioPort
from appliance.contract.cause import HangupCause
from appliance.contract.clock import SteppedClock
from appliance.contract.errors import LineTransientError
from appliance.contract.events import Event, Released
from appliance.contract.ids import LegId, PortId
from drivers.at_channel import Reply
from drivers.at_channel.reply import refusal
from drivers.gsm.audio import LineAudio
from drivers.gsm.call import GsmCall
from drivers.gsm.call_host import CallState
from drivers.gsm.link import Replied
from drivers.gsm.quirks import VENDORS, AudioPlan
from drivers.gsm.settings import Timings
from drivers.gsm.sound import Sound
from drivers.gsm.unsolicited import CallStat, Ring
from tests.contract.trunk_suite import BenchAudio, EventLog

LEG = LegId("leg")


class FakeLink:
    """Holds commands until the test answers them."""

    def __init__(self) -> None:
        self.pending: list[tuple[str, Replied | None]] = []
        self.sent: list[str] = []
        self.aborts = 0
        self.urgent: set[str] = set()

    def command(
        self,
        text: str,
        timeout: float,
        done: Replied | None = None,
        *,
        finals: Iterable[str] = (),
        urgent: bool = False,
    ) -> None:
        self.sent.append(text)
        if urgent:
            self.urgent.add(text)
        self.pending.append((text, done))

    def abort(self) -> None:
        self.aborts += 1

    def answer(
        self, text: str, *lines: str, final: str = "OK", error: LineTransientError | None = None
    ) -> None:
        """Answer the oldest command of this name."""
        names = [name for name, _ in self.pending]
        assert text in names, f"{text} not in {names}"
        name, done = self.pending.pop(names.index(text))
        if done is not None:
            done(Reply(name, "" if error else final, lines, error or refusal(name, final)))


class FakeDevice:
    def __init__(self) -> None:
        self.open_count = 0

    def open(self) -> None:
        self.open_count += 1

    def close(self) -> None:
        self.open_count -= 1


@dataclass
class Host:
    """The trunk, as a call sees it."""

    family: str = "generic"
    has_audio: bool = True
    name: str = "gsm1"
    port_id: PortId = PortId("port-1")
    timings: Timings = field(default_factory=Timings)
    link: FakeLink = field(default_factory=FakeLink)
    clock: SteppedClock = field(default_factory=SteppedClock)
    events: EventLog = field(default_factory=EventLog)
    device: FakeDevice = field(default_factory=FakeDevice)
    over: list[LegId] = field(default_factory=list)
    suspicions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vendor = VENDORS[self.family]
        self.plan = self.vendor.plan("LTE", "/dev/pcm" if self.has_audio else None, None)
        self.sound = Sound(self.name, self.link, self.clock, BenchAudio(), self._make)

    def post(self, event: Event) -> None:
        self.events(event)

    def call_over(self, leg: LegId) -> None:
        self.over.append(leg)

    def suspect(self, why: str) -> None:
        self.suspicions.append(why)

    def _make(self, plan: AudioPlan, port: AudioPort, on_lost: Callable[[str], None]) -> LineAudio:
        return self.device

    def kinds(self) -> list[type]:
        return [type(event) for event in self.events.all]

    def released(self) -> HangupCause:
        found = self.events.of(Released)
        assert len(found) == 1, self.events.all
        return found[0].cause


def listed(index: int, incoming: bool, stat: CallStat) -> str:
    return f'+CLCC: {index},{int(incoming)},{stat.value},0,0,"123",129'


def outgoing(host: Host) -> GsmCall:
    call = GsmCall(host, LEG, incoming=False)
    call.dial("+36301234567")
    host.link.answer("ATD+36301234567;")
    return call


def talking(host: Host) -> GsmCall:
    call = outgoing(host)
    host.clock.advance(0.5)
    host.link.answer("AT+CLCC", listed(1, False, CallStat.ACTIVE))
    assert call.state is CallState.ACTIVE
    return call


def ringing(host: Host) -> GsmCall:
    call = GsmCall(host, LEG, incoming=True)
    call.heard(Ring())
    return call
