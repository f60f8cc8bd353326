"""A SIP edge and, when wanted, the engine and the stack behind it, on free ports of loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from appliance.contract.events import Event, EventSink
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from drivers.sip.account import SipConfig
from drivers.sip.edge import end_old_calls
from drivers.sip.kamailio.config import EdgeSettings, command, write_config
from drivers.sip.kamailio.rpc import Rpc
from drivers.sip.stack import SipStack
from tests.support.ports import free_port

E = TypeVar("E")


def secret(name: str) -> str:
    """A handset's secret, different for each name."""
    return (name * 32)[:32]


@dataclass
class Kamailio:
    """A running Kamailio; `settings` say where."""

    folder: Path
    settings: EdgeSettings
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        write_config(self.settings, self.folder)
        self.start()

    @property
    def address(self) -> tuple[str, int]:
        return self.settings.listen[0]

    @property
    def server(self) -> str:
        host, port = self.address
        return f"{host}:{port}"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            words = command(self.folder)
            self.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        self._wait_ready()

    def _wait_ready(self) -> None:
        end = time.monotonic() + 10
        while True:
            rpc = Rpc(self.folder, 1.0)
            try:
                rpc.call("core.echo", "here")
                return
            except OSError as error:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise AssertionError((self.folder / "log").read_text()[-3000:]) from error
                time.sleep(0.02)
            finally:
                rpc.close()

    def stop(self) -> None:
        """To the whole group, as the launcher does: its first process sleeps through a signal that comes
        while it is still starting the others."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
                return
        raise AssertionError("Kamailio could not be ended")


def edge_settings(names: tuple[str, ...], **more: object) -> EdgeSettings:
    values: Mapping[str, object] = {
        "listen": (("127.0.0.1", free_port()),),
        "engine_port": free_port(),
        "handsets": {name: secret(name) for name in names},
    }
    return EdgeSettings(**{**values, **more})  # type: ignore[arg-type]


class Recorder:
    """An event sink that can be waited on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._arrived = threading.Condition()

    def post(self, event: Event) -> None:
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def wait(
        self, kind: type[E], seconds: float = 5.0, since: int = 0, where: Callable[[E], bool] = lambda _: True
    ) -> E:
        """The first event of a kind that fulfils `where`, of those after number `since`."""
        end = time.monotonic() + seconds
        with self._arrived:
            while True:
                for event in self.events[since:]:
                    if isinstance(event, kind) and where(event):
                        return event
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no {kind.__name__} within {seconds} s: {self.events[since:]}")
                self._arrived.wait(left)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


class Box:
    """Kamailio, the engine and the SIP stack, joined as wiring does it."""

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        post: EventSink | None = None,
        keepalive_seconds: float = 1.0,
        edge: Kamailio | None = None,
        **more: object,
    ) -> None:
        self.folder = folder
        self._own_edge = edge is None
        self.edge = edge or Kamailio(folder / "edge", edge_settings(names, **more))
        self.events = Recorder()
        sink = post or self.events.post
        settings = self.edge.settings
        sounds = SoundLibrary(folder / "sounds", folder / "uploads")
        config = EngineConfig(folder / "recordings", sip_port=settings.engine_port, tcp=False)
        self.engine = Engine(config, sink, sounds)
        end_old_calls(self.edge.folder)
        self.engine.start()
        host, port = self.edge.address
        self.config = SipConfig(
            self.edge.folder,
            host,
            port,
            settings.engine_port,
            rtp_port=rtp_port(),
            keepalive_seconds=keepalive_seconds,
            retry_seconds=keepalive_seconds,
        )
        self.stack = SipStack(self.engine.thread, sink, self.config)

    def stop(self) -> None:
        self.stack.stop()
        self.engine.stop()
        if self._own_edge:
            self.edge.stop()


def rtp_port() -> int:
    """The first of many free ports, different for tests that run at the same time."""
    return 33000 + free_port() % 250 * 100
