"""Before an agent is joined with a queue's caller: which queue, and how long the caller has waited."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from appliance.contract.media import CallTone, Prompt
from appliance.contract.plan import Plan
from appliance.core.call.call import Stage
from appliance.core.call.conversation import Meeting, meet
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step
from appliance.core.phrases import Phrase, say

#: Waits are told in whole minutes up to this one, so that every sentence is there before it is needed.
MOST_MINUTES = 15


def words(language: str, label: str, waited: float) -> Prompt:
    """ "Sales. Waiting for 2 minutes." """
    return (*say(language, Phrase.WHISPER_QUEUE, queue=label), *_wait(language, int(waited / 60)))


def _wait(language: str, minutes: int) -> Prompt:
    if minutes > MOST_MINUTES:
        return say(language, Phrase.WHISPER_LONG, minutes=MOST_MINUTES)
    phrase = {0: Phrase.WHISPER_SHORT, 1: Phrase.WHISPER_MINUTE}.get(minutes, Phrase.WHISPER_MINUTES)
    return say(language, phrase, minutes=minutes)


def spoken(plan: Plan) -> Iterator[Prompt]:
    """All that will be whispered, to be made in advance."""
    queues = [queue for queue in plan.queues.values() if queue.whisper]
    if not queues or not any(agent.whisper for agent in plan.agents.values()):
        return
    yield from (say(plan.language, Phrase.WHISPER_QUEUE, queue=queue.label) for queue in queues)
    yield from (_wait(plan.language, minutes) for minutes in range(MOST_MINUTES + 2))


class Whisper(Step):
    """The agent hears it, the caller still ringing; then, or at any key of the agent's, they are joined.

    `gone` is told when the agent hangs up instead.
    """

    stage = Stage.OFFERING

    def __init__(self, meeting: Meeting, said: Prompt, gone: Callable[[], None]) -> None:
        super().__init__(meeting.call)
        self.meeting = meeting
        self._said, self._gone = said, gone

    def begin(self) -> None:
        self.meeting.caller.listen()
        self.meeting.caller.play(CallTone.RINGBACK, loop=True)
        self.meeting.agent.play(self._said, done=self._join)

    def leave(self) -> None:
        super().leave()
        self.meeting.caller.quiet()
        self.meeting.agent.quiet()

    def digit(self, leg: Leg, digit: str, signalled: bool) -> None:
        if leg is self.meeting.agent:
            self._join()

    def released(self, leg: Leg) -> None:
        if leg is self.meeting.agent:
            self._gone()
        elif leg is self.meeting.caller:
            super().released(leg)

    def _join(self) -> None:
        meet(self.meeting, "the agent knows who it is")
