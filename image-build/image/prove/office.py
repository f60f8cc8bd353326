"""The whole call: `inside/office.py` makes it in the guest; record and recording are fetched from outside."""

from __future__ import annotations

import json
import re
import subprocess
import wave
from pathlib import Path
from typing import Any

import numpy as np
from guest import Guest, GuestError
from page import Page

INSIDE = Path(__file__).resolve().parent / "inside"
PYTHON = "/usr/lib/callbox/bin/python"


def put(guest: Guest) -> None:
    """Copy the programs of `inside/` into the guest's memory."""
    for script in sorted(INSIDE.glob("*.py")):
        guest.shell.put(script, f"/run/prove/{script.name}")


def panel(guest: Guest) -> None:
    """A lamp and a key on the kernel's simulated GPIO chip."""
    put(guest)
    told = guest.shell.run(f"cd /run/prove && {PYTHON} panel.py", 240)
    if "PANEL ok" not in told:
        raise GuestError(f"lamp and key: {told[-800:]}")


def whole_call(guest: Guest, page: Page, work: Path) -> None:
    """Caller and agent hear each other; the page has the record and a recording in which both are."""
    put(guest)
    told = guest.shell.run(f"cd /run/prove && {PYTHON} rig.py", 600)
    found = re.search(r"^RESULT (.*)$", told, re.MULTILINE)
    if not found:
        raise GuestError(f"no call was made: {told[-1500:]}")
    result: dict[str, Any] = json.loads(found[1])
    if result["caller_heard_agent_s"] < 3 or result["agent_heard_caller_s"] < 3:
        raise GuestError(f"they did not hear each other: {result}\n{page.calls()}\n{evidence(guest)}")
    record = guest.wait(lambda: next(iter(page.calls()), None), 60, "a call record on the page")
    if (record["trunk"], record["number"], record["outcome"], record["agent"], record["digits"]) != (
        "gsm1", "+12025550101", "answered", "11", "1",
    ):  # fmt: skip
        raise GuestError(f"the record is not that of the call: {record}")
    caller, agent = recording(guest, page, str(record["recordings"][0]), work)
    if tone_seconds(caller, 1000) < 3 or tone_seconds(agent, 440) < 3:
        raise GuestError("the recording does not hold both voices")


def stick(guest: Guest) -> None:
    """A USB stick that is plugged in is mounted by itself and takes an encrypted backup."""
    put(guest)
    told = guest.shell.run(f"cd /run/prove && {PYTHON} stick.py", 400)
    if not re.search(r"^STICK callbox-\S+\.tar\.age b'age-encryption.org/v1", told, re.MULTILINE):
        raise GuestError(f"no backup on a USB stick: {told[-1500:]}\n{evidence(guest)}")


def evidence(guest: Guest) -> str:
    """What box, simulator and kernel said of the last minutes."""
    words = (
        "journalctl -b --no-pager -o short-monotonic -n 80 -u callbox-core -u callbox-edge; "
        "tail -n 40 /run/prove/lines/log; cat /proc/asound/card*/pcm*/sub*/status; "
        "dmesg | tail -n 15; cat /proc/loadavg"
    )
    return guest.shell.run(words, check=False)


def recording(guest: Guest, page: Page, name: str, work: Path) -> tuple[Any, Any]:
    """Both channels of a recording, fetched by the page."""
    opus, wav = work / "recording.opus", work / "recording.wav"

    def fetched() -> bool:
        status, _, body = page.ask("GET", f"/recordings/{name}/opus")
        opus.write_bytes(body)
        return status == 200

    guest.wait(fetched, 90, f"the recording {name} on the page")
    subprocess.run(["opusdec", "--quiet", "--rate", "8000", opus, wav], check=True, timeout=60)
    with wave.open(str(wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return samples[0::2], samples[1::2]


def tone_seconds(samples: Any, hertz: float) -> float:
    """For how long a tone carries half of the energy, in windows of 40 ms that are not silent."""
    blocks = samples[: len(samples) // 320 * 320].reshape(-1, 320).astype(float)
    probe = np.exp(-2j * np.pi * hertz * np.arange(320) / 8000)
    power = np.sum(blocks**2, axis=1)
    hit = 2 * np.abs(blocks @ probe) ** 2 / 320
    return float(np.sum((power > 320 * 100.0**2 / 2) & (hit > 0.5 * power)) * 0.04)
