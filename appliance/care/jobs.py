"""One job of the upkeep at a time, in a worker process; what it says of its progress is kept for the page."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, cast

from appliance.care.problems import CareError

log = logging.getLogger(__name__)
_STOP_SECONDS = 5.0
Job = dict[str, Any]
Ended = Callable[[Job | None, str], None]


@dataclass(slots=True)
class Progress:
    """How far the job is. `what` is the job's name for the page, `done` and `total` are bytes."""

    what: str
    phase: str = "starting"
    done: int = 0
    total: int = 0


class Jobs:
    """Runs workers. Safe from any thread; `ended` is called on the job's own thread, result or sentence."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._program: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def progress(self) -> Progress | None:
        """Of the job that runs now."""
        return self._progress

    def start(self, what: str, job: Job, ended: Ended) -> None:
        """Begin a job. CareError when another one is not over yet."""
        with self._lock:
            if self._progress is not None or self._stopping:
                raise CareError("The box is still busy with a backup or a restore. Try again later.")
            self._progress = Progress(what)
            self._thread = threading.Thread(target=self._run, args=(job, ended), name="care-job", daemon=True)
            self._thread.start()

    def cancel(self) -> None:
        """End the job that runs now, if any."""
        program = self._program
        if program is not None:
            program.terminate()

    def wait(self, seconds: float) -> bool:
        """Wait until no job runs; False when it takes longer."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(seconds)
        return self._progress is None

    def stop(self) -> None:
        """End for good."""
        self._stopping = True
        self.cancel()
        self.wait(_STOP_SECONDS)

    def _run(self, job: Job, ended: Ended) -> None:
        result: Job | None = None
        failed = "The worker of the box has ended unexpectedly; its log says more."
        try:
            result, failed = self._work(job, failed)
        except OSError as problem:
            failed = f"The worker of the box could not be started: {problem.strerror}."
        finally:
            self._program = None
            try:
                ended(result, failed)
            except Exception:
                log.exception("what a job of the upkeep found could not be kept")
            self._progress = None

    def _work(self, job: Job, failed: str) -> tuple[Job | None, str]:
        worker = (sys.executable, "-m", "appliance.care.worker")
        # It ends with us, and takes what is left over of processor and disk (ionice class 3: idle).
        idle = ("choom", "-n", "800", "--", "nice", "-n", "19", "ionice", "-c", "3")
        command = ("setpriv", "--pdeathsig", "TERM", "--", *idle, *worker)
        pipe = subprocess.PIPE
        program = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._program = program
        with program:
            if self._stopping:
                program.terminate()
            _tell(cast(IO[str], program.stdin), job)
            result: Job | None = None
            for line in cast(IO[str], program.stdout):
                said = json.loads(line)
                result, failed = said.get("done", result), said.get("failed", failed)
                self._keep(said)
        if program.returncode < 0 and result is None:
            failed = "It was cancelled."
        return result, failed

    def _keep(self, said: Job) -> None:
        progress = self._progress
        if progress is not None and "phase" in said:
            progress.phase, progress.done, progress.total = said["phase"], said["bytes"], said["of"]


def _tell(stdin: IO[str], job: Job) -> None:
    try:
        stdin.write(json.dumps(job) + "\n")
        stdin.close()
    except BrokenPipeError:
        log.warning("a worker of the upkeep ended before it was told its job")
