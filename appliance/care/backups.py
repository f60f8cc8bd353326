"""Backups as the core asks for them: the key, by hand, on a schedule, and what became of each."""

from __future__ import annotations

from appliance.care import crypt, schedule
from appliance.care.desk import Desk, Outcome
from appliance.care.destination import copy_name
from appliance.care.jobs import Job
from appliance.care.problems import CareError


class Backups:
    """Methods may wait for the disk, never long: making a backup is a job in a worker."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def new_key(self, who: str) -> str:
        """Make a backup key: its recipient goes into the settings, the key itself only to the caller."""
        key, recipient = crypt.new_key()
        version, settings = self._desk.versioned()
        settings.backup.recipient = recipient
        self._desk.office.settings.save(settings, who, version)
        return key

    def start_backup(self, to: str, recordings: bool) -> None:
        """Begin a backup to "download", "usb" or "sftp". CareError when it cannot even begin."""
        settings = self._desk.settings()
        if not settings.backup.recipient:
            raise CareError("There is no backup key yet; make one first.")
        name = copy_name(settings.box.name, settings.backup.recipient, self._desk.office.wall())
        job = self._desk.job("make", to, settings)
        job |= {"name": name, "recordings": recordings, "version": self._desk.office.version}
        job["keep"] = 1 if to == "download" else settings.backup.keep
        self._desk.outcome = Outcome()
        self._desk.office.flush()
        self._desk.jobs.start("backup", job, lambda found, failed: self._made(to, found, failed))

    def scheduled(self) -> bool:
        """Begin the backup that is due, if one is; whether it did. The page is told when it is long due."""
        settings = self._desk.settings()
        kept, zone, now = self._desk.memory, settings.box.timezone, self._desk.office.wall()
        if schedule.last_slot(settings.backup, zone, now) is None:
            self._desk.office.notes.clear("backup")
            return False
        if schedule.overdue(settings.backup, zone, now, kept.good) and not kept.problem:
            self._desk.office.notes.say("backup", "backup_old", day=kept.good_at[:10])
        if not schedule.due(settings.backup, zone, now, kept.good, kept.tried):
            return False
        self._desk.memory.tried_at = self._desk.now()
        try:
            self.start_backup(settings.backup.destination, settings.backup.recordings)
        except CareError as problem:
            if self._desk.jobs.progress is None:
                self._made(settings.backup.destination, None, str(problem))
            raise
        return True

    def _made(self, to: str, found: Job | None, failed: str) -> None:
        if found is None:
            self._desk.outcome.problem = failed
            if to != "download":
                self._desk.memory.problem = failed
                self._desk.remember()
                self._complain(failed)
            return
        if to == "download":
            self._desk.outcome.ready = found["name"]
            return
        kept = self._desk.memory
        kept.good_at, kept.good_to, kept.problem = self._desk.now(), to, ""
        kept.good_name, kept.good_size = found["name"], found["size"]
        kept.good_calls, kept.good_recordings = found["calls"], found["recordings"]
        self._desk.remember()
        self._desk.office.notes.clear("backup")

    def _complain(self, failed: str) -> None:
        last = self._desk.memory.good_at[:10]
        code = "backup_failed" if last else "backup_never"
        self._desk.office.notes.say("backup", code, why=failed, day=last)

    def list_copies(self) -> None:
        """Begin to look what copies there are at the destination."""
        settings = self._desk.settings()
        self._desk.outcome = Outcome()
        job = self._desk.job("list", self._desk.chosen(settings), settings)
        self._desk.jobs.start("copies", job, self._listed)

    def _listed(self, found: Job | None, failed: str) -> None:
        self._desk.outcome.problem = "" if found is not None else failed
        self._desk.outcome.copies = list(found["copies"]) if found is not None else None
