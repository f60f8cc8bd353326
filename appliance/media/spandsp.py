"""The detectors of libspandsp (LGPL-2.1) through cffi in ABI mode: DTMF, supervisory tones, fax tones,
caller id. What is called of it is declared in `declarations.py`.

One detector belongs to one stream of samples and is fed by one thread at a time; none of them blocks. The
shared library is found by its soname, which Debian 12 and 13 have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from appliance.contract.errors import MediaError
from appliance.contract.events import Tone
from appliance.media._libraries import ffi
from appliance.media.cadences import Cadence

Pcm = bytes | bytearray | memoryview  # s16le


@lru_cache(maxsize=1)
def library() -> Any:
    """The shared library, opened once; MediaError when it is not installed."""
    try:
        return ffi.dlopen("libspandsp.so.2")
    except OSError as error:
        raise MediaError("The library libspandsp2 is not installed.") from error


def _samples(pcm: Pcm) -> tuple[Any, int]:
    amp = ffi.from_buffer("int16_t[]", pcm)
    return amp, len(amp)


class DtmfReceiver:
    """DTMF by ITU-T Q.23 and Q.24, from -42 dBm0, tolerating dial tone underneath."""

    def __init__(self) -> None:
        self._library = library()
        state = self._library.dtmf_rx_init(ffi.NULL, ffi.NULL, ffi.NULL)
        self._state = ffi.gc(state, self._library.dtmf_rx_free)
        self._digits = ffi.new("char[33]")
        self._library.dtmf_rx_parms(self._state, 1, -1, -1, -99)

    def feed(self, pcm: Pcm) -> str:
        """Take s16le samples; the digits (0-9 * # A-D) whose start was found in them."""
        amp, count = _samples(pcm)
        self._library.dtmf_rx(self._state, amp, count)
        found = self._library.dtmf_rx_get(self._state, self._digits, 32)
        return bytes(ffi.buffer(self._digits, found)).decode("ascii") if found else ""


_NEVER = 3_600_000  # ms


class ToneReceiver:
    """Supervisory tones of one country; a tone is reported once, again only after another or a pause."""

    def __init__(self, cadences: Iterable[Cadence]) -> None:
        self._library = library()
        self._heard: list[Tone] = []
        self._tones: list[Tone | None] = []
        self._descriptor = ffi.gc(
            self._library.super_tone_rx_make_descriptor(ffi.NULL), self._library.super_tone_rx_free_descriptor
        )
        listened = list(cadences)
        self._register_pitches(listened)
        for cadence in listened:
            self._add(cadence)
        self._report = ffi.callback("tone_report_func_t", self._on_tone)
        state = self._library.super_tone_rx_init(ffi.NULL, self._descriptor, self._report, ffi.NULL)
        self._state = ffi.gc(state, self._library.super_tone_rx_free)

    def _register_pitches(self, listened: list[Cadence]) -> None:
        """spandsp numbers pitches as they come and compares pairs in that order; pitches within 10 Hz share
        a number. Registering them ascending, in a tone that can never match, keeps every pair in order."""
        pitches = {pitch for cadence in listened for step in cadence.steps for pitch in step.pitches if pitch}
        number = self._library.super_tone_rx_add_tone(self._descriptor)
        for pitch in sorted(
            pitches | {950, 1400}
        ):  # fewer than two pitches would read spandsp's memory unset
            self._library.super_tone_rx_add_element(self._descriptor, number, pitch, 0, _NEVER, _NEVER)
        self._tones.append(None)

    def _add(self, cadence: Cadence) -> None:
        number = self._library.super_tone_rx_add_tone(self._descriptor)
        for step in cadence.steps:
            first, second = sorted(step.pitches) if all(step.pitches) else step.pitches
            self._library.super_tone_rx_add_element(
                self._descriptor, number, first, second, step.minimum, step.maximum
            )
        self._tones.append(cadence.tone)

    def _on_tone(self, _data: Any, code: int, _level: int, _delay: int) -> None:
        tone = self._tones[code] if 0 <= code < len(self._tones) else None
        if tone is not None:
            self._heard.append(tone)

    def feed(self, pcm: Pcm) -> list[Tone]:
        """Take s16le samples; the tones whose cadence became certain in them."""
        amp, count = _samples(pcm)
        self._library.super_tone_rx(self._state, amp, count)
        if not self._heard:
            return []
        heard, self._heard = self._heard, []
        return heard


_CNG, _ANS, _ANS_PR, _ANSAM, _ANSAM_PR, _PREAMBLE, _CED_OR_PREAMBLE = range(1, 8)


class FaxReceiver:
    """Fax calling tone CNG (1100 Hz) and called tone CED or V.21 preamble (ITU-T T.30)."""

    def __init__(self) -> None:
        self._library = library()
        self._receivers = [
            (tone, self._open(code))
            for tone, code in ((Tone.FAX_CNG, _CNG), (Tone.FAX_CED, _CED_OR_PREAMBLE))
        ]

    def _open(self, code: int) -> Any:
        state = self._library.modem_connect_tones_rx_init(ffi.NULL, code, ffi.NULL, ffi.NULL)
        return ffi.gc(state, self._library.modem_connect_tones_rx_free)

    def feed(self, pcm: Pcm) -> list[Tone]:
        """Take s16le samples; the fax tones found in them, each once."""
        amp, count = _samples(pcm)
        heard = []
        for tone, state in self._receivers:
            self._library.modem_connect_tones_rx(state, amp, count)
            if self._library.modem_connect_tones_rx_get(state):
                heard.append(tone)
        return heard


class CallerIdStandard(IntEnum):
    """How a line sends the caller's number between rings; the values are spandsp's own."""

    BELL_202 = 1  # Telcordia GR-30 (CLASS), also TIA-716
    V23 = 2  # ETSI EN 300 659-1
    DTMF = 5  # ETSI EN 300 659-1 annex


@dataclass(frozen=True, slots=True)
class CallerIdMessage:
    """What one caller id message said. `withheld` by the caller; `unavailable` to the network."""

    number: str | None = None
    name: str | None = None
    withheld: bool = False
    unavailable: bool = False


_NUMBER, _NO_NUMBER, _NAME, _NO_NAME = 0x02, 0x04, 0x07, 0x08
_SINGLE_DATA = 0x00  # how spandsp numbers the one field of a single data message
_SINGLE_DATA_DATE = 8  # it begins with month, day, hour and minute; the number follows
_CALLS = (0x04, 0x80)  # message types of a call (single, multiple data); others are message waiting and such


class CallerIdReceiver:
    """Caller id from line audio. A message with a wrong checksum is dropped by spandsp."""

    def __init__(self, standard: CallerIdStandard) -> None:
        self._library = library()
        self._standard = standard
        self._messages: list[CallerIdMessage] = []
        self._callback = ffi.callback("put_msg_func_t", self._on_message)
        state = self._library.adsi_rx_init(ffi.NULL, int(standard), self._callback, ffi.NULL)
        self._state = ffi.gc(state, self._library.adsi_rx_free)

    def feed(self, pcm: Pcm) -> list[CallerIdMessage]:
        """Take s16le samples; the messages completed in them."""
        amp, count = _samples(pcm)
        self._library.adsi_rx(self._state, amp, count)
        messages, self._messages = self._messages, []
        return messages

    def _on_message(self, _data: Any, message: Any, length: int) -> None:
        if length > 0 and (self._standard is CallerIdStandard.DTMF or message[0] in _CALLS):
            self._messages.append(read_caller_id(self._fields(message, length)))

    def _fields(self, message: Any, length: int) -> list[tuple[int, bytes]]:
        kind, body, size = ffi.new("uint8_t *"), ffi.new("uint8_t **"), ffi.new("int *")
        fields: list[tuple[int, bytes]] = []
        position = self._library.adsi_next_field(self._state, message, length, -1, kind, body, size)
        while 0 < position <= length:
            if body[0] != ffi.NULL:
                fields.append((kind[0], bytes(ffi.buffer(body[0], max(0, size[0])))))
            position = self._library.adsi_next_field(self._state, message, length, position, kind, body, size)
        return fields


def read_caller_id(fields: list[tuple[int, bytes]]) -> CallerIdMessage:
    """The meaning of a message's fields (type, bytes); any bytes give a message."""
    number = name = None
    withheld = unavailable = False
    for kind, body in fields:
        if kind == _SINGLE_DATA:
            body = body[_SINGLE_DATA_DATE:]
            kind = _NO_NUMBER if body in (b"P", b"O") else _NUMBER
        text = body.decode("latin-1").strip()
        if kind == _NUMBER:
            number = text or None
        elif kind == _NAME:
            name = text or None
        elif kind in (_NO_NUMBER, _NO_NAME):
            withheld = withheld or text == "P"
            unavailable = unavailable or text == "O"
    return CallerIdMessage(number, name, withheld, unavailable)
