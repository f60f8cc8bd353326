"""Restores: a backup is read and checked, its difference shown, then staged for the next start."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from appliance.care.desk import Desk, Outcome
from appliance.care.jobs import Job
from appliance.care.problems import CareError
from appliance.config.schema import load
from appliance.contract.errors import SettingsError
from appliance.store.settings import SettingsStore


class Restores:
    """Reading is a job in a worker; what it staged lies beside the data until it is wanted or dropped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def start_reading(self, path: Path | None, name: str, key: str) -> None:
        """Begin to check a backup: an uploaded file, or the copy of this name at the destination."""
        settings = self._desk.settings()
        if self._desk.jobs.progress is not None:
            raise CareError("The box is still busy with a backup or a restore. Try again later.")
        job = self._desk.job("read", "download" if path else self._desk.chosen(settings), settings)
        job |= {"path": str(path) if path else "", "name": name, "key": key}
        job["staging"] = str(self._desk.staged.begin())
        self._desk.outcome = Outcome()
        shown = name or "the uploaded backup"
        self._desk.jobs.start("restore", job, lambda found, failed: self._read(shown, path, found, failed))

    def _read(self, shown: str, path: Path | None, found: Job | None, failed: str) -> None:
        if path is not None:
            path.unlink(missing_ok=True)
        if found is None:
            self._desk.staged.drop()
            self._desk.outcome.problem = failed
        else:
            self._desk.outcome.found = {**found, "name": shown}

    def restore(self, parts: set[str], who: str) -> None:
        """Have the next start restore these parts ("settings", "records") of what was read, and restart."""
        found = self._desk.outcome.found
        if found is None or self._desk.jobs.progress is not None:
            raise CareError("There is no backup that was checked; choose one first.")
        if not parts or parts - {"settings", "records"}:
            raise CareError("Choose what is to be restored: settings, calls or both.")
        new = self._desk.staged.new
        if "settings" in parts:
            self._stage_settings(new, found, who)
        else:
            _remove(new / "uploads")
        if "records" not in parts:
            _remove(new / "records.sqlite")
            _remove(new / "recordings")
            _remove(new / "voicemail")
        _remove(new / "settings.plain")
        self._desk.staged.decide({"backup": f"{found['box']}, {found['made']}"})
        self._desk.outcome = Outcome()
        self._desk.office.restart()

    def _stage_settings(self, new: Path, found: Job, who: str) -> None:
        """The settings file as it will be: the one of now with the backup's settings as its next version."""
        try:
            settings = load(json.loads((new / "settings.plain").read_text(encoding="utf-8")))
        except SettingsError as problem:
            raise CareError("The settings in this backup cannot be used.") from problem
        version, _ = self._desk.versioned()
        staged = new / "settings.json"
        shutil.copyfile(self._desk.office.options.settings, staged)
        store = SettingsStore(staged)
        try:
            store.save(settings, f"{who}, restoring"[:60], version)
        finally:
            store.close()
        shutil.copyfile(staged, new / "settings.json.good")

    def drop_restore(self) -> None:
        """Forget a backup that was read."""
        if self._desk.jobs.progress is None and not self._desk.staged.decided:
            self._desk.staged.drop()
        self._desk.outcome = Outcome()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
