"""One way: who supervises hears a talk and is heard by whom they want, on the real bridge."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.ids import RecordingId, new_id
from appliance.media.engine import Engine
from appliance.media.wavfile import file_of
from tests.media.rig import Line, amplitude_at, on_thread, read_wav, sine, until

MakeLine = Callable[..., Line]


def test_a_listener_hears_both_and_is_heard_by_one(engine: Engine, line: MakeLine) -> None:
    caller, agent, boss = line("caller"), line("agent"), line("boss")
    engine.bridge.connect(caller.port, agent.port)
    for source in (caller, agent):
        engine.bridge.feed(source.port, boss.port)
        engine.bridge.feed(source.port, boss.port)  # once is enough
    engine.bridge.feed(boss.port, agent.port)
    caller.say(sine(500, 20, 4000.0))
    agent.say(sine(900, 20, 4000.0))
    boss.say(sine(1500, 20, 4000.0))
    assert until(
        lambda: amplitude_at(boss.hears(0.2), 500) > 3000 and amplitude_at(boss.hears(0.2), 900) > 3000, 10
    )
    assert until(
        lambda: amplitude_at(agent.hears(0.2), 1500) > 3000 and amplitude_at(agent.hears(0.2), 500) > 3000, 10
    )
    assert until(lambda: amplitude_at(caller.hears(0.2), 900) > 3000, 10)
    assert amplitude_at(caller.hears(0.2), 1500) < 50, "the caller hears no whisper"
    engine.bridge.stop_feed(boss.port, agent.port)
    assert until(lambda: amplitude_at(agent.hears(0.2), 1500) < 50, 10)
    assert amplitude_at(agent.hears(0.2), 500) > 3000, "the talk goes on"


def test_a_port_that_leaves_takes_its_feeds_with_it(engine: Engine, line: MakeLine) -> None:
    caller, boss = line("caller"), line("boss")
    engine.bridge.feed(caller.port, boss.port)
    engine.bridge.feed(boss.port, caller.port)
    gone = on_thread(engine, lambda: engine._bridge.find(caller.port))
    assert gone is not None and gone.heard_by == {boss.port} and gone.hears == {boss.port}
    on_thread(engine, lambda: engine._bridge.drop(caller.port))
    there = on_thread(engine, lambda: engine._bridge.find(boss.port))
    assert there is not None and not there.hears and not there.heard_by
    engine.bridge.stop_feed(caller.port, boss.port)
    engine.bridge.feed(caller.port, boss.port)
    on_thread(engine, lambda: None)
    assert not there.hears, "a command for a port that has gone is ignored"


def test_a_recording_keeps_its_two_parties_while_somebody_whispers(engine: Engine, line: MakeLine) -> None:
    caller, agent, boss = line("caller"), line("agent"), line("boss")
    engine.bridge.connect(caller.port, agent.port)
    engine.bridge.feed(boss.port, agent.port)
    recording = RecordingId(new_id())
    engine.bridge.record(recording, caller.port, agent.port)
    caller.say(sine(500, 5))
    boss.say(sine(1500, 5))
    assert until(lambda: amplitude_at(agent.hears(0.2), 1500) > 5000, 10)
    assert until(lambda: amplitude_at(agent.hears(0.5), 1500) > 5000, 10)
    engine.bridge.stop_record(recording)
    assert until(lambda: on_thread(engine, lambda: engine._bridge.counts())["recordings"] == 0, 10)
    left, right = (read_wav(file_of(engine.config.recordings, recording, side)) for side in ("left", "right"))
    assert amplitude_at(left[-1600:], 500) > 5000
    assert max(amplitude_at(left, 1500), amplitude_at(right, 1500)) < 50, "nobody but the two is in it"
