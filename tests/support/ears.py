"""Ears: sockets that take what calls send them as RTP, and the sound in it."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import ExitStack

import numpy as np

from tests.support.sounds import Samples


def ulaw(data: bytes) -> Samples:
    """ITU-T G.711 mu-law to -1..1."""
    code = ~np.frombuffer(data, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (((mantissa.astype(np.int32) << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.float64) / 32768.0


class Ears:
    """Sockets that listen where the calls want their audio."""

    def __init__(self, count: int, stack: ExitStack, address: str = "127.0.0.1") -> None:
        self.sockets = [
            stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)
        ]
        for one in self.sockets:
            one.bind((address, 0))
        self._heard: dict[int, bytearray] = {one.fileno(): bytearray() for one in self.sockets}
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        stack.callback(self._stop)

    @property
    def ports(self) -> list[int]:
        """Where each of them listens."""
        return [int(one.getsockname()[1]) for one in self.sockets]

    def heard(self) -> list[Samples]:
        """What each of them got so far: payloads of mu-law, in the order they came."""
        return [ulaw(bytes(self._heard[one.fileno()])) for one in self.sockets]

    def all_at_once(self) -> float:
        """For how many seconds all of them heard something at the same time."""
        if len(self._first) < len(self.sockets):
            return 0.0
        return min(self._last.values()) - max(self._first.values())

    def _listen(self) -> None:
        while not self._end.is_set():
            for one in select.select(self.sockets, [], [], 0.1)[0]:
                self._heard[one.fileno()] += one.recv(2000)[12:]
                self._last[one.fileno()] = time.monotonic()
                self._first.setdefault(one.fileno(), self._last[one.fileno()])

    def _stop(self) -> None:
        self._end.set()
        self._thread.join()
