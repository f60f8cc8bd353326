"""Plays: prompts from files by PJSIP's own player, and tones by its generator. Every play ends exactly
once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pjsua2

from appliance.contract.errors import CallboxError, MediaError
from appliance.contract.events import EventSink, PlayEnded
from appliance.contract.ids import PlayId, PortId
from appliance.contract.media import CallTone, Prompt
from appliance.media import tones

if TYPE_CHECKING:
    from appliance.media.bridge import Bridge, Port
    from appliance.media.engine import Engine


class _Player(pjsua2.AudioMediaPlayer):
    """PJSIP's player, telling the end of its file; called on PJSIP's event thread."""

    def __init__(self, ended: Callable[[], None]) -> None:
        super().__init__()
        self._ended = ended

    def onEof2(self) -> None:
        self._ended()


class _Source(ABC):
    """What sounds during a play."""

    @abstractmethod
    def start(self, port: Port) -> None:
        """Begin; MediaError when PJSIP refuses."""

    @abstractmethod
    def stop(self, port: Port) -> None:
        """End, and give back what was used."""


class _File(_Source):
    def __init__(self, engine: Engine, path: Path, loop: bool, ended: Callable[[], None]) -> None:
        self._engine = engine
        # A subclass in Python is called back at each end; music needs none of that.
        self._player = pjsua2.AudioMediaPlayer() if loop else _Player(ended)
        self._path, self._options = path, 0 if loop else pjsua2.PJMEDIA_FILE_NO_LOOP
        self._created = False

    def start(self, port: Port) -> None:
        try:
            self._player.createPlayer(str(self._path), self._options)
            self._created = True
            self._player.startTransmit(port.audio)
        except pjsua2.Error as error:
            raise MediaError(f"The sound could not be played: {error.reason}", port.id) from None

    def stop(self, port: Port) -> None:
        if self._created:
            _silence(self._player, port)
        self._engine.bury(self._player)


class _Tone(_Source):
    def __init__(self, engine: Engine, generators: tones.ToneGenerators, tone: CallTone, done: Any) -> None:
        self._engine, self._generators, self._tone, self._done = engine, generators, tone, done
        self._generator: Any = None
        self._alarm: Any = None

    def start(self, port: Port) -> None:
        lasts = tones.seconds(self._tone)
        try:
            self._generator = self._generators.obtain()
            signal = tones.signal_of(self._tone, self._engine.config.country)
            self._generator.play(tones.describe(signal), lasts is None)
            self._generator.startTransmit(port.audio)
        except pjsua2.Error as error:
            raise MediaError(f"The tone could not be played: {error.reason}", port.id) from None
        if lasts is not None:
            self._alarm = self._engine.after(lasts + 0.04, self._done)

    def stop(self, port: Port) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        if self._generator is not None:
            _silence(self._generator, port)
            self._generators.give_back(self._generator)


def _silence(source: Any, port: Port) -> None:
    try:
        source.stopTransmit(port.audio)
    except pjsua2.Error:
        return  # the port's call has ended, and took its connections along


class _Play:
    """One play from its command to its end; `source` is None while its prompt is being rendered."""

    def __init__(self, play: PlayId, port: PortId) -> None:
        self.play, self.port = play, port
        self.source: _Source | None = None


class Plays:
    """All plays in progress. On the engine's thread."""

    def __init__(self, engine: Engine, bridge: Bridge, post: EventSink) -> None:
        self._engine, self._bridge, self._post = engine, bridge, post
        self._plays: dict[PlayId, _Play] = {}
        self._generators = tones.ToneGenerators()

    def count(self) -> int:
        return len(self._plays)

    def play(self, play: PlayId, port: PortId, prompt: Prompt, loop: bool) -> None:
        if not self._enter(play, port):
            return
        path = self._engine.sounds.resolve(prompt)
        if path is not None:
            self._begin_file(play, path, loop)
            return
        rendering = self._engine.workers.submit(self._engine.sounds.prepare, prompt)
        rendering.add_done_callback(
            lambda done: self._engine.submit(lambda: self._rendered(play, done, loop))
        )

    def tone(self, play: PlayId, port: PortId, tone: CallTone) -> None:
        if self._enter(play, port):
            done = partial(self._end, play, True)
            self._begin(play, _Tone(self._engine, self._generators, tone, done))

    def stop(self, play: PlayId) -> None:
        self._end(play, False)

    def port_gone(self, port: PortId) -> None:
        for play in [one.play for one in self._plays.values() if one.port == port]:
            self._end(play, False)

    def close(self) -> None:
        for play in list(self._plays):
            self._end(play, False)

    def release(self) -> None:
        self._generators.destroy()

    def _enter(self, play: PlayId, port: PortId) -> bool:
        if self._bridge.find(port) is None:
            self._post(PlayEnded(play, port, False, "The party has gone."))
            return False
        self._plays[play] = _Play(play, port)
        return True

    def _rendered(self, play: PlayId, done: Future[Path], loop: bool) -> None:
        if play not in self._plays:
            return  # stopped while its prompt was being made
        if done.cancelled():
            self._end(play, False)
            return
        error = done.exception()
        if error is None:
            self._begin_file(play, done.result(), loop)
            return
        self._end(
            play, False, str(error) if isinstance(error, CallboxError) else "The prompt could not be made."
        )

    def _begin_file(self, play: PlayId, path: Path, loop: bool) -> None:
        ended = partial(self._engine.submit, partial(self._end, play, True))
        self._begin(play, _File(self._engine, path, loop, ended))

    def _begin(self, play: PlayId, source: _Source) -> None:
        one = self._plays[play]
        one.source = source
        port = self._bridge.find(one.port)
        if port is None:
            self._end(play, False)
            return
        try:
            source.start(port)
        except MediaError as error:
            self._end(play, False, str(error))

    def _end(self, play: PlayId, completed: bool, problem: str = "") -> None:
        one = self._plays.pop(play, None)
        if one is None:
            return
        port = self._bridge.find(one.port)
        if one.source is not None and port is not None:
            one.source.stop(port)
        self._post(PlayEnded(play, one.port, completed, problem))
