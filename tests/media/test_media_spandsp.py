"""The detectors against signals made here, not by spandsp: DTMF by Q.24, tones by country, fax tones,
caller id.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from cffi import FFI
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.events import Tone
from appliance.media.cadences import Signal, cadences, signals
from appliance.media.spandsp import (
    CallerIdMessage,
    CallerIdReceiver,
    CallerIdStandard,
    DtmfReceiver,
    FaxReceiver,
    ToneReceiver,
    read_caller_id,
)
from tests.media.rig import Samples

_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = "123A456B789C*0#D"
#: RMS of a sine at 0 dBm0 in s16 is 3.14 dB below full scale.
_ZERO_DBM0 = 32767 * 10 ** (-3.14 / 20)
_CHANCE = np.random.default_rng(5)


def _tone(pitches: tuple[float, ...], milliseconds: float, dbm0: float) -> Samples:
    t = np.arange(round(milliseconds * 8)) / 8000
    each = _ZERO_DBM0 * 10 ** (dbm0 / 20)
    return np.rint(sum((each * np.sin(2 * np.pi * pitch * t) for pitch in pitches), np.zeros(len(t)))).astype(
        np.int16
    )


def _noise(count: int, dbm0: float) -> Samples:
    return np.rint(_CHANCE.normal(0, _ZERO_DBM0 / 2**0.5 * 10 ** (dbm0 / 20), count)).astype(np.int16)


def _digit(key: str, milliseconds: float, dbm0: float = -10.0, off: float = 0.0) -> Samples:
    row, column = divmod(_KEYS.index(key), 4)
    return _tone((_ROWS[row] * (1 + off), _COLUMNS[column] * (1 + off)), milliseconds, dbm0)


def _frames(samples: Samples) -> Iterator[bytes]:
    """20 ms each."""
    return (samples[n : n + 160].tobytes() for n in range(0, len(samples), 160))


def _dtmf(samples: Samples) -> str:
    receiver = DtmfReceiver()
    padded = np.concatenate((samples, np.zeros(800, np.int16)))
    return "".join(receiver.feed(frame) for frame in _frames(padded))


def test_all_sixteen_digits() -> None:
    gap = np.zeros(400, np.int16)
    dialled = np.concatenate([part for key in _KEYS for part in (_digit(key, 60), gap)])
    assert _dtmf(dialled) == _KEYS


@pytest.mark.parametrize("dbm0", [-4.0, -10.0, -25.0, -35.0])
def test_q24_digits_of_40_ms_at_any_level(dbm0: float) -> None:
    gap = np.zeros(320, np.int16)
    dialled = np.concatenate([part for _ in range(10) for part in (_digit("5", 40, dbm0), gap)])
    assert _dtmf(dialled) == "5" * 10


@pytest.mark.parametrize("offset", [-0.035, 0.035])
def test_q24_rejects_pitches_that_are_off(offset: float) -> None:
    assert _dtmf(_digit("5", 200, off=offset)) == ""


def test_a_digit_with_a_drop_out_is_one_digit() -> None:
    tone = _digit("8", 100)
    tone[400:460] = 0
    assert _dtmf(tone) == "8"


def test_short_tones_and_one_pitch_alone_are_no_digits() -> None:
    assert _dtmf(_digit("5", 20)) == ""
    assert _dtmf(_tone((770.0,), 300, -10)) == ""


def test_digits_over_dial_tone() -> None:
    dial = _tone((350.0, 440.0), 400, -12).astype(np.int32)
    dial[800:1600] += _digit("7", 100, -10)
    assert _dtmf(dial.astype(np.int16)) == "7"


def _sent(signal: Signal, seconds: float, dbm0: float = -16.0) -> Samples:
    parts: list[Samples] = []
    while sum(len(part) for part in parts) < seconds * 8000:
        for burst in signal.bursts:
            pitches = tuple(float(pitch) for pitch in burst.pitches if pitch)
            parts += [_tone(pitches, burst.on, dbm0), np.zeros(burst.off * 8, np.int16)]
    whole = np.concatenate(parts)[: round(seconds * 8000)]
    return (whole + _noise(len(whole), -50)).astype(np.int16)


def _hear(country: str, samples: Samples) -> list[tuple[Tone, float]]:
    receiver = ToneReceiver(cadences(country))
    return [
        (tone, n / 8000)
        for n in range(0, len(samples), 160)
        for tone in receiver.feed(samples[n : n + 160].tobytes())
    ]


_COUNTRIES = ("US", "GB", "DE", "FR", "ES", "IT", "HU")


@pytest.mark.parametrize("country", _COUNTRIES)
@pytest.mark.parametrize("tone", [Tone.DIAL, Tone.RINGBACK, Tone.BUSY, Tone.REORDER])
def test_supervisory_tones(country: str, tone: Tone) -> None:
    alike = {("HU", Tone.REORDER): Tone.BUSY}  # Hungary sends one tone for both
    heard = _hear(country, _sent(signals(country)[tone], 12))
    assert {what for what, _ in heard} == {alike.get((country, tone), tone)}
    burst = sum(one.on + one.off for one in signals(country)[tone].bursts[:-1]) / 1000
    last = signals(country)[tone].bursts[-1].on / 1000
    assert heard[0][1] < (burst + last + 0.8 if tone is Tone.RINGBACK else 3.2)


@pytest.mark.parametrize("country", _COUNTRIES)
def test_busy_is_heard_within_three_seconds_at_a_low_level(country: str) -> None:
    heard = _hear(country, _sent(signals(country)[Tone.BUSY], 5, dbm0=-28.0))
    assert [what for what, _ in heard] == [Tone.BUSY]
    assert heard[0][1] < 3.0


def test_a_long_tone_in_another_cadence_is_nothing() -> None:
    strange = signals("GB")[Tone.REORDER]
    assert _hear("US", _sent(strange, 10)) == []


def _fax(samples: Samples) -> list[Tone]:
    receiver = FaxReceiver()
    return [tone for frame in _frames(samples) for tone in receiver.feed(frame)]


def test_fax_tones() -> None:
    pause = np.zeros(24000, np.int16)
    calling = np.concatenate((_tone((1100.0,), 500, -12), pause, _tone((1100.0,), 500, -12), pause))
    assert set(_fax(calling)) == {Tone.FAX_CNG}
    assert set(_fax(np.concatenate((pause, _tone((2100.0,), 3000, -12), pause)))) == {Tone.FAX_CED}
    assert _fax(np.concatenate((_tone((1000.0,), 3000, -12), pause))) == []


def _mdmf(*fields: tuple[int, bytes]) -> bytes:
    """A multiple data message (GR-30, EN 300 659-1): type, length, fields, checksum."""
    body = b"".join(bytes((kind, len(text))) + text for kind, text in fields)
    message = bytes((0x80, len(body))) + body
    return message + bytes((-sum(message) & 0xFF,))


def _fsk(message: bytes, mark: float, space: float, dbm0: float = -14.0) -> Samples:
    """1200 baud asynchronous FSK with continuous phase: 300 bits of seizure, 180 of mark, the bytes, mark."""
    bits = [n % 2 for n in range(300)] + [1] * 180
    for byte in message:
        bits += [0, *((byte >> n) & 1 for n in range(8)), 1]
    bits += [1] * 40
    count = round(len(bits) * 8000 / 1200)
    index = np.minimum((np.arange(count) * 1200 / 8000).astype(int), len(bits) - 1)
    pitch = np.where(np.array(bits)[index] == 1, mark, space)
    wave = _ZERO_DBM0 * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * np.cumsum(pitch) / 8000)
    quiet = np.zeros(2000)
    whole = np.concatenate((quiet, wave, quiet))
    return np.rint(whole + _noise(len(whole), -50)).astype(np.int16)


def _caller_id(standard: CallerIdStandard, samples: Samples) -> list[CallerIdMessage]:
    receiver = CallerIdReceiver(standard)
    return [
        message
        for n in range(0, len(samples), 160)
        for message in receiver.feed(samples[n : n + 160].tobytes())
    ]


_PITCHES = {CallerIdStandard.BELL_202: (1200.0, 2200.0), CallerIdStandard.V23: (1300.0, 2100.0)}


@pytest.mark.parametrize("standard", list(_PITCHES))
def test_caller_id_made_here(standard: CallerIdStandard) -> None:
    message = _mdmf((1, b"11220930"), (2, b"2025550143"), (7, b"EXAMPLE CO"))
    heard = _caller_id(standard, _fsk(message, *_PITCHES[standard]))
    assert heard == [CallerIdMessage(number="2025550143", name="EXAMPLE CO")]


@pytest.mark.parametrize("standard", list(_PITCHES))
def test_caller_id_withheld(standard: CallerIdStandard) -> None:
    message = _mdmf((1, b"11220930"), (4, b"P"), (8, b"P"))
    assert _caller_id(standard, _fsk(message, *_PITCHES[standard])) == [CallerIdMessage(withheld=True)]


@pytest.mark.parametrize("standard", list(_PITCHES))
def test_caller_id_with_a_wrong_checksum_is_dropped(standard: CallerIdStandard) -> None:
    message = bytearray(_mdmf((2, b"2025550143")))
    message[6] ^= 0x01
    assert _caller_id(standard, _fsk(bytes(message), *_PITCHES[standard])) == []


def test_single_data_message() -> None:
    body = b"11220930" + b"2025550143"
    message = bytes((4, len(body))) + body
    message += bytes((-sum(message) & 0xFF,))
    heard = _caller_id(CallerIdStandard.BELL_202, _fsk(message, 1200.0, 2200.0))
    assert [one.number for one in heard] == ["2025550143"]


_sender = FFI()
_sender.cdef(
    """
    void *adsi_tx_init(void *s, int standard);
    int adsi_tx(void *s, int16_t amp[], int max_len);
    int adsi_tx_put_message(void *s, const uint8_t *msg, int len);
    int adsi_tx_free(void *s);
    """
)


@pytest.mark.parametrize("standard", [CallerIdStandard.BELL_202, CallerIdStandard.V23])
def test_caller_id_made_by_spandsp(standard: CallerIdStandard) -> None:
    spandsp: Any = _sender.dlopen("libspandsp.so.2")
    state = _sender.gc(spandsp.adsi_tx_init(_sender.NULL, int(standard)), spandsp.adsi_tx_free)
    message = _mdmf((1, b"11220930"), (2, b"0123456789"))[:-1]
    spandsp.adsi_tx_put_message(state, message, len(message))
    store = _sender.new("int16_t[]", 24000)
    made = spandsp.adsi_tx(state, store, 24000)
    sent = np.frombuffer(bytes(_sender.buffer(store, 2 * made)), np.int16)
    heard = _caller_id(standard, np.concatenate((sent, np.zeros(4000, np.int16))))
    assert [one.number for one in heard] == ["0123456789"]


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40)), max_size=10))
def test_any_fields_give_a_message(fields: list[tuple[int, bytes]]) -> None:
    assert isinstance(read_caller_id(fields), CallerIdMessage)


@given(st.binary(max_size=4000).map(lambda data: data[: len(data) // 2 * 2]))
def test_any_samples_are_taken(data: bytes) -> None:
    DtmfReceiver().feed(data)
    ToneReceiver(cadences("US")).feed(data)
    FaxReceiver().feed(data)
    for standard in CallerIdStandard:
        CallerIdReceiver(standard).feed(data)


@given(st.binary(max_size=60))
def test_any_message_with_a_right_checksum_is_survived(body: bytes) -> None:
    message = bytes((0x80, len(body))) + body
    _caller_id(CallerIdStandard.BELL_202, _fsk(message + bytes((-sum(message) & 0xFF,)), 1200.0, 2200.0))
