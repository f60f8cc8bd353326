"""The whole box - core, page, edge - with settings of the bench's own, and what its watched core tells."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Self

from appliance.config.options import parse
from appliance.config.schema import Settings
from appliance.control.messages import LiveState
from appliance.start import prepare
from appliance.store.settings import SettingsStore
from bench.media.watched import FILE
from tests.support.box import RunningBox, wait_for

WATCHED = "bench.media.watched"


class WatchedCore:
    """The core of a running box whose program is WATCHED."""

    def __init__(self, box: RunningBox) -> None:
        self._told = box.options.run / FILE
        self._asked = 0
        self.pid = box.child(f"{WATCHED} core")

    def figures(self) -> dict[str, float]:
        """What it counted since it was last asked: ticks, late ones, the worst in ms."""
        os.kill(self.pid, signal.SIGUSR1)
        self._asked += 1

        def told() -> dict[str, float] | None:
            found: dict[str, float] = json.loads(self._told.read_text()) if self._told.exists() else {}
            return found if found.get("asked") == self._asked else None

        return wait_for(told, 10, "the core tells")

    def spoil(self) -> None:
        """For a control."""
        os.kill(self.pid, signal.SIGUSR2)


class Premises:
    """A box in `folder`. `furnish` edits the settings of its first start."""

    def __init__(
        self, folder: Path, furnish: Callable[[Settings], None], lines: Path | None, program: str = WATCHED
    ) -> None:
        self.data = folder / "data"
        self.options = options = parse([f"--data={self.data}"])
        self.settings = prepare(options).settings
        furnish(self.settings)
        store = SettingsStore(options.settings)
        try:
            store.save(self.settings, "bench", 1)
        finally:
            store.close()
        self._extra = () if lines is None else (f"--lines={lines}",)
        self._program = program

    def __enter__(self) -> Self:
        self.box = RunningBox(self.data, self._extra, self._program)
        try:
            self.box.wait_ready(60)
            wait_for(self._in_service, 70, "every line in service")
        except BaseException:
            self.box.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.box.stop()

    def live(self) -> LiveState:
        """What the page would show now."""
        with contextlib.closing(self.box.control) as control:
            return control.live()

    def _in_service(self) -> bool:
        return all(trunk.state == "in_service" for trunk in self.live().trunks)
