"""A supervisor in somebody else's call: listens, whispers to the agent, barges in, or takes the call over."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from appliance.contract.cause import HangupCause
from appliance.contract.handset import Party
from appliance.contract.journal import EntryKind
from appliance.contract.media import CallTone
from appliance.core.call.call import Call, Stage
from appliance.core.call.conversation import Conversation
from appliance.core.call.feeds import Feeds
from appliance.core.call.leg import Leg, LegState, Role
from appliance.core.call.step import Step
from appliance.core.line import HandsetLine

#: How long a supervisor's handset rings when the page asked for it.
SUMMON_SECONDS = 30.0


class Mode(StrEnum):
    """What a supervisor does in the call."""

    LISTEN = "listen"  # nobody hears the supervisor
    WHISPER = "whisper"  # the agent alone does
    BARGE = "barge"  # everybody does


#: Keys with which a supervisor goes from one to another, as people know them from Asterisk's ChanSpy.
KEYS = {"4": Mode.LISTEN, "5": Mode.WHISPER, "6": Mode.BARGE}
TAKE_OVER_KEY = "9"

Join = Callable[[Call, Leg, Leg], None]


class Supervising(Step):
    """`origin` hears the call of `agent`, and is heard as the mode says; ends with that conversation.

    It is a step of the supervisor's own call: the parties, their recording and their record stay as they are.
    """

    stage = Stage.TALKING

    def __init__(self, call: Call, origin: Leg, who: str, agent: Leg, mode: Mode, join: Join) -> None:
        super().__init__(call)
        self.origin = origin
        self.who = who  # the supervisor's agent number
        self.agent = agent
        self.target = agent.call
        self.mode = mode
        self._join = join
        self._feeds = Feeds(self.kernel)

    def begin(self) -> None:
        self.origin.answer("a supervisor's handset")
        self.call.note(EntryKind.CONNECTED, agent=self.who, handset=self.origin.line.name)
        self.target.watchers.append(self._watch)
        self._note(self.mode.value)
        self._next_tone()
        self._sync()

    def leave(self) -> None:
        super().leave()
        self.target.watchers.remove(self._watch)
        self._feeds.clear()
        self._note("ended")

    def change(self, mode: Mode) -> None:
        """Go on in another way."""
        if mode is not self.mode:
            self.mode = mode
            self._note(mode.value)
            self._sync()

    def take_over(self) -> bool:
        """The supervisor takes the agent's place; False when the agent is not in a talk of two."""
        talk = self.target.step
        if not isinstance(talk, Conversation) or self.agent not in talk.talkers() or not self.origin.alive:
            return False
        mine, target, agent, origin = self.call, self.target, self.agent, self.origin
        customer = talk.other(agent)
        self._note("taken_over")
        target.note(EntryKind.TRANSFERRED, by=agent.line.name, target=origin.line.name, kind="taken_over")
        mine.detach().leave()
        target.adopt(origin)
        origin.role = Role.AGENT
        self._join(target, customer, origin)
        reason = f"The supervisor took call {target.id} over."
        mine.end(HangupCause.NORMAL_CLEARING, reason, "agent")
        agent.dismiss("The supervisor took the call over.")
        return True

    # -------------------------------------------------------------------- events

    def ready(self, leg: Leg) -> None:
        self._sync()

    def audio_changed(self, leg: Leg) -> None:
        self._sync()

    def held(self, leg: Leg) -> None:
        self._sync()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if digit in KEYS:
            self.change(KEYS[digit])
        elif digit == TAKE_OVER_KEY:
            self.take_over()

    def _watch(self) -> None:
        """The other call went on: they still talk, or there is nothing to hear any more."""
        if self.agent in self.target.step.talkers() and self.target.open:
            self._sync()
        else:
            self.call.end(HangupCause.NORMAL_CLEARING, "The supervised talk is over.", "box")

    # --------------------------------------------------------------------- audio

    def _sync(self) -> None:
        heard = self.target.step.audible() if not self.origin.held else ()
        told: tuple[Leg, ...] = {
            Mode.LISTEN: (),
            Mode.WHISPER: (self.agent,) if self.agent in heard else (),
            Mode.BARGE: heard,
        }[self.mode]
        self._feeds.want([*((leg, self.origin) for leg in heard), *((self.origin, leg) for leg in told)])

    def _next_tone(self) -> None:
        talk = self.kernel.plan.talk
        if talk.supervision_tone != "none":
            self.after(talk.supervision_tone_seconds, self._tone)
            self._beep(talk.supervision_tone)

    def _tone(self) -> None:
        self.cancel_timers()
        self._next_tone()

    def _beep(self, whom: str) -> None:
        for leg in self.target.step.audible():
            if whom == "all" or leg is self.agent:
                leg.play(CallTone.BEEP)

    def _note(self, mode: str) -> None:
        self.target.note(EntryKind.SUPERVISED, by=self.who, handset=self.origin.line.name, mode=mode)


class Summon(Step):
    """A handset is rung because its owner asked for it on the page; then `come(leg)` goes on."""

    stage = Stage.DIALLING

    def __init__(self, call: Call, line: HandsetLine, party: Party, come: Callable[[Leg], None]) -> None:
        super().__init__(call)
        self.line = line
        self.party = party
        self._come = come

    def begin(self) -> None:
        leg = self.call.add_leg(self.line, LegState.CALLING, Role.AGENT)
        self.after(SUMMON_SECONDS, lambda: leg.release(HangupCause.NO_ANSWER, "Nobody came to the handset."))
        leg.command_failed(self.line.ring(leg.id, self.party))

    def progress(self, leg: Leg, stage: object) -> None:
        leg.rings()

    def answered(self, leg: Leg) -> None:
        self._come(leg)
