"""A simulated network with one modem, and a trunk on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.contract.events import AudioReady, RingStarted, TrunkState, TrunkStatus
from appliance.contract.ids import LegId
from drivers.gsm import GsmSettings, GsmTrunk, Timings
from simulator import Babble, Exchange, GsmModem, Listen, Repeat
from tests.contract.trunk_suite import BenchAudio, EventLog, check_legs

QUICK = Timings(ping=0.2, command=0.6, replug=0.1, restart=2.0, health=0.5, back_off=0.3, sim_ready=1.0)
TALKS = (Repeat((Babble(2.0), Listen(0.5)), 20),)
LEG = LegId("out")


class Plant:
    """A network with one modem, and a trunk on it."""

    def __init__(self, exchange: Exchange, modem: GsmModem, trunk: GsmTrunk, events: EventLog) -> None:
        self.exchange, self.modem, self.trunk, self.events = exchange, modem, trunk, events
        self.audio = BenchAudio()

    def in_service(self) -> TrunkStatus:
        return self.events.state(TrunkState.IN_SERVICE)

    def states(self) -> list[TrunkState]:
        return [status.state for status in self.events.of(TrunkStatus)]

    def incoming(self, *, answer: bool = True) -> LegId:
        self.exchange.place_call("gsm1", TALKS)
        leg = self.events.next(RingStarted).leg
        if answer:
            self.trunk.answer(leg)
            self.events.next(AudioReady, leg)
        return leg


@contextmanager
def plant(
    family: str = "simcom",
    timings: Timings = QUICK,
    pin: str | None = None,
    card_pin: str | None = None,
    state_dir: Path | None = None,
    start: bool = True,
) -> Iterator[Plant]:
    with Exchange(speed=8) as exchange:
        modem = GsmModem(exchange, "gsm1", family, pin=card_pin)
        events = EventLog()
        audio = BenchAudio()
        settings = GsmSettings(modem.port, modem.audio_port, pin=pin, state_dir=state_dir)
        trunk = GsmTrunk("gsm1", settings, events, audio, timings)
        made = Plant(exchange, modem, trunk, events)
        made.audio = audio
        try:
            if start:
                trunk.start()
            yield made
        finally:
            trunk.stop()
        check_legs(events)
        assert modem.unscripted == [] and exchange.errors == []
