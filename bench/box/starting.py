"""box.start_s: how soon after the start of `callbox run` the SIP edge, the page and the core answer.

The edge says 200 to OPTIONS, the page has status 200, the core tells its version; the last of them counts. A
first start makes settings and tables, later ones find them. The control starts the same box with no compiled
code: Python compiles every module anew.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from appliance.config.options import Options
from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from bench.result import Result, result
from tests.support.box import RunningBox

FAMILY = "box"
GOAL = 1.5
FIRST, LATER, CONTROL = 3, 9, 2
_LOOK_AGAIN = 0.01
_OPTIONS = (
    "OPTIONS sip:{box} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}\r\n"
    "From: <sip:bench@{own}>;tag=1\r\nTo: <sip:{box}>\r\n"
    "Call-ID: {number}\r\n"
    "CSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n"
)


def run() -> list[Result]:
    """The figures and their control."""
    first, later = [], []
    for _ in range(FIRST):
        with tempfile.TemporaryDirectory() as folder:
            first.append(seconds_to_start(Path(folder)))
            later += [seconds_to_start(Path(folder)) for _ in range(LATER // FIRST)]
    found = [
        result("box.start_s", later, "s", GOAL),
        result("box.first_start_s", first, "s", GOAL),
        result("box.control_uncompiled_start_s", list(_uncompiled()), "s", GOAL),
    ]
    if found[-1]["met"]:
        raise RuntimeError(f"The control met its goal: {found[-1]}")
    return found


def _uncompiled() -> list[float]:
    nothing = {"PYTHONPYCACHEPREFIX": "/dev/null/none", "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, nothing):
        return [seconds_to_start(Path(folder)) for _ in range(CONTROL)]


def seconds_to_start(folder: Path) -> float:
    """One start of a box with a folder of lines in which no line is."""
    (folder / "lines").mkdir(exist_ok=True)
    box = RunningBox(folder / "data", (f"--lines={folder / 'lines'}",))
    try:
        return _until_all_answer(box)
    finally:
        box.wait_ready(60)
        box.stop()


def _until_all_answer(box: RunningBox) -> float:
    silent: list[Callable[[Options], bool]] = [_edge_answers, _page_answers, _core_answers]
    while silent:
        if box.process.poll() is not None or time.monotonic() > box.started + 60:
            raise RuntimeError("The box did not start:\n" + "\n".join(box.log))
        silent = [answers for answers in silent if not answers(box.options)]
        time.sleep(_LOOK_AGAIN)
    return time.monotonic() - box.started


def _edge_answers(options: Options) -> bool:
    number = time.monotonic_ns()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone, contextlib.suppress(OSError):
        phone.connect((options.host, options.sip_port))
        phone.settimeout(0.02)
        own = f"{phone.getsockname()[0]}:{phone.getsockname()[1]}"
        phone.send(_OPTIONS.format(own=own, box=f"{options.host}:{options.sip_port}", number=number).encode())
        return phone.recv(4096).startswith(b"SIP/2.0 200")
    return False


def _page_answers(options: Options) -> bool:
    connection = http.client.HTTPConnection(options.host, options.web_port, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/login")
        return connection.getresponse().status == 200
    return False


def _core_answers(options: Options) -> bool:
    client = ControlClient(options.control)
    with contextlib.suppress(ControlError):
        return bool(client.version())
    return False
