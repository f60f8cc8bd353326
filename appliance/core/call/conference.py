"""Three or more parties talk: whoever goes, the others go on as the settings say, down to a talk of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.contract.cause import HangupCause
from appliance.contract.events import Tone
from appliance.contract.journal import EntryKind
from appliance.core.call.call import Call, Purpose, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.mesh import Mesh
from appliance.core.call.recording import Recording
from appliance.core.call.step import HANG_UP_TONES, Step


@dataclass(frozen=True, slots=True)
class Gathering:
    """Who confers: `host` is the agent who brought them together; `two` goes on when two are left."""

    parties: Sequence[Leg]
    host: Leg
    record: bool
    two: Callable[[Call, Leg, Leg], None]


class Conference(Step):
    """Everybody hears everybody; who holds is not heard and hears nobody, and the others go on."""

    stage = Stage.TALKING

    def __init__(self, call: Call, gathering: Gathering) -> None:
        super().__init__(call)
        self.parties = list(gathering.parties)
        self.host = gathering.host
        self._two = gathering.two
        self._mesh = Mesh(self.kernel)
        outside = next((leg for leg in self.parties if leg.outside), None)
        record = gathering.record and outside is not None and not self.host.outside
        self._recording = Recording(call, outside, self.host) if record and outside is not None else None

    def begin(self) -> None:
        lines = ",".join(leg.line.name for leg in self.parties)
        self.call.note(EntryKind.CONFERENCE, by=self.host.line.name, parties=lines)
        for leg in self.parties:
            leg.quiet()
        self._sync()

    def leave(self) -> None:
        super().leave()
        self._mesh.want(())
        if self._recording is not None:
            self._recording.stop()
        for leg in self.parties:
            if leg.alive:
                leg.listen()

    def talkers(self) -> tuple[Leg, ...]:
        return tuple(self.parties)

    def audible(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.parties if not leg.held)

    def pause(self, paused: bool, by: str) -> bool:
        """As `Conversation.pause`."""
        if self._recording is None:
            return False
        if paused is not self.call.recording_paused:
            self.call.recording_paused = paused
            self.call.note(EntryKind.RECORDING_PAUSED, paused=paused, by=by)
            self._sync()
        return True

    # -------------------------------------------------------------------- events

    def ready(self, leg: Leg) -> None:
        self._sync()

    def audio_changed(self, leg: Leg) -> None:
        self._sync()

    def held(self, leg: Leg) -> None:
        if leg in self.parties:
            self.call.note(EntryKind.HELD, leg=leg.id, held=leg.held)
            self._sync()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        """A key that was signalled is not in the audio: pass it on to all outside parties."""
        for other in self.parties if signalled and leg in self.parties else ():
            if other is not leg:
                other.send_digits(digit)

    def tone(self, leg: Leg, tone: Tone) -> None:
        """An outside line that hung up leaves; its tone is no reason to part the others."""
        if leg.up and leg.outside and tone in HANG_UP_TONES:
            leg.release(HangupCause.NORMAL_CLEARING, f"The far end hung up: {tone} tone on the line.")
            self._gone(leg)

    def silence(self, leg: Leg, seconds: float) -> None:
        if leg.up and leg.outside:
            leg.release(HangupCause.SILENCE, f"The line was silent for {seconds:.0f} s.")
            self._gone(leg)

    def released(self, leg: Leg) -> None:
        self._gone(leg)

    def _gone(self, leg: Leg) -> None:
        if leg not in self.parties:
            return
        self.parties.remove(leg)
        goes_on = self.kernel.plan.talk.agent_leaves_conference == "go_on"
        if len(self.parties) < 2 or (leg is self.host and not goes_on):
            self.call.end(leg.cause or HangupCause.NORMAL_UNSPECIFIED, leg.reason, leg.by)
        elif len(self.parties) == 2:
            one, other = self.parties
            self._two(self.call, one, other)
        else:
            self.host = self.host if leg is not self.host else self._next_host()
            self._sync()

    def _next_host(self) -> Leg:
        return next((leg for leg in self.parties if not leg.outside), self.parties[0])

    def _sync(self) -> None:
        self._mesh.want(self.audible())
        for leg in self.parties:
            leg.listen(silence=self.call.purpose is not Purpose.EMERGENCY and len(self.audible()) > 1)
        if self._recording is not None:
            self._recording.sync(paused=self.host.held or self.call.recording_paused)
        self.call.stirred()
