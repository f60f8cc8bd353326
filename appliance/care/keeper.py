"""The upkeep of one box as the core holds it: its round of every minute, and what the page is shown."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from appliance.care import destination, support
from appliance.care.backups import Backups
from appliance.care.desk import Desk, Office
from appliance.care.logring import LogRing
from appliance.care.problems import CareError
from appliance.care.restores import Restores
from appliance.care.time_of_day import TimeOfDay
from appliance.config.schema import Settings, dump
from appliance.contract.errors import CallboxError
from appliance.store import budget

log = logging.getLogger(__name__)

_TICK_SECONDS = 60.0
_FIRST_SECONDS = 15.0  # after the start, which has enough to do
_LOOK_SECONDS = 10.0  # at the log, whether it has something to be kept at once
_HANDED_OVER = timedelta(hours=2)  # how long a download or an uploaded backup may lie
_REPLACED = timedelta(days=30)
_MB = 1_000_000


class Care:
    """One of these a core. Methods may wait for the disk, never long: long work is a job in a worker."""

    def __init__(self, office: Office) -> None:
        self._desk = Desk(office)
        self.backups = Backups(self._desk)
        self.restores = Restores(self._desk)
        self.log = LogRing(self._desk.data / "log")
        self.time = TimeOfDay(office.notes, office.wall)
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="care", daemon=True)

    # ---- life

    def start(self) -> None:
        """Begin; what an earlier run left half done is thrown away."""
        shutil.rmtree(self._desk.work, ignore_errors=True)
        self._desk.work.mkdir(parents=True, exist_ok=True, mode=0o750)
        if not self._desk.staged.decided:
            self._desk.staged.drop()
        logging.getLogger().addHandler(self.log)
        self._thread.start()

    def stop(self) -> None:
        """End; a job that runs is ended and leaves nothing behind that counts."""
        self._ending = True
        self._wake.set()
        self._desk.jobs.stop()
        if self._thread.is_alive():
            self._thread.join()
        logging.getLogger().removeHandler(self.log)
        self.log.flush_to_disk()

    def wait(self, seconds: float) -> bool:
        """Wait until no job runs; False when it takes longer."""
        return self._desk.jobs.wait(seconds)

    def cancel(self) -> None:
        """End the job that runs now, if any."""
        self._desk.jobs.cancel()

    def _run(self) -> None:
        next_round = time.monotonic() + _FIRST_SECONDS
        while not self._ending:
            if time.monotonic() >= next_round:
                next_round = time.monotonic() + _TICK_SECONDS
                self._round()
            if self.log.due:
                self.log.flush_to_disk()
            self._wake.wait(_LOOK_SECONDS)

    def _round(self) -> None:
        try:
            self.tick()
        except (CallboxError, OSError) as problem:
            log.warning("the upkeep could not go on: %s", problem)
        except Exception:
            log.exception("a fault in the upkeep")

    def tick(self) -> None:
        """What comes round: the time of day, room on the disk, a backup that is due, what was left lying."""
        self.time.look()
        settings = self._desk.settings()
        self._make_room(settings)
        self._tidy()
        with contextlib.suppress(CareError):
            self.backups.scheduled()

    # ---- support and state

    def support_file(self, live: Mapping[str, Any], said: Mapping[str, Sequence[str]]) -> Path:
        """Make the support file in the hand-over folder; `said` are the lines' last dialogues."""
        settings = self._desk.settings()
        facts = support.Facts(
            version=self._desk.office.version,
            at=self._desk.office.wall(),
            settings=dump(settings),
            live=live,
            disk=asdict(budget.usage(self._desk.data)),
            backup=asdict(self._desk.memory),
            said=said,
            log=self.log.lines(support.LOG_LINES),
        )
        target = self._desk.work / f"callbox-support-{self._desk.office.wall():%Y%m%d-%H%M%S}.txt"
        support.write(facts, target)
        return target

    def host_key(self, host: str, port: int) -> tuple[str, str]:
        """Key and fingerprint an SFTP server shows now."""
        return destination.look_up_host(host, port)

    def own_key(self) -> str:
        """The public key the box shows to SFTP servers."""
        return destination.own_key(self._desk.ssh_key)

    def state(self) -> dict[str, Any]:
        """All the page shows, as plain data."""
        settings = self._desk.settings()
        used = budget.usage(self._desk.data)
        progress = self._desk.jobs.progress
        return {
            "job": asdict(progress) if progress is not None else None,
            "outcome": asdict(self._desk.outcome),
            "memory": asdict(self._desk.memory),
            "restored": self._desk.staged.restored,
            "age_hours": self._age_hours(),
            "disk": {**asdict(used), "other": used.other},
            "limits": {
                "recordings": used.total * settings.storage.recordings_percent // 100,
                "reserve": settings.storage.reserve_mb * _MB,
            },
        }

    # ---- inside

    def _make_room(self, settings: Settings) -> None:
        reserve = settings.storage.reserve_mb * _MB
        self._desk.office.reserve(reserve)
        # The sweep begins a little above the reserve at which recording stops: recordings go on.
        limits = budget.Limits(settings.storage.recordings_percent / 100, reserve + reserve // 4)
        swept = budget.sweep(self._desk.data, limits)
        if swept.recordings:
            self._desk.memory.swept += swept.recordings
            self._desk.memory.swept_at = self._desk.now()
            self._desk.remember()
        total, free = budget.disk_of(self._desk.data)
        # What could never hold the reserve is memory in the place of data that cannot be used: said already.
        if free < reserve <= total:
            self._desk.office.notes.say("disk", "disk_full")
        else:
            self._desk.office.notes.clear("disk")

    def _tidy(self) -> None:
        now = self._desk.office.wall().timestamp()
        busy = self._desk.jobs.progress is not None
        for folder, age in ((self._desk.work, _HANDED_OVER), (self._desk.office.options.spool, _HANDED_OVER)):
            for path in folder.iterdir() if folder.is_dir() and not busy else ():
                with contextlib.suppress(OSError):
                    if path.is_file() and now - path.stat().st_mtime > age.total_seconds():
                        path.unlink()
        replaced = self._desk.staged.replaced
        if replaced.is_dir() and now - replaced.stat().st_mtime > _REPLACED.total_seconds():
            shutil.rmtree(replaced, ignore_errors=True)

    def _age_hours(self) -> float | None:
        good = self._desk.memory.good
        return None if good is None else round((self._desk.office.wall() - good).total_seconds() / 3600, 1)
