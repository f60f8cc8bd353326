"""The archive inside a backup: other programs read it, and nothing but our own files is ever read of one."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.care.archive import BLOCK, KINDS, Writer, members
from appliance.care.problems import DamagedBackupError

PROMPT = f"uploads/{'ab' * 16}.wav"


def archive(files: list[tuple[str, bytes]]) -> bytes:
    """An archive of these files, by our writer."""
    out = io.BytesIO()
    writer = Writer(out)
    for name, content in files:
        assert sum(writer.add_file(name, io.BytesIO(content), len(content), 7)) == len(content)
    writer.end()
    return out.getvalue()


GOOD = [
    ("manifest.json", b"{}"),
    ("settings.json", b"x" * 700),
    (PROMPT, b"p" * BLOCK),
    ("records.sqlite", b"r" * 3000),
    ("recordings/a_B-9.opus", b"o"),
]


def taken(content: bytes) -> list[tuple[str, bytes]]:
    return [(member.name, member.content()) for member in members(io.BytesIO(content))]


def test_what_is_written_is_read() -> None:
    assert taken(archive(GOOD)) == GOOD


def test_members_nobody_reads_are_passed_over() -> None:
    assert [member.name for member in members(io.BytesIO(archive(GOOD)))] == [name for name, _ in GOOD]


@pytest.mark.skipif(shutil.which("tar") is None, reason="tar is not installed")
def test_any_tar_unpacks_it(tmp_path: Path) -> None:
    subprocess.run(["tar", "-x", "-C", str(tmp_path)], input=archive(GOOD), check=True, timeout=30)
    for name, content in GOOD:
        assert (tmp_path / name).read_bytes() == content
    with tarfile.open(fileobj=io.BytesIO(archive(GOOD))) as found:
        assert found.getnames() == [name for name, _ in GOOD]


def test_a_file_that_shrinks_while_it_is_written_keeps_the_archive_whole() -> None:
    out = io.BytesIO()
    writer = Writer(out)
    writer.add_bytes("manifest.json", b"{}", 0)
    list(writer.add_file("records.sqlite", io.BytesIO(b"short"), 2000, 0))
    writer.end()
    assert taken(out.getvalue())[1] == ("records.sqlite", b"short" + bytes(1995))


@pytest.mark.parametrize(
    "name",
    [
        "../settings.json", "/settings.json", "./settings.json", "settings.json/", "uploads/../settings.json",
        "uploads/x.wav", "recordings/../../a.opus", "recordings/.opus", "recordings/a.wav", "evil.py",
        "recordings/a.opus\n", "uploads", "SETTINGS.JSON", "restore/go", "recordings/é.opus",
    ],
)  # fmt: skip
def test_no_other_name_is_taken(name: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for each in ("manifest.json", name):
            info = tarfile.TarInfo(each)
            info.mode = 0o640
            made.addfile(info)
    with pytest.raises(DamagedBackupError):
        taken(out.getvalue())


def _forged(**fields: object) -> bytes:
    """An archive whose second header was made with these fields of TarInfo."""
    manifest = tarfile.TarInfo("manifest.json")
    manifest.mode = 0o640
    info = tarfile.TarInfo("settings.json")
    info.mode = 0o640
    for name, value in fields.items():
        setattr(info, name, value)
    head = manifest.tobuf(tarfile.USTAR_FORMAT) + info.tobuf(tarfile.USTAR_FORMAT)
    return head + bytes(tarfile.RECORDSIZE)


@pytest.mark.parametrize(
    "kind", [b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"x", b"g", b"L", b"K", b"S", b"\0"]
)
def test_nothing_but_plain_files_is_taken(kind: bytes) -> None:
    assert len(taken(_forged())) == 2
    with pytest.raises(DamagedBackupError):
        taken(_forged(type=kind, linkname="/etc/passwd"))


@pytest.mark.parametrize(
    "fields", [{"mode": 0o4755}, {"uid": 1}, {"uname": "root"}, {"linkname": "x"}, {"size": 8 * 1024**2}]
)
def test_headers_are_ours_to_the_byte(fields: dict[str, object]) -> None:
    with pytest.raises(DamagedBackupError):
        taken(_forged(**fields))


def test_each_file_comes_once_and_in_order() -> None:
    for files in (
        [GOOD[0], GOOD[0]],
        [GOOD[0], GOOD[3], GOOD[1]],
        [GOOD[0], GOOD[2], GOOD[2]],
        [GOOD[0], GOOD[4], GOOD[3]],
        [],
    ):
        with pytest.raises(DamagedBackupError):
            taken(archive(files))


def test_every_kind_has_a_size_it_may_not_exceed() -> None:
    for kind, name in zip(KINDS, ("manifest.json", "settings.json", PROMPT), strict=False):
        files = [] if kind.name == "manifest" else [GOOD[0]]
        with pytest.raises(DamagedBackupError, match="too large"):
            taken(archive([*files, (name, bytes(kind.largest + 1))]))


@pytest.mark.parametrize("behind", [b"x", bytes(tarfile.RECORDSIZE), bytes(100) + b"x"])
def test_nothing_stands_behind_the_end(behind: bytes) -> None:
    with pytest.raises(DamagedBackupError):
        taken(archive(GOOD) + behind)


def test_a_cut_anywhere_is_noticed() -> None:
    whole = archive(GOOD)
    last = len(whole.rstrip(b"\0")) + BLOCK
    for length in range(0, last, 97):
        with pytest.raises(DamagedBackupError):
            taken(whole[:length])


@given(st.binary(max_size=4 * BLOCK))
def test_any_bytes_are_refused_in_one_way(content: bytes) -> None:
    with pytest.raises(DamagedBackupError):
        taken(content)


@given(st.data())
def test_a_changed_archive_is_read_as_ours_or_refused(data: st.DataObject) -> None:
    content = bytearray(archive(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        found = taken(bytes(content))
    except DamagedBackupError:
        return
    assert len(found) <= len(GOOD)  # what got through has our names and sizes only
    for name, inner in found:
        kind = next(kind for kind in KINDS if kind.pattern.fullmatch(name))
        assert len(inner) <= kind.largest
