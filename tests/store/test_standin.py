"""A start without a usable data folder: settings are read as far as can be, and nothing is written there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from appliance.config.defaults import defaults
from appliance.config.options import Options
from appliance.config.schema import Settings
from appliance.store.settings import SettingsStore
from appliance.store.standin import salvage, stand_in


def _saved(folder: Path, saves: int = 3) -> Path:
    store = SettingsStore(folder / "settings.json")
    for number in range(saves):
        settings = defaults()
        settings.box.name = f"Office {number + 1}"
        store.save(settings, "admin", number)
    store.close()
    return folder / "settings.json"


def _first() -> Settings:
    settings = defaults()
    settings.box.name = "First settings"
    return settings


def _all(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_whole_settings_are_taken_as_they_are(data: Path) -> None:
    found = salvage(_saved(data))
    assert found is not None and found.box.name == "Office 3"


def test_a_flipped_letter_spoils_the_checksum_and_not_the_office(data: Path) -> None:
    path = _saved(data)
    path.write_bytes(path.read_bytes().replace(b"Welcome. Thank", b"Welcome. Thanx"))
    path.with_name("settings.json.good").unlink()
    found = salvage(path)
    assert found is not None and found.box.name == "Office 3"


def test_a_version_that_is_spoilt_gives_way_to_the_one_before(data: Path) -> None:
    path = _saved(data)
    text = path.read_text()
    at = text.rindex('"country":"US"')
    path.write_text(text[:at] + '"country":"??"' + text[at + len('"country":"US"') :])
    path.with_name("settings.json.good").unlink()
    found = salvage(path)
    assert found is not None and found.box.name == "Office 2"


def test_the_last_good_copy_serves_when_the_document_is_cut(data: Path) -> None:
    path = _saved(data)
    path.write_bytes(path.read_bytes()[:1000])
    found = salvage(path)
    assert found is not None and found.box.name == "Office 2"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"tables": 5}', b"\x00" * 5000, b'{"tables":{"s":{"1":{}}}}']
)
def test_garbage_is_no_settings(data: Path, content: bytes) -> None:
    path = data / "settings.json"
    path.write_bytes(content)
    path.with_name("settings.json.good").write_bytes(content)
    assert salvage(path) is None


def test_nothing_is_written_where_the_data_are(data: Path, run: Path) -> None:
    path = _saved(data)
    (data / "uploads").mkdir()
    (data / "uploads" / "ab.wav").write_bytes(b"RIFF")
    path.write_bytes(path.read_bytes()[:500])
    before = _all(data)
    instead, kept = stand_in(Options(data, run_folder=run), _first)
    assert kept and _all(data) == before
    assert instead.run == run and instead.data != data and instead.data.parent == run
    store = SettingsStore(instead.settings)
    found = store.current()
    store.close()
    assert found is not None and found[1].box.name == "Office 2"
    assert not found[1].box.record and found[1].box.first_setup_done
    assert (instead.uploads / "ab.wav").read_bytes() == b"RIFF"
    assert all(folder.is_dir() for folder in instead.folders())


def test_a_folder_that_is_gone_begins_with_first_settings(data: Path, run: Path) -> None:
    data.rmdir()
    instead, kept = stand_in(Options(data, run_folder=run), _first)
    assert not kept and not data.exists()
    store = SettingsStore(instead.settings)
    found = store.current()
    store.close()
    assert found is not None and found[1].box.name == "First settings"


def test_sockets_stay_where_they_were(data: Path) -> None:
    options = Options(data)
    instead, _kept = stand_in(options, _first)
    assert instead.control == options.control and instead.data.parent != data
