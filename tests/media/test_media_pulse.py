"""The bridge's clock in Python: it ticks, and its thread is not made anew for every frame."""

from __future__ import annotations

import threading

from appliance.media.engine import Engine
from tests.media.rig import on_thread, until


def test_the_clock_ticks_while_nothing_happens(engine: Engine) -> None:
    assert until(lambda: engine.pulse.ticks >= 25, 5)
    assert engine.pulse.since_tick() < 0.5


def test_the_clocks_thread_keeps_its_state_from_one_frame_to_the_next(engine: Engine) -> None:
    assert until(lambda: engine.pulse.ticks > 0, 5)
    kept = threading.local()
    counted: list[int] = []

    def count(_block: object) -> None:
        kept.frames = getattr(kept, "frames", 0) + 1
        counted.append(kept.frames)

    def plug_in() -> None:
        engine.frame_ports.obtain().take = count

    on_thread(engine, plug_in)
    assert until(lambda: len(counted) >= 10, 5)
    assert counted[:10] == list(range(1, 11))
