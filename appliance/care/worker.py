"""`python -m appliance.care.worker`: one job of the upkeep in a process of its own, then the end.

The job comes as one JSON line on standard input (a key in it is never in a command line); progress goes out
as JSON lines, the last of which holds "done" or "failed". It runs at the lowest priority: calls go first.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from appliance.care.destination import (
    Destination,
    FolderDestination,
    HandOver,
    SftpDestination,
    SftpServer,
)
from appliance.care.problems import CareError
from appliance.contract.errors import CallboxError

_MOST_MEMORY = 512 * 1024 * 1024
_MOST_FILE = 64 * 1024**3
Job = dict[str, Any]


def destination_of(job: Job) -> Destination:
    """Where this job's copies are: "download", "usb" or "sftp", with the settings' `backup` part."""
    backup, data, work = job["backup"], Path(job["data"]), Path(job["work"])
    if job["to"] == "usb":
        return FolderDestination(Path(backup["folder"]), data)
    if job["to"] == "sftp":
        server = SftpServer(
            backup["host"], backup["port"], backup["user"], backup["path"], backup["host_key"]
        )
        return SftpDestination(server, Path(job["ssh_key"]), work)
    return HandOver(work)


def _make(job: Job, told: Callable[[str, int, int], None]) -> Job:
    from appliance.care.make import Source, make

    source = Source(Path(job["data"]), job["settings"], job["version"], job["recordings"], Path(job["work"]))
    made = make(source, destination_of(job), job["name"], job["keep"], told)
    return {
        "name": made.name,
        "size": made.size,
        "calls": made.calls,
        "recordings": made.recordings,
        "removed": made.removed,
    }


def _read(job: Job, told: Callable[[str, int, int], None]) -> Job:
    from appliance.care.crypt import recipient_of, tidy_key
    from appliance.care.read import read
    from appliance.config.schema import load

    key = tidy_key(job["key"])
    recipient_of(key)  # a typing error is said as such, not as the wrong key
    staging = Path(job["staging"])
    path = Path(job["path"]) if job["path"] else staging / "copy"
    if not job["path"]:
        told("fetching", 0, 0)
        destination_of(job).fetch(job["name"], path)
    try:
        return read(path, key, staging, load(job["settings"]), told).to_json()
    finally:
        if not job["path"]:
            path.unlink(missing_ok=True)


def _list(job: Job, told: Callable[[str, int, int], None]) -> Job:
    told("looking", 0, 0)
    return {"copies": list(reversed(destination_of(job).names()))[:100]}


_JOBS = {"make": _make, "read": _read, "list": _list}


def _tell(phase: str, done: int, total: int) -> None:
    _say({"phase": phase, "bytes": done, "of": total})


def _say(line: Job) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> int:
    """Do the job that stands on standard input; 0 when it is done, 1 when a sentence says why not."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_FILE, _MOST_FILE))
    os.umask(0o027)
    try:
        job = json.loads(sys.stdin.readline())
        _say({"done": _JOBS[job["do"]](job, _tell)})
    except CallboxError as problem:
        _say({"failed": str(problem)})
        return 1
    except OSError as problem:
        _say({"failed": str(CareError(f"The disk of the box refused: {problem.strerror or problem}."))})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
