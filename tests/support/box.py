"""A whole box as a newcomer starts it: `callbox run` in a folder of its own, on free ports."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from appliance.config.options import Options
from appliance.control.client import ControlClient
from tests.support.ports import free_port
from tests.support.processes import descendants

ROOT = Path(__file__).resolve().parents[2]
Found = TypeVar("Found")


def wait_for(what: Callable[[], Found | None], seconds: float, why: str) -> Found:
    """The first true answer of `what`; fails with `why` after `seconds` of real time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {why}")


class RunningBox:
    """The launcher and its children; `log` holds all they printed. `program` stands for `appliance`."""

    def __init__(self, folder: Path, extra: tuple[str, ...] = (), program: str = "appliance") -> None:
        rtp = 20000 + (os.getpid() % 20) * 1000
        self.options = Options(
            data=folder,
            sip_port=free_port(),
            engine_port=free_port(),
            web_port=free_port(),
            rtp_port=rtp,
        )
        self.log: list[str] = []
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", program, "run", *self.options.arguments(), *extra],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.log.append(line.rstrip("\n"))

    def wait_ready(self, seconds: float = 60.0) -> None:
        """Return when the box says that it is ready."""
        wait_for(lambda: self.printed("The box is ready") or self._died(), seconds, "the box is ready")

    def _died(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError("the box ended:\n" + "\n".join(self.log[-40:]))
        return False

    def printed(self, text: str) -> bool:
        """Whether a line with `text` was printed so far."""
        return any(text in line for line in self.log)

    def find(self, pattern: str) -> str:
        """The first group of the first printed line that matches."""
        for line in self.log:
            match = re.search(pattern, line)
            if match:
                return match.group(1)
        raise AssertionError(f"nothing printed matches {pattern}:\n" + "\n".join(self.log[-60:]))

    @property
    def control(self) -> ControlClient:
        """A client of its control socket, to be closed."""
        return ControlClient(self.options.control)

    @property
    def admin_password(self) -> str:
        """The one-time password it printed."""
        return self.find(r"password +(\S+)")

    def secret(self, extension: str) -> str:
        """The SIP secret of a handset, from its settings."""
        with contextlib.closing(self.control) as control:
            settings = control.settings()[1]
        return str(next(h["secret"] for h in settings["handsets"] if h["extension"] == extension))

    def child(self, words: str) -> int:
        """Process id of the child whose command line holds `words`."""
        for pid in descendants(self.process.pid):
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            if words in line:
                return pid
        raise AssertionError(f"no child runs {words}")

    def stop(self) -> None:
        """Ctrl-C, as a person would; fails if anything it started outlives it."""
        children = list(descendants(self.process.pid))
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(15)
        self._reader.join(5)
        left = [pid for pid in children if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)]
        assert not left, f"orphans: {left}"


def _is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
