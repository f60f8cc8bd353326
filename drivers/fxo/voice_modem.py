"""VoiceModemTrunk: an analog line on a V.253 voice modem, as the core knows it."""

from __future__ import annotations

import threading

from appliance.contract.audio import AudioPort
from appliance.contract.cause import HangupCause
from appliance.contract.events import EventSink, Released
from appliance.contract.ids import DialString, LegId
from appliance.contract.trunk import AnswerSupervision, DigitSource, TrunkCapabilities
from drivers.fxo.line import Line, State
from drivers.fxo.service import Service, Timings
from drivers.fxo.settings import VoiceModemSettings
from drivers.worker import Worker

_STOP_SECONDS = 3.0  # a call's way back on hook, with a modem that makes difficulties


class VoiceModemTrunk:
    """A `Trunk`. Every method returns at once but `stop`, which waits until the line is on hook."""

    def __init__(
        self,
        name: str,
        settings: VoiceModemSettings,
        post: EventSink,
        audio: AudioPort,
        timings: Timings | None = None,
    ) -> None:
        self.name = name
        self._post = post
        self._worker = Worker(f"fxo-{name}")
        self._line = Line(name, settings, self._worker, post, audio)
        self._service = Service(name, settings, timings or Timings(), self._worker, self._line, post, audio)
        self._released = threading.Event()

    @property
    def capabilities(self) -> TrunkCapabilities:
        """Loop start without supervision: the answer is inferred, hang-ups are tones or a loop drop."""
        modem = self._service.modem
        return TrunkCapabilities(
            answer=AnswerSupervision.INFERRED,
            digits=DigitSource.REPORTED,
            hangup_signalled=False,
            caller_id=modem is None or modem.caller_id,
            progress=False,
            flash=modem is not None and modem.family.flash is not None,
            own_tone_detection=True,
        )

    @property
    def identity(self) -> dict[str, str]:
        """Who the modem says it is: family and model; empty until it was asked."""
        modem = self._service.modem
        return {"family": modem.family.name, "model": modem.identity} if modem is not None else {}

    def start(self) -> None:
        self._service.stopping.clear()
        self._worker.start()
        self._worker.post(self._service.bring_up)

    def stop(self) -> None:
        if not self._worker.running:
            return
        self._released.clear()
        if self._line.state is State.DOWN:
            self._service.stopping.set()
            self._service.close_port()  # ends a set-up that waits for the modem
        self._worker.post(self._end_call)
        self._released.wait(_STOP_SECONDS)
        self._service.stopping.set()
        self._worker.stop()
        self._line.down("The line was stopped.")
        self._line.on_idle = lambda: None
        self._service.close_port()
        self._service.stopped()

    def dial(self, leg: LegId, number: DialString) -> None:
        if self._line.state is State.DOWN:  # the worker may be busy waking the modem: say it at once
            why = "The line is out of service."
            self._post(Released(self.name, leg, HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, why))
        else:
            self._worker.post(lambda: self._line.dial(leg, number))

    def answer(self, leg: LegId) -> None:
        self._worker.post(lambda: self._line.answer(leg))

    def send_digits(self, leg: LegId, digits: str) -> None:
        self._worker.post(lambda: self._line.send_digits(leg, digits))

    def flash(self, leg: LegId) -> None:
        self._worker.post(lambda: self._line.flash(leg))

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._worker.post(lambda: self._line.release(leg, cause))

    def reset(self) -> None:
        """End a call and start the modem again, as if it had failed."""
        self._worker.post(lambda: self._service.fault("Reset on request."))

    def black_box(self) -> list[str]:
        """The newest 4 KB of the dialogue with the modem, oldest line first, numbers masked."""
        return self._service.black_box()

    def _end_call(self) -> None:
        if self._line.has_leg:
            self._line.on_idle = self._released.set
            self._line.end(HangupCause.INTERRUPTED, "The line was stopped.")
        else:
            self._released.set()
