"""The engine under test, its events, lines on it, and a SIP far end in a process of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import Caller, Events, Line, python_program

_HERE = Path(__file__).parent


@pytest.fixture
def sounds(tmp_path: Path) -> SoundLibrary:
    return SoundLibrary(tmp_path / "cache", tmp_path / "uploads")


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def engine(tmp_path: Path, events: Events, sounds: SoundLibrary) -> Iterator[Engine]:
    engine = Engine(EngineConfig(tmp_path / "recordings", disk_reserve_bytes=1), events, sounds)
    engine.start()
    yield engine
    engine.stop()


@pytest.fixture
def line(engine: Engine) -> Iterator[Callable[..., Line]]:
    lines: list[Line] = []

    def make(name: str, ppm: float = 0.0, echo_cancel: bool = False) -> Line:
        lines.append(Line(engine, name, ppm, echo_cancel))
        return lines[-1]

    yield make
    for one in lines:
        one.close()


@pytest.fixture
def caller(engine: Engine) -> Iterator[Caller]:
    caller = Caller(engine)
    yield caller
    caller.close()


@pytest.fixture
def far_end() -> Iterator[int]:
    """The SIP port of the program far_end.py."""
    environment = {**os.environ, "PYTHONPATH": str(_HERE.parent.parent)}
    with subprocess.Popen(
        python_program(_HERE / "far_end.py"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as program:
        assert program.stdin is not None and program.stdout is not None
        yield int(program.stdout.readline())
        program.stdin.close()
        assert program.wait(15) == 0
