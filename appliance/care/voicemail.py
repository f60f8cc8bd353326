"""The messages' keeper: their files in a folder of their own, the mail that tells of them, what is purged.

A message's recording stays as it was recorded while the caller reviews it; once it is left it is encoded
like every recording, then moved to `voicemail/`, where the disk's budget never takes it away.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

from appliance.config.schema import Settings
from appliance.contract.errors import StoreError
from appliance.contract.ids import RecordingId
from appliance.contract.journal import Entry, EntryKind, Journal
from appliance.store.letters import Voicemail
from appliance.store.messages import MailStore, VoicemailStore

log = logging.getLogger(__name__)
KEEP_DELETED = timedelta(days=30)
_LOOK_SECONDS = 3600.0
_RETRY_SECONDS = 5.0

_WORDS = {
    "en": ("Message from {who} for {box}", "{who} left a message of {seconds} seconds for {box} at {when}.\n",
           "a withheld number"),
    "de": ("Nachricht von {who} für {box}", "{who} hat am {when} eine Nachricht von {seconds} Sekunden "
           "für {box} hinterlassen.\n", "einer unterdrückten Nummer"),
    "es": ("Mensaje de {who} para {box}", "{who} dejó un mensaje de {seconds} segundos para {box} "
           "el {when}.\n", "un número oculto"),
}  # fmt: skip


class HeldRecordings:
    """Recordings that a caller may still hear or take back: not encoded before they are left.

    Everything here belongs to the core's thread.
    """

    def __init__(self, folder: Path, submit: Callable[[RecordingId], None]) -> None:
        self._folder = folder
        self._submit = submit
        self._open: dict[str, str] = {}  # recording -> "open", "ended", "left" or "dropped"

    def note(self, entry: Entry) -> None:
        """A message was begun, left or dropped."""
        recording = str(entry.data.get("recording"))
        ended = self._open.get(recording) == "ended"
        if entry.kind is EntryKind.VOICEMAIL_BEGUN:
            self._open[recording] = "open"
        elif entry.kind is EntryKind.VOICEMAIL_LEFT and ended:
            self._over(recording, keep=True)
        elif entry.kind is EntryKind.VOICEMAIL_DROPPED and ended:
            self._over(recording, keep=False)
        elif recording in self._open:
            self._open[recording] = "left" if entry.kind is EntryKind.VOICEMAIL_LEFT else "dropped"

    def ended(self, recording: RecordingId) -> bool:
        """The media closed a recording; is it a message's, which is looked after here?"""
        state = self._open.get(recording)
        if state == "open":
            self._open[recording] = "ended"
        elif state is not None:
            self._over(recording, keep=state == "left")
        return state is not None

    def _over(self, recording: str, keep: bool) -> None:
        del self._open[recording]
        if keep:
            self._submit(RecordingId(recording))
            return
        for side in ("left", "right"):
            (self._folder / f"{recording}.{side}.wav").unlink(missing_ok=True)


_KINDS = frozenset({EntryKind.VOICEMAIL_BEGUN, EntryKind.VOICEMAIL_LEFT, EntryKind.VOICEMAIL_DROPPED})


class ListeningJournal:
    """The journal as the core writes it; what is said of messages is heard on the way."""

    def __init__(self, journal: Journal, held: HeldRecordings, kept: Callable[[], None]) -> None:
        self._journal = journal
        self._held = held
        self._kept = kept  # a message is on the disk

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        """See `contract.journal.Journal`."""
        if entry.kind not in _KINDS:
            self._journal.append(entry, synced)
            return
        told = self._kept if entry.kind is EntryKind.VOICEMAIL_LEFT else None
        self._journal.append(entry, synced or told)
        self._held.note(entry)


class VoicemailKeeper:
    """Moves each message's file to its place and queues its mail, on a thread of its own."""

    def __init__(
        self,
        recordings: Path,
        folder: Path,
        store: VoicemailStore,
        mail: MailStore,
        settings: Callable[[], Settings],
        mailed: Callable[[], None],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._recordings, self._folder = recordings, folder
        self._store, self._mail, self._settings = store, mail, settings
        self._mailed, self._changed = mailed, changed
        self._queue: SimpleQueue[bool] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="voicemail", daemon=True)

    def start(self) -> None:
        """Look after what is there, then after what comes."""
        self._folder.mkdir(exist_ok=True, mode=0o750)
        self._queue.put(True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._queue.put(False)
        if self._thread.is_alive():
            self._thread.join(5.0)

    def look(self) -> None:
        """A message was left, or a recording encoded. From any thread."""
        self._queue.put(True)

    def file(self, recording: str) -> Path | None:
        """The file of a message, once it is encoded."""
        for folder in (self._folder, self._recordings):
            if (folder / f"{recording}.opus").is_file():
                return folder / f"{recording}.opus"
        return None

    def set_state(self, message: int, state: str) -> None:
        """Make it "new", "old" or "deleted", or bring it "back". CallboxError, StoreError."""
        self._store.set_state(message, state)
        self._changed()

    def sweep(self) -> None:
        """Look after every message that nobody has looked after. StoreError, OSError."""
        for message in self._store.unmailed():
            self._look_after(message)
        for recording in self._store.purge(datetime.now(UTC) - KEEP_DELETED):
            (self._folder / f"{recording}.opus").unlink(missing_ok=True)

    def _look_after(self, message: Voicemail) -> None:
        found = self.file(message.recording)
        if found is None:
            waiting = any(self._recordings.glob(f"{message.recording}.*.wav"))
            if not waiting:  # a power cut took the sound; that somebody called is still worth a mail
                self._tell(message, None)
            return
        if found.parent != self._folder:
            os.replace(found, self._folder / found.name)
            _sync(self._folder)
        self._tell(message, message.recording)

    def _tell(self, message: Voicemail, recording: str | None) -> None:
        settings = self._settings()
        box = next((box for box in settings.voicemail if box.name == message.box), None)
        mail = None
        if box is not None and box.email and message.state != "deleted":
            attachment = recording if settings.mail.attach != "none" else None
            subject, body = _words(message, box.label, settings)
            mail = self._mail.draft(box.email, subject, body, attachment)
        self._store.looked_after(message.id, mail)
        self._changed()
        if mail is not None:
            self._mailed()

    def _run(self) -> None:
        pause = _LOOK_SECONDS
        while True:
            try:
                if not self._queue.get(timeout=pause):
                    return
            except Empty:
                log.debug("time to look after the messages")
            try:
                self.sweep()
                pause = _LOOK_SECONDS
            except (StoreError, OSError) as problem:
                log.warning("messages wait for the disk: %s", problem)
                pause = _RETRY_SECONDS
            except Exception:  # top of the thread
                log.exception("the messages' thread met a fault")


def _words(message: Voicemail, box: str, settings: Settings) -> tuple[str, str]:
    language = settings.box.language.partition("-")[0]
    subject, body, withheld = _WORDS.get(language, _WORDS["en"])
    number = message.number or withheld
    when = message.at.astimezone(ZoneInfo(settings.box.timezone)).strftime("%Y-%m-%d %H:%M")
    given = {
        "who": f"{message.name} ({number})" if message.name else number,
        "box": box,
        "seconds": str(round(message.seconds)),
        "when": when,
    }
    return subject.format(**given), body.format(**given)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
