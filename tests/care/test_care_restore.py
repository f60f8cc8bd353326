"""From a box to its backup to another box: everything is there, and nothing gets in that does not belong."""

from __future__ import annotations

import io
import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from appliance.care import crypt
from appliance.care import read as read_module
from appliance.care.archive import Writer, members
from appliance.care.problems import CareError
from appliance.care.read import read
from appliance.config.defaults import defaults
from appliance.contract.errors import CallboxError
from appliance.store import database
from appliance.store.schema import KNOWN
from appliance.store.transplant import transplant
from tests.care.care_box import PROMPT, CareBox, care_box, opus_bytes

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed"),
]


class Copy:
    """A backup of a box with 12 calls, and its key."""

    def __init__(self, folder: Path) -> None:
        with care_box(folder / "first") as box:
            box.add_calls(12)
            box.add_sounds()
            settings = box.now_settings()
            settings.box.name = "Branch office"
            settings.queues[0].ring_seconds = 33
            box.change(settings)
            self.key = box.care.backups.new_key("admin")
            self.recipient = box.now_settings().backup.recipient
            self.path = folder / "copy.tar.age"
            shutil.copyfile(box.backup(), self.path)
        with crypt.opened(self.path, self.key) as source:
            self.files = [(member.name, member.content()) for member in members(source)]

    def forged(self, change: Callable[[str, bytes], bytes | None]) -> Path:
        """The same backup with other contents; None leaves a file out."""
        path = self.path.with_name("forged.tar.age")
        with crypt.sealing(self.recipient, path) as out:
            writer = Writer(out)
            for name, content in self.files:
                changed = change(name, content)
                if changed is not None:
                    list(writer.add_file(name, io.BytesIO(changed), len(changed), 0))
            writer.end()
        return path


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


@pytest.fixture
def other(tmp_path: Path) -> Iterator[CareBox]:
    """Another box, with three calls of its own."""
    with care_box(tmp_path / "other") as box:
        box.add_calls(3, seed=9)
        yield box


def _again(box: CareBox) -> CareBox:
    """The next start."""
    box.close()
    return CareBox(box.options.data)


def test_another_box_becomes_the_first(other: CareBox, copy: Copy) -> None:
    password = other.now_settings().web.admin_hash
    assert other.read(copy.path, copy.key) == ""
    found = other.care.state()["outcome"]["found"]
    assert found["calls"] == 12 and found["recordings"] == 2 and found["prompts"] == 1
    assert "queue sales: ring seconds 20 → 33" in found["changes"]
    assert other.calls() == 3 and other.now_settings().box.name == "Callbox", "nothing has changed yet"
    other.care.restores.restore({"settings", "records"}, "admin")
    assert other.restarted.is_set()
    with closing(_again(other)) as after:
        assert after.calls() == 12
        assert after.now_settings().box.name == "Branch office"
        assert after.now_settings().web.admin_hash == password
        assert after.settings.versions()[0].who == "admin, restoring"
        assert len(after.settings.versions()) == 2, "the history of this box goes on"
        assert (after.options.uploads / f"{PROMPT}.wav").is_file()
        assert (after.options.recordings / "rec-1.opus").read_bytes() == opus_bytes(3001)
        assert (after.options.voicemail / "message-1.opus").read_bytes() == opus_bytes(2000)
        assert "Branch office" in after.care.state()["restored"]["backup"]
        after.add_calls(1, seed=44)
        assert after.calls() == 13, "and the journal goes on behind the restored one"


@pytest.mark.parametrize(
    ("part", "calls", "name"), [("settings", 3, "Branch office"), ("records", 12, "Callbox")]
)
def test_one_part_alone(other: CareBox, copy: Copy, part: str, calls: int, name: str) -> None:
    assert other.read(copy.path, copy.key) == ""
    other.care.restores.restore({part}, "admin")
    with closing(_again(other)) as after:
        assert after.calls() == calls and after.now_settings().box.name == name
        assert any(after.options.recordings.iterdir()) is (part == "records")
        assert (after.options.voicemail / "message-1.opus").exists() is (part == "records")
        assert any(after.options.uploads.iterdir()) is (part == "settings")


def test_what_was_read_and_not_wanted_is_gone(other: CareBox, copy: Copy) -> None:
    assert other.read(copy.path, copy.key) == ""
    other.care.restores.drop_restore()
    with closing(_again(other)) as after:
        assert after.calls() == 3 and not (after.options.data / "restore").exists()
        with pytest.raises(Exception, match="choose one first"):
            after.care.restores.restore({"settings"}, "admin")


def test_a_wrong_key_is_one_sentence(other: CareBox, copy: Copy, caplog: pytest.LogCaptureFixture) -> None:
    wrong, _ = crypt.new_key()
    with caplog.at_level(logging.DEBUG):
        said = other.read(copy.path, wrong)
    assert said == "This backup key does not open this backup. Nothing was changed."
    assert other.read(copy.path, "my dog").startswith("This is no backup key")
    assert wrong not in caplog.text
    assert not (other.options.data / "restore").exists()


@pytest.mark.parametrize("length", [0, 30, 400, -1, -3000])
def test_a_damaged_file_is_one_sentence(other: CareBox, copy: Copy, tmp_path: Path, length: int) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(copy.path.read_bytes()[:length])
    said = other.read(cut, copy.key)
    assert said.startswith("This backup is damaged: ") and said.count(".") == 2, said
    assert other.calls() == 3


def _settings(change: dict[str, object]) -> Callable[[str, bytes], bytes]:
    def forge(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **change}).encode() if name == "settings.json" else content

    return forge


def _manifest(change: dict[str, object]) -> Callable[[str, bytes], bytes]:
    def forge(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **change}).encode() if name == "manifest.json" else content

    return forge


