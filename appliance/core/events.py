"""Each event of the contract, brought to the leg, call or line it is about."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from appliance.contract import events
from appliance.contract.cause import HangupCause
from appliance.contract.events import Event
from appliance.contract.ids import CallId, LegId, PortId
from appliance.contract.journal import EntryKind
from appliance.core.acd.roster import Roster
from appliance.core.call.leg import Leg, LegState
from appliance.core.call.trunk_group import let_rest
from appliance.core.contacts.known import recognize
from appliance.core.kernel import Kernel
from appliance.core.line import DEAD_STATES, HandsetLine, TrunkLine
from appliance.core.numbers import to_e164
from appliance.core.routing import Routing

log = logging.getLogger(__name__)


class Events:
    """The one table from events to what is done about them. Events of legs that are over are ignored."""

    def __init__(self, kernel: Kernel, roster: Roster, routing: Routing) -> None:
        self._kernel = kernel
        self._roster = roster
        self._routing = routing
        self._table: dict[type, Callable[[Any], None]] = {
            events.TrunkStatus: self._trunk_status,
            events.HandsetStatus: self._handset_status,
            events.RingStarted: self._ring_started,
            events.CallerId: self._caller_id,
            events.HandsetDialled: self._handset_dialled,
            events.Progress: self._progress,
            events.Answered: self._answered,
            events.DigitReceived: self._digit_received,
            events.HookFlash: self._hook_flash,
            events.HoldChanged: self._hold_changed,
            events.TransferRequested: self._transfer_requested,
            events.CallWaiting: self._call_waiting,
            events.AudioReady: self._audio_ready,
            events.AudioGone: self._audio_gone,
            events.Released: self._released,
            events.DigitHeard: self._digit_heard,
            events.ToneHeard: self._tone_heard,
            events.VoiceHeard: self._voice_heard,
            events.SilenceHeard: self._silence_heard,
            events.AnswerHeard: self._answer_heard,
            events.BeepHeard: self._beep_heard,
            events.SpeechBegan: self._speech,
            events.WordHeard: self._speech,
            events.HearingLost: self._speech,
            events.PlayEnded: self._play_ended,
            events.RecordEnded: self._record_ended,
        }

    def take(self, event: Event) -> None:
        """Act on one event. An error in doing so ends at most the call it is about."""
        leg = self._any_leg(event)
        if not self._kernel.contain(lambda: self._table[type(event)](event)) and leg is not None:
            self._kernel.contain(lambda: self._rescue(event, leg))

    def leg_changed(self, leg: Leg) -> None:
        """A leg came, moved or went: the agent at its handset follows, and may have come free."""
        if isinstance(leg.line, HandsetLine):
            self._roster.update(leg.line)
        elif leg.state is LegState.OVER:
            self._kernel.wake()  # this line may be waited for: by a callback, for an agent outside

    def _rescue(self, event: Event, leg: Leg) -> None:
        if isinstance(event, events.Released) and leg.state is not LegState.OVER:
            leg.over(event.cause, event.reason)
        if leg.state is LegState.OVER and leg in leg.call.legs:
            leg.call.legs.remove(leg)
        leg.call.end(HangupCause.TEMPORARY_FAILURE, "An internal error ended the call.", "box")

    def _any_leg(self, event: Event) -> Leg | None:
        by_id = self._kernel.legs.get(LegId(getattr(event, "leg", "")))
        return by_id or self._kernel.ports.get(PortId(getattr(event, "port", "")))

    def _leg(self, leg_id: LegId, line: str) -> Leg | None:
        """The living leg an event is about."""
        leg = self._kernel.legs.get(leg_id)
        if leg is not None and leg.line.name != line:
            log.warning("Line %s reported about %r, which is not its own.", line, leg)
            return None
        return leg

    # --------------------------------------------------------------------- lines

    def _trunk_status(self, event: events.TrunkStatus) -> None:
        line = self._kernel.trunks.get(event.line)
        if line is None:
            return
        before, line.status = line.status, event
        if event.state is events.TrunkState.IN_SERVICE:
            line.fault = None
            if event.state is not before.state:
                line.rested()
        if event.state in DEAD_STATES:
            for leg in line.legs:
                leg.expect_release()
        if event.state is not before.state:
            self._kernel.wake()
            self._kernel.note(
                EntryKind.TRUNK_STATUS, trunk=event.line, state=event.state.value, why=event.why
            )

    def _handset_status(self, event: events.HandsetStatus) -> None:
        line = self._kernel.handsets.get(event.line)
        if line is None:
            return
        before, line.status = line.status, event
        came = event.registered and not before.registered
        if came or (event.registered and event.address != before.address):
            self._routing.floor.seats.registered(line)
        agent = self._roster.at(line.name)
        if came:
            line.fault = None
            if agent is not None:
                agent.forgive()
        self._kernel.wake()

    # --------------------------------------------------------------------- calls

    def _ring_started(self, event: events.RingStarted) -> None:
        line = self._kernel.trunks.get(event.line)
        if line is None or event.leg in self._kernel.legs:
            log.warning("A ring on %s (leg %s) is not for us.", event.line, event.leg)
            return
        before = list(line.legs)  # a line carries one call: what we thought of it is over
        for leg in before:  # unless the ring had ended before we dialled: then it is dialling for nobody
            line.release(leg.id, HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, calling=False)
        # The caller has the line before anybody who had hoped for it looks for another.
        self._kernel.contain(lambda: self._routing.inbound(line, event))
        for leg in before:
            leg.over(HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "Another call rang on the line.")
            leg.call.leg_over(leg)
        line.rested()

    def _caller_id(self, event: events.CallerId) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is None:
            return
        call = leg.call
        number = to_e164(event.number, self._kernel.plan.country)
        call.number, call.name = number or call.number, event.name or call.name
        call.note(EntryKind.CALLER_ID, number=number, name=event.name, withheld=event.withheld)
        call.step.caller_id(leg)
        if leg.outside and call.contact is None:
            recognize(call)

    def _handset_dialled(self, event: events.HandsetDialled) -> None:
        line = self._kernel.handsets.get(event.line)
        if line is None or event.leg in self._kernel.legs:
            log.warning("A call from handset %s (leg %s) is not for us.", event.line, event.leg)
            return
        self._routing.dialled(line, event)

    def _progress(self, event: events.Progress) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None:
            leg.call.step.progress(leg, event.stage)

    def _answered(self, event: events.Answered) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is None:
            return
        if leg.state is LegState.RELEASING:
            leg.release_again()
        elif leg.state in (LegState.CALLING, LegState.ANSWERING):
            leg.answered(event.inferred, "the line reported the answer")
            leg.call.step.answered(leg)
            self._if_ready(leg)

    def _released(self, event: events.Released) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is None:
            self._released_late(event)
            return
        if event.cause is HangupCause.LINE_FAULT and isinstance(leg.line, TrunkLine):
            let_rest(self._kernel, leg.line)  # it may fail the next call in the same way
        leg.over(event.cause, event.reason)
        leg.call.leg_over(leg)

    def _released_late(self, event: events.Released) -> None:
        """A line that was given up because it kept silent speaks after all: it is well."""
        line = self._kernel.trunks.get(event.line) or self._kernel.handsets.get(event.line)
        if line is not None and line.given_up == event.leg:
            line.given_up = line.fault = None

    def _call_waiting(self, event: events.CallWaiting) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None:
            number = to_e164(event.number, self._kernel.plan.country)
            leg.call.note(EntryKind.CALL_WAITING, leg=leg.id, line=event.line, number=number)

    def _transfer_requested(self, event: events.TransferRequested) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None and leg.alive:
            self._routing.transfers.request(leg, event.target, event.consult)

    def _hook_flash(self, event: events.HookFlash) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None:
            self._hold(leg, not leg.held)

    def _hold_changed(self, event: events.HoldChanged) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None:
            self._hold(leg, event.held)

    def _hold(self, leg: Leg, held: bool) -> None:
        if leg.up and leg.held is not held:
            leg.held = held
            leg.call.step.held(leg)

    # --------------------------------------------------------------------- audio

    def _audio_ready(self, event: events.AudioReady) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None and leg.alive:
            leg.audio_ready(event.port)
            leg.call.step.audio_changed(leg)
            self._if_ready(leg)

    def _if_ready(self, leg: Leg) -> None:
        if leg.ready:
            leg.call.step.ready(leg)

    def _audio_gone(self, event: events.AudioGone) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None and leg.port == event.port:
            leg.audio_gone()
            leg.call.step.audio_changed(leg)

    def _digit_received(self, event: events.DigitReceived) -> None:
        leg = self._leg(event.leg, event.line)
        if leg is not None:
            leg.call.step.digit(leg, event.digit, signalled=True)

    def _digit_heard(self, event: events.DigitHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None:
            leg.call.step.digit(leg, event.digit, signalled=False)

    def _tone_heard(self, event: events.ToneHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.tone(leg, event.tone)

    def _voice_heard(self, event: events.VoiceHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.voice(leg)

    def _silence_heard(self, event: events.SilenceHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.silence(leg, event.seconds)

    def _speech(self, event: events.SpeechEvent) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.speech(leg, event)

    def _answer_heard(self, event: events.AnswerHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.answer_heard(leg, event)

    def _beep_heard(self, event: events.BeepHeard) -> None:
        leg = self._kernel.ports.get(event.port)
        if leg is not None and leg.alive:
            leg.call.step.beep(leg, event)

    def _play_ended(self, event: events.PlayEnded) -> None:
        leg = self._kernel.plays.pop(event.play, None)
        if leg is not None:
            leg.play_ended(event)

    def _record_ended(self, event: events.RecordEnded) -> None:
        call: CallId | None = self._kernel.recordings.pop(event.recording, None)
        if call is not None:
            self._kernel.note(
                EntryKind.RECORDING_ENDED,
                call,
                recording=event.recording,
                seconds=event.seconds,
                reason=event.problem,
            )
            going = self._kernel.calls.get(call)
            if going is not None:
                going.step.record_ended(event)
