"""The box as it is in service, but for a core that can be asked how its clock and its lines fared.

    python -m bench.media.watched run --data=...

On SIGUSR1 the core writes `run/watched.json` and counts anew: ticks of the bridge's clock, how many were
late, the worst in ms. On SIGUSR2 it spoils itself for a control run: from then on it feeds serial modems
twice the lead it should, and a listener sleeps on the clock's thread now and then.
"""  # fmt: skip

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time

from appliance import service, wiring
from appliance.media.engine import Engine
from appliance.media.spandsp import Pcm
from bench.media.program import serve
from drivers.gsm import audio

FILE = "watched.json"


class Box(wiring.Box):
    """Also tells, and spoils, when a signal asks for it."""

    async def start(self) -> None:
        await super().start()
        self.asked = 0
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, self.tell)
        loop.add_signal_handler(signal.SIGUSR2, self.spoil)

    def tell(self) -> None:
        """Write the figures since last time; `asked` counts the times."""
        pulse = self.engine.pulse
        self.asked += 1
        told = {"asked": self.asked, "ticks": pulse.ticks, "late": pulse.late, "worst_ms": 1000 * pulse.worst}
        pulse.worst, pulse.late, pulse.ticks = 0.0, 0, 1  # 0 would begin a new clock
        part = self.options.run / f"{FILE}.part"
        part.write_text(json.dumps(told))
        part.replace(self.options.run / FILE)

    def spoil(self) -> None:
        """For the control."""
        audio.LEAD *= 2
        self.engine.submit(lambda: _sleep_on_the_clock(self.engine))


def _sleep_on_the_clock(engine: Engine) -> None:
    heard = [0]

    def sleepy(_block: Pcm) -> None:
        heard[0] += 1
        if heard[0] % 25 == 0:
            time.sleep(0.05)

    engine.frame_ports.obtain().take = sleepy


if __name__ == "__main__":
    service.Box = Box  # type: ignore[attr-defined]
    sys.exit(serve("bench.media.watched"))
