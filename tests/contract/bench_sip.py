"""SIP trunks of both kinds: a gateway known by its address, and a provider we register at with digest.

The far end is baresip; the provider is a second Kamailio, in front of it.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from appliance.contract.events import AudioGone, AudioReady, Event, TrunkState
from appliance.contract.ids import DialString, PortId
from drivers.sip.account import TrunkSettings
from drivers.sip.kamailio.config import INNER_ADDRESS
from tests.contract.trunk_suite import Bench, BenchAudio, EventLog, FarEnd, MakeBench
from tests.sip.phone import Phone, hears_digits
from tests.sip.rig import Box, Kamailio, edge_settings, secret
from tests.support.ports import free_port

_LINE = PortId("bench-line")
_GATEWAY = "127.0.0.5"
_PROVIDER = "127.0.0.1"  # newer baresips take a call only for the address it came to


class SipAudio(BenchAudio):
    """A line of the engine that is joined to whatever call has audio: what a core would do."""

    def __init__(self) -> None:
        super().__init__()
        self.box: Box | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self, box: Box) -> None:
        self.box = box
        self._line = box.engine.line_port(_LINE)
        self._line.open()
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def note(self, event: Event) -> None:
        if isinstance(event, AudioReady) and self.box is not None:
            self.port, self.is_open = event.port, True
            self.box.engine.bridge.connect(event.port, _LINE)
        elif isinstance(event, AudioGone):
            self.is_open = False

    def _run(self) -> None:
        while not self._end.wait(0.02):
            self._line.from_line(self.SAMPLE * 160)
            self.taken += 160
            self.heard += self._line.to_line(160)


class SipEvents(EventLog):
    """The log, which lets the audio know first."""

    def __init__(self, audio: SipAudio) -> None:
        super().__init__()
        self._audio = audio

    def __call__(self, event: Event) -> None:
        self._audio.note(event)
        super().__call__(event)


class Subscriber:
    """The newest call of the gateway, as the suite sees it."""

    def __init__(self, gateway: Phone, since: int) -> None:
        self._gateway, self._since = gateway, since
        self._asked = time.monotonic()

    def _kinds(self) -> list[Any]:
        return [event.get("type") for event in self._gateway.events[self._since :]]

    @property
    def connected(self) -> bool:
        return "CALL_ESTABLISHED" in self._kinds() and not self.ended

    @property
    def ended(self) -> bool:
        """Also a call given up so early that it never came here."""
        kinds = self._kinds()
        late = time.monotonic() - self._asked > 0.7
        return "CALL_CLOSED" in kinds or (late and not {"CALL_INCOMING", "CALL_RINGING"} & set(kinds))

    @property
    def digits(self) -> str:
        every = self._gateway.events[self._since :]
        return "".join(str(e["param"]) for e in every if e.get("type") == "CALL_DTMF_START")

    def hang_up(self) -> None:
        self._gateway.hang_up()


class SipBench(Bench):
    """A box with one SIP trunk of one channel, and what stands at its other end."""

    answers = DialString("301")
    busy = DialString("302")
    silent = DialString("303")

    def __init__(self, folder: Path, registering: bool) -> None:
        self._folder, self._registering = folder, registering
        self.tells_digits = hears_digits()
        self._provider: Kamailio | None = None
        if registering:
            listen = ((_PROVIDER, free_port()),)
            self._provider = Kamailio(folder / "provider", edge_settings(("box",), listen=listen))
        self._port = self._provider.settings.engine_port if self._provider else free_port()
        self._mark = 0
        self._gateway = self._make_gateway()
        self.audio: SipAudio = SipAudio()
        self.events = SipEvents(self.audio)
        self.box = Box(folder / "box", (), self.events, keepalive_seconds=0.2, dead_seconds=0.3)
        self.audio.start(self.box)
        (self.trunk,) = self.box.stack.add_trunk(self._settings())

    def _settings(self) -> TrunkSettings:
        if self._provider is None:
            return TrunkSettings("sip", _GATEWAY, self._port, register_out=False, channels=1)
        port = self._provider.address[1]
        return TrunkSettings("sip", _PROVIDER, port, "udp", True, "box", secret("box"), 1)

    def _make_gateway(self) -> Phone:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        address = "127.0.0.1" if self._registering else _GATEWAY
        made = Phone(
            folder,
            "302",
            "",
            self._domain,
            register=False,
            address=address,
            port=self._port,
            on_event=self._react,
        )
        made.command("uanew", f"<sip:301@{self._domain}>;regint=0;answermode=auto")
        made.command("uanew", f"<sip:303@{self._domain}>;regint=0")
        return made

    @property
    def _domain(self) -> str:
        """What calls to the gateway are addressed to."""
        return _PROVIDER if self._registering else _GATEWAY

    def _react(self, event: dict[str, Any]) -> None:
        if event.get("type") == "CALL_INCOMING":
            self._mark = len(self._gateway.events) - 1
            called = str(event.get("accountaor", ""))
            if "302@" in called:
                self._gateway.order("hangup")

    def call_in(self, number: str) -> FarEnd:
        if self._provider is None:
            target = f"sip:0991@{self.box.edge.server}"
        else:
            target = f"sip:box@{INNER_ADDRESS}:{self._port}"
        # which of several accounts a dial takes depends on baresip's version: there is only one then
        self._gateway.command("uanew", f"<sip:{number}@{self._domain}>;regint=0")
        for other in ("301", "302", "303"):
            self._gateway.command("uadel", f"sip:{other}@{self._domain}")
        self._mark = len(self._gateway.events)
        self._gateway.dial(target)
        return self.far_end()

    def far_end(self) -> FarEnd:
        return Subscriber(self._gateway, self._mark)

    def break_device(self) -> None:
        self._gateway.kill()
        if self._provider is not None:
            self._provider.stop()

    def mend_device(self) -> None:
        if self._provider is not None:
            self._provider.start()
        self._gateway = self._make_gateway()

    def fault_state(self) -> TrunkState:
        return TrunkState.UNREACHABLE

    def close(self) -> None:
        self.box.stop()
        self.audio.stop()
        self._gateway.stop()
        if self._provider is not None:
            self._provider.stop()


@contextmanager
def sip_bench(registering: bool) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="sip-") as folder, contextlib.ExitStack() as stack:
        bench = SipBench(Path(folder), registering)
        stack.callback(bench.close)
        yield bench


BENCHES: dict[str, MakeBench] = {
    "sip-by-address": partial(sip_bench, False),
    "sip-registering": partial(sip_bench, True),
}
