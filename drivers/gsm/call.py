"""One leg on a GSM trunk: from the dial or the first RING to Released, whoever ends it. Worker only."""

from __future__ import annotations

import re

from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.errors import CommandError, LineTimeoutError
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
)
from appliance.contract.ids import LegId
from drivers.at_channel import Reply
from drivers.gsm import replies
from drivers.gsm.call_host import CallHost, CallState
from drivers.gsm.quirks import AudioFrom
from drivers.gsm.unsolicited import (
    CallEnded,
    CallReport,
    CallStat,
    Clip,
    Digit,
    PathOpened,
    Ring,
    Urc,
    Waiting,
)

_SILENCES = 2  # a busy modem may let one look pass unanswered
_MISSING_SETUP, _MISSING_ACTIVE = 4, 2  # looks at +CLCC without our call before it is taken for over
_DIGIT = re.compile(r"[0-9*#A-D]", re.ASCII)


_SETUP = (CallState.DIALLING, CallState.RINGING_OUT)
_LOOKING = (*_SETUP, CallState.RINGING_IN, CallState.ACTIVE)
_LIVE = (*_SETUP, CallState.RINGING_IN, CallState.ANSWERING, CallState.ACTIVE)


class GsmCall:
    """One leg. Exactly one Released leaves it."""

    def __init__(self, host: CallHost, leg: LegId, incoming: bool) -> None:
        self.leg = leg
        self.state = CallState.NEW
        self._host = host
        self._incoming = incoming
        self._pending_dial = False
        self._index: int | None = None  # the modem's own number of the call
        self._audio_begun = False
        self._audio = False
        self._path_open = False
        self._silences = 0
        self._answered = False
        self._identified = False
        self._rings = 0
        self._missing = 0
        self._waiting: str | None = None
        self._doubt: CallEnded | None = None  # an end that was reported and is not believed yet
        self._wanted = HangupCause.NORMAL_CLEARING
        self._reason = ""
        self._poll: Timer | None = None
        self._ring_gone: Timer | None = None

    # ---------------------------------------------------------------- what the core wants

    def dial(self, number: str) -> None:
        if self.state is not CallState.NEW:
            return
        self.state = CallState.DIALLING
        self._progress(Stage.SEIZED)
        self._pending_dial = True
        self._open_early(AudioFrom.DIAL)
        self._host.link.command(
            f"ATD{number};", self._host.timings.dial, self._dialled, finals=replies.DIAL_FINALS, urgent=True
        )

    def answer(self) -> None:
        if self.state is not CallState.RINGING_IN:
            return
        self.state = CallState.ANSWERING
        self._cancel_timers()
        self._host.link.command("ATA", self._host.timings.answer, self._picked_up, finals=replies.DIAL_FINALS)

    def send_digits(self, digits: str) -> None:
        if self.state not in (*_SETUP, CallState.ACTIVE):
            return
        for digit in digits.upper():
            if _DIGIT.fullmatch(digit):
                self._host.link.command(
                    self._host.vendor.send_digit.format(digit=digit), self._host.timings.command
                )

    def release(self, cause: HangupCause, reason: str = "") -> None:
        if self.state is CallState.NEW:
            self.state = CallState.RELEASING
            self._end(cause, reason)
        if self.state not in _LIVE:
            return
        self._wanted, self._reason = cause, reason
        self.state = CallState.RELEASING
        self._cancel_timers()
        self._host.sound.stop()
        if self._pending_dial:
            self._host.link.abort()
        first = not self._pending_dial  # never before the dial command itself
        self._host.link.command("AT+CHUP", self._host.timings.hang_up, self._hung_up, urgent=first)

    def lost(self, reason: str) -> None:
        """The modem is gone, and the call with it."""
        if self.state is not CallState.OVER:
            self._end(HangupCause.LINE_FAULT, reason)

    def cut(self, cause: HangupCause, reason: str) -> None:
        """The trunk itself has hung up."""
        self._end(cause, reason)

    # ---------------------------------------------------------------- what the modem says

    def heard(self, urc: Urc) -> None:
        """A report of the modem while this leg is on the trunk."""
        match urc:
            case Ring():
                self._ring()
            case Clip():
                self._identify(urc)
            case Waiting(number):
                self._knock(number)
            case CallReport():
                self._report(urc)
            case PathOpened():
                self._path_open = True
                self._look()
            case CallEnded():
                self._ended(urc)
            case Digit(digit) if self.state is CallState.ACTIVE:
                self._host.post(DigitReceived(self._host.name, self.leg, digit))
            case _:
                pass

    def _ring(self) -> None:
        if self.state is CallState.NEW and self._incoming:
            self.state = CallState.RINGING_IN
            self._host.post(RingStarted(self._host.name, self.leg))
        if self.state is not CallState.RINGING_IN:
            return
        self._rings += 1
        if self._rings == 2 and not self._identified:  # it comes with each RING: nobody said who calls
            self._identify(Clip(None))
        if self._ring_gone is not None:
            self._ring_gone.cancel()
        self._ring_gone = self._host.clock.after(self._host.timings.ring_gone, self._gone)

    def _gone(self) -> None:
        if self.state is CallState.RINGING_IN:
            self.release(HangupCause.NORMAL_CLEARING, "The ringing stopped: the caller gave up.")

    def _identify(self, clip: Clip) -> None:
        if self._incoming and self.state in _LIVE and not self._identified:
            self._identified = True
            caller = CallerId(self._host.name, self.leg, clip.number, clip.name, clip.withheld)
            self._host.post(caller)

    def _knock(self, number: str | None) -> None:
        key = number or "?"
        if self.state is CallState.ACTIVE and self._waiting != key:
            self._waiting = key
            self._host.post(CallWaiting(self._host.name, self.leg, number))

    def _report(self, report: CallReport) -> None:
        if report.stat is CallStat.WAITING:
            self._knock(report.number)
        elif report.stat is CallStat.OVER:
            self._ended(CallEnded(index=report.index))
        elif report.incoming == self._incoming or (self._index is None and report.stat is CallStat.ACTIVE):
            self._index = report.index if self._index is None else self._index
            if self.state in _SETUP:
                self._advance(report.stat)

    def _advance(self, stat: CallStat) -> None:
        self._missing = 0
        if stat is CallStat.ALERTING and self.state is CallState.DIALLING:
            self.state = CallState.RINGING_OUT
            self._progress(Stage.RINGING)
            self._open_early(AudioFrom.ALERTING)
        elif stat is CallStat.ACTIVE and not self._answered:
            self._answered = True
            self._start_audio()
            self._maybe_answered()

    def _ended(self, end: CallEnded) -> None:
        if self.state is CallState.ENDING and end.cause is not None:
            self._end(end.cause, end.reason)
        if self.state not in _LIVE or not self._concerns(end):
            return
        late = self.state in (*_SETUP, CallState.RINGING_IN) and (end.index is not None or end.cause is None)
        knocked = self._waiting is not None and None in (end.index, self._index)
        if end.missed or not (late or knocked):
            self._over(end)
        else:  # of the call before this one, or of one that only knocked? The list knows
            self._doubt = end
            self._look()

    def _over(self, end: CallEnded) -> None:
        if end.cause is not None or self.state is CallState.RINGING_IN:
            self._end(end.cause or HangupCause.NORMAL_CLEARING, end.reason or "The caller gave up.")
        else:
            self._ask_cause()

    def _concerns(self, end: CallEnded) -> bool:
        if end.missed:
            return self.state is CallState.RINGING_IN
        return None in (end.index, self._index) or end.index == self._index

    # ---------------------------------------------------------------- replies

    def _dialled(self, reply: Reply) -> None:
        self._pending_dial = False
        if self.state not in _SETUP:
            return
        if reply.ok:
            self._progress(Stage.DIALLED)
            if self._doubt is None:
                self._look_later()
            else:
                self._look()
        elif reply.final == "NO CARRIER":
            self._ask_cause()
        elif not isinstance(reply.error, CommandError):
            self._end(HangupCause.LINE_FAULT, str(reply.error))
            self._host.suspect(str(reply.error))
        else:
            self._end(replies.cause_of_refusal(reply), str(reply.error))

    def _picked_up(self, reply: Reply) -> None:
        if self.state is not CallState.ANSWERING:
            return
        if not reply.ok:
            if isinstance(reply.error, CommandError):
                self._end(HangupCause.NORMAL_CLEARING, "The caller was gone before the answer.")
            else:
                self._end(HangupCause.LINE_FAULT, str(reply.error))
                self._host.suspect(str(reply.error))
            return
        self.state = CallState.ACTIVE
        self._host.post(Answered(self._host.name, self.leg))
        self._start_audio()
        self._look_later()

    def _hung_up(self, reply: Reply) -> None:
        if self.state is not CallState.RELEASING:
            return
        if reply.ok:
            self._end(self._wanted, self._reason)
        elif isinstance(reply.error, CommandError) and reply.command == "AT+CHUP":
            self._host.link.command("ATH", self._host.timings.hang_up, self._hung_up, urgent=True)
        else:
            self._end(self._wanted, self._reason)
            self._host.suspect(f"It does not hang up: {reply.error}")

    def _ask_cause(self) -> None:
        self.state = CallState.ENDING
        self._cancel_timers()
        self._host.sound.stop()
        self._host.link.command("AT+CEER", self._host.timings.cause, self._cause_told, urgent=True)

    def _cause_told(self, reply: Reply) -> None:
        if self.state is not CallState.ENDING:
            return
        if reply.error is not None and not isinstance(reply.error, CommandError | LineTimeoutError):
            self._end(HangupCause.LINE_FAULT, "The modem's port is gone.")
            return
        text = reply.value("+CEER") or " ".join(reply.lines)
        unknown = (
            HangupCause.NORMAL_CLEARING
            if self._answered or self._incoming
            else HangupCause.NORMAL_UNSPECIFIED
        )
        self._end(replies.cause_of_ceer(text) or unknown, f"The network gave: {text}" if text else "")

    # ---------------------------------------------------------------- looking at +CLCC

    def _look_later(self) -> None:
        times = self._host.timings
        if self.state in (*_SETUP, CallState.ACTIVE):
            pause = times.active_poll if self.state is CallState.ACTIVE else times.setup_poll
            if self._poll is not None:
                self._poll.cancel()
            self._poll = self._host.clock.after(pause, self._look)

    def _look(self) -> None:
        if self.state in _LOOKING and not self._pending_dial:
            self._host.link.command("AT+CLCC", self._host.timings.command, self._listed)

    def _listed(self, reply: Reply) -> None:
        if self.state not in _LOOKING:
            return
        if reply.ok:
            self._silences = 0
            self._compare(replies.calls(reply))
        else:
            self._unlisted(reply)
        self._look_later()

    def _unlisted(self, reply: Reply) -> None:
        if not isinstance(reply.error, CommandError):
            self._silences += 1
            if self._silences >= _SILENCES:
                self._host.suspect(str(reply.error))
        elif self._doubt is not None:  # it lists no calls: its own reports must do
            self._over(self._doubt)
        elif self._path_open and self.state in _SETUP:
            self._advance(CallStat.ACTIVE)

    def _compare(self, listed: list[CallReport]) -> None:
        ours = [call for call in listed if self._is_ours(call)]
        doubt, self._doubt = self._doubt, None
        if ours:
            self._missing = 0
            self._waiting = self._waiting if len(listed) > 1 else None
            for call in listed:
                self._report(call)
            return
        self._missing += 1
        if doubt is not None:
            self._over(doubt)
        elif self._missing >= (_MISSING_ACTIVE if self.state is CallState.ACTIVE else _MISSING_SETUP):
            self._over(CallEnded())

    def _is_ours(self, call: CallReport) -> bool:
        ringing = self.state is CallState.RINGING_IN
        return (
            call.incoming == self._incoming
            and (call.stat is CallStat.INCOMING) == ringing
            and (call.stat is not CallStat.WAITING)
        )

    # ---------------------------------------------------------------- sound, answer, end

    def _open_early(self, since: AudioFrom) -> None:
        if self._host.plan is not None and self._host.plan.since is since:
            self._start_audio()

    def _start_audio(self) -> None:
        plan = self._host.plan
        if plan is not None and not self._audio_begun:
            self._audio_begun = True
            self._host.sound.start(plan, self._audio_started, self._audio_lost)

    def _audio_started(self, problem: str | None) -> None:
        if self.state not in _LIVE:
            return
        if problem is not None:
            self.release(HangupCause.LINE_FAULT, problem)
            return
        self._audio = True
        self._host.post(AudioReady(self._host.name, self.leg, self._host.port_id))
        self._maybe_answered()

    def _audio_lost(self, why: str) -> None:
        if self.state in _LIVE:
            self.release(HangupCause.LINE_FAULT, why)

    def _maybe_answered(self) -> None:
        """The far end answered and the sound is there: tell it, in the contract's order."""
        if self._answered and self._audio and self.state in _SETUP:
            self.state = CallState.ACTIVE
            self._missing = 0
            self._host.post(Answered(self._host.name, self.leg))
            self._look_later()

    def _progress(self, stage: Stage) -> None:
        self._host.post(Progress(self._host.name, self.leg, stage))

    def _cancel_timers(self) -> None:
        for timer in (self._poll, self._ring_gone):
            if timer is not None:
                timer.cancel()

    def _end(self, cause: HangupCause, reason: str) -> None:
        if self.state is CallState.OVER:
            return
        self.state = CallState.OVER
        self._cancel_timers()
        self._host.sound.stop()
        self._host.post(Released(self._host.name, self.leg, cause, reason))
        self._host.call_over(self.leg)
