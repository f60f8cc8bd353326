"""Where copies go: a stick, and a real SFTP server. Only whole copies have a name, only ours are removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.care.destination import (
    FolderDestination,
    HandOver,
    SftpDestination,
    SftpServer,
    copy_name,
    known,
    look_up_host,
    own_key,
)
from appliance.care.problems import CareError
from appliance.config.care import BackupSettings
from tests.care import ssh_server as ssh
from tests.care.care_box import CareBox, care_box
from tests.care.ssh_server import SshServer, ssh_server

pytestmark = pytest.mark.timeout(180)
NAMES = [f"callbox-shop-abc123-2026010{day}-030000.tar.age" for day in range(1, 5)]


@contextmanager
def other_disk(data: Path) -> Iterator[Path]:
    """A folder on another file system than `data`, as a mounted stick is."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK) or shared.stat().st_dev == data.stat().st_dev:
        pytest.skip("there is only one file system here")
    stick = Path(tempfile.mkdtemp(dir=shared))
    try:
        yield stick
    finally:
        shutil.rmtree(stick)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[CareBox]:
    with care_box(tmp_path / "box") as found:
        found.add_calls(3)
        found.care.backups.new_key("admin")
        yield found


def _to(box: CareBox, **settings: object) -> None:
    changed = box.now_settings()
    for name, value in settings.items():
        setattr(changed.backup, name, value)
    box.change(changed)


def _hour_later(box: CareBox) -> None:
    box.now = box.now.replace(hour=box.now.hour + 1)


def test_a_stick_gets_copies_and_keeps_as_many_as_wanted(box: CareBox) -> None:
    with other_disk(box.options.data) as stick:
        foreign = [stick / "callbox-other-zzzzzz-20200101-000000.tar.age", stick / "holiday.jpg"]
        for path in foreign:
            path.write_bytes(b"not ours")
        _to(box, destination="usb", folder=str(stick), keep=2)
        for _ in range(4):
            box.care.backups.start_backup("usb", False)
            assert box.finish() == ""
            _hour_later(box)
        mine = sorted(path.name for path in stick.iterdir() if path not in foreign)
        assert [name[-14:-8] for name in mine] == ["053000", "063000"]
        assert all(path.read_bytes() == b"not ours" for path in foreign)
        kept = box.care.state()["memory"]
        assert kept["good_name"] == mine[-1] and kept["good_calls"] == 3 and kept["problem"] == ""
        box.care.backups.list_copies()
        assert box.finish() == ""
        assert box.care.state()["outcome"]["copies"] == [*reversed(mine), foreign[0].name]
        assert not list(box.care._desk.work.iterdir()), "nothing is left on the box"


def test_a_copy_is_restored_from_the_stick(box: CareBox, tmp_path: Path) -> None:
    with other_disk(box.options.data) as stick:
        _to(box, destination="usb", folder=str(stick))
        key = box.care.backups.new_key("admin")
        box.care.backups.start_backup("usb", False)
        assert box.finish() == ""
        name = box.care.state()["memory"]["good_name"]
        box.care.restores.start_reading(None, name, key)
        assert box.finish() == ""
        assert box.care.state()["outcome"]["found"]["calls"] == 3
        box.care.restores.start_reading(None, "callbox-x-abcdef-20260101-000000.tar.age", key)
        assert "could not be read" in box.finish()
        box.care.restores.start_reading(None, "../../etc/passwd", key)
        assert box.finish() == "There is no copy of that name."


def test_a_stick_that_is_not_there_is_said(box: CareBox, tmp_path: Path) -> None:
    empty = tmp_path / "mountpoint"
    empty.mkdir()
    for folder in (empty, tmp_path / "nowhere"):
        _to(box, destination="usb", folder=str(folder))
        box.care.backups.start_backup("usb", False)
        assert box.finish() == f"No USB stick is mounted at {folder}."
    assert not list(empty.iterdir())
    assert "No USB stick is mounted" in " ".join(box.notes.sentences())


def test_a_stick_that_is_full_is_said_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    with other_disk(tmp_path) as stick, pytest.raises(CareError, match="The USB stick is full"):
        FolderDestination(stick, tmp_path).room_for(1 << 50)


def test_the_box_itself_hands_downloads_over(tmp_path: Path) -> None:
    place = HandOver(tmp_path)
    for name in NAMES:
        place.place(name).write_bytes(b"x")
        assert name not in place.names()
        place.keep(place.place(name), name)
    assert place.names() == NAMES
    place.remove(NAMES[:3])
    assert place.names() == NAMES[3:] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["", "x", "../a", NAMES[0] + "/..", "a/" + NAMES[0], NAMES[0] + "\n", "-rf"])
def test_only_names_of_copies_are_names(name: str) -> None:
    with pytest.raises(CareError, match="no copy of that name"):
        known(name)


