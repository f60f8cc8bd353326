"""A whole box is backed up while it runs, changed, and restored: its core ends and is back as it was."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient
from tests.support.box import RunningBox, wait_for

pytestmark = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
SECONDS = 60.0


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RunningBox]:
    running = RunningBox(tmp_path / "box")
    try:
        running.wait_ready(SECONDS)
        yield running
    finally:
        running.stop()


def _settings(control: ControlClient) -> tuple[int, dict[str, Any]] | None:
    with contextlib.suppress(ControlError):
        return control.settings()
    return None


def _outcome(control: ControlClient) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        state = control.care.state()
        return state if state["job"] is None else None

    found: dict[str, Any] = wait_for(over, SECONDS, "the job is over")["outcome"]
    assert found["problem"] == ""
    return found


def test_a_box_comes_back_as_it_was(box: RunningBox) -> None:
    with contextlib.closing(box.control) as control:
        key = control.care.new_key("admin")
        control.care.start_backup("download", True)
        made = box.options.data / "backups" / _outcome(control)["ready"]
        spooled = box.options.spool / "given.backup"
        shutil.copyfile(made, spooled)
        version, settings = control.settings()
        name = settings["box"]["name"]
        settings["box"]["name"] = "Changed since"
        control.save_settings(version, settings, "admin")
        control.care.read_backup(key, path=spooled)
        assert _outcome(control)["found"]["changes"] == [f"box: name Changed since → {name}"]
        assert control.settings()[1]["box"]["name"] == "Changed since", "nothing has changed yet"
        old = box.child("appliance core")
        control.care.restore(settings=True, records=True, who="admin")
        wait_for(lambda: not Path(f"/proc/{old}").exists(), SECONDS, "the core has ended")
        found = wait_for(lambda: _settings(control), SECONDS, "the core is back")
        assert found[1]["box"]["name"] == name
        assert name in control.care.state()["restored"]["backup"]
        versions = [row["summary"] for row in control.versions()]
        assert versions[0] == f"box: name Changed since → {name}", "the way back of the way back is kept"
