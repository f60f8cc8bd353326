"""GSM trunks of the families with a voice port, on simulated modems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from appliance.contract.events import TrunkState
from appliance.contract.ids import DialString
from drivers.gsm import GsmSettings, GsmTrunk, Timings
from simulator import Babble, Call, CallState, Exchange, GsmModem, Listen, Repeat
from tests.contract.trunk_suite import Bench, BenchAudio, EventLog, FarEnd

_TALKS = (Repeat((Babble(2.0), Listen(0.5)), 20),)


class Subscriber:
    """A simulated call, as the suite sees it."""

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
        self._call.hang_up()


class GsmBench(Bench):
    """A modem in the simulated network and the trunk on it."""

    answers = DialString("301")
    busy = DialString("302")
    silent = DialString("303")

    def __init__(self, exchange: Exchange, family: str) -> None:
        self.exchange = exchange
        self.modem = GsmModem(exchange, "gsm1", family)
        self.events = EventLog()
        self.audio = BenchAudio()
        settings = GsmSettings(self.modem.port, self.modem.audio_port)
        self.trunk = GsmTrunk("gsm1", settings, self.events, self.audio, Timings(ping=0.3, replug=0.1))

    def call_in(self, number: str) -> FarEnd:
        return Subscriber(self.exchange.place_call("gsm1", _TALKS, number))

    def far_end(self) -> FarEnd:
        return Subscriber(self.exchange.calls[-1])

    def break_device(self) -> None:
        self.modem.unplug()

    def mend_device(self) -> None:
        self.modem.plug()

    def fault_state(self) -> TrunkState:
        return TrunkState.UNPLUGGED


@contextmanager
def gsm_bench(family: str) -> Iterator[Bench]:
    """A bench; the modem must have known every command, and the simulator must have had no trouble."""
    with Exchange(speed=8) as exchange:
        bench = GsmBench(exchange, family)
        try:
            yield bench
        finally:
            bench.trunk.stop()
        assert bench.modem.unscripted == []
        assert exchange.errors == []


BENCHES: dict[str, Callable[[], AbstractContextManager[Bench]]] = {
    f"gsm-{family}": partial(gsm_bench, family) for family in ("simcom", "quectel", "huawei")
}
