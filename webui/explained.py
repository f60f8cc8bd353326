"""Why this agent: a routing decision of the journal in words, one sentence and the full list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import ngettext

from appliance.contract.explained import Reason, Why, unpack
from webui import words

Data = Mapping[str, str | int | float | bool | None]
Name = Callable[[object], str]
#: Sentence, why this caller, colour, and everybody who was passed over.
Told = tuple[str, str, str, tuple[str, ...]]


def routed(data: Data, agent: Name, queue: Name) -> Told:
    """One decision; `agent` and `queue` give labels for names."""
    chosen = [agent(name) for name in str(data.get("agents") or "").split(",") if name]
    left = unpack(str(data.get("left") or ""))
    reasons = passed_over(left, agent, queue)
    if not chosen:
        return _("Nobody can take the call now; the caller waits."), "", "warn", reasons
    rule = str(data.get("rule") or "")
    if len(chosen) == 1 and rule not in _FOR_ONE and not any(one.code in _ABLE for one in left):
        rule = "only"
    return _chosen(rule, ", ".join(chosen)), _next(data), "busy", reasons


#: Rules that look at one agent alone; and what is said of those who could have had the call as well.
_FOR_ONE = frozenset({"scheduled", "rings_back", "own_agent", "last_agent", "sticky"})
_ABLE = frozenset({Why.LATER, Why.STICKY})


def passed_over(reasons: Iterable[Reason], agent: Name, queue: Name) -> tuple[str, ...]:
    """A line for each reason, with those it holds for."""
    return tuple(_reason(reason, agent, queue) for reason in reasons)


def _chosen(rule: str, who: str) -> str:
    sentences = {
        "longest_idle": _("%(who)s is asked: without a call for longest.", who=who),
        "ring_all": _("All who are free are asked: %(who)s.", who=who),
        "ring_progressively": _("%(who)s is asked, one more after a while.", who=who),
        "round_robin": _("%(who)s is asked: it is their turn.", who=who),
        "top_down": _("%(who)s is asked: the first in the order of this queue.", who=who),
        "fewest_calls": _("%(who)s is asked: took the fewest calls.", who=who),
        "least_talk_time": _("%(who)s is asked: talked the least.", who=who),
        "random": _("%(who)s is asked: drawn by chance.", who=who),
        "weighted_random": _("%(who)s is asked: drawn by chance, by the agents' shares.", who=who),
        "skills": _("%(who)s is asked: can best what the caller needs.", who=who),
        "only": _("%(who)s is asked: nobody else can take the call now.", who=who),
        "rings_back": _("%(who)s is asked: had tried to reach this caller, who rings back.", who=who),
        "own_agent": _("%(who)s is asked: the caller's own agent.", who=who),
        "last_agent": _("%(who)s is asked: spoke with this caller last.", who=who),
        "scheduled": _("%(who)s is asked: promised to call at this time.", who=who),
        "sticky": _("%(who)s is asked: the caller's own or last agent.", who=who),
    }
    return str(sentences.get(rule) or _("%(who)s is asked.", who=who))


def _next(data: Data) -> str:
    """Why this caller, and not another."""
    by, waiting = data.get("by"), data.get("of")
    if data.get("callback") == "scheduled":
        return str(_("To be called at this time, as an agent promised."))
    if data.get("callback"):
        return str(_("A callback: it keeps the place the caller had among those on the line."))
    if not isinstance(waiting, int) or waiting < 2:
        return ""
    if by == "wait":
        return str(_("Of %(num)s callers this one had waited longest.", num=waiting))
    said = [str(_("By priority it came before callers who had waited longer."))] if by == "priority" else []
    ahead = data.get("ahead")
    if isinstance(ahead, int) and ahead:
        said.append(_before(ahead))
    return " ".join(said)


def _before(count: int) -> str:
    return str(
        ngettext(
            "%(num)d caller before this one needs an agent who is not free.",
            "%(num)d callers before this one need agents who are not free.",
            count,
        )
    )


def _reason(reason: Reason, agent: Name, queue: Name) -> str:
    who = ", ".join(agent(name) for name in reason.agents)
    first, second, third = (*reason.arguments, "", "", "")[:3]
    if reason.code == Why.STICKY:
        return _kept(who, agent(first), second)
    if reason.code == Why.WRAP_UP:
        return _finishing(who, first, queue(second) if second else "")
    if reason.code == Why.SKILL:
        return _lacking(who, first, second, third)
    told = {**_said(who), **_measured(who, first, second)}
    if reason.code == Why.BREAK and first:
        return str(_("%(who)s: on a break (%(code)s)", who=who, code=words.pause(first)))
    return str(told.get(reason.code) or f"{who}: {reason.code}")


def _lacking(who: str, skill: str, has: str, needs: str) -> str:
    return str(
        _(
            "%(who)s: has level %(has)s of %(skill)s, the caller needs %(needs)s",
            who=who,
            skill=skill,
            has=has,
            needs=needs,
        )
    )


def _kept(who: str, other: str, left: str) -> str:
    if left == "0":
        return str(_("%(who)s: the caller is kept for %(other)s", who=who, other=other))
    return str(_("%(who)s: the caller is kept for %(other)s, %(num)s s more", who=who, other=other, num=left))


def _finishing(who: str, left: str, queue: str) -> str:
    if not queue:
        return str(_("%(who)s: finishing up, %(num)s s left", who=who, num=left))
    return str(
        _(
            "%(who)s: finishing up after a call of %(queue)s, %(num)s s left",
            who=who,
            queue=queue,
            num=left,
        )
    )


def _measured(who: str, first: str, second: str) -> dict[str, str]:
    return {
        Why.RETRY: _("%(who)s: missed a call, left alone for %(num)s s", who=who, num=first),
        Why.LOAD: _("%(who)s: took %(num)s calls within the hour, which is the limit", who=who, num=first),
        Why.TIER: _(
            "%(who)s: level %(level)s is not asked for %(num)s s yet", who=who, level=first, num=second
        ),
    }


def _said(who: str) -> dict[str, str]:
    return {
        Why.OUT: _("%(who)s: logged out", who=who),
        Why.BREAK: _("%(who)s: on a break", who=who),
        Why.CALL: _("%(who)s: in a call", who=who),
        Why.RINGING: _("%(who)s: rung for another caller", who=who),
        Why.LEAVING: _("%(who)s: about to leave", who=who),
        Why.GONE: _("%(who)s: the handset is not set up", who=who),
        Why.UNREGISTERED: _("%(who)s: the handset is not connected", who=who),
        Why.QUIET: _("%(who)s: the handset does not want to be disturbed", who=who),
        Why.IN_USE: _("%(who)s: the handset is in use", who=who),
        Why.NO_LINE: _("%(who)s: no line is free to call their telephone outside", who=who),
        Why.TRIED: _("%(who)s: had this call before", who=who),
        Why.LATER: _("%(who)s: free, but later in the order", who=who),
    }


def left_queue(data: Data, queue: Name) -> Told:
    """A caller left a queue without an agent."""
    name = queue(data.get("queue"))
    sentences = {
        "timeout": _("Waited as long as %(queue)s allows, and goes on.", queue=name),
        "full": _("%(queue)s is full.", queue=name),
        "unstaffed": _("Nobody is there in %(queue)s.", queue=name),
        "key": _("Leaves %(queue)s by key.", queue=name),
        "closing": _("Still waited in %(queue)s at closing time.", queue=name),
        "ring": _("%(queue)s and others send callers round in a ring; the call ends.", queue=name),
    }
    return sentences.get(str(data.get("why"))) or _("Leaves %(queue)s.", queue=name), "", "warn", ()
