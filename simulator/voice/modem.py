"""A V.253 voice modem on a pseudo-terminal, and the analog line it is plugged into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain

from simulator.at import AtInterpreter
from simulator.call import Call, CallState
from simulator.dle import event
from simulator.exchange import OUT_OF_ORDER, Exchange, tone_for
from simulator.line import Line
from simulator.loop import Timer
from simulator.script import Frames, HangUpWay
from simulator.sound import FRAME_SECONDS, RATE, SILENCE, frames, level_dbm0
from simulator.tones import SIT, announcement, endless
from simulator.voice import caller_id
from simulator.voice.commands import VoiceCommands
from simulator.voice.families import FAMILIES
from simulator.voice.stream import Mode, StreamStats, VoiceStream

RING_SECONDS = 6.0  # 2 s of ringing, 4 s of pause
CALLER_ID_AFTER = 2.6  # seconds from the first ring's beginning
TONE_SECONDS = 2.0  # how long a modem listens before it is sure of a tone
WAITING_SECONDS = 10.0
SOUND_DBM0 = -42.0


class VoiceModem(Line):
    """One analog line with its modem. `family` is "conexant", "usr" or "generic".

    `dial_tone` False: the exchange gives none. `call_waiting` True: a second caller is announced in
    a call, with tones and an event. `audio` tells how the box kept the modem's clock.
    """

    digits_are_audio = True

    def __init__(
        self, exchange: Exchange, name: str, family: str = "conexant", number: str = "+3615550001", *,
        ppm: float = 0.0, jitter: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__(exchange, name, number, ppm, jitter)
        self.family = FAMILIES[family]
        self.family_name = family
        self.dial_tone = True
        self.call_waiting = False
        self.off_hook = False
        self.call: Call | None = None
        self.waiting: Call | None = None
        terminal = self.make_terminal("", self._feed)
        self.at = AtInterpreter(self.loop, self.faults, lambda name: self.commands.find(name), self._unknown)
        self.at.terminal = terminal
        self.stream = VoiceStream(terminal, self.at.finish, self.clock.overdue)
        self.stream.reports_underrun = self.family.reports_underrun
        self.commands = VoiceCommands(self)
        self._source: Iterator[bytes] | None = None  # what the exchange sounds when there is no call
        self._beeps: Frames | None = None  # of the call that waits
        self._said: list[bytes] = []  # frames the modem itself makes (+VTS), the next one last
        self._quiet = 0
        self._had_sound = False
        self._timers: list[Timer] = []
        self.loop.call(lambda: exchange.add_line(self))
        self.plug()

    # ----------------------------------------------------------------------------------- for tests

    @property
    def audio(self) -> StreamStats:
        """How the box kept the modem's clock since the last CONNECT."""
        return self.stream.stats

    def status(self) -> dict[str, object]:
        """See `Line.status`."""
        return super().status() | {
            "family": self.family_name, "off_hook": self.off_hook, "mode": self.stream.mode.value,
        }  # fmt: skip

    # -------------------------------------------------------------------------------------- the line

    def power_up(self) -> None:
        self.at.reset()
        self.commands.reset()
        self.stream.stop()

    def power_lost(self) -> None:
        self._stop_timers()
        for call in (self.call, self.waiting):
            if call is not None:
                self.exchange.box_releases(call, OUT_OF_ORDER, by="fault")
        self.call = self.waiting = None
        self.off_hook = False
        self._source = self._beeps = None
        self.commands.dialer.forget()

    def busy(self) -> bool:
        return self.off_hook or self.call is not None

    def tick(self) -> None:
        said = self._said.pop() if self._said else self.stream.take()
        call, source = self.call, self._source
        if call is not None and call.state is not CallState.ENDED:
            heard = call.frame(said)
        else:
            heard = next(source) if source is not None else SILENCE
        if self._beeps is not None:
            beep = next(self._beeps)
            heard = beep if beep.strip(b"\0") else heard
        self._listen_for_silence(heard)
        self.stream.give(heard)

    def seize(self) -> None:
        """Off hook: answer what rings, or get a dial tone."""
        if self.off_hook:
            return
        self.off_hook = True
        self.note("off hook")
        self._quiet, self._had_sound = 0, False
        self._stop_timers()
        if self.call is not None and self.call.state is CallState.RINGING:
            self.exchange.box_answers(self.call)
        elif self.dial_tone:
            self.sound_tone("dial", "d")
        self.clock.start()

    def hang_up(self) -> None:
        """On hook."""
        if not self.off_hook:
            return
        self.off_hook = False
        self._stop_timers()
        self.clock.stop()
        self.commands.dialer.forget()
        self._source = None
        self._said.clear()
        call, self.call = self.call, None
        if call is not None:
            self.exchange.box_releases(call)
        self.note("on hook")
        self._beeps = None
        if self.waiting is not None:
            self._take_back(self.waiting)

    def _take_back(self, call: Call) -> None:
        """The line went on hook while a call waited: it rings, one on hold is lost."""
        self.waiting = None
        if call.state is CallState.RINGING:
            self.call = call
            self._ring(1)
        else:
            self.exchange.box_releases(call)

    def flash(self) -> None:
        """Hook flash: take the waiting caller, the other one is kept waiting."""
        self.note("flash")
        if self.waiting is None or self.call is None:
            return
        self.call, self.waiting = self.waiting, self.call
        self._beeps = None
        self.exchange.box_answers(self.call)

    def say(self, frames: list[bytes]) -> float:
        """The modem itself sounds these frames. Returns the seconds that takes."""
        self._said = [*reversed(frames), *self._said]
        return len(frames) * FRAME_SECONDS

    def sound_tone(self, name: str, code: str) -> None:
        """The exchange sends a tone for good; the modem notices after a while."""
        self._source = endless(self.exchange.tones[name])
        self._notice_later(code)

    def quieten(self) -> None:
        """The exchange sends no tone any more (a digit was dialled)."""
        self._stop_timers()
        self._source = None

    def report(self, code: str) -> None:
        """A DLE event: only in voice mode, in the stream or between commands."""
        if self.commands.voice_class and not self.faults.silent and not self.commands.dialer.active:
            if self.stream.mode is not Mode.COMMAND:
                self.stream.report(code)
            else:
                self.terminals[0].write(event(code))

    # ------------------------------------------------------------------------- from the exchange

    def far_calls(self, call: Call) -> bool:
        if self.call_waiting and self.call is not None and self.call.state is CallState.CONNECTED:
            if self.waiting is not None:
                return False
            self.waiting = call
            self._beeps = endless(self.exchange.tones["waiting"])
            self._announce_waiting()
            return True
        if self.busy():
            return False
        self.call = call
        self._ring(1)
        return True

    def far_gives_up(self, call: Call) -> None:
        if call is self.waiting:
            self.waiting = self._beeps = None
        elif call is self.call:
            self._stop_timers()
            self.call = None
            self._after_call(cause=16)

    def far_rings(self, call: Call) -> None:
        if call is self.call:
            self._sound_ringback()
            self.commands.dialer.ringing()

    def far_answers(self, call: Call) -> None:
        if call is self.call:
            self._stop_timers()
            self.commands.dialer.answered()

    def far_refuses(self, call: Call, cause: int) -> None:
        if call is self.call:
            self.call = None
            self._after_call(cause)

    def far_hangs_up(self, call: Call, way: HangUpWay, cause: int) -> None:
        if call is self.waiting:
            self.waiting = None
        if call is not self.call:
            return
        detects = not self.faults.missing_hangup
        if way in (HangUpWay.SIGNALLED, HangUpWay.LOOP_DROP) and detects:
            self.report("l")
        if way is HangUpWay.SIGNALLED and detects:
            self.call = None
            self._after_call(cause)
        elif way is HangUpWay.BUSY_TONE:
            self._notice_later("b")

    def far_digit(self, call: Call, digit: str, down: bool) -> None:
        if call is not self.call:
            return
        if not self.family.shielded_digits:
            if down:
                self.report(digit)
            return
        if down:
            self.report("/")
            self.report(digit)
        else:
            self.report("~")

    # ---------------------------------------------------------------------------------------- inside

    def _feed(self, data: bytes) -> None:
        if self.stream.mode is Mode.COMMAND:
            self.at.feed(data)

    def _unknown(self, command: str) -> None:
        self.unscripted.append(command)
        self.note("unscripted", command=command)

    def _ring(self, count: int) -> None:
        call = self.call
        if call is None or self.off_hook or call.state is not CallState.RINGING:
            return
        if self.commands.voice_class and self.family.rings_as_event:
            self.report("R")
        else:
            self.at.unsolicited("RING")
        self.note("ring", count=count)
        if count == 1:
            self._later(CALLER_ID_AFTER, lambda: self._tell_caller(call))
        self._later(RING_SECONDS, lambda: self._ring(count + 1))

    def _tell_caller(self, call: Call) -> None:
        mode = self.commands.settings.number("+VCID")
        if mode and call is self.call and not self.off_hook:
            tell = caller_id.formatted if mode == 1 else caller_id.unformatted
            now = datetime.now().astimezone()
            for line in tell(call.number, call.name, now, self.family.id_separator):
                self.at.unsolicited(line)

    def _announce_waiting(self) -> None:
        if self.waiting is None or self.waiting.state is not CallState.RINGING:
            return
        self.report("w")
        self._later(WAITING_SECONDS, self._announce_waiting)

    def _sound_ringback(self) -> None:
        call = self.call
        if call is not None and call.state is CallState.RINGING and not call.to_box:
            self.report("r")
            self._later(RING_SECONDS, self._sound_ringback)

    def _after_call(self, cause: int) -> None:
        """What is heard when the exchange has no call for this line any more."""
        if not self.off_hook:
            return
        if cause in SIT:
            self._announce(cause)
        else:
            self.sound_tone(tone_for(cause), "b")
        self.commands.dialer.refused()

    def _announce(self, cause: int) -> None:
        """The exchange says twice why, after special information tones, then sends reorder."""
        said = 2 * announcement(cause)
        self._source = chain(frames(said), endless(self.exchange.tones["reorder"]))
        seconds = len(said) / 2 / RATE
        self._timers.append(self.loop.later(seconds, lambda: self._notice_later("b")))

    def _notice_later(self, code: str) -> None:
        if not self.faults.missing_hangup:
            self._later(TONE_SECONDS, lambda: self.report(code))

    def _listen_for_silence(self, heard: bytes) -> None:
        """+VSD: silence after sound is the end of a message (q), silence from the start is s."""
        interval = self.commands.settings.number("+VSD", 1) / 10
        if not interval or not self.stream.receives:
            self._quiet = 0
            return
        if level_dbm0(heard) > SOUND_DBM0:
            self._quiet, self._had_sound = 0, True
            return
        self._quiet += 1
        if self._quiet == round(interval / FRAME_SECONDS) and not self.faults.missing_hangup:
            self.report("q" if self._had_sound else "s")

    def _later(self, seconds: float, action: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if timer.action is not None]
        self._timers.append(self.exchange.later(seconds, action))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
