"""A program that records until it is killed: `python recording_victim.py FOLDER`; says when it has begun."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from appliance.contract.ids import RecordingId
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import Events, Line, sine


def main() -> None:
    folder = Path(sys.argv[1])
    engine = Engine(
        EngineConfig(folder, disk_reserve_bytes=1), Events(), SoundLibrary(folder / "c", folder / "u")
    )
    engine.start()
    left, right = Line(engine, "left"), Line(engine, "right")
    left.say(sine(500, 600))
    right.say(sine(1500, 600))
    engine.bridge.record(RecordingId("cut"), left.port, right.port)
    sys.stdout.write("recording\n")
    sys.stdout.flush()
    time.sleep(600)


if __name__ == "__main__":
    main()
