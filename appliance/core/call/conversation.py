"""Two parties talk: the recording notice, then the conversation, with hold, digits and recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.contract.events import AnswerHeard
from appliance.contract.events import Stage as Progressed
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.core.call.call import Call, Purpose, Stage
from appliance.core.call.hold import HoldReminder
from appliance.core.call.joint import Joint
from appliance.core.call.keys import CallKeys
from appliance.core.call.leg import Leg
from appliance.core.call.recording import Recording
from appliance.core.call.step import Step
from appliance.core.kernel import LastCall


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Meeting:
    """Who meets: `caller` (left in a recording) and `agent` (right), and what is to come of it."""

    call: Call
    caller: Leg
    agent: Leg
    record: bool = False  # it may be recorded; by itself, unless the settings leave that to the agent
    demanded: bool = False  # the agent asked for the recording
    music: str = "music/default"
    agent_id: str | None = None
    waited: float | None = None
    joint: Joint | None = None  # already hear each other
    connected: Callable[[], None] = _nothing
    lost: Callable[[], None] | None = None  # the agent went before they were connected
    parted: Callable[[Leg], None] | None = None  # the call ends, and the agent is there still

    def ends(self) -> None:
        """The call is ending: the agent's leg may be wanted elsewhere."""
        if self.parted is not None and self.call.stage is Stage.ENDING and self.agent.alive:
            self.parted(self.agent)

    def other(self, leg: Leg) -> Leg:
        return self.agent if leg is self.caller else self.caller

    @property
    def recorded(self) -> bool:
        """Is it recorded from its beginning?"""
        by_itself = self.demanded or not self.call.kernel.plan.talk.record_on_demand
        return self.recordable and by_itself

    @property
    def recordable(self) -> bool:
        """A recording has an outside party left and somebody inside right; others are not recorded."""
        return self.record and self.caller.outside and not self.agent.outside


def meet(meeting: Meeting, reason: str) -> None:
    """Go on to the conversation; where it is recorded and a notice is set, the notice comes first."""
    call = meeting.call
    notice = call.kernel.plan.recording_notice
    if meeting.recorded and notice and not call.notice_given:
        call.enter(Notice(meeting), reason)
    else:
        call.enter(Conversation(meeting), reason)


class Notice(Step):
    """Both hear that the call is recorded; nothing is recorded before it ended."""

    stage = Stage.TALKING

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting.call)
        self.meeting = meeting
        self._done = False

    def begin(self) -> None:
        outside, inside = self.meeting.caller, self.meeting.agent
        outside.listen()
        notice = self.kernel.plan.recording_notice
        inside.play(notice)
        outside.play(notice, done=self._ended)

    def leave(self) -> None:
        super().leave()
        self.meeting.caller.quiet()
        self.meeting.agent.quiet()
        if not self._done and self.meeting.joint is not None:
            self.meeting.joint.part()
        self.meeting.ends()

    def talkers(self) -> tuple[Leg, ...]:
        """Whoever supervises stays, though there is nothing to be heard."""
        return self.meeting.caller, self.meeting.agent

    def audio_changed(self, leg: Leg) -> None:
        if self.meeting.joint is not None:
            self.meeting.joint.sync()

    def released(self, leg: Leg) -> None:
        if leg is self.meeting.agent and self.meeting.lost is not None:
            self.meeting.lost()
        elif leg in (self.meeting.agent, self.meeting.caller):
            super().released(leg)

    def _ended(self) -> None:
        self._done = self.call.notice_given = True
        self.call.enter(Conversation(self.meeting), "The recording notice ended.")


