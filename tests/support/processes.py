"""What /proc says of a process and those it started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat (proc(5)) from the state on. OSError when the process is gone."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()


def descendants(pid: int) -> Iterator[int]:
    """Its children, and theirs."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        child = int(path.parent.name)
        try:
            parent = int(stat_fields(child)[1])
        except (OSError, IndexError):
            continue
        if parent == pid:
            yield child
            yield from descendants(child)
