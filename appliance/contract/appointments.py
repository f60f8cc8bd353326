"""Appointments of contacts, as callers answer them. Times are local and naive, where the box stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

#: Fields of a contact: the time of the next appointment (ISO 8601, local), and what was said of it.
AT_FIELD = "appointment"
STATE_FIELD = "appointment_state"


class Said(StrEnum):
    """What a customer said of an appointment; "" in the field: nothing yet."""

    CONFIRMED = "confirmed"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    RING_BACK = "ring_back"


class Kept(StrEnum):
    """What came of keeping it."""

    DONE = "done"
    TAKEN = "taken"  # the new time has none left
    GONE = "gone"  # the contact, or this appointment of it, is not there any more
    FAILED = "failed"  # it could not be written


@dataclass(frozen=True, slots=True)
class AppointmentAnswer:
    """A contact's answer about the appointment at `at`. `to` is the new time of a changed one, of which there
    are `places` at once, `minutes` long."""

    contact: str
    at: datetime
    said: Said
    to: datetime | None = None
    minutes: int = 30
    places: int = 1


class Appointments(Protocol):
    """Asked by the core, on the core's thread. Methods return at once and never raise; `told` is called
    exactly once, on the core's thread, now or later."""

    def taken(self, told: Callable[[tuple[datetime, ...] | None], None]) -> None:
        """When all appointments are that were not cancelled; None when they cannot be read."""

    def keep(self, answer: AppointmentAnswer, told: Callable[[Kept], None]) -> None:
        """Write an answer down."""


class NoAppointments:
    """A box without appointments."""

    def taken(self, told: Callable[[tuple[datetime, ...] | None], None]) -> None:
        """Unknown."""
        told(None)

    def keep(self, answer: AppointmentAnswer, told: Callable[[Kept], None]) -> None:
        """Never."""
        told(Kept.FAILED)


def appointment_of(fields: Mapping[str, str]) -> datetime | None:
    """The time of the appointment in a contact's fields, whatever became of it; None without a readable one.

    A time with an offset is taken as it is written: it is the time on the clock of the place.
    """
    try:
        return datetime.fromisoformat(fields.get(AT_FIELD, "").strip()).replace(tzinfo=None)
    except ValueError:
        return None


def is_cancelled(fields: Mapping[str, str]) -> bool:
    """Whether the appointment in these fields was cancelled."""
    return fields.get(STATE_FIELD) == Said.CANCELLED


def has_room(at: datetime, taken: Sequence[datetime], minutes: int, places: int) -> bool:
    """Is there a place left for an appointment at this time, all being as long?"""
    length = timedelta(minutes=minutes)
    return sum(abs(other - at) < length for other in taken) < places
