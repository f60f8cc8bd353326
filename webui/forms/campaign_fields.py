"""Fields that only campaigns have: lists with weights, limits, when to try again, how calls may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from webui.forms.fields import Field, Form, Option, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Area(Field):
    """A longer text."""

    rows: int = 12
    kind: ClassVar[str] = "area"

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").replace("\r\n", "\n").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares(Field):
    """Lists that are called, each with its weight in the mix."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "shares"

    def read(self, form: Form, row: Row) -> Any:
        chosen = dict.fromkeys(form.getlist(self.name))
        return [
            {"list": which, "weight": form.get(f"{self.name}.{which}", "").strip() or "1"} for which in chosen
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps(Field):
    """How often somebody may be dialled: within a day, a week, 30 days, ever."""

    spans: Sequence[Option] = ()
    kind: ClassVar[str] = "caps"

    def read(self, form: Form, row: Row) -> Any:
        return {span: form.get(f"{self.name}.{span}", "").strip() or None for span, _label in self.spans}


_AGAIN_NUMBERS = ("minutes", "days")
_AGAIN_CHECKS = ("other_part", "next_number", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Again(Field):
    """When to try again after each outcome; a row that is not ticked is as usual."""

    options: Sequence[tuple[str, str, str]] = ()  # outcome, its words, what is usual
    checks: Sequence[Option] = ()
    kind: ClassVar[str] = "again"

    def read(self, form: Form, row: Row) -> Any:
        found: dict[str, Any] = {}
        for outcome, _label, _usual in self.options:
            path = f"{self.name}.{outcome}"
            if path not in form:
                continue
            numbers = {name: form.get(f"{path}.{name}", "").strip() or "0" for name in _AGAIN_NUMBERS}
            found[outcome] = {**numbers, **{name: f"{path}.{name}" in form for name in _AGAIN_CHECKS}}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispositions(Field):
    """How calls may go: a key, its words, what follows, whether it is what the campaign is for."""

    options: Sequence[Option] = ()
    empty: int = 3  # rows to type one more into
    kind: ClassVar[str] = "dispositions"

    def read(self, form: Form, row: Row) -> Any:
        rows = zip(
            form.getlist(f"{self.name}.code"),
            form.getlist(f"{self.name}.label"),
            form.getlist(f"{self.name}.then"),
            form.getlist(f"{self.name}.success"),
            strict=False,
        )
        return [
            {"code": code.strip(), "label": label.strip(), "then": then, "success": success == "yes"}
            for code, label, then, success in rows
            if code.strip() or label.strip()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOf(Field):
    """A number of ours, written as people write it; spaces and dashes are taken out."""

    kind: ClassVar[str] = "text"

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").translate(str.maketrans("", "", " -()/."))
