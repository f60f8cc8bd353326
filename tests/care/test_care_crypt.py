"""Encryption by age: the right key alone opens a backup, and the key is never where others can see it."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from appliance.care import crypt
from appliance.care.problems import CareError, DamagedBackupError, WrongKeyError

pytestmark = pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    return crypt.new_key()


@pytest.fixture
def sealed(pair: tuple[str, str], tmp_path: Path) -> Path:
    path = tmp_path / "sealed.age"
    with crypt.sealing(pair[1], path) as out:
        out.write(b"a word" * 40_000)
    return path


def content(path: Path, key: str) -> bytes:
    found = io.BytesIO()
    with crypt.opened(path, key) as source:
        while part := source.read(10_000):
            found.write(part)
    return found.getvalue()


def test_the_key_opens_it(sealed: Path, pair: tuple[str, str]) -> None:
    assert content(sealed, pair[0]) == b"a word" * 40_000
    assert b"a word" not in sealed.read_bytes()


def test_another_key_does_not(sealed: Path) -> None:
    other, _ = crypt.new_key()
    with pytest.raises(WrongKeyError, match=r"^This backup key does not open this backup\. Nothing"):
        content(sealed, other)


@pytest.mark.parametrize("length", [0, 5, 22, 60, 150, 300, 65_000, 70_000, -1])
def test_a_cut_is_noticed(sealed: Path, pair: tuple[str, str], length: int) -> None:
    sealed.write_bytes(sealed.read_bytes()[:length])
    with pytest.raises(DamagedBackupError, match="This backup is damaged"):
        content(sealed, pair[0])


@pytest.mark.parametrize("place", [100, 190, 250, 70_000, -20])
def test_a_changed_byte_is_noticed(sealed: Path, pair: tuple[str, str], place: int) -> None:
    changed = bytearray(sealed.read_bytes())
    changed[place] ^= 1
    sealed.write_bytes(changed)
    with pytest.raises((DamagedBackupError, WrongKeyError)):
        content(sealed, pair[0])


def test_what_is_no_backup_is_said(tmp_path: Path, pair: tuple[str, str]) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff" * 100)
    with pytest.raises(CareError, match="no backup of a Callbox"):
        content(path, pair[0])


def test_a_key_is_taken_as_people_type_it(pair: tuple[str, str]) -> None:
    key, recipient = pair
    for typed in (key, key.lower(), f"  {key[:30]} {key[30:]}\n", f"# created: today\n# public: x\n{key}\n"):
        assert crypt.recipient_of(crypt.tidy_key(typed)) == recipient


def test_a_typing_error_is_noticed(pair: tuple[str, str]) -> None:
    key = pair[0]
    wrong = key[:-1] + ("Q" if key[-1] != "Q" else "P")
    for typed in ("", "hello", key[:-1], key + "A", key + "\n" + key):
        with pytest.raises(WrongKeyError, match="no backup key"):
            crypt.tidy_key(typed)
    with pytest.raises(WrongKeyError, match="no backup key"):
        crypt.recipient_of(crypt.tidy_key(wrong))


def test_the_key_is_in_no_command_line_and_no_environment(
    sealed: Path, pair: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    real = shutil.which("age")
    spy = tmp_path / "bin" / "age"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\n{{ echo "$@"; env; }} >>{said}\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}:{os.environ['PATH']}")
    assert content(sealed, pair[0]).startswith(b"a word")
    assert "--decrypt" in said.read_text()
    assert pair[0] not in said.read_text() and pair[0][20:40] not in said.read_text()


def test_the_program_alone_opens_a_backup(sealed: Path, pair: tuple[str, str], tmp_path: Path) -> None:
    """What the page promises: no Callbox is needed."""
    key = tmp_path / "key.txt"
    key.write_text(pair[0] + "\n")
    done = subprocess.run(
        ["age", "-d", "-i", str(key), str(sealed)], capture_output=True, check=True, timeout=30
    )
    assert done.stdout == b"a word" * 40_000


def test_a_full_disk_is_said(pair: tuple[str, str]) -> None:
    with (
        pytest.raises(CareError, match="The backup could not be written: the disk is full"),
        crypt.sealing(pair[1], Path("/dev/full")) as out,
    ):
        for _ in range(64):
            out.write(bytes(65_536))


def test_without_a_key_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(CareError, match="no backup key yet"), crypt.sealing("", tmp_path / "x"):
        pass
    assert not (tmp_path / "x").exists()


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CareError, match="age is missing"):
        crypt.new_key()
