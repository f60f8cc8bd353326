"""What /proc says of the box's processes: core, web and edge. Launcher and simulator are not the product."""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.processes import descendants, stat_fields

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PRODUCT = ("appliance core", "-m webui", "kamailio")
_PRESENT, _FRAME = 1 << 63, (1 << 55) - 1  # of a /proc/PID/pagemap entry


def product(launcher: int) -> list[int]:
    """Process ids of core, web and edge below a launcher."""
    return [pid for pid in descendants(launcher) if any(word in _command(pid) for word in _PRODUCT)]


def pss_megabytes(pids: list[int]) -> float:
    """Proportional set size of them all together: a page that n processes share counts 1/n.

    As root, only this bench and what it started count as sharers: where nothing else runs that is the
    kernel's figure, and it stays so where other boxes run. Others are given the kernel's.
    """
    if os.geteuid() != 0:
        return sum(_pss(pid) for pid in pids) / 1024
    held = {
        pid: set(_frames_of_one_that_may_end(pid)) for pid in {os.getpid(), *descendants(os.getpid()), *pids}
    }
    sharers = Counter(frame for frames in held.values() for frame in frames)
    return sum(1 / sharers[frame] for pid in pids for frame in held[pid]) * _PAGE / 2**20


def alone_megabytes(pids: list[int]) -> float:
    """Every page they hold, counted once and whole, whoever else on this machine has it, too.

    That is what they would take on a machine of their own. Only root is told page frames: 0 for others.
    """
    return len({frame for pid in pids for frame in _frames(pid)}) * _PAGE / 2**20


def cpu_seconds(pids: list[int]) -> float:
    """User and system time they have used so far."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _frames_of_one_that_may_end(pid: int) -> list[int]:
    try:
        return list(_frames(pid))
    except (FileNotFoundError, ProcessLookupError):
        return []


def _frames(pid: int) -> Iterator[int]:
    with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pagemap:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if line.endswith(("[vvar]", "[vdso]", "[vsyscall]", "[vvar_vclock]")):
                continue  # the kernel's own
            first, last = (int(end, 16) // _PAGE for end in line.split(" ", 1)[0].split("-"))
            pagemap.seek(first * 8)
            for (entry,) in struct.iter_unpack("<Q", pagemap.read((last - first) * 8)):
                if entry & _PRESENT and entry & _FRAME:
                    yield entry & _FRAME


def _ticks(pid: int) -> int:
    fields = stat_fields(pid)
    return int(fields[11]) + int(fields[12])
