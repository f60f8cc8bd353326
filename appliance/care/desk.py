"""What backups and restores share: the core's side, the one job at a time, what is remembered and shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.care import destination, memory
from appliance.care.jobs import Job, Jobs
from appliance.care.problems import CareError
from appliance.config.options import Options
from appliance.config.schema import Settings, dump
from appliance.store.notes import Notes
from appliance.store.pending import Staged
from appliance.store.settings import SettingsStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Office:
    """What the upkeep needs of the core. All of it may be called from any thread."""

    version: str
    options: Options
    settings: SettingsStore
    notes: Notes
    flush: Callable[[], bool]  # all records into the database
    restart: Callable[[], None]  # end the core in an orderly way; it is started again
    reserve: Callable[[int], None]  # bytes below which nothing is recorded
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(slots=True)
class Outcome:
    """What the last reading, listing or making ended with; empty while it goes on."""

    problem: str = ""
    found: Job | None = None
    copies: list[str] | None = None
    ready: str = ""  # name of a download that waits in the hand-over folder


class Desk:
    """One of these a core."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.data = office.options.data
        self.work = self.data / "backups"
        self.staged = Staged(self.data)
        self._memory_file = office.options.state / "care.json"
        self.memory = memory.load(self._memory_file)
        self.outcome = Outcome()
        self.jobs = Jobs()

    def job(self, do: str, to: str, settings: Settings) -> Job:
        plain = dump(settings)
        if to == "sftp":
            destination.own_key(self.ssh_key)
        return {
            "do": do,
            "to": to,
            "data": str(self.data),
            "work": str(self.work),
            "settings": plain,
            "backup": plain["backup"],
            "ssh_key": str(self.ssh_key),
        }

    def chosen(self, settings: Settings) -> str:
        if settings.backup.destination == "none":
            raise CareError("No USB stick and no SFTP server is set up for backups.")
        return settings.backup.destination

    @property
    def ssh_key(self) -> Path:
        return self.office.options.state / "backup_ed25519"

    def versioned(self) -> tuple[int, Settings]:
        found = self.office.settings.current()
        if found is None:
            raise CareError("There are no settings yet.")
        return found

    def settings(self) -> Settings:
        return self.versioned()[1]

    def now(self) -> str:
        return self.office.wall().astimezone(UTC).isoformat(timespec="seconds")

    def remember(self) -> None:
        try:
            memory.save(self.memory, self._memory_file)
        except OSError as problem:
            log.warning("what the upkeep remembers could not be saved: %s", problem)
