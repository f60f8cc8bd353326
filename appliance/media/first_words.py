"""What somebody said before anybody was joined with them: kept, and given to who is joined a little faster
than it was spoken, until that has caught up with what is being said.

libspandsp's time scaling keeps the pitch (PICOLA: whole periods of the voice are overlapped and added).
Pauses are cut short, so most have caught up by the time the first "hello" is over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appliance.contract.audio import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE
from appliance.contract.ids import PortId
from appliance.media._libraries import ffi
from appliance.media.ports import FramePort, stop_transmit, transmit
from appliance.media.spandsp import Pcm, library
from appliance.media.vectors import energy

if TYPE_CHECKING:
    from appliance.media.bridge import Port
    from appliance.media.engine import Engine

_SILENCE = bytes(FRAME_BYTES)
_PAUSE = 4  # frames: what is longer of a pause is cut out
_CUSHION = 4  # frames: the scaler gives by periods of the voice, the bridge takes by frames
_LOUD = 100.0**2 * FRAME_SAMPLES  # a frame's energy: what has less is quiet
_BELOW, _ABOVE, _VOICE = 300.0, 4.0, 16.0  # 25 dB under the loudest; 6 dB over the noise, 12 dB under a voice
_NOISE = 5  # frames: so long, at least, nobody speaks somewhere in what is kept
_LONGEST = round(5.0 / FRAME_SECONDS)  # frames; who never pauses is heard directly after so long
_LOWEST = 60  # Hz; the scaler looks for periods down to it


class TimeScale:
    """A stream of samples, spoken faster or slower at the same pitch."""

    def __init__(self, speed: float) -> None:
        self._library = library()
        state = self._library.time_scale_init(ffi.NULL, SAMPLE_RATE, 1.0 / speed)
        self._state = ffi.gc(state, self._library.time_scale_free)
        self._out = ffi.new("int16_t[]", 4 * FRAME_SAMPLES + 2 * SAMPLE_RATE // _LOWEST)

    def at(self, speed: float) -> None:
        """Go on at another speed."""
        self._library.time_scale_rate(self._state, 1.0 / speed)

    def feed(self, pcm: bytes) -> bytes:
        """Take at most two frames; what is ready by now: some 33 ms are held back."""
        amp = ffi.from_buffer("int16_t[]", pcm)
        count = self._library.time_scale(self._state, self._out, amp, len(amp))
        return bytes(ffi.buffer(self._out, 2 * count))


class Words:
    """The last seconds of a port; from `go` on, the way by which another port hears it. `take` and `give`
    run on the bridge's clock."""

    def __init__(self, seconds: float) -> None:
        self._most = round(seconds / FRAME_SECONDS)
        self._frames: deque[bytes] = deque()
        self._scale: TimeScale | None = None
        self._caught_up: Callable[[], None] | None = None
        self._ready = b""
        self._begun = False
        self._loudest = self._noise = 0.0
        self._quiet = _PAUSE  # frames of the pause that goes on; it begins with one
        self._skipped = b""  # the frame before the next word: it may have begun there
        self._passing = 0  # frames since nothing was late any more

    def take(self, block: Pcm) -> None:
        """What comes in at the port."""
        self._frames.append(bytes(block))
        if self._scale is None and len(self._frames) > self._most:
            self._frames.popleft()

    def go(self, speed: float, caught_up: Callable[[], None]) -> None:
        """Let it be heard from its first word on; `caught_up` is called once, on the clock's thread."""
        levels = [float(energy(frame)) for frame in list(self._frames)]
        ways = [sum(levels[at : at + _NOISE]) / _NOISE for at in range(len(levels) - _NOISE + 1)]
        self._loudest, self._noise = max(levels, default=0.0), min(ways, default=0.0)
        self._caught_up = caught_up
        self._scale = TimeScale(speed)

    def give(self) -> bytes:
        """A frame of it."""
        self._begun = self._begun or len(self._frames) > _CUSHION
        while self._begun and len(self._ready) < FRAME_BYTES and self._frames:
            self._next(self._frames.popleft())
        ready, self._ready = self._ready[:FRAME_BYTES], self._ready[FRAME_BYTES:]
        return ready + _SILENCE[len(ready) :]

    def _next(self, frame: bytes) -> None:
        self._quiet = self._quiet + 1 if self._is_quiet(frame) else 0
        late = len(self._frames) >= _CUSHION and not self._passing
        if self._quiet > _PAUSE and (late or all(map(self._is_quiet, self._frames))):
            self._skipped = frame
            if not self._frames:
                self._is_done()
            return
        if not late:
            self._pass_on()
        self._scaled(self._skipped + frame)
        self._skipped = b""

    def _pass_on(self) -> None:
        """Nothing is late: as it is spoken, until a pause lets it be heard directly."""
        if not self._passing and self._scale is not None:
            self._scale.at(1.0)
        self._passing += 1
        if self._passing > _LONGEST:
            self._is_done()

    def _scaled(self, frames: bytes) -> None:
        if self._scale is not None:
            self._ready += self._scale.feed(frames)

    def _is_quiet(self, frame: bytes) -> bool:
        level = float(energy(frame))
        self._loudest = max(self._loudest, level)
        noise = min(_ABOVE * self._noise, self._loudest / _VOICE)
        return level < max(_LOUD, self._loudest / _BELOW, noise)

    def _is_done(self) -> None:
        done, self._caught_up = self._caught_up, None
        if done is not None:
            done()


