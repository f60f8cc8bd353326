"""`callbox backup`, as the timer runs it: over the control socket of a core, with words and an exit code."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.control.server import ControlServer
from tests.care.care_box import CareBox
from tests.care.test_care_destination import other_disk
from tests.control.running import Box as ControlBox

pytestmark = pytest.mark.timeout(180)


class Core:
    """A control server with an upkeep behind it, on one data folder."""

    def __init__(self, data: Path) -> None:
        data.mkdir()
        self.control = ControlBox(data)
        self.care = CareBox(data, self.control.store)
        self.control.core.care = self.care.care
        handlers = self.control.core.handlers(self.control.store, self.control.spool)
        self.control.server = ControlServer(self.control.path, handlers)
        self.control.start()

    def stop(self) -> None:
        self.control.stop()
        self.care.close()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    found = Core(tmp_path / "data")
    try:
        yield found
    finally:
        found.stop()


def _callbox(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "appliance", "backup", *words, f"--data={data}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_timer_makes_what_is_due_and_only_that(core: Core) -> None:
    data = core.care.options.data
    done = _callbox(data, "--scheduled")
    assert (done.returncode, done.stdout) == (0, "No backup is due.\n"), done
    with other_disk(data) as stick:
        settings = core.care.now_settings()
        settings.backup.destination, settings.backup.schedule = "usb", "daily"
        settings.backup.folder = str(stick)
        core.care.change(settings)
        core.care.care.backups.new_key("admin")
        done = _callbox(data, "--scheduled")
        assert done.returncode == 0 and done.stdout.startswith("Made callbox-"), done
        assert len(list(stick.iterdir())) == 1
        assert _callbox(data, "--scheduled").stdout == "No backup is due.\n"
        stick.chmod(0o700)
        settings = core.care.now_settings()
        settings.backup.folder = str(data)
        core.care.change(settings)
        done = _callbox(data)
        assert done.returncode == 1 and done.stderr.startswith("No USB stick is mounted at"), done


def test_without_a_core_or_a_place_it_says_so(core: Core, tmp_path: Path) -> None:
    done = _callbox(core.care.options.data)
    assert done.returncode == 1 and "No USB stick and no SFTP server is set up" in done.stderr
    done = _callbox(tmp_path / "nobody", "--scheduled")
    assert done.returncode == 1 and done.stderr == "The core is not running.\n"
