"""Trunks on simulated modems: voice modems on analog lines, and GSM modems with a voice port."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from appliance.contract.events import TrunkState
from appliance.contract.ids import DialString
from appliance.contract.trunk import Trunk
from drivers.fxo.service import Timings
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.voice_modem import VoiceModemTrunk
from drivers.gsm import GsmSettings, GsmTrunk
from drivers.gsm import Timings as GsmTimings
from simulator import Babble, Call, CallState, Exchange, GsmModem, HangUpWay, Listen, Repeat, VoiceModem
from tests.contract.trunk_suite import Bench, BenchAudio, EventLog, FarEnd, MakeBench

_TALKS = (Repeat((Babble(2.0), Listen(0.5)), 20),)


class Subscriber:
    """A simulated call, as the suite sees it."""

    def __init__(self, call: Call, way: HangUpWay) -> None:
        self._call, self._way = call, way

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
        self._call.hang_up(self._way)


class ModemBench(Bench):
    """A simulated modem and the trunk on it; both bear the bench's name."""

    name: str
    way = HangUpWay.SIGNALLED
    modem: VoiceModem | GsmModem
    trunk: Trunk
    answers = DialString("301")
    busy = DialString("302")
    silent = DialString("303")

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.events = EventLog()
        self.audio = BenchAudio()

    def call_in(self, number: str) -> FarEnd:
        return Subscriber(self.exchange.place_call(self.name, _TALKS, number), self.way)

    def far_end(self) -> FarEnd:
        return Subscriber(self.exchange.calls[-1], self.way)

    def break_device(self) -> None:
        self.modem.unplug()

    def mend_device(self) -> None:
        self.modem.plug()

    def fault_state(self) -> TrunkState:
        return TrunkState.UNPLUGGED


class FxoBench(ModemBench):
    name = "fxo1"
    way = HangUpWay.BUSY_TONE  # nothing else tells it on an analog line

    def __init__(self, exchange: Exchange, family: str) -> None:
        super().__init__(exchange)
        self.modem = VoiceModem(exchange, self.name, family)
        settings = VoiceModemSettings(self.modem.port, ring_timeout=2.0)
        times = Timings(ping=0.3, replug=0.1)
        self.trunk = VoiceModemTrunk(self.name, settings, self.events, self.audio, times)


class GsmBench(ModemBench):
    name = "gsm1"

    def __init__(self, exchange: Exchange, family: str) -> None:
        super().__init__(exchange)
        self.modem = GsmModem(exchange, self.name, family)
        settings = GsmSettings(self.modem.port, self.modem.audio_port)
        self.trunk = GsmTrunk(self.name, settings, self.events, self.audio, GsmTimings(ping=0.3, replug=0.1))


@contextmanager
def modem_bench(make: Callable[[Exchange, str], ModemBench], family: str) -> Iterator[Bench]:
    """A bench; the modem must have known every command, and the simulator must have had no trouble."""
    with Exchange(speed=8) as exchange:
        bench = make(exchange, family)
        try:
            yield bench
        finally:
            bench.trunk.stop()
        assert bench.modem.unscripted == []
        assert exchange.errors == []


BENCHES: dict[str, MakeBench] = {
    **{f"fxo-{family}": partial(modem_bench, FxoBench, family) for family in ("conexant", "usr")},
    **{f"gsm-{family}": partial(modem_bench, GsmBench, family) for family in ("simcom", "quectel", "huawei")},
}
