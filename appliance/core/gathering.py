"""An agent brings parties together, or asks for a recording: what is done with the calls of one handset."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.errors import CallboxError
from appliance.core.call.call import Call, Purpose
from appliance.core.call.conference import Conference
from appliance.core.call.conversation import Conversation
from appliance.core.call.leg import Leg, Role
from appliance.core.desk import Desk
from appliance.core.line import HandsetLine


class Gathering:
    """Each method raises CallboxError with a sentence when it cannot be, having changed nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ---------------------------------------------------------------- conference

    def confer(self, origin: Leg, line: HandsetLine) -> None:
        """Everybody whom `line` talks with, or holds, meets at `origin`: the leg that dialled for it."""
        own = self._desk.talks(line)
        calls = sorted({leg.call.id: leg.call for leg in own}.values(), key=lambda call: call.started)
        others = [leg for call in calls for leg in call.step.talkers() if leg not in own and leg.alive]
        if not others:
            raise CallboxError(f"Handset {line.name} talks with nobody.")
        kept, *dropped = calls
        self._desk.enlist(origin, kept, "to the conference")
        origin.role = Role.AGENT
        for call in dropped:
            self._merge(kept, call, others)
        if len(others) == 1:
            self._desk.placer.join(kept, others[0], origin)
        else:
            self._desk.placer.confer(kept, [*others, origin], origin)
        for leg in own:
            leg.dismiss("The parties met in a conference.")
        for call in dropped:
            call.end(HangupCause.NORMAL_CLEARING, f"Joined to call {kept.id} by a conference.", "agent")

    @staticmethod
    def _merge(kept: Call, dropped: Call, others: list[Leg]) -> None:
        dropped.detach().leave()
        for leg in [leg for leg in others if leg.call is dropped]:
            kept.adopt(leg)
        if dropped.purpose is Purpose.EMERGENCY:
            kept.purpose = Purpose.EMERGENCY
        kept.notice_given |= dropped.notice_given
        kept.recording_paused |= dropped.recording_paused

    # ----------------------------------------------------------------- recording

    def at(self, line: HandsetLine) -> Call:
        """The call that a handset's wish about a recording is about."""
        talks = self._desk.talks(line)
        if not talks:
            raise CallboxError(f"Handset {line.name} is in no call.")
        return talks[0].call

    def wish(self, call_id: str, do: str) -> None:
        """What the page asks of a recording: "start", "stop", "pause" or "resume"."""
        call = self._desk.call(call_id)
        if do in ("start", "stop"):
            self.record(call, do == "start")
        elif do in ("pause", "resume"):
            self.pause(call, do == "pause", "page")
        else:
            raise CallboxError(f"{do!r} is none of start, stop, pause and resume.")

    def record(self, call: Call, on: bool) -> None:
        """Begin or end a recording on demand."""
        step = call.step
        if not isinstance(step, Conversation) or not step.record(on):
            raise CallboxError("The settings do not leave it to people whether this call is recorded.")

    def pause(self, call: Call, paused: bool, by: str) -> None:
        """Silence in the recording from now on, or sound again."""
        step = call.step
        if not isinstance(step, Conversation | Conference) or not step.pause(paused, by):
            raise CallboxError("This call is not being recorded.")
