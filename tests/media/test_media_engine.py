"""The engine and its bridge on real audio: who hears whom, prompts, tones, detectors, recordings, and
their ends.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pjsua2
import pytest

from appliance.contract.errors import MediaError
from appliance.contract.events import DigitHeard, PlayEnded, RecordEnded, SilenceHeard
from appliance.contract.ids import PlayId, PortId, RecordingId
from appliance.contract.media import CallTone, Detect, Pause, Sound, Speech
from appliance.media import priority
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from tests.media.rig import (
    Events,
    Line,
    amplitude_at,
    likeness,
    on_thread,
    read_wav,
    sine,
    until,
    write_wav,
)

MakeLine = Callable[..., Line]


def _counts(engine: Engine) -> dict[str, int]:
    return on_thread(engine, lambda: engine._bridge.counts())


def test_two_lines_hear_each_other_until_they_are_parted(engine: Engine, line: MakeLine) -> None:
    one, other = line("one"), line("other")
    engine.bridge.connect(one.port, other.port)
    one.say(sine(500, 5))
    other.say(sine(1500, 5))
    assert until(
        lambda: amplitude_at(one.hears(0.2), 1500) > 7000 and amplitude_at(other.hears(0.2), 500) > 7000
    )
    assert amplitude_at(one.hears(0.2), 500) < 50
    engine.bridge.disconnect(one.port, other.port)
    assert until(lambda: not one.hears(0.2).any() and not other.hears(0.2).any())


def test_those_who_keep_time_run_at_real_time_priority(engine: Engine, line: MakeLine) -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        pytest.skip("real-time priority is not allowed here")
    one = line("one")
    assert until(lambda: len(one.heard) > 5)
    raised = {
        Path(f"/proc/self/task/{thread}/comm").read_text().strip()
        for thread in priority.threads()
        if os.sched_getscheduler(thread) & os.SCHED_RR
    }
    assert {"clock", "media"} <= raised and len(raised) >= 3  # the third keeps the line's pace


def test_a_third_line_hears_nothing(engine: Engine, line: MakeLine) -> None:
    one, other, third = line("one"), line("other"), line("third")
    engine.bridge.connect(one.port, other.port)
    one.say(sine(500, 2))
    assert until(lambda: amplitude_at(other.hears(0.2), 500) > 7000)
    assert not third.hears().any()


def test_what_is_played_is_what_is_heard(engine: Engine, line: MakeLine, events: Events) -> None:
    one = line("one")
    prompt = (Speech("Welcome to the example company."), Pause(0.3), Sound("system/digits/7"))
    sent = read_wav(engine.sounds.prepare(prompt))
    began = time.monotonic()
    engine.bridge.play(PlayId("p"), one.port, prompt)
    ended = events.wait(PlayEnded, seconds=10)
    assert ended == PlayEnded(PlayId("p"), one.port, completed=True)
    assert time.monotonic() - began == pytest.approx(len(sent) / 8000, abs=0.3)
    time.sleep(0.2)
    parts = [sent[n : n + 1600] for n in range(0, len(sent) - 1600, 1600)]
    found = [likeness(one.hears(), part)[0] > 0.99 for part in parts if np.abs(part).max() > 500]
    assert sum(found) >= 0.85 * len(found) > 5  # a busy machine may cost a frame


def test_a_prompt_is_made_when_it_is_first_played(engine: Engine, line: MakeLine, events: Events) -> None:
    one = line("one")
    prompt = (Speech("Never said before."),)
    assert engine.sounds.resolve(prompt) is None
    engine.bridge.play(PlayId("p"), one.port, prompt)
    assert events.wait(PlayEnded, seconds=10).completed
    assert one.hears().any()


def test_a_prompt_that_cannot_be_made_ends_with_its_reason(
    engine: Engine, line: MakeLine, events: Events
) -> None:
    engine.bridge.play(PlayId("p"), line("one").port, (Sound("upload/absent"),))
    ended = events.wait(PlayEnded)
    assert not ended.completed
    assert ended.problem == "There is no sound 'upload/absent'."


def test_a_file_that_is_damaged_ends_with_its_reason(
    engine: Engine, line: MakeLine, events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "damaged.wav"
    damaged.write_bytes(b"RIFF not a sound at all")
    monkeypatch.setattr(engine.sounds, "resolve", lambda _prompt: damaged)
    engine.bridge.play(PlayId("p"), line("one").port, (Pause(1.0),))
    ended = events.wait(PlayEnded)
    assert not ended.completed and "could not be played" in ended.problem
    assert _counts(engine)["plays"] == 0


def test_music_goes_on_and_stops_at_once(
    engine: Engine, line: MakeLine, events: Events, tmp_path: Path
) -> None:
    one = line("one")
    upload, _ = engine.sounds.adopt_upload(write_wav(tmp_path / "m.wav", sine(800, 0.4)))
    engine.bridge.play(PlayId("m"), one.port, (Sound(f"upload/{upload}"),), loop=True)
    assert until(lambda: amplitude_at(one.hears(1.2), 800) > 5000, 6)
    assert events.of(PlayEnded) == []
    engine.bridge.stop_play(PlayId("m"))
    engine.bridge.stop_play(PlayId("m"))
    assert not events.wait(PlayEnded).completed
    assert until(lambda: not one.hears(0.2).any())
    assert len(events.of(PlayEnded)) == 1


@pytest.mark.parametrize(
    ("tone", "pitches"),
    [(CallTone.RINGBACK, (440, 480)), (CallTone.BUSY, (480, 620)), (CallTone.DIAL, (350, 440))],
)
def test_tones_have_their_countrys_pitches(
    engine: Engine, line: MakeLine, tone: CallTone, pitches: tuple[int, int]
) -> None:
    one = line("one")
    engine.bridge.play_tone(PlayId("t"), one.port, tone)
    assert until(lambda: all(amplitude_at(one.hears(0.3), pitch) > 2000 for pitch in pitches))
    assert amplitude_at(one.hears(0.3), 1000) < 200


def test_busy_comes_and_goes_in_its_countrys_cadence(engine: Engine, line: MakeLine) -> None:
    one = line("one")
    engine.bridge.play_tone(PlayId("t"), one.port, CallTone.BUSY)
    assert until(lambda: len(one.heard) > 130)
    heard = one.hears(2.0)
    loud = np.abs(heard[: len(heard) // 160 * 160]).reshape(-1, 160).max(axis=1) > 500
    assert 0.3 < float(loud.mean()) < 0.7  # half a second on, half a second off
    assert 2 <= int(np.count_nonzero(np.diff(loud.astype(int)))) <= 8


def test_a_beep_ends_by_itself(engine: Engine, line: MakeLine, events: Events) -> None:
    one = line("one")
    engine.bridge.play_tone(PlayId("b"), one.port, CallTone.BEEP)
    assert events.wait(PlayEnded).completed
    assert until(lambda: len(one.heard) > 40)
    sounding = np.flatnonzero(np.abs(one.hears()) > 100)
    assert 0.17 < (sounding[-1] - sounding[0]) / 8000 < 0.22


def test_playing_to_a_port_that_has_gone_ends_the_play(engine: Engine, events: Events) -> None:
    engine.bridge.play(PlayId("p"), PortId("nobody"), (Pause(1.0),))
    engine.bridge.play_tone(PlayId("t"), PortId("nobody"), CallTone.BUSY)
    assert {events.wait(PlayEnded, play=name).completed for name in ("p", "t")} == {False}


def test_a_port_that_goes_ends_its_plays_and_frees_its_peers(
    engine: Engine, line: MakeLine, events: Events
) -> None:
    one, other = line("one"), line("other")
    engine.bridge.connect(one.port, other.port)
    engine.bridge.play(PlayId("p"), one.port, (Sound("music/default"),), loop=True)
    engine.bridge.detect(one.port, Detect.DIGITS | Detect.SILENCE, 1.0)
    assert until(lambda: one.hears(0.2).any())
    engine.drop_line(one.port)
    assert not events.wait(PlayEnded).completed
    assert until(lambda: _counts(engine) == {"ports": 1, "plays": 0, "recordings": 0, "frame_ports": 3})
    for command in (engine.bridge.connect, engine.bridge.disconnect):
        command(one.port, other.port)
    engine.bridge.detect(one.port, Detect.DIGITS)
    assert _counts(engine)["ports"] == 1


def test_digits_and_silence_of_a_line(engine: Engine, line: MakeLine, events: Events) -> None:
    one = line("one")
    engine.bridge.detect(one.port, Detect.DIGITS | Detect.SILENCE, 0.6)
    one.say((sine(852, 0.1, 6000) + sine(1336, 0.1, 6000)).astype(np.int16))
    assert events.wait(DigitHeard) == DigitHeard(one.port, "8")
    assert events.wait(SilenceHeard).seconds == pytest.approx(0.6)
    engine.bridge.detect(one.port, Detect.NOTHING)
    on_thread(engine, lambda: None)
    told = len(events.all)
    one.say((sine(852, 0.1, 6000) + sine(1336, 0.1, 6000)).astype(np.int16))
    assert not until(lambda: len(events.all) > told, 0.5)


def test_two_hundred_plays_and_recordings_leave_nothing_behind(
    engine: Engine, line: MakeLine, events: Events
) -> None:
    one, other = line("one"), line("other")
    prompt = (Pause(0.04), Pause(0.02))
    engine.sounds.prepare(prompt)
    on_thread(engine, lambda: None)
    before = _open_files()
    slots = on_thread(engine, lambda: len(engine._endpoint.mediaEnumPorts2()))
    for number in range(200):
        engine.bridge.play(PlayId(f"p{number}"), one.port, prompt)
        if number % 3 == 0:
            engine.bridge.stop_play(PlayId(f"p{number}"))
        engine.bridge.play_tone(PlayId(f"t{number}"), other.port, CallTone.BUSY)
        engine.bridge.record(RecordingId(f"r{number}"), one.port, other.port)
        engine.bridge.detect(one.port, Detect.DIGITS | Detect.TONES)
        engine.bridge.stop_play(PlayId(f"t{number}"))
        engine.bridge.stop_record(RecordingId(f"r{number}"))
        if number % 20 == 19:
            events.wait(RecordEnded, recording=f"r{number}")
    assert until(lambda: len(events.of(PlayEnded)) == 400 and len(events.of(RecordEnded)) == 200, 10)
    assert len({event.play for event in events.of(PlayEnded)}) == 400
    assert until(lambda: _open_files() <= before, 5)
    assert until(
        lambda: on_thread(engine, lambda: len(engine._endpoint.mediaEnumPorts2())) <= slots + 2, 5
    )  # two tone generators are kept for the next tones
    assert _counts(engine)["plays"] == _counts(engine)["recordings"] == 0


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_work_begins_within_a_millisecond_while_idle(engine: Engine) -> None:
    delays = []
    for _ in range(100):
        time.sleep(0.005)
        asked = time.perf_counter()
        delays.append(on_thread(engine, time.perf_counter) - asked)
    assert sorted(delays)[50] < 0.001


def test_work_runs_in_order_and_outlives_its_errors(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    def fail() -> None:
        raise MediaError("refused", "leg-7")

    def break_down() -> None:
        raise ZeroDivisionError

    with caplog.at_level(logging.WARNING):
        for number in range(5):
            engine.submit(partial(done.append, number))
            engine.submit(fail if number % 2 else break_down)
        on_thread(engine, lambda: None)
    assert done == [0, 1, 2, 3, 4]
    assert "refused (call leg-7)" in caplog.text and "ZeroDivisionError" in caplog.text


def test_an_error_of_pjsip_becomes_ours_with_the_calls_id(
    engine: Engine, line: MakeLine, caplog: pytest.LogCaptureFixture
) -> None:
    one = line("one")
    on_thread(engine, lambda: engine.adopt(PortId("leg-9"), pjsua2.AudioMedia()))
    with caplog.at_level(logging.WARNING):
        engine.bridge.connect(PortId("leg-9"), one.port)
        on_thread(engine, lambda: None)
    assert "(call leg-9)" in caplog.text


def test_an_error_in_a_frame_callback_is_told_and_survived(
    engine: Engine, line: MakeLine, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = line("one"), line("other")

    def broken(_block: object) -> None:
        raise RuntimeError("broken listener")

    def plug() -> None:
        port = engine._bridge.find(one.port)
        assert port is not None and port.frames is not None
        port.frames.take = broken

    with caplog.at_level(logging.ERROR):
        on_thread(engine, plug)
        engine.bridge.connect(one.port, other.port)
        one.say(sine(500, 2))
        assert until(lambda: amplitude_at(other.hears(0.2), 500) > 7000)
        assert until(lambda: "broken listener" in caplog.text)


def _wait(event: threading.Event) -> None:
    event.wait(0.6)


def test_the_heartbeat_stays_young(engine: Engine) -> None:
    for _ in range(20):
        time.sleep(0.02)
        beat = engine.heartbeat()
        assert beat.poll_age < 0.3 and beat.clock_age < 0.1
    stuck = threading.Event()
    engine.submit(partial(_wait, stuck))
    time.sleep(0.5)
    assert engine.heartbeat().poll_age > 0.3
    stuck.set()


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path, sounds: SoundLibrary) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        config = EngineConfig(tmp_path / "r", sip_port=taken.getsockname()[1])
        engine = Engine(config, Events(), sounds)
        with pytest.raises(MediaError, match="could not start"):
            engine.start()
        engine.stop()


def test_stopping_ends_what_is_going_on(tmp_path: Path, sounds: SoundLibrary) -> None:
    events = Events()
    engine = Engine(EngineConfig(tmp_path / "r", disk_reserve_bytes=1), events, sounds)
    engine.start()
    one = Line(engine, "one")
    engine.bridge.play(PlayId("p"), one.port, (Sound("music/default"),), loop=True)
    engine.bridge.record(RecordingId("r"), one.port, one.port)
    engine.bridge.detect(one.port, Detect.DIGITS)
    assert until(lambda: one.hears(0.1).any())
    one.close()
    engine.stop()
    assert [event.completed for event in events.of(PlayEnded)] == [False]
    assert [event.recording for event in events.of(RecordEnded)] == ["r"]
    assert len(read_wav(tmp_path / "r" / "r.left.wav")) > 0
    assert not [thread for thread in threading.enumerate() if thread.name in ("media", "sounds_0")]


def test_a_line_that_is_100_ppm_off_is_heard_clean(engine: Engine, line: MakeLine) -> None:
    one, other = line("one", ppm=100.0), line("other", ppm=-100.0)
    engine.bridge.connect(one.port, other.port)
    one.say(sine(1000, 20))
    assert until(lambda: amplitude_at(other.hears(0.5), 1000) > 7500)
    time.sleep(6)
    heard = other.hears(5).astype(float)
    breaks = np.abs(heard[2:] - 2 * np.cos(2 * np.pi / 8) * heard[1:-1] + heard[:-2])
    assert np.count_nonzero(breaks > 400) <= 40  # a click shows on a handful of samples