def _records(*statements: str) -> Callable[[str, bytes], bytes]:
    def forge(name: str, content: bytes) -> bytes:
        if name != "records.sqlite":
            return content
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(content)
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            return connection.serialize()

    return forge


def _sound(wanted: str) -> Callable[[str, bytes], bytes]:
    return lambda name, content: b"#!/bin/sh\n" if name.startswith(wanted) else content


def _cut(name: str, content: bytes) -> bytes:
    return content[:9000] if name == "records.sqlite" else content


def _without(wanted: str) -> Callable[[str, bytes], bytes | None]:
    return lambda name, content: None if name == wanted else content


_RECORDS = "The call records in this backup are damaged"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_settings({"schema_version": 99}), "A newer Callbox made this backup"),
        (_settings({"box": {"name": ""}}), "The settings in this backup cannot be used"),
        (_settings({"run_at_start": "rm -rf /"}), "The settings in this backup cannot be used"),
        (_manifest({"format": 2}), "A newer Callbox made this backup"),
        (_manifest({"format": "x"}), "This backup is damaged"),
        (_records("UPDATE alembic_version SET version_num='9999'"), "A newer Callbox made this backup"),
        (_records("UPDATE alembic_version SET version_num='no; way'"), _RECORDS),
        (_records("DELETE FROM alembic_version"), _RECORDS),
        (_records("DROP TABLE calls"), f"{_RECORDS}: the table calls"),
        (
            _records("ALTER TABLE calls RENAME TO c", "CREATE VIEW calls AS SELECT * FROM c"),
            f"{_RECORDS}: the table calls",
        ),
        (_records("UPDATE calls SET started='soon'"), f"{_RECORDS}: the table calls"),
        (_records("UPDATE journal SET body='text'"), f"{_RECORDS}: the table journal"),
        (_cut, _RECORDS),
        (_sound("uploads/"), "This backup is damaged: uploads/"),
        (_without("settings.json"), "This backup is damaged: a part of it is missing"),
        (_without("records.sqlite"), "This backup is damaged: a part of it is missing"),
        (_without("manifest.json"), "This backup is damaged: it does not say what it is"),
    ],
)  # fmt: skip
def test_what_does_not_belong_is_refused_in_words(
    copy: Copy, tmp_path: Path, change: Callable[[str, bytes], bytes | None], sentence: str
) -> None:
    with pytest.raises(CallboxError) as refused:
        read(copy.forged(change), copy.key, tmp_path, defaults(), lambda *_: None)
    assert str(refused.value).startswith(sentence), refused.value


def test_what_is_refused_leaves_nothing_behind(other: CareBox, copy: Copy) -> None:
    assert other.read(copy.forged(_records("DROP TABLE calls")), copy.key).startswith(_RECORDS)
    assert not (other.options.data / "restore").exists() and other.calls() == 3


def test_triggers_and_tables_of_others_do_not_come_along(other: CareBox, copy: Copy) -> None:
    forged = copy.forged(
        _records(
            "CREATE TRIGGER evil AFTER INSERT ON calls BEGIN DELETE FROM calls; END",
            "CREATE TABLE evil (x)",
            "CREATE INDEX more ON calls (name)",
        )
    )
    assert other.read(forged, copy.key) == ""
    other.care.restores.restore({"records"}, "admin")
    with closing(_again(other)) as after:
        assert after.calls() == 12
        with closing(sqlite3.connect(after.options.records)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert not {"evil", "more"} & names


def test_a_journal_that_was_changed_is_told(other: CareBox, copy: Copy) -> None:
    assert other.read(copy.forged(_records("UPDATE journal SET hash = zeroblob(32)")), copy.key) == ""
    assert other.care.state()["outcome"]["found"]["broken_at"] is not None


def test_an_older_schema_is_brought_up_to_date(
    other: CareBox, copy: Copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if this Callbox was one schema newer: the same steps as on a box that is updated."""
    steps: list[str] = []

    def upgrade(connection: Connection, path: Path) -> None:
        steps.append(str(connection.exec_driver_sql("SELECT count(*) FROM calls").scalar()))

    content = dict(copy.files)["records.sqlite"]
    foreign = tmp_path / "foreign.sqlite"
    foreign.write_bytes(content)
    monkeypatch.setattr(database, "HEAD", "newer")
    monkeypatch.setattr(database, "KNOWN", KNOWN | {"newer"})
    monkeypatch.setattr(database, "upgrade", upgrade)
    found = transplant(foreign, tmp_path / "fresh.sqlite")
    assert steps == ["12"], "the rows are there in the old schema before it is brought up to date"
    assert found.calls == 12 and found.broken_at is None


def test_a_full_disk_is_said_before_anything_is_unpacked(
    other: CareBox, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_module, "_SPARE", 1 << 60)
    staging = other.options.data / "restore" / "new"
    staging.mkdir(parents=True)
    with pytest.raises(CareError, match="too little room"):
        read(copy.path, copy.key, staging, other.now_settings(), lambda *_: None)


def test_a_snapshot_is_whole_while_calls_are_written(tmp_path: Path) -> None:
    with care_box(tmp_path / "busy") as box:
        box.add_calls(30)
        key = box.care.backups.new_key("admin")
        end = threading.Event()

        def work() -> None:
            seed = 100
            while not end.is_set():
                box.add_calls(2, seed=(seed := seed + 1))

        writer = threading.Thread(target=work)
        writer.start()
        try:
            path = tmp_path / "busy.tar.age"
            shutil.copyfile(box.backup(), path)
        finally:
            end.set()
            writer.join()
        with care_box(tmp_path / "restored") as fresh:
            assert fresh.read(path, key) == ""
            found = fresh.care.state()["outcome"]["found"]
            assert found["calls"] >= 30 and found["broken_at"] is None
