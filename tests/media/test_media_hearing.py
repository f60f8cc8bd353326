"""Hearing words: sound goes to the worker, answers come back, and no call minds a worker that fails."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from appliance.contract.events import HearingLost, SpeechBegan, WordHeard
from appliance.contract.hearing import Certainty
from appliance.contract.ids import PortId
from appliance.media import hearing
from appliance.media.engine import Engine
from appliance.media.hearing import WordHearing
from appliance.media.ports import Take
from tests.media.rig import Events, Line, sine

PORT, OTHER = PortId("one"), PortId("other")
FRAME = bytes(320)
_LONG = 30.0  # seconds: the machine may be busy
#: Answers with the last word after a listening's tenth frame; the confidence is the number of words / 10.
WORKER = """
import json, socket, struct
link, open_, frames = socket.socket(fileno=0), {}, {}
tell = lambda **what: link.send(json.dumps(what).encode())
tell(say="ready")
while data := link.recv(65536):
    if data[0]:
        wish = json.loads(data)
        open_[wish["id"]] = wish.get("words", [])
        continue
    number = struct.unpack("<I", data[1:5])[0]
    if not open_[number]:
        continue
    frames[number] = frames.get(number, 0) + any(data[5:]) * LOUD + (not LOUD)
    if frames[number] == 5:
        tell(say="began", id=number)
    elif frames[number] == 10:
        words = open_[number]
        tell(say="heard", id=number, word=words[-1], confidence=len(words) / 10, sure=0.3, ask=0.2)
"""
ANSWERS = WORKER.replace("LOUD", "0")
ENDS = "raise SystemExit(3)"
DEAF = "import time; time.sleep(600)"


class Overheard:
    """An engine without sound: whoever listens is fed by hand."""

    def __init__(self) -> None:
        self.takes: dict[PortId, Take] = {}
        self._change = threading.Condition()

    def overhear(self, port: PortId, take: Take | None) -> None:
        with self._change:
            if take is None:
                self.takes.pop(port, None)
            else:
                self.takes[port] = take

    def frames(self, port: PortId, count: int) -> None:
        for _ in range(count):
            self.takes[port](bytearray(FRAME))


class Box:
    """A `WordHearing` on a worker written for the test."""

    def __init__(self, program: str, **more: float) -> None:
        self.engine, self.events = Overheard(), Events()
        command = (sys.executable, "-c", program)
        self.hearing = WordHearing(self.engine, self.events, command, **more)  # type: ignore[arg-type]

    def lost(self) -> HearingLost:
        return self.events.wait(HearingLost, _LONG)


@contextmanager
def box(program: str, **more: float) -> Iterator[Box]:
    made = Box(program, **more)
    yield made
    made.hearing.stop()


def until(true: Callable[[], bool]) -> bool:
    """Within half a minute."""
    wait = threading.Event()
    return any(true() or wait.wait(0.02) for _ in range(1500))


def gone(process: int | None) -> bool:
    return process is None or not Path(f"/proc/{process}").exists()


@pytest.mark.parametrize(
    ("words", "certainty"),
    [(("a",), Certainty.NONE), (("a", "b"), Certainty.UNSURE), (("a", "b", "c"), Certainty.SURE)],
)
def test_answers_become_events(words: tuple[str, ...], certainty: Certainty) -> None:
    with box(ANSWERS) as one:
        one.hearing.hear(PORT, words, "en-GB")
        one.engine.frames(PORT, 10)
        assert one.events.wait(SpeechBegan, _LONG) == SpeechBegan(PORT)
        assert one.events.wait(WordHeard, _LONG) == WordHeard(PORT, words[-1], certainty, len(words) / 10)


READS = """
import json, socket
link, kept = socket.socket(fileno=0), {}
tell = lambda **what: link.send(json.dumps(what).encode())
tell(say="ready")
while data := link.recv(65536):
    if not data[0]:
        number = int.from_bytes(data[1:5], "little")
        kept[number] = kept.get(number, 0) + 1
        continue
    wish = json.loads(data)
    if wish["do"] == "read":
        tell(say="text", id=wish["id"], text=f"{kept.get(wish['id'], 0)} frames")
