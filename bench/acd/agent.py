"""An agent's telephone: answers at once, hangs up a little later, knows to the microsecond when it rings."""

from __future__ import annotations

import random
import time

from bench.acd.wire import TimedClient
from tests.sip.sip_client import Reply

Span = tuple[float, float]


class Agent:
    """One telephone. `measure` works as long as callers wait for it."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._chance = random.Random(1)
        self.client = TimedClient(server, timeout=5)
        self._calls: set[str] = set()

    def register(self, user: str, secret: str) -> None:
        """Register with the box; a peer may know the telephone by its address instead."""
        reply = self.client.register(user, secret)
        if reply is None or reply.status != 200:
            raise RuntimeError(f"The telephone could not register: {reply}")

    def measure(self, counts: list[int], talk: Span) -> list[list[float]]:
        """Milliseconds from hanging up to the next INVITE, so many for each count, one after the other.

        Each call is talked in for a while of the span `talk`, in seconds.
        """
        invite = self._next_call()
        rounds: list[list[float]] = []
        for count in counts:
            rounds.append([])
            for _ in range(count):
                self.client.accept(invite.text)
                self._next("ACK")
                time.sleep(self._chance.uniform(*talk))
                left = self.client.hang_up(invite.text)
                invite = self._next_call()
                rounds[-1].append((self.client.arrived - left) / 1e6)
        self.client.refuse(invite.text, "486 Busy Here")
        return rounds

    def close(self) -> None:
        """Put it away."""
        self.client.close()

    def _next_call(self) -> Reply:
        """The INVITE of a call not seen before: one that is sent again is none."""
        while True:
            invite = self._next("INVITE")
            call = invite.header("Call-ID") or ""
            if call not in self._calls:
                self._calls.add(call)
                return invite

    def _next(self, method: str) -> Reply:
        """The next request of this kind; others are answered on the way."""
        while True:
            message = self.client.receive()
            if message is None:
                raise TimeoutError(f"no {method} came")
            if message.text.startswith(f"{method} "):
                return message
            if message.status == 0 and not message.text.startswith("ACK "):
                self.client.answer(message.text)
