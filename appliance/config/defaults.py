"""The settings of a first start: a small sales office that works before anybody has typed a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from appliance.config.fields import ChoiceSettings
from appliance.config.flow_menu import menu_flow
from appliance.config.queues import AgentSettings, QueueSettings
from appliance.config.schema import (
    BoxSettings,
    GsmTrunk,
    HandsetSettings,
    Settings,
    VoiceModemTrunk,
    WebSettings,
)
from appliance.config.secrets import hash_secret, new_password, new_pin


@dataclass(frozen=True, slots=True)
class FirstStart:
    """First settings, and the secrets that exist in the clear only now: to be shown once, never stored."""

    settings: Settings
    admin_password: str = field(repr=False)
    pins: dict[str, str] = field(repr=False)  # agent number -> PIN


def first_start() -> FirstStart:
    """Settings for a box that has none, with fresh secrets."""
    pins = {"11": new_pin(), "12": new_pin()}
    password = new_password()
    settings = defaults()
    for agent in settings.agents:
        agent.pin_hash = hash_secret(pins[agent.id])
    settings.web = WebSettings(admin_hash=hash_secret(password), admin_one_time=True)
    return FirstStart(settings, password, pins)


def defaults() -> Settings:
    """The first settings without PINs and admin password (so nobody can log in with them yet)."""
    return Settings(
        box=BoxSettings(),
        handsets=[
            HandsetSettings(extension="201", label="Handset 201"),
            HandsetSettings(extension="202", label="Handset 202"),
        ],
        agents=[
            AgentSettings(id="11", name="Ana", handset="201", queues=["sales"]),
            AgentSettings(id="12", name="Ben", handset="202", queues=["sales"]),
        ],
        queues=[QueueSettings(name="sales", label="Sales")],
        flows=[
            menu_flow(
                "main",
                "Main menu",
                menu="Press 1 for sales.",
                choices={"1": ChoiceSettings(kind="queue", target="sales")},
                fallback=ChoiceSettings(kind="queue", target="sales"),
            )
        ],
        trunk_groups={"outside": []},
    )


def simulated(settings: Settings, folder: Path) -> Settings:
    """The same settings with the simulator's four lines in place of the trunks; its ports lie in `folder`."""
    lines = settings.model_copy(deep=True)
    lines.trunks = [
        *(
            GsmTrunk(
                name=f"gsm{number}",
                label=f"Simulated GSM line {number}",
                port=str(folder / f"gsm{number}"),
                audio_port=str(folder / f"gsm{number}-audio"),
            )
            for number in (1, 2)
        ),
        *(
            VoiceModemTrunk(
                name=f"fxo{number}",
                label=f"Simulated analog line {number}",
                port=str(folder / f"fxo{number}"),
            )
            for number in (1, 2)
        ),
    ]
    return lines
