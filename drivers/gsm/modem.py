"""GsmTrunk: the contract's Trunk on a GSM or LTE modem. Its methods only post work; one worker does it."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable

from appliance.contract.audio import AudioPort
from appliance.contract.cause import HangupCause
from appliance.contract.errors import LineTransientError
from appliance.contract.events import EventSink, Released
from appliance.contract.ids import DialString, LegId, new_id
from appliance.contract.trunk import AnswerSupervision, DigitSource, TrunkCapabilities
from drivers.gsm import unsolicited
from drivers.gsm.alsa import AlsaAudio
from drivers.gsm.audio import LineAudio, SerialAudio
from drivers.gsm.call import GsmCall
from drivers.gsm.link import Link
from drivers.gsm.quirks import AudioKind, AudioPlan, Vendor
from drivers.gsm.settings import GsmSettings, Timings
from drivers.gsm.sound import Sound
from drivers.gsm.supervisor import Supervisor
from drivers.gsm.unsolicited import MessageArrived, Registration, Restarted, Ring, Signal, SimChanged, Urc
from drivers.worker import Worker

_log = logging.getLogger(__name__)
#: No * and # (MMI codes) and no 1 or 2 digits, which networks take for codes too (3GPP TS 22.030 6.5).
_CALLABLE = re.compile(r"\+?[0-9]{3,32}", re.ASCII)
_LOG_PAUSE = 1.0  # seconds between two log lines about unknown reports


class GsmTrunk:
    """One SIM. `post` gets its events from the worker's thread; `audio` is its port of the bridge.

    A trunk is started and stopped once. `Released` comes exactly once for each leg, also when the modem is
    gone.
    """

    def __init__(
        self,
        name: str,
        settings: GsmSettings,
        post: EventSink,
        audio: AudioPort,
        timings: Timings | None = None,
    ) -> None:
        self.name = name
        self.post = post
        self.timings = timings or Timings()
        self.port_id = audio.port
        self._settings = settings
        self._stopping = threading.Event()
        self._slot = threading.Lock()
        self._call: GsmCall | None = None
        self._unknown = 0
        self._unknown_logged = 0.0
        self._started = False
        self._free_since = 0.0
        self.clock = self._worker = Worker(f"gsm-{name}")
        self.link = Link(name, settings.port, settings.baud, self._worker, self)
        self.link.is_urc = lambda line: self._parse(line) is not None
        #: Told on the worker where a text message was put: the store and its place there (3GPP TS 27.005).
        self.message_came: Callable[[str, int], None] = lambda storage, index: None
        self.sound = Sound(name, self.link, self._worker, audio, self._device)
        self._supervisor = Supervisor(
            name, settings, self.timings, self.link, self._worker, post, self._lose_call, self._stopping
        )

    # ---------------------------------------------------------------- what it is

    @property
    def vendor(self) -> Vendor:
        return self._supervisor.modem.vendor

    @property
    def plan(self) -> AudioPlan | None:
        return self._supervisor.modem.plan

    @property
    def capabilities(self) -> TrunkCapabilities:
        """Seen answers and hang-ups, caller id, progress; digits by report where the modem has one."""
        reported = self._supervisor.modem.reports_digits
        return TrunkCapabilities(
            answer=AnswerSupervision.SEEN,
            digits=DigitSource.REPORTED if reported else DigitSource.AUDIO,
            hangup_signalled=True,
            caller_id=True,
            progress=True,
            audio=self.plan is not None,
        )

    @property
    def identity(self) -> dict[str, str]:
        """Who the modem says it is: family, maker, model, revision, imei."""
        modem = self._supervisor.modem
        return {
            "family": modem.vendor.family,
            "maker": modem.maker,
            "model": modem.model,
            "revision": modem.revision,
            "imei": modem.imei,
        }

    def black_box(self) -> list[str]:
        """The newest 4 KB of the dialogue with the modem, oldest line first, digits masked."""
        return self.link.black_box()

    # ---------------------------------------------------------------- the contract

    def start(self) -> None:
        if not self._started:
            self._started = True
            self._worker.start()
            self._worker.post(self._supervisor.begin)

    def stop(self) -> None:
        if not self._started or self._stopping.is_set():
            return
        self._stopping.set()
        self._worker.post(self._wind_down)
        while not self._worker.join(0.1):
            if self._supervisor.busy:  # it waits for the modem: end the wait
                self.link.close()

    def reset(self) -> None:
        """Start the recovery ladder by hand, at the modem's restart. A call in progress ends."""
        self._worker.post(self._supervisor.reset)

    def dial(self, leg: LegId, number: DialString) -> None:
        refusal = self._refusal(number)
        call = GsmCall(self, leg, incoming=False)
        if refusal is not None:
            self.post(Released(self.name, leg, *refusal))
        elif not self._claim(call):
            busy = HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
            self.post(Released(self.name, leg, busy, "The line is in a call."))
        else:
            self._worker.post(lambda: self._dial(call, number))

    def answer(self, leg: LegId) -> None:
        self._with(leg, lambda call: call.answer())

    def send_digits(self, leg: LegId, digits: str) -> None:
        self._with(leg, lambda call: call.send_digits(digits))

    def flash(self, leg: LegId) -> None:
        """A GSM line has no hook to flash."""

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._with(leg, lambda call: call.release(cause))

    # ---------------------------------------------------------------- the one call

    def _refusal(self, number: str) -> tuple[HangupCause, str] | None:
        emergency = number in self._settings.emergency
        if not emergency and not _CALLABLE.fullmatch(number):
            return HangupCause.INVALID_NUMBER_FORMAT, "Only digits can be dialled on a GSM line."
        if not (self._supervisor.ready or (emergency and self._supervisor.answering)):
            return HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "The line is not in service."
        if self.plan is None:
            return HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "This modem has no sound path: SMS only."
        return None

    def _dial(self, call: GsmCall, number: str) -> None:
        wait = self._free_since + self.timings.settle - self._worker.now()
        if wait > 0:
            self._worker.after(wait, lambda: call.dial(number))
        else:
            call.dial(number)

    def _claim(self, call: GsmCall) -> bool:
        with self._slot:
            if self._call is None and not self._stopping.is_set():
                self._call = call
            return self._call is call

    def _with(self, leg: LegId, act: Callable[[GsmCall], None]) -> None:
        call = self._call
        if call is not None and call.leg == leg:
            self._worker.post(lambda: act(call))

    def call_over(self, leg: LegId) -> None:
        """The leg is over: the trunk is free."""
        self._free_since = self._worker.now()
        with self._slot:
            if self._call is not None and self._call.leg == leg:
                self._call = None

    def suspect(self, why: str) -> None:
        """The modem did not do what a call told it."""
        self._supervisor.suspect(why)

    def _lose_call(self, why: str) -> None:
        call = self._call
        if call is not None:
            call.lost(why)

    def _wind_down(self) -> None:
        call = self._call
        if call is not None:
            self.sound.stop()
            self.link.abort()
            self.link.ask("AT+CHUP", self.timings.ping)
            call.cut(HangupCause.INTERRUPTED, "The line was switched off.")
        self.link.close()
        self._supervisor.end()
        self._worker.finish()

    # ---------------------------------------------------------------- what the modem says

    def line_came(self, line: str, at: float) -> None:
        """An unsolicited line; `at` is when it came."""
        urc = self._parse(line)
        match urc:
            case None:
                self._note_unknown(line, at)
            case Registration() | Signal() | SimChanged() | Restarted():
                self._supervisor.heard(urc, at)
            case MessageArrived(storage, index):
                _log.info("%s: an SMS arrived (%s, %d)", self.name, storage, index)
                self.message_came(storage, index)
            case Ring():
                self._ring(urc)
            case _:
                if self._call is not None:
                    self._call.heard(urc)

    def port_lost(self, error: LineTransientError) -> None:
        """The port is gone."""
        self._supervisor.lost(error)

    def noise_came(self, count: int, at: float) -> None:
        """A kilobyte and more that is no text."""
        self._supervisor.noise(at)

    def _parse(self, line: str) -> Urc | None:
        return self.vendor.parse(line) or unsolicited.parse(line)

    def _ring(self, urc: Ring) -> None:
        if self.plan is None:
            self.link.command("AT+CHUP", self.timings.hang_up)  # nobody could hear anything
            return
        if self._call is None and self._supervisor.answering:
            self._claim(GsmCall(self, LegId(new_id()), incoming=True))
        if self._call is not None:
            self._call.heard(urc)

    def _note_unknown(self, line: str, at: float) -> None:
        self._unknown += 1
        if at - self._unknown_logged >= _LOG_PAUSE:
            _log.info("%s: unknown report ignored: %.80r (%d so far)", self.name, line, self._unknown)
            self._unknown_logged = at

    def _device(self, plan: AudioPlan, port: AudioPort, on_lost: Callable[[str], None]) -> LineAudio:
        def lost(why: str) -> None:
            self._worker.post(lambda: on_lost(why))

        kind = SerialAudio if plan.kind is AudioKind.SERIAL else AlsaAudio
        return kind(self.name, plan.device, port, lost)
