"""Messages of callers, the survey after a call, and what brought a caller: as the core needs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from appliance.contract.media import Prompt

#: New and old messages of a box.
Counts = tuple[int, int]


@dataclass(frozen=True, slots=True)
class VoicemailPlan:
    """A box that messages are left in. Seconds; a message shorter than `shortest` is none."""

    name: str
    label: str
    greeting: Prompt = ()
    shortest_seconds: float = 2.0
    longest_seconds: float = 180.0
    review: bool = True  # the caller may hear the message again, and leave another in its place
    agent: str | None = None  # whose box it is; None: everybody's


@dataclass(frozen=True, slots=True)
class QuestionPlan:
    """One question. `kind` "csat" (keys 1 to 5), "solved" (1 yes, 2 no) or "free" (keys 0 to 9)."""

    name: str
    kind: str
    said: Prompt


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """Questions after a call. `share` of the callers, 0 to 1, are asked; `queues` empty means all queues."""

    name: str
    questions: tuple[QuestionPlan, ...]
    share: float = 1.0
    seed: int = 0
    queues: frozenset[str] = frozenset()
    invite: Prompt = ()
    thanks: Prompt = ()
    answer_seconds: float = 7.0


@dataclass(frozen=True, slots=True)
class MarketingPlan:
    """A marketing campaign and what tells its callers: lines, numbers they dialled, codes they key."""

    name: str
    label: str
    trunks: frozenset[str] = frozenset()  # names of lines
    numbers: frozenset[str] = frozenset()  # as the trunk reports them: E.164 where that can be told
    codes: frozenset[str] = field(default_factory=frozenset)  # digits


@dataclass(frozen=True, slots=True)
class Heard:
    """A message to listen to: play `Sound(f"message/{recording}")`. `at` is aware UTC."""

    id: int
    recording: str
    number: str | None
    at: datetime
    new: bool


class Messages(Protocol):
    """The messages of a box, asked by the core. Methods return at once and never raise."""

    def waiting(self, box: str, answer: Callable[[tuple[Heard, ...]], None]) -> None:
        """All that are not deleted, new ones first; `answer` is called once, on the core's thread."""

    def set_state(self, message: int, state: str) -> None:
        """Make one "old" (it was heard), "new" or "deleted"."""


class NoMessages:
    """A box without messages."""

    def waiting(self, box: str, answer: Callable[[tuple[Heard, ...]], None]) -> None:
        """None."""
        answer(())

    def set_state(self, message: int, state: str) -> None:
        """Nothing."""
