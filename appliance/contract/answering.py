"""Who answered: what the media is asked to find out about an answered call, and its words for what it found.

`MediaBridge.watch_answer` takes an `AnswerWatch`; `events.AnswerHeard` and `events.BeepHeard` answer it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AnsweredBy(StrEnum):
    """What answered, as far as it can be heard."""

    PERSON = "person"  # also when it could not be told: a person is never lost to doubt
    MACHINE = "machine"  # an answering machine, a voice mailbox, a recorded announcement
    FAX = "fax"
    TONE = "tone"  # the network's or an exchange's own tones (busy, reorder, SIT) after the answer
    SILENT = "silent"  # nobody spoke


class AnswerWish(StrEnum):
    """What a campaign would rather have; the media keeps a threshold for each."""

    LOSE_NO_PERSON = "lose_no_person"  # a machine is only called so when it is all but certain
    BALANCED = "balanced"
    FEW_MACHINES = "few_machines"  # agents hear fewer machines, more persons are taken for one


@dataclass(frozen=True, slots=True)
class AnswerWatch:
    """How to listen. Seconds count from the first sound of the port after the command.

    At `latest` it is decided, come what may: undecided is PERSON, and SILENT when no voice was heard.
    With `beep`, it is listened on after MACHINE for the tone that asks to speak. `language` (BCP 47, "" when
    unknown) is what the called people speak: where the speech worker knows it, words help to tell.
    """

    wish: AnswerWish = AnswerWish.BALANCED
    latest: float = 8.0
    beep: bool = False
    language: str = ""
    before: float = 0.0  # seconds of what a line gave before that are listened to first, at most 1
    keep: float = 0.0  # seconds of what is heard that are kept for `MediaBridge.catch_up`
