"""Fields of a form. Each reads its value out of a request, as it was typed: the schema judges it later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict

Row = dict[str, Any]
Form = MultiDict[str, str]
Option = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line of text. `name` is the field's path in its row, `kind` the template that draws it."""

    name: str
    label: Any
    help: Any = ""
    heading: Any = ""
    only_new: bool = False  # others refer to it by this, so it stays as it is
    more: bool = False  # shown on demand
    suggest: Sequence[str] = ()
    kind: ClassVar[str] = "text"

    def read(self, form: Form, row: Row) -> Any:
        """The value to put into the row."""
        return form.get(self.name, "").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalText(Field):
    """A line of text that may be left out."""

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").strip() or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Field):
    """A number; what is no number stays as typed, and the schema says so."""

    unit: Any = ""
    kind: ClassVar[str] = "number"

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").strip().replace(",", ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalNumber(Number):
    """A number that may be left out."""

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").strip().replace(",", ".") or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels(Field):
    """Names with numbers, "spanish 8, tax 5"; what is no number stays as typed, and the schema says so."""

    kind: ClassVar[str] = "levels"

    def read(self, form: Form, row: Row) -> Any:
        found: dict[str, str] = {}
        for item in form.get(self.name, "").replace(";", ",").split(","):
            words = item.replace("=", " ").replace(":", " ").split()
            if words:
                found["-".join(words[:-1] or words).lower()] = words[-1] if len(words) > 1 else ""
        return found


def levels_text(value: Row) -> str:
    """The text of a field of levels."""
    return ", ".join(f"{name} {level}" for name, level in value.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers(Field):
    """Level, position and share in each of the queues; a place like any other is left out."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "tiers"
    parts: ClassVar[Sequence[str]] = ("level", "position", "weight")

    def read(self, form: Form, row: Row) -> Any:
        found = {}
        for queue, _label in self.options:
            place = {part: form.get(f"{self.name}.{queue}.{part}", "").strip() or "1" for part in self.parts}
            if any(value != "1" for value in place.values()):
                found[queue] = place
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Field):
    """Yes or no."""

    kind: ClassVar[str] = "check"

    def read(self, form: Form, row: Row) -> Any:
        return self.name in form


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Field):
    """One of several; `empty` is what an empty choice means."""

    options: Sequence[Option] = ()
    empty: Any = None
    kind: ClassVar[str] = "select"

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name) or self.empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Field):
    """A secret that is never shown: left empty, it stays; `empty` is what stands for none."""

    empty: Any = None
    kind: ClassVar[str] = "secret"

    def read(self, form: Form, row: Row) -> Any:
        if f"{self.name}.clear" in form:
            return self.empty
        return form.get(self.name, "") or row.get(self.name, self.empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many(Field):
    """Any number of several."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "many"

    def read(self, form: Form, row: Row) -> Any:
        return form.getlist(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered(Field):
    """Several in an order: one choice a place."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "ordered"

    def read(self, form: Form, row: Row) -> Any:
        return list(dict.fromkeys(value for value in form.getlist(self.name) if value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Field):
    """A list of short texts, separated by spaces or commas."""

    kind: ClassVar[str] = "words"
    parted: ClassVar[str] = " "

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "").replace(",", " ").split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases(Words):
    """A list of texts that may have spaces in them, separated by commas."""

    parted: ClassVar[str] = ", "

    def read(self, form: Form, row: Row) -> Any:
        return [text for part in form.get(self.name, "").split(",") if (text := part.strip())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(Field):
    """Typed text, or an uploaded recording in its place. The file itself is taken in by `uploads`."""

    kind: ClassVar[str] = "prompt"

    def read(self, form: Form, row: Row) -> Any:
        kept = (row.get(self.name) or {}).get("upload")
        upload = None if f"{self.name}.drop" in form else kept
        return {"text": form.get(f"{self.name}.text", "").replace("\r\n", "\n").strip(), "upload": upload}


@dataclass(frozen=True, slots=True, kw_only=True)
class Music(Field):
    """Music of the box, or an uploaded recording in its place. The file itself is taken in by `uploads`."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "music"

    def read(self, form: Form, row: Row) -> Any:
        return form.get(self.name, "") or row.get(self.name, "")


def choice_of(value: str) -> Row | None:
    """The plain choice of an option's value ("queue:sales"); None for an empty one."""
    kind, _, target = value.partition(":")
    return {"kind": kind, "target": target} if kind else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Field):
    """Where a caller goes."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "choice"

    def read(self, form: Form, row: Row) -> Any:
        return choice_of(form.get(self.name, "")) or {"kind": "", "target": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionalChoice(Choice):
    """Where a caller goes, or what the empty option says."""

    def read(self, form: Form, row: Row) -> Any:
        return choice_of(form.get(self.name, ""))


KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "*", "#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices(Field):
    """Where each key leads."""

    options: Sequence[Option] = ()
    kind: ClassVar[str] = "choices"
    keys: ClassVar[Sequence[str]] = KEYS

    def read(self, form: Form, row: Row) -> Any:
        found = {key: choice_of(form.get(f"{self.name}.{key}", "")) for key in KEYS}
        return {key: choice for key, choice in found.items() if choice is not None}


SPANS_A_DAY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Week(Field):
    """Opening hours: for every day some spans. A span with neither time is none."""

    days: Sequence[Any] = ()
    kind: ClassVar[str] = "week"

    def read(self, form: Form, row: Row) -> Any:
        spans = []
        for day in range(7):
            starts, ends = form.getlist(f"{self.name}.{day}.start"), form.getlist(f"{self.name}.{day}.end")
            for start, end in zip(starts, ends, strict=False):
                if start or end:
                    spans.append({"day": day, "start": start, "end": end})
        return spans


def spans_of_day(spans: Sequence[Row], day: int) -> list[tuple[int | None, Row]]:
    """The spans of one day with their places in the list, filled up with empty ones."""
    found: list[tuple[int | None, Row]] = [
        (place, span) for place, span in enumerate(spans) if span["day"] == day
    ]
    while len(found) < SPANS_A_DAY:
        found.append((None, {"start": "", "end": ""}))
    return found


def read_all(fields: Sequence[Field], form: Form, row: Row, new: bool) -> Row:
    """The row with what was typed."""
    return {**row, **{field.name: field.read(form, row) for field in fields if new or not field.only_new}}


Fields = Callable[[Row, Row], list[Field]]
