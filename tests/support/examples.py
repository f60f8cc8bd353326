"""How many examples a hypothesis test takes."""

from __future__ import annotations

import os


def examples(count: int) -> int:
    """So many in `make test`; `make chaos` sets CALLBOX_EXAMPLES to how many times as many it wants."""
    return count * int(os.environ.get("CALLBOX_EXAMPLES", "1"))
