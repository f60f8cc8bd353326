"""Whose telephone shows that messages wait: each box's owner is told where they sit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance.contract.messages import Counts
from appliance.contract.plan import Plan
from appliance.core.kernel import Kernel

_NONE: Counts = (0, 0)


class Lamps:
    """Keeps the lamps of the boxes' owners. `seat(agent)` is the handset an agent sits at, or would."""

    def __init__(self, kernel: Kernel, seat: Callable[[str], str | None]) -> None:
        self._kernel, self._seat = kernel, seat
        self._counts: Mapping[str, Counts] = {}
        self._plan: Plan | None = None
        self._owners: list[tuple[str, str]] = []  # box and agent
        self._seats: tuple[str | None, ...] = ()
        self._shown: dict[str, Counts] = {}  # by handset

    def counted(self, counts: Mapping[str, Counts]) -> None:
        """So many new and old messages are in each box; a box not named has none."""
        self._counts = dict(counts)
        self._show()

    def look(self) -> None:
        """Has somebody sat down elsewhere, or a box another owner? Quick: it is asked after every event."""
        if self._kernel.plan is not self._plan:
            self._plan = self._kernel.plan
            boxes = self._plan.voicemail.values()
            self._owners = [(box.name, box.agent) for box in boxes if box.agent is not None]
            self._show()
        elif self._owners and tuple(self._seat(agent) for _, agent in self._owners) != self._seats:
            self._show()

    def forget(self, handset: str) -> None:
        """A handset came or went: what it shows is not known."""
        self._shown.pop(handset, None)
        self._show()

    def _show(self) -> None:
        self._seats = tuple(self._seat(agent) for _, agent in self._owners)
        wanted: dict[str, Counts] = {}
        for (box, _), handset in zip(self._owners, self._seats, strict=True):
            if handset is not None:
                new, old = self._counts.get(box, _NONE)
                before = wanted.get(handset, _NONE)
                wanted[handset] = (before[0] + new, before[1] + old)
        for handset in self._shown.keys() | wanted.keys():
            line = self._kernel.handsets.get(handset)
            counts = wanted.get(handset, _NONE)
            if line is None:
                self._shown.pop(handset, None)
            elif self._shown.get(handset) != counts:
                self._shown[handset] = counts
                line.show_messages(*counts)
