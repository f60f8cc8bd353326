"""A queue looked at closely, for the page: it costs too much to be told to everybody at every change."""

from __future__ import annotations

from appliance.contract.errors import CallboxError
from appliance.contract.queue_look import AgentLook, QueueLook, WaitingLook
from appliance.core.acd.agent import Agent
from appliance.core.acd.choosing import needed, tier_of
from appliance.core.acd.queue import Queues
from appliance.core.acd.roster import Roster
from appliance.core.acd.turn import Turn
from appliance.core.kernel import Kernel

#: Callers who are explained; nobody reads more, and each is compared with every agent.
MOST = 30


def look(kernel: Kernel, roster: Roster, queues: Queues, name: str) -> QueueLook:
    """What goes on in a queue now. Raises CallboxError when there is none of this name."""
    plan = kernel.plan.queues.get(name)
    if plan is None:
        raise CallboxError(f"There is no queue {name}.")
    order = [queued for queued in queues.in_order() if queued.queue == name]
    waiting = tuple(_waiting(queues, queued, place) for place, queued in enumerate(order[:MOST], 1))
    agents = tuple(_agent(roster, agent, name) for agent in roster.of(name))
    return QueueLook(name, plan.label, len(order), waiting, agents)


def _waiting(queues: Queues, queued: Turn, place: int) -> WaitingLook:
    call, expected = queued.call, queues.expected(queued)
    return WaitingLook(
        call=call.id,
        place=place,
        waited=round(queued.waited, 1),
        number=call.number,
        name=call.name,
        vip=call.wants.vip,
        low=expected.low if expected is not None else None,
        high=expected.high if expected is not None else None,
        needs=needed(queued.plan, call.wants.skills, queued.waited),
        rung=tuple(agent.id for agent in queued.rung),
        left=queues.chooser.explain(queued, ()),
        here=queued.here,
    )


def _agent(roster: Roster, agent: Agent, queue: str) -> AgentLook:
    tier = tier_of(agent, queue)
    return AgentLook(agent.id, tier.level, tier.position, dict(agent.plan.skills), roster.hindrance(agent))
