"""What a GSM trunk is told: where its modem is, and how long it waits for what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: Called without a SIM, a PIN or a home network (3GPP TS 22.101 10.1).
EMERGENCY = frozenset({"112", "911"})


@dataclass(frozen=True, slots=True)
class GsmSettings:
    """One modem. `port` and `audio_port` are best paths that survive a replug (/dev/serial/by-path/…)."""

    port: str
    audio_port: str | None = None
    alsa_device: str | None = None
    family: str = "auto"
    pin: str | None = None
    baud: int = 115200
    emergency: frozenset[str] = EMERGENCY
    state_dir: Path | None = None  # where a refused PIN is remembered
    sysfs: Path = Path("/sys")


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. Tests shorten them; service keeps these."""

    ping: float = 1.0  # one AT
    command: float = 5.0
    registration: float = 10.0  # +COPS may think for long
    dial: float = 60.0  # a modem may answer ATD only when the far end rings
    answer: float = 20.0
    settle: float = 0.5  # after a call, before the next dial: late words about the old one still come
    hang_up: float = 3.0
    cause: float = 1.0  # +CEER, before a call's end is told without it
    setup_poll: float = 0.5
    active_poll: float = 5.0
    ring_gone: float = 10.0  # RING comes every 3 to 6 s
    health: float = 30.0
    replug: float = 0.5  # look for the port again
    restart: float = 20.0  # a modem comes back from CFUN=1,1
    sim_ready: float = 10.0
    back_off: float = 5.0
    back_off_most: float = 300.0
