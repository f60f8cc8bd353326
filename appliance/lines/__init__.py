"""What lines are made of: settings as the drivers take them, modems that could be lines, text messages.

Beside the wiring the only place that names drivers. Code in here starts nothing and keeps nothing: it makes
what the wiring joins. A driver is loaded when there is a line for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appliance.config.options import Options
from appliance.config.schema import GsmTrunk, SipTrunk, VoiceModemTrunk
from appliance.contract.trunk import Trunk
from appliance.lines.heard import say_who_is_heard
from appliance.lines.inbox import LineInbox
from appliance.lines.modem import Modem
from appliance.lines.texts import LineTexts
from drivers.sip.account import SipConfig
from drivers.sip.account import TrunkSettings as SipTrunkSettings

if TYPE_CHECKING:
    from drivers.fxo.settings import VoiceModemSettings
    from drivers.gsm.settings import GsmSettings

__all__ = [
    "LineInbox", "LineTexts", "Modem", "analog_settings", "device", "found", "gsm_settings",
    "say_who_is_heard", "sip_config", "sip_settings", "trunks",
]  # fmt: skip


def gsm_settings(trunk: GsmTrunk, emergency: frozenset[str], state: Path) -> GsmSettings:
    """What the driver of a GSM line is told."""
    from drivers.gsm.settings import GsmSettings

    return GsmSettings(
        port=trunk.port,
        audio_port=trunk.audio_port,
        alsa_device=trunk.alsa_device,
        family=trunk.family,
        pin=trunk.pin.get_secret_value() if trunk.pin else None,
        emergency=emergency,
        state_dir=state,
    )


def analog_settings(trunk: VoiceModemTrunk) -> VoiceModemSettings:
    """What the driver of an analog line is told."""
    from drivers.fxo.settings import VoiceModemSettings

    return VoiceModemSettings(
        port=trunk.port, family=trunk.family, answer_after_rings=trunk.answer_after_rings
    )


def sip_config(options: Options) -> SipConfig:
    """What all of SIP is told."""
    return SipConfig(
        folder=options.edge,
        host=options.host,
        port=options.sip_port,
        engine_port=options.engine_port,
        rtp_address=options.host,
        rtp_port=options.rtp_port,
    )


def sip_settings(trunk: SipTrunk) -> SipTrunkSettings:
    """What the driver of a SIP trunk is told."""
    return SipTrunkSettings(
        name=trunk.name,
        host=trunk.host,
        port=trunk.port,
        transport=trunk.transport,
        register_out=trunk.register_out,
        user=trunk.user,
        password=trunk.password.get_secret_value(),
        channels=trunk.channels,
    )


def found() -> list[dict[str, Any]]:
    """Every modem that is plugged in, as `control.messages.Verb.LINES_FOUND` says; nothing is opened."""
    from drivers.fxo.plugged import modems as voice_modems
    from drivers.gsm.plugged import modems as gsm_modems

    gsm: list[dict[str, Any]] = [
        {
            "kind": "gsm",
            "port": modem.port,
            "audio_port": modem.audio_port,
            "family": modem.family,
            "title": modem.title,
        }
        for modem in gsm_modems()
    ]
    analog: list[dict[str, Any]] = [
        {
            "kind": "voice_modem",
            "port": modem.port,
            "audio_port": None,
            "family": modem.family,
            "title": modem.title,
        }
        for modem in voice_modems()
    ]
    return gsm + analog


def trunks() -> Iterator[GsmTrunk | VoiceModemTrunk]:
    """A line on each of them, for a box that has lost its settings."""
    for number, modem in enumerate(found(), 1):
        own = {"name": f"line{number}", "label": modem["title"] or f"Line {number}", "port": modem["port"]}
        if modem["kind"] == "gsm":
            yield GsmTrunk(**own, audio_port=modem["audio_port"])
        else:
            yield VoiceModemTrunk(**own)


def device(lines: list[Trunk]) -> str | None:
    """Maker and model of the modem behind a trunk, in its own words; None while it has not said so."""
    for line in lines:
        if isinstance(line, Modem):
            words = (line.identity.get(part, "") for part in ("maker", "model"))
            return " ".join(filter(None, words))[:80] or None
    return None
