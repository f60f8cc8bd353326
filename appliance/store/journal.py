"""The journal: a thread that takes entries and records from anybody and brings them to the disk.

Nobody waits for it. An entry is in the tail file within a moment of `append` (it survives a killed process);
entries of `SYNCED_KINDS`, and those with a `synced` callback, are on the disk before the callback runs. A
call costs two syncs: its start (in the tail) and its end, which takes all its entries and its record into
the database in one commit. What comes while the disk is busy goes together into the next commit.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from appliance.contract.callbacks import Callback
from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import SYNCED_KINDS, CallRecord, Entry, EntryKind
from appliance.contract.memory import Memory
from appliance.store import callbacks, memory
from appliance.store.ledger import Ledger, open_ledger
from appliance.store.notes import Notes
from appliance.store.writer import Writer

log = logging.getLogger(__name__)
T = TypeVar("T")

#: Synced kinds that go to the database at once; a call's start is safe in the tail until its end.
_COMMITTED_KINDS = SYNCED_KINDS - {EntryKind.CALL_STARTED}
_MOST_PENDING = 400  # entries in the tail before they go to the database in any case
_MOST_WAITING = 20_000  # entries in memory when the disk is gone; some 10 MB
_RETRY_SECONDS = 1.0
_RECORD_SECONDS = 0.005  # a record follows its call's end at once; so long one commit waits for both
_CHECKPOINT_COMMITS = 1000  # about 8 MB of write-ahead log
_IDLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class _Append:
    entry: Entry
    synced: Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class _Put:
    record: CallRecord
    numbers: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Task:
    """Work for the journal's thread, after all that was given before; `commit`: once that is on the disk."""

    run: Callable[[Ledger], None]
    commit: bool


_Item = _Append | _Put | _Task | None


def _fulfil(done: Future[T], ledger: Ledger, work: Callable[[Writer], T]) -> None:
    found: list[T] = []
    try:
        ledger.transact(lambda writer: found.append(work(writer)))
    except BaseException as problem:
        done.set_exception(problem)  # whoever waits is told
        if not isinstance(problem, Exception):
            raise
    else:
        done.set_result(found[0])


