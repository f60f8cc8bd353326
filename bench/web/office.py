"""The box as `callbox run` starts it, 30 calls in progress in it, and 20,000 calls in its records."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from appliance.config.fields import ChoiceSettings
from appliance.config.flow_menu import menu_flow
from appliance.config.options import Options
from appliance.config.queues import AgentSettings
from appliance.config.schema import HandsetSettings, SipTrunk
from appliance.config.secrets import hash_secret
from appliance.control.client import ControlClient
from appliance.start import prepare
from appliance.store.settings import SettingsStore
from bench.media.process import Program
from bench.store.prefill import fill_records
from tests.support.box import RunningBox, wait_for

PASSWORD = "correct horse battery"
CALLS, TALKING, RECORDS = 30, 8, 20_000
_EXTENSIONS = tuple(str(201 + number) for number in range(TALKING + 1))
_AGENTS = tuple(str(11 + number) for number in range(TALKING + 1))
IDLER = _AGENTS[-1]  # who takes no calls
_QUEUES: dict[str, list[str]] = {IDLER: []}


@dataclass(frozen=True, slots=True)
class Office:
    """A box at work."""

    box: RunningBox
    network: Program
    calls: int

    @property
    def port(self) -> int:
        """Of the pages."""
        return self.box.options.web_port

    def check(self) -> None:
        """Raise RuntimeError unless the calls are up, spoken in, with agents, and none was refused."""
        up, talking, sent, refused = self._count()
        if up < self.calls - TALKING or talking < TALKING // 2 or refused or not sent:
            raise RuntimeError(f"{up} calls up, {talking} with agents, {refused} refused, {sent} packets")

    def _count(self) -> list[int]:
        return [int(word) for word in self.network.ask("count").split()]

    def full(self) -> bool:
        """All calls up, every agent in one."""
        return self._count()[:2] == [self.calls, TALKING]


@contextlib.contextmanager
def office(folder: Path, calls: int = CALLS, program: str = "appliance") -> Iterator[Office]:
    """A box that is at work while the block lasts. `program` stands for `appliance`."""
    network = Program(Path(__file__).parent / "calling.py")
    try:
        secrets = _furnish(folder, network.first.split())
        box = RunningBox(folder, program=program)
        try:
            network.ask(f"box {box.options.host}:{box.options.sip_port}")
            box.wait_ready()
            found = Office(box, network, calls)
            with contextlib.closing(box.control) as control:
                _open(found, control, secrets)
            yield found
        finally:
            box.stop()
    finally:
        network.end()


def _furnish(folder: Path, gateways: list[str]) -> dict[str, str]:
    """Settings and records of the box; the telephones' secrets."""
    options = Options(data=folder)
    settings = prepare(options).settings
    settings.trunks = [
        SipTrunk(
            name=f"gate{number}",
            label=f"Gateway {number}",
            host=at.split(":")[0],
            port=int(at.split(":")[1]),
            register_out=False,
            channels=16,
        )
        for number, at in enumerate(gateways, 1)
    ]
    to_sales = ChoiceSettings(kind="queue", target="sales")
    settings.flows = [menu_flow("main", "To sales", greeting="", fallback=to_sales)]
    settings.handsets = [HandsetSettings(extension=name, label=f"Desk {name}") for name in _EXTENSIONS]
    settings.agents = [
        AgentSettings(id=agent, name=f"Agent {agent}", handset=name, queues=_QUEUES.get(agent, ["sales"]))
        for agent, name in zip(_AGENTS, _EXTENSIONS, strict=True)
    ]
    settings.queues[0].wrap_up_seconds = 0
    settings.queues[0].maximum_wait_seconds = 3600
    settings.box.first_setup_done = True
    settings.web.admin_hash, settings.web.admin_one_time = hash_secret(PASSWORD), False
    store = SettingsStore(options.settings)
    try:
        store.save(settings, "bench", 1)
    finally:
        store.close()
    fill_records(options.records, RECORDS)
    return {handset.extension: handset.secret.get_secret_value() for handset in settings.handsets}


def _open(office: Office, control: ControlClient, secrets: dict[str, str]) -> None:
    wait_for(lambda: _ready(control), 20, "both gateways in service")
    telephones = " ".join(f"{user}:{secret}" for user, secret in secrets.items())
    office.network.ask(f"register {telephones}")
    wait_for(lambda: all(one.registered for one in control.live().handsets), 10, "telephones registered")
    for agent, handset in zip(_AGENTS, _EXTENSIONS, strict=True):
        control.set_agent_status(agent, "available", None, handset)
    office.network.ask(f"call {office.calls}")
    wait_for(office.full, 20, f"{office.calls} calls, {TALKING} of them with agents")


def _ready(control: ControlClient) -> bool:
    trunks = control.live().trunks
    return bool(trunks) and all(trunk.state == "in_service" for trunk in trunks)
