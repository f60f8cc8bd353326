"""A program that starts and stops three engines, and forks while the last one's clock ticks.

`python clock_life.py FOLDER` prints a word for each step it has survived.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from pathlib import Path

from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import Events, on_thread, until

_SECONDS = 20.0
_CHILD_CODE = 7


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    for number in range(3):
        sounds = SoundLibrary(folder / "cache", folder / "uploads")
        engine = Engine(EngineConfig(folder / f"recordings{number}"), Events(), sounds)
        engine.start()
        if not keeps_its_state(engine):
            sys.exit(f"engine {number}: the clock's thread is a new one for every frame")
        say("settled")
        if number == 2:
            fork(engine)
        engine.stop()
        gc.collect()
        say("stopped")


def keeps_its_state(engine: Engine, seconds: float = _SECONDS) -> bool:
    """Whether what a callback puts aside for its thread is there at the tenth callback after."""
    kept = threading.local()
    counted: list[int] = []

    def count(_block: object) -> None:
        kept.frames = getattr(kept, "frames", 0) + 1
        counted.append(kept.frames)

    def plug_in() -> None:
        engine.frame_ports.obtain().take = count

    on_thread(engine, plug_in, seconds)
    return until(lambda: len(counted) >= 10, seconds) and counted[:10] == list(range(1, 11))


def fork(engine: Engine) -> None:
    """Children of both kinds, while the clock's thread holds a state they do not inherit the thread of."""
    child = os.fork()
    if child == 0:
        gc.collect()
        thread = threading.Thread(target=gc.collect)
        thread.start()
        thread.join()
        os._exit(_CHILD_CODE)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != _CHILD_CODE:
        sys.exit(f"the child ended with {code}")
    say("forked")
    subprocess.run([sys.executable, "-c", ""], check=True)
    ticks = engine.pulse.ticks
    if not until(lambda: engine.pulse.ticks > ticks + 10, _SECONDS):
        sys.exit("the clock stands still after a fork")
    say("ticks")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
