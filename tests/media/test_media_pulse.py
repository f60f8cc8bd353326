"""The bridge's clock in Python: it ticks, and its thread is not made anew for every frame."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from appliance.media.engine import Engine
from appliance.media.pulse import Pulse
from tests.media.clock_life import keeps_its_state
from tests.media.rig import on_thread, python_program, until

_HERE = Path(__file__).parent


def test_the_clock_ticks_while_nothing_happens(engine: Engine) -> None:
    assert until(lambda: engine.pulse.ticks >= 25, 5)
    assert engine.pulse.since_tick() < 0.5


def test_the_clocks_thread_keeps_its_state_from_one_frame_to_the_next(engine: Engine) -> None:
    assert until(lambda: engine.pulse.ticks > 0, 5)
    assert keeps_its_state(engine, 5)


def test_engines_follow_one_another_and_children_leave_the_clock_alone(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent.parent), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [*python_program(_HERE / "clock_life.py"), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.stdout.split() == [
        *("settled", "stopped") * 2, "settled", "forked", "ticks", "stopped",
    ], done.stderr  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_clock_that_stood_still_is_late_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("appliance.media.pulse.time.monotonic", lambda: now[0])
    monkeypatch.setattr("appliance.media.pulse.native.settle_this_thread", lambda: None)
    pulse = Pulse()
    for pause in (0.02, 0.02, 0.045, 0.01, 0.005, 3.0, 0.02, 0.02):
        now[0] += pause
        pulse._beat(b"")
    assert (pulse.ticks, pulse.late) == (8, 2)
    assert pulse.worst == pytest.approx(2.98, abs=0.001)


def test_the_clock_goes_on_when_pjsip_finds_nothing_connected(engine: Engine) -> None:
    """PJSIP closes its sound device a second after the last connection, and counts them wrongly at times."""
    pulse = engine.pulse._port
    for _ in range(3):  # the bridge undoes it at its next tick; PJSIP looks at what is left at the next word
        on_thread(engine, lambda: engine.silence().stopTransmit(pulse))
        threading.Event().wait(0.3)
    threading.Event().wait(1.7)
    tasks = Path("/proc/self/task").iterdir()
    assert "clock" in {(task / "comm").read_text().strip() for task in tasks}
