"""What the core asks of the records: the day of an agent so far, what was said about a customer before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tally:
    """Calls that an agent answered or made, and the seconds they talked in them."""

    calls: int
    talked: float


class Past(Protocol):
    """The records, asked by the core. Methods return at once and never raise; `answer` is called once, on
    the core's thread, with None when there is nothing or it cannot be read."""

    def tally(self, agent: str, since: datetime, answer: Callable[[Tally | None], None]) -> None:
        """What an agent has done since then (aware time)."""

    def note_about(self, number: str, answer: Callable[[str | None], None]) -> None:
        """The latest spoken note about the customer of this number (E.164), as the id of its recording: play
        `Sound(f"message/{id}")`."""


class NoPast:
    """A box that remembers nothing."""

    def tally(self, agent: str, since: datetime, answer: Callable[[Tally | None], None]) -> None:
        """Nothing."""
        answer(None)

    def note_about(self, number: str, answer: Callable[[str | None], None]) -> None:
        """Nothing."""
        answer(None)
