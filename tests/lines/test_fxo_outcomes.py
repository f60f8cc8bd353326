"""What became of calls on analog lines, by ear alone: driver, detectors and rules against the simulated
network, four lines at once. Sound takes its time; only ring times are shortened."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Event, Progress, Released, Tone, ToneHeard, TrunkState, TrunkStatus
from appliance.contract.ids import DialString, LegId, PortId
from appliance.contract.leads import Outcome
from appliance.contract.media import Detect
from appliance.contract.trunk import AnswerSupervision
from appliance.core.dialer.outcome import DialFacts, Known, outcome_of
from appliance.media.detect import Listener
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.voice_modem import VoiceModemTrunk
from simulator import Exchange, VoiceModem
from simulator.people import subscriber
from tests.lines.test_fxo_simulated import QUICK

_ENDS = (Tone.BUSY, Tone.REORDER, Tone.SIT, Tone.SIT_CIRCUIT, Tone.FAX_CED)
_FAMILIES = ("conexant", "usr", "generic", "conexant")


class Ear:
    """The line's audio port: everything goes to the box's own detectors."""

    def __init__(self, name: str, facts: DialFacts) -> None:
        self.port = PortId(name)
        self.facts = facts
        self.decided = threading.Event()
        self._frames = b""
        self._listener: Listener | None = None

    def open(self) -> None:
        self._listener = Listener(self.port, Detect.TONES, 0.0, "US", self._heard)

    def from_line(self, pcm: bytes) -> None:
        if self._listener is not None:
            self._listener(pcm)

    def to_line(self, samples: int) -> bytes:
        return bytes(2 * samples)

    def close(self) -> None:
        self._listener = None

    def _heard(self, event: Event) -> None:
        if isinstance(event, ToneHeard):
            self.facts.tone(event.tone, time.monotonic())
            if event.tone in _ENDS:
                self.decided.set()


class Dialled:
    """One trunk on one simulated line, dialling one number; a decisive tone releases it, as the core does."""

    def __init__(self, exchange: Exchange, place: int) -> None:
        self.modem = VoiceModem(exchange, f"line{place}", _FAMILIES[place])
        self.facts = DialFacts(AnswerSupervision.INFERRED)
        self.ear = Ear(self.modem.name, self.facts)
        self.ready, self.over = threading.Event(), threading.Event()
        settings = VoiceModemSettings(port=self.modem.port)
        self.trunk = VoiceModemTrunk(self.modem.name, settings, self._post, self.ear, QUICK)
        self.trunk.start()

    def _post(self, event: Event) -> None:
        if isinstance(event, TrunkStatus) and event.state is TrunkState.IN_SERVICE:
            self.ready.set()
        elif isinstance(event, Progress):
            self.facts.stage(event.stage, time.monotonic())
        elif isinstance(event, Released):
            self.facts.over(event.cause, event.reason, self.ear.decided.is_set(), time.monotonic())
            self.over.set()

    def found(self, number: str) -> tuple[Outcome, str]:
        assert self.ready.wait(20)
        self.trunk.dial(LegId("out"), DialString(number))
        assert self.ear.decided.wait(40), self.facts
        self.trunk.release(LegId("out"), HangupCause.NORMAL_CLEARING)
        assert self.over.wait(20)
        return outcome_of(self.facts)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(speed=4) as made:
        yield made
        assert made.errors == []


def test_four_lines_know_what_their_modems_do_not(exchange: Exchange) -> None:
    """The modems report busy for all of these but the fax; the box hears which it was."""
    kinds = {
        "invalid": Outcome.INVALID,
        "congestion": Outcome.CONGESTION,
        "no_circuit": Outcome.CONGESTION,
        "fax": Outcome.FAX,
    }
    calls = [Dialled(exchange, place) for place in range(len(kinds))]
    found: dict[str, tuple[Outcome, str]] = {}

    def dial(one: Dialled, kind: str) -> None:
        found[kind] = one.found(kind_number[kind])

    kind_number = {kind: f"555100{place}" for place, kind in enumerate(kinds)}
    for kind, number in kind_number.items():
        exchange.add_subscriber(subscriber(kind, number))
    threads = [
        threading.Thread(target=dial, args=pair, daemon=True) for pair in zip(calls, kinds, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(80)
    for one in calls:
        one.trunk.stop()
        assert one.modem.unscripted == []
    assert {kind: outcome for kind, (outcome, _) in found.items()} == kinds
    assert {how.partition(":")[0] for _, how in found.values()} == {Known.TONE.value}
