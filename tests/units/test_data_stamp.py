"""Going back to an older Callbox is refused in words, by the installer's question and by every start."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from appliance import __main__ as command_line
from appliance import __version__
from appliance.config.options import Options
from appliance.contract.errors import StoreError
from appliance.start import prepare
from appliance.store import stamp
from appliance.store.settings import SettingsStore

MINE = stamp.of(__version__)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty data folder which the command line takes for the box's."""
    monkeypatch.setenv("CALLBOX_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CALLBOX_RUN", str(tmp_path / "run"))
    monkeypatch.setenv("CALLBOX_HOST", "127.0.0.1")
    (tmp_path / "run").mkdir(mode=0o750)
    yield tmp_path / "data"


def newer(folder: Path, **changes: int | str) -> None:
    """Leave the stamp of a later version."""
    folder.mkdir(exist_ok=True)
    settings, records = changes.get("settings", MINE.settings), changes.get("records", MINE.records)
    stamp.write(folder, stamp.Stamp("9.1.0", int(settings), str(records)))


def test_a_stamp_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert stamp.read(tmp_path) is None
    stamp.write(tmp_path, MINE)
    assert stamp.read(tmp_path) == MINE
    stamp.check(tmp_path, MINE)
    assert stamp.is_older(MINE, tmp_path) is None


@pytest.mark.parametrize("changes", [{"settings": MINE.settings + 1}, {"records": "9999"}])
def test_a_newer_schema_is_refused_with_both_versions_named(
    tmp_path: Path, changes: dict[str, int | str]
) -> None:
    newer(tmp_path, **changes)
    with pytest.raises(StoreError, match=rf"by Callbox 9\.1\.0; this is {__version__}"):
        stamp.check(tmp_path, MINE)


def test_data_of_an_older_callbox_is_taken(tmp_path: Path) -> None:
    stamp.write(tmp_path, stamp.Stamp("0.0.1", 0, "0000"))
    stamp.check(tmp_path, MINE)
    assert stamp.is_older(MINE, tmp_path) is None


def test_ten_is_more_than_nine(tmp_path: Path) -> None:
    stamp.write(tmp_path, replace(MINE, program="0.10.0"))
    assert stamp.is_older(replace(MINE, program="0.9.3"), tmp_path) == "0.10.0"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"program": 1}', '"x"', "\x00\xff", "[" * 5000])
def test_a_stamp_that_cannot_be_read_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "version.json").write_text(content, encoding="latin-1")
    assert stamp.read(tmp_path) is None


def test_a_start_on_newer_data_changes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["prepare"]) == 0
    newer(folder, settings=MINE.settings + 1)
    before = (folder / "settings.json").read_bytes()
    assert command_line.main(["prepare"]) == 1
    assert "was written by Callbox 9.1.0" in capsys.readouterr().out
    assert (folder / "settings.json").read_bytes() == before
    assert json.loads((folder / "version.json").read_bytes())["program"] == "9.1.0"


def test_the_installer_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line.main(["fits"]) == 0  # nothing there yet
    newer(folder)  # same schemas, later program
    assert command_line.main(["fits"]) == 1
    assert "Callbox 9.1.0 was running here" in capsys.readouterr().out
    newer(folder, records="9999")
    assert command_line.main(["fits"]) == 1
    assert "was written by Callbox 9.1.0" in capsys.readouterr().out


def test_the_first_code_is_its_owners_and_opens_the_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from appliance.config.secrets import verify

    assert command_line.main(["prepare"]) == 0
    path = folder.parent / "run" / "first-code"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    code, *pins = path.read_text("utf-8").splitlines()
    assert code not in capsys.readouterr().out  # what a unit prints is in the journal
    store = SettingsStore(folder / "settings.json")
    found = store.current()
    store.close()
    assert found is not None and verify(found[1].web.admin_hash, code)
    assert command_line.main(["first-code"]) == 0
    shown = capsys.readouterr().out
    assert code in shown and all(pin in shown for pin in pins)


def test_there_is_no_first_code_once_a_password_was_chosen(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line.main(["prepare"]) == 0
    store = SettingsStore(folder / "settings.json")
    found = store.current()
    assert found is not None
    found[1].web.admin_one_time = False
    store.save(found[1], "test", found[0])
    store.close()
    assert command_line.main(["prepare"]) == 0
    assert not (folder.parent / "run" / "first-code").exists()
    assert command_line.main(["first-code"]) == 1
    assert "already" in capsys.readouterr().out


def test_a_shared_edge_folder_is_readable_by_its_group_and_nobody_else(folder: Path) -> None:
    edge = folder.parent / "run" / "edge"
    edge.mkdir()
    edge.chmod(0o3770)
    assert command_line.main(["prepare"]) == 0
    for path in (edge / "kamailio.cfg", edge / "db" / "ha1", edge / "db" / "version"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o640, path
    assert stat.S_IMODE((edge / "db").stat().st_mode) & 0o777 == 0o750


def test_run_folder_and_its_arguments_reach_a_child(tmp_path: Path) -> None:
    from appliance.config.options import parse

    options = Options(tmp_path / "data", run_folder=tmp_path / "run", lines=tmp_path / "lines")
    assert options.control == tmp_path / "run" / "control.sock"
    assert parse(options.arguments()) == options
    assert Options(tmp_path).run == tmp_path / "run"


def test_prepare_makes_what_the_core_needs(folder: Path) -> None:
    options = Options(folder, run_folder=folder.parent / "run")
    prepare(options)
    assert all(path.is_dir() for path in options.folders())
    assert stamp.read(folder) == MINE
