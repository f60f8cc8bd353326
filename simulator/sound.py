"""Sound on the line: tones, DTMF, companding and WAV files. 8,000 samples a second, s16le, 20 ms frames."""

from __future__ import annotations

import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
FRAME_SAMPLES = 160
FRAME_BYTES = 2 * FRAME_SAMPLES
FRAME_SECONDS = FRAME_SAMPLES / RATE
SILENCE = bytes(FRAME_BYTES)

Samples = npt.NDArray[np.int16]

# A sine of +3.14 dBm0 just reaches full scale (ITU-T G.711).
_FULL_SCALE_DBM0 = 3.14

ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477, 1633)
DTMF = {digit: (ROWS[index // 4], COLUMNS[index % 4]) for index, digit in enumerate("123A456B789C*0#D")}


def tone(frequencies: Sequence[float], seconds: float, dbm0: float = -13.0) -> bytes:
    """Sine waves of `dbm0` each, with 2 ms ramps against clicks."""
    count = round(seconds * RATE)
    time = np.arange(count) / RATE
    amplitude = 32767 * 10 ** ((dbm0 - _FULL_SCALE_DBM0) / 20)
    wavesum = sum((np.sin(2 * np.pi * f * time) for f in frequencies), np.zeros(count)) * amplitude
    ramp = min(16, count // 2)
    if ramp:
        wavesum[:ramp] *= np.linspace(0, 1, ramp)
        wavesum[-ramp:] *= np.linspace(1, 0, ramp)
    return bytes(np.clip(wavesum, -32768, 32767).astype("<i2").tobytes())


def silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * RATE))


def dtmf(digit: str, tone_ms: int = 100, gap_ms: int = 100, dbm0: float = -8.0) -> bytes:
    """One key press (ITU-T Q.23) and the pause after it; `dbm0` is the level of each of the two tones."""
    return tone(DTMF[digit.upper()], tone_ms / 1000, dbm0) + silence(gap_ms / 1000)


def frames(pcm: bytes) -> Iterator[bytes]:
    """Cut into 20 ms frames, the last one filled with silence."""
    for start in range(0, len(pcm), FRAME_BYTES):
        yield pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")


def level_dbm0(pcm: bytes) -> float:
    """Level of the samples; -99 for silence."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    if not samples.size:
        return -99.0
    rms = float(np.sqrt(np.mean(samples**2))) * np.sqrt(2) / 32767
    return float(20 * np.log10(rms) + _FULL_SCALE_DBM0) if rms > 1e-5 else -99.0


def at_level(pcm: bytes, dbm0: float) -> bytes:
    """The same at another level, measured where it is louder than a fortieth of its peak."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    loud = samples[np.abs(samples) > np.max(np.abs(samples), initial=0) / 40]
    if not loud.size:
        return pcm
    wanted = 32767 / np.sqrt(2) * 10 ** ((dbm0 - _FULL_SCALE_DBM0) / 20)
    scaled = samples * wanted / np.sqrt(np.mean(loud**2))
    return bytes(np.clip(scaled, -32768, 32767).astype("<i2").tobytes())


def power_at(pcm: bytes, frequency: float) -> float:
    """Share of the samples' energy found at `frequency`, 0 to 1."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    energy = float(np.sum(samples**2)) * samples.size / 2
    if energy < samples.size**2:  # below one step of the converter
        return 0.0
    turn = np.exp(-2j * np.pi * frequency * np.arange(samples.size) / RATE)
    return min(1.0, float(abs(np.dot(samples, turn)) ** 2) / energy)


class DigitEar:
    """A DTMF receiver on 20 ms frames: two alike begin a digit, anything else ends it."""

    def __init__(self) -> None:
        self._before = ""
        self._current = ""

    def frame(self, pcm: bytes) -> str:
        """The digit that begins with this frame, or ""."""
        now = _digit_of(pcm)
        before, self._before = self._before, now
        if now != before:
            return ""
        if now == self._current:
            return ""
        self._current = now
        return now


def hear_digits(pcm: bytes) -> str:
    """The DTMF digits in the samples."""
    ear = DigitEar()
    return "".join(ear.frame(frame) for frame in frames(pcm))


_DTMF_TURNS = np.exp(-2j * np.pi * np.outer(ROWS + COLUMNS, np.arange(FRAME_SAMPLES)) / RATE)


def _digit_of(frame: bytes) -> str:
    samples = np.frombuffer(frame, "<i2").astype(np.float64)
    energy = float(np.dot(samples, samples))
    if energy < FRAME_SAMPLES * 150**2:
        return ""
    powers = np.abs(_DTMF_TURNS @ samples) ** 2 / (energy * FRAME_SAMPLES / 2)
    row, column = int(np.argmax(powers[:4])), int(np.argmax(powers[4:]))
    low, high = float(powers[row]), float(powers[4 + column])
    if min(low, high) < 0.15 or low + high < 0.75:
        return ""
    return "123A456B789C*0#D"[4 * row + column]


def read_wav(path: Path | str) -> bytes:
    """Any 16 or 8 bit WAV as 8 kHz mono samples (other rates by linear interpolation)."""
    with wave.open(str(path), "rb") as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        raw = file.readframes(file.getnframes())
    if width == 1:
        samples = (np.frombuffer(raw, np.uint8).astype(np.float64) - 128) * 256
    elif width == 2:
        samples = np.frombuffer(raw, "<i2").astype(np.float64)
    else:
        raise ValueError(f"{path}: {8 * width} bit samples; 8 or 16 are understood")
    samples = samples.reshape(-1, channels).mean(axis=1)
    if rate != RATE:
        count = round(samples.size * RATE / rate)
        samples = np.interp(np.arange(count) * rate / RATE, np.arange(samples.size), samples)
    return bytes(samples.astype("<i2").tobytes())


def write_wav(path: Path | str, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)


# ---------------------------------------------------------------------- 8 bit codings of a voice modem


def _mulaw_to_linear() -> Samples:
    code = ~np.arange(256) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.asarray(np.where(code & 0x80, -magnitude, magnitude), np.int16)


def _linear_to_mulaw() -> npt.NDArray[np.uint8]:
    linear = np.arange(-32768, 32768)
    magnitude = np.minimum(np.abs(linear), 32635) + 0x84
    exponent = np.floor(np.log2(magnitude)).astype(int) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes = np.where(linear < 0, 0x80, 0) | (exponent << 4) | mantissa
    return np.asarray(~codes & 0xFF, np.uint8)


_U8_TABLE = ((np.arange(256) - 128) * 256).astype("<i2")
_ULAW_TABLE = _mulaw_to_linear().astype("<i2")
_ULAW_INVERSE = _linear_to_mulaw()


@dataclass(frozen=True, slots=True)
class Coding:
    """One row of +VSM=?: how a sample becomes a byte."""

    method: int
    name: str
    kind: str  # "unsigned", "signed" or "ulaw"

    def row(self) -> str:
        return f'{self.method},"{self.name}",8,0,(8000),(0),(0)'

    def encode(self, pcm: bytes) -> bytes:
        samples = np.frombuffer(pcm, "<i2")
        if self.kind == "ulaw":
            return _ULAW_INVERSE[samples.astype(np.int32) + 32768].tobytes()
        high = samples >> 8
        return (high if self.kind == "signed" else high + 128).astype(np.uint8).tobytes()

    def decode(self, data: bytes) -> bytes:
        codes = np.frombuffer(data, np.uint8)
        if self.kind == "ulaw":
            return _ULAW_TABLE[codes].tobytes()
        return _U8_TABLE[codes if self.kind == "unsigned" else codes ^ 0x80].tobytes()
