"""A caller's message and a mail as every part of the box has them: rows of `voicemail` and `mail`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.store.codec import moment


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A message that was left; `state` is recording, new, old or deleted."""

    id: int
    recording: str
    call: str
    box: str
    number: str | None
    name: str | None
    at: datetime
    seconds: float
    state: str
    was: str  # the state that an undone deletion gives back
    deleted: datetime | None
    mailed: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail on its way; `state` is waiting, sent, failed or expired."""

    id: str
    made: datetime
    due: datetime
    tries: int
    state: str
    recipient: str
    subject: str
    body: str
    attachment: str | None = None
    problem: str = ""
    done: datetime | None = None


def voicemail_of(row: Sequence[Any]) -> Voicemail:
    """The message of a row, columns in the table's order."""
    given = list(row)
    given[6] = moment(given[6])
    given[10] = None if given[10] is None else moment(given[10])
    given[11] = bool(given[11])
    return Voicemail(*given)


def mail_of(row: Sequence[Any]) -> Mail:
    """The mail of a row, columns in the table's order."""
    given = list(row)
    given[1], given[2] = moment(given[1]), moment(given[2])
    given[10] = None if given[10] is None else moment(given[10])
    return Mail(*given)
