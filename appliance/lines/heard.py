"""Says on the page when menus that could be said are keys only on this box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from appliance.contract.flow import MenuNode
from appliance.contract.hearing import Hearing
from appliance.contract.plan import Plan
from appliance.store.notes import Notes

_TOPIC = "speech"


def say_who_is_heard(plan: Plan, hearing: Hearing, notes: Notes) -> None:
    """A note when some menu has words for a language that nobody here understands."""
    wanted = {language.partition("-")[0] for language in _languages(plan)}
    understood = hearing.languages()
    if wanted and not understood:
        notes.say(_TOPIC, "speech_small")
    elif wanted - understood:
        named = ", ".join(sorted(wanted - understood))
        notes.say(_TOPIC, "speech_language", languages=named)
    else:
        notes.clear(_TOPIC)


def _languages(plan: Plan) -> Iterable[str]:
    """The languages that menus of this plan have words for."""
    for flow in plan.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, MenuNode) and node.speech:
                if _any(node.keys):
                    yield plan.language
                yield from (language for language, words in node.spoken.items() if _any(words))


def _any(words: Mapping[str, tuple[str, ...]]) -> bool:
    return any(words.values())
