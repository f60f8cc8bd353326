"""Real-time priority for PJSIP's own threads: the bridge's clock and the receiver of RTP.

A report, a backup or a page must not make a frame late. These threads compute for some microseconds every
20 ms and sleep, so round-robin scheduling at a low real-time priority takes nothing from anybody. It
needs root, CAP_SYS_NICE or a limit on RTPRIO (systemd: LimitRTPRIO=20); without it the box works, on a
machine that has time.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)
_PRIORITY = 15  # above ordinary threads, below the kernel's own (50)


def threads() -> frozenset[int]:
    """The threads of this process, by their number in the kernel."""
    return frozenset(int(task.name) for task in Path("/proc/self/task").iterdir())


def raise_since(before: frozenset[int]) -> bool:
    """Raise every thread that was not there `before`; False when the system does not allow it."""
    for thread in threads() - before:
        try:
            os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(_PRIORITY))
        except PermissionError:
            log.info("Real-time priority is not allowed here (RTPRIO): frames may be late on a busy machine")
            return False
        except ProcessLookupError:
            continue
    return True
