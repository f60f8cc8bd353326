"""Any number of parties who hear each other: the connections of a conference."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from appliance.contract.ids import PortId
from appliance.core.call.leg import Leg
from appliance.core.kernel import Kernel

Pair = tuple[PortId, PortId]


class Mesh:
    """Connects each with each; who has no audio, or is not wanted any more, is left out."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._now: set[Pair] = set()

    def want(self, legs: Sequence[Leg]) -> None:
        """From now on exactly these hear each other."""
        ports = sorted(leg.port for leg in legs if leg.port is not None)
        wanted = set(combinations(ports, 2))
        old, self._now = self._now, wanted
        for pair in sorted(old - wanted):
            self._tell(pair, False)
        for pair in sorted(wanted - old):
            self._tell(pair, True)

    def _tell(self, pair: Pair, on: bool) -> None:
        media = self._kernel.media
        self._kernel.tell_media(lambda: media.connect(*pair) if on else media.disconnect(*pair))
