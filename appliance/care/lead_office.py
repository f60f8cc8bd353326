"""The office of lists: what the page changes of lists, leads and do-not-call entries, imports as one job at a
time. Methods wait: for worker threads.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.care.dnc_read import entry_of
from appliance.care.lead_desk import LeadDesk
from appliance.care.problems import CareError
from appliance.contract.errors import CallboxError, StoreError
from appliance.contract.ids import new_id
from appliance.contract.journal import Entry, EntryKind, Journal, JsonValue
from appliance.contract.leads import Lead, LeadState
from appliance.store.lead_reader import LeadRows
from appliance.store.leads import LeadStore
from appliance.store.own_file import Unreadable

log = logging.getLogger(__name__)
Json = dict[str, Any]
_SAVE_SECONDS = 10.0
_BY_HAND = (LeadState.FRESH, LeadState.CALLBACK, LeadState.DONE)


@dataclass(frozen=True, slots=True)
class Office:
    """What is around it. `changed` may be called from any thread: what the core has read may be old."""

    records: Path
    folder: Path  # where rows that were left out are told
    journal: Journal
    wall: Callable[[], datetime]
    country: Callable[[], str]
    changed: Callable[[], None]


class LeadOffice:
    """As `control.lists.ListAccess`. Errors are CallboxErrors with a sentence."""

    def __init__(self, desk: LeadDesk, store: LeadStore, around: Office) -> None:
        self._desk, self._store, self._around = desk, store, around
        self._lock = threading.Lock()
        self._job: Json | None = None
        self._cancelled = False

    # --------------------------------------------------------------------- lists

    def new_list(self, name: str, source: str) -> str:
        """See `control.lists.ListAccess`."""
        return self._store.new_list(name, source)

    def rename_list(self, which: str, name: str) -> None:
        """See `control.lists.ListAccess`."""
        self._store.rename_list(which, name)

    def drop_list(self, which: str) -> None:
        """See `control.lists.ListAccess`."""
        self._store.drop_list(which)
        self._around.changed()

    def look(self, path: Path, options: Mapping[str, Any]) -> Json:
        """See `control.lists.ListAccess`."""
        return self._desk.look(path, options)

    def set_lead(self, lead: int, data: Mapping[str, Any], who: str) -> None:
        """See `control.lists.ListAccess`."""
        found = self._lead(lead)
        if found.state is LeadState.DIALLING:
            raise CareError("This person is being dialled right now. Try again afterwards.")
        state = _state(data.get("state"), found.state)
        due = _moment(data.get("due"))
        if state is LeadState.CALLBACK and due is None:
            raise CareError("When is this person to be called back?")
        agent = data.get("agent")
        self._write(
            EntryKind.LEAD_SET,
            lead=lead,
            state=state.value,
            due=due.isoformat() if due is not None else None,
            agent=str(agent) if agent else None,
            own=bool(data.get("own")) and bool(agent),
            why="by hand",
            by=who,
        )
        self._around.changed()

    # --------------------------------------------------------------- do not call

    def block(self, entry: str, kind: str, campaign: str, why: str, who: str) -> str:
        """See `control.lists.ListAccess`."""
        kept = self._entry(entry)
        list_ = campaign if kind == "campaign" else None
        self._write(EntryKind.DNC_ADDED, entry=kept, kind=kind, list=list_, why=why or "by hand", by=who)
        self._around.changed()
        return kept

    def unblock(self, entry: str, kind: str, campaign: str, who: str) -> None:
        """See `control.lists.ListAccess`."""
        list_ = campaign if kind == "campaign" else ""
        self._store.unblock(entry, kind, list_)
        self._write(EntryKind.DNC_DROPPED, entry=entry, kind=kind, list=list_ or None, by=who)
        self._around.changed()

    def _entry(self, text: str) -> str:
        found = entry_of([text], self._around.country())
        if found is None:
            raise CareError("This is no whole telephone number, nor one with * or ? for digits.")
        return found

    # ---------------------------------------------------------------------- jobs

    def start_import(self, path: Path, which: str, options: Mapping[str, Any], apply: bool) -> str:
        """See `control.lists.ListAccess`."""

        def work(job: Json) -> Json:
            bad = self._around.folder / f"left-out-{job['id']}.csv"
            job["bad"] = str(bad)
            try:
                return self._desk.take(path, bad, which, options, apply, self._told)
            finally:
                if bad.exists():
                    bad.chmod(0o640)

        return self._start("import", work, list=which, apply=apply)

    def start_upload(self, path: Path, kind: str, name: str, as_of: str) -> str:
        """See `control.lists.ListAccess`."""
        since = _moment(as_of)
        if kind != "own" and not name:
            raise CareError("Which list is it? Give its name.")
        if kind == "official" and since is None:
            raise CareError("Of which day is the list? Give the date of its data.")

        def work(job: Json) -> Json:
            entries, done = self._desk.numbers(path, self._told)
            if kind == "official" and since is not None:
                self._store.load_official(name, since, entries)
            else:
                self._store.block(entries, kind, name if kind == "campaign" else "", "upload")
            return done

        return self._start("upload", work, list=name, apply=True)

    def job(self) -> Json | None:
        """See `control.lists.ListAccess`."""
        with self._lock:
            return None if self._job is None else dict(self._job)

    def cancel(self) -> None:
        """See `control.lists.ListAccess`."""
        self._cancelled = True

    def _start(self, what: str, work: Callable[[Json], Json], **more: object) -> str:
        with self._lock:
            if self._job is not None and not self._job["ended"]:
                raise CareError("Another list is being read. Wait until that is done.")
            which = new_id()
            job: Json = {"id": which, "what": what, "done": 0, "total": 0, "ended": False, "problem": ""}
            self._job = {**job, "result": None, "bad": "", **more}
            self._cancelled = False
        threading.Thread(target=self._run, args=(self._job, work), name="lists", daemon=True).start()
        return which

    def _run(self, job: Json, work: Callable[[Json], Json]) -> None:
        problem, result = "", None
        try:
            result = work(job)
        except CallboxError as refused:
            problem = str(refused)
        except Exception:  # top of the thread: whoever asks for the job is told
            log.exception("a list could not be read")
            problem = "A fault in the box; its log says more."
        with self._lock:
            job["result"], job["problem"], job["ended"] = result, problem, True
        self._around.changed()

    def _told(self, at: int, of: int) -> None:
        if self._cancelled:
            raise CareError("It was cancelled; what was taken before stays.")
        with self._lock:
            if self._job is not None:
                self._job["done"], self._job["total"] = at, of

    # ---------------------------------------------------------------------- disk

    def _lead(self, lead: int) -> Lead:
        try:
            with closing(LeadRows(self._around.records)) as rows:
                found = rows.lead(lead)
        except Unreadable as problem:
            raise StoreError(f"The lists cannot be read now ({problem}).") from problem
        if found is None:
            raise CareError(f"There is no lead {lead}.")
        return found

    def _write(self, kind: EntryKind, /, **data: JsonValue) -> None:
        """Into the journal, and to the disk before it returns."""
        done = threading.Event()
        kept = {name: value for name, value in data.items() if value is not None}
        self._around.journal.append(Entry(kind, self._around.wall(), None, kept), done.set)
        if not done.wait(_SAVE_SECONDS):
            raise StoreError("The disk does not take it now. Try again.")


def _state(given: object, now: LeadState) -> LeadState:
    if given is None:
        return now
    if given not in [state.value for state in _BY_HAND]:
        raise CareError("A lead can be made fresh, callback or done.")
    return LeadState(str(given))


def _moment(given: object) -> datetime | None:
    if given is None or given == "":
        return None
    try:
        found = datetime.fromisoformat(str(given))
    except ValueError:
        raise CareError("This is no date and time.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
