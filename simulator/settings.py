"""Settings a modem just keeps: what they are, what they may be, read, write and test alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.at import Command, Final, Form, Handler


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter with its value after power on and the text of its range ("" for none)."""

    default: str
    values: str = ""
    prefix: bool = True  # "+X: value" when read, or only the value


class Settings:
    """The plain parameters of one modem."""

    def __init__(self, table: Mapping[str, Setting]) -> None:
        self._table = dict(table)
        self._values: dict[str, str] = {}

    def reset(self) -> None:
        self._values = {}

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, self._table[name].default)

    def __setitem__(self, name: str, value: str) -> None:
        self._values[name] = value

    def number(self, name: str, index: int = 0) -> int:
        """Value `index` of the parameter as a number, 0 when it is none."""
        parts = self[name].split(",")
        text = parts[index].strip('" ') if index < len(parts) else ""
        return int(text) if text.isdigit() else 0

    def handlers(self) -> dict[str, Handler]:
        return {name: self._handle for name in self._table}

    def _handle(self, command: Command) -> list[str] | Final:
        name, setting = command.name, self._table[command.name]
        head = f"{name}: " if setting.prefix else ""
        if command.form is Form.READ:
            return [f"{head}{self[name]}"]
        if command.form is Form.TEST:
            return [f"{head}{setting.values}"] if setting.values else []
        if command.form is Form.SET:
            self._values[name] = command.text
        return []
