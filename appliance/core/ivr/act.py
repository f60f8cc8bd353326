"""Nodes that take no time: they look at the clock or at variables and give their exit."""

from __future__ import annotations

from appliance.contract.flow import (
    Case,
    ConditionNode,
    Exit,
    HoursNode,
    LanguageNode,
    NeedsNode,
    OutcomeNode,
    SetNode,
)
from appliance.core.ivr.mask import matches
from appliance.core.ivr.schedule import exit_at
from appliance.core.ivr.visit import CODE, Visit

Acting = HoursNode | LanguageNode | SetNode | ConditionNode | NeedsNode | OutcomeNode


def act(node: Acting, visit: Visit) -> str:
    """Do what the node does; its exit."""
    if isinstance(node, HoursNode):
        return exit_at(node.schedule, visit.call.kernel.clock.wall())
    if isinstance(node, ConditionNode):
        return _decide(node, visit)
    if isinstance(node, NeedsNode):
        visit.call.wants.skills.update(node.skills)
        visit.call.wants.head_start = node.head_start
    elif isinstance(node, OutcomeNode):
        visit.call.variables[CODE] = node.code
    elif isinstance(node, LanguageNode):
        visit.call.language = node.language
    else:
        for name, value in node.values.items():
            visit.call.variables[name] = visit.fill(value)[:_LONGEST_VALUE]
    return Exit.NEXT


_LONGEST_VALUE = 500


def _decide(node: ConditionNode, visit: Visit) -> str:
    for number, case in enumerate(node.cases, 1):
        if holds(case, visit.value(case.variable)):
            return f"case {number}"
    return Exit.OTHERWISE


def holds(case: Case, value: str | None) -> bool:
    """Does the case hold for this value of its variable? One that is not set is like an empty one."""
    found = value or ""
    if case.test == "is_set":
        return found != ""
    if case.test in ("less", "more"):
        return _compare(case, found)
    if case.test == "like":
        return matches(case.value, found)
    return (found.casefold() == case.value.casefold()) is (case.test == "is")


def _compare(case: Case, found: str) -> bool:
    try:
        left, right = float(found), float(case.value)
    except ValueError:
        return False
    return left < right if case.test == "less" else left > right
