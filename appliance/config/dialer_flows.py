"""Flows to begin with, for each method that speaks and each trade: what people hear whom a campaign calls
without an agent.

An offer (key 1 to an agent), a survey (each digit is an outcome), reminders (what follows is keyed). In each
2 or * says it again and the campaign's key ends all calls. The texts are those of `dialer_texts`; a language
without any gets English ones. Outcomes are the codes of the trade's dispositions (`dialer_trades`), and of
those that the flow brings along (`outcomes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.config.dialer import DispositionSettings
from appliance.config.dialer_texts import LANGUAGES, TEXTS
from appliance.config.flows import FlowSettings

Row = dict[str, Any]

#: Trade -> the shape of its message.
SHAPES: Mapping[str, str] = {
    "telemarketing": "offer",
    "lead_generation": "offer",
    "renewals": "offer",
    "new_product": "offer",
    "market_research": "survey",
    "satisfaction_survey": "survey",
    "appointment_setting": "appointment",
    "debt_collection": "debt",
    "payment_reminder": "payment",
    "follow_up": "follow_up",
}
#: Trades that remind of something else than an appointment.
_REMINDS = ("debt", "payment")
#: Whose words a shape has, where the trade has none of its own.
_WORDS = {"survey": "survey", "appointment": "appointment_setting"}
_OUT = "9"


def _brought(code: str, label: str, success: bool = False) -> DispositionSettings:
    return DispositionSettings(code=code, label=label, success=success)


#: Shape -> dispositions of its own: a survey's answers from 11 on, a reminder's from 21 on.
_BROUGHT: Mapping[str, tuple[DispositionSettings, ...]] = {
    "survey": tuple(_brought(f"1{digit}", f"Answer {digit}", success=True) for digit in "12345"),
    "appointment": (
        _brought("21", "Confirmed", success=True),
        _brought("22", "Wants another time"),
        _brought("23", "Cancelled"),
    ),
}


def shape_of(method: str, trade: str) -> str:
    """What a flow of this method and trade is like. KeyError for a trade there is none of."""
    own = SHAPES[trade]
    if method == "survey":
        return "survey"
    if method == "reminder":
        return own if own in _REMINDS else "appointment"
    return own


def outcomes(method: str, trade: str) -> tuple[DispositionSettings, ...]:
    """How calls may go by the keys of this flow, besides what the trade knows."""
    return _BROUGHT.get(shape_of(method, trade), ())


def starter_flow(
    method: str, trade: str, name: str, label: str, queue: str | None, language: str = "en"
) -> FlowSettings:
    """The flow to begin with. `queue` takes those who want a person; without one they are not offered it.
    KeyError for a trade there is none of."""
    shape = shape_of(method, trade)
    whose = trade if SHAPES[trade] == shape else _WORDS.get(shape, trade)
    nodes = _SHAPES[shape](_Words(whose, language), queue)
    start, otherwise = next(iter(nodes)), "bye"
    nodes["never"] = {"kind": "opt_out", "next": otherwise}
    nodes[otherwise] = {"kind": "hangup"}
    return FlowSettings.model_validate(
        {
            "name": name,
            "label": label,
            "start": start,
            "otherwise": otherwise,
            "anywhere": {_OUT: "never"},
            "nodes": nodes,
        }
    )


class _Words:
    """The texts of one trade in one language; every other language stands beside it."""

    def __init__(self, trade: str, language: str) -> None:
        self._trade = trade
        spoken = language.partition("-")[0]
        self._own = spoken if spoken in LANGUAGES else "en"

    def say(self, *names: str) -> Row:
        """These sentences, one after the other; those of the trade go before those of all."""
        told = {language: " ".join(self._one(name, language) for name in names) for language in LANGUAGES}
        others = {name: {"text": text} for name, text in told.items() if name != self._own}
        return {"text": told[self._own], "languages": others}

    def _one(self, name: str, language: str) -> str:
        return TEXTS.get(f"{self._trade}.{name}", TEXTS.get(name, {})).get(language, "")


def _menu(words: Row, keys: Mapping[str, str], again: str) -> Row:
    ways = {key: {"to": to} for key, to in {**keys, "*": again}.items()}
    return {"kind": "menu", "prompt": words, "keys": ways, "tries": 2, "speech": False}


def _outcome(code: str, to: str) -> Row:
    return {"kind": "outcome", "code": code, "next": to}


def _agent(queue: str | None) -> Row:
    return {} if queue is None else {"agent": {"kind": "queue", "queue": queue}}


def _offer(words: _Words, queue: str | None) -> Row:
    """What it is about; 1 is interest: an agent, or where there is none it is noted."""
    first = "agent" if queue is not None else "wants"
    nodes: Row = {
        "hello": {"kind": "prompt", "prompt": words.say("hello", "about"), "next": "menu"},
        "menu": _menu(words.say("key_agent", "key_again", "key_never"), {"1": first, "2": "hello"}, "hello"),
    }
    if queue is not None:
        return nodes | _agent(queue)
    return nodes | {"wants": _outcome("1", "thanks"), "thanks": _thanks(words)}


def _survey(words: _Words, queue: str | None) -> Row:
    """One question, five answers; each is an outcome."""
    answers = {digit: f"answer_{digit}" for digit in "12345"}
    return {
        "hello": {"kind": "prompt", "prompt": words.say("hello", "about"), "next": "question"},
        "question": _menu(words.say("question", "key_star", "key_never"), answers, "question"),
        **{node: _outcome(f"1{digit}", "thanks") for digit, node in answers.items()},
        "thanks": _thanks(words),
    }


def _thanks(words: _Words) -> Row:
    return {"kind": "announcement", "prompt": words.say("thanks"), "next": "bye"}


def _appointment(words: _Words, queue: str | None) -> Row:
    """The appointment in the diary; where there is none there, the one of the list."""
    person = {"person": "agent"} if queue is not None else {}
    keys = {"1": "confirmed", "2": "change", "3": "cancel"}
    return {
        "hello": {"kind": "announcement", "prompt": words.say("hello", "key_never"), "next": "who"},
        "who": {"kind": "identify", "next": "diary", "unknown": "told", "failed": "told", "error": "told"},
        "diary": {
            "kind": "appointment",
            "next": "confirmed",
            "cancelled": "cancel",
            "ring_back": "change",
            "none": "told",
            **person,
        },
        "told": {
            "kind": "condition",
            "cases": [{"variable": "lead.appointment", "test": "is_set", "to": "say"}],
            "otherwise": "bye",
        },
        "say": {"kind": "prompt", "prompt": words.say("about"), "next": "menu"},
        "menu": _menu(words.say("keys", "key_star"), keys, "say"),
        "confirmed": _outcome("21", "thanks"),
        "change": _outcome("22", "agent" if queue is not None else "thanks"),
        "cancel": _outcome("23", "thanks"),
        "thanks": _thanks(words),
        **_agent(queue),
    }


def _debt(words: _Words, queue: str | None) -> Row:
    """Nothing of the debt before whoever answers says who they are."""
    keys = {"1": "promise", "2": "paid", "3": "disputed"}
    if queue is not None:
        keys["0"] = "agent"
    return {
        "hello": {"kind": "prompt", "prompt": words.say("hello"), "next": "whom"},
        "whom": _menu(words.say("whom", "key_never"), {"1": "about", "2": "wrong"}, "hello"),
        "wrong": _outcome("5", "bye"),
        "about": {"kind": "prompt", "prompt": words.say("about"), "next": "menu"},
        "menu": _menu(words.say("keys", *_person(queue), "key_star"), keys, "about"),
        "promise": _outcome("1", "thanks"),
        "paid": _outcome("6", "thanks"),
        "disputed": _outcome("7", "thanks"),
        "thanks": _thanks(words),
        **_agent(queue),
    }


def _payment(words: _Words, queue: str | None) -> Row:
    keys = {"1": "will", "2": "paid"}
    if queue is not None:
        keys["0"] = "agent"
    return {
        "hello": {"kind": "prompt", "prompt": words.say("hello", "about"), "next": "menu"},
        "menu": _menu(words.say("keys", *_person(queue), "key_star", "key_never"), keys, "hello"),
        "will": _outcome("1", "thanks"),
        "paid": _outcome("6", "thanks"),
        "thanks": _thanks(words),
        **_agent(queue),
    }


def _follow_up(words: _Words, queue: str | None) -> Row:
    return {
        "hello": {"kind": "prompt", "prompt": words.say("hello", "about"), "next": "menu"},
        "menu": _menu(words.say("keys", "key_star", "key_never"), {"1": "well", "2": "help"}, "hello"),
        "well": _outcome("1", "thanks"),
        "help": _outcome("6", "agent" if queue is not None else "thanks"),
        "thanks": _thanks(words),
        **_agent(queue),
    }


def _person(queue: str | None) -> tuple[str, ...]:
    return () if queue is None else ("key_person",)


_SHAPES = {
    "offer": _offer,
    "survey": _survey,
    "appointment": _appointment,
    "debt": _debt,
    "payment": _payment,
    "follow_up": _follow_up,
}
