"""Two parties who hear each other: audio follows what is so (ports, hold), whatever order it came in."""

from __future__ import annotations

from appliance.contract.ids import PortId
from appliance.contract.media import Prompt, Sound
from appliance.core.call.leg import Leg
from appliance.core.kernel import Kernel


class Joint:
    """Connects `a` and `b` while both have audio and neither holds; who is held hears music."""

    def __init__(self, kernel: Kernel, a: Leg, b: Leg, music: str = "music/default") -> None:
        self._kernel = kernel
        self.a = a
        self.b = b
        self.music: Prompt = (Sound(music),)
        self._open = True
        self._connected: tuple[PortId, PortId] | None = None
        self._with_music: set[Leg] = set()

    @property
    def on_hold(self) -> bool:
        return self.a.held or self.b.held

    def sync(self) -> None:
        """Bring the audio in line with the legs."""
        wanted = self._wanted()
        if wanted != self._connected:
            old, self._connected = self._connected, wanted
            if old is not None:
                self._kernel.tell_media(lambda: self._kernel.media.disconnect(*old))
            if wanted is not None:
                self._kernel.tell_media(lambda: self._kernel.media.connect(*wanted))
        self._music(self.a, self.b)
        self._music(self.b, self.a)

    def part(self) -> None:
        """End the joint."""
        self._open = False
        self.sync()

    def _wanted(self) -> tuple[PortId, PortId] | None:
        if not self._open or self.on_hold or self.a.port is None or self.b.port is None:
            return None
        return self.a.port, self.b.port

    def _music(self, leg: Leg, other: Leg) -> None:
        wanted = self._open and other.held and not leg.held and leg.alive
        if wanted and leg not in self._with_music:
            self._with_music.add(leg)
            leg.play(self.music, loop=True)
        elif not wanted and leg in self._with_music:
            self._with_music.discard(leg)
            leg.quiet()
