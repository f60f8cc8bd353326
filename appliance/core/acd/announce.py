"""What a queue says to those who wait."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.contract.media import Prompt
from appliance.contract.plan import Plan
from appliance.core.acd import whisper
from appliance.core.acd.forecast import Range
from appliance.core.acd.outside import offer_words
from appliance.core.phrases import Phrase, say

_PREPARED = 8  # places that are spoken in advance


def position(language: str, place: int) -> Prompt:
    """ "You are number 3 in the queue."""
    return say(language, Phrase.NEXT_IN_QUEUE if place == 1 else Phrase.PLACE, place=place)


def expected(language: str, wait: Range) -> Prompt:
    """The expected wait."""
    if wait.high is None:
        phrase = Phrase.WAIT_ABOVE
    elif wait.low == 0:
        phrase = Phrase.WAIT_BELOW_A_MINUTE if wait.high <= 1 else Phrase.WAIT_BELOW
    else:
        phrase = Phrase.WAIT_BETWEEN
    return say(language, phrase, low=wait.low, high=wait.high if wait.high is not None else "")


def spoken(plan: Plan) -> Iterator[Prompt]:
    """What a plan's queues will surely say, to be made in advance."""
    for queue in plan.queues.values():
        yield from (queue.comfort, queue.overflow_message)
    if any(queue.say_position for queue in plan.queues.values()):
        yield from (position(plan.language, place) for place in range(1, _PREPARED + 1))
    yield from whisper.spoken(plan)
    if any(agent.outside is not None for agent in plan.agents.values()):
        yield from (offer_words(plan.language, queue.label) for queue in plan.queues.values())
