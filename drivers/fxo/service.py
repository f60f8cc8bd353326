"""Keeping one line in service: finding its modem, setting it up, watching it, and the ladder after a fault.

The ladder: ask politely; out of any voice state (<DLE> codes); DTR down and reset; give the port back and
begin again later. Whatever happened, the line is put on hook before it is in service again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass

from appliance.contract.audio import AudioPort
from appliance.contract.clock import Timer
from appliance.contract.errors import LineError, LinePermanentError, LineTransientError
from appliance.contract.events import EventSink, TrunkState, TrunkStatus
from drivers.at_channel import AtChannel, Reply
from drivers.at_channel.black_box import BlackBox
from drivers.fxo.line import Line, State
from drivers.fxo.settings import VoiceModemSettings
from drivers.fxo.setup import Modem, set_up
from drivers.fxo.wire import ModemWire, escape
from drivers.worker import Worker

_log = logging.getLogger(__name__)
_NOISE_BYTES = 1024  # fewer may come from a modem that is just powered


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. Tests shorten them; service keeps these."""

    ping: float = 0.7
    replug: float = 1.0  # look for the port again
    back_off: float = 2.0  # after a ladder that led nowhere; doubles
    back_off_most: float = 30.0
    refused: float = 60.0  # a modem that cannot do voice is asked again
    probe: float = 30.0  # look for dial tone on a line that had none; doubles
    probe_most: float = 300.0


