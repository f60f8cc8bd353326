"""What a subscriber does on the telephone: steps, each a generator of 20 ms frames.

A step is sent each frame the subscriber hears and yields the frame he speaks, so a script runs on
the line's own clock and is exact to the sample. After its last step the subscriber stays silent on
the line until one side hangs up.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from simulator import sound
from simulator.voices import recorded, spoken

Frames = Generator[bytes, bytes, None]

REPORT_MS = 40  # a DTMF receiver must accept 40 ms (ITU-T Q.24)
REPORT_DBM0 = -30.0
REPORT_FRAMES = 2
SOUND_DBM0 = -40.0


class HangUpWay(StrEnum):
    """How the box can notice that a subscriber went away."""

    SIGNALLED = "signalled"  # GSM: release; analog: the loop current drops, then busy tone
    BUSY_TONE = "busy_tone"  # tone only
    LOOP_DROP = "loop_drop"  # analog: the loop current drops, then silence
    SILENCE = "silence"  # the line just goes quiet
    NOTHING = "nothing"  # faint line noise for ever: nothing tells it


class Talk(Protocol):
    """What a step may do to its call."""

    @property
    def digits(self) -> str:
        """Digits the box sent, as the network or the line saw them."""

    def press(self, digit: str, down: bool) -> None:
        """A key went down or up where a DTMF receiver would notice it."""

    def hang_up(self, way: HangUpWay = HangUpWay.SIGNALLED) -> None:
        """The subscriber puts the handset down."""


class Step(Protocol):
    """One thing a subscriber does."""

    def play(self, talk: Talk) -> Frames:
        """The frames of this step."""


Script = Sequence[Step]


def _speak(pcm: bytes) -> Frames:
    yield from sound.frames(pcm)


def _frame_count(seconds: float) -> int:
    return max(1, round(seconds / sound.FRAME_SECONDS))


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a WAV file, or samples (8 kHz s16le)."""

    what: Path | str | bytes

    def play(self, talk: Talk) -> Frames:
        pcm = self.what if isinstance(self.what, bytes) else sound.read_wav(self.what)
        return _speak(pcm)


@dataclass(frozen=True, slots=True)
class Tone:
    """Sine waves, each at `dbm0`."""

    frequencies: tuple[float, ...] = (1000.0,)
    seconds: float = 1.0
    dbm0: float = -13.0

    def play(self, talk: Talk) -> Frames:
        return _speak(sound.tone(self.frequencies, self.seconds, self.dbm0))


@dataclass(frozen=True, slots=True)
class Babble:
    """A sound with the rhythm and the spectrum of speech: for who needs a voice but no words."""

    seconds: float = 3.0
    dbm0: float = -18.0
    pitch: float = 120.0

    def play(self, talk: Talk) -> Frames:
        return _speak(babble(self.seconds, self.dbm0, self.pitch))


@dataclass(frozen=True, slots=True)
class Listen:
    """Say nothing for a while. What is heard is always kept (`Call.heard`)."""

    seconds: float

    def play(self, talk: Talk) -> Frames:
        for _ in range(_frame_count(self.seconds)):
            yield sound.SILENCE


