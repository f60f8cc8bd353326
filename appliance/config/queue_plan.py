"""Checked settings of queues and agents -> what the core needs of them."""

from __future__ import annotations

from dataclasses import fields

from appliance.config.fields import ChoiceSettings
from appliance.config.flow_plan import prompt
from appliance.config.queues import AgentSettings, QueueSettings
from appliance.contract.plan import AgentPlan, Choice, OutsidePlan, QueuePlan, Tier, outside_seat

#: What has another form in the settings than in the plan; all else is the same, by the same name.
_OWN = frozenset(
    {
        "skills",
        "welcome",
        "comfort",
        "exits",
        "overflow",
        "overflow_message",
        "unstaffed",
        "closing",
        "escalate_to",
    }
)
_SAME = [field.name for field in fields(QueuePlan) if field.name not in _OWN]


def agent_plan(agent: AgentSettings) -> AgentPlan:
    """An agent as the core knows one."""
    return AgentPlan(
        agent.id,
        agent.name,
        agent.pin_hash,
        agent.handset or (outside_seat(agent.id) if agent.outside_number else None),
        tuple(agent.queues),
        tiers={name: Tier(tier.level, tier.position, tier.weight) for name, tier in agent.tiers.items()},
        skills={name: level for name, level in agent.skills.items() if level},
        wrap_up_seconds=agent.wrap_up_seconds,
        supervisor=agent.supervisor,
        maximum_calls_an_hour=agent.maximum_calls_an_hour,
        outside=_outside(agent),
        always=agent.always,
        whisper=agent.whisper,
    )


def _outside(agent: AgentSettings) -> OutsidePlan | None:
    if not agent.outside_number:
        return None
    number, group = agent.outside_number, agent.outside_group
    return OutsidePlan(number, group, agent.accept_seconds, may_dial=agent.outside_dials)


def queue_plan(queue: QueueSettings, language: str) -> QueuePlan:
    """A queue as the core knows one; typed texts are spoken in `language`."""
    return QueuePlan(
        **{name: getattr(queue, name) for name in _SAME},
        skills={name: level for name, level in queue.skills.items() if level},
        welcome=prompt(queue.welcome, language),
        comfort=prompt(queue.comfort, language),
        exits={key: choice(to) for key, to in queue.exits.items()},
        overflow=choice(queue.overflow),
        overflow_message=prompt(queue.overflow_message, language),
        unstaffed=choice(queue.unstaffed) if queue.unstaffed else None,
        closing=choice(queue.closing) if queue.closing else None,
        escalate_to=queue.escalate_to or "",
    )


def choice(chosen: ChoiceSettings) -> Choice:
    """Where a caller goes."""
    return Choice(chosen.kind, chosen.target)
