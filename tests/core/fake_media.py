"""A media bridge without audio, and the post office through which fakes report."""

from __future__ import annotations

from appliance.contract.answering import AnsweredBy, AnswerWatch
from appliance.contract.clock import SteppedClock, Timer
from appliance.contract.events import AnswerHeard, BeepHeard, Event, EventSink, PlayEnded, RecordEnded
from appliance.contract.ids import PlayId, PortId, RecordingId, new_id
from appliance.contract.media import CallTone, Detect, Prompt


class PostOffice:
    """Events on their way to the core, in order."""

    def __init__(self) -> None:
        self.letters: list[Event] = []
        self.sink: EventSink = lambda event: None
        self._delivering = False

    def post(self, event: Event) -> None:
        self.letters.append(event)

    def deliver(self) -> None:
        """Until nothing is on its way any more."""
        if self._delivering:
            return
        self._delivering = True
        try:
            while self.letters:
                self.sink(self.letters.pop(0))
        finally:
            self._delivering = False


class FakeMedia:
    """A bridge that remembers who hears what. A prompt lasts one second of the stepped clock."""

    PROMPT_SECONDS = 1.0

    def __init__(self, clock: SteppedClock, post: PostOffice) -> None:
        self._clock = clock
        self._post = post
        self.ports: set[PortId] = set()
        self.pairs: set[frozenset[PortId]] = set()
        self.feeds: set[tuple[PortId, PortId]] = set()  # source, sink
        self.plays: dict[PlayId, tuple[PortId, Prompt | CallTone, bool]] = {}
        self.detectors: dict[PortId, tuple[Detect, float]] = {}
        self.watches: dict[PortId, AnswerWatch] = {}
        self._watched: dict[PortId, float] = {}
        self.caught_up: list[tuple[PortId, PortId, float]] = []
        self.recordings: dict[RecordingId, tuple[PortId, PortId]] = {}
        self.paused: set[RecordingId] = set()
        self.recorded: list[tuple[PortId, PortId]] = []
        self.said: list[tuple[PortId, Prompt | CallTone]] = []
        self.wrongs: list[str] = []
        self._timers: dict[PlayId, Timer] = {}

    def open(self) -> PortId:
        port = PortId(new_id())
        self.ports.add(port)
        return port

    def drop(self, port: PortId) -> None:
        """The line's end of a port closed: everything about it ends."""
        self.ports.discard(port)
        self.detectors.pop(port, None)
        self.stop_watching_answer(port)
        self.pairs = {pair for pair in self.pairs if port not in pair}
        self.feeds = {feed for feed in self.feeds if port not in feed}
        for play in [play for play, (where, _, _) in self.plays.items() if where == port]:
            self._end(play, completed=False)
        for recording in [name for name, ports in self.recordings.items() if port in ports]:
            self.stop_record(recording)

    def hears(self, port: PortId) -> Prompt | CallTone | None:
        """What is being played to a port."""
        return next((what for where, what, _ in self.plays.values() if where == port), None)

    def connect(self, a: PortId, b: PortId) -> None:
        if a in self.ports and b in self.ports:
            self.pairs.add(frozenset((a, b)))

    def disconnect(self, a: PortId, b: PortId) -> None:
        self.pairs.discard(frozenset((a, b)))

    def feed(self, source: PortId, sink: PortId) -> None:
        if source in self.ports and sink in self.ports:
            self.feeds.add((source, sink))
            if frozenset((source, sink)) in self.pairs:
                self.wrongs.append(f"{sink} is fed what it is connected to")

    def stop_feed(self, source: PortId, sink: PortId) -> None:
        self.feeds.discard((source, sink))

    def play(self, play: PlayId, port: PortId, prompt: Prompt, loop: bool = False) -> None:
        self._begin(play, port, prompt, loop)

    def play_tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        self._begin(play, port, tone, tone is not CallTone.BEEP)

    def stop_play(self, play: PlayId) -> None:
        self._end(play, completed=False)

    def detect(self, port: PortId, what: Detect, silence_seconds: float = 0.0) -> None:
        if port in self.ports:
            self.detectors[port] = (what, silence_seconds)

    def watch_answer(self, port: PortId, watch: AnswerWatch) -> None:
        if port in self.ports:
            self.watches[port], self._watched[port] = watch, self._clock.now()

    def stop_watching_answer(self, port: PortId) -> None:
        self.watches.pop(port, None)
        self._watched.pop(port, None)

    def catch_up(self, source: PortId, sink: PortId, speed: float) -> None:
        if frozenset((source, sink)) in self.pairs:
            self.caught_up.append((source, sink, speed))

    def answers(self, port: PortId, kind: AnsweredBy, probability: float = 0.99, quiet: float = 0.5) -> None:
        """For tests: the watch at a port finds out who answered. One without a beep to wait for is over."""
        if port not in self.watches:
            self.wrongs.append(f"nobody watches {port}")
            return
        seconds = self._clock.now() - self._watched[port]
        if not (kind is AnsweredBy.MACHINE and self.watches[port].beep):
            self.stop_watching_answer(port)
        self._post.post(AnswerHeard(port, kind, probability, seconds, f"It sounds like {kind}.", quiet))
        self._post.deliver()

    def beeps(self, port: PortId) -> None:
        """For tests: the machine at a port has beeped."""
        if port not in self.watches or not self.watches[port].beep:
            self.wrongs.append(f"nobody waits for a beep at {port}")
            return
        self._post.post(BeepHeard(port, self._clock.now() - self._watched[port], 0.1))
        self._post.deliver()

    def record(self, recording: RecordingId, left: PortId, right: PortId) -> None:
        self.recordings[recording] = (left, right)
        self.recorded.append((left, right))

    def pause_record(self, recording: RecordingId, paused: bool) -> None:
        if paused:
            self.paused.add(recording)
        else:
            self.paused.discard(recording)

    def stop_record(self, recording: RecordingId) -> None:
        if self.recordings.pop(recording, None) is not None:
            self.paused.discard(recording)
            self._post.post(RecordEnded(recording, 1.0))

    def _begin(self, play: PlayId, port: PortId, what: Prompt | CallTone, loop: bool) -> None:
        if play in self.plays:
            self.wrongs.append(f"{play} is played twice")
        if port not in self.ports:
            self._post.post(PlayEnded(play, port, completed=False, problem="no such port"))
            return
        self.plays[play] = (port, what, loop)
        self.said.append((port, what))
        if not loop:
            self._timers[play] = self._clock.after(self.PROMPT_SECONDS, lambda: self._finish(play))

    def _finish(self, play: PlayId) -> None:
        self._end(play, completed=True)
        self._post.deliver()

    def _end(self, play: PlayId, completed: bool) -> None:
        found = self.plays.pop(play, None)
        timer = self._timers.pop(play, None)
        if timer is not None:
            timer.cancel()
        if found is not None:
            self._post.post(PlayEnded(play, found[0], completed))