@dataclass(frozen=True, slots=True)
class Press:
    """Press keys: real DTMF audio, and the modem's report if a receiver would have seen the key."""

    digits: str
    tone_ms: int = 100
    gap_ms: int = 100
    dbm0: float = -8.0

    def play(self, talk: Talk) -> Frames:
        seen = self.tone_ms >= REPORT_MS and self.dbm0 >= REPORT_DBM0
        for digit in self.digits:
            pcm = sound.dtmf(digit, self.tone_ms, self.gap_ms, self.dbm0)
            end = max(REPORT_FRAMES + 1, -(-self.tone_ms // 20))
            for number, frame in enumerate(sound.frames(pcm)):
                if seen and number == REPORT_FRAMES:
                    talk.press(digit, True)
                if seen and number == end:
                    talk.press(digit, False)
                yield frame


@dataclass(frozen=True, slots=True)
class WaitForSound:
    """Listen until the box is heard (for at least 100 ms), at most `within` seconds."""

    within: float = 30.0
    dbm0: float = SOUND_DBM0

    def play(self, talk: Talk) -> Frames:
        run = 0
        for _ in range(_frame_count(self.within)):
            heard = yield sound.SILENCE
            run = run + 1 if sound.level_dbm0(heard) > self.dbm0 else 0
            if run >= 5:
                return


@dataclass(frozen=True, slots=True)
class WaitForSilence:
    """Listen until the box has been quiet for `seconds`, at most `within` seconds."""

    seconds: float = 1.0
    within: float = 60.0
    dbm0: float = SOUND_DBM0

    def play(self, talk: Talk) -> Frames:
        quiet = 0
        for _ in range(_frame_count(self.within)):
            heard = yield sound.SILENCE
            quiet = 0 if sound.level_dbm0(heard) > self.dbm0 else quiet + 1
            if quiet >= _frame_count(self.seconds):
                return


@dataclass(frozen=True, slots=True)
class WaitForTone:
    """Listen until `frequency` has been heard for 100 ms, at most `within` seconds."""

    frequency: float
    within: float = 30.0

    def play(self, talk: Talk) -> Frames:
        run = 0
        for _ in range(_frame_count(self.within)):
            heard = yield sound.SILENCE
            loud = sound.level_dbm0(heard) > SOUND_DBM0
            run = run + 1 if loud and sound.power_at(heard, self.frequency) > 0.5 else 0
            if run >= 5:
                return


@dataclass(frozen=True, slots=True)
class WaitForDigits:
    """Listen until the box has sent `count` digits, at most `within` seconds."""

    count: int = 1
    within: float = 30.0

    def play(self, talk: Talk) -> Frames:
        for _ in range(_frame_count(self.within)):
            if len(talk.digits) >= self.count:
                return
            yield sound.SILENCE


@dataclass(frozen=True, slots=True)
class HangUp:
    """Put the handset down."""

    way: HangUpWay = HangUpWay.SIGNALLED

    def play(self, talk: Talk) -> Frames:
        talk.hang_up(self.way)
        yield sound.SILENCE


@dataclass(frozen=True, slots=True)
class Repeat:
    """Do some steps several times."""

    steps: tuple[Step, ...]
    times: int = 1

    def play(self, talk: Talk) -> Frames:
        for _ in range(self.times):
            yield from play(self.steps, talk)


def play(steps: Iterable[Step], talk: Talk) -> Frames:
    """All the steps, one after the other."""
    for step in steps:
        yield from step.play(talk)


def babble(seconds: float, dbm0: float, pitch: float) -> bytes:
    """Harmonics of `pitch`, four syllables a second, with a pause after each third."""
    time = np.arange(round(seconds * sound.RATE)) / sound.RATE
    voice = sum(
        (np.sin(2 * np.pi * pitch * n * time + n) / (1 + abs(n - 4)) for n in range(1, 20)),
        np.zeros(time.size),
    )
    syllables = np.maximum(0, np.sin(2 * np.pi * 4 * time)) * (np.floor(time * 4) % 4 < 3)
    shaped = voice * syllables
    rms = float(np.sqrt(np.mean(shaped**2))) or 1.0
    shaped *= 10 ** ((dbm0 - 6.15) / 20) * 32767 / rms
    return bytes(np.clip(shaped, -32768, 32767).astype("<i2").tobytes())


# ------------------------------------------------------------------------------------------ as JSON

_SIMPLE: dict[str, tuple[type[Any], str]] = {
    "say": (Say, "what"),
    "tone": (Tone, "frequencies"),
    "babble": (Babble, "seconds"),
    "listen": (Listen, "seconds"),
    "wait": (Listen, "seconds"),
    "press": (Press, "digits"),
    "wait_for_sound": (WaitForSound, "within"),
    "wait_for_silence": (WaitForSilence, "seconds"),
    "wait_for_tone": (WaitForTone, "frequency"),
    "wait_for_digits": (WaitForDigits, "count"),
}


_OTHERS = ("hang_up", "repeat", "speak", "recorded")


def from_json(steps: Iterable[Mapping[str, Any]]) -> list[Step]:
    """A script from the control socket: `[{"say": "hello.wav"}, {"press": "1", "tone_ms": 80}, ...]`.

    The first key names the step and holds its main value, the other keys are its fields; `hang_up`
    takes a way (or true), `repeat` a list of steps, `speak` a text and a `voice`,
    `recorded` a prompt's name. Raises ValueError for what it does not know.
    """
    return [_step(dict(step)) for step in steps]


def _step(fields: dict[str, Any]) -> Step:
    if not fields:
        raise ValueError("an empty step")
    name = next(iter(fields))
    value = fields.pop(name)
    if name == "hang_up":
        return HangUp(HangUpWay.SIGNALLED if value is True else HangUpWay(value))
    if name == "repeat":
        return Repeat(tuple(from_json(value)), int(fields.get("times", 1)))
    if name in ("speak", "recorded"):
        return Say(spoken(value, int(fields.get("voice", 0))) if name == "speak" else recorded(value))
    if name not in _SIMPLE:
        raise ValueError(f"unknown step {name!r}; known: {', '.join([*_SIMPLE, *_OTHERS])}")
    kind, main = _SIMPLE[name]
    if name == "say":
        value = sound.read_wav(value)  # a missing file is told now, not in the call
    if name == "tone":
        value = tuple(value) if isinstance(value, list) else (float(value),)
    try:
        step: Step = kind(**{main: value}, **fields)
    except TypeError as error:
        raise ValueError(f"step {name!r}: {error}") from None
    return step