"""


def test_greetings_are_read_each_for_itself_once_a_worker_is_there() -> None:
    with box(READS) as one:
        assert one.hearing.read() is None
        one.hearing.prepare()
        first, second = one.hearing.read(), one.hearing.read()
        assert first is not None and second is not None
        for reading, frames in ((first, 3), (second, 2)):
            for _ in range(frames):
                reading.hear(bytearray(FRAME))
            assert reading.text is None
            reading.ask()
        assert until(lambda: (first.text, second.text) == ("3 frames", "2 frames"))
        first.close()
        first.close()
        second.hear(bytearray(FRAME))
        second.ask()
        assert until(lambda: second.text == "3 frames")
        first.ask()
        second.hear(bytearray(FRAME))
        second.ask()
        assert until(lambda: second.text == "4 frames") and first.text == "3 frames"


def test_two_callers_are_told_apart_and_who_is_not_listened_to_is_not_heard() -> None:
    with box(ANSWERS) as one:
        one.hearing.hear(PORT, ("a",), "en")
        one.hearing.hear(OTHER, ("b",), "en")
        first = one.engine.takes[PORT]
        one.hearing.hear(PORT, (), "en")
        assert PORT not in one.engine.takes
        for _ in range(10):
            first(bytearray(FRAME))  # the clock may be inside it still
        one.engine.frames(OTHER, 10)
        assert one.events.wait(WordHeard, _LONG).port == OTHER
        assert {getattr(event, "port", None) for event in one.events.all} == {OTHER}


@pytest.mark.parametrize("program", [ENDS, ANSWERS])
def test_a_worker_that_dies_is_told_to_all_and_not_tried_again_at_once(
    program: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), box(program) as one:
        one.hearing.hear(PORT, ("a",), "en")
        one.hearing.hear(OTHER, ("b",), "en")
        worker = one.hearing.worker()
        if program is ANSWERS:
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
        assert until(lambda: len(one.events.of(HearingLost)) == 2)
        assert not one.engine.takes
        assert until(lambda: gone(worker))
        one.hearing.hear(PORT, ("a",), "en")
        assert len(one.events.of(HearingLost)) == 3
        assert one.hearing.worker() is None
    assert len([record for record in caplog.records if "speech worker" in record.message]) == 1


def test_it_comes_back_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "_REST_SECONDS", 0.0)
    with box(ANSWERS) as one:
        one.hearing.hear(PORT, ("a",), "en")
        worker = one.hearing.worker()
        assert worker is not None
        os.kill(worker, signal.SIGKILL)
        one.lost()
        one.hearing.hear(PORT, ("a",), "en")
        one.engine.frames(PORT, 10)
        assert one.events.wait(WordHeard, _LONG).word == "a"


def test_a_worker_that_never_becomes_ready_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hearing, "_LOAD_SECONDS", 0.5)
    with box(DEAF) as one:
        one.hearing.hear(PORT, ("a",), "en")
        worker = one.hearing.worker()
        assert "ready" in one.lost().why
        assert until(lambda: gone(worker))


def test_a_worker_that_does_not_read_holds_nobody_up() -> None:
    with box(DEAF) as one:
        one.hearing.hear(PORT, ("a",), "en")
        one.engine.frames(PORT, 20_000)  # 6 MB: more than any socket holds
        one.hearing.hear(PORT, (), "en")


def test_it_leaves_when_nobody_was_heard_for_a_while_and_returns() -> None:
    with box(ANSWERS, idle_seconds=0.5) as one:
        one.hearing.prepare()
        first = one.hearing.worker()
        assert first is not None
        assert until(lambda: gone(first) and one.hearing.worker() is None)
        one.hearing.hear(PORT, ("a",), "en")
        one.engine.frames(PORT, 10)
        assert one.events.wait(WordHeard, _LONG).word == "a"
        assert not one.events.of(HearingLost)


def test_it_ends_with_the_box() -> None:
    with box(ANSWERS) as one:
        one.hearing.prepare()
        worker = one.hearing.worker()
    assert until(lambda: gone(worker))
    assert one.events.all == []


def test_a_board_with_little_memory_hears_nothing_and_starts_nothing() -> None:
    with box(ANSWERS, least_memory=1 << 60) as one:
        assert one.hearing.languages() == frozenset()
        one.hearing.prepare()
        one.hearing.hear(PORT, ("a",), "en")
        assert one.lost().port == PORT
        assert one.hearing.worker() is None


def test_a_language_without_a_model_is_not_listened_to() -> None:
    with box(ANSWERS) as one:
        one.hearing.hear(PORT, ("ja",), "de")
        assert one.lost().port == PORT
        assert one.hearing.worker() is None


def test_sound_of_a_line_reaches_the_worker(
    engine: Engine, line: Callable[..., Line], events: Events
) -> None:
    talker = line("one")
    command = (sys.executable, "-c", WORKER.replace("LOUD", "1"))
    made = WordHearing(engine, events, command)
    try:
        made.hear(talker.port, ("a", "b", "c"), "en")
        talker.say(sine(500, 20))
        assert events.wait(WordHeard, _LONG) == WordHeard(talker.port, "c", Certainty.SURE, 0.3)
        made.hear(talker.port, (), "en")
    finally:
        made.stop()


def test_nothing_of_a_listening_is_left_when_its_port_goes(
    engine: Engine, line: Callable[..., Line], events: Events
) -> None:
    talker = line("one")
    heard: list[int] = []
    engine.overhear(talker.port, lambda block: heard.append(np.frombuffer(block, np.int16).size))
    assert until(lambda: len(heard) > 2)
    engine.drop_line(talker.port)
    assert until(lambda: engine._bridge.counts()["ports"] == 0)
    assert not [event for event in events.all if isinstance(event, HearingLost)]


def test_the_machine_s_own_memory_is_known() -> None:
    told = next(
        line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal")
    )
    assert hearing.memory() == pytest.approx(int(told.split()[1]) * 1024, rel=0.02)