@dataclass(eq=False)
class _Keeping:
    words: Words
    tap: FramePort
    way: FramePort | None = None  # to the port that hears it late
    sink: PortId | None = None


class FirstWords:
    """All that is kept. On the engine's thread; told of each port that is connected, parted, and gone."""

    def __init__(self, engine: Engine, find: Callable[[PortId], Port | None]) -> None:
        self._engine, self._find = engine, find
        self._kept: dict[PortId, _Keeping] = {}

    def keep(self, port: Port, seconds: float, before: Iterable[bytes]) -> None:
        """Keep what comes in there from now on; `before` is what came before."""
        self.forget(port)
        one = _Keeping(Words(seconds), self._engine.frame_ports.obtain())
        for frame in before:
            one.words.take(frame)
        one.tap.take = one.words.take
        self._kept[port.id] = one
        transmit(port.audio, one.tap, port.id)

    def catch_up(self, source: Port, sink: Port, speed: float) -> None:
        """`sink` is connected with `source`: it hears what was kept first."""
        one = self._kept.get(source.id)
        if one is None or one.way is not None:
            return
        one.way, one.sink = self._engine.frame_ports.obtain(), sink.id
        one.words.go(speed, lambda: self._engine.submit(lambda: self._caught_up(source.id, one)))
        one.way.give = one.words.give
        stop_transmit(source.audio, sink.audio)
        transmit(one.way, sink.audio, sink.id)

    def part(self, source: Port, sink: Port) -> bool:
        """They are parted. Did `sink` hear `source` late? Then there is nothing else to part."""
        one = self._kept.get(source.id)
        if one is None or one.sink != sink.id:
            return False
        self._end(source, one, sink)
        return True

    def forget(self, port: Port) -> None:
        """Keep nothing of it any more. Not while somebody hears it late."""
        one = self._kept.get(port.id)
        if one is not None:
            self._end(port, one, None)

    def _caught_up(self, port: PortId, one: _Keeping) -> None:
        source, sink = self._find(port), self._find(one.sink or PortId(""))
        if self._kept.get(port) is not one or source is None or sink is None:
            return
        self._end(source, one, sink)
        transmit(source.audio, sink.audio, sink.id)

    def _end(self, source: Port, one: _Keeping, sink: Port | None) -> None:
        del self._kept[source.id]
        stop_transmit(source.audio, one.tap)
        self._engine.frame_ports.give_back(one.tap)
        if one.way is not None:
            if sink is not None:
                stop_transmit(one.way, sink.audio)
            self._engine.frame_ports.give_back(one.way)
