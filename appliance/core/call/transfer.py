"""A handset passes its party on: blind to a number, or attended to where its second call has come."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.cause import HangupCause
from appliance.contract.ids import LegId
from appliance.contract.journal import EntryKind
from appliance.core.call.call import Call, Purpose
from appliance.core.call.conversation import Conversation
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed, Reach
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine

#: Puts `other` through to `target` for the handset, once it is known that it can; False when it cannot.
PutThrough = Callable[[Call, Leg, HandsetLine, str], Callable[[], None] | None]
Join = Callable[[Call, Leg, Leg], None]
#: Lets `other` of a call go on where the handset's second leg waits or is spoken to; None where it cannot.
StandIn = Callable[[Call, Leg, Leg], Callable[[], None] | None]


class Transfers:
    """Carries out what a handset's `TransferRequested` asks."""

    def __init__(
        self,
        kernel: Kernel,
        put_through: PutThrough,
        join: Join,
        failed: Callable[[HandsetLine], Failed],
        stand_in: StandIn,
    ) -> None:
        self._kernel = kernel
        self._put_through = put_through
        self._join = join
        self._failed = failed
        self._stand_in = stand_in

    def request(self, leg: Leg, target: str, consult: LegId | None) -> None:
        """Transfer `leg`'s other party, and tell the handset whether that was accepted."""
        line = leg.line
        if not isinstance(line, HandsetLine):
            return
        accepted = self._attended(leg, line, target, consult) if consult else self._blind(leg, line, target)
        if not accepted:
            line.transfer_done(leg.id, False)

    # --------------------------------------------------------------------- blind

    def _blind(self, leg: Leg, line: HandsetLine, target: str) -> bool:
        step = leg.call.step
        if not isinstance(step, Conversation) or leg not in (step.caller, step.agent):
            return False
        other = step.other(leg)
        go = self._put_through(leg.call, other, line, target) if other.alive else None
        if go is None:
            return False
        leg.call.note(EntryKind.TRANSFERRED, by=line.name, target=target, kind="blind")
        line.transfer_done(leg.id, True)
        leg.dismiss("The party was transferred.")
        go()
        return True

    # ------------------------------------------------------------------ attended

    def _attended(self, leg: Leg, line: HandsetLine, target: str, consult_id: LegId | None) -> bool:
        consult = self._kernel.legs.get(consult_id or LegId(""))
        if consult is None or consult is leg or consult.line is not line:
            return False
        mine, theirs = leg.call.step, consult.call.step
        if (
            leg.call is consult.call
            or not isinstance(mine, Conversation)
            or leg not in (mine.caller, mine.agent)
        ):
            return False
        if isinstance(theirs, Conversation) and consult in (theirs.caller, theirs.agent):
            self._join_calls(leg, mine.other(leg), consult, theirs.other(consult), target)
            return True
        if isinstance(theirs, Reach) and theirs.origin is consult:
            self._join_waiting(leg, mine.other(leg), consult, theirs, target)
            return True
        return self._let_wait(leg, mine.other(leg), consult, target)

    def _join_calls(self, leg: Leg, other: Leg, consult: Leg, consulted: Leg, target: str) -> None:
        """Both parties talk to the handset: the older call goes on with them, the younger one ends."""
        if consult.call.started < leg.call.started:
            leg, other, consult, consulted = consult, consulted, leg, other
        kept, dropped = leg.call, consult.call
        self._say(kept, leg, target)
        dropped.detach().leave()
        kept.adopt(consulted)
        self._inherit(kept, dropped)
        self._join(kept, other, consulted)
        self._drop(leg, dropped)

    def _join_waiting(self, leg: Leg, other: Leg, consult: Leg, reach: Reach, target: str) -> None:
        """The second party has not answered yet: the first now waits for it."""
        kept, dropped = leg.call, consult.call
        self._say(kept, leg, target)
        dropped.detach()
        self._inherit(kept, dropped)
        kept.attach(reach, "transferred to a party that is being reached")
        line = leg.line
        if isinstance(line, HandsetLine):
            reach.hand_over(kept, other, self._failed(line))
        self._drop(leg, dropped)

    def _let_wait(self, leg: Leg, other: Leg, consult: Leg, target: str) -> bool:
        """The handset waits in a queue, or hears a menu: the first party does so now."""
        go = self._stand_in(leg.call, other, consult) if other.alive else None
        if go is None:
            return False
        dropped = consult.call
        self._say(leg.call, leg, target)
        dropped.detach().leave()
        self._drop(leg, dropped)
        go()
        return True

    def _say(self, call: Call, leg: Leg, target: str) -> None:
        call.note(EntryKind.TRANSFERRED, by=leg.line.name, target=target, kind="attended")
        if isinstance(leg.line, HandsetLine):
            leg.line.transfer_done(leg.id, True)

    def _inherit(self, kept: Call, dropped: Call) -> None:
        if dropped.purpose is Purpose.EMERGENCY:
            kept.purpose = Purpose.EMERGENCY

    def _drop(self, leg: Leg, dropped: Call) -> None:
        reason = f"Joined to call {leg.call.id} by a transfer."
        dropped.end(HangupCause.NORMAL_CLEARING, reason, "agent")
        leg.dismiss("The party was transferred.")
