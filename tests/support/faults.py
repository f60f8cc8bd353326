"""What a fault may leave in a process: threads and open handles, counted where the kernel keeps them."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# The web's and the tests' own connections come and go on the control socket; workers of asyncio's pool come
# with the first question that needs one and then stay, six at most on two cores.
_POOL = re.compile(r"asyncio_\d+|ThreadPoolExec.*")
_NUMBERED = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a process has now, by kind: `threads` by name, `handles` by what they lead to."""

    threads: Counter[str] = field(default_factory=Counter)
    handles: Counter[str] = field(default_factory=Counter)

    def beyond(self, other: Belongings) -> dict[str, int]:
        """What is more than `other` had, and how many of it."""
        return dict((self.threads - other.threads) + (self.handles - other.handles))


def belongings(pid: int) -> Belongings:
    """Threads and open handles of a process, without those that come and go by themselves."""
    return Belongings(_threads(pid), _handles(pid))


def _threads(pid: int) -> Counter[str]:
    names: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
        except OSError:
            continue  # it ended while we looked
        if not _POOL.fullmatch(name):
            names[f"thread {name}"] += 1
    return names


def _handles(pid: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(handle)
        except OSError:
            continue
        found[f"handle {_NUMBERED.sub('N', target)}"] += 1
    return found
