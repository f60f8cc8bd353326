"""Kills a core at a chosen one of its writes, again and again in one data folder, and holds it to its word.

What a client was told is kept here: a settings save that was answered, a call's record that could be read, a
call that the subscriber was in. After each kill the next core must know all of it.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from appliance.config.options import Options
from appliance.contract.errors import CallboxError, ControlError, StoreError
from appliance.contract.journal import CallRecord
from appliance.control.client import ControlClient
from appliance.launch import READY
from appliance.start import edge_settings, prepare
from appliance.store.reader import RecordReader
from appliance.store.records import verify
from appliance.store.settings import KEPT_VERSIONS, SettingsStore
from drivers.sip.kamailio.config import write_config
from simulator import Exchange, GsmModem, HangUp, Listen, Press, WaitForSound
from simulator.script import Script
from tests.support.box import ROOT, wait_for
from tests.support.ports import free_port

#: A system call and which one of a thread's calls of it; strace counts each call of each thread for itself.
Point = tuple[str, int]

#: Everything by which a file changes or is made to stay; "?" where not every machine has the call.
WRITES = (
    "write", "?writev", "pwrite64", "?pwritev", "fsync", "fdatasync", "?rename", "?renameat", "?renameat2",
    "?link", "linkat", "?unlink", "unlinkat", "ftruncate",
)  # fmt: skip
FILES = (
    "", "records.sqlite", "records.sqlite-wal", "records.sqlite-journal", "records.tail",
    "settings.json", "settings.json.new", "settings.json.keep", "settings.json.good",
)  # fmt: skip

LINES = ("gsm1", "gsm2")
SCRIPTS: tuple[Script, ...] = (
    (WaitForSound(), HangUp()),
    (WaitForSound(), Listen(0.6), HangUp()),
    (WaitForSound(), Press("1"), Listen(0.3), HangUp()),
)
WORK_SECONDS = 1.6  # the calibration's; a point that was passed may come a little later the next time
LIFE_SECONDS = 4.0  # and then it is killed anyway
IN_CALL_SECONDS = 0.5  # from the network's answer until the box must know the call for good


class BrokenPromiseError(AssertionError):
    """The core did not know what it had said it knows, or did not come back."""


@dataclass(slots=True)
class Promises:
    """What the outside was told."""

    version: int
    name: str
    trying: str = ""  # a save without an answer: it may have been made or not
    ended: dict[str, CallRecord] = field(default_factory=dict)  # by call: records that could be read
    taken: set[str] = field(default_factory=set)  # numbers of subscribers who were in a call


class Rig:
    """Two GSM lines and their callers, one data folder, one core after the other."""

    def __init__(self, folder: Path, harm: str = "none", scripts: tuple[Script, ...] = SCRIPTS) -> None:
        self.options = Options(
            data=folder / "data",
            sip_port=free_port(),
            engine_port=free_port(),
            web_port=free_port(),
            rtp_port=31000,
            lines=folder / "lines",
        )
        (folder / "lines").mkdir(parents=True)
        self.exchange = Exchange(folder / "lines", speed=8)
        self.modems = [GsmModem(self.exchange, name, "simcom") for name in LINES]
        prepared = prepare(self.options)
        write_config(edge_settings(self.options, prepared.settings), self.options.edge)
        self.promises = _fill(self.options.settings)
        self.killed = 0  # by the injection, not by ourselves
        self.starts: list[float] = []  # seconds from the go to the ready line
        self._harm, self._scripts = harm, scripts
        self._trace = folder / "trace"
        self._numbers = itertools.count(1)
        self._next = self._load()
        self._all: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self._all, self._next):
            process.kill()
            process.wait(5)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        self.exchange.close()

    # --------------------------------------------------------------------------------- one life of a core

    def calibrate(self) -> list[Point]:
        """Let a core work for a while; every point that it passed."""
        with self._life(None) as process:
            self._hold_to_its_word()
            with self._work(process):
                time.sleep(WORK_SECONDS)
                process.kill()
                process.wait(10)
        counts: Counter[tuple[str, str]] = Counter()
        found: dict[Point, None] = {}
        for thread, call in re.findall(r"^(\d+) +(\w+)\(", self._trace.read_text(errors="replace"), re.M):
            counts[thread, call] += 1
            found[call, counts[thread, call]] = None
        return list(found)

    def kill_at(self, point: Point) -> None:
        """Start, check what was promised before, work until the core is killed at this point."""
        with self._life(point) as process:
            if process.poll() is None and self._holds_to_its_word_or_is_killed(process):
                with self._work(process):
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(LIFE_SECONDS)
                    self.killed += process.poll() == -signal.SIGKILL
                    process.kill()
                    process.wait(10)
            else:
                self.killed += 1

    def check(self) -> None:
        """One more core, which is not killed while it is asked."""
        with self._life(None) as process:
            self._hold_to_its_word()
            process.terminate()
            assert process.wait(15) == 0

    @contextlib.contextmanager
    def _life(self, point: Point | None) -> Iterator[subprocess.Popen[str]]:
        """A core that is ready, or was killed on the way to it; another one is loaded meanwhile."""
        process, self._next = self._next, self._load()
        self._all = [process]
        said: list[str] = []
        assert process.stdout is not None and process.stdin is not None
        tracer = self._attach(process, point)
        began = time.monotonic()
        process.stdin.write("go\n")
        process.stdin.flush()
        try:
            for line in process.stdout:
                said.append(line)
                if READY in line:
                    self.starts.append(time.monotonic() - began)
                    break
            else:
                if process.wait(10) != -signal.SIGKILL:
                    raise BrokenPromiseError("the core did not come back:\n" + "".join(said[-20:]))
            drain = threading.Thread(target=lambda out=process.stdout: said.extend(out), daemon=True)
            drain.start()
            yield process
            if process.poll() is None:
                process.kill()
            process.wait(10)
            drain.join(10)
        finally:
            process.kill()
            tracer.wait(10)
            for pipe in (process.stdin, process.stdout, tracer.stderr):
                if pipe is not None:
                    pipe.close()

    def _load(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.faults_core", self._harm, *self.options.arguments()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _attach(self, process: subprocess.Popen[str], point: Point | None) -> subprocess.Popen[str]:
        """strace on the loaded core; not with --seccomp-bpf, which silently injects nothing (strace 6.1)."""
        assert process.stdout is not None
        assert process.stdout.readline().startswith("loaded")
        which = [f"--trace-path={self.options.data / name}" for name in FILES]
        if point is not None:
            which += ["-e", f"inject={point[0]}:signal=KILL:when={point[1]}"]
        command = ["strace", "-f", "-p", str(process.pid), "-o", str(self._trace), *which]
        tracer = subprocess.Popen(
            [*command, "-e", f"trace={','.join(WRITES)}"], stderr=subprocess.PIPE, text=True
        )
        assert tracer.stderr is not None
        assert "attached" in (said := tracer.stderr.readline()), said
        return tracer

    # ------------------------------------------------------------------------------------------ the work

    @contextlib.contextmanager
    def _work(self, process: subprocess.Popen[str]) -> Iterator[None]:
        """Callers, an admin who saves, somebody who reads the call list, until the core has died."""
        over = threading.Event()
        earlier = set(self.exchange.calls)
        jobs: list[Callable[[threading.Event], None]] = [self._save, self._read]
        jobs += [lambda over, line=line: self._call(over, line) for line in LINES]  # type: ignore[misc]
        threads = [threading.Thread(target=job, args=(over,)) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            died = self.exchange.loop.now()
            over.set()
            for thread in threads:
                thread.join(20)
            for call in set(self.exchange.calls) - earlier:
                if call.answered_at is not None and died - call.answered_at > IN_CALL_SECONDS:
                    self.promises.taken.add(call.number)
            assert process.poll() is not None

    def _call(self, over: threading.Event, line: str) -> None:
        while not over.is_set():
            number = next(self._numbers)
            call = self.exchange.place_call(
                line, self._scripts[number % len(self._scripts)], f"+3620555{number:04d}"
            )
            while not over.is_set() and call.ended_at is None:
                over.wait(0.02)
            call.hang_up()
            over.wait(0.02)

    def _save(self, over: threading.Event) -> None:
        names = itertools.cycle(("The Box", "x" * 60, "Y", "An office of a middle length"))
        with contextlib.closing(ControlClient(self.options.control)) as control:
            while not over.wait(0.05):
                promises = self.promises
                try:
                    version, settings = control.settings()
                    settings["box"]["name"] = promises.trying = next(names)
                    promises.version = control.save_settings(version, settings, "rig")
                    promises.name, promises.trying = promises.trying, ""
                except ControlError:
                    over.wait(0.02)

    def _read(self, over: threading.Event) -> None:
        with contextlib.closing(RecordReader(self.options.records)) as reader:
            while not over.wait(0.03):
                with contextlib.suppress(StoreError):
                    self.promises.ended |= {
                        row.record.call: row.record
                        for row in reader.calls(limit=20)
                        if row.record.ended is not None
                    }

    # ----------------------------------------------------------------------------------------- the checks

    def _holds_to_its_word_or_is_killed(self, process: subprocess.Popen[str]) -> bool:
        """False when the kill came while it was being asked; the next core will be asked instead."""
        try:
            self._hold_to_its_word()
        except BrokenPromiseError as problem:
            if not isinstance(problem.__cause__, ControlError) or process.wait(10) != -signal.SIGKILL:
                raise
            return False
        return True

    def _hold_to_its_word(self) -> None:
        """Everything that was promised to anybody so far is there, and the lines are on hook in service."""
        try:
            self._settings_are_there()
            self._calls_are_there()
            self._lines_are_well()
        except CallboxError as problem:
            raise BrokenPromiseError(str(problem)) from problem
        except AssertionError as problem:
            raise BrokenPromiseError(str(problem)) from problem

    def _settings_are_there(self) -> None:
        promises = self.promises
        with contextlib.closing(ControlClient(self.options.control)) as control:
            version, settings = control.settings()
        name = settings["box"]["name"]
        wanted = {promises.version: promises.name}
        if promises.trying:
            wanted[promises.version + 1] = promises.trying
        assert wanted.get(version) == name, f"settings: {version} is {name!r}, promised was {wanted}"
        promises.version, promises.name, promises.trying = version, name, ""

    def _calls_are_there(self) -> None:
        assert verify(self.options.records) is None, "the journal's chain is broken"
        with contextlib.closing(RecordReader(self.options.records)) as reader:
            rows = list(_all_records(reader))
        found = Counter(row.number for row in rows if row.number)  # a kill may come before the caller id
        records = {str(row.call): row for row in rows}
        lost = self.promises.taken - found.keys()
        assert not lost, f"calls the box took and forgot: {sorted(lost)}"
        assert all(count == 1 for count in found.values()), f"calls with two records: {found}"
        for call, record in self.promises.ended.items():
            assert records.get(call) == record, f"{records.get(call)} was {record}"

    def _lines_are_well(self) -> None:
        with contextlib.closing(ControlClient(self.options.control)) as control:
            wait_for(lambda: _in_service(control) == set(LINES), 5, "lines in service")
        assert not any(modem.status()["calls"] for modem in self.modems), "a line is off hook"


def _all_records(reader: RecordReader) -> Iterator[CallRecord]:
    before: int | None = None
    while rows := reader.calls(before=before, limit=500):
        before = rows[-1].row
        yield from (row.record for row in rows)


def _in_service(control: ControlClient) -> set[str]:
    return {trunk.name for trunk in control.live().trunks if trunk.state == "in_service"}


def _fill(path: Path) -> Promises:
    """As many versions as are kept: from now on a save may make the file smaller, too."""
    store = SettingsStore(path)
    version = 0
    while version <= KEPT_VERSIONS:
        found = store.current()
        assert found is not None
        settings = found[1]
        settings.box.name = "z" * (1 + version % 60)
        version = store.save(settings, "rig", found[0])
    store.close()
    return Promises(version, settings.box.name)


def spread(points: list[Point], wanted: int) -> list[Point]:
    """So many of the points: each system call in its turn, evenly over how often it was seen."""
    calls: dict[str, list[int]] = {}
    for call, number in sorted(points):
        calls.setdefault(call, []).append(number)
    chosen: list[Point] = []
    shares = _shares({call: len(numbers) for call, numbers in calls.items()}, wanted)
    for call, share in shares.items():
        numbers = calls[call]
        chosen += [(call, numbers[int((place + 0.5) * len(numbers) / share)]) for place in range(share)]
    return chosen


def _shares(most: dict[str, int], wanted: int) -> dict[str, int]:
    """One for each in its turn, until all are given out or nobody can take more."""
    shares = dict.fromkeys(most, 0)
    while sum(shares.values()) < min(wanted, sum(most.values())):
        for call in most:
            if shares[call] < most[call] and sum(shares.values()) < wanted:
                shares[call] += 1
    return shares
