"""baresip as a telephone of the office, run by its ctrl_tcp module: a SIP stack that nobody here wrote."""

from __future__ import annotations

import contextlib
import functools
import json
import math
import socket
import struct
import subprocess
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

_MODULES = "/usr/lib/baresip/modules"


@functools.cache
def hears_digits() -> bool:
    """Whether it tells all digits of RFC 4733: version 1.1, Debian 13's, tells a call's first only."""
    told = subprocess.run(["baresip", "-h"], capture_output=True, text=True, timeout=10, check=False)
    return "baresip v1.1." not in told.stdout + told.stderr


class Phone:
    """One baresip with one account. It hears into `folder`/dump-*-dec.wav and speaks a tone of `tone` Hz.

    With an `authority` (PEM) it believes only a server that this one signed; `encryption` is its mediaenc.
    With a `lamp` it subscribes to its messages (RFC 3842).
    """

    def __init__(
        self,
        folder: Path,
        user: str,
        secret: str,
        server: str,
        transport: str = "udp",
        tone: int = 440,
        dtmf: str = "rtpevent",
        register: bool = True,
        address: str = "127.0.0.1",
        port: int = 0,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        authority: Path | None = None,
        encryption: str = "",
        lamp: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.user, self.server, self.address = folder, user, server, address
        control = free_port()
        self.sip_port = port or free_port()
        self._on_event = on_event
        _write_tone(folder / "tone.wav", tone)
        config = _config(folder, f"{address}:{self.sip_port}", control, authority, lamp)
        (folder / "config").write_text(config)
        self.account = (
            f"<sip:{user}@{server};transport={transport}>;auth_pass={secret};regint={60 if register else 0};"
            f"audio_codecs=PCMU,PCMA;answermode=manual;dtmfmode={'info' if dtmf == 'info' else 'rtpevent'}"
            f"{f';mediaenc={encryption}' if encryption else ''}{';mwi=yes' if lamp else ''}"
        )
        (folder / "accounts").write_text("# none: it is made by a command, so that no event is missed\n")
        (folder / "contacts").touch()
        self._log = (folder / "log").open("w")
        self.process = self._start()
        self.events: list[dict[str, Any]] = []
        self._arrived = threading.Condition()
        self._socket = self._connect(control)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.command("uanew", self.account)

    def _start(self) -> subprocess.Popen[bytes]:
        words = ["baresip", "-f", str(self.folder)]
        return subprocess.Popen(words, stdout=self._log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def _connect(self, port: int) -> socket.socket:
        end = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), 1)
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def _read(self) -> None:
        self._socket.settimeout(None)
        data = b""
        while True:
            try:
                chunk = self._socket.recv(65536)
            except OSError:
                return
            if not chunk:
                return
            data += chunk
            while b":" in data:
                length, _, rest = data.partition(b":")
                size = int(length)
                if len(rest) <= size:
                    break
                event = json.loads(rest[:size])
                with self._arrived:
                    self.events.append(event)
                    self._arrived.notify_all()
                if self._on_event is not None:
                    self._on_event(event)
                data = rest[size + 1 :]

    def command(self, name: str, params: str = "") -> dict[str, Any]:
        """Run a command of baresip's menu and return its reply."""
        token = self.order(name, params)
        return self.wait_for(lambda event: event.get("token") == token, 5, f"a reply to {name}")

    def order(self, name: str, params: str = "") -> str:
        """Run a command without waiting for its reply; the token that the reply will carry."""
        token = f"{name}-{time.monotonic_ns()}"
        text = json.dumps({"command": name, "params": params, "token": token}).encode()
        self._socket.sendall(b"%d:%s," % (len(text), text))
        return token

    def wait_for(self, wanted: Any, seconds: float, what: str) -> dict[str, Any]:
        """The first event (also of those that came already) that `wanted` is true for."""
        end = time.monotonic() + seconds
        seen = 0
        with self._arrived:
            while True:
                for event in self.events[seen:]:
                    if wanted(event):
                        return event
                seen = len(self.events)
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"phone {self.user}: {what} did not come; {self.log()[-1500:]}")
                self._arrived.wait(left)

    def expect(self, kind: str, seconds: float = 5, nth: int = 1) -> dict[str, Any]:
        """The nth event of a type, such as CALL_INCOMING or REGISTER_OK."""
        count = [0]

        def wanted(event: dict[str, Any]) -> bool:
            count[0] += event.get("type") == kind
            return event.get("type") == kind and count[0] == nth

        return self.wait_for(wanted, seconds, f"{kind} number {nth}")

    def count(self, kind: str) -> int:
        """How many events of a type there were so far."""
        return sum(event.get("type") == kind for event in list(self.events))

    def dial(self, number: str) -> None:
        self.command("dial", number)

    def accept(self) -> None:
        self.command("accept")

    def hang_up(self) -> None:
        self.command("hangup")

    def log(self) -> str:
        """What baresip printed."""
        return (self.folder / "log").read_text(errors="replace")

    def heard(self) -> list[Path]:
        """The WAV files of what it received, in the order of the calls."""
        return sorted(self.folder.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)

    def kill(self) -> None:
        """Gone without a word, as in a power cut."""
        self.process.kill()
        self.process.wait(5)
        self.stop()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._reader.join(5)
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self._log.close()


def _write_tone(path: Path, hertz: int, seconds: int = 60) -> None:
    period = [int(8000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(8000)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(struct.pack("<8000h", *period) * seconds)


def _config(folder: Path, sip: str, control: int, authority: Path | None, lamp: bool) -> str:
    modules = ("g711", "aufile", "aubridge", "sndfile", "srtp")
    lines = [
        f"sip_listen {sip}",
        f"module_path {_MODULES}",
        f"audio_source aufile,{folder}/tone.wav",
        "audio_player aubridge,nowhere",
        "audio_alert aubridge,nowhere",
        "audio_srate 8000",
        "audio_channels 1",
        f"net_interface {sip.split(':')[0]}",
        "rtp_timeout 0",
        "call_max_calls 8",
        "call_local_timeout 120",
        f"snd_path {folder}",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
    ]
    if authority is not None:
        lines.append(f"sip_cafile {authority}")
    lines += [f"module {name}.so" for name in modules]
    lines += ["module_app mwi.so"] if lamp else []
    lines += ["module_tmp account.so", "module_app ctrl_tcp.so", "module_app menu.so"]
    return "\n".join(lines) + "\n"
