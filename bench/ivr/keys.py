"""A subscriber on a simulated line who presses keys, to the sample of the line's own clock."""

from __future__ import annotations

import random

import numpy as np

from simulator.script import Frames, Listen, Press, Step, Talk

TONE_MS = 60


class Keys:
    """A step of a script: presses `count` times, listens a random while after each."""

    def __init__(self, digit: str, count: int, loud: int) -> None:
        self._digit, self._count, self._loud = digit, count, loud
        self._chance = random.Random(2)
        self._heard: list[bytes] = []
        self._ended: list[int] = []  # the last frame of each key's tone, as it was spoken
        self.done = False

    def play(self, talk: Talk) -> Frames:
        """Each frame he hears after the first comes with the frame he speaks next."""
        yield from self._do(Listen(2.0), talk)
        for _ in range(self._count):
            self._ended.append(len(self._heard) + TONE_MS // 20 - 1)
            yield from self._do(Press(self._digit, TONE_MS), talk)
            yield from self._do(Listen(self._chance.uniform(0.6, 0.9)), talk)
        self.done = True

    def _do(self, step: Step, talk: Talk) -> Frames:
        frames = step.play(talk)
        frame = next(frames)
        while True:
            heard = yield frame
            self._heard.append(heard)
            try:
                frame = frames.send(heard)
            except StopIteration:
                return

    def delays(self) -> list[float]:
        """Milliseconds from the end of each key's tone to the first loud sample; less than 0: it came before.

        The modem hands a frame of the subscriber's over when it has ended, and begins to play one of the
        box's: frame k ends where frame k of what he hears begins, which is number k - 1 here.
        """
        found = []
        for ended, after in zip(self._ended, [*self._ended[1:], len(self._heard)], strict=True):
            first = ended - TONE_MS // 20
            window = np.frombuffer(b"".join(self._heard[first : after - TONE_MS // 20]), "<i2")
            loud = np.flatnonzero(np.abs(window.astype(int)) > self._loud)
            if not len(loud):
                raise RuntimeError("a key was pressed and no prompt came")
            found.append((first + 1 - ended) * 20 + int(loud[0]) / 8)
        return found
