"""Calls that somebody asked for pass the gate like any other: callbacks of queues, callers rung back by hand.

The agent is on the line while the gate is asked, which takes as long as the disk; its answer is written,
then the number is dialled. A core without records to ask (a rehearsal) dials nobody real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from appliance.contract.cause import HangupCause
from appliance.contract.dialling import (
    Callee,
    Consent,
    DialKind,
    DialRequest,
    Hand,
    Law,
    Limits,
    Matter,
    Verdict,
)
from appliance.contract.leads import Known, NoLeads, Outcome
from appliance.contract.trunk import AnswerSupervision
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.reach import Failed, Reach
from appliance.core.call.step import Step
from appliance.core.dialer.attempts import Attempts
from appliance.core.dialer.gate import decide
from appliance.core.dialer.number import numbered
from appliance.core.dialer.outcome import DialFacts, outcome_of
from appliance.core.kernel import Kernel

REFUSED = "The compliance gate does not allow this call: {0}."


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom somebody wants to be called. `asked_at`: the called person asked for it then; None: they rang."""

    number: str  # E.164
    asked_at: datetime | None = None
    by: Hand = Hand.AGENT


class Permits:
    """Asks the gate for calls that are no campaign's."""

    def __init__(self, kernel: Kernel, attempts: Attempts) -> None:
        self._kernel, self._attempts = kernel, attempts

    def dial(
        self,
        call: Call,
        origin: Leg,
        wish: Wish,
        go: Callable[[], None],
        refused: Callable[[Reach, HangupCause, str, str], None],
    ) -> None:
        """Let `origin` wait while it is asked; then `go`, or `refused` with the reason."""
        if isinstance(self._kernel.services.leads, NoLeads):
            go()
            return
        call.enter(_Asking(call, origin, self, wish, go, refused), "the compliance gate is asked")

    def ask(self, wish: Wish, answer: Callable[[Verdict], None]) -> None:
        """What the gate says; on the core's thread, now or later."""
        leads = self._kernel.services.leads

        def law(found: Law | None) -> None:
            leads.known(wish.number, None, lambda known: self._decide(wish, found, known, answer))

        leads.law_now(law)

    def _decide(
        self, wish: Wish, law: Law | None, known: Known | None, answer: Callable[[Verdict], None]
    ) -> None:
        verdict = decide(self._request(wish, known), _for_wishes(law))
        self._kernel.run_contained(lambda: answer(verdict))

    def _request(self, wish: Wish, known: Known | None) -> DialRequest:
        found, now = numbered(wish.number), self._kernel.clock.wall()
        return DialRequest(
            number=wish.number,
            at=now,
            matter=Matter.SERVICE,
            limits=Limits(frozenset({found.country if found is not None else self._kernel.plan.country})),
            callee=Callee(consent=Consent.CUSTOMER, asked_at=wish.asked_at),
            history=known.history if known is not None else None,
            blocked=known.blocked if known is not None else None,
            read_at=known.read_at if known is not None else now,
            caller_id=None,
            caller_id_answered=True,
            clock_trusted=self._kernel.services.clock_trusted(),
            kind=DialKind.CALLBACK,
            by=wish.by,
            agent_held=True,
            own_line=True,
        )

    def permitted(self, call: Call, verdict: Verdict, go: Callable[[], None]) -> None:
        """Write it, dial, and write how it ended."""

        def dial(attempt: str) -> None:
            self._kernel.run_contained(lambda: begin(attempt))

        def begin(attempt: str) -> None:
            if call.open:
                call.watchers.append(_Watch(self, call, attempt))
                go()
            else:
                self._attempts.end(attempt, Outcome.NOT_DIALLED, "box: not dialled", call.id)

        self._attempts.begin("", verdict, None, DialKind.CALLBACK, dial)

    def refused(self, verdict: Verdict) -> str:
        """Write it; the words for the records."""
        self._attempts.refused("", verdict)
        return REFUSED.format(", ".join(refusal.why.value for refusal in verdict.refusals))

    def over(self, call: Call, attempt: str, talked: bool) -> None:
        """The call has ended."""
        facts = DialFacts(AnswerSupervision.SEEN, dialled=True, joined=talked)  # in doubt it counts
        facts.over(call.cause, call.reason, False, self._kernel.clock.now())
        outcome, how = outcome_of(facts)
        self._attempts.end(attempt, outcome, how, call.id)


class _Watch:
    """Looks at one call until it is over."""

    def __init__(self, permits: Permits, call: Call, attempt: str) -> None:
        self._permits, self._call, self._attempt = permits, call, attempt
        self._talked = self._over = False

    def __call__(self) -> None:
        self._talked = self._talked or self._call.stage is Stage.TALKING
        if not self._call.open and not self._over:
            self._over = True
            self._permits.over(self._call, self._attempt, self._talked)


class _Asking(Step):
    """The agent waits a moment."""

    stage = Stage.DIALLING

    def __init__(
        self,
        call: Call,
        origin: Leg,
        permits: Permits,
        wish: Wish,
        go: Callable[[], None],
        refused: Failed,
    ) -> None:
        super().__init__(call)
        self._origin, self._permits, self._wish = origin, permits, wish
        self._go, self._refused = go, refused

    def begin(self) -> None:
        self._permits.ask(self._wish, self._told)

    def _told(self, verdict: Verdict) -> None:
        if not self.call.open or self.call.step is not self:
            return
        if verdict.allowed:
            self._permits.permitted(self.call, verdict, self._if_still)
            return
        reach = Reach(self.call, self._origin, lambda reach, leg: None, self._refused)
        self._refused(reach, HangupCause.OUTGOING_CALLS_BARRED, self._permits.refused(verdict), "box")

    def _if_still(self) -> None:
        if self.call.open and self.call.step is self:
            self._go()


def _for_wishes(law: Law | None) -> Law:
    """Who asked to be called is called in countries without a template, too, by the strictest of all."""
    if law is None:
        return Law({})
    return law if law.elsewhere is not None else replace(law, elsewhere=law.wished)