def test_names_say_which_box_and_when(box: CareBox) -> None:
    recipient = box.now_settings().backup.recipient
    name = copy_name("Büro & Söhne / Nord", recipient, box.now)
    assert name == f"callbox-b-ro-s-hne-nord-{recipient[-6:]}-20261122-033000.tar.age"
    assert copy_name("北", recipient, box.now).startswith("callbox-box-")
    with pytest.raises(CareError, match="no backup key yet"):
        copy_name("x", "", box.now)


@pytest.mark.parametrize(
    "wrong",
    [
        {"folder": "media"}, {"folder": "/a/../b"}, {"host": "-oProxyCommand=x"}, {"host": "a b"},
        {"path": "-x"}, {"path": 'a"b'}, {"path": "a*"}, {"path": ""}, {"path": "a\nb"}, {"user": "-l"},
        {"recipient": "age1x"}, {"port": 0}, {"keep": 0}, {"hour": 24}, {"host_key": "x\ny z"},
    ],
)  # fmt: skip
def test_settings_that_could_mean_something_to_a_program_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        BackupSettings(**wrong)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------- SFTP


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[SshServer, Path]]:
    """A server, and the box's key it knows."""
    why = ssh.missing()
    if why:
        pytest.skip(why)
    key = tmp_path / "id"
    with ssh_server(tmp_path, own_key(key)) as found:
        yield found, key


def _sftp(server: tuple[SshServer, Path], tmp_path: Path, host_key: str) -> SftpDestination:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    there = SftpServer("127.0.0.1", server[0].port, server[0].user, "my box/déep $(x)", host_key)
    return SftpDestination(there, server[1], work)


@pytest.mark.peer
def test_an_sftp_server_gets_keeps_lists_and_gives_back(
    server: tuple[SshServer, Path], tmp_path: Path
) -> None:
    host_key, fingerprint = look_up_host("127.0.0.1", server[0].port)
    assert host_key.startswith("ssh-ed25519 AAAA") and fingerprint.startswith("SHA256:")
    place = _sftp(server, tmp_path, host_key)
    place.room_for(10)
    for name in NAMES[:3]:
        part = place.place(name)
        part.write_bytes(name.encode() * 1000)
        place.keep(part, name)
        assert not part.exists()
    there = server[0].home / "my box" / "déep $(x)"
    (there / "holiday.jpg").write_bytes(b"not ours")
    (there / f"{NAMES[3]}.part").write_bytes(b"half")
    assert place.names() == NAMES[:3]
    place.remove(NAMES[:1])
    assert place.names() == NAMES[1:3] and (there / "holiday.jpg").exists()
    target = tmp_path / "back"
    place.fetch(NAMES[1], target)
    assert target.read_bytes() == NAMES[1].encode() * 1000


@pytest.mark.peer
def test_a_server_with_another_key_gets_nothing(server: tuple[SshServer, Path], tmp_path: Path) -> None:
    other = own_key(tmp_path / "other").rsplit(" ", 1)[0]
    with pytest.raises(CareError, match="another key than the one that was confirmed"):
        _sftp(server, tmp_path, other).room_for(1)
    with pytest.raises(CareError, match="not confirmed yet"):
        _sftp(server, tmp_path, "").room_for(1)
    assert [path.name for path in server[0].home.iterdir()] == [".ssh"]


@pytest.mark.peer
def test_what_is_wrong_with_a_server_is_said_in_words(server: tuple[SshServer, Path], tmp_path: Path) -> None:
    host_key, _ = look_up_host("127.0.0.1", server[0].port)
    place = _sftp(server, tmp_path, host_key)
    with pytest.raises(CareError, match="the copy is not there"):
        place.fetch(NAMES[0], tmp_path / "x")
    (server[0].home / ".ssh" / "authorized_keys").write_text("")
    with pytest.raises(CareError, match="put it into authorized_keys"):
        place.room_for(1)
    server[0].process.terminate()
    server[0].process.wait(10)
    with pytest.raises(CareError, match="nobody answers there"):
        place.room_for(1)
    with pytest.raises(CareError, match="Nobody answers as an SSH server"):
        look_up_host("127.0.0.1", server[0].port)


@pytest.mark.peer
def test_a_whole_backup_over_sftp(box: CareBox, tmp_path: Path) -> None:
    why = ssh.missing()
    if why:
        pytest.skip(why)
    folder = tmp_path / "server"
    folder.mkdir()
    with ssh_server(folder, box.care.own_key()) as found:
        host_key, _ = box.care.host_key("127.0.0.1", found.port)
        _to(
            box,
            destination="sftp",
            host="127.0.0.1",
            port=found.port,
            user=found.user,
            host_key=host_key,
            keep=1,
        )
        for _ in range(2):
            box.care.backups.start_backup("sftp", False)
            assert box.finish() == ""
            _hour_later(box)
        name = box.care.state()["memory"]["good_name"]
        assert [path.name for path in (found.home / "callbox").iterdir()] == [name]
