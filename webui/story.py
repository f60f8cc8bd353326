"""A call's journal in words: what happened, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import gettext as _

from appliance.contract.journal import Entry, EntryKind
from appliance.contract.plan import outside_seat
from webui import callback_story, causes, desk_story, explained, story_talk, words
from webui.times import duration

Data = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One line of the story; `tone` colours it as a state's."""

    at: str
    text: str
    detail: str = ""
    tone: str = "off"
    more: tuple[str, ...] = ()  # shown on demand


@dataclass(frozen=True, slots=True)
class Names:
    """Labels of the settings, for names that stand in the journal. What is gone keeps its name."""

    trunks: Mapping[str, str]
    agents: Mapping[str, str]
    queues: Mapping[str, str]
    flows: Mapping[str, str]

    def trunk(self, name: object) -> str:
        """What a person calls a line or handset."""
        text = str(name)
        return self.trunks.get(text) or (_("Handset %(name)s", name=text) if text.isdigit() else text)

    def agent(self, name: object) -> str:
        return self.agents.get(str(name), str(name))

    def queue(self, name: object) -> str:
        return self.queues.get(str(name), str(name))


def names_of(settings: Mapping[str, list[dict[str, str]]]) -> Names:
    """The labels of some settings."""
    return Names(
        {row["name"]: row["label"] for row in settings["trunks"]},
        {row["id"]: row["name"] for row in settings["agents"]},
        {row["name"]: row["label"] for row in settings["queues"]},
        {row["name"]: row["label"] for row in settings["flows"]},
    )


def story(entries: Iterable[Entry], names: Names) -> list[StoryStep]:
    """The steps of one call, in order. Entries that say nothing to people are left out."""
    told = list(entries)
    offered = {entry.data.get("handset") for entry in told if entry.kind is EntryKind.OFFERED}
    shown = (
        entry for entry in told if entry.kind not in _SAID_BY_OFFER or entry.data.get("line") not in offered
    )
    return [step for entry in shown if (step := _step(entry, names)) is not None]


#: Entries that an offer and its end say better.
_SAID_BY_OFFER = frozenset({EntryKind.LEG_ADDED, EntryKind.LEG_ANSWERED})


def _step(entry: Entry, names: Names) -> StoryStep | None:
    tell = _TELLERS.get(entry.kind)
    if tell is None:
        return None
    said = tell(entry.data, names)
    return StoryStep(entry.at.isoformat(), *said) if said is not None else None


_Said = tuple[str, str, str] | explained.Told | None


def _routed(data: Data, names: Names) -> _Said:
    return explained.routed(data, names.agent, names.queue)


def _left_queue(data: Data, names: Names) -> _Said:
    return explained.left_queue(data, names.queue)


def _started(data: Data, names: Names) -> _Said:
    line = names.trunk(data.get("trunk") or data.get("handset") or "")
    if data.get("direction") == "inbound":
        return _("A call comes in on %(line)s.", line=line), "", "busy"
    number = str(data.get("number") or "")
    if data.get("callback"):
        return _("The turn of a callback has come: %(number)s.", number=number), "", "busy"
    return _("%(line)s dials %(number)s.", line=line, number=number), "", "busy"


def _caller_id(data: Data, names: Names) -> _Said:
    if data.get("withheld"):
        return _("The caller hides the number."), "", "off"
    who = words.caller(_text(data, "number"), _text(data, "name"))
    return _("Caller: %(who)s.", who=who), "", "off"


def _leg_added(data: Data, names: Names) -> _Said:
    line = names.trunk(data.get("line"))
    if data.get("kind") == "handset":
        return _("%(line)s is called.", line=line), "", "off"
    number = str(data.get("number") or "")
    return (_("%(line)s dials %(number)s.", line=line, number=number), "", "off") if number else None


def _leg_answered(data: Data, names: Names) -> _Said:
    line = names.trunk(data.get("line"))
    if data.get("inferred"):
        sentence = _("%(line)s seems to be answered.", line=line)
        return sentence, _("This line cannot see an answer; it was inferred from what was heard."), "good"
    return _("%(line)s is answered.", line=line), "", "good"


def _leg_released(data: Data, names: Names) -> _Said:
    return (
        _("%(line)s is released.", line=names.trunk(data.get("line"))),
        causes.reason(data.get("cause"), data.get("reason")),
        "off",
    )


def _flow(data: Data, names: Names) -> _Said:
    label, node = names.flows.get(str(data.get("flow")), str(data.get("flow"))), data.get("node")
    if data.get("reason") == "closed" and node is None:
        return _("Outside the opening hours: the caller hears that it is closed."), "", "off"
    if node is None or data.get("reason") == "open":
        return _("The caller hears the greeting of %(flow)s.", flow=label), "", "off"
    why = _way(str(data.get("reason") or ""))
    return _("Goes on to %(step)s in %(flow)s.", step=str(node), flow=label), why, "off"


def _way(exit_: str) -> str:
    """By which of its exits a step was left; the usual one says nothing."""
    if exit_ == "next":
        return ""
    key = exit_.removeprefix("key ")
    return _("key %(key)s", key=key) if key != exit_ else words.word(words.EXITS, exit_)


