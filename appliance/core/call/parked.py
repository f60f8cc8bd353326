"""A party waits in a numbered slot until somebody fetches it, or it rings where it was parked."""

from __future__ import annotations

from collections.abc import Callable

from appliance.contract.journal import EntryKind
from appliance.contract.media import Prompt, Sound
from appliance.core.call.call import Call, Stage
from appliance.core.call.leg import Leg
from appliance.core.call.step import Step


class Parked(Step):
    """`party` hears music in `slot`; `due()` is called when it has waited there long enough."""

    stage = Stage.HELD

    def __init__(
        self,
        call: Call,
        party: Leg,
        slots: dict[int, Parked],
        slot: int,
        by: str,
        due: Callable[[Parked], None],
    ) -> None:
        super().__init__(call)
        self.party = party
        self.slot = slot
        self.by = by  # the handset it was parked at
        self._slots = slots
        self._due = due

    def begin(self) -> None:
        self._slots[self.slot] = self
        self.call.note(EntryKind.PARKED, slot=self.slot, by=self.by)
        self.after(self.kernel.plan.talk.park_seconds, lambda: self._due(self))
        queue = self.kernel.plan.queues.get(self.call.queue or "")
        music: Prompt = (Sound(queue.music if queue else "music/default"),)
        self.party.listen()
        self.party.play(music, loop=True)

    def wait_on(self) -> None:
        """It could not ring anywhere: try again after as long."""
        self.cancel_timers()
        self.after(self.kernel.plan.talk.park_seconds, lambda: self._due(self))

    def leave(self) -> None:
        super().leave()
        if self._slots.get(self.slot) is self:
            del self._slots[self.slot]
        self.party.quiet()

    def released(self, leg: Leg) -> None:
        if leg is self.party:
            super().released(leg)
