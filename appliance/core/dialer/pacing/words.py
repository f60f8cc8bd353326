"""The pacer's reasons in English; the pages translate the templates and fill in the figures."""

from __future__ import annotations

from appliance.core.dialer.pacing.views import Decision, Reason

TEMPLATES: dict[Reason, str] = {
    Reason.NO_AGENT: "No agent is on duty: nothing is dialled.",
    Reason.NO_LINE: "No line is free but those kept for others.",
    Reason.RESERVED: "The waiting agents are kept for callers ({reserve}).",
    Reason.HELD: "One call for each agent who waits.",
    Reason.LIMIT_ZERO: "Nobody may be dropped: one call for each agent who waits.",
    Reason.BUDGET: (
        "Fell back to one call for each agent who waits: {dropped} of {persons} persons were dropped today,"
        " one more could pass {limit} %. After {persons_needed} more persons it dials ahead again."
    ),
    Reason.FALSE_MACHINES: (
        "One call for each agent who waits: persons taken for machines ({false_machine} %) alone reach the"
        " limit of {limit} %. Switch machine detection off or raise the limit."
    ),
    Reason.RATIO: "So many calls for each agent who waits: {ratio}.",
    Reason.RISK: "One call more would find no agent with a chance of {risk} %; {threshold} % is allowed now.",
    Reason.DAY_AT_STAKE: "Were all answered at once, one call more could pass the day's limit.",
    Reason.BEHIND_KEY: "{percent} % of the dials want an agent by key, and {agents} agents wait for them.",
    Reason.ENOUGH: "As many calls as one look may start.",
}

_SHARES = frozenset(("limit", "false_machine", "risk", "threshold"))


def words(decision: Decision) -> str:
    """Why no more are dialled."""
    figures = {**decision.figures, "risk": decision.risk, "threshold": decision.threshold}
    shown = {
        name: f"{value * 100.0:.3g}" if name in _SHARES else f"{value:g}" for name, value in figures.items()
    }
    return TEMPLATES[decision.reason].format(**shown)
