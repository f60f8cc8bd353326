"""The lines of long lists, put into words before a template sees them: a call a line costs a template a
function call a word, and these lists are shown while the core works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from appliance.contract.plan import outside_seat
from appliance.control.messages import LiveCall
from webui import words
from webui.story import Names
from webui.times import duration, local_time

if TYPE_CHECKING:
    from appliance.contract.journal import CallRecord

_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in the call list."""

    call: str
    when: str
    direction: str
    way: str  # the direction in words
    who: str
    outcome: str
    tone: str
    recorded: bool
    about: str  # queue and agent
    line: str
    waited: str
    talked: str


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A call on the live page; `seconds` it lasts, `clock` is that as people read it."""

    id: str
    direction: str
    way: str
    who: str
    recording: bool
    about: str  # stage, queue, agent or handset, line
    seconds: float
    clock: str
    talks: bool = False  # somebody may listen, record, take over
    waits: bool = False  # in a queue: may be moved and taken
    queue: str | None = None
    paused: bool = False  # the recording
    next_tier: str | None = None  # where the agent may give it on to


def call_lines(records: Iterable[CallRecord], names: Names) -> list[CallLine]:
    """Calls that happened, in the reader's language."""
    ways, outcomes = words.said(words.DIRECTIONS), words.said(words.OUTCOMES)

    def line(call: CallRecord) -> CallLine:
        outcome, tone = outcomes.get(call.outcome, (call.outcome, "off"))
        return CallLine(
            call=call.call,
            when=local_time(call.started),
            direction=call.direction,
            way=ways.get(call.direction, ("",))[0],
            who=words.caller(call.number, call.name),
            outcome=outcome,
            tone=tone,
            recorded=bool(call.recordings),
            about=_BETWEEN.join(_served(call, names)),
            line=names.trunk(call.trunk) if call.trunk else "",
            waited=_lasted(call.waited_seconds),
            talked=_lasted(call.talk_seconds),
        )

    return [line(call) for call in records]


def call_rows(lines: Iterable[CallLine]) -> Markup:
    """The lines as rows of a table. Most of them were on the page before: those are not made again."""
    said = _("Waited"), _("Talked"), _("rec")
    return Markup("").join(_row(line, *said) for line in lines)


@lru_cache(maxsize=200)
def _row(line: CallLine, waited: str, talked: str, recorded: str) -> Markup:
    macros: Any = current_app.jinja_env.get_template("calls/line.html").module
    row: Markup = macros.line(line, waited, talked, recorded)
    return row


def _served(call: CallRecord, names: Names) -> list[str]:
    found = [names.queue(call.queue)] if call.queue else []
    if call.agent:
        found.append(names.agent(call.agent))
    elif call.handset and not call.queue:
        found.append(_seat(call.handset, names.agent))
    if call.marketing:
        found.append(call.marketing)
    return found


def _seat(handset: str, agent: Callable[[str], str]) -> str:
    """A handset, or whose telephone outside it is."""
    whose = handset.removeprefix(outside_seat(""))
    return handset if whose == handset else f"{_('Telephone outside')} ({agent(whose)})"


def _lasted(seconds: float) -> str:
    return duration(seconds) if seconds else "–"


def live_lines(calls: Iterable[LiveCall], names: Mapping[str, Mapping[str, str]]) -> list[LiveLine]:
    """Calls in progress, in the reader's language; `names` are labels of queues, agents and trunks."""
    if not names:
        return []
    ways, stages = words.said(words.DIRECTIONS), words.said(words.STAGES)
    return [
        LiveLine(
            id=call.id,
            direction=call.direction,
            way=ways.get(call.direction, ("",))[0],
            who=words.caller(call.number, call.name),
            recording=call.recording,
            talks=_talks(call),
            waits=call.stage in ("waiting", "offering"),
            queue=call.queue,
            paused=call.recording_paused,
            next_tier=call.next_tier,
            about=_BETWEEN.join(_doing(call, stages, names)),
            seconds=call.seconds,
            clock=duration(call.seconds),
        )
        for call in calls
    ]


def _talks(call: LiveCall) -> bool:
    """May somebody listen, record, take over? Not in what only carries the audio of a telephone outside."""
    carries = call.direction == "internal" and (call.handset or "").startswith(outside_seat(""))
    alone = call.supervised is None and call.parked is None and not carries
    return alone and call.stage in ("talking", "held")


def _doing(
    call: LiveCall, stages: Mapping[str, tuple[str, str]], names: Mapping[str, Mapping[str, str]]
) -> list[str]:
    stage = "offering" if call.stage == "waiting" and call.agent else call.stage
    found = [stages.get(stage, (stage,))[0]]
    for kind, name in (("queues", call.queue), ("agents", call.agent), ("trunks", call.trunk)):
        if name:
            found.append(names[kind].get(name, name))
        elif kind == "agents" and call.handset:
            found.append(_seat(call.handset, lambda agent: names["agents"].get(agent, agent)))
    if call.parked is not None:
        found.append(_("parked in place %(slot)s", slot=call.parked))
    return [*found, _("listens to another call")] if call.supervised else found