class Conversation(Step):
    """They hear each other until one of them goes."""

    stage = Stage.TALKING

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(meeting.call)
        self.meeting = meeting
        self.caller, self.agent = meeting.caller, meeting.agent
        self.joint = meeting.joint or Joint(self.kernel, self.caller, self.agent, meeting.music)
        self.joint.music = Joint(self.kernel, self.caller, self.agent, meeting.music).music
        self._recording = Recording(self.call, self.caller, self.agent) if meeting.recorded else None
        self._reminder = HoldReminder(self.agent, self._came_back)
        codes = self.kernel.plan.talk.keys
        self._keys = CallKeys(codes, self.after, self._asked, self.caller.send_digits) if codes else None

    def begin(self) -> None:
        self.call.note(
            EntryKind.CONNECTED,
            agent=self.meeting.agent_id,
            handset=None if self.agent.outside else self.agent.line.name,
            waited=self.meeting.waited,
        )
        if self.meeting.agent_id is not None:
            self.kernel.last_calls[self.meeting.agent_id] = LastCall(
                self.call.id, self.call.number, self.call.queue
            )
        self.meeting.connected()
        self._sync()

    def leave(self) -> None:
        super().leave()
        self._reminder.stop()
        self.joint.part()
        if self._recording is not None:
            self._recording.stop()
        for leg in (self.caller, self.agent):
            if leg.alive:
                leg.listen()
        self.meeting.ends()

    def other(self, leg: Leg) -> Leg:
        return self.meeting.other(leg)

    def talkers(self) -> tuple[Leg, ...]:
        return self.caller, self.agent

    def audible(self) -> tuple[Leg, ...]:
        return () if self.joint.on_hold else self.talkers()

    def audio_changed(self, leg: Leg) -> None:
        self._sync()

    def held(self, leg: Leg) -> None:
        if leg in (self.caller, self.agent):
            self.call.note(EntryKind.HELD, leg=leg.id, held=leg.held)
            self._sync()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        """A key that was signalled is not in the audio: pass it on to an outside party."""
        if not signalled or leg not in (self.caller, self.agent):
            return
        if leg is self.agent and not leg.outside and self._keys is not None:
            self._keys.take(digit)
        else:
            self.other(leg).send_digits(digit)

    def released(self, leg: Leg) -> None:
        if leg is self.agent and self.caller.alive and self.kernel.talked(self.meeting):
            return
        if leg in (self.caller, self.agent):
            super().released(leg)
        else:
            self._reminder.released(leg)

    # ---------------------------------------------------------------- recording

    def record(self, on: bool) -> bool:
        """The agent wants it recorded from now on, or no more; False when others decide that."""
        if not self.meeting.recordable or not self.kernel.plan.talk.record_on_demand:
            return False
        if on and self._recording is None:
            meet(replace(self.meeting, demanded=True, joint=None), "The agent asked for a recording.")
        elif not on and self._recording is not None:
            self._recording.stop()
            self._recording = None
            self.meeting.demanded = False
            self.call.stirred()
        return True

    def _asked(self, action: str) -> None:
        """The agent keyed it while talking; a tone says that it is done."""
        done = {
            "record": lambda: self.record(not self.recorded),
            "pause_recording": lambda: self.pause(not self.call.recording_paused, self.agent.line.name),
        }[action]()
        if done and self.agent.alive:
            self.agent.play(CallTone.BEEP)

    def pause(self, paused: bool, by: str) -> bool:
        """Silence stands in the recording until it goes on; False when nothing is recorded."""
        if self._recording is None:
            return False
        if paused is not self.call.recording_paused:
            self.call.recording_paused = paused
            self.call.note(EntryKind.RECORDING_PAUSED, paused=paused, by=by)
            self._sync()
        return True

    @property
    def recorded(self) -> bool:
        return self._recording is not None

    # --------------------------------------------------------------------- hold

    def progress(self, leg: Leg, stage: Progressed) -> None:
        if stage is Progressed.RINGING and leg.alive:
            leg.rings()

    def answered(self, leg: Leg) -> None:
        self._reminder.answered(leg)

    def answer_heard(self, leg: Leg, event: AnswerHeard) -> None:
        self.call.who_answered(event)

    def _came_back(self, leg: Leg) -> None:
        """The agent picked up the reminder: the talk goes on there, and the leg on hold is done with."""
        old = self.agent
        self.call.enter(Conversation(replace(self.meeting, agent=leg, joint=None)), "back from hold")
        old.dismiss("The agent came back to the held party.")

    def _sync(self) -> None:
        self.joint.sync()
        held = self.joint.on_hold
        # Who hears music says nothing and is still there; who called for help may be unable to speak.
        for leg in (self.caller, self.agent):
            leg.listen(silence=not held and self.call.purpose is not Purpose.EMERGENCY)
        if self._recording is not None:
            self._recording.sync(paused=held or self.call.recording_paused)
        self._reminder.hold(self.agent.held and self.caller.outside)
        self.call.move(Stage.HELD if held else Stage.TALKING, "hold" if held else "talk")
        self.call.stirred()
