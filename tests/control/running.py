"""A control server on a loop of its own thread, over a real settings store and a core that only remembers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appliance.config.defaults import defaults
from appliance.config.schema import Settings
from appliance.contract.errors import CallboxError, ControlError, PromptError
from appliance.contract.queue_look import QueueLook
from appliance.control.care import CareAccess
from appliance.control.desk import DeskAccess
from appliance.control.handlers import CertificateAccess, ControlHandlers
from appliance.control.messages import ErrorCode, LiveState, LiveTrunk
from appliance.control.server import ControlServer
from appliance.planning.desk import try_flow
from appliance.store.settings import SettingsStore

TRUNKS = ("gsm1", "fxo1")


class RememberingCore:
    """What was asked of the core, and on which thread."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.applied: list[Settings] = []
        self.threads: set[str] = set()
        self.notes: list[str] = []
        self.live_calls = 0
        self.fault: BaseException | None = None
        self.trouble = ""
        self.queue: QueueLook | None = None
        self.found: list[Mapping[str, Any]] = []
        self.care: CareAccess | None = None
        self.desk: DeskAccess | None = None
        self.certificate: CertificateAccess | None = None

    def live(self) -> Mapping[str, Any]:
        self.live_calls += 1
        trunks = [LiveTrunk(name, name.upper(), "gsm", "in_service") for name in TRUNKS]
        return LiveState(at="2026-03-02T09:00:00+00:00", trunks=trunks, notes=list(self.notes)).to_json()

    def check(self, settings: Settings) -> None:
        if settings.box.name == "refused by the core":
            raise CallboxError("The core cannot go by this.")

    def apply(self, settings: Settings) -> None:
        self.threads.add(threading.current_thread().name)
        self.applied.append(settings)

    def set_agent_status(self, agent: str, status: str, pause: str | None, handset: str | None) -> None:
        if agent not in ("11", "12"):
            raise ControlError(f"There is no agent {agent}.", ErrorCode.UNKNOWN)
        self.asked.append(("agent", agent, status, pause, handset))

    def release_call(self, call: str) -> None:
        if self.fault is not None:
            raise self.fault
        raise CallboxError(f"There is no call {call} in progress.")

    def supervise(self, call: str, supervisor: str, mode: str) -> None:
        if mode not in ("listen", "whisper", "barge", "take_over"):
            raise CallboxError(f"{mode!r} is none of listen, whisper, barge and take_over.")
        self.asked.append(("supervise", call, supervisor, mode))

    def record_call(self, call: str, do: str) -> None:
        self.asked.append(("record", call, do))

    def move_call(self, call: str, kind: str, target: str) -> None:
        self.asked.append(("move", call, kind, target))

    def take_call(self, call: str, agent: str) -> None:
        self.asked.append(("take", call, agent))

    def escalate_call(self, call_id: str) -> None:
        self.asked.append(("escalate", call_id))

    def cancel_callback(self, callback: str) -> None:
        self.asked.append(("cancel", callback))

    def put_back_callback(self, callback: str) -> None:
        self.asked.append(("put back", callback))

    def try_callback(self, callback: str) -> None:
        self.asked.append(("try", callback))

    def look_at_queue(self, name: str) -> QueueLook:
        if self.queue is None or self.queue.name != name:
            raise CallboxError(f"There is no queue {name}.")
        return self.queue

    def reset_trunk(self, trunk: str) -> None:
        if trunk not in TRUNKS:
            raise ControlError(f"There is no trunk {trunk}.", ErrorCode.UNKNOWN)
        self.asked.append(("reset", trunk))

    def black_box(self, trunk: str) -> list[str]:
        return [f"{trunk} > AT", f"{trunk} < OK"]

    def upload(self, path: Path) -> tuple[str, float]:
        self.threads.add(threading.current_thread().name)
        if not path.read_bytes().startswith(b"RIFF"):
            raise PromptError("This is no audio file.")
        return "ab" * 16, 1.5

    def preview(self, text: str, language: str) -> Path:
        return Path(f"/sounds/{language}-{len(text)}.wav")

    def reset(self, what: str) -> None:
        self.asked.append(("reset", what))

    def _desk(self) -> DeskAccess:
        if self.desk is None:
            raise ControlError("This core has no desk.", ErrorCode.REFUSED)
        return self.desk

    def handlers(self, store: SettingsStore, spool: Path) -> ControlHandlers:
        return ControlHandlers(
            version="0.1.0",
            spool=spool,
            settings=store,
            live=self.live,
            check=self.check,
            apply=self.apply,
            set_agent_status=self.set_agent_status,
            release_call=self.release_call,
            reset_trunk=self.reset_trunk,
            black_box=self.black_box,
            upload=self.upload,
            preview=self.preview,
            trouble=lambda: self.trouble,
            lines_found=lambda: self.found,
            reset=self.reset,
            care=self.care,
            desk=self._desk,
            certificate=self.certificate,
            try_flow=try_flow,
            talk=lambda: self,
        )


class Box:
    """A running control server and what is behind it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "run" / "control.sock"
        self.spool = folder / "spool"
        self.spool.mkdir(exist_ok=True)
        self.core = RememberingCore()
        self.store = SettingsStore(folder / "settings.json")
        if self.store.current() is None:
            self.store.save(defaults(), "box", 0)
        self.server = ControlServer(self.path, self.core.handlers(self.store, self.spool))
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="core", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.run(self.server.start)

    def run(self, work: Callable[[], Any]) -> None:
        """Run a coroutine on the core's loop and wait for it."""
        asyncio.run_coroutine_threadsafe(work(), self.loop).result(10)

    def stop(self) -> None:
        self.run(self.server.stop)
        self.run(self.loop.shutdown_default_executor)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@contextmanager
def running(folder: Path) -> Iterator[Box]:
    """A box that serves while the block lasts."""
    box = Box(folder)
    try:
        box.start()
        yield box
    finally:
        box.stop()
