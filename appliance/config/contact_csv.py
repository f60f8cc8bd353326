"""Contacts as CSV (RFC 4180): what an export writes and an import reads. Any bytes give rows or reasons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.config.contacts import MOST_CONTACTS, ContactForm, contact_of
from appliance.contract.errors import SettingsError

MOST_BYTES = 8_000_000
_COLUMNS = ("name", "numbers", "language", "vip", "agent", "account", "pin")
#: What other programs call these columns.
_ALIASES = {
    "number": "numbers", "phone": "numbers", "telephone": "numbers", "tel": "numbers", "mobile": "numbers",
    "cell": "numbers", "telefon": "numbers", "telefonnummer": "numbers", "mobil": "numbers",
    "telefono": "numbers", "teléfono": "numbers", "móvil": "numbers", "nombre": "name", "full name": "name",
    "sprache": "language", "idioma": "language", "kundennummer": "account", "konto": "account",
    "customer number": "account", "account number": "account", "cuenta": "account", "agente": "agent",
}  # fmt: skip
_YES = frozenset({"1", "yes", "y", "true", "x", "ja", "sí", "si", "vip"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: the contact in it, or what is wrong with it. `given` are the columns there are."""

    line: int
    form: ContactForm | None
    problem: str = ""
    given: frozenset[str] = frozenset()


def rows_of(content: bytes, country: str) -> Iterator[Row]:
    """Every line of a file but its heading, in order. SettingsError when the file itself is none."""
    text = _text(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    names = _names(next(_lines(reader), []))
    count = 0
    for cells in _lines(reader):
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_CONTACTS:
            yield Row(reader.line_num, None, f"The box keeps at most {MOST_CONTACTS} contacts.")
            return
        yield _row(reader.line_num, names, cells, country)


def write(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The file of these contacts (plain data), line by line; PINs are not in it."""
    kept = list(rows)
    free = sorted({name for row in kept for name in row["fields"]})
    columns = [*_COLUMNS[:-1], *free]
    yield _line(columns)
    for row in kept:
        plain = {
            **row["fields"],
            **row,
            "numbers": " ".join(row["numbers"]),
            "vip": "yes" if row["vip"] else "",
        }
        yield _line([_safe(str(plain.get(name) or "")) for name in columns])


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise SettingsError({"file": f"The file is larger than {MOST_BYTES // 1_000_000} MB."})
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1").replace("\0", "")


def _delimiter(text: str) -> str:
    heading = text.partition("\n")[0]
    return max((",", ";", "\t"), key=heading.count)


def _lines(reader: Any) -> Iterator[list[str]]:
    """The lines; one that the reader cannot take (a field of 100,000 characters) ends the file in words."""
    try:
        yield from reader
    except csv.Error as problem:
        sentence = f"The file cannot be read beyond line {reader.line_num} ({problem})."
        raise SettingsError({"file": sentence}) from None


def _names(heading: list[str]) -> list[str]:
    names = [_name(cell) for cell in heading]
    if not {"numbers", "account"}.intersection(names):
        raise SettingsError(
            {"file": "The first line must name the columns; one called number or account is needed."}
        )
    return names


def _name(cell: str) -> str:
    plain = re.sub(r"[\s_]+", " ", cell.strip().lower())
    plain = re.sub(r"^(phone|number|mobile|telefon|numbers)s? ?[0-9]$", "numbers", plain)
    known = _ALIASES.get(plain, plain)
    return known if known in _COLUMNS else re.sub(r"[^a-z0-9]+", "_", known).strip("_")[:31]


def _row(line: int, names: list[str], cells: list[str], country: str) -> Row:
    data: dict[str, Any] = {"numbers": [], "fields": {}}
    if len(cells) > len(names):
        return Row(line, None, f"There are {len(cells)} values for {len(names)} columns.")
    for name, cell in zip(names, cells, strict=False):
        _take(data, name, _plain(cell))
    try:
        return Row(line, contact_of(data, country), given=frozenset(names))
    except SettingsError as refused:
        path, sentence = next(iter(refused.problems.items()))
        return Row(line, None, f"{path}: {sentence}")


def _take(data: dict[str, Any], name: str, value: str) -> None:
    if not value or not name:
        return
    if name == "numbers":
        data["numbers"] += [one for one in re.split(r"[;,|/]|\s(?=\+)", value) if one.strip()]
    elif name == "vip":
        data["vip"] = value.lower() in _YES
    elif name in _COLUMNS:
        data[name] = value
    else:
        data["fields"][name] = value


def _plain(cell: str) -> str:
    """Without the mark that keeps a spreadsheet from taking a value for a formula."""
    value = cell.strip()
    return value[1:] if value[:1] == "'" and value[1:2] in _FORMULA else value


def _safe(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
