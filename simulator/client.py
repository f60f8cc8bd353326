"""How a test or the demo talks to a simulator process."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class SimulatorError(Exception):
    """The simulator refused a request; its words are the text."""


class SimulatorClient:
    """One connection to `FOLDER/control`. Not for several threads at once.

    `ask` takes any verb of `simulator.control.Verbs`; the methods are those used most.
    """

    def __init__(self, folder: Path | str, timeout: float = 30.0) -> None:
        """Connect, waiting up to `timeout` seconds for the process to be there."""
        path = Path(folder) / "control"
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    self._socket.close()
                    raise
                time.sleep(0.02)
        self._file = self._socket.makefile("rwb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, verb: str, **arguments: Any) -> Any:
        """Send a request and give its result. Raises SimulatorError when it was refused."""
        self._file.write(json.dumps({"do": verb, **arguments}).encode() + b"\n")
        self._file.flush()
        line = self._file.readline()
        if not line:
            raise SimulatorError("the simulator is gone")
        answer = json.loads(line)
        if not answer["ok"]:
            raise SimulatorError(answer["error"])
        return answer["result"]

    def place_call(self, line: str, script: Sequence[Mapping[str, Any]] = (), **more: Any) -> int:
        """A subscriber calls the box on `line`; gives the call's number. `more`: number, name, record ..."""
        return int(self.ask("place_call", line=line, script=list(script), **more)["call"])

    def call(self, call: int) -> dict[str, Any]:
        """State, cause, digits of a placed call."""
        return dict(self.ask("call", call=call))

    def wait_call(self, call: int, state: str, timeout: float = 10.0) -> dict[str, Any]:
        """Wait for "connected" or "ended"; look at the state in the answer."""
        return dict(self.ask("wait_call", call=call, state=state, timeout=timeout))

    def hang_up(self, call: int, way: str = "signalled") -> None:
        self.ask("hang_up", call=call, way=way)

    def unplug(self, line: str) -> None:
        self.ask("unplug", line=line)

    def plug(self, line: str) -> None:
        self.ask("plug", line=line)

    def status(self) -> dict[str, Any]:
        return dict(self.ask("status"))

    def journal(self, since: int = 0) -> list[dict[str, Any]]:
        return list(self.ask("journal", since=since))
