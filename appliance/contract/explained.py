"""Why an agent was passed over: codes with arguments, packed into one short text for the journal.

A reason is a code and its arguments, "skill:spanish:3:5". Agents who share a reason stand behind it:
"out 11,12;call 13;skill:spanish:3:5 14". The page makes sentences of it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Why a call was not offered to an agent. Arguments follow, parted by colons."""

    OUT = "out"  # logged out
    BREAK = "break"  # on a break; pause code*
    CALL = "call"  # in a call, or in the middle of one being put through
    RINGING = "ring"  # rung for another caller
    WRAP_UP = "wrap"  # in wrap-up; seconds that are left, queue of the call before*
    LEAVING = "leaving"  # about to go, or being taken out of the settings
    RETRY = "retry"  # missed an offer a moment ago; seconds that are left
    LOAD = "load"  # took as many calls within the hour as they may; that number
    GONE = "gone"  # the handset is not in the settings
    UNREGISTERED = "unreg"  # the handset is not connected
    QUIET = "dnd"  # the handset does not want to be disturbed
    IN_USE = "use"  # the handset is in use
    NO_LINE = "line"  # no line is free to call their telephone outside
    SKILL = "skill"  # skill, level the agent has, level needed now
    TIER = "tier"  # the agent's level, seconds until it is its turn
    STICKY = "sticky"  # kept for another agent; that agent, seconds that are left
    TRIED = "tried"  # had this call before and gave it on
    LATER = "later"  # could have had it; the strategy put another agent first


#: Hindrances of which the handset is the cause.
OF_HANDSET = frozenset({Why.GONE, Why.UNREGISTERED, Why.QUIET, Why.IN_USE, Why.NO_LINE})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and the agents it holds for."""

    code: str
    arguments: tuple[str, ...]
    agents: tuple[str, ...]


def reason(code: Why, *arguments: object) -> str:
    """The text of one reason; separators within arguments become dashes."""
    return ":".join([code.value, *(_clean(argument) for argument in arguments)])


def _clean(argument: object) -> str:
    text = f"{argument:.0f}" if isinstance(argument, float) else str(argument)
    return "".join("-" if character in ":;, " else character for character in text)


def pack(passed: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """Agent -> reason as one text, agents of one reason together."""
    groups: dict[str, list[str]] = {}
    for agent, why in passed.items() if isinstance(passed, Mapping) else passed:
        groups.setdefault(why, []).append(agent)
    return ";".join(f"{why} {','.join(agents)}" for why, agents in groups.items())


def unpack(text: str) -> list[Reason]:
    """What `pack` made. Total: text of any other form gives what can be understood of it."""
    found = []
    for group in filter(None, text.split(";")):
        why, _, agents = group.partition(" ")
        code, *arguments = why.split(":")
        found.append(Reason(code, tuple(arguments), tuple(filter(None, agents.split(",")))))
    return found
