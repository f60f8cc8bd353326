"""Outside lines kept for calls that were promised: other calls out leave them alone.

A held line is not a certain one: any line of the group will do, and a caller who rings may take it. What is
held is that, whenever a line is taken for another call out, enough idle ones are left for every promise.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appliance.core.kernel import Kernel


class Hold:
    """One line of a group, for one promise. `used` while its call is on a line."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.used = False


class Holds:
    """All that are held. One promise holds exactly one line."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._held: list[Hold] = []

    def __len__(self) -> int:
        return len(self._held)

    def take(self, group: str) -> Hold | None:
        """Hold one more line of a group; None when every line in service is held already."""
        hold = Hold(group)
        if not _fit([*map(self._group, self._held), self._group(hold)], self._lines(idle=False)):
            return None
        self._held.append(hold)
        return hold

    def restore(self, group: str) -> Hold:
        """Hold a line for a promise made before the box started: its lines may not be in service yet."""
        hold = Hold(group)
        self._held.append(hold)
        return hold

    def drop(self, hold: Hold) -> None:
        """The promise is kept, or none any more. Harmless when it was dropped already."""
        if hold in self._held:
            self._held.remove(hold)

    def spares(self, name: str) -> bool:
        """May this idle line be taken for a call that was not promised?"""
        wanted = [self._group(hold) for hold in self._held if not hold.used]
        return not wanted or _fit(wanted, self._lines(idle=True) - {name})

    def _group(self, hold: Hold) -> tuple[str, ...]:
        return self._kernel.plan.trunk_groups.get(hold.group, ())

    def _lines(self, idle: bool) -> Set[str]:
        now = self._kernel.clock.now()
        lines = self._kernel.trunks.values()
        return {line.name for line in lines if line.usable(now) and (line.idle or not idle)}


def _fit(wanted: Sequence[tuple[str, ...]], lines: Set[str]) -> bool:
    """Can each of these get a line of its own? By augmenting paths."""
    given: dict[str, int] = {}

    def place(index: int, seen: set[str]) -> bool:
        for name in wanted[index]:
            if name in lines and name not in seen:
                seen.add(name)
                if name not in given or place(given[name], seen):
                    given[name] = index
                    return True
        return False

    return all(place(index, set()) for index in range(len(wanted)))
