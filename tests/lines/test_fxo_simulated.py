"""The voice modem trunk against the simulated network, over a pseudo-terminal, in real time."""

from __future__ import annotations

import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString, LegId
from drivers.fxo.service import Timings
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.voice_modem import VoiceModemTrunk
from simulator import sound
from simulator.call import Call
from simulator.exchange import Exchange
from simulator.script import HangUpWay, Listen, Press, Script, Tone
from simulator.voice import VoiceModem
from tests.lines.fxo_fakes import Events, FakeAudio

QUICK = Timings(ping=0.3, replug=0.2, back_off=0.3, back_off_most=1.0, refused=1.0, probe=0.5)

LISTENS: Script = (Listen(60),)


@dataclass
class Rig:
    """One simulated line and the trunk that drives it."""

    exchange: Exchange
    modem: VoiceModem
    trunk: VoiceModemTrunk
    events: Events
    audio: FakeAudio

    def states(self) -> list[TrunkState]:
        return [event.state for event in self.events.of(TrunkStatus)]

    def in_service(self, seconds: float = 10.0, times: int = 1) -> bool:
        return self.events.wait(lambda: self.states().count(TrunkState.IN_SERVICE) >= times, seconds)

    def caller(self, script: Script = LISTENS, number: str = "5551234", name: str = "ANNA") -> Call:
        return self.exchange.place_call(self.modem.name, script, number, name)

    def ringing(self) -> LegId:
        assert self.events.wait(lambda: self.events.of(RingStarted))
        return self.events.of(RingStarted)[-1].leg

    def answered(self, script: Script = LISTENS) -> tuple[Call, LegId]:
        call = self.caller(script)
        leg = self.ringing()
        self.trunk.answer(leg)
        assert self.events.wait(lambda: self.events.of(AudioReady))
        return call, leg

    def released(self, seconds: float = 5.0) -> Released:
        assert self.events.wait(lambda: self.events.of(Released), seconds)
        (event,) = self.events.of(Released)
        assert not self.modem.off_hook
        return event


Make = Callable[..., Rig]


