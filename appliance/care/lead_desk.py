"""The desk of lead lists: what an upload is, what an import would do, and does. Methods wait: for worker
threads.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Any

from appliance.care.lead_import import safe
from appliance.care.problems import CareError
from appliance.contract.dialling import Consent
from appliance.contract.leads import Phone
from appliance.store import leads as stored
from appliance.store.lead_changes import Imported, LeadChanges
from appliance.store.leads import LeadStore, NewLead, Twin

Job = dict[str, Any]
Told = Callable[[int, int], None]  # how far the reading is, of how much
_COUNTS = ("rows", "taken", "bad", "twins")
_LOOK_SECONDS = 180.0  # on a box that is busy with calls; it is a second otherwise
_READ_SECONDS = 900.0
_COMMAND = (
    "choom",
    "-n",
    "500",
    "--",
    "nice",
    "-n",
    "10",
    sys.executable,
    "-m",
    "appliance.care.lead_import",
)


class LeadDesk:
    """Imports, through a worker process that reads the file."""

    def __init__(
        self, store: LeadStore, country: Callable[[], str], changes: LeadChanges | None = None
    ) -> None:
        self._store = store
        self._country = country
        self._changes = changes

    def look(self, path: Path, options: Mapping[str, Any]) -> Job:
        """What the file is: columns, a guess at what they mean, the first rows as they would be taken.
        CareError.
        """
        for line in self._worker({**options, "do": "look", "path": str(path)}, _LOOK_SECONDS):
            if "done" in line:
                return dict(line["done"])
        raise CareError("The file could not be read.")

    def take(
        self, path: Path, bad: Path, list_: str, options: Mapping[str, Any], apply: bool, told: Told
    ) -> Job:
        """Put the file's leads into a list, or without `apply` only tell what would be done. Rows that were
        left out stand with their reasons in `bad`. `options`: mapping, encoding, delimiter, defaults, and
        `across`: leave out who is in another list. An import is on record, so that it can be undone, also one
        that failed on its way; `options` may name its `file`. CareError, StoreError."""
        if not apply or self._changes is None:
            return self._take(path, bad, list_, options, apply, told)
        first, done = self._changes.next_lead(), Job()
        try:
            done = self._take(path, bad, list_, options, apply, told)
        finally:
            came = self._changes.next_lead() - first
            if came:
                file = str(options.get("file") or "")
                counts = {"rows": came, "taken": came, **{k: v for k, v in done.items() if k in _COUNTS}}
                done["import"] = self._changes.keep_import(Imported(list_, file, first, counts))
        return done

    def _take(
        self, path: Path, bad: Path, list_: str, options: Mapping[str, Any], apply: bool, told: Told
    ) -> Job:
        across = bool(options.get("across"))
        twins: list[tuple[int, str]] = []
        batch: list[NewLead] = []
        done: Job = {}

        def save() -> None:
            found = self._store.add(list_, batch, across, apply)
            twins.extend((twin.lead.row, _twin(twin, list_)) for twin in found)
            batch.clear()

        for line in self._worker(
            {**options, "do": "read", "path": str(path), "bad": str(bad)}, _READ_SECONDS
        ):
            if "lead" in line:
                batch.append(new_lead(line["lead"]))
                if len(batch) >= stored.BATCH:
                    save()
            elif "at" in line:
                told(line["at"], line["of"])
            elif "done" in line:
                done = line["done"]
        save()
        _append(bad, twins)
        done["taken"] = done["good"] - len(twins)
        done["twins"] = len(twins)
        return done

    def numbers(self, path: Path, told: Told) -> tuple[list[str], Job]:
        """The entries of a file of numbers not to be called, and the counts of its rows. CareError."""
        entries: list[str] = []
        done: Job = {}
        for line in self._worker({"do": "numbers", "path": str(path)}, _READ_SECONDS):
            if "entries" in line:
                entries += line["entries"]
                told(line["at"], line["of"])
            elif "done" in line:
                done = dict(line["done"])
        return entries, done

    def _worker(self, job: Job, seconds: float) -> Iterator[Job]:
        job.setdefault("country", self._country())
        with _started(job, seconds) as process:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            for text in process.stdout:
                line = json.loads(text)
                if "failed" in line:
                    raise CareError(line["failed"])
                yield line
            if process.wait() != 0:
                raise CareError("Reading the file took too long or too much memory.")


@contextmanager
def _started(job: Job, seconds: float) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        if process.stdin is not None:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.close()
        yield process
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def new_lead(data: Mapping[str, Any]) -> NewLead:
    """What the worker says of a lead, as the store takes it."""
    return NewLead(
        row=data["row"],
        phones=tuple(Phone(number, kind) for number, kind in data["phones"]),
        place=data["place"],
        name=data["name"],
        priority=data["priority"],
        consent=Consent(data["consent"]),
        consent_since=_moment(data["consent_since"]),
        consent_until=_moment(data["consent_until"]),
        business=data["business"],
        warm=data["warm"],
        zone=data["zone"],
        region=data["region"],
        language=data["language"],
        contact=data["contact"],
        fields=data["fields"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _twin(twin: Twin, list_: str) -> str:
    where = "this list" if twin.list == list_ else "another list"
    return f"{twin.number} is in {where} already (line {twin.row})."


def _append(bad: Path, twins: list[tuple[int, str]]) -> None:
    with bad.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([line, safe(reason)] for line, reason in twins)
