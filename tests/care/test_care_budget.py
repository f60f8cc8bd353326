"""The order of sacrifice: recordings, then the log; settings and records never; and a truly full disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.store import budget
from appliance.store.budget import Limits, sweep, usage
from tests.care import small_disk

KEPT = (
    "settings.json",
    "settings.json.good",
    "records.sqlite",
    "records.tail",
    "uploads/a.wav",
    "recordings/b.left.wav",
)


def _data(folder: Path, recordings: int, size: int = 40_000) -> Path:
    for name in ("recordings", "uploads", "log"):
        (folder / name).mkdir(parents=True)
    for name in KEPT:
        (folder / name).write_bytes(bytes(5000))
    (folder / "log" / "core.log").write_bytes(bytes(20_000))
    for number in range(recordings):
        path = folder / "recordings" / f"r{number:03d}.opus"
        path.write_bytes(os.urandom(size))
        os.utime(path, (1000 + number, 1000 + number))
    return folder


def _disk(data: Path, total: int, others: int) -> budget.Disk:
    """A disk of `total` bytes with `others` used by nobody of ours; what is free follows what is there."""

    def measured(_: Path) -> tuple[int, int]:
        used = sum(path.lstat().st_blocks * 512 for path in data.rglob("*") if path.is_file())
        return total, max(0, total - used - others)

    return measured


def _left(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "recordings").glob("*.opus"))


def test_with_room_nothing_goes(tmp_path: Path) -> None:
    data = _data(tmp_path / "d", 10)
    assert sweep(data, Limits(0.6, 100_000), _disk(data, 10_000_000, 0)) == budget.Swept()
    assert len(_left(data)) == 10


def test_the_oldest_recordings_go_until_their_share_is_kept(tmp_path: Path) -> None:
    data = _data(tmp_path / "d", 10)
    total = 1_000_000
    swept = sweep(data, Limits(0.25, 1), _disk(data, total, 0))
    assert 0 < swept.recordings < 10 and swept.logs == 0
    assert _left(data) == [f"r{number:03d}.opus" for number in range(swept.recordings, 10)]
    assert usage(data, _disk(data, total, 0)).recordings <= 0.25 * total


def test_a_short_disk_takes_recordings_then_the_log_and_nothing_else(tmp_path: Path) -> None:
    data = _data(tmp_path / "d", 3)
    swept = sweep(data, Limits(0.9, 900_000), _disk(data, 1_000_000, 800_000))
    assert swept.recordings == 3 and swept.logs == 1
    assert all((data / name).stat().st_size == 5000 for name in KEPT)


def test_the_log_stays_when_recordings_were_enough(tmp_path: Path) -> None:
    data = _data(tmp_path / "d", 10)
    swept = sweep(data, Limits(0.9, 150_000), _disk(data, 1_000_000, 400_000))
    assert swept.recordings > 0 and swept.logs == 0 and (data / "log" / "core.log").exists()


@given(
    recordings=st.integers(0, 6),
    share=st.floats(0.01, 0.9),
    reserve=st.integers(0, 2_000_000),
    others=st.integers(0, 1_500_000),
)
def test_whatever_the_limits_what_must_stay_stays(
    tmp_path_factory: pytest.TempPathFactory, recordings: int, share: float, reserve: int, others: int
) -> None:
    data = _data(tmp_path_factory.mktemp("d") / "d", recordings, 20_000)
    disk = _disk(data, 2_000_000, others)
    swept = sweep(data, Limits(share, reserve), disk)
    after = usage(data, disk)
    assert all((data / name).stat().st_size == 5000 for name in KEPT)
    assert _left(data) == [f"r{number:03d}.opus" for number in range(swept.recordings, recordings)]
    assert after.recordings <= share * after.total or not _left(data)
    assert after.free >= min(reserve, after.free) and (after.free >= reserve or not _left(data))
    shutil.rmtree(data)


def test_the_parts_of_the_bar_add_up(tmp_path: Path) -> None:
    found = usage(_data(tmp_path / "d", 4))
    ours = found.recordings + found.records + found.prompts + found.settings + found.log + found.work
    assert ours + found.other + found.free == found.total
    assert found.recordings > 4 * 40_000 and found.log > 0 and found.settings > 0 and found.prompts > 0


def _mounts() -> list[str] | None:
    """How a program gets a file system of its own here: as root, or as nobody in particular."""
    for words in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        tried = subprocess.run(
            [*words, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
        )
        if tried.returncode == 0:
            return words
    return None


@pytest.mark.timeout(180)
def test_on_a_small_disk_that_fills_up(tmp_path: Path) -> None:
    """A real one: recordings give way, calls are kept, settings are unharmed, and then it is well again."""
    own = _mounts()
    if own is None:
        pytest.skip("no file system may be mounted here, not even in a namespace")
    command = [*own, sys.executable, "-m", small_disk.__name__, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["free_before"] < 3_000_000 and found["free_after"] >= 20_000_000
    assert 3 <= len(found["left"]) <= 9 and found["left"][-1] == "r11.opus", "the newest are left"
    assert found["left"] == [f"r{number:02d}.opus" for number in range(12 - len(found["left"]), 12)]
    assert found["short_note"] == ""
    assert found["free_full"] < 100_000
    assert found["full_note"] == "The disk is nearly full: nothing is recorded. Calls go on."
    assert found["kept"] == ("x" * 60 if found["saved"] else "Callbox")
    assert found["flushed"] and found["calls"] == 40, "no call is lost"
    assert found["saved_after"] and found["well_note"] == ""
