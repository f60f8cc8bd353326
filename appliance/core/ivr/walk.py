"""The engine: walks a caller from node to node until the flow hands them on or ends the call."""

from __future__ import annotations

from appliance.contract.cause import HangupCause
from appliance.contract.events import BeepHeard, SpeechEvent
from appliance.contract.flow import (
    AnyNode,
    AppointmentNode,
    Asking,
    Exit,
    FlowNode,
    FlowPlan,
    GoNode,
    HangupNode,
    HttpNode,
    IdentifyNode,
    OptOutNode,
    PromptNode,
    ReturnNode,
    TextNode,
)
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Choice
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.contacts.refusal import never_again
from appliance.core.ivr import act, lookup
from appliance.core.ivr.appointment import AppointmentTalk
from appliance.core.ivr.ask import Question
from appliance.core.ivr.hearing import prepare
from appliance.core.ivr.visit import CAMPAIGN, DEEPEST, NEVER, Doors, Frame, Visit
from appliance.core.phrases import Phrase, say


class Walk(Step):
    """The step of a caller who is in a flow. A node either gives its exit at once or waits for something."""

    stage = Stage.GREETING

    def __init__(self, visit: Visit, why: str) -> None:
        """Begin at the node the visit's frame names, entered for the reason `why`."""
        super().__init__(visit.call)
        self.visit = visit
        self.caller = visit.caller
        self._why = why
        self._due: str | None = None  # the reason for which the frame's node is to be entered
        self._running = False
        self._question: Question | AppointmentTalk | None = None
        self._entries = 0  # tells an answer that comes late from one to the node the caller is at

    def begin(self) -> None:
        self.caller.listen(digits=True)
        prepare(self.visit)
        self._enter(self._why)

    def leave(self) -> None:
        self._drop_question()
        self._entries += 1
        super().leave()
        self.caller.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is not self.caller:
            return
        self.visit.heard()
        node = self.visit.frame.plan
        if self.visit.leads_away(digit):
            self._drop_question()
            self.caller.quiet()
            self._enter(f"key {digit}")
        elif self._question is not None:
            self._question.take(digit)
        elif isinstance(node, PromptNode) and node.interruptible:
            self.visit.ahead += digit
            self.leave_by(Exit.NEXT, Exit.NEXT)

    def speech(self, leg: Leg, event: SpeechEvent) -> None:
        if leg is self.caller and isinstance(self._question, Question):
            self._question.heard(event)

    def beep(self, leg: Leg, event: BeepHeard) -> None:
        if leg is self.caller:
            self.call.beeped(event)

    def key_of(self, word: str) -> str | None:
        """The key that this word stands for in the menu the caller hears; None when there is none."""
        return self._question.key_of(word) if self._question is not None else None

    def spoken(self, word: str) -> None:
        """The caller said one of a menu's words."""
        key = self.key_of(word)
        if key is not None:
            self.digit(self.caller, key, signalled=True)

    # --------------------------------------------------------------------- moves

    def leave_by(self, way: str, why: str) -> None:
        """Leave the node by an exit. An exit that leads nowhere ends the call."""
        if self.call.step is not self:
            return
        self._drop_question()
        self.caller.quiet()
        frame = self.visit.frame
        plan = frame.plan
        target = plan.exits.get(way) if plan is not None else None
        if target is None:
            reason = f"Node {frame.node} of flow {frame.flow.name} has no way on: {why}."
            self.call.end(HangupCause.NORMAL_CLEARING, reason, "box")
            return
        if target != frame.node and way not in (Exit.TIMEOUT, Exit.INVALID, Exit.ERROR):
            self.visit.failures.pop((frame.flow.name, frame.node), None)
        frame.node = target
        self._enter(why)

    def _enter(self, why: str) -> None:
        """Enter the frame's node, then all that follow at once: in a loop, so no chain is too long."""
        self._due = why
        if self._running:
            return
        self._running = True
        try:
            while self._due is not None and self.call.step is self:
                due, self._due = self._due, None
                self._enter_one(due)
        finally:
            self._running = False

    def _enter_one(self, why: str) -> None:
        frame = self.visit.frame
        node = frame.plan
        self._entries += 1
        if node is None or self.visit.endless():
            reason = f"Flow {frame.flow.name} went on without end." if node else f"No node {frame.node}."
            self.call.end(HangupCause.NORMAL_UNSPECIFIED, reason, "box")
            return
        self.call.note(EntryKind.FLOW_ENTERED, flow=frame.flow.name, node=frame.node, reason=why)
        if not isinstance(node, Asking):
            self.call.move(Stage.GREETING, f"node {frame.node}")
        self._do(node)

    def _do(self, node: AnyNode) -> None:
        if isinstance(node, PromptNode):
            if not node.interruptible:
                self.visit.ahead = ""
            self._say_or_pass(node)
        elif isinstance(node, Asking):
            self._ask(node)
        elif isinstance(node, HangupNode):
            self.caller.play(self.visit.prompt(node.said), done=self._said_goodbye)
        elif isinstance(node, GoNode):
            self._go(node)
        elif isinstance(node, FlowNode):
            self._call_flow(node)
        elif isinstance(node, ReturnNode):
            self._return()
        elif isinstance(node, IdentifyNode | HttpNode | TextNode):
            self._look_up(node)
        elif isinstance(node, OptOutNode):
            self._opt_out(node)
        else:
            way = act.act(node, self.visit)
            self.leave_by(way, way)

    # --------------------------------------------------------------------- nodes

    def _say_or_pass(self, node: PromptNode) -> None:
        if self.visit.ahead and node.interruptible:
            self.leave_by(Exit.NEXT, Exit.NEXT)  # who has pressed a key already does not want to listen
        else:
            self.caller.play(self.visit.prompt(node.said), done=lambda: self.leave_by(Exit.NEXT, Exit.NEXT))

    def _ask(self, node: Asking) -> None:
        self.call.move(Stage.MENU, f"node {self.visit.frame.node}")
        talk = AppointmentTalk(self, node) if isinstance(node, AppointmentNode) else Question(self, node)
        self._question = talk
        talk.begin()

    def _drop_question(self) -> None:
        if self._question is not None:
            self._question.cancel()
            self._question = None

    def _go(self, node: GoNode) -> None:
        visit, at = self.visit, self.visit.frame.node
        visit.ahead = ""

        def back(call: Call, caller: Leg, way: Exit, why: str) -> None:
            if call.step is self:
                self.leave_by(way, f"{way}: {why}")
                return
            again = Walk(visit.moved(call, caller), f"{way}: {why}")
            node = visit.frame.plan
            target = node.exits.get(way) if node is not None else None
            if target is None:
                call.end(HangupCause.NORMAL_CLEARING, f"Node {at} has no way on: {why}.", "box")
            else:
                visit.frame.node = target
                call.enter(again, f"{way}: {why}")

        target = visit.fill(node.target)
        visit.doors.go(self.call, self.caller, Choice(node.kind, target), node.seconds, f"node {at}", back)

    def _call_flow(self, node: FlowNode) -> None:
        flow = self.kernel.plan.flows.get(node.flow)
        if flow is None or len(self.visit.frames) >= DEEPEST:
            self.leave_by(Exit.ERROR, f"{Exit.ERROR}: flow {node.flow}")
            return
        self.visit.frames.append(Frame(flow, flow.start))
        self._enter(f"flow {node.flow}")

    def _return(self) -> None:
        if len(self.visit.frames) == 1:
            self._said_goodbye()
            return
        self.visit.frames.pop()
        self.leave_by(Exit.NEXT, Exit.NEXT)

    def _look_up(self, node: lookup.Elsewhere) -> None:
        entry = self._entries

        def found(way: Exit, why: str) -> None:
            if self._entries == entry:
                self.cancel_timers()
                self.leave_by(way, f"{way}: {why}" if why else way)

        seconds, late = lookup.patience(node)
        self.after(seconds, lambda: found(late, "no answer in time"))
        lookup.look_up(node, self.visit, lambda way, why: self.kernel.run_contained(lambda: found(way, why)))

    def _opt_out(self, node: OptOutNode) -> None:
        entry, call = self._entries, self.call
        confirmed = self.visit.prompt(node.said) or say(self.visit.language, Phrase.OUTREACH_NEVER)

        def saved(good: bool) -> None:
            if good:
                call.variables[NEVER] = call.number or ""
            if self._entries != entry:
                return
            if good:
                self.caller.play(confirmed, done=lambda: self.leave_by(Exit.NEXT, Exit.NEXT))
            else:
                self.leave_by(Exit.ERROR, f"{Exit.ERROR}: it was not saved")

        campaign = call.variables.get(CAMPAIGN) if node.campaign_only else None
        never_again(self.kernel, call.number, "key", saved, campaign=campaign, call=call.id)

    def _said_goodbye(self) -> None:
        reason = f"Flow {self.visit.frame.flow.name} ended at node {self.visit.frame.node}."
        self.call.end(HangupCause.NORMAL_CLEARING, reason, "box")


def enter_flow(call: Call, caller: Leg, flow: FlowPlan, doors: Doors, why: str) -> None:
    """Let a caller into a flow from its start."""
    call.enter(Walk(Visit(call, caller, doors, [Frame(flow, flow.start)]), why), f"flow {flow.name}")
