"""Hearing: what callers say to a menu, as the core asks for it.

The media's half talks with the speech worker (`python -m appliance.speech`) over one SOCK_SEQPACKET socket.
To the worker go wishes in JSON, {"do": "hear", "id": 7, "words": ["sales", "support"]} and {"do": "stop",
"id": 7}, and sound: a zero byte, the id in four bytes (little endian), s16 samples at 8 kHz. Back come
{"say": "ready"}, {"say": "began", "id": 7} when somebody begins to speak, then {"say": "heard", "id": 7,
"word": "sales", "confidence": 0.97, "sure": 0.8, "ask": 0.4} or, when it was too short to be a word, {"say":
"nothing", "id": 7}. `confidence` is the probability that `word` is right; from `sure` on it is taken, from
`ask` on it is asked about.

A greeting may be read as well: {"do": "keep", "id": 8}, then sound, then, as often as one likes, {"do":
"read", "id": 8}, and {"do": "stop", "id": 8} at last. {"say": "text", "id": 8, "text": "please leave a
message"} are the words so far.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from appliance.contract.ids import PortId


class Certainty(StrEnum):
    """What to do with a word."""

    SURE = "sure"  # take it
    UNSURE = "unsure"  # ask whether it was said
    NONE = "none"  # something else was said


class Hearing(Protocol):
    """Commands return at once. Answers come as `SpeechBegan`, `WordHeard` and `HearingLost`."""

    def languages(self) -> frozenset[str]:
        """The languages ("en") menus can be said in on this box; none where it is too small."""

    def prepare(self) -> None:
        """Somebody will be listened to soon: have the worker ready."""

    def hear(self, port: PortId, words: tuple[str, ...], language: str) -> None:
        """Listen at `port` for exactly these words from now on; no words: no longer."""


class NoHearing:
    """A box that hears no words."""

    def languages(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def prepare(self) -> None:
        """Nothing to do."""
        return

    def hear(self, port: PortId, words: tuple[str, ...], language: str) -> None:
        """Nobody listens."""
        return
