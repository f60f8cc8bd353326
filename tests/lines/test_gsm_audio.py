"""A call's sound: never more than 40 ms ahead of the modem, never dry, and nothing left behind."""

from __future__ import annotations

import os
import queue
import random
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import alsaaudio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import LineTransientError
from drivers.gsm.alsa import PERIOD, AlsaAudio
from drivers.gsm.audio import LEAD, Pace, SerialAudio
from tests.contract.trunk_suite import BenchAudio, eventually
from tests.lines.at_wire import Wire, handles, threads


class PlayingModem:
    """A modem's buffer: plays by its own clock, and knows if it ran dry or was flooded."""

    def __init__(self) -> None:
        self.buffer = 0
        self.most = 0
        self.dry = 0
        self.started = False

    def take(self, samples: int) -> None:
        if self.started and self.buffer < samples:
            self.dry += 1
        self.buffer = max(0, self.buffer - samples)

    def give(self, samples: int) -> None:
        self.started = self.started or samples > 0
        self.buffer += samples
        self.most = max(self.most, self.buffer)


@pytest.mark.parametrize("ppm", [-200.0, 0.0, 200.0])
def test_an_hour_by_the_modems_clock(ppm: float) -> None:
    modem, pace, luck = PlayingModem(), Pace(), random.Random(1)
    period = 0.020 * (1 + ppm * 1e-6)
    for tick in range(180_000):
        modem.take(160)
        now = tick * period + luck.uniform(0, 0.015)  # we are told late, by up to 15 ms
        pace.heard(160, now)
        wanted = pace.wanted(now)
        modem.give(wanted)
        pace.sent(wanted)
    assert modem.dry == 0
    assert modem.most <= LEAD


@given(st.lists(st.tuples(st.integers(0, 900), st.floats(0, 0.3)), min_size=1, max_size=200))
def test_never_more_than_the_lead_whatever_the_modem_sends(story: list[tuple[int, float]]) -> None:
    pace, now = Pace(), 0.0
    for samples, pause in story:
        now += pause
        pace.heard(samples, now)
        wanted = pace.wanted(now)
        assert 0 <= wanted <= LEAD
        pace.sent(wanted)
        assert pace.ahead <= LEAD


def test_a_modem_that_sends_in_lumps_does_not_run_dry() -> None:
    modem, pace = PlayingModem(), Pace()
    dry_at_begin = 0
    for millisecond in range(0, 20_000, 5):
        now = millisecond / 1000
        modem.take(40)
        if millisecond % 100 == 0:
            pace.heard(800, now)  # 100 ms at once
        wanted = pace.wanted(now)
        modem.give(wanted)
        pace.sent(wanted)
        if millisecond == 700:
            dry_at_begin = modem.dry
    assert modem.dry == dry_at_begin
    assert modem.most <= LEAD


def test_nothing_is_sent_before_the_modems_first_sound_and_after_its_last() -> None:
    pace = Pace()
    assert pace.wanted(1.0) == 0
    for lump in range(8):
        pace.heard(800, 2.0 + lump / 10)
        wanted = pace.wanted(2.0 + lump / 10)
        pace.sent(wanted)
    assert pace.wanted(2.75) > 0
    assert pace.wanted(3.2) == 0


def test_a_modem_that_stalls_is_not_flooded() -> None:
    modem, pace, luck = PlayingModem(), Pace(), random.Random(3)
    now = 0.0
    for _ in range(5000):
        frames = luck.choice([1] * 9 + [15])  # after a stall it makes up for it at once
        now += 0.02 * frames
        for early in (0.015, 0.010, 0.005):  # we may wake before it speaks
            wanted = pace.wanted(now - early)
            modem.give(wanted)
            pace.sent(wanted)
        for _ in range(frames):
            modem.take(160)
        pace.heard(160 * frames, now)
        wanted = pace.wanted(now)
        modem.give(wanted)
        pace.sent(wanted)
    assert modem.most <= LEAD


