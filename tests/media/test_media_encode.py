"""After the call: two WAV files become one Opus file of two channels, whatever happened to them in
between.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.contract.ids import RecordingId
from appliance.media.encode import Encoder, encode
from appliance.media.wavfile import HEADER_BYTES, file_of, repair, samples_of
from tests.media.rig import Samples, amplitude_at, python_program, read_wav, sine, strongest, until, write_wav

_HERE = Path(__file__).parent


def _decoded(path: Path) -> Samples:
    out = path.with_suffix(".decoded.wav")
    subprocess.run(
        ["opusdec", "--quiet", "--rate", "8000", str(path), str(out)], check=True, capture_output=True
    )
    with wave.open(str(out), "rb") as sound:
        assert sound.getnchannels() == 2
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16).reshape(-1, 2)


def _sides(folder: Path, name: str = "r") -> tuple[Path, Path]:
    recording = RecordingId(name)
    return file_of(folder, recording, "left"), file_of(folder, recording, "right")


def test_the_caller_is_left_and_the_agent_right(tmp_path: Path) -> None:
    left, right = _sides(tmp_path)
    write_wav(left, sine(500, 3))
    write_wav(right, sine(1500, 2))
    target = tmp_path / "r.opus"
    assert encode(left, right, target)
    heard = _decoded(target)
    assert len(heard) / 8000 == pytest.approx(3.0, abs=0.05)
    middle = slice(4000, 12000)
    assert amplitude_at(heard[middle, 0], 500) > 7000 and amplitude_at(heard[middle, 1], 1500) > 7000
    assert amplitude_at(heard[middle, 0], 1500) < 80 and amplitude_at(heard[middle, 1], 500) < 80
    assert not left.exists() and not right.exists()
    assert not list(tmp_path.glob("*.part"))


def test_a_failing_encoder_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left, right = _sides(tmp_path)
    write_wav(left, sine(500, 1))
    write_wav(right, sine(500, 1))
    fake = tmp_path / "bin"
    fake.mkdir()
    (fake / "opusenc").write_text("#!/bin/sh\nhead -c 100 >/dev/null\necho 'no space left' >&2\nexit 1\n")
    (fake / "opusenc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake}:{os.environ['PATH']}")
    encoder = Encoder(tmp_path)
    encoder.start()
    encoder.submit(RecordingId("r"))
    assert until(lambda: encoder._queue.empty())
    time.sleep(1.0)
    encoder.stop()
    assert left.exists() and right.exists() and not (tmp_path / "r.opus").exists()


def test_the_encoder_works_through_its_queue(tmp_path: Path) -> None:
    done: list[str] = []
    encoder = Encoder(tmp_path, lambda recording, path: done.append(f"{recording}:{path.name}"))
    encoder.start()
    for name in ("a", "b"):
        for side in _sides(tmp_path, name):
            write_wav(side, sine(700, 1))
        encoder.submit(RecordingId(name))
    encoder.submit(RecordingId("absent"))
    assert until(lambda: len(done) == 2, 20)
    encoder.stop()
    assert done == ["a:a.opus", "b:b.opus"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.opus", "b.opus"]


def test_recover_finds_what_was_left_and_stop_does_not_wait(tmp_path: Path) -> None:
    for side in _sides(tmp_path, "old"):
        write_wav(side, sine(700, 1))
    write_wav(_sides(tmp_path, "half")[0], sine(700, 1))
    (tmp_path / "broken.opus.part").write_bytes(b"x")
    done = threading.Event()
    encoder = Encoder(tmp_path, lambda recording, _: done.set() if recording == "old" else None)
    encoder.start()
    assert encoder.recover() == ["half", "old"]
    assert done.wait(20)
    began = time.monotonic()
    encoder.stop()
    assert time.monotonic() - began < 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["half.opus", "old.opus"]
    assert len(_decoded(tmp_path / "half.opus")) > 7000


def test_a_recording_cut_by_kill_9_is_repaired_and_playable(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent.parent)}
    command = [*python_program(_HERE / "recording_victim.py"), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as program:
        assert program.stdout is not None
        program.stdout.readline()
        left, right = _sides(tmp_path, "cut")
        assert until(lambda: right.exists() and right.stat().st_size > 24000, 10)
        program.send_signal(signal.SIGKILL)
    assert samples_of(left) is None  # the control: without repair the header says nothing is there
    done = threading.Event()
    encoder = Encoder(tmp_path, lambda _recording, _path: done.set())
    encoder.start()
    assert encoder.recover() == ["cut"]
    assert done.wait(20)
    encoder.stop()
    heard = _decoded(tmp_path / "cut.opus")
    assert len(heard) / 8000 > 1.2
    for channel, pitch in ((0, 500), (1, 1500)):
        found, amplitude = strongest(heard[4000:9000, channel])
        assert found == pytest.approx(pitch, abs=5) and amplitude > 2000


def test_repair_by_hand(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav", sine(500, 1))
    whole = path.read_bytes()
    header = bytearray(whole[:HEADER_BYTES])
    struct.pack_into("<I", header, 4, 0)
    struct.pack_into("<I", header, 40, 0)
    path.write_bytes(bytes(header) + whole[HEADER_BYTES:-333])
    assert repair(path) == (16000 - 333) // 2
    assert np.array_equal(read_wav(path), sine(500, 1)[: (16000 - 333) // 2])
    assert repair(path) == (16000 - 333) // 2
    assert repair(tmp_path / "absent.wav") == 0


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(content)
    assert repair(path) >= 0
    samples_of(path)
    if not content.startswith(b"RIFF"):
        assert path.read_bytes() == content
