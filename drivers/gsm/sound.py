"""Opens and closes a call's sound: the vendor's commands first, then the device; off in the other order."""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.contract.audio import AudioPort
from appliance.contract.clock import Clock
from appliance.contract.errors import LineTransientError
from drivers.at_channel import Reply
from drivers.gsm.audio import LineAudio
from drivers.gsm.link import Commands
from drivers.gsm.quirks import AudioPlan

_log = logging.getLogger(__name__)
_TRIES = 4
_PAUSE = 0.25  # a modem may refuse the sound for a moment after the answer
_TIMEOUT = 3.0

#: Makes the device of a plan: (plan, port, on_lost) -> device.
MakeAudio = Callable[[AudioPlan, AudioPort, Callable[[str], None]], LineAudio]
Done = Callable[[str | None], None]


class Sound:
    """The sound of one trunk, for one call at a time. On the worker only."""

    def __init__(self, name: str, link: Commands, clock: Clock, port: AudioPort, make: MakeAudio) -> None:
        self._name, self._link, self._clock, self._port, self._make = name, link, clock, port, make
        self._device: LineAudio | None = None
        self._plan: AudioPlan | None = None
        self._attempt = 0

    def start(self, plan: AudioPlan, done: Done, on_lost: Callable[[str], None]) -> None:
        """Open; `done` gets None, or a sentence saying why there is no sound."""
        self.stop()
        self._attempt += 1
        self._plan = plan
        self._step(self._attempt, list(plan.on), _TRIES, done, on_lost)

    def stop(self) -> None:
        """Close, whatever stage it is in."""
        self._attempt += 1
        device, self._device = self._device, None
        plan, self._plan = self._plan, None
        if device is not None:
            device.close()
        for command in plan.off if plan is not None else ():
            self._link.command(command, _TIMEOUT)

    def _step(
        self, attempt: int, left: list[str], tries: int, done: Done, on_lost: Callable[[str], None]
    ) -> None:
        if attempt != self._attempt or self._plan is None:
            return
        if not left:
            self._open(attempt, tries, done, on_lost)
            return

        def replied(reply: Reply) -> None:
            if reply.ok:
                self._step(attempt, left[1:], tries, done, on_lost)
            elif tries > 1:
                self._clock.after(_PAUSE, lambda: self._step(attempt, left, tries - 1, done, on_lost))
            elif attempt == self._attempt:
                done(f"The modem does not open its sound path: {reply.error}")

        self._link.command(left[0], _TIMEOUT, replied)

    def _open(self, attempt: int, tries: int, done: Done, on_lost: Callable[[str], None]) -> None:
        assert self._plan is not None  # noqa: S101 - _step looked
        device = self._make(self._plan, self._port, on_lost)
        try:
            device.open()
        except LineTransientError as problem:
            _log.warning("%s", problem)
            if tries > 1:
                self._clock.after(_PAUSE, lambda: self._step(attempt, [], tries - 1, done, on_lost))
            else:
                done(str(problem))
            return
        self._device = device
        done(None)
