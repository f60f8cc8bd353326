"""The arguments of a verb, checked one by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode


class Arguments:
    """The JSON object of a request. Each reader raises ControlError "invalid", naming the argument."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def text(self, name: str, longest: int = 200) -> str:
        """A text that must be there and not be empty."""
        value = self._data.get(name)
        if not isinstance(value, str) or not value:
            raise invalid(name, "A text is needed here.")
        if len(value) > longest or not value.isprintable():
            raise invalid(name, f"At most {longest} printable characters are wanted here.")
        return value

    def optional(self, name: str, longest: int = 200) -> str | None:
        """A text that may be absent, null or empty."""
        return self.text(name, longest) if self._data.get(name) not in (None, "") else None

    def number(self, name: str) -> int:
        """A whole number, 0 or more."""
        value = self._data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
            raise invalid(name, "A whole number is needed here.")
        return value

    def anything(self, name: str) -> object:
        """Whatever was given, or None."""
        return self._data.get(name)

    def yes(self, name: str) -> bool:
        """True or false, false when it is not given."""
        value = self._data.get(name, False)
        if not isinstance(value, bool):
            raise invalid(name, "True or false is needed here.")
        return value


def invalid(name: str, sentence: str) -> ControlError:
    """The error that names the argument."""
    return ControlError(f"{name}: {sentence}", ErrorCode.INVALID, {name: sentence})


def inside(folder: Path, given: str) -> Path:
    """A plain file in the folder itself: the page may not have the core read anything else."""
    path = Path(given)
    try:
        fine = path.parent.resolve() == folder.resolve() and path.is_file() and not path.is_symlink()
    except (OSError, RuntimeError):
        fine = False
    if not fine:
        raise invalid("path", "This is not a file in the spool folder.")
    return path
