"""Outreach: takes dialed calls that were answered, and says once what came of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.cause import HangupCause
from appliance.contract.clock import Timer
from appliance.contract.dialling import Law
from appliance.contract.events import BeepHeard
from appliance.contract.flow import Exit, FlowPlan, HangupNode, OptOutNode
from appliance.contract.ids import CallId
from appliance.contract.leads import Lead, Outcome
from appliance.contract.media import Prompt
from appliance.contract.outreach import OutreachPlan
from appliance.core.call.call import Stage
from appliance.core.call.step import Step
from appliance.core.dialer.gate import given
from appliance.core.dialer.number import numbered
from appliance.core.ivr.visit import CODE, NEVER, Doors
from appliance.core.ivr.walk import enter_flow
from appliance.core.kernel import Kernel
from appliance.core.outreach import words
from appliance.core.outreach.dialed import Dialed, Ended
from appliance.core.outreach.steps import BEGINS_WITHIN, Awaiting, Machine, NobodyIsFree
from appliance.core.outreach.texts import StopTexts

#: Neither the called person nor their machine ended it.
_NOT_THEIRS = {HangupCause.INTERRUPTED: Outcome.INTERRUPTED, HangupCause.LINE_FAULT: Outcome.LINE_FAULT}
_IN_FLOW = (Stage.GREETING, Stage.MENU)
_KEY, _OUT = "outreach.never", "outreach.bye"  # steps that no flow has: their names have no dots


@dataclass(slots=True, eq=False)
class _Talk:
    """One call while it is here."""

    dialed: Dialed
    outcome: Outcome = Outcome.PERSON
    left: bool = False  # a message, on a machine
    refused: bool = False
    awaiting: Step | None = None  # the step that the floor may end
    limit: Timer | None = None  # the longest time in the flow


class Outreach:
    """What is said to people that the box has called, where nobody of the box speaks with them.

    For each `Dialed` call `person`, `begin`, `nobody` or `machine`, in the order things become known: each
    may follow another. A call that is over is passed over. `law` is set by the campaigns' floor; while there
    is none, no machine is left a message.
    """

    def __init__(self, kernel: Kernel, doors: Doors) -> None:
        self._kernel, self._doors = kernel, doors
        self._talks: dict[CallId, _Talk] = {}
        self.law: Law | None = None
        self.texts = StopTexts(kernel)

    def prepare(self, plan: CampaignPlan, number: str, lead: Lead | None) -> None:
        """This person is being dialled: let what they alone will hear be spoken meanwhile."""
        services, flow = self._doors.services, None
        if plan.method.speaks:
            flow = self._kernel.plan.flows.get(plan.outreach.flow or "")
        for prompt in words.own_words(plan, flow, number, lead, services.grammar):
            self._kernel.guard.tell("The preparing of prompts", partial(services.prepare, prompt))

    # ---------------------------------------------------------- what is known of it

    def person(self, dialed: Dialed, quiet: float = 0.0) -> None:
        """A person answered, or is taken for one; the greeting ended `quiet` seconds ago.

        Of a campaign that speaks by itself they hear its flow. Else they wait for an agent: the floor lets
        the call enter the step in which they meet. Within two seconds of the greeting they hear that nobody
        is free.
        """
        if dialed.plan.method.speaks:
            self.begin(dialed)
            return
        talk = self._take(dialed)
        seconds = BEGINS_WITHIN - quiet
        if talk is None:
            return
        if seconds <= 0.0:
            self._nobody(talk)
            return
        talk.awaiting = Awaiting(dialed, seconds, partial(self._nobody, talk))
        dialed.call.enter(talk.awaiting, "a person answered; an agent is awaited")

    def begin(self, dialed: Dialed) -> None:
        """Let whoever answered hear the campaign's flow now."""
        talk = self._take(dialed)
        flow = self._kernel.plan.flows.get(dialed.plan.outreach.flow or "")
        if talk is None:
            return
        if flow is None:
            self._nobody(talk)
            return
        call, seconds = dialed.call, dialed.plan.outreach.flow_seconds
        call.beeped = partial(self._beeped, talk)
        talk.limit = talk.limit or self._kernel.after(seconds, partial(self._too_long, talk))
        enter_flow(call, dialed.party, _with_the_key(flow, dialed.plan.outreach), self._doors, "answered")

    def nobody(self, dialed: Dialed) -> None:
        """A person answered and no agent comes: they hear so at once."""
        talk = self._take(dialed)
        if talk is not None:
            self._nobody(talk)

    def machine(self, dialed: Dialed) -> None:
        """A machine answered: it is left a message after its beep, or hung up on."""
        talk = self._take(dialed)
        if talk is not None:
            self._machine(talk, beeped=False)

    def may_leave(self, dialed: Dialed) -> str:
        """Why this machine is left no message; "" when it is. A recorded message needs the consent that a
        recorded call does."""
        found, lead, law = numbered(dialed.number), dialed.lead, self.law
        if dialed.plan.outreach.machine is None:
            return "the campaign leaves no messages"
        rules = law.countries.get(found.country, law.elsewhere) if law and found else None
        if rules is None or lead is None:
            return "no law is known for it"
        if given(lead.callee, self._kernel.clock.wall()) < rules.recorded:
            return "the law asks for a consent that there is not"
        return ""

    # ------------------------------------------------------------------- courses

    def _take(self, dialed: Dialed) -> _Talk | None:
        call = dialed.call
        known = self._talks.get(call.id)
        if known is not None or not call.open:
            return known if call.open else None
        talk = self._talks[call.id] = _Talk(dialed)
        words.introduce(dialed)
        call.watchers.append(partial(self._look, talk))
        return talk

    def _nobody(self, talk: _Talk) -> None:
        talk.awaiting, talk.outcome = None, Outcome.DROPPED
        prompt = words.nobody_is_free(talk.dialed, self._doors.services.grammar)
        step = NobodyIsFree(talk.dialed, prompt, partial(self._refused, talk))
        talk.dialed.call.enter(step, "no agent is free")
        talk.dialed.dropped()

    @staticmethod
    def _refused(talk: _Talk) -> None:
        talk.refused = True

    def _machine(self, talk: _Talk, beeped: bool) -> None:
        dialed = talk.dialed
        talk.awaiting, talk.outcome = None, Outcome.MACHINE
        why, prompt = self.may_leave(dialed), self._message(dialed)
        if why or not prompt:
            reason = f"A machine answered: {why or 'there is nothing to say'}."
            dialed.call.end(HangupCause.NORMAL_CLEARING, reason, "box")
        else:
            step = Machine(dialed, prompt, partial(self._left, talk), beeped)
            dialed.call.enter(step, "a machine answered")

    def _message(self, dialed: Dialed) -> Prompt:
        said = dialed.plan.outreach.machine
        return () if said is None else words.filled(said, dialed.call, self._doors.services.grammar)

    @staticmethod
    def _left(talk: _Talk) -> None:
        talk.left = True

    def _beeped(self, talk: _Talk, event: BeepHeard) -> None:
        """Something beeped while the flow spoke: a machine, unless they have pressed or said something."""
        call = talk.dialed.call
        if call.stage in _IN_FLOW and not call.keyed:
            self._machine(talk, beeped=True)

    def _too_long(self, talk: _Talk) -> None:
        call = talk.dialed.call
        if call.stage in _IN_FLOW and talk.outcome is Outcome.PERSON:
            call.end(HangupCause.NORMAL_CLEARING, "The message reached its longest time.", "box")

    # ----------------------------------------------------------------------- end

    def _look(self, talk: _Talk) -> None:
        """The call did something: is it over, or with an agent of the floor?"""
        call = talk.dialed.call
        if talk.awaiting is not None and call.open and call.step is not talk.awaiting:
            self._forget(talk)
        elif not call.open:
            self._forget(talk)
            talk.dialed.over(self._ended(talk))

    def _forget(self, talk: _Talk) -> None:
        call = talk.dialed.call
        self._talks.pop(call.id, None)
        if talk.limit is not None:
            talk.limit.cancel()
        call.watchers[:] = [one for one in call.watchers if not _is(one, talk)]

    def _ended(self, talk: _Talk) -> Ended:
        call, plan = talk.dialed.call, talk.dialed.plan.outreach
        outcome = talk.outcome
        if call.cause is not None and outcome is not Outcome.DROPPED:
            outcome = _NOT_THEIRS.get(call.cause, outcome)
        return Ended(
            outcome,
            call.reason,
            never=talk.refused or NEVER in call.variables,
            code=call.variables.get(CODE),
            done=talk.left and plan.left_is_done,
            agent=next((who for who, last in self._kernel.last_calls.items() if last.call == call.id), None),
        )


def _with_the_key(flow: FlowPlan, talk: OutreachPlan) -> FlowPlan:
    """The flow in which the key for not being called again works wherever it is no answer to a question."""
    if talk.key in flow.anywhere:
        return flow
    key = OptOutNode(exits={Exit.NEXT: _OUT, Exit.ERROR: _OUT}, campaign_only=not talk.everywhere)
    nodes = {**flow.nodes, _KEY: key, _OUT: HangupNode()}
    return replace(flow, nodes=nodes, anywhere={**flow.anywhere, talk.key: _KEY})


def _is(watcher: object, talk: _Talk) -> bool:
    return isinstance(watcher, partial) and watcher.args == (talk,)
