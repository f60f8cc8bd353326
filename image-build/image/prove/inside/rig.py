"""Inside the guest, as root: a telephone network in software around the box, by the ways real devices come.

A modem comes by USB: a gadget of the kernel's own (dummy_hcd) with a Quectel's numbers and a serial port,
behind which the simulator's modem answers; its sound card is snd-aloop. The telephone is pjsua2, registered
at the edge.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import threading
import time
import tty
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from appliance.control.client import ControlClient
from simulator.client import SimulatorClient

CHILDREN: list[subprocess.Popen[bytes]] = []
LINES = Path("/run/prove/lines")
GADGET = Path("/sys/kernel/config/usb_gadget/modem")
CARD_OF_BOX, CARD_OF_MODEM = "hw:Loopback,0,0", "hw:Loopback,1,0"
CONTROL = Path("/run/callbox/control.sock")


def until(what: Callable[[], Any], seconds: float, why: str) -> Any:
    """The first true answer of `what`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if found := what():
                return found
        time.sleep(0.1)
    raise SystemExit(f"not within {seconds} s: {why}")


def modules() -> None:
    """The kernel's side of gadgets: two ports, a modem's and a stick's kind of device, a sound card."""
    subprocess.run(["modprobe", "dummy_hcd", "num=2"], check=True)
    for module in ("libcomposite", "usb_f_acm", "usb_f_mass_storage", "snd-aloop"):
        subprocess.run(["modprobe", module], check=True)
    if not GADGET.parent.is_dir():
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)


def plug_in() -> None:
    """Plug the modem in: USB device with one serial port, and a sound card. It may be plugged in already."""
    if (GADGET / "UDC").exists() and (GADGET / "UDC").read_text().strip():
        return
    modules()
    function, config = GADGET / "functions/acm.0", GADGET / "configs/c.1"
    for folder in (function, config, GADGET / "strings/0x409"):
        folder.mkdir(parents=True)
    for name, text in {
        "idVendor": "0x2c7c",
        "idProduct": "0x0125",
        "strings/0x409/manufacturer": "Quectel",
        "strings/0x409/serialnumber": "prove",
        "UDC": "dummy_udc.0",
    }.items():
        if name == "UDC":
            (config / "acm.0").symlink_to(function)
        (GADGET / name).write_text(text)


def port_of_box() -> str:
    """The stable name that udev gives the modem's port."""
    found = until(lambda: sorted(Path("/dev/callbox").glob("quectel-*")), 60, "a port")
    return str(found[0])


def _open(path: str) -> int:
    handle = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(handle)
    return handle


def carry(one: str, other: str) -> None:
    """Carry bytes both ways, for ever; a box that resets the USB device hangs up the kernel's side of it."""
    while True:
        with (
            contextlib.suppress(OSError),
            open(_open(one), "r+b", 0) as end,
            open(_open(other), "r+b", 0) as far,
        ):
            _carry(end.fileno(), far.fileno())
        time.sleep(0.2)


def _carry(one: int, other: int) -> None:
    """Until one end is gone. The simulated Quectel has a voice port, no card: it is told that."""
    while True:
        for end in select.select((one, other), [], [])[0]:
            data = os.read(end, 4096)
            if not data:
                return
            if end == one:
                data = data.replace(b"+QPCMV=1,2", b"+QPCMV=1,0")
            os.write(other if end == one else one, data)


