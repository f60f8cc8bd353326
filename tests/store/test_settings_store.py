"""Settings: versions, conflict, restore, damage, full disk, the lock."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tinydb import TinyDB

from appliance.config.defaults import defaults
from appliance.config.schema import Settings
from appliance.contract.errors import StoreBusyError, StoreConflictError, StoreError
from appliance.store.atomic import AtomicStorage
from appliance.store.lock import DataLock
from appliance.store.notes import Notes
from appliance.store.settings import KEPT_VERSIONS, SettingsStore


def _changed(settings: Settings, seconds: float) -> Settings:
    copy = settings.model_copy(deep=True)
    copy.queues[0].ring_seconds = seconds
    return copy


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_nothing_saved_is_none(path: Path) -> None:
    assert SettingsStore(path).current() is None
    assert not path.exists()


def test_a_save_is_a_version_and_is_there_after_a_restart(path: Path) -> None:
    first = defaults()
    store = SettingsStore(path)
    assert store.save(first, "box", 0) == 1
    assert store.save(_changed(first, 33), "Eve", 1) == 2
    again = SettingsStore(path)
    assert again.current() == (2, _changed(first, 33))
    newest, oldest = again.versions()
    assert (newest.number, newest.who, newest.summary) == (2, "Eve", "queue sales: ring seconds 20 → 33")
    assert (oldest.number, oldest.who, oldest.summary) == (1, "box", "first settings")
    assert newest.when.endswith("+00:00")


def test_secrets_come_back_whole_and_the_file_is_private(path: Path) -> None:
    first = defaults()
    SettingsStore(path).save(first, "box", 0)
    found = SettingsStore(path).current()
    assert found is not None
    assert found[1].handsets[0].secret.get_secret_value() == first.handsets[0].secret.get_secret_value()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_summary_never_shows_a_secret(path: Path) -> None:
    first = defaults()
    store = SettingsStore(path)
    store.save(first, "box", 0)
    other = defaults()
    store.save(other, "Eve", 1)
    said = store.versions()[0].summary
    assert "handset 201: secret changed" in said
    assert other.handsets[0].secret.get_secret_value() not in said


def test_the_second_of_two_editors_is_told(path: Path) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    store.save(_changed(defaults(), 30), "Ana", 1)
    with pytest.raises(StoreConflictError, match="Ana saved version 2"):
        store.save(_changed(defaults(), 40), "Ben", 1)
    found = store.current()
    assert found is not None
    assert found[1].queues[0].ring_seconds == 30


def test_an_old_version_is_restored_as_a_new_one(path: Path) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    store.save(_changed(defaults(), 30), "Ana", 1)
    number, settings = store.restore(1, "Ben")
    assert (number, settings.queues[0].ring_seconds) == (3, 20)
    assert store.current() == (3, settings)
    assert store.versions()[0].summary.startswith("version 1 restored: ")


def test_the_last_fifty_are_kept(path: Path) -> None:
    store = SettingsStore(path)
    settings = defaults()
    for number in range(KEPT_VERSIONS + 5):
        store.save(_changed(settings, 10 + number), "Ana", number)
    kept = [version.number for version in store.versions()]
    assert kept == list(range(KEPT_VERSIONS + 5, 5, -1))
    with pytest.raises(StoreError, match="no longer kept"):
        store.restore(5, "Ana")


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"sha256":"0","tables":{}}', b"\xff\x00" * 500, b"[]", b"{}"]
)
def test_a_damaged_file_gives_the_last_good_copy_and_says_so(path: Path, damage: bytes) -> None:
    notes = Notes()
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    store.save(_changed(defaults(), 30), "Ana", 1)
    path.write_bytes(damage)
    store = SettingsStore(path, notes)
    found = store.current()
    assert found is not None
    assert found[0] == 1
    assert notes.sentences() == ["The file settings.json is damaged; the last good copy was loaded."]
    store.save(_changed(defaults(), 50), "Ana", 1)
    assert notes.sentences() == []
    again = SettingsStore(path).current()
    assert again is not None
    assert again[1].queues[0].ring_seconds == 50


def test_one_flipped_bit_is_damage(path: Path) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    store.save(_changed(defaults(), 30), "Ana", 1)
    content = bytearray(path.read_bytes())
    place = content.index(b"Thank you for calling")
    content[place] ^= 0x01  # still good JSON, another greeting
    path.write_bytes(content)
    found = SettingsStore(path).current()
    assert found is not None
    assert found[0] == 1


def test_two_damaged_files_are_one_sentence(path: Path) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    store.save(_changed(defaults(), 30), "Ana", 1)
    path.write_bytes(b"x")
    path.with_name("settings.json.good").write_bytes(b"y")
    with pytest.raises(StoreError, match="last good copy cannot be used either"):
        SettingsStore(path).current()


def test_a_full_disk_leaves_what_was_there(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            store.save(_changed(defaults(), 30), "Ana", 1)
    found = SettingsStore(path).current()
    assert found is not None
    assert found[1].queues[0].ring_seconds == 20
    assert store.save(_changed(defaults(), 30), "Ana", 1) == 2


def test_a_save_cut_between_its_renames_does_not_stop_the_next(path: Path) -> None:
    store = SettingsStore(path)
    store.save(defaults(), "box", 0)
    os.link(path, path.with_name("settings.json.keep"))
    path.with_name("settings.json.new").write_bytes(b"half")
    assert store.save(_changed(defaults(), 30), "Ana", 1) == 2
    assert TinyDB(path, storage=AtomicStorage).storage.read() is not None


def test_the_lock_lets_one_core_in(tmp_path: Path) -> None:
    with DataLock(tmp_path):
        with pytest.raises(StoreBusyError) as refused:
            DataLock(tmp_path)
        assert str(os.getpid()) in str(refused.value)
        assert "\n" not in str(refused.value)
    DataLock(tmp_path).release()


def test_the_lock_of_a_dead_core_is_free(tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from appliance.store.lock import DataLock;"
        "held = DataLock(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, timeout=30)
    assert ended.returncode == -9
    DataLock(tmp_path).release()
