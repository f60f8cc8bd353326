"""Who is heard one way: the connections of somebody who is in a call without being a party of it."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.contract.ids import PortId
from appliance.core.call.leg import Leg
from appliance.core.kernel import Kernel

Feed = tuple[PortId, PortId]  # source, sink


class Feeds:
    """Brings the media's one-way connections in line with what is wanted, whatever order it comes in."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._now: set[Feed] = set()

    def want(self, pairs: Iterable[tuple[Leg, Leg]]) -> None:
        """From now on exactly these: speaker, listener. Legs without audio are passed over."""
        wanted = {
            (speaker.port, listener.port)
            for speaker, listener in pairs
            if speaker.port is not None and listener.port is not None
        }
        old, self._now = self._now, wanted
        for feed in sorted(old - wanted):
            self._tell(feed, False)
        for feed in sorted(wanted - old):
            self._tell(feed, True)

    def clear(self) -> None:
        self.want(())

    def _tell(self, feed: Feed, on: bool) -> None:
        media = self._kernel.media
        self._kernel.tell_media(lambda: media.feed(*feed) if on else media.stop_feed(*feed))
