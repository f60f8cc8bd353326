"""The launcher of `callbox run`: keeps children running, shows their logs, ends them together.

Under systemd each of them is a unit of its own and this file is not used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.config.options import Options
from appliance.contract.errors import CallboxError

READY = "ready: calls can be answered"
AGAIN = 75  # exit code of a core that wants all of it started again, from `prepare` on (EX_TEMPFAIL)
_STOP_SECONDS = 5.0
# Threads wait for one another at the interpreter's lock: an arena or a BLAS thread for each is only waste.
# Large blocks are given back: left to itself, glibc keeps the 19 MB of a password's check for the next one.
_LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144", "OPENBLAS_NUM_THREADS": "1"}
_COLOURS = {"core": 36, "web": 35, "edge": 33, "lines": 32}


class LaunchError(CallboxError):
    """The box cannot start; the text says why and what to do."""


@dataclass(slots=True)
class Child:
    """One process of the box. `ready` is set when its readiness line was seen, or at once without one.

    One that `waits` loads itself and goes on as soon as it was told its last options on its standard input.
    """

    name: str
    command: Sequence[str]
    waits: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    ready_line: str | None = None
    restart: bool = True
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    starts: int = 0
    _told: asyncio.Future[str] | None = None

    def tell(self, options: Options) -> None:
        """Let one that waits go on, now and whenever it is started again."""
        self._word().set_result(json.dumps(options.arguments()) + "\n")

    async def hear(self, stdin: asyncio.StreamWriter) -> None:
        """Bring the word to its standard input."""
        with contextlib.suppress(ConnectionError):  # it has died; the next one will be told
            stdin.write((await asyncio.shield(self._word())).encode())
            await stdin.drain()
            stdin.close()

    def _word(self) -> asyncio.Future[str]:
        if self._told is None:
            self._told = asyncio.get_running_loop().create_future()
        return self._told


def check_ports(options: Options) -> None:
    """Raise LaunchError with one sentence when a port the box needs is taken."""
    wanted = [
        ("SIP", options.host, options.sip_port, socket.SOCK_DGRAM, "SIP"),
        ("SIP", options.host, options.sip_port, socket.SOCK_STREAM, "SIP"),
        ("The media engine", "127.0.0.1", options.engine_port, socket.SOCK_DGRAM, "ENGINE"),
        ("The page", options.host, options.web_port, socket.SOCK_STREAM, "WEB"),
    ]
    for what, host, port, kind, name in wanted:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as problem:
                raise LaunchError(
                    f"{what} cannot use port {port} on {host} ({problem.strerror}). Stop the other "
                    f"program or choose another port with --{name.lower()}-port or CALLBOX_{name}_PORT."
                ) from problem


def check_programs(names: Sequence[str]) -> None:
    """Raise LaunchError when a program the box starts is not installed."""
    for name in names:
        if shutil.which(name) is None:
            raise LaunchError(
                f"The program {name} is missing. `make run` installs it; or: apt-get install {name}"
            )


class Launcher:
    """Keeps the children running and their logs in one place."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._children: list[Child] = []
        self._say = say
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.failed = False
        self.again = False

    @property
    def stopping(self) -> bool:
        """Whether the end has begun."""
        return self._stopping.is_set()

    def start(self, *children: Child) -> None:
        """Start children; each is started again when it dies, until the end."""
        self._children += children
        self._tasks += [asyncio.create_task(self._keep(child)) for child in children]

    def request_stop(self) -> None:
        """Begin the orderly end; safe in a signal handler of the loop."""
        self._stopping.set()

    async def unless_stopped(self, work: Awaitable[None]) -> None:
        """Wait for `work`, or for the stop, whichever comes first; what `work` raises is raised here."""
        task, stop = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            task.result()
        else:
            task.cancel()

    async def wait_ready(self, seconds: float) -> None:
        """Return when every child is ready; raise LaunchError naming the one that is not."""
        for child in self._children:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.unless_stopped(_true(child.ready)), seconds)
            if not child.ready.is_set() and not self._stopping.is_set():
                raise LaunchError(
                    f"{child.name} was not ready within {seconds:.0f} s; its last lines are above."
                )

    async def run(self) -> None:
        """Wait for the end, then end the children in the order of their start, the core before its edge."""
        await self._stopping.wait()
        for child in self._children:
            await self._end(child)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            await self._run_once(child)
            if self._stopping.is_set():
                return
            code = child.process.returncode if child.process else None
            if code == AGAIN:
                self.again = True
                self._stopping.set()
                return
            quick = time.monotonic() - began < 2.0
            if not child.restart or (child.starts == 1 and (quick or not child.ready.is_set())):
                self._say(f"{child.name} ended with code {code}; the box stops.")
                self.failed = True
                self._stopping.set()
                return
            child.ready.clear()
            self._say(f"{child.name} ended with code {code} and is started again.")
            if quick:
                await asyncio.sleep(1.0)

    async def _run_once(self, child: Child) -> None:
        child.starts += 1
        child.process = await asyncio.create_subprocess_exec(
            # The kernel ends the child if this process is killed: no orphan holds a line.
            *("setpriv", "--pdeathsig", "TERM", "--", *child.command),
            env=_LEAN | os.environ | child.environment,
            stdin=asyncio.subprocess.PIPE if child.waits else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=1 << 20,
        )
        if child.ready_line is None:
            child.ready.set()
        if child.process.stdin is not None:
            self._tasks.append(asyncio.create_task(child.hear(child.process.stdin)))
        await self._read(child, child.process)
        await child.process.wait()

    async def _read(self, child: Child, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip()
            if child.ready_line is not None and child.ready_line in line:
                child.ready.set()
            self._say(_prefixed(child.name, line))

    async def _end(self, child: Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(process.wait(), _STOP_SECONDS)
                return


async def _true(event: asyncio.Event) -> None:
    await event.wait()


def say(line: str) -> None:
    """One line to the person at the terminal, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _prefixed(name: str, line: str) -> str:
    if sys.stdout.isatty():
        return f"\x1b[{_COLOURS.get(name, 37)}m{name:>5} |\x1b[0m {line}"
    return f"{name:>5} | {line}"


def python(module: str, *words: str) -> list[str]:
    """The command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *words]


def core_child(options: Options) -> Child:
    """The core, which waits to be told the options that come from the settings."""
    return Child("core", python("appliance", "core", "--wait", *options.arguments()), True, ready_line=READY)


def web_child(options: Options) -> Child:
    """The page: one process with threads, which sees records read-only."""
    return Child(
        "web",
        python("webui", f"{options.host}:{options.web_port}"),
        environment={
            "CALLBOX_CONTROL": str(options.control),
            "CALLBOX_RECORDS": str(options.records),
            "CALLBOX_RECORDINGS": str(options.recordings),
            "CALLBOX_SPOOL": str(options.spool),
            "CALLBOX_SIP_ADDRESS": f"{options.host}:{options.sip_port}",
        },
    )


async def wait_for_page(host: str, port: int, seconds: float) -> bool:
    """True once the page answers with status 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            status = await asyncio.wait_for(reader.readline(), 5)
            writer.close()
            if b" 200 " in status:
                return True
        await asyncio.sleep(0.05)
    return False


def folder_is_usable(path: Path) -> None:
    """Raise LaunchError when the data folder cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o750)
        probe = path / ".write-probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as problem:
        raise LaunchError(f"The data folder {path} cannot be written ({problem.strerror}).") from problem