class SqliteJournal:
    """`contract.journal.Journal` on SQLite; also the way of call records into the same file."""

    def __init__(self, path: Path, notes: Notes | None = None) -> None:
        """Open (and if needed make or bring up to date) the records. StoreError when that cannot be."""
        self.path = path
        self._notes = notes or Notes()
        self._ledger = open_ledger(path, self._notes)
        self._recovered = self._ledger.recovered
        self._queue: SimpleQueue[_Item] = SimpleQueue()
        self._waiting: list[Callable[[], None]] = []
        self._troubled = False
        self._lost = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        """Queue one entry, in order, and return at once; from any thread. `synced` runs on the journal's."""
        if self._closed or self._overflows(entry):
            self._lost += 1
            return
        self._queue.put(_Append(entry, synced))

    def put(self, record: CallRecord, numbers: tuple[int, int] | None = None) -> None:
        """Queue the record of a call, best right after its CALL_ENDED: both go into one commit.

        `numbers` are those of its first and last entry, where the caller knows them better than the journal.
        """
        if not self._closed:
            self._queue.put(_Put(record, numbers))

    def open_calls(self) -> dict[CallId, list[Entry]]:
        """The calls that were going on when the last core ended, oldest first, with all their entries.

        Wiring ends each of them: `append` of the entries of `core.records.interrupted`, `put` of its record.
        """
        return self._recovered.open_calls()

    def unrecorded_calls(self) -> dict[CallId, list[Entry]]:
        """The calls that had ended but whose record was not written when the last core ended."""
        return self._recovered.unrecorded_calls()

    def agents_at_work(self) -> list[Entry]:
        """The last AGENT_STATUS of each agent who was not logged out when the last core ended."""
        return self._recovered.agents

    def memory(self, now: datetime) -> Memory:
        """What queues go by, of the last day and month before `now`; nothing when it cannot be read. Waits
        until what was queued before is in the records."""
        try:
            return self.transact(lambda writer: memory.read(writer, now))
        except StoreError as problem:
            log.warning("the queues begin without their memory: %s", problem)
            return Memory()

    def callbacks(self) -> list[Callback]:
        """The promises to call somebody that stand, the oldest first. What cannot be read stands still, and
        is found by the next start."""
        try:
            return self.transact(callbacks.still_open)
        except StoreError as problem:
            log.error("the callbacks cannot be read: %s", problem)
            self._notes.say("callbacks", "callbacks_unread")
            return []

    def flush(self, seconds: float = 10.0) -> bool:
        """Wait until all that was queued before is in the database; False when it took longer."""
        done = threading.Event()
        self._queue.put(_Task(lambda ledger: None if ledger.pending else done.set(), commit=True))
        return done.wait(seconds)

    def settle(self, seconds: float = 10.0) -> bool:
        """Wait until all that was queued before has been dealt with: at least written to the tail."""
        done = threading.Event()
        self._queue.put(_Task(lambda _: done.set(), commit=False))
        return done.wait(seconds)

    def rebuild_agent_time(self, entries: list[tuple[int, Entry, int]]) -> None:
        """Make agent time again of these entries (number, entry, time of the one before in µs); waits."""
        done = threading.Event()

        def work(ledger: Ledger) -> None:
            ledger.rebuild_agent_time(entries)
            done.set()

        self._queue.put(_Task(work, commit=True))
        done.wait()

    def transact(self, work: Callable[[Writer], T], seconds: float = 30.0) -> T:
        """Do other work on the records' file, on the journal's thread, in a transaction of its own; waits.

        What it did is on the disk when this returns. StoreError when the disk refuses or it takes too long;
        what `work` raises itself is raised here, and nothing of it was done.
        """
        done: Future[T] = Future()

        def task(ledger: Ledger) -> None:
            if done.set_running_or_notify_cancel():
                _fulfil(done, ledger, work)

        if self._closed:
            raise StoreError("The records are closed.")
        self._queue.put(_Task(task, commit=False))
        try:
            return done.result(seconds)
        except TimeoutError:
            done.cancel()
            raise StoreError("The disk is too slow or full; nothing was saved.") from None
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(f"This could not be saved: {problem}.") from problem

    def close(self, seconds: float = 10.0) -> None:
        """Bring everything to the disk and end the thread. What the disk refuses stays in the tail."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join(seconds)

    def _overflows(self, entry: Entry) -> bool:
        """The bound of the memory: first the entries nobody waits for are let go, at twice of it all."""
        waiting = self._queue.qsize() + len(self._ledger.pending)
        return waiting > (2 * _MOST_WAITING if entry.kind in SYNCED_KINDS else _MOST_WAITING)

    def _run(self) -> None:
        while True:
            items = self._take()
            try:
                self._handle([item for item in items if item is not None])
                self._rest(items)
            except Exception:
                log.exception("the journal could not deal with %d items", len(items))
            if None in items:
                break
        self._bring(commit=True, sync=True)
        self._ledger.close()

    def _take(self) -> list[_Item]:
        """What is in the queue, waiting for the first item; nothing when there is other work to do."""
        timeout = _RETRY_SECONDS if self._troubled else _IDLE_SECONDS if self._checkpoint_due() else None
        try:
            items = [self._queue.get(timeout=timeout)]
        except Empty:
            return []
        while len(items) < 1000 and self._more(items, 0.0):
            pass
        return items

    def _more(self, items: list[_Item], seconds: float) -> bool:
        try:
            items.append(self._queue.get(timeout=seconds) if seconds > 0 else self._queue.get_nowait())
        except Empty:
            return False
        return True

    def _handle(self, items: list[_Append | _Put | _Task]) -> None:
        must_commit = self._troubled
        must_sync = False
        for item in self._with_records(items):
            if isinstance(item, _Append):
                self._ledger.add(item.entry)
                must_commit = must_commit or item.entry.kind in _COMMITTED_KINDS
                must_sync = must_sync or item.entry.kind in SYNCED_KINDS or item.synced is not None
                if item.synced is not None:
                    self._waiting.append(item.synced)
            elif isinstance(item, _Put):
                self._ledger.put(item.record, item.numbers)
                must_commit = True
            else:
                must_commit = must_commit or item.commit
        if self._bring(must_commit or len(self._ledger.pending) >= _MOST_PENDING, must_sync):
            self._acknowledge()
        for item in items:
            if isinstance(item, _Task):
                item.run(self._ledger)

    def _with_records(self, items: list[_Append | _Put | _Task]) -> Iterable[_Append | _Put | _Task]:
        """The items, and for a call that ends among them without its record what comes a moment later."""
        ended = {
            item.entry.call
            for item in items
            if isinstance(item, _Append) and item.entry.kind == EntryKind.CALL_ENDED
        }
        ended -= {item.record.call for item in items if isinstance(item, _Put)}
        deadline = time.monotonic() + _RECORD_SECONDS
        while ended and not self._closed and (left := deadline - time.monotonic()) > 0:
            more: list[_Item] = []
            if not self._more(more, left):
                break
            if more[0] is None:
                self._queue.put(None)
                break
            items.append(more[0])
            if isinstance(more[0], _Put):
                ended.discard(more[0].record.call)
        return items

    def _bring(self, commit: bool, sync: bool) -> bool:
        """To the database, or to the tail; when one refuses to the other. True when all is on the disk."""
        try:
            if commit:
                self._ledger.commit()
                self._well()
                return True
            self._ledger.keep(sync)
            return sync
        except StoreError as problem:
            return self._bring_elsewhere(commit, str(problem))

    def _bring_elsewhere(self, committed: bool, reason: str) -> bool:
        self._troubled = True
        try:
            if committed:
                self._ledger.keep(sync=True)
            else:
                self._ledger.commit()
                self._well()
            return True
        except StoreError as problem:
            self._say(f"{reason}; {problem}")
            return False
        finally:
            if self._troubled and committed:
                self._say(reason)

    def _well(self) -> None:
        self._troubled = False
        self._notes.clear("records")
        if self._lost:
            self._notes.say("journal", "entries_lost", count=self._lost)

    def _say(self, reason: str) -> None:
        self._notes.say("records", "records_waiting", why=reason, count=len(self._ledger.pending))

    def _acknowledge(self) -> None:
        waiting, self._waiting = self._waiting, []
        for synced in waiting:
            try:
                synced()
            except Exception:
                log.exception("a journal callback failed")

    def _checkpoint_due(self) -> bool:
        return self._ledger.commits >= _CHECKPOINT_COMMITS

    def _rest(self, items: list[_Item]) -> None:
        """In an idle moment: carry the write-ahead log over, before it grows too long."""
        if not items and self._checkpoint_due() and not self._troubled:
            try:
                self._ledger.checkpoint()
            except StoreError as problem:
                self._troubled = True
                self._say(str(problem))
