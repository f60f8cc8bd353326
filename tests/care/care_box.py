"""A data folder with settings, calls, prompts and recordings, and its upkeep, without a core around it."""

from __future__ import annotations

import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from appliance.care.desk import Office
from appliance.care.keeper import Care
from appliance.config.defaults import defaults
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.store.journal import SqliteJournal
from appliance.store.notes import Notes
from appliance.store.pending import pending_work
from appliance.store.reader import RecordReader
from appliance.store.settings import SettingsStore
from bench.store.workload import Calls, record_of

PROMPT = "ab" * 16
WAIT_SECONDS = 60.0


def write_prompt(path: Path, samples: int = 400) -> None:
    """An uploaded prompt, as the core keeps them."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x01\x02" * samples)


def opus_bytes(size: int = 3000) -> bytes:
    """The beginning of an Ogg Opus file, then filling."""
    return b"OggS\0\2" + bytes(22) + b"OpusHead\1\2" + bytes(size)


class CareBox:
    """The data folder and what is open in it."""

    def __init__(self, data: Path, settings: SettingsStore | None = None) -> None:
        self.options = Options(data=data)
        for folder in self.options.folders():
            folder.mkdir(exist_ok=True)
        pending_work(data)
        self.notes = Notes()
        self.settings = settings or SettingsStore(self.options.settings, self.notes)
        if self.settings.current() is None:
            self.settings.save(defaults(), "Callbox", 0)
        self.journal = SqliteJournal(self.options.records)
        self.restarted = threading.Event()
        self.reserves: list[int] = []
        self.now = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
        self.care = Care(
            Office(
                version="0.1.0",
                options=self.options,
                settings=self.settings,
                notes=self.notes,
                flush=self.journal.flush,
                restart=self.restarted.set,
                reserve=self.reserves.append,
                wall=lambda: self.now,
            )
        )
        self.care._desk.work.mkdir(exist_ok=True)

    def close(self) -> None:
        """As at the end of a core; harmless twice."""
        self.care.stop()
        self.journal.close()
        self.settings.close()

    def change(self, settings: Settings) -> None:
        """Save settings."""
        found = self.settings.current()
        assert found is not None
        self.settings.save(settings, "test", found[0])

    def now_settings(self) -> Settings:
        """The newest settings."""
        found = self.settings.current()
        assert found is not None
        return found[1]

    def add_calls(self, count: int, seed: int = 1) -> None:
        """So many answered calls, on the disk."""
        self.put_calls(count, seed)
        assert self.journal.flush(WAIT_SECONDS)

    def put_calls(self, count: int, seed: int) -> None:
        """Calls that nobody waits for."""
        calls = Calls(seed)
        for _ in range(count):
            entries = calls.answered()
            for entry in entries:
                self.journal.append(entry)
            self.journal.put(record_of(entries))

    def add_sounds(self, recordings: int = 2) -> None:
        """A prompt, some recordings, and a message of a caller."""
        self.options.voicemail.mkdir(exist_ok=True)
        (self.options.voicemail / "message-1.opus").write_bytes(opus_bytes(2000))
        write_prompt(self.options.uploads / f"{PROMPT}.wav")
        for number in range(recordings):
            (self.options.recordings / f"rec-{number}.opus").write_bytes(opus_bytes(3000 + number))

    def calls(self) -> int:
        """How many calls the list has."""
        reader = RecordReader(self.options.records)
        try:
            return len(reader.calls(limit=1000))
        finally:
            reader.close()

    def finish(self) -> str:
        """Wait for the job that runs; the sentence of its failure."""
        assert self.care.wait(WAIT_SECONDS)
        return self.care._desk.outcome.problem

    def backup(self, recordings: bool = True) -> Path:
        """Make a backup and give its file."""
        self.care.backups.start_backup("download", recordings)
        problem = self.finish()
        assert not problem, problem
        return self.care._desk.work / self.care._desk.outcome.ready

    def read(self, path: Path, key: str) -> str:
        """Read a backup as if it was uploaded; the sentence of the failure."""
        spooled = self.options.spool / "given.backup"
        spooled.write_bytes(path.read_bytes())
        self.care.restores.start_reading(spooled, "", key)
        return self.finish()


@contextmanager
def care_box(data: Path) -> Iterator[CareBox]:
    """A box that lasts as long as the block."""
    data.mkdir(exist_ok=True)
    box = CareBox(data)
    try:
        yield box
    finally:
        box.close()
