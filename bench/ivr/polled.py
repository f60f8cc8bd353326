"""The control: a box whose core looks once a second for what has happened, instead of being told.

    python -m bench.ivr.polled run --data=...
"""  # fmt: skip

from __future__ import annotations

import sys

from appliance import wiring
from bench.acd import polled
from bench.media.program import serve

if __name__ == "__main__":
    polled.EVERY_SECONDS = 1.0
    wiring.Box.post = polled.post  # type: ignore[method-assign]
    sys.exit(serve("bench.ivr.polled"))
