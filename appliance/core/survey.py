"""Questions to a caller, answered by keys: after the agent has hung up, where a seed chooses who is asked,
or within a flow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from appliance.contract.cause import HangupCause
from appliance.contract.journal import EntryKind
from appliance.contract.messages import QuestionPlan, SurveyPlan
from appliance.core.call.asking import Asking
from appliance.core.call.call import Call, Direction, Stage
from appliance.core.call.conversation import Meeting
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step

#: The keys that answer a question of each kind; star skips, anything else is asked once more.
KEYS = {"csat": "12345", "solved": "12", "free": "0123456789"}
SKIP = "*"


def chosen(plan: SurveyPlan, call: str) -> bool:
    """Whether the caller of this call is asked: by chance, but always the same for a call and a seed."""
    digest = hashlib.sha256(f"{plan.seed}:{call}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < plan.share


def survey_of(meeting: Meeting) -> Step | None:
    """The questions for the caller whom an agent has just left; None when there are none."""
    call, caller = meeting.call, meeting.caller
    plan = call.kernel.plan.survey
    if meeting.agent.by == "box":  # a line broke: they were cut off
        return None
    if plan is None or call.direction is not Direction.INBOUND or not (caller.outside and caller.ready):
        return None
    if plan.queues and call.queue not in plan.queues:
        return None
    return Survey(call, caller, plan, meeting.agent_id) if chosen(plan, call.id) else None


def survey_within(call: Call, caller: Leg, names: Sequence[str], over: Callable[[], None]) -> Step | None:
    """The questions of these names, or all of them, for a caller who is in a flow and goes on in it.

    None when there are none. The answers are about the agent the caller spoke with in this call, if any.
    """
    plan = call.kernel.plan.survey
    if plan is None:
        return None
    asked = tuple(question for question in plan.questions if not names or question.name in names)
    spoke = [agent for agent, last in call.kernel.last_calls.items() if last.call == call.id]
    agent = spoke[-1] if spoke else None
    return Survey(call, caller, replace(plan, questions=asked), agent, over) if asked else None


class Survey(Step):
    """One question after the other; the call ends with the last, or goes `over`."""

    stage = Stage.MENU

    def __init__(
        self,
        call: Call,
        caller: Leg,
        plan: SurveyPlan,
        agent: str | None,
        over: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(call)
        self.caller = caller
        self.plan = plan
        self._done = over
        self._about = {"survey": plan.name, "agent": agent, "queue": call.queue}
        self._left = list(plan.questions)
        self._asking = Asking(caller, self.after)
        self._asked_again = False

    def begin(self) -> None:
        within = True if self._done is not None else None
        self.call.note(EntryKind.SURVEY_BEGUN, **self._about, within=within)
        self.caller.listen(digits=True, silence=True)
        if self._done is not None:  # the flow has said what there is to say
            self._ask()
        else:
            self.caller.play(self.plan.invite, done=self._ask)

    def leave(self) -> None:
        self._asking.forget()
        super().leave()
        self.caller.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.caller:
            self._asking.take(digit)

    def _ask(self) -> None:
        if not self._left:
            self._thank()
            return
        self._asking.ask(self._left[0].said, self.plan.answer_seconds, 1, self._answered)

    def _answered(self, key: str) -> None:
        question = self._left[0]
        if key not in KEYS[question.kind] + SKIP and not self._asked_again:
            self._asked_again = True
        else:
            self._note(question, key)
            self._left.pop(0)
            self._asked_again = False
        self._ask()

    def _note(self, question: QuestionPlan, key: str) -> None:
        answer = int(key) if key and key in KEYS[question.kind] else None
        self.call.note(
            EntryKind.SURVEY_ANSWERED,
            question=question.name,
            kind=question.kind,
            answer=answer,
            **self._about,
        )

    def _thank(self) -> None:
        if self._done is not None:
            self._done()
            return
        over = "The caller was asked about the call."
        self.caller.play(
            self.plan.thanks, done=lambda: self.call.end(HangupCause.NORMAL_CLEARING, over, "box")
        )
