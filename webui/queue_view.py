"""A queue from close by, in words: who waits since when, and why nobody has them yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from appliance.contract.explained import Reason, Why, unpack
from appliance.contract.queue_look import AgentLook, QueueLook, WaitingLook
from webui import explained, words

Name = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One who waits."""

    call: str
    place: int
    who: str
    vip: bool
    here: bool  # on the line
    seconds: float
    expected: str
    needs: str
    why: str  # one sentence: who is rung, or why nobody is
    rung: bool
    more: tuple[str, ...]  # every agent and what keeps them


@dataclass(frozen=True, slots=True)
class AgentLine:
    """One of the queue's agents."""

    id: str
    name: str
    place: str  # level and position, where they are not the usual ones
    skills: str
    why: str
    free: bool


def waiting_lines(look: QueueLook, agent: Name, queue: Name) -> list[WaitingLine]:
    """The callers, who is next first."""
    return [_waiting(one, agent, queue) for one in look.waiting]


def agent_lines(look: QueueLook, agent: Name, queue: Name) -> list[AgentLine]:
    """The agents: those who are free first."""
    return sorted((_agent(one, agent, queue) for one in look.agents), key=lambda line: not line.free)


def _waiting(one: WaitingLook, agent: Name, queue: Name) -> WaitingLine:
    reasons = unpack(one.left)
    rung = ", ".join(agent(name) for name in one.rung)
    return WaitingLine(
        call=one.call,
        place=one.place,
        who=words.caller(one.number, one.name),
        vip=one.vip,
        here=one.here,
        seconds=one.waited,
        expected=_expected(one.low, one.high),
        needs=_levels(one.needs),
        why=_("%(who)s is being rung.", who=rung) if rung else _why_nobody(reasons),
        rung=bool(rung),
        more=explained.passed_over(reasons, agent, queue),
    )


def _agent(one: AgentLook, agent: Name, queue: Name) -> AgentLine:
    (told,) = explained.passed_over(unpack(f"{one.why} {one.id}"), agent, queue) if one.why else ("",)
    usual = one.level == 1 and one.position == 1
    place = (
        "" if usual else _("level %(level)s, position %(position)s", level=one.level, position=one.position)
    )
    why = told.partition(": ")[2] or told
    return AgentLine(one.id, agent(one.id), place, _levels(one.skills), why, not one.why)


def _levels(skills: dict[str, int]) -> str:
    return ", ".join(f"{name} {level}" for name, level in skills.items())


def _expected(low: int | None, high: int | None) -> str:
    """The expected wait, in the words callers hear."""
    if low is None:
        return ""
    if high is None:
        return str(_("more than %(low)s minutes", low=low))
    if low == 0:
        return str(_("less than a minute") if high <= 1 else _("less than %(high)s minutes", high=high))
    return str(_("%(low)s to %(high)s minutes", low=low, high=high))


def _why_nobody(reasons: list[Reason]) -> str:
    """The reason that is the nearest to being overcome says most."""
    if not reasons:
        return str(_("No agent takes calls of this queue."))
    codes = {reason.code for reason in reasons}
    for reason in reasons:
        if reason.code == Why.SKILL and len(reason.arguments) == 3:
            skill, _has, needs = reason.arguments
            return str(_("Nobody with %(skill)s %(level)s is free.", skill=skill, level=needs))
    if Why.STICKY in codes:
        return str(_("Kept for the caller's own or last agent for a moment."))
    if Why.TIER in codes:
        return str(_("The next level of agents is asked in a moment."))
    if codes & {Why.CALL, Why.RINGING, Why.WRAP_UP, Why.IN_USE, Why.LATER, Why.TRIED, Why.RETRY, Why.LOAD}:
        return str(_("Every agent who is there is busy."))
    if codes <= {Why.OUT}:
        return str(_("No agent is logged in."))
    if codes <= {Why.OUT, Why.BREAK}:
        return str(_("Every agent is on a break or logged out."))
    return str(_("No agent's handset can be rung now."))
