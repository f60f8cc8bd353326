"""Every prompt that a plan will surely play, to be made in advance so that no caller waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.contract.flow import AnyNode, Asking, GoNode, HangupNode, MenuNode, PromptNode
from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan
from appliance.core.acd import announce
from appliance.core.ivr.hearing import YES_NO, words_of
from appliance.core.ivr.speech import SLOT
from appliance.core.outreach import words as outreach
from appliance.core.phrases import Phrase, always_the_same, say


def spoken(plan: Plan) -> Iterator[Prompt]:
    """The prompts of flows, queues, boxes and survey, and all the box says by itself; some more than once."""
    for flow in plan.flows.values():
        for node in flow.nodes.values():
            yield from _of_node(node)
            if isinstance(node, MenuNode) and node.speech:
                yield from _of_words(node, plan.language)
    for queue in plan.queues.values():
        yield queue.welcome
    for trunk in plan.trunks.values():
        yield trunk.closed
    yield plan.recording_notice
    yield from announce.spoken(plan)
    yield from _of_messages(plan)
    yield from outreach.spoken(plan)
    yield from always_the_same(plan.language)


def _of_node(node: AnyNode) -> Iterator[Prompt]:
    """What is the same for every caller; texts with variables are made when they are said."""
    said = [node.said] if isinstance(node, PromptNode | Asking | HangupNode) else []
    for words in [*said, *([node.invalid] if isinstance(node, Asking) else [])]:
        for prompt in words.values():
            if not any(isinstance(part, Speech) and SLOT.search(part.text) for part in prompt):
                yield prompt


def _of_words(node: MenuNode, own: str) -> Iterator[Prompt]:
    """The questions whether a word was said."""
    for language in {own, *node.spoken}:
        if language.partition("-")[0] in YES_NO:
            words = words_of(node, language, own)
            yield from (say(language, Phrase.DID_YOU_SAY, word=word) for word in words)


def _of_messages(plan: Plan) -> Iterator[Prompt]:
    yield from (box.greeting for box in plan.voicemail.values())
    if plan.survey is not None and (plan.survey.share or _asked_in_flows(plan)):
        yield plan.survey.invite
        yield plan.survey.thanks
        yield from (question.said for question in plan.survey.questions)


def _asked_in_flows(plan: Plan) -> bool:
    nodes = (node for flow in plan.flows.values() for node in flow.nodes.values())
    return any(isinstance(node, GoNode) and node.kind == "survey" for node in nodes)
