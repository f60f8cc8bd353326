"""How many more may hear a recorded message that offers an agent by a key: so many that whoever presses it
finds one who is free, with the chance above.

Pure. Which share of the dials, and of those who hear the message, press the key is learnt as they end; before
that it is guessed on the high side.
"""

from __future__ import annotations

from collections.abc import Sequence

COVERED = 0.9  # chance that nobody who presses the key has to wait
_DIALS, _HEARERS, _KEYED = 10.0, 4.0, 1.0  # imaginary ones, before there are any
_MANY = 400.0  # dials after which older ones count half


class BehindKey:
    """Of one campaign."""

    def __init__(self) -> None:
        self._dials = self._hearers = self._keyed = 0.0

    def ended(self, heard: bool, keyed: bool) -> None:
        """A dial has ended; `heard`: a person was there, `keyed`: and wanted an agent."""
        self._dials += 1.0
        self._hearers += heard or keyed
        self._keyed += keyed
        if self._dials > _MANY:
            self._dials, self._hearers, self._keyed = (
                one / 2.0 for one in (self._dials, self._hearers, self._keyed)
            )

    def chance(self, hears: bool) -> float:
        """That somebody who is dialled, or who hears the message already, will press the key."""
        among = self._hearers + _HEARERS if hears else self._dials + _DIALS
        return min(1.0, (self._keyed + _KEYED) / among)


def room(free: int, out: Sequence[float], chance: float, most: int) -> int:
    """How many more to dial, each pressing the key with `chance`, beside those out with theirs; `free` agents
    wait behind it. Nobody is dialled for an agent who is not there yet."""
    if free <= 0:
        return 0
    spread = [1.0] + [0.0] * free  # chance of 0, 1 ... `free` keys; what is missing is more than that
    for one in out:
        spread = _with(spread, one)
    count = 0
    while count < most:
        spread = _with(spread, chance)
        if sum(spread) < COVERED:
            break
        count += 1
    return count


def _with(spread: list[float], chance: float) -> list[float]:
    """One more call."""
    before = [0.0, *spread[:-1]]
    return [stay * (1.0 - chance) + come * chance for stay, come in zip(spread, before, strict=True)]
