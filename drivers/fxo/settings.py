"""What an installer may set for one analog line, already checked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VoiceModemSettings:
    """Settings of one voice modem. Durations are seconds."""

    port: str
    family: str = "auto"  # "auto", "conexant", "usr", "generic"
    answer_after_rings: int = 2  # an answer waits for so many rings; at 2 the caller id is enough
    silence_seconds: float = 0.0  # release after so long without voice; 0: the core decides
    tone_reports: int = 1  # how often the modem must report busy or dial tone; 2 where music fools it
    international_prefix: str = "00"  # dialled for a leading +; "011" in North America
    receive_gain: int | None = None  # +VGR, 128 is neutral; None: the modem's own
    transmit_gain: int | None = None  # +VGT
    flash_seconds: float = 0.1  # 0.1 in most of Europe, 0.5 in North America
    ring_timeout: float = 8.0  # no ring for so long: the caller gave up
    check_seconds: float = 60.0  # how often an idle line is checked to be on hook and its modem alive
