"""The one gate through which the core calls drivers and the media: a fault in there stays in there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Guard:
    """Runs foreign code; what it raises is logged with the culprit's name and never reaches a call."""

    def __init__(self) -> None:
        self.faults = 0

    def tell(self, culprit: str, command: Callable[[], None]) -> str | None:
        """Give a command; None when it was taken, else the sentence that says what went wrong."""
        try:
            command()
        except Exception as error:  # noqa: BLE001 - a driver may raise anything; the core must live on
            return self._blame(culprit, error)
        return None

    def ask(self, culprit: str, question: Callable[[], T], otherwise: T) -> T:
        """Read a driver's property; `otherwise` when it cannot be read."""
        try:
            return question()
        except Exception as error:  # noqa: BLE001 - as above
            self._blame(culprit, error)
            return otherwise

    def _blame(self, culprit: str, error: Exception) -> str:
        self.faults += 1
        log.error("%s failed: %s: %s", culprit, type(error).__name__, error, exc_info=error)
        return f"{culprit} failed: {type(error).__name__}: {error}"