def _digits(data: Data, names: Names) -> _Said:
    digits = str(data.get("digits") or "")
    if not digits:
        return _("The caller presses nothing."), "", "warn"
    if data.get("word"):
        return _("The caller says “%(word)s”: key %(digits)s.", word=data["word"], digits=digits), "", "busy"
    return _("The caller presses %(digits)s.", digits=digits), "", "busy"


def _speech(data: Data, names: Names) -> _Said:
    if data.get("result") == "asked":
        return _("The box asks whether “%(word)s” was said.", word=data.get("word")), "", "busy"
    if data.get("result") == "rejected":
        return _("The box did not understand what was said."), "", "warn"
    return _("Nobody could listen to the caller any more: keys only."), str(data.get("result") or ""), "warn"


def _queued(data: Data, names: Names) -> _Said:
    place = str(data.get("position") or "")
    return (
        _("Waits in %(queue)s, place %(place)s.", queue=names.queue(data.get("queue")), place=place),
        "",
        "warn",
    )


def _offered(data: Data, names: Names) -> _Said:
    agent, handset = names.agent(data.get("agent")), str(data.get("handset") or "")
    if handset == outside_seat(str(data.get("agent"))):
        return _("The telephone outside of %(agent)s is called.", agent=agent), "", "busy"
    return _("Handset %(handset)s of %(agent)s rings.", handset=handset, agent=agent), "", "busy"


def _offer_ended(data: Data, names: Names) -> _Said:
    sentences = {
        "answered": _("%(agent)s answers.", agent=names.agent(data.get("agent"))),
        "no_answer": _("%(agent)s does not answer.", agent=names.agent(data.get("agent"))),
        "rejected": _("%(agent)s declines.", agent=names.agent(data.get("agent"))),
        "busy": _("The handset of %(agent)s is busy.", agent=names.agent(data.get("agent"))),
        "absent": _("The handset of %(agent)s is not connected.", agent=names.agent(data.get("agent"))),
        "abandoned": _("The caller hangs up while %(agent)s is rung.", agent=names.agent(data.get("agent"))),
    }
    outcome = str(data.get("outcome"))
    why = str(data.get("why") or "") if str(get_locale()) == "en" else ""
    return sentences.get(outcome, outcome), why, "good" if outcome == "answered" else "warn"


def _connected(data: Data, names: Names) -> _Said:
    who = names.agent(data.get("agent")) if data.get("agent") else str(data.get("handset") or "")
    waited = data.get("waited")
    detail = _("after %(time)s of waiting", time=duration(float(waited))) if waited else ""
    return (_("Connected with %(who)s.", who=who) if who else _("Connected.")), detail, "good"


def _held(data: Data, names: Names) -> _Said:
    return (_("Put on hold."), "", "warn") if data.get("held") else (_("Taken back from hold."), "", "good")


def _transferred(data: Data, names: Names) -> _Said:
    return _("Transferred to %(target)s.", target=str(data.get("target") or "")), "", "busy"


def _waiting_call(data: Data, names: Names) -> _Said:
    number = words.caller(_text(data, "number"), None)
    return _("Meanwhile another caller knocked: %(number)s.", number=number), "", "off"


def _recording_ended(data: Data, names: Names) -> _Said:
    seconds = data.get("seconds")
    length = duration(float(seconds)) if seconds else "0:00"
    return _("Recording ends after %(time)s.", time=length), "", "off"


def _ended(data: Data, names: Names) -> _Said:
    who = words.word(words.ENDED_BY, _text(data, "by"))
    sentence = _("Ended by %(who)s.", who=who) if who else _("Ended.")
    return sentence, causes.reason(data.get("cause"), data.get("reason")), "off"


def _text(data: Data, key: str) -> str | None:
    value = data.get(key)
    return str(value) if value is not None else None


_TELLERS: dict[EntryKind, Callable[[Data, Names], _Said]] = {
    EntryKind.CALL_STARTED: _started,
    EntryKind.CALLER_ID: _caller_id,
    EntryKind.LEG_ADDED: _leg_added,
    EntryKind.LEG_ANSWERED: _leg_answered,
    EntryKind.LEG_RELEASED: _leg_released,
    EntryKind.FLOW_ENTERED: _flow,
    EntryKind.CALL_WAITING: _waiting_call,
    EntryKind.DIGITS: _digits,
    EntryKind.SPEECH: _speech,
    EntryKind.QUEUE_ENTERED: _queued,
    EntryKind.ROUTED: _routed,
    EntryKind.QUEUE_LEFT: _left_queue,
    EntryKind.OFFERED: _offered,
    EntryKind.OFFER_ENDED: _offer_ended,
    EntryKind.CONNECTED: _connected,
    EntryKind.HELD: _held,
    EntryKind.TRANSFERRED: _transferred,
    EntryKind.RECORDING_STARTED: lambda data, names: (_("Recording begins."), "", "off"),
    EntryKind.RECORDING_ENDED: _recording_ended,
    EntryKind.CALL_ENDED: _ended,
    **desk_story.STEPS,
    **callback_story.STEPS,
    **story_talk.TALK,
}
