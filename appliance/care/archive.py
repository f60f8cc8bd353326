"""What is inside the encryption: a plain ustar archive (POSIX.1-1988) of a few named files, uncompressed.

Any tar program can unpack one. The reader is our own and takes nothing but what the writer writes: regular
files of allowed names, each once, in order, of bounded size, whose headers are right to the byte. Nothing is
compressed, so nothing can unfold; no links, no folders, no owners, no paths are taken from it.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from appliance.care.problems import damaged

BLOCK = 512
_CHUNK = 256 * 1024
_MOST_FILES = 200_000
_LARGEST = 64 * 1024**3  # of all files together


class Source(Protocol):
    """A stream that gives `count` bytes, and fewer only at its end."""

    def read(self, count: int, /) -> bytes:
        """The next bytes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its names, how large one may be, and how many there may be."""

    name: str
    pattern: re.Pattern[str]
    largest: int
    most: int


#: In the order in which they come.
KINDS = (
    Kind("manifest", re.compile(r"manifest\.json"), 64_000, 1),
    Kind("settings", re.compile(r"settings\.json"), 4_000_000, 1),
    Kind("prompts", re.compile(r"uploads/[0-9a-f]{16,64}\.wav", re.ASCII), 64_000_000, 2000),
    Kind("records", re.compile(r"records\.sqlite"), 8 * 1024**3 - 1, 1),
    Kind("recordings", re.compile(r"recordings/[A-Za-z0-9_-]{1,64}\.opus", re.ASCII), 1024**3, _MOST_FILES),
    Kind("voicemail", re.compile(r"voicemail/[A-Za-z0-9_-]{1,64}\.opus", re.ASCII), 1024**3, _MOST_FILES),
)


class Writer:
    """Writes members one after the other."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._length = 0

    def add_bytes(self, name: str, content: bytes, at: int) -> None:
        """A small file; `at` is its time, seconds since 1970."""
        self._write(_header(name, len(content), at))
        self._write(content)
        self._pad(len(content))

    def add_file(self, name: str, source: Source, size: int, at: int) -> Iterator[int]:
        """Exactly `size` bytes of a file; gives the bytes of each part as it is written."""
        self._write(_header(name, size, at))
        left = size
        while left:
            chunk = source.read(min(_CHUNK, left))
            if not chunk:  # it has become shorter under our hands
                chunk = bytes(min(_CHUNK, left))
            self._write(chunk)
            left -= len(chunk)
            yield len(chunk)
        self._pad(size)

    def end(self) -> None:
        """Two empty blocks close the archive."""
        self._write(bytes(2 * BLOCK))
        self._write(bytes(-self._length % tarfile.RECORDSIZE))

    def _write(self, content: bytes) -> None:
        self._out.write(content)
        self._length += len(content)

    def _pad(self, size: int) -> None:
        self._write(bytes(-size % BLOCK))


def _header(name: str, size: int, at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, at, 0o640
    return info.tobuf(tarfile.USTAR_FORMAT, "ascii")


@dataclass(slots=True)
class Member:
    """One file of an archive. Its parts must be read before the next member is asked for."""

    kind: str
    name: str
    size: int
    _source: Source
    _read: bool = False

    def parts(self) -> Iterator[bytes]:
        """The content, a part at a time. DamagedBackupError when it is cut."""
        self._read = True
        left = self.size
        while left:
            chunk = self._source.read(min(_CHUNK, left))
            if not chunk:
                raise damaged("it is cut short")
            left -= len(chunk)
            yield chunk
        _padding(self._source, self.size)

    def content(self) -> bytes:
        """All of it, for small files."""
        return b"".join(self.parts())

    def save(self, target: Path) -> None:
        """All of it into a new file."""
        with target.open("xb") as file:
            for part in self.parts():
                file.write(part)

    def skip(self) -> None:
        """Read over it if nobody has read it."""
        if not self._read:
            for _ in self.parts():
                continue


def members(source: Source) -> Iterator[Member]:
    """The files of an archive, in their order. DamagedBackupError for whatever is not one of ours."""
    order, seen, total = 0, {kind.name: 0 for kind in KINDS}, 0
    names: set[str] = set()
    while True:
        block = _exactly(source, BLOCK)
        if block == bytes(BLOCK):
            _the_end(source, seen)
            return
        name, size = _parse(block)
        place = _place(name)
        kind = KINDS[place]
        seen[kind.name] += 1
        total += size
        if place < order or name in names or seen[kind.name] > kind.most:
            raise damaged("its files are not those of a backup")
        if size > kind.largest or total > _LARGEST:
            raise damaged("a file in it is too large")
        names.add(name)
        order = place
        member = Member(kind.name, name, size, source)
        yield member
        member.skip()


def _place(name: str) -> int:
    for place, kind in enumerate(KINDS):
        if kind.pattern.fullmatch(name):
            return place
    raise damaged("its files are not those of a backup")


def _parse(block: bytes) -> tuple[str, int]:
    """Name and size of a header; it must be, to the byte, what the writer makes of them."""
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size, at = int(block[124:135], 8), int(block[136:147], 8)
        good = name.isprintable() and size >= 0 and at >= 0 and _header(name, size, at) == block
    except (ValueError, tarfile.TarError):
        good = False
    if not good:
        raise damaged("its files cannot be told apart")
    return name, size


def _the_end(source: Source, seen: dict[str, int]) -> None:
    """After the first empty block only empty ones may come, as many as fill a record."""
    rest = source.read(tarfile.RECORDSIZE + 1)
    if len(rest) < BLOCK or len(rest) > tarfile.RECORDSIZE or rest.strip(b"\0"):
        raise damaged("something stands behind its end")
    if not seen["manifest"]:
        raise damaged("it is empty")


def _padding(source: Source, size: int) -> None:
    if _exactly(source, -size % BLOCK).strip(b"\0"):
        raise damaged("its files cannot be told apart")


def _exactly(source: Source, count: int) -> bytes:
    found = source.read(count)
    if len(found) != count:
        raise damaged("it is cut short")
    return found
