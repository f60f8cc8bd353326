"""Files of leads as rows of cells: CSV in any encoding, with any delimiter, and the first sheet of an XLSX.

Any bytes give rows or one sentence (CareError). Files are read as they come, never whole into memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from appliance.care.problems import CareError

MOST_BYTES = 100_000_000
MOST_COLUMNS = 100
MOST_CELL = 1000
_MOST_UNPACKED = 400_000_000
_MOST_RATIO = 200
_CHUNK = 1 << 16
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", ";", "\t", "|")
#: A cell of XLSX that holds a formula starts with this; nothing typed can.
FORMULA = "\0="
#: What reading a damaged archive or sheet raises: zipfile, zlib, the XML parser (a SyntaxError) and openpyxl.
_DAMAGED = (
    AttributeError, EOFError, IndexError, KeyError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What a file is. `encoding` and `delimiter` are "" for XLSX; `total` counts bytes, or rows of XLSX."""

    kind: str  # "csv" | "xlsx"
    encoding: str
    delimiter: str
    total: int


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its line in the file, how far the reading is (of `Table.total`), and its cells."""

    number: int
    at: int
    cells: list[str]


def look(path: Path, encoding: str = "", delimiter: str = "") -> Table:
    """What kind of file this is. CareError when it is none that holds leads."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise CareError(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    if head.startswith(b"PK\x03\x04"):
        _check_zip(path)
        return Table("xlsx", "", "", size)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise CareError("This is an old Excel file (.xls). Save it as .xlsx or as CSV.")
    found = encoding or _encoding(path, head)
    try:
        text = codecs.getincrementaldecoder(found)("replace").decode(head)
    except LookupError:
        raise CareError(f"The encoding {found} is not known.") from None
    return Table("csv", found, delimiter or _delimiter(text), size)


def lines(path: Path, table: Table) -> Iterator[Line]:
    """Every row that is not empty, the heading first. CareError where the file cannot be read on."""
    yield from _csv(path, table) if table.kind == "csv" else _xlsx(path)


def _encoding(path: Path, head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head[:200].count(b"\0") > 20:
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The sign that parts the most lines into the same number of cells as the first."""
    rows = [row for row in text.splitlines()[:-1][:50] or text.splitlines() if row.strip()][:50]

    def score(sign: str) -> tuple[int, int]:
        counts = [len(cells) for cells in csv.reader(rows, delimiter=sign)] if rows else []
        return (
            (sum(count == counts[0] for count in counts), counts[0]) if counts and counts[0] > 1 else (0, 0)
        )

    return max(_DELIMITERS, key=score)


def _csv(path: Path, table: Table) -> Iterator[Line]:
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=table.encoding, errors="replace", newline="")
        csv.field_size_limit(_CHUNK)
        reader = csv.reader((row.replace("\0", "") for row in text), delimiter=table.delimiter)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                raise CareError(
                    f"The file cannot be read beyond line {reader.line_num} ({problem})."
                ) from None
            if any(cell.strip() for cell in cells):
                yield Line(reader.line_num, raw.tell(), [_short(cell) for cell in cells[:MOST_COLUMNS]])


def _check_zip(path: Path) -> None:
    """A small file can unpack to gigabytes; what Excel writes never comes near this ratio."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
            packed = sum(part.compress_size for part in archive.infolist())
            known = any(part.filename == "xl/workbook.xml" for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as problem:
        raise CareError(f"The file is damaged ({problem}).") from None
    if not known:
        raise CareError("This is no Excel file (.xlsx).")
    if size > _MOST_UNPACKED or size > _MOST_RATIO * max(packed, 1000):
        raise CareError("The file unpacks to far more than lists of people are; it is not read.")


def _xlsx(path: Path) -> Iterator[Line]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not believed
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            cells = [_cell(cell) for cell in row]
            if any(cell.strip() for cell in cells):
                yield Line(number, number, cells)
        book.close()
    except (InvalidFileException, *_DAMAGED) as problem:
        raise CareError(f"The sheet cannot be read ({type(problem).__name__}).") from None


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if getattr(cell, "data_type", "") == "f":
        return FORMULA + str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != datetime.min.time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else _short(str(value))


def _short(cell: str) -> str:
    return re.sub(r"[\x01-\x08\x0b-\x1f]", "", cell)[:MOST_CELL]
