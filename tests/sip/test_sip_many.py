"""Many calls at once, made by sipp: all are answered and all hear what is played to them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from appliance.contract.events import AudioReady, Event, HandsetDialled, Released
from appliance.contract.ids import PlayId, new_id
from appliance.contract.media import CallTone
from tests.sip.rig import Box, secret
from tests.support.ears import Ears
from tests.support.ports import free_port
from tests.support.sounds import tone_seconds

pytestmark = pytest.mark.peer
CALLS = 40


class Core:
    """Answers what is dialled and plays a dial tone."""

    def __init__(self) -> None:
        self.box: Box | None = None
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, HandsetDialled):
            self.handset.answer(event.leg)
        elif isinstance(event, AudioReady) and self.box is not None:
            self.box.engine.bridge.play_tone(PlayId(new_id()), event.port, CallTone.DIAL)

    def begin(self, box: Box) -> None:
        self.box = box
        self.handset = box.stack.add_handset("201")
        self.handset.start()

    def count(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core()
    box = Box(tmp_path / "box", ("201",), made, flood_requests=2 * CALLS)
    made.begin(box)
    yield made
    box.stop()


def test_40_calls_at_once_hear_their_prompt(core: Core, tmp_path: Path) -> None:
    assert core.box is not None
    with ExitStack() as stack:
        ears = Ears(CALLS, stack)
        credentials = f"[authentication username=201 password={secret('201')}]"
        rows = "".join(f"{where};{credentials}\n" for where in ears.ports)
        (tmp_path / "calls.csv").write_text("SEQUENTIAL\n" + rows)
        port = free_port()
        words = ["sipp", core.box.edge.server, "-sf", str(Path(__file__).with_name("call.xml"))]
        words += [
            "-inf",
            str(tmp_path / "calls.csv"),
            "-i",
            "127.0.0.1",
            "-p",
            str(port),
            "-mp",
            str(port + 1),
        ]
        words += ["-m", str(CALLS), "-l", str(CALLS), "-r", "40", "-rp", "500", "-timeout", "30", "-nostdin"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=50, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        heard = ears.heard()
    assert core.count(HandsetDialled) == CALLS
    tones = [min(tone_seconds(one, 350, 0.3), tone_seconds(one, 440, 0.3)) for one in heard]
    assert min(tones) > 2.0, sorted(tones)
    end = time.monotonic() + 5
    while core.count(Released) < CALLS and time.monotonic() < end:
        time.sleep(0.05)
    assert core.count(Released) == CALLS
