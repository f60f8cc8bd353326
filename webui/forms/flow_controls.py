"""The kinds of fields that only a flow's steps have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from webui.forms import fields as f

_MORE = 2  # empty rows after the ones that are filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit(f.Select):
    """The node a caller goes to next."""

    def read(self, form: f.Form, row: f.Row) -> Any:
        return form.get(self.name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(f.Prompt):
    """A prompt whose recording is kept in the form itself: the node may not be saved yet."""

    def read(self, form: f.Form, row: f.Row) -> Any:
        upload = form.get(f"{self.name}.upload") or None
        text = form.get(f"{self.name}.text", "").replace("\r\n", "\n").strip()
        return {"text": text, "upload": None if f"{self.name}.drop" in form else upload}


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuKeys(f.Field):
    """Where each key leads, and the words that mean the same."""

    options: Sequence[f.Option] = ()
    languages: Sequence[str] = ()  # others than the box's, that callers may speak
    kind: ClassVar[str] = "menu_keys"
    keys: ClassVar[Sequence[str]] = f.KEYS

    def read(self, form: f.Form, row: f.Row) -> Any:
        found: dict[str, Any] = {}
        for key in f.KEYS:
            to, words = form.get(f"{self.name}.{key}.to", ""), self._words(form, f"{key}.words")
            others = {name: self._words(form, f"{key}.languages.{name}") for name in self.languages}
            others = {name: said for name, said in others.items() if said}
            if to or words or others:
                found[key] = {"to": to, "words": words, "languages": others}
        return found

    def _words(self, form: f.Form, name: str) -> list[str]:
        return [word.strip() for word in form.get(f"{self.name}.{name}", "").split(",") if word.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases(f.Field):
    """If a variable is so, go there; as many as there are, and two more."""

    options: Sequence[f.Option] = ()
    tests: Sequence[f.Option] = ()
    kind: ClassVar[str] = "cases"
    spare: ClassVar[int] = _MORE

    def read(self, form: f.Form, row: f.Row) -> Any:
        columns = [form.getlist(f"{self.name}.{name}") for name in ("variable", "test", "value", "to")]
        rows = [
            dict(zip(("variable", "test", "value", "to"), one, strict=True))
            for one in zip(*columns, strict=False)
        ]
        return [row for row in rows if row["variable"].strip() or row["value"] or row["to"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs(f.Field):
    """One "name = value" a line."""

    kind: ClassVar[str] = "lines"

    def read(self, form: f.Form, row: f.Row) -> Any:
        lines = [line.partition("=") for line in form.get(self.name, "").splitlines() if line.strip()]
        return {name.strip(): value.strip() for name, _sign, value in lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings(f.Field):
    """One "2026-12-24 10:00-14:00" a line."""

    kind: ClassVar[str] = "lines"

    def read(self, form: f.Form, row: f.Row) -> Any:
        found = []
        for line in form.get(self.name, "").splitlines():
            day, _space, span = line.strip().partition(" ")
            start, _dash, end = span.replace("–", "-").partition("-")
            if day:
                found.append({"day": day, "start": start.strip(), "end": end.strip()})
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(f.Field):
    """A text of several lines."""

    kind: ClassVar[str] = "lines"

    def read(self, form: f.Form, row: f.Row) -> Any:
        return form.get(self.name, "").replace("\r\n", "\n").strip()