def test_sound_both_ways_on_a_serial_port(tmp_path: Path) -> None:
    before = handles(), threads()
    wire, port = Wire(tmp_path, "sound"), BenchAudio()
    lost: queue.Queue[str] = queue.Queue()
    audio = SerialAudio("gsm1", str(wire.link), port, lost.put)
    audio.open()
    assert port.is_open is True
    wire.write(b"\x01\x02" * 80 + b"\x03")  # half a sample at the end
    assert eventually(lambda: len(port.heard) == 160)
    wire.write(b"\x04" + b"\x05\x06" * 79)
    assert eventually(lambda: len(port.heard) == 320)
    assert bytes(port.heard) == b"\x01\x02" * 80 + b"\x03\x04" + b"\x05\x06" * 79
    spoken = bytearray()
    while piece := wire.read(0.2):
        spoken += piece
    assert bytes(spoken) == BenchAudio.SAMPLE * (len(spoken) // 2)
    assert LEAD <= len(spoken) // 2 <= LEAD + 160
    audio.close()
    audio.close()
    assert (port.is_open, lost.qsize()) == (False, 0)
    wire.unplug()
    assert (handles(), threads()) == before


def test_a_sound_port_that_is_pulled_out(tmp_path: Path) -> None:
    before = handles(), threads()
    wire, port = Wire(tmp_path, "sound"), BenchAudio()
    lost: queue.Queue[str] = queue.Queue()
    audio = SerialAudio("gsm1", str(wire.link), port, lost.put)
    audio.open()
    wire.unplug()
    assert "gone" in lost.get(timeout=3)
    audio.close()
    assert (handles(), threads()) == before
    with pytest.raises(LineTransientError, match="cannot be opened"):
        SerialAudio("gsm1", str(wire.link), port, lost.put).open()
    assert (handles(), threads()) == before


def test_a_modem_that_takes_no_sound_loses_it_and_blocks_nothing(tmp_path: Path) -> None:
    wire, port = Wire(tmp_path, "sound"), BenchAudio()
    audio = SerialAudio("gsm1", str(wire.link), port, lambda why: None)
    audio.open()
    for _ in range(600):
        wire.write(bytes(320))
    assert eventually(lambda: len(port.heard) == 600 * 320)
    audio.close()
    wire.unplug()


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A private PulseAudio with a null sink: ALSA's device `pulse` without a sound card."""
    program = shutil.which("pulseaudio")
    if program is None:
        pytest.skip("pulseaudio is not installed")
    socket = tmp_path / "line.socket"
    environment = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    modules = [
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
        "module-null-sink sink_name=line rate=8000 channels=1",
    ]
    loads = [part for module in modules for part in ("-L", module)]
    command = [
        program,
        "-n",
        "--daemonize=no",
        "--use-pid-file=no",
        "--exit-idle-time=-1",
        "--disable-shm=yes",
    ]
    server = subprocess.Popen([*command, *loads], env=environment, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("PULSE_SERVER", f"unix:{socket}")
    try:
        assert eventually(socket.exists, 10.0), "PulseAudio does not start"
        yield "pulse"
    finally:
        server.terminate()
        server.wait(10)


def test_sound_both_ways_on_an_alsa_card(pulse: str) -> None:
    port = BenchAudio()
    lost: queue.Queue[str] = queue.Queue()
    audio = AlsaAudio("gsm1", pulse, port, lost.put)
    begin = time.monotonic()
    try:
        audio.open()
    except LineTransientError as problem:
        pytest.skip(f"ALSA has no pulse device here: {problem}")
    assert eventually(lambda: len(port.heard) > SAMPLE_RATE, 10.0), lost.queue  # half a second of it
    took = time.monotonic() - begin
    audio.close()
    assert (port.is_open, lost.qsize()) == (False, 0)
    assert BenchAudio.SAMPLE in bytes(port.heard), "what we play on the null sink is heard on its monitor"
    assert port.taken / SAMPLE_RATE <= took + 0.1
    assert not [name for name in threads() if name.startswith("pcm-")]


class Card:
    """One direction of a card, period by period; a failure is raised in the state it leaves the card in."""

    def __init__(self, failures: list[tuple[int, str]]) -> None:
        self.failures = failures
        self.now: int = alsaaudio.PCM_STATE_RUNNING
        self.written = 0
        self._ticks, self._tick = os.pipe()

    def tick(self, periods: int) -> None:
        os.write(self._tick, b"." * periods)

    def polldescriptors(self) -> list[tuple[int, int]]:
        return [(self._ticks, select.POLLIN)]

    def state(self) -> int:
        return self.now

    def read(self) -> tuple[int, bytes]:
        if not self.written:
            self.written = 1  # the first read only starts the card
            return 0, b""
        os.read(self._ticks, 1)
        return PERIOD, bytes(2 * PERIOD)

    def write(self, data: bytes) -> int:
        if self.failures and self.written:
            self.now, problem = self.failures.pop(0)
            raise alsaaudio.ALSAAudioError(problem)
        self.now = alsaaudio.PCM_STATE_RUNNING
        self.written += len(data) // 2
        return len(data) // 2

    def close(self) -> None:
        for end in (self._ticks, self._tick):
            os.close(end)


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> tuple[Card, Card]:
    """Capture and playback of a card that does as it is told."""
    capture, playback = Card([]), Card([])
    made = iter((capture, playback))
    monkeypatch.setattr(alsaaudio, "PCM", lambda **_: next(made))
    return capture, playback


def test_a_card_that_ran_dry_goes_on(cards: tuple[Card, Card]) -> None:
    capture, playback = cards
    playback.failures = [(alsaaudio.PCM_STATE_XRUN, "Broken pipe")] * 3
    lost: queue.Queue[str] = queue.Queue()
    audio = AlsaAudio("gsm1", "hw:0", BenchAudio(), lost.put)
    audio.open()
    capture.tick(4)
    # Prefill; two failures and two more prefills that fail or are taken; then period by period.
    assert eventually(lambda: playback.written >= 2 * 2 * PERIOD + PERIOD, 10.0), playback.written
    audio.close()
    assert lost.empty() and not playback.failures


def test_a_card_that_starts_itself_anew_is_given_a_prefill(cards: tuple[Card, Card]) -> None:
    capture, playback = cards
    audio = AlsaAudio("gsm1", "hw:0", BenchAudio(), print)
    audio.open()
    capture.tick(1)
    assert eventually(lambda: playback.written == 2 * PERIOD + PERIOD, 10.0), "prefill, one period"
    playback.now = alsaaudio.PCM_STATE_XRUN
    capture.tick(2)
    assert eventually(lambda: playback.written == 3 * PERIOD + 3 * PERIOD + PERIOD, 10.0), playback.written
    audio.close()


def test_a_card_that_never_takes_sound_again_is_told(cards: tuple[Card, Card]) -> None:
    capture, playback = cards
    playback.failures = [(alsaaudio.PCM_STATE_XRUN, "Broken pipe")] * 1000
    lost: queue.Queue[str] = queue.Queue()
    audio = AlsaAudio("gsm1", "hw:0", BenchAudio(), lost.put)
    audio.open()
    capture.tick(400)
    assert "takes no sound" in lost.get(timeout=10)
    audio.close()


def test_a_card_that_is_pulled_out_is_told_at_once(cards: tuple[Card, Card]) -> None:
    capture, playback = cards
    playback.failures = [(alsaaudio.PCM_STATE_DISCONNECTED, "No such device")]
    lost: queue.Queue[str] = queue.Queue()
    audio = AlsaAudio("gsm1", "hw:0", BenchAudio(), lost.put)
    audio.open()
    capture.tick(1)
    assert "No such device" in lost.get(timeout=10)
    audio.close()


def test_a_card_that_is_not_there(tmp_path: Path) -> None:
    before = threads()
    with pytest.raises(LineTransientError, match="cannot be opened"):
        AlsaAudio("gsm1", "hw:NoSuchCard", BenchAudio(), print).open()
    assert threads() == before
