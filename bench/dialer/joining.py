"""From "person" to both hearing each other: an agent on a standing line and somebody who was dialled.

Both are SIP calls of real RTP through the real media; the greeting is a voice the trees have never heard, the
media itself finds out that it is a person's, and the core is the one that ships. The clock starts when the
media posts its word and stops when the later of the two has the first packet with the other's sound. The
control is a core that looks for events ten times a second.
"""

from __future__ import annotations

import contextlib
import queue
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.contract.answering import AnsweredBy, AnswerWatch, AnswerWish
from appliance.contract.campaigns import WorkPlan
from appliance.contract.events import AnswerHeard, Event
from appliance.contract.ids import PlayId, PortId
from appliance.contract.media import CallTone, MediaBridge
from appliance.media.engine import Engine, EngineConfig
from appliance.media.speech import SoundLibrary
from bench.media.raw_phone import RawPhone
from bench.result import Result, must_miss, percentile, result
from tests.core.fake_media import FakeMedia
from tests.core.floor_hall import FloorHall
from tests.media.rig import Caller, until

FAMILY = "dialer"
GOAL = 60.0  # ms: 40, and a frame
ROUNDS, CALLS, CONTROL_CALLS = 3, 10, 8
POLL = 0.1  # s between two looks of the control
GREETING = Path(__file__).parents[2] / "tests/media/answered/person-1.80-short-40dB-17.ulaw"
_FRAME = 160
_SILENCE = bytes([0xFF]) * _FRAME
_NOISE = bytes([0x20, 0xA0] * (_FRAME // 2))  # an agent who is never quiet


class Speaker:
    """What a telephone sends, a packet each 20 ms: what it was told to say, then always the same."""

    def __init__(self, phone: RawPhone, always: bytes) -> None:
        self._phone, self._always = phone, always
        self._say: list[bytes] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, coded: bytes) -> None:
        """Say this from now on."""
        self._say = [coded[at : at + _FRAME] for at in range(0, len(coded) - _FRAME + 1, _FRAME)]

    def close(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.perf_counter()
        while not self._ending.is_set():
            self._phone.send(self._say.pop(0) if self._say else self._always)
            due += 0.02
            time.sleep(max(0.0, due - time.perf_counter()))


class RealMedia(FakeMedia):
    """The engine's bridge behind the ports of the hall: each leg that opens takes the next of `ready`."""

    bridge: MediaBridge
    ready: list[PortId]

    def open(self) -> PortId:
        port = self.ready.pop(0)
        self.ports.add(port)
        return port

    def drop(self, port: PortId) -> None:
        self.bridge.stop_watching_answer(port)
        super().drop(port)

    def connect(self, a: PortId, b: PortId) -> None:
        super().connect(a, b)
        self.bridge.connect(a, b)

    def disconnect(self, a: PortId, b: PortId) -> None:
        super().disconnect(a, b)
        self.bridge.disconnect(a, b)

    def catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        self.bridge.catch_up(source, sink, speed)

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        super().watch_answer(port, watch)
        self.bridge.watch_answer(port, watch)

    def play_tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        """The beep before whoever answered is not sounded: it would be taken for them."""
        super().play_tone(play, port, tone)


class Hall(FloorHall):
    """A floor whose media is real."""

    MEDIA = RealMedia


class Stage:
    """An agent's telephone, a called person's, both up at the engine, and the floor between them."""

    def __init__(
        self, engine: Engine, caller: Caller, events: queue.Queue[tuple[float, Event]], first_words: bool
    ) -> None:
        self._caller, self._events = caller, events
        self.agent, self.person = RawPhone(), RawPhone()
        ports = [PortId(f"agent-{first_words}"), PortId(f"person-{first_words}")]
        for number, (phone, port) in enumerate(zip((self.agent, self.person), ports, strict=True)):
            caller.call(number, phone.sip_port, port)
        if not until(lambda: all(caller.is_up(port) for port in ports), 15.0):
            raise RuntimeError("the telephones were not connected")
        self._ports = ports
        RealMedia.bridge, RealMedia.ready = engine.bridge, [ports[0]]
        work = WorkPlan(required=False, first_words=first_words)
        self.hall = Hall(leads=200, machines=AnswerWish.BALANCED, work=work)
        self.speakers = Speaker(self.agent, _NOISE), Speaker(self.person, _SILENCE)
        self.hall.start("11")

    def joins(self, poll: float = 0.0) -> float:
        """Milliseconds from the media's word to the first packet that both have of each other."""
        hall = self.hall
        hall.wait(30.0)  # the agent is done with the call before
        (line,) = hall.out()
        RealMedia.ready = [self._ports[1]]
        coded = GREETING.read_bytes()
        self.speakers[1].say(coded + coded[-4000:] * 20)
        hall.answers(line)
        told = self._told(poll)
        if not until(lambda: self._first(self.agent, told) and self._first(self.person, told), 5.0):
            raise RuntimeError("they do not hear each other")
        heard = max(self._first(self.agent, told), self._first(self.person, told))
        self.speakers[1].say(b"")
        hall.gone(line)
        time.sleep(0.3)
        return 1000 * (heard - told)

    def _told(self, poll: float) -> float:
        """Hands the media's events to the core until it knows of a person; when the media said so."""
        while True:
            at, event = self._events.get(timeout=20.0)
            if poll:
                time.sleep(poll - time.perf_counter() % poll)
            self.hall.post.post(event)
            self.hall.pump()
            if isinstance(event, AnswerHeard):
                if event.kind is not AnsweredBy.PERSON:
                    raise RuntimeError(f"the greeting was taken for something else: {event}")
                return at

    @staticmethod
    def _first(phone: RawPhone, since: float) -> float:
        """When the first packet came that is not silence; 0.0: none has come."""
        for at, payload in list(phone.heard):
            if at > since and any(code & 0x7F != 0x7F for code in payload):
                return at
        return 0.0

    def close(self) -> None:
        for port in self._ports:
            self._caller.hang_up(port)
        until(lambda: not any(self._caller.is_up(port) for port in self._ports))
        for speaker in self.speakers:
            speaker.close()
        self.agent.close()
        self.person.close()


@contextlib.contextmanager
def _engine() -> Iterator[tuple[Engine, Caller, queue.Queue[tuple[float, Event]]]]:
    events: queue.Queue[tuple[float, Event]] = queue.Queue()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sounds = SoundLibrary(folder / "cache", folder / "uploads")
        engine = Engine(
            EngineConfig(folder / "r"), lambda event: events.put((time.perf_counter(), event)), sounds
        )
        engine.start()
        caller = Caller(engine)
        try:
            yield engine, caller, events
        finally:
            caller.close()
            engine.stop()


def run() -> list[Result]:
    """p50 and p95 with the sound as it comes, the same where first words are heard, and the control."""
    with _engine() as (engine, caller, events):
        plain = Stage(engine, caller, events, first_words=False)
        rounds = [[plain.joins() for _ in range(CALLS)] for _ in range(ROUNDS)]
        control = [plain.joins(POLL) for _ in range(CONTROL_CALLS)]
        plain.close()
        late = Stage(engine, caller, events, first_words=True)
        words = [[late.joins() for _ in range(CALLS)] for _ in range(ROUNDS)]
        late.close()
    return [
        result("dialer.join_ms_p50", [percentile(one, 50) for one in rounds], "ms", GOAL),
        result("dialer.join_ms_p95", [percentile(one, 95) for one in rounds], "ms", GOAL),
        result("dialer.join_first_words_ms_p95", [percentile(one, 95) for one in words], "ms", GOAL),
        must_miss(result("dialer.control_polled_join_ms_p95", [percentile(control, 95)], "ms", GOAL)),
    ]