class Service:
    """Supervises one modem. Everything but `close_port` runs on the worker."""

    def __init__(
        self, name: str, settings: VoiceModemSettings, timings: Timings, worker: Worker, line: Line,
        post: EventSink, audio: AudioPort,
    ) -> None:  # fmt: skip
        self._name, self._settings, self._timings = name, settings, timings
        self._worker, self._line, self._post, self._audio = worker, line, post, audio
        self._box = BlackBox()
        self._channel: AtChannel | None = None
        self._timer: Timer | None = None
        self._probe_timer: Timer | None = None
        self._back_off = timings.back_off
        self._probe_wait = timings.probe
        self._status: tuple[TrunkState, str] | None = None
        self._clean = 0
        self.modem: Modem | None = None
        self.stopping = threading.Event()
        line.on_fault, line.on_no_line = self.fault, self._no_line

    def black_box(self) -> list[str]:
        return self._box.lines()

    def close_port(self) -> None:
        """Give the port back, whatever is going on; any thread. A command that is waited for ends at once."""
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def stopped(self) -> None:
        """The last word, after the port was given back."""
        self._cancel_timer()
        self._status = None
        self._post(TrunkStatus(self._name, TrunkState.DISABLED, "Stopped."))

    # ------------------------------------------------------------------------------- up

    def bring_up(self) -> None:
        """Open the port, wake and set up the modem; on failure try again later."""
        if self.stopping.is_set():
            return
        self._later(self._timings.refused, self.bring_up)  # whatever goes wrong below, there is a next time
        self.close_port()
        if self._status is None:
            self._tell(TrunkState.STARTING, "Looking for the modem.")
        try:
            channel = self._open()
        except LineTransientError as problem:
            self._absent(problem)
            return
        if self.stopping.is_set():  # since the beginning: nobody would close the port again
            self.close_port()
            return
        try:
            self._wake(channel)
            modem = set_up(self._asker(channel), self._settings)
        except LinePermanentError as problem:
            self._failed(TrunkState.FAULTY, str(problem), self._timings.refused)
        except LineError as problem:
            _log.info("%s: %s", self._name, problem)
            self._failed(
                TrunkState.SILENT, "The modem is plugged in but answers nothing.", self._next_back_off()
            )
        else:
            self._in_service(channel, modem)

    def _open(self) -> AtChannel:
        channel: AtChannel | None = None

        def relay(job: Callable[[], None]) -> None:
            self._worker.post(lambda: job() if channel is self._channel else None)

        def coded(code: int) -> None:
            garbage = channel.garbage if channel is not None else 0
            relay(lambda: self._coded(code, garbage))

        channel = AtChannel(
            self._name,
            self._settings.port,
            on_line=lambda line: relay(lambda: self._said(line)),
            on_lost=lambda problem: relay(lambda: self._lost(problem)),
            on_dle=coded,
            on_garbage=lambda count: relay(self._noise),
            black_box=self._box,
        )
        channel.open()
        self._channel = channel
        self._wire = ModemWire(channel, relay, self._audio)
        return channel

    def _asker(self, channel: AtChannel) -> Callable[[str, float], Reply]:
        def ask(text: str, timeout: float) -> Reply:
            reply = channel.ask(text, timeout)
            if isinstance(reply.error, LineTransientError):
                raise reply.error
            return reply

        return ask

    def _wake(self, channel: AtChannel) -> None:
        """The ladder's rungs, until one of them makes the modem answer. Raises LineTransientError.

        The first is short: a core that was killed left its modem in voice, and a line should not wait.
        """
        ping = self._timings.ping
        rungs: tuple[tuple[str, Callable[[AtChannel], None], tuple[float, ...]], ...] = (
            ("ask", lambda channel: None, (ping / 2,)),
            ("leave voice", escape, (ping, ping)),
            ("reset", _reset, (ping, ping)),
        )
        problem: LineError | None = None
        for step, act, waits in rungs:
            if step != "ask":
                self._tell(TrunkState.RECOVERING, f"The modem does not answer; trying: {step}.", step)
            act(channel)
            for wait in waits:
                reply = channel.ask("AT", wait)
                if reply.ok:
                    return
                problem = reply.error
                if not channel.is_open:
                    break
        raise problem or LineTransientError(f"{self._name}: no answer.")

    def _in_service(self, channel: AtChannel, modem: Modem) -> None:
        if self.stopping.is_set() or channel is not self._channel or not channel.is_open:
            return
        self.modem, self._clean = modem, channel.garbage
        self._back_off, self._probe_wait = self._timings.back_off, self._timings.probe
        self._line.up(self._wire, modem.family, modem.samples)
        self._tell(TrunkState.IN_SERVICE, f"{modem.identity}, {modem.samples.name} voice.")
        self._later(self._settings.check_seconds, self._check)

    # ------------------------------------------------------------------------------- down

    def fault(self, why: str) -> None:
        """The modem failed: the call ends, the line starts again from the ladder's foot."""
        if self.stopping.is_set() or self._line.state is State.DOWN:
            return
        _log.warning("%s: fault: %s", self._name, why)
        self._box.note("!", why)
        self._line.down(f"The modem failed: {why}")
        self._tell(TrunkState.FAULTY, why)
        self._tell(TrunkState.RECOVERING, f"{why} Opening the port again.", "reopen")
        self.bring_up()

    def _lost(self, problem: LineTransientError) -> None:
        self._line.down("The modem was unplugged.")
        self._absent(problem)

    def _absent(self, problem: LineTransientError) -> None:
        if os.path.exists(self._settings.port):
            self._failed(
                TrunkState.FAULTY, f"The modem's port cannot be used: {problem}", self._timings.replug
            )
        else:
            self._failed(TrunkState.UNPLUGGED, "The modem is not plugged in.", self._timings.replug)

    def _failed(self, state: TrunkState, why: str, again: float) -> None:
        self._line.down(why)
        self.close_port()
        self._tell(state, why)
        self._later(again, self.bring_up)

    def _next_back_off(self) -> float:
        wait, self._back_off = self._back_off, min(2 * self._back_off, self._timings.back_off_most)
        return wait

    # ------------------------------------------------------------------------------- while in service

    def _said(self, text: str) -> None:
        self._line.text(text)
        self._line_rings()

    def _coded(self, code: int, garbage: int) -> None:
        if garbage != self._clean and self._line.state is State.IDLE:
            # Among random bytes each 65,536th pair is a ring: ask how the modem is. A real ring comes again.
            self._later(0.0, self._check)
            return
        self._line.code(code)
        self._line_rings()

    def _line_rings(self) -> None:
        if self._line.state is State.RINGING:
            self._line_is_there()

    def _noise(self) -> None:
        if self._line.state is not State.DOWN and self._garbage() >= _NOISE_BYTES:
            self.fault("The modem sends bytes that make no sense.")

    def _garbage(self) -> int:
        """Bytes without sense since the modem was set up, or the idle line was last found well."""
        return self._channel.garbage - self._clean if self._channel is not None else 0

    def _check(self) -> None:
        """An idle line is told to be on hook: it finds what every other way missed, and a modem that died."""
        self._later(self._settings.check_seconds, self._check)
        if self._line.state is State.IDLE and self.modem is not None:
            self._wire.ask(self.modem.family.on_hook, 2.0, self._checked)

    def _checked(self, reply: Reply) -> None:
        if not reply.ok:
            self.fault("The modem does not answer any more.")
        elif self._channel is not None:
            self._clean = self._channel.garbage

    def _no_line(self) -> None:
        self._tell(TrunkState.NO_LINE, "No dial tone: is the telephone line plugged in?")
        self._probe_later(self._probe_wait)
        self._probe_wait = min(2 * self._probe_wait, self._timings.probe_most)

    def _probe_later(self, seconds: float) -> None:
        if self._probe_timer is not None:
            self._probe_timer.cancel()
        self._probe_timer = self._worker.after(seconds, self._probe)

    def _probe(self) -> None:
        if self._status is None or self._status[0] is not TrunkState.NO_LINE:
            return
        if self._line.state is State.IDLE:
            self._line.probe(lambda found: self._line_is_there() if found else self._no_line())
        else:
            self._probe_later(self._timings.probe)

    def _line_is_there(self) -> None:
        if self._status is not None and self._status[0] is TrunkState.NO_LINE and self.modem is not None:
            self._probe_wait = self._timings.probe
            self._tell(TrunkState.IN_SERVICE, f"{self.modem.identity}, {self.modem.samples.name} voice.")

    # ------------------------------------------------------------------------------- helpers

    def _tell(self, state: TrunkState, why: str, step: str | None = None) -> None:
        if self._status != (state, why) and not self.stopping.is_set():
            self._status = (state, why)
            self._post(TrunkStatus(self._name, state, why, step=step))

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._worker.after(seconds, action)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _reset(channel: AtChannel) -> None:
    """DTR down and up hangs most modems up; then back to the stored profile."""
    channel.set_dtr(False)
    channel.ask("AT", 0.4)
    channel.set_dtr(True)
    channel.ask("ATZ", 1.5)
