"""MediaBridge on pjsua2's conference: which port hears which, and what is played, heard and recorded there.

The commands are put on the engine's thread; everything below them runs there. A port that leaves takes its
connections, plays and detectors with it; only a recording waits for it to come back (a re-INVITE).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from appliance.contract.answering import AnswerWatch
from appliance.contract.audio import FRAME_BYTES
from appliance.contract.events import EventSink
from appliance.contract.ids import PlayId, PortId, RecordingId
from appliance.contract.media import CallTone, Detect, Prompt
from appliance.media.amd import AnswerListener, Reading
from appliance.media.detect import Listener
from appliance.media.first_words import FirstWords
from appliance.media.player import Plays
from appliance.media.ports import FramePort, LinePort, Take, stop_transmit, transmit
from appliance.media.recorder import Recordings

if TYPE_CHECKING:
    from appliance.media.engine import Engine


@dataclass(eq=False)
class Port:
    """One party's place in the bridge. `audio` is pjsua2's; `frames` carries a line that is not SIP."""

    id: PortId
    audio: Any
    line: LinePort | None = None
    frames: FramePort | None = None
    peers: set[PortId] = field(default_factory=set)
    hears: set[PortId] = field(default_factory=set)  # one way
    heard_by: set[PortId] = field(default_factory=set)
    tap: FramePort | None = None
    ear: FramePort | None = None
    watch: FramePort | None = None
    answer: AnswerListener | None = None


class Reader(Protocol):
    """What is needed of `hearing.WordHearing`."""

    def languages(self) -> frozenset[str]:
        """That it can read; none on a small board."""

    def read(self) -> Reading | None:
        """A greeting that begins; None while nobody is ready."""

    def prepare(self) -> None:
        """Get ready. Takes its time."""


class Bridge:
    """The implementation of `MediaBridge`, and the table of ports."""

    def __init__(self, engine: Engine, post: EventSink) -> None:
        self._engine = engine
        self._post = post
        self._ports: dict[PortId, Port] = {}
        self._plays = Plays(engine, self, post)
        self._recordings = Recordings(engine, self, post)
        self._words = FirstWords(engine, self.find)
        self.reader: Reader | None = None  # who writes down what is said in greetings

    # MediaBridge: any thread.

    def connect(self, a: PortId, b: PortId) -> None:
        self._engine.submit(lambda: self._connect(a, b))

    def disconnect(self, a: PortId, b: PortId) -> None:
        self._engine.submit(lambda: self._disconnect(a, b))

    def feed(self, source: PortId, sink: PortId) -> None:
        self._engine.submit(lambda: self._feed(source, sink))

    def stop_feed(self, source: PortId, sink: PortId) -> None:
        self._engine.submit(lambda: self._stop_feed(source, sink))

    def play(self, play: PlayId, port: PortId, prompt: Prompt, loop: bool = False) -> None:
        self._engine.submit(lambda: self._plays.play(play, port, prompt, loop))

    def play_tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        self._engine.submit(lambda: self._plays.tone(play, port, tone))

    def stop_play(self, play: PlayId) -> None:
        self._engine.submit(lambda: self._plays.stop(play))

    def detect(self, port: PortId, what: Detect, silence_seconds: float = 0.0) -> None:
        self._engine.submit(lambda: self._detect(port, what, silence_seconds))

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        self._engine.submit(lambda: self._watch_answer(port, watch))

    def stop_watching_answer(self, port: PortId) -> None:
        self._engine.submit(lambda: self._stop_watching(port))

    def catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        self._engine.submit(lambda: self._catch_up(source, sink, speed))

    def record(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        self._engine.submit(lambda: self._recordings.record(recording, left, right))

    def pause_record(self, recording: RecordingId, paused: bool) -> None:
        self._engine.submit(lambda: self._recordings.pause(recording, paused))

    def stop_record(self, recording: RecordingId) -> None:
        self._engine.submit(lambda: self._recordings.stop(recording))

    # The table of ports: the engine's thread.

    def adopt(self, port: PortId, audio: object) -> None:
        """A call's audio becomes a port; taken again under the same id, it replaces what was there."""
        if port in self._ports:
            self.drop(port)
        self._enter(Port(port, audio))

    def add_line(self, line: LinePort) -> None:
        """A line's port enters, for as long as the line is configured."""
        if line.port in self._ports:
            self.drop(line.port)
        frames = self._engine.frame_ports.obtain()
        frames.give, frames.take = line.give, line.take
        self._enter(Port(line.port, frames, line, frames))

    def drop(self, port: PortId) -> None:
        """Take the port out of everything; harmless when it is not there."""
        there = self._ports.get(port)
        if there is None:
            return
        self._plays.port_gone(port)
        self._stop_listening(there)
        self.overhear(port, None)
        self._stop_watching(port)
        for peer in list(there.peers):
            self._disconnect(port, peer)
        for source in list(there.hears):
            self._stop_feed(source, port)
        for sink in list(there.heard_by):
            self._stop_feed(port, sink)
        self._words.forget(there)
        self._recordings.port_gone(there)
        del self._ports[port]
        if there.frames is not None:
            self._engine.frame_ports.give_back(there.frames)

    def find(self, port: PortId) -> Port | None:
        return self._ports.get(port)

    def overhear(self, port: PortId, take: Take | None) -> None:
        """Give everything that comes in at a port to `take` (the clock's thread), or stop that. Harmless when
        the port has gone.
        """
        there = self._ports.get(port)
        if there is None:
            return
        if there.ear is not None:
            stop_transmit(there.audio, there.ear)
            self._engine.frame_ports.give_back(there.ear)
            there.ear = None
        if take is not None:
            there.ear = self._engine.frame_ports.obtain()
            there.ear.take = take
            transmit(there.audio, there.ear, port)

    def busy(self) -> bool:
        """Whether any call is up."""
        return any(port.line is None for port in self._ports.values())

    def counts(self) -> dict[str, int]:
        """What is held at the moment, for tests and the fault page."""
        return {
            "ports": len(self._ports),
            "plays": self._plays.count(),
            "recordings": self._recordings.count(),
            "frame_ports": self._engine.frame_ports.count(),
        }

    def close(self) -> None:
        """The engine stops: end everything that owes an event."""
        self._plays.close()
        self._recordings.close()
        for port in list(self._ports):
            self.drop(port)

    def release(self) -> None:
        """The clock has stopped: let go of what is left."""
        self._ports.clear()
        self._plays.release()

    def _enter(self, port: Port) -> None:
        self._ports[port.id] = port
        self._recordings.port_back(port)

    def _connect(self, a: PortId, b: PortId) -> None:
        one, other = self._ports.get(a), self._ports.get(b)
        if one is None or other is None or b in one.peers:
            return
        transmit(one.audio, other.audio, a)
        transmit(other.audio, one.audio, b)
        one.peers.add(b)
        other.peers.add(a)

    def _disconnect(self, a: PortId, b: PortId) -> None:
        one, other = self._ports.get(a), self._ports.get(b)
        if one is None or other is None or b not in one.peers:
            return
        one.peers.discard(b)
        other.peers.discard(a)
        for source, sink in ((one, other), (other, one)):
            if not self._words.part(source, sink):
                stop_transmit(source.audio, sink.audio)

    def _catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        one, other = self._ports.get(source), self._ports.get(sink)
        if one is not None and other is not None and sink in one.peers:
            self._words.catch_up(one, other, speed)
        elif one is not None and not one.peers:
            self._words.forget(one)

    def _feed(self, source: PortId, sink: PortId) -> None:
        one, other = self._ports.get(source), self._ports.get(sink)
        if one is None or other is None or source in other.hears:
            return
        transmit(one.audio, other.audio, sink)
        other.hears.add(source)
        one.heard_by.add(sink)

    def _stop_feed(self, source: PortId, sink: PortId) -> None:
        one, other = self._ports.get(source), self._ports.get(sink)
        if one is None or other is None or source not in other.hears:
            return
        other.hears.discard(source)
        one.heard_by.discard(sink)
        stop_transmit(one.audio, other.audio)

    def _detect(self, port: PortId, what: Detect, silence_seconds: float) -> None:
        there = self._ports.get(port)
        if there is None:
            return
        self._stop_listening(there)
        if what == Detect.NOTHING:
            return
        listener = Listener(port, what, silence_seconds, self._engine.config.country, self._post)
        if there.line is not None:
            there.line.listener = listener
            return
        there.tap = self._engine.frame_ports.obtain()
        there.tap.take = listener
        transmit(there.audio, there.tap, port)

    def _watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        there = self._ports.get(port)
        if there is None:
            return
        self._stop_watching(port)
        there.watch = self._engine.frame_ports.obtain()
        reading = self._reading(watch)
        listener = AnswerListener(port, watch, self._engine.config.country, self._post, reading=reading)
        before = there.line.lately(watch.before) if there.line is not None else b""
        for frame in frames(before):
            listener(frame)
        if watch.keep > 0.0:
            self._words.keep(there, watch.keep, frames(before))
        there.watch.take = there.answer = listener
        transmit(there.audio, there.watch, port)

    def _reading(self, watch: AnswerWatch) -> Reading | None:
        """The words of a greeting, when a worker is there who knows its language; else one is called."""
        reader = self.reader
        if reader is None or watch.language.partition("-")[0] not in reader.languages():
            return None
        reading = reader.read()
        if reading is None:
            self._engine.workers.submit(reader.prepare)
        return reading

    def _stop_watching(self, port: PortId) -> None:
        there = self._ports.get(port)
        if there is not None and there.answer is not None:
            there.answer.close()
            there.answer = None
        if there is not None and there.watch is not None:
            stop_transmit(there.audio, there.watch)
            self._engine.frame_ports.give_back(there.watch)
            there.watch = None

    def _stop_listening(self, port: Port) -> None:
        if port.line is not None:
            port.line.listener = None
        if port.tap is not None:
            stop_transmit(port.audio, port.tap)
            self._engine.frame_ports.give_back(port.tap)
            port.tap = None


def frames(pcm: bytes) -> Iterator[bytes]:
    """Whole frames, one after the other."""
    for start in range(0, len(pcm), FRAME_BYTES):
        yield pcm[start : start + FRAME_BYTES]
