"""A plan is taken whole or not at all: every name in it must lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Set
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from appliance.contract.errors import ContractError, SettingsError
from appliance.contract.flow import FlowNode, GoNode
from appliance.contract.plan import Choice, Plan
from appliance.core.acd.strategy import strategy
from appliance.core.star_codes import STAR_ACTIONS

Problem = tuple[str, str]


def check(plan: Plan) -> None:
    """Raise SettingsError with all that is wrong, in words, by the path of the setting."""
    problems = dict([*_trunks(plan), *_queues(plan), *_flows(plan), *_agents(plan), *_star_codes(plan)])
    if problems:
        raise SettingsError(problems)


def _trunks(plan: Plan) -> Iterator[Problem]:
    for name, trunk in plan.trunks.items():
        if trunk.flow not in plan.flows:
            yield f"trunks.{name}.flow", f"There is no flow {trunk.flow!r}."
        try:
            ZoneInfo(trunk.hours.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            yield f"trunks.{name}.hours.timezone", f"There is no time zone {trunk.hours.timezone!r}."


def _queues(plan: Plan) -> Iterator[Problem]:
    for name, queue in plan.queues.items():
        try:
            strategy(queue.strategy)
        except ContractError as error:
            yield f"queues.{name}.strategy", str(error)
        ways = {"overflow": queue.overflow, "unstaffed": queue.unstaffed, "closing": queue.closing}
        ways |= {f"exits.{key}": choice for key, choice in queue.exits.items()}
        for field, choice in ways.items():
            if choice is not None:
                yield from _choice(plan, f"queues.{name}.{field}", choice)
        if queue.escalate_to and queue.escalate_to not in plan.queues:
            yield f"queues.{name}.escalate_to", f"There is no queue {queue.escalate_to!r}."


def _flows(plan: Plan) -> Iterator[Problem]:
    for name, flow in plan.flows.items():
        path = f"flows.{name}"
        if flow.start not in flow.nodes:
            yield f"{path}.start", f"There is no node {flow.start!r}."
        for node, told in flow.nodes.items():
            for way, target in told.exits.items():
                if target not in flow.nodes:
                    yield f"{path}.nodes.{node}.{way}", f"There is no node {target!r}."
            if isinstance(told, GoNode) and told.kind in ("queue", "agent", "voicemail", "callback"):
                kind = "queue" if told.kind == "callback" else told.kind
                yield from _choice(plan, f"{path}.nodes.{node}", Choice(kind, told.target))
            if isinstance(told, FlowNode) and told.flow not in plan.flows:
                yield f"{path}.nodes.{node}.flow", f"There is no flow {told.flow!r}."


def _choice(plan: Plan, path: str, choice: Choice) -> Iterator[Problem]:
    targets: dict[str, Set[str]] = {
        "queue": plan.queues.keys(),
        "agent": plan.agents.keys(),
        "flow": plan.flows.keys(),
        "voicemail": plan.voicemail.keys(),
    }
    if choice.kind in targets:
        if choice.target not in targets[choice.kind]:
            yield path, f"There is no {choice.kind} {choice.target!r}."
    elif choice.kind != "hangup":
        yield path, f"{choice.kind!r} is no choice here: it is queue, agent, flow, voicemail or hangup."


def _agents(plan: Plan) -> Iterator[Problem]:
    for name, agent in plan.agents.items():
        for queue in agent.queues:
            if queue not in plan.queues:
                yield f"agents.{name}.queues", f"There is no queue {queue!r}."
        if agent.outside is not None and agent.outside.group not in plan.trunk_groups:
            yield f"agents.{name}.outside_group", f"There is no trunk group {agent.outside.group!r}."


def _star_codes(plan: Plan) -> Iterator[Problem]:
    for code, action in plan.star_codes.items():
        if action not in STAR_ACTIONS:
            yield f"star_codes.{code}", f"There is no action {action!r}."