def sound(port: str) -> None:
    """The modem's side of the sound card, by ALSA's own programs."""
    raw = ["-D", CARD_OF_MODEM, "-q", "-t", "raw", "-f", "S16_LE", "-r", "8000", "-c", "1"]
    handle = _open(port)
    buffers = ["--period-size=160", "--buffer-size=1280"]
    heard = subprocess.Popen(["arecord", *raw, *buffers], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    CHILDREN.append(heard)
    CHILDREN.append(subprocess.Popen(["aplay", *raw, *buffers], stdin=handle, stderr=subprocess.DEVNULL))
    threading.Thread(target=whole_samples, args=(heard, handle), daemon=True).start()


def whole_samples(source: subprocess.Popen[bytes], handle: int) -> None:
    """Carry 16-bit samples, never half of one: a modem that begins to listen in mid-sample hears noise."""
    while data := source.stdout.read(320) if source.stdout else b"":
        os.write(handle, data)


def network() -> None:
    """Start the simulator, then plug its modem in: the box asks at once, and resets what is silent."""
    shutil.rmtree(LINES, ignore_errors=True)
    LINES.mkdir(parents=True, exist_ok=True)
    with (LINES / "log").open("w") as log:
        words = [sys.executable, "-m", "simulator", f"--folder={LINES}", "--gsm=quectel", "--fxo="]
        CHILDREN.append(subprocess.Popen(words, stdout=log, stderr=log))
    until(lambda: (LINES / "control").exists() and (LINES / "gsm1-audio").exists(), 60, "the simulator")
    plug_in()
    threading.Thread(target=carry, args=("/dev/ttyGS0", str(LINES / "gsm1")), daemon=True).start()
    sound(str(LINES / "gsm1-audio"))


def configure(control: ControlClient, port: str) -> str:
    """Give the box its line; the secret of handset 201."""
    version, settings = control.settings()
    line = {"kind": "gsm", "name": "gsm1", "label": "GSM", "port": port, "alsa_device": CARD_OF_BOX}
    settings["trunks"] = [line]
    control.save_settings(version, settings, "prove")
    return str(next(h["secret"] for h in settings["handsets"] if h["extension"] == "201"))


def tone(path: Path, hertz: float, seconds: float) -> Path:
    """A sine as a WAV."""
    time_axis = np.arange(int(8000 * seconds)) / 8000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((8000 * np.sin(2 * np.pi * hertz * time_axis)).astype("<i2").tobytes())
    return path


def tone_seconds(samples: Any, hertz: float) -> float:
    """For how long a tone carries half of the energy, in windows of 40 ms that are not silent."""
    blocks = samples[: len(samples) // 320 * 320].reshape(-1, 320).astype(float)
    probe = np.exp(-2j * np.pi * hertz * np.arange(320) / 8000)
    power = np.sum(blocks**2, axis=1)
    hit = 2 * np.abs(blocks @ probe) ** 2 / 320
    return float(np.sum((power > 320 * 100.0**2 / 2) & (hit > 0.5 * power)) * 0.04)


@contextlib.contextmanager
def telephone(secret: str, server: str) -> Iterator[Path]:
    """A telephone that answers by itself; gives the WAV of what it hears."""
    heard = Path("/run/prove/heard.wav")
    played = tone(Path("/run/prove/agent.wav"), 440, 120)
    command = [
        sys.executable,
        str(Path(__file__).with_name("phone.py")),
        server,
        "201",
        str(played),
        str(heard),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | {"SECRET": secret}) as process:
        try:
            yield heard
        finally:
            process.terminate()
            process.wait(20)


def call(lines: SimulatorClient) -> dict[str, Any]:
    """A subscriber calls, hears the menu, presses 1, speaks a tone to the agent for 20 s, hangs up."""
    script: list[dict[str, Any]] = [
        {"wait_for_sound": 60.0}, {"wait_for_silence": 1.0}, {"press": "1"},
        {"wait_for_sound": 60.0}, {"tone": 1000.0, "seconds": 20.0}, {"hang_up": True},
    ]  # fmt: skip
    number = lines.place_call("gsm1", script, number="+12025550101")
    ended = until(lambda: _ended(lines, number), 180, "the call ends")
    lines.ask("heard", call=number, wav="/run/prove/caller.wav")
    return dict(ended)


def _ended(lines: SimulatorClient, number: int) -> dict[str, Any] | None:
    told = lines.call(number)
    return told if told["state"] == "ended" else None


def samples_of(path: Path) -> Any:
    """A mono WAV's samples: of one that was never closed as far as it goes, of none nothing."""
    if not path.exists():
        return np.zeros(0, "<i2")
    return np.frombuffer(path.read_bytes()[44:][: len(path.read_bytes()[44:]) // 2 * 2], "<i2")


def main() -> None:
    """Plug in, configure, call; one line of JSON tells what was heard."""
    network()
    port = port_of_box()
    server = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    with contextlib.closing(ControlClient(CONTROL)) as control, SimulatorClient(LINES) as lines:
        secret = configure(control, port)
        with telephone(secret, f"{server[0] if server else '127.0.0.1'}:5060") as heard:
            until(lambda: any(h.name == "201" and h.registered for h in control.live().handsets), 90, "201")
            until(lambda: all(t.state == "in_service" for t in control.live().trunks), 120, "the line")
            control.set_agent_status("11", "available", None, "201")
            ended = call(lines)
            until(lambda: not control.live().calls, 30, "no call is left")
        control.set_agent_status("11", "logged_out", None, None)
    told = {
        "port": port,
        "call": ended,
        "caller_heard_agent_s": tone_seconds(samples_of(Path("/run/prove/caller.wav")), 440),
        "agent_heard_caller_s": tone_seconds(samples_of(heard), 1000),
    }
    sys.stdout.write(f"RESULT {json.dumps(told)}\n")
    sys.stdout.flush()
    for child in CHILDREN:
        child.kill()
    os._exit(0)


if __name__ == "__main__":
    main()
