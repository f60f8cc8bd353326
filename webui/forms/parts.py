"""The parts of the settings that have a form: where their rows stand and what they are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webui.forms.fields import Field, Row

Settings = dict[str, Any]
Fields = Callable[[Settings, Row], list[Field]]


@dataclass(frozen=True, slots=True)
class Part:
    """A list of rows in the settings, such as trunks; each row has a key that others refer to it by."""

    name: str
    key: str
    title: Any
    one: Any
    about: Any
    fields: Fields
    made: Callable[[str, Settings], Row]  # a new row of this kind, with the schema's defaults
    says: Callable[[Row, Settings], str]  # one line about a row
    kinds: tuple[tuple[str, Any], ...] = ()

    def rows(self, settings: Settings) -> list[Row]:
        """The rows as they are edited."""
        return list(settings[self.name])

    def with_rows(self, settings: Settings, rows: list[Row]) -> Settings:
        """The settings with other rows."""
        return {**settings, self.name: rows}

    def place(self, settings: Settings, key: str) -> int | None:
        """Where the row of this key stands."""
        keys = [row[self.key] for row in self.rows(settings)]
        return keys.index(key) if key in keys else None

    def path(self, row: Row, place: int) -> str:
        """How paths of problems in this row begin."""
        return f"{self.name}.{place}."

    def field(self, path: str) -> str:
        """The field that shows a problem at this path within the row."""
        return path or self.key

    def label(self, row: Row) -> str:
        """What a person calls the row."""
        return str(row.get("label") or row.get("name") or row[self.key])


class TrunkGroups(Part):
    """Trunk groups stand in the settings as name -> lines; they are edited like the rest."""

    __slots__ = ()

    def rows(self, settings: Settings) -> list[Row]:
        return [{"name": name, "trunks": trunks} for name, trunks in settings[self.name].items()]

    def with_rows(self, settings: Settings, rows: list[Row]) -> Settings:
        return {**settings, self.name: {row["name"]: row["trunks"] for row in rows}}

    def path(self, row: Row, place: int) -> str:
        return f"{self.name}.{row['name']}."

    def field(self, path: str) -> str:
        return f"trunks.{path}" if path.isdigit() else path or self.key


def short_name(label: str, taken: set[str]) -> str:
    """A free name made of a label: small letters, digits and dashes."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:25]
    base = base if base[:1].isalpha() else f"n{base}"
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    return next((name for name in names if name not in taken), base)
