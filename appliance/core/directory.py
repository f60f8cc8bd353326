"""What a number dialled on a handset means: help, a star code, somebody inside, or an outside number."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.contract.cause import HangupCause
from appliance.contract.ids import DialString, dial_string
from appliance.core.acd.roster import Roster
from appliance.core.call.call import Direction
from appliance.core.call.emergency import emergency_number
from appliance.core.kernel import Kernel
from appliance.core.line import HandsetLine


@dataclass(frozen=True, slots=True)
class Emergency:
    """Help, over any line; `group` is the handset's own, tried first."""

    number: DialString
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StarCode:
    """A service of the box; `arguments` were keyed behind it, parted by *."""

    action: str
    code: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """Another handset."""

    line: HandsetLine


@dataclass(frozen=True, slots=True)
class Outside:
    """A number dialled out on the lines of `group`."""

    number: DialString
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nobody can be reached, and why."""

    cause: HangupCause
    reason: str
    direction: Direction


@dataclass(frozen=True, slots=True)
class Service:
    """Where callers from outside go, too: "queue" or "flow", by name."""

    kind: str
    name: str


Reachable = Emergency | Inside | Outside | Service
Destination = Emergency | StarCode | Inside | Outside | Service | Nowhere


class Directory:
    """Looks numbers up, for calls from handsets and for transfers alike."""

    def __init__(self, kernel: Kernel, roster: Roster) -> None:
        self._kernel = kernel
        self._roster = roster

    def find(self, dialled: str, by: HandsetLine) -> Destination:
        """Emergency numbers come before everything else."""
        help_number = emergency_number(dialled, self._kernel.plan)
        if help_number is not None:
            return Emergency(help_number, self._group(by) or ())
        found = self._star_code(dialled) or self._service(dialled) or self._inside(dialled, by)
        return found or self._outside(dialled, by)

    def party_line(self, agent_id: str) -> HandsetLine | None:
        """The handset at which an agent can be reached."""
        agent = self._roster.agents.get(agent_id)
        if agent is None:
            return None
        return self._kernel.handsets.get(agent.handset or agent.plan.handset or "")

    def _star_code(self, dialled: str) -> StarCode | None:
        for code, action in self._kernel.plan.star_codes.items():
            if dialled == code:
                return StarCode(action, code, ())
            if dialled.startswith(f"{code}*"):
                return StarCode(action, code, tuple(dialled[len(code) + 1 :].rstrip("#").split("*")))
        return None

    def _service(self, dialled: str) -> Service | None:
        found = self._kernel.plan.talk.numbers.get(dialled)
        return Service(*found) if found is not None else None

    def _inside(self, dialled: str, by: HandsetLine) -> Inside | Nowhere | None:
        line = self._kernel.handsets.get(dialled) or self.party_line(dialled)
        if line is None:
            return None
        if line is by:
            return Nowhere(HangupCause.USER_BUSY, "A handset cannot call itself.", Direction.INTERNAL)
        return inside(line)

    def _outside(self, dialled: str, by: HandsetLine) -> Outside | Nowhere:
        number, prefix = dialled, self._kernel.plan.outside_prefix
        if prefix and not dialled.startswith("+"):
            if not dialled.startswith(prefix):
                why = f"Nobody inside has this number; for an outside line dial {prefix} first."
                return Nowhere(HangupCause.UNALLOCATED_NUMBER, why, Direction.INTERNAL)
            number = dialled[len(prefix) :]
        group = self._group(by)
        if group is None:
            why = f"Handset {by.name} may not call outside."
            return Nowhere(HangupCause.OUTGOING_CALLS_BARRED, why, Direction.OUTBOUND)
        try:
            return Outside(dial_string(number), group)
        except ValueError as error:
            return Nowhere(HangupCause.INVALID_NUMBER_FORMAT, str(error), Direction.OUTBOUND)

    def _group(self, by: HandsetLine) -> tuple[str, ...] | None:
        plan = self._kernel.plan.handsets.get(by.name)
        group = by.dials_on if plan is None else plan.trunk_group
        return None if group is None else self._kernel.plan.trunk_groups.get(group, ())


def inside(line: HandsetLine) -> Inside | Nowhere:
    """A handset, or why it cannot be rung."""
    if not line.status.registered:
        why = f"Handset {line.name} is not registered."
        return Nowhere(HangupCause.SUBSCRIBER_ABSENT, why, Direction.INTERNAL)
    if line.do_not_disturb:
        return Nowhere(
            HangupCause.USER_BUSY, f"Handset {line.name} is not to be disturbed.", Direction.INTERNAL
        )
    if not line.idle:
        return Nowhere(HangupCause.USER_BUSY, f"Handset {line.name} is in a call.", Direction.INTERNAL)
    return Inside(line)
