"""Recordings of real audio: both sides in step, pauses, a full disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.events import RecordEnded
from appliance.contract.ids import RecordingId
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import Events, Line, amplitude_at, on_thread, read_wav, sine, strongest, until

MakeLine = Callable[..., Line]


def _files(engine: Engine, name: str) -> tuple[Path, Path]:
    folder = engine.config.recordings
    return folder / f"{name}.left.wav", folder / f"{name}.right.wav"


def test_a_recording_keeps_both_sides_apart_and_in_step(
    engine: Engine, line: MakeLine, events: Events
) -> None:
    one, other = line("one"), line("other")
    engine.bridge.connect(one.port, other.port)
    engine.bridge.record(RecordingId("r"), one.port, other.port)
    assert until(lambda: _files(engine, "r")[1].exists())
    time.sleep(0.3)
    one.say(sine(500, 0.5))
    other.say(sine(1500, 0.5))
    time.sleep(1.0)
    engine.bridge.stop_record(RecordingId("r"))
    ended = events.wait(RecordEnded)
    left, right = (read_wav(path) for path in _files(engine, "r"))
    assert ended.problem == "" and ended.seconds == pytest.approx(len(left) / 8000, abs=0.01)
    assert len(left) == len(right)
    assert strongest(left)[0] == pytest.approx(500, abs=3)
    assert strongest(right)[0] == pytest.approx(1500, abs=3)
    assert amplitude_at(left, 1500) < 5 and amplitude_at(right, 500) < 5
    starts = [int(np.flatnonzero(np.abs(side) > 500)[0]) for side in (left, right)]
    assert abs(starts[0] - starts[1]) < 240  # both lines began to speak within a frame of each other


def test_both_sides_of_twenty_recordings_begin_and_end_with_the_same_frame(
    engine: Engine, line: MakeLine, events: Events, tmp_path: Path
) -> None:
    """One source recorded on both sides: any shift between the files shows."""
    one = line("one")
    rng = np.random.default_rng(3)
    one.say(np.rint(rng.normal(0, 3000, 8000 * 30)).astype(np.int16))
    assert until(lambda: len(one.heard) > 10)
    for number in range(20):
        recording = RecordingId(f"r{number}")
        engine.bridge.record(recording, one.port, one.port)
        time.sleep(0.12 + 0.0013 * number)
        engine.bridge.stop_record(recording)
        events.wait(RecordEnded, recording=recording)
        left, right = (read_wav(path) for path in _files(engine, recording))
        assert len(left) == len(right) > 400
        assert np.array_equal(left, right)


def test_a_pause_leaves_silence_of_its_length(engine: Engine, line: MakeLine, events: Events) -> None:
    one, other = line("one"), line("other")
    one.say(sine(700, 6))
    engine.bridge.record(RecordingId("r"), one.port, other.port)
    assert until(lambda: _files(engine, "r")[0].exists())
    time.sleep(0.6)
    engine.bridge.pause_record(RecordingId("r"), True)
    time.sleep(0.6)
    engine.bridge.pause_record(RecordingId("r"), False)
    time.sleep(0.6)
    engine.bridge.stop_record(RecordingId("r"))
    assert events.wait(RecordEnded).seconds == pytest.approx(1.8, abs=0.2)
    left = read_wav(_files(engine, "r")[0])
    quiet = np.flatnonzero(np.abs(left).reshape(-1, 160).max(axis=1) == 0)
    assert len(quiet) * 0.02 == pytest.approx(0.6, abs=0.12)
    assert quiet[-1] - quiet[0] + 1 == pytest.approx(len(quiet), abs=4)


def test_a_full_disk_ends_recordings_and_nothing_else(tmp_path: Path, sounds: SoundLibrary) -> None:
    events = Events()
    engine = Engine(EngineConfig(tmp_path / "r", disk_reserve_bytes=1), events, sounds)
    engine.start()
    one, other = Line(engine, "one"), Line(engine, "other")
    try:
        engine.bridge.connect(one.port, other.port)
        engine.bridge.record(RecordingId("r"), one.port, other.port)
        assert until(lambda: (tmp_path / "r" / "r.left.wav").exists())
        full = EngineConfig(tmp_path / "r", disk_reserve_bytes=1 << 60)
        on_thread(engine, lambda: setattr(engine, "config", full))
        ended = events.wait(RecordEnded, seconds=6)
        assert "disk" in ended.problem and ended.seconds > 0
        assert len(read_wav(tmp_path / "r" / "r.left.wav")) > 0
        engine.bridge.record(RecordingId("second"), one.port, other.port)
        assert "disk" in events.wait(RecordEnded, recording="second").problem
        one.say(sine(500, 1))
        assert until(lambda: amplitude_at(other.hears(0.2), 500) > 7000)
    finally:
        one.close()
        other.close()
        engine.stop()
