"""The journal's tail: entries that are not in the database yet, in one small file written over and over.

An entry here costs about 60 bytes; a database commit of its own would cost several pages, twenty times a
call. The file has its full size from the start, so it can be written when the disk is full and a sync has
no metadata to write. Each generation starts anew at the head, once the database has all before it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

from appliance.store.dictionary import DICTIONARIES, NEWEST

SIZE = 128 * 1024
_WORDS = NEWEST
_MAGIC = b"CBT%d" % _WORDS
_HEAD = struct.Struct(">4sQI")  # magic, number of the first entry, CRC-32 of both
_FRAME = struct.Struct(">II")  # length, CRC-32 of the bytes seeded with the entry's number
_LONGEST = 4_000_000
_SYNC_MARK = b"\x00\x00\xff\xff"  # what every sync flush ends with (RFC 1951, as in RFC 7692); not stored


class Tail:
    """Owned by the journal's thread. OSError of any method leaves what was written before readable."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._descriptor).st_size < SIZE:
            _fill(self._descriptor)
        self._next = 0
        self._offset = 0
        self._deflater = _deflater()

    def restart(self, first: int) -> None:
        """Begin a new generation with entry number `first`; the file changes with the next `append`."""
        self._next = first
        self._offset = 0
        self._deflater = _deflater()

    def append(self, lines: Sequence[bytes]) -> None:
        """Write these entries behind the others: they survive the end of this process from now on."""
        parts = [] if self._offset else [_head(self._next)]
        for line in lines:
            body = self._deflater.compress(line + b"\n") + self._deflater.flush(zlib.Z_SYNC_FLUSH)
            body = body.removesuffix(_SYNC_MARK)
            parts.append(_FRAME.pack(len(body), _crc(body, self._next)) + body)
            self._next += 1
        content = b"".join(parts)
        written = os.pwrite(self._descriptor, content, self._offset)
        if written != len(content):
            raise OSError(28, "the journal's tail could not be written in full")
        self._offset += written

    def sync(self) -> None:
        """Have the disk keep what was appended: it survives a power cut from now on."""
        os.fdatasync(self._descriptor)

    def replay(self) -> tuple[int, list[bytes]]:
        """Number of the first entry, and the lines as far as they are whole; (0, []) when there are none."""
        content = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        first = _first(content)
        if first is None:
            return 0, []
        inflater = zlib.decompressobj(wbits=-15, zdict=DICTIONARIES[_WORDS])
        lines: list[bytes] = []
        offset = _HEAD.size
        while (body := _frame(content, offset, first + len(lines))) is not None:
            try:
                line = inflater.decompress(body + _SYNC_MARK, _LONGEST)
            except zlib.error:
                break
            lines.append(line.removesuffix(b"\n"))
            offset += _FRAME.size + len(body)
        return first, lines

    def close(self) -> None:
        """Give the file back."""
        os.close(self._descriptor)


def _deflater() -> zlib._Compress:
    return zlib.compressobj(9, wbits=-15, zdict=DICTIONARIES[_WORDS])


def _fill(descriptor: int) -> None:
    os.pwrite(descriptor, bytes(SIZE), 0)
    os.fsync(descriptor)


def _crc(body: bytes, number: int) -> int:
    """A checksum that an entry of an older generation at the same place cannot have."""
    return zlib.crc32(body, zlib.crc32(struct.pack(">Q", number)))


def _head(first: int) -> bytes:
    return _HEAD.pack(_MAGIC, first, zlib.crc32(_MAGIC + struct.pack(">Q", first)))


def _first(content: bytes) -> int | None:
    if len(content) < _HEAD.size:
        return None
    magic, first, _ = _HEAD.unpack_from(content)
    return int(first) if magic == _MAGIC and _head(first) == content[: _HEAD.size] else None


def _frame(content: bytes, offset: int, number: int) -> bytes | None:
    if offset + _FRAME.size > len(content):
        return None
    length, crc = _FRAME.unpack_from(content, offset)
    body = content[offset + _FRAME.size : offset + _FRAME.size + length]
    return body if 0 < length == len(body) and _crc(body, number) == crc else None
