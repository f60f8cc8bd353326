"""The duplex stream's pace: by the modem's clock, at most 40 ms ahead, never dry."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.fxo.dle import Code, End, Packet, shield
from drivers.fxo.dtmf import OFF_SAMPLES, ON_SAMPLES
from drivers.fxo.sample_format import sample_format
from drivers.fxo.stream import AHEAD, VoiceStream
from tests.lines.fxo_fakes import FakeAudio
from tests.support.examples import examples

ULAW = sample_format("ulaw")


@dataclass
class ModemClock:
    """The modem's side: plays one sample a tick, and counts what it has not played yet."""

    held: int = 0
    dry: int = 0
    most: int = 0

    def take(self, data: bytes) -> None:
        self.held += len(data.replace(b"\x10\x10", b"."))
        self.most = max(self.most, self.held)

    def play(self, samples: int) -> None:
        self.dry += max(0, samples - self.held)
        self.held = max(0, self.held - samples)


def stream() -> tuple[VoiceStream, FakeAudio]:
    audio = FakeAudio()
    return VoiceStream(audio, ULAW), audio


@settings(max_examples=examples(60))
@given(
    blocks=st.lists(st.integers(1, 224), min_size=1, max_size=120),
    late=st.lists(st.integers(0, 80), min_size=1, max_size=20),
)
def test_never_more_than_40_ms_ahead_and_never_dry(blocks: list[int], late: list[int]) -> None:
    """Blocks of up to 28 ms, our answer to each up to 10 ms late: the modem plays without a gap."""
    voice, _ = stream()
    modem = ModemClock()
    modem.take(voice.begin())
    recorded, played = 0, 0
    for index, block in enumerate(blocks):
        recorded += block
        arrives = max(played, recorded + late[index % len(late)])
        modem.play(arrives - played)
        played = arrives
        modem.take(voice.feed(b"\xff" * block)[0])
    assert modem.dry == 0
    assert modem.most <= 320


def test_a_stall_does_not_become_delay() -> None:
    """The process was held up for half a second: the modem ran dry, but nothing is late afterwards."""
    voice, _ = stream()
    modem = ModemClock()
    modem.take(voice.begin())
    modem.play(4000)
    answer, _ = voice.feed(b"\xff" * 4000)
    modem.take(answer)
    assert modem.held == AHEAD
    assert voice.starved == 4000 - AHEAD


def test_samples_go_both_ways() -> None:
    voice, audio = stream()
    audio.speech = struct.pack("<h", 32124)
    assert voice.begin() == bytes((ULAW.silence,)) * AHEAD
    answer, events = voice.feed(b"\x00" * 160)
    assert answer == b"\x80" * 160
    assert audio.heard == struct.pack("<h", -32124) * 160
    assert not events


def test_the_worst_case_doubles_on_the_wire_only() -> None:
    voice, audio = stream()
    audio.speech = ULAW.decode(b"\x10")
    voice.begin()
    answer, _ = voice.feed(shield(b"\x10" * 160))
    assert answer == b"\x10" * 320
    assert voice.received == 160
    assert audio.taken == 160


def test_port_is_opened_and_closed_once() -> None:
    voice, audio = stream()
    voice.finish()
    assert audio.closed == 0
    voice.begin()
    voice.finish()
    voice.finish()
    assert (audio.opened, audio.closed) == (1, 1)


def test_events_and_the_end() -> None:
    voice, _ = stream()
    voice.begin()
    data = b"\xff" * 10 + b"\x10/\x105\x105\x10~" + b"\x10b" + b"\x10XNMBR=1\r\n\x10." + b"\x10\x03\r\nOK\r\n"
    answer, events = voice.feed(data)
    assert events == ["5", Code(ord("b")), Packet(b"NMBR=1\r\n"), End()]
    assert answer == b""
    assert voice.ended
    assert voice.rest == b"\r\nOK\r\n"


def test_digits_replace_what_we_say_and_their_echo_is_not_heard() -> None:
    voice, audio = stream()
    voice.begin()
    voice.send_digits("1")
    spoken, echoes = 0, []
    for block in range(20):
        answer, events = voice.feed(b"\xff" * 160 + (b"\x101" if block == 3 else b""))
        plain = answer.replace(b"\x10\x10", b"\x10")
        spoken += sum(1 for code in plain if code not in (0xFF, 0x7F))
        echoes += events
    assert 0.9 * ON_SAMPLES < spoken <= ON_SAMPLES
    assert echoes == []
    assert audio.taken == 20 * 160  # the bridge's side kept its pace
    for _ in range((OFF_SAMPLES + 2000) // 160 + 3):
        voice.feed(b"\xff" * 160)
    assert voice.feed(b"\x101")[1] == ["1"]
