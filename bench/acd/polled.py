"""The control: a core that looks twenty times a second for what has happened, instead of being told.

    python -m bench.acd.polled core --data=...
"""  # fmt: skip

from __future__ import annotations

import sys

from appliance import wiring
from appliance.__main__ import main
from appliance.contract.events import Event

EVERY_SECONDS = 0.05
_lying: list[Event] = []


def post(self: wiring.Box, event: Event) -> None:
    """In place of `Box.post`: the event lies until the next look, which takes all that lie in their order."""

    def lie() -> None:
        if not _lying:
            self.loop.call_at((self.loop.time() // EVERY_SECONDS + 1) * EVERY_SECONDS, look)
        _lying.append(event)

    def look() -> None:
        events = _lying.copy()
        _lying.clear()
        for one in events:
            self._handle(one)

    self.loop.call_soon_threadsafe(lie)


if __name__ == "__main__":
    wiring.Box.post = post  # type: ignore[method-assign]
    sys.exit(main())