@pytest.fixture
def make() -> Iterator[Make]:
    exchange = Exchange(speed=4)
    rigs: list[Rig] = []

    def rig(family: str = "conexant", start: bool = True, **options: object) -> Rig:
        sim = {key: options.pop(key) for key in ("ppm", "jitter") if key in options}
        modem = VoiceModem(exchange, f"line{len(rigs)}", family, **sim)  # type: ignore[arg-type]
        events, audio = Events(), FakeAudio()
        settings = VoiceModemSettings(port=modem.port, **options)  # type: ignore[arg-type]
        made = Rig(
            exchange, modem, VoiceModemTrunk(modem.name, settings, events, audio, QUICK), events, audio
        )
        rigs.append(made)
        if start:
            made.trunk.start()
            assert made.in_service()
        return made

    yield rig
    for made in rigs:
        made.trunk.stop()
        assert made.modem.unscripted == []
    errors = exchange.errors
    exchange.close()
    assert errors == []


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """For what no event tells."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def strength(pcm: bytes, frequency: float) -> float:
    """How much of the loudest second of `pcm` is this tone, 0 to 1."""
    samples = struct.unpack(f"<{len(pcm) // 2}h", pcm)[-6000:]
    wanted = sound.tone((frequency,), len(samples) / 8000)
    tone = struct.unpack(f"<{len(samples)}h", wanted[: 2 * len(samples)])
    quadrature = struct.unpack(f"<{len(samples)}h", _shifted(frequency, len(samples)))
    size = sum(s * s for s in samples) ** 0.5 * (sum(t * t for t in tone) ** 0.5) or 1.0
    sine = sum(s * t for s, t in zip(samples, tone, strict=True))
    cosine = sum(s * t for s, t in zip(samples, quadrature, strict=True))
    return float((sine * sine + cosine * cosine) ** 0.5 / size)


def _shifted(frequency: float, count: int) -> bytes:
    lead = round(8000 / frequency / 4)
    return sound.tone((frequency,), (count + lead) / 8000)[2 * lead : 2 * (lead + count)]


# --------------------------------------------------------------------------------------------- calls


@pytest.mark.parametrize("family", ["conexant", "usr", "generic"])
def test_a_whole_inbound_call(make: Make, family: str) -> None:
    rig = make(family)
    assert rig.trunk.capabilities.caller_id
    call, leg = rig.answered((Listen(0.3), Press("12"), Tone((440.0,), 1.5), Listen(60)))
    assert rig.events.of(CallerId) == [CallerId(rig.trunk.name, leg, "5551234", "ANNA")]
    assert rig.events.wait(lambda: len(rig.events.of(DigitReceived)) == 2)
    assert [event.digit for event in rig.events.of(DigitReceived)] == ["1", "2"]
    time.sleep(1.2)
    assert strength(bytes(rig.audio.heard), 440.0) > 0.9
    rig.trunk.send_digits(leg, "45#")
    assert rig.exchange.wait(lambda: call.digits == "45#")
    rig.trunk.release(leg, HangupCause.NORMAL_CLEARING)
    assert rig.released(1.0).cause is HangupCause.NORMAL_CLEARING
    assert rig.audio.opened == rig.audio.closed == 1
    assert len(rig.events.of(Answered)) == len(rig.events.of(RingStarted)) == 1


def test_what_the_bridge_says_is_heard(make: Make) -> None:
    rig = make()
    call, _ = rig.answered()
    rig.audio.speech = struct.pack("<h", 3900)

    def right() -> bool:
        last = struct.unpack("<160h", call.heard[-320:].rjust(320, b"\0"))
        return all(abs(sample - 3900) < 200 for sample in last)  # within a step of mu-law

    assert until(right)


@pytest.mark.parametrize(
    ("way", "seconds"), [(HangUpWay.SIGNALLED, 1.0), (HangUpWay.LOOP_DROP, 1.0), (HangUpWay.BUSY_TONE, 5.0)]
)
def test_the_far_end_hangs_up(make: Make, way: HangUpWay, seconds: float) -> None:
    rig = make()
    call, leg = rig.answered()
    time.sleep(1.1)  # the loop settles
    call.hang_up(way)
    event = rig.released(seconds)
    assert (event.leg, event.cause) == (leg, HangupCause.NORMAL_CLEARING)


def test_silence_ends_the_call_in_the_time_set(make: Make) -> None:
    rig = make(silence_seconds=2.0)
    call, _ = rig.answered((Tone((500.0,), 1.0), Listen(60)))
    began = time.monotonic()
    call.hang_up(HangUpWay.SILENCE)
    assert rig.released(4.0).cause is HangupCause.SILENCE
    assert time.monotonic() - began > 1.5


def test_the_caller_gives_up(make: Make) -> None:
    rig = make(ring_timeout=2.0)  # the simulated exchange rings four times as fast
    call = rig.caller()
    rig.ringing()
    call.hang_up()
    assert rig.released().reason == "The caller gave up."


@pytest.mark.parametrize(
    ("number", "cause"), [("5552", HangupCause.USER_BUSY), ("5557", HangupCause.USER_BUSY)]
)
def test_dialled_in_vain(make: Make, number: str, cause: HangupCause) -> None:
    """This modem reports busy and reorder alike by <DLE>b."""
    rig = make()
    rig.trunk.dial(LegId("out"), DialString(number))
    assert rig.released(8.0).cause is cause
    assert [event.stage for event in rig.events.of(Progress)] == [Stage.SEIZED, Stage.DIALLED]


@pytest.mark.parametrize("family", ["conexant", "usr"])
def test_no_dial_tone_and_its_return(make: Make, family: str) -> None:
    rig = make(family)
    rig.modem.dial_tone = False
    rig.trunk.dial(LegId("out"), DialString("5551"))
    assert rig.released(8.0).cause is HangupCause.NO_DIAL_TONE
    assert rig.events.wait(lambda: rig.states()[-1] is TrunkState.NO_LINE)
    rig.modem.dial_tone = True
    assert rig.in_service(5.0, times=2)
    assert rig.exchange.wait(lambda: not rig.modem.off_hook)
    assert len(rig.events.of(Released)) == 1


def test_dialled_answered_and_hung_up_by_the_far_end(make: Make) -> None:
    rig = make()
    rig.trunk.dial(LegId("out"), DialString("5558"))  # answers at once, busy tone 2 s later
    event = rig.released(12.0)
    assert event.reason == "Busy tone."  # whether somebody had answered, the core knows
    assert not rig.events.of(Answered)  # a loop start line cannot see it


def test_released_while_dialling(make: Make) -> None:
    rig = make()
    rig.trunk.dial(LegId("out"), DialString("55512345555512345555"))
    assert rig.events.wait(lambda: rig.events.of(Progress))
    time.sleep(0.3)
    rig.trunk.release(LegId("out"), HangupCause.NORMAL_CLEARING)
    assert rig.released(1.0).cause is HangupCause.NORMAL_CLEARING


def test_call_waiting_and_flash(make: Make) -> None:
    rig = make()
    rig.modem.call_waiting = True
    _, leg = rig.answered()
    second = rig.caller(number="5559999")
    assert rig.events.wait(lambda: rig.events.of(CallWaiting))
    rig.trunk.flash(leg)
    assert rig.exchange.wait(lambda: second.answered_at is not None)
    assert until(lambda: rig.audio.opened == 2)
    rig.trunk.release(leg, HangupCause.NORMAL_CLEARING)
    rig.released(2.0)


def test_replies_in_small_pieces(make: Make) -> None:
    rig = make(start=False)
    rig.modem.terminals[0].split_reads = True
    rig.trunk.start()
    assert rig.in_service(20.0)
    call, leg = rig.answered((Listen(0.3), Press("7"), Listen(60)))
    assert rig.events.wait(lambda: rig.events.of(DigitReceived))
    rig.trunk.release(leg, HangupCause.NORMAL_CLEARING)
    rig.released(2.0)


# --------------------------------------------------------------------------------------------- pace


@pytest.mark.realtime
@pytest.mark.parametrize("ppm", [-100.0, 100.0])
def test_the_modems_pace(make: Make, ppm: float) -> None:
    rig = make("usr", ppm=ppm, jitter=0.008)
    rig.audio.speech = struct.pack("<h", -21884)  # 10h in mu-law: every byte is doubled
    rig.answered()
    time.sleep(4)
    stats = rig.modem.audio
    assert stats.frames > 150
    # Other programs share this machine, so a few frames may be late; test_fxo_stream has the proof.
    assert stats.underruns <= stats.frames / 20, stats
    assert stats.unread_bytes == 0


# --------------------------------------------------------------------------------------------- faults


def own_threads(rig: Rig) -> list[str]:
    return [thread.name for thread in threading.enumerate() if rig.trunk.name in thread.name]


def test_unplugged_in_a_call_and_plugged_in_again(make: Make) -> None:
    rig = make(start=False)
    before = len(os.listdir("/proc/self/fd"))
    rig.trunk.start()
    assert rig.in_service()
    for turn in range(1, 6):
        rig.events.all.clear()
        _, leg = rig.answered()
        rig.modem.unplug()
        event = rig.released(2.0)
        assert (event.leg, event.cause) == (leg, HangupCause.LINE_FAULT)
        assert rig.events.wait(lambda: rig.states() and rig.states()[-1] is TrunkState.UNPLUGGED)
        began = time.monotonic()
        rig.modem.plug()
        assert rig.in_service(10.0)
        assert time.monotonic() - began < 10
        assert rig.audio.opened == rig.audio.closed == turn
        assert len(own_threads(rig)) == 2
    rig.trunk.stop()
    assert own_threads(rig) == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_stopped_in_a_call_goes_on_hook(make: Make) -> None:
    rig = make()
    _, leg = rig.answered()
    rig.trunk.stop()
    event = rig.released(0.1)
    assert (event.leg, event.cause) == (leg, HangupCause.INTERRUPTED)
    assert own_threads(rig) == []


def test_a_killed_box_left_the_line_off_hook(make: Make) -> None:
    rig = make()
    rig.answered()
    rig.trunk._service.close_port()  # as when the process was killed: nobody says goodbye
    assert rig.modem.off_hook
    second = VoiceModemTrunk("again", VoiceModemSettings(port=rig.modem.port), Events(), FakeAudio())
    second.start()
    try:
        assert rig.exchange.wait(lambda: not rig.modem.off_hook, 3.0)
    finally:
        second.stop()
        rig.trunk._line.down("killed")


def test_a_silent_modem_is_named_and_comes_back(make: Make) -> None:
    rig = make(check_seconds=0.5)
    rig.modem.faults.silent = True
    assert rig.events.wait(lambda: TrunkState.SILENT in rig.states(), 15.0)
    steps = [event.step for event in rig.events.of(TrunkStatus) if event.state is TrunkState.RECOVERING]
    assert steps[:3] == ["reopen", "leave voice", "reset"]
    rig.trunk.dial(LegId("out"), DialString("5551"))
    assert rig.released(0.2).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
    rig.modem.faults.silent = False
    assert rig.in_service(10.0, times=2)


@pytest.mark.parametrize("in_call", [False, True])
def test_random_bytes(make: Make, in_call: bool) -> None:
    rig = make(check_seconds=0.5)
    if in_call:
        rig.answered()
    noise = os.urandom(1 << 20)
    for start in range(0, len(noise), 32768):
        rig.modem.garbage(noise[start : start + 32768])
        time.sleep(0.02)
    assert rig.in_service(20.0, times=2), rig.states()
    assert TrunkState.FAULTY in rig.states()
    assert any("no sense" in event.why for event in rig.events.of(TrunkStatus))
    if in_call:
        assert rig.events.of(Released)
    rig.events.all.clear()
    _, leg = rig.answered()
    rig.trunk.release(leg, HangupCause.NORMAL_CLEARING)
    assert rig.released(2.0).leg == leg


def test_a_ring_after_a_few_bytes_without_sense(make: Make) -> None:
    """Too few for a fault; the modem is asked whether it is well, and the next ring counts."""
    rig = make()
    rig.modem.garbage(b"\x01\x02\xff\r\n" * 3)
    rig.answered()
    assert TrunkState.FAULTY not in rig.states()


def test_reset_from_the_page(make: Make) -> None:
    rig = make()
    rig.trunk.reset()
    assert rig.in_service(5.0, times=2)
    assert any("Reset on request." in line for line in rig.trunk.black_box())


def test_a_port_that_is_not_there(make: Make) -> None:
    rig = make(start=False)
    rig.modem.unplug()
    rig.trunk.start()
    assert rig.events.wait(lambda: TrunkState.UNPLUGGED in rig.states())
    rig.modem.plug()
    assert rig.in_service()
