"""Real-time priority for those who keep time: PJSIP's own threads (the bridge's clock, the receiver of
RTP) and the threads of drivers that feed a line's audio.

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
    if all(_raise(thread, _PRIORITY) for thread in threads() - before):
        return True
    log.info("Real-time priority is not allowed here (RTPRIO): frames may be late on a busy machine")
    return False


def raise_this_thread() -> bool:
    """Raise the calling thread, a little below PJSIP's."""
    return _raise(0, _PRIORITY - 5)


def _raise(thread: int, priority: int) -> bool:
    try:
        os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except PermissionError:
        return False
    except ProcessLookupError:
        return True  # it has ended
    return True
