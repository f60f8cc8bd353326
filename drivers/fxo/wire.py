"""Between the line's logic and the AT channel: commands, the voice stream, and its counters.

The channel's thread only decodes, feeds the audio port and writes; all else is posted to the line's worker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from appliance.contract.audio import AudioPort
from appliance.contract.errors import LineTimeoutError, LineTransientError
from drivers.at_channel import AtChannel, Reply
from drivers.fxo.dle import DLE
from drivers.fxo.sample_format import SampleFormat
from drivers.fxo.stream import Event, VoiceStream

Done = Callable[[Reply], None]
Post = Callable[[Callable[[], None]], None]

_STALLED = 1600  # bytes that wait for the port (>= 100 ms of voice): the modem takes nothing any more


class Wire(Protocol):
    """What the line's logic may ask of its modem; replies and events come on the line's worker."""

    def ask(self, text: str, timeout: float, done: Done, finals: Iterable[str] = ()) -> None:
        """Send a command; `done` gets its one Reply."""

    def abort(self) -> None:
        """Make the modem give up the command it is busy with (V.250 5.6.1: any character does)."""

    def talk(self, command: str, samples: SampleFormat, connected: Done, event: Callable[[Event], None],
             over: Done) -> None:  # fmt: skip
        """Open the voice stream; `connected` gets CONNECT or the refusal, `over` the result after its end."""

    def leave(self, code: bytes) -> None:
        """Send nothing more but `code`, which ends the stream."""

    def abandon(self) -> None:
        """Take the stream for ended whatever the modem does."""

    def send_tones(self, digits: str) -> None:
        """Play digits into the stream."""

    @property
    def received(self) -> int:
        """Samples that came in since the stream began."""

    @property
    def loud(self) -> int:
        """How many of them were louder than a quiet line."""


class ModemWire:
    """The real one."""

    def __init__(self, channel: AtChannel, post: Post, audio: AudioPort) -> None:
        self._channel = channel
        self._post = post
        self._audio = audio
        self._lock = threading.Lock()  # between the channel's pump and `leave`: no sample after the end code
        self._stream: VoiceStream | None = None
        self._leaving = False
        self._event: Callable[[Event], None] = lambda event: None

    def ask(self, text: str, timeout: float, done: Done, finals: Iterable[str] = ()) -> None:
        self._channel.command(text, timeout, self._posted(done), finals=finals)

    def abort(self) -> None:
        self._channel.write_raw(b"\r")

    def talk(self, command: str, samples: SampleFormat, connected: Done, event: Callable[[Event], None],
             over: Done) -> None:  # fmt: skip
        stream = VoiceStream(self._audio, samples)
        self._event, self._leaving = event, False
        answered, after = self._posted(connected), self._posted(over)

        def begun(reply: Reply) -> None:
            if reply.final.startswith("CONNECT"):
                with self._lock:
                    self._stream = stream
                    self._channel.write_raw(stream.begin())
            answered(reply)

        def ended(reply: Reply) -> None:
            with self._lock:
                stream.finish()
            after(reply)

        self._channel.command(command, 2.0, begun, raw=self._pump, after_raw=ended)

    def leave(self, code: bytes) -> None:
        with self._lock:
            if self._channel.write_raw(b"") > _STALLED:
                # A <DLE> may be the last byte that left: a sample first, so that it cannot eat our code.
                self._channel.drop_raw()
                code = b"\0" + code
            self._leaving = True
            self._channel.write_raw(code)

    def abandon(self) -> None:
        self._channel.leave_raw()

    def send_tones(self, digits: str) -> None:
        with self._lock:
            if self._stream is not None:
                self._stream.send_digits(digits)

    @property
    def received(self) -> int:
        return self._stream.received if self._stream is not None else 0

    @property
    def loud(self) -> int:
        return self._stream.loud if self._stream is not None else 0

    def _posted(self, done: Done) -> Done:
        def post(reply: Reply) -> None:
            if not _port_gone(reply):
                self._post(lambda: done(reply))

        return post

    def _pump(self, data: bytes) -> bytes | None:
        stream = self._stream
        if stream is None:
            return b""
        with self._lock:
            answer, events = stream.feed(data)
            if answer and not self._leaving:
                self._channel.write_raw(answer)
        for event in events:
            self._post(lambda event=event: self._event(event))  # type: ignore[misc]
        return stream.rest if stream.ended else None


def _port_gone(reply: Reply) -> bool:
    """Not what the modem answered: the channel tells the service, which ends the leg."""
    error = reply.error
    return isinstance(error, LineTransientError) and not isinstance(error, LineTimeoutError)


def escape(channel: AtChannel) -> None:
    """Out of any voice state, off any half-sent line: for a modem found in a state nobody knows."""
    channel.write_raw(bytes((0, DLE, ord("^"), DLE, 0x03, DLE, ord("!"))) + b"\r")
