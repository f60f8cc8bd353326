"""Voice modem trunks of two families, on simulated modems and analog lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from appliance.contract.events import TrunkState
from appliance.contract.ids import DialString
from drivers.fxo.service import Timings
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.voice_modem import VoiceModemTrunk
from simulator import Babble, Call, CallState, Exchange, HangUpWay, Listen, Repeat, VoiceModem
from tests.contract.trunk_suite import Bench, BenchAudio, EventLog, FarEnd

_TALKS = (Repeat((Babble(2.0), Listen(0.5)), 20),)


class Subscriber:
    """A simulated call, as the suite sees it. Only busy tone tells that he hung up."""

    def __init__(self, call: Call) -> None:
        self._call = call

    @property
    def connected(self) -> bool:
        return self._call.state is CallState.CONNECTED

    @property
    def ended(self) -> bool:
        return self._call.state is CallState.ENDED

    @property
    def digits(self) -> str:
        return self._call.digits

    def hang_up(self) -> None:
        self._call.hang_up(HangUpWay.BUSY_TONE)


class FxoBench(Bench):
    """A modem on a simulated line and the trunk on it."""

    answers = DialString("301")
    busy = DialString("302")
    silent = DialString("303")

    def __init__(self, exchange: Exchange, family: str) -> None:
        self.exchange = exchange
        self.modem = VoiceModem(exchange, "fxo1", family)
        self.events = EventLog()
        self.audio = BenchAudio()
        settings = VoiceModemSettings(self.modem.port, ring_timeout=2.0)
        self.trunk = VoiceModemTrunk("fxo1", settings, self.events, self.audio, Timings(ping=0.3, replug=0.1))

    def call_in(self, number: str) -> FarEnd:
        return Subscriber(self.exchange.place_call("fxo1", _TALKS, number))

    def far_end(self) -> FarEnd:
        return Subscriber(self.exchange.calls[-1])

    def break_device(self) -> None:
        self.modem.unplug()

    def mend_device(self) -> None:
        self.modem.plug()

    def fault_state(self) -> TrunkState:
        return TrunkState.UNPLUGGED


@contextmanager
def fxo_bench(family: str) -> Iterator[Bench]:
    """A bench; the modem must have known every command, and the simulator must have had no trouble."""
    with Exchange(speed=8) as exchange:
        bench = FxoBench(exchange, family)
        try:
            yield bench
        finally:
            bench.trunk.stop()
        assert bench.modem.unscripted == []
        assert exchange.errors == []


BENCHES: dict[str, Callable[[], AbstractContextManager[Bench]]] = {
    f"fxo-{family}": partial(fxo_bench, family) for family in ("conexant", "usr")
}
