"""MediaBridge: the audio half of a call as the core commands it, by port; audio never passes the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Protocol

from appliance.contract.answering import AnswerWatch
from appliance.contract.ids import PlayId, PortId, RecordingId


@dataclass(frozen=True, slots=True)
class Speech:
    """Typed text, spoken on the box; `language` is a BCP 47 tag such as "en" or "pt-BR"."""

    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound by name: "upload/<id>" (an admin's own WAV), "system/<name>" (recorded set, e.g.
    "system/digits/3"), "music/<name>" (music on hold; "music/default")."""

    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence between two parts, in seconds."""

    seconds: float


Prompt = tuple[Speech | Sound | Pause, ...]


class CallTone(StrEnum):
    """Tones the box plays to its own handsets, in the country's cadence (ITU-T E.180)."""

    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"
    DIAL = "dial"
    BEEP = "beep"


class Detect(Flag):
    """What to listen for in the audio that comes in at a port."""

    NOTHING = 0
    DIGITS = auto()
    TONES = auto()
    VOICE = auto()
    SILENCE = auto()


class MediaBridge(Protocol):
    """Commands return at once and are carried out in order on the media engine's thread.

    A command for a port that has gone is ignored: the race between an ending leg and a command is normal.
    """

    def connect(self, a: PortId, b: PortId) -> None:
        """Let a and b hear each other."""

    def disconnect(self, a: PortId, b: PortId) -> None:
        """Part a and b, both ways."""

    def feed(self, source: PortId, sink: PortId) -> None:
        """Let `sink` hear `source`, and not the other way round: who supervises a call. Not for two that are
        connected; harmless when it is so already."""

    def stop_feed(self, source: PortId, sink: PortId) -> None:
        """End what `feed` began. Harmless when it is over."""

    def play(self, play: PlayId, port: PortId, prompt: Prompt, loop: bool = False) -> None:
        """Play to the party at `port`; ends in one `PlayEnded`. The parts follow each other without a gap."""

    def play_tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        """Play a tone until stopped (a BEEP ends by itself); ends in one `PlayEnded`."""

    def stop_play(self, play: PlayId) -> None:
        """Stop it now; its `PlayEnded` says completed=False. Harmless when it is over."""

    def detect(self, port: PortId, what: Detect, silence_seconds: float = 0.0) -> None:
        """Listen at `port` for exactly `what` from now on (it replaces what was asked before)."""

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        """Find out who answered at `port`, beside whatever `detect` listens for: ends in one `AnswerHeard`,
        and a `BeepHeard` for each beep where the watch wants it. Replaces the watch there was."""

    def stop_watching_answer(self, port: PortId) -> None:
        """No more of that. Harmless when nothing was watched."""

    def catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        """For two that were just connected: `sink` hears first what a watch has kept of `source`
        (`AnswerWatch.keep`), at so many times its speed and without its pauses, until nothing is late any
        more. `source` hears `sink` directly all the while. Without anything kept it changes nothing; what
        is kept is let go of where the two are not connected."""

    def record(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        """Record both parties, `left` the caller and `right` the agent; one file each until the worker
        joins them. Ends in one `RecordEnded`."""

    def pause_record(self, recording: RecordingId, paused: bool) -> None:
        """Write digital silence instead of the parties, or go on writing them."""

    def stop_record(self, recording: RecordingId) -> None:
        """Close the recording. Harmless when it is over."""


class MediaThread(Protocol):
    """The one pjsua2 thread, lent to drivers.sip at wiring. Objects in here are pjsua2's own."""

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` on the pjsua2 thread, soon and in order. May be called from any thread."""

    def adopt(self, port: PortId, audio: object) -> None:
        """On the pjsua2 thread: make a call's `pjsua2.AudioMedia` a port of the bridge."""

    def drop(self, port: PortId) -> None:
        """On the pjsua2 thread, while the media still lives: take the port out of everything."""
