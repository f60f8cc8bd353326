"""Core and SIP edge as `callbox run` starts them, with one queue, one agent and gateways full of callers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from appliance.config.fields import ChoiceSettings
from appliance.config.flow_menu import menu_flow
from appliance.config.options import Options
from appliance.config.schema import Settings, SipTrunk
from appliance.contract.errors import CallboxError
from appliance.control.client import ControlClient
from appliance.start import edge_settings, prepare
from appliance.store.settings import SettingsStore
from bench.acd.agent import Agent
from bench.acd.gateway import Gateway
from tests.sip.rig import Kamailio, rtp_port
from tests.support.box import wait_for
from tests.support.ports import free_port


class Office:
    """The processes. `module` is the core's program: `appliance`, or the control's. `record`: all calls."""

    def __init__(self, folder: Path, module: str = "appliance", record: bool = False) -> None:
        self._module, self._record = module, record
        self.options = Options(
            data=folder, sip_port=free_port(), engine_port=free_port(), rtp_port=rtp_port()
        )

    def start(self, agent: Agent, gateways: list[Gateway]) -> None:
        """Run both; the telephone is 201 and registers."""
        self.settings = _settings(self.options, [gateway.address for gateway in gateways], self._record)
        self._edge = Kamailio(self.options.edge, edge_settings(self.options, self.settings))
        self._log = (self.options.data / "core.log").open("w")
        words = [sys.executable, "-m", self._module, "core", *self.options.arguments()]
        self._core = subprocess.Popen(words, stdout=self._log, stderr=self._log)
        self.control = ControlClient(self.options.control)
        wait_for(self._in_service, 20, "both gateways in service")
        agent.register("201", self.secret("201"))
        wait_for(
            lambda: any(one.registered for one in self.control.live().handsets), 5, "a telephone registered"
        )

    def open(self) -> None:
        """The agent goes to work."""
        self.control.set_agent_status("11", "available", None, "201")

    @property
    def server(self) -> tuple[str, int]:
        """Where telephones register."""
        return self.options.host, self.options.sip_port

    def secret(self, extension: str) -> str:
        """A handset's secret."""
        return next(h.secret.get_secret_value() for h in self.settings.handsets if h.extension == extension)

    def waiting(self) -> int:
        """Callers in the queue."""
        return self.control.live().queues[0].waiting

    def log(self) -> str:
        """What the core said."""
        return Path(self._log.name).read_text()

    def _in_service(self) -> bool:
        if self._core.poll() is not None:
            raise RuntimeError(f"The core ended: {self.log()[-2000:]}")
        with contextlib.suppress(CallboxError):
            trunks = self.control.live().trunks
            return bool(trunks) and all(trunk.state == "in_service" for trunk in trunks)
        return False

    def stop(self) -> None:
        """End both."""
        self.control.close()
        self._core.terminate()
        self._core.wait(15)
        self._log.close()
        self._edge.stop()


def _settings(options: Options, gateways: list[tuple[str, int]], record: bool) -> Settings:
    """A first start's settings with callers led straight into the queue, and no pause between two calls."""
    settings = prepare(options).settings
    settings.trunks = [
        SipTrunk(name=f"gate{n}", label=f"Gateway {n}", host=host, port=port, register_out=False, channels=16)
        for n, (host, port) in enumerate(gateways, 1)
    ]
    settings.flows = [
        menu_flow(
            "main",
            "Straight to sales",
            greeting="",
            fallback=ChoiceSettings(kind="queue", target="sales"),
        )
    ]
    settings.box.record = record
    settings.queues[0].wrap_up_seconds = 0
    settings.queues[0].maximum_wait_seconds = 3600
    store = SettingsStore(options.settings)
    try:
        store.save(settings, "bench", 1)
    finally:
        store.close()
    return settings
