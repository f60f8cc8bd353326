"""Journal entries as bytes: one canonical line each, chained by SHA-256, packed into blocks."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from appliance.contract.errors import StoreError
from appliance.contract.ids import CallId
from appliance.contract.journal import Entry, EntryKind
from appliance.store.dictionary import DICTIONARIES, NEWEST

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GENESIS = bytes(32)  # what the first entry of a journal is chained to
_MICROSECOND = timedelta(microseconds=1)
_LARGEST_BLOCK = 64_000_000  # bytes of lines; a block claims more only when it is forged


def microseconds(at: datetime) -> int:
    """A time as whole microseconds since 1970, UTC; a time without a zone is taken as UTC."""
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return (aware - EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC time of so many microseconds since 1970."""
    return EPOCH + value * _MICROSECOND


def encode(entry: Entry) -> bytes:
    """The canonical line of an entry: a JSON array [µs, kind, call, data], keys sorted, ASCII, no spaces.

    Values JSON does not know are kept as their text: an entry is never lost for its form.
    """
    row = [microseconds(entry.at), str(entry.kind), entry.call, dict(entry.data)]
    try:
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError):
        row[3] = {"unwritable": repr(entry.data)[:1000]}
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)
    return text.encode("ascii")


def decode(line: bytes) -> Entry:
    """The entry of a canonical line. StoreError when it is none."""
    try:
        at, kind, call, data = json.loads(line)
        return Entry(EntryKind(kind), moment(at), None if call is None else CallId(call), _data(data))
    except (ValueError, TypeError, OverflowError, RecursionError) as problem:
        raise StoreError(f"A journal entry cannot be read: {line[:80]!r}.") from problem


def _data(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("the data of an entry is an object")
    return value


def chain(previous: bytes, line: bytes) -> bytes:
    """The hash of an entry: SHA-256 over the previous entry's hash and this entry's canonical line."""
    return hashlib.sha256(previous + line).digest()


def pack(lines: Iterable[bytes]) -> bytes:
    """A block of lines: a byte that names the dictionary, then the lines, deflated against it.

    A call's 20 entries, some 3,000 bytes, come to about 600.
    """
    deflater = zlib.compressobj(9, zdict=DICTIONARIES[NEWEST])
    return bytes([NEWEST]) + deflater.compress(b"\n".join(lines)) + deflater.flush()


def unpack(body: bytes) -> list[bytes]:
    """The lines of a block. StoreError when it is damaged."""
    words = DICTIONARIES.get(body[0]) if body else None
    if words is None:
        raise StoreError("A block of the journal has a form that is not known.")
    inflater = zlib.decompressobj(zdict=words)
    try:
        text = inflater.decompress(body[1:], _LARGEST_BLOCK)
    except zlib.error as problem:
        raise StoreError("A block of the journal cannot be read.") from problem
    if not inflater.eof:
        raise StoreError("A block of the journal is cut short.")
    return text.split(b"\n")
