"""The telephone network around the box under measurement: 30 callers who talk, and the agents' telephones.

A program of its own that answers each line of its standard input with a line. It does as little as it can,
and at a lower priority than the box, for on a real box none of it runs: each talking party sends RTP (PCMU,
20 ms), what the box sends arrives at open sockets and is dropped by the kernel.

First it prints its gateways as `HOST:PORT HOST:PORT`. `box HOST:PORT` says whom they belong to, `register
USER:SECRET...` registers telephones there, `call N` begins N calls, `count` tells how many calls are up, in
how many an agent talks, how many packets were sent so far and how many calls were refused.
"""

from __future__ import annotations

import os
import random
import re
import socket
import struct
import sys
import threading
import time
from functools import lru_cache

from bench.acd.gateway import Gateway
from bench.acd.wire import TimedClient
from tests.sip.sip_client import Reply

GATEWAYS = ("127.0.0.21", "127.0.0.22")
_PHONES = "127.0.0.23"
_FRAME, _SAMPLES = 0.02, 160
_TALK = (15.0, 25.0)  # seconds of a conversation
_REGISTERED, _TRY_AGAIN = 60.0, 2.0  # seconds until the next REGISTER
_NICE = 5

Place = tuple[str, int]


@lru_cache(256)
def place_of(sdp: str) -> Place | None:
    """Where a description of media (RFC 8866) wants its audio."""
    host = re.search(r"^c=IN IP4 (\S+)", sdp, re.M)
    port = re.search(r"^m=audio (\d+)", sdp, re.M)
    return (host[1], int(port[1])) if host and port else None


class Callers(Gateway):
    """A gateway whose calls are spoken into."""

    @property
    def places(self) -> list[Place]:
        """Where its callers' voices are wanted."""
        return [place for answer in list(self._answered.values()) if (place := place_of(answer))]

    def belong_to(self, server: Place) -> None:
        """Call this box."""
        self._client.server = server

    @property
    def rtp(self) -> socket.socket:
        """What they speak from."""
        return self._client.rtp


class Telephone:
    """An agent's: answers at once, talks for a while, hangs up and takes the next call."""

    def __init__(self, server: Place, user: str, secret: str) -> None:
        self._client = TimedClient(server, _PHONES, timeout=0.25)
        self._chance = random.Random(int(user))
        self._call: str | None = None  # the INVITE of the call that is up
        self._until = 0.0
        self._user, self._secret = user, secret
        self._again = 0.0
        reply = self._register()
        if reply is None or reply.status != 200:
            raise RuntimeError(f"Telephone {user} could not register: {reply}")
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def places(self) -> list[Place]:
        """Where the agent's voice is wanted."""
        call = self._call
        place = place_of(call) if call is not None else None
        return [place] if place is not None else []

    @property
    def rtp(self) -> socket.socket:
        """What the agent speaks from."""
        return self._client.rtp

    def _run(self) -> None:
        while True:
            message = self._client.receive()
            if message is not None and message.status == 0:
                self._asked(message.text)
            if self._call is not None and time.monotonic() > self._until:
                self._client.hang_up(self._call)
                self._call = None
            if time.monotonic() > self._again:
                self._register()

    def _register(self) -> Reply | None:
        """For two minutes. A request that comes in place of the answer is answered, and all tried again."""
        reply = self._client.register(self._user, self._secret)
        done = reply is not None and reply.status == 200
        self._again = time.monotonic() + (_REGISTERED if done else _TRY_AGAIN)
        if reply is not None and reply.status == 0:
            self._asked(reply.text)
        return reply

    def _asked(self, request: str) -> None:
        method = request.split(" ", 1)[0]
        if method == "INVITE":
            self._client.accept(request)
            self._call, self._until = request, time.monotonic() + self._chance.uniform(*_TALK)
        elif method != "ACK":
            self._client.answer(request)
            self._call = None if method == "BYE" else self._call


class Voices:
    """Everybody's voice: low noise, 50 packets a second to each place."""

    def __init__(self) -> None:
        self.speakers: list[Callers | Telephone] = []
        self.sent = 0
        chance = random.Random(1)
        self._sounds = [bytes(chance.randrange(0x68, 0x80) for _ in range(_SAMPLES)) for _ in range(50)]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        due, number = time.monotonic(), 0
        while True:
            head = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, number * _SAMPLES & 0xFFFFFFFF, 7)
            packet = head + self._sounds[number % len(self._sounds)]
            for speaker in list(self.speakers):
                for place in speaker.places:
                    speaker.rtp.sendto(packet, place)
                    self.sent += 1
            number += 1
            due += _FRAME
            time.sleep(max(0.0, due - time.monotonic()))


class Network:
    """Gateways, telephones, voices."""

    def __init__(self) -> None:
        self._box = ("127.0.0.1", 5060)
        self._gateways = [Callers(self._box, address) for address in GATEWAYS]
        self._telephones: list[Telephone] = []
        self._voices = Voices()

    def __str__(self) -> str:
        return " ".join(f"{host}:{port}" for host, port in (one.address for one in self._gateways))

    def do(self, order: str) -> str:
        """One line in, one line out."""
        word, *rest = order.split()
        if word == "box":
            return self._belong(rest[0])
        if word == "register":
            return self._register(*rest)
        if word == "call":
            return self._begin(int(rest[0]))
        return self._count()

    def _belong(self, box: str) -> str:
        host, _, port = box.partition(":")
        self._box = (host, int(port))
        for gateway in self._gateways:
            gateway.belong_to(self._box)
        return "known"

    def _register(self, *telephones: str) -> str:
        for user, _, secret in (words.partition(":") for words in telephones):
            self._telephones.append(Telephone(self._box, user, secret))
        self._voices.speakers = [*self._gateways, *self._telephones]
        return "registered"

    def _begin(self, calls: int) -> str:
        for gateway in self._gateways:
            gateway.call(calls // len(self._gateways))
        return "calling"

    def _count(self) -> str:
        up = sum(gateway.up for gateway in self._gateways)
        talking = sum(len(telephone.places) for telephone in self._telephones)
        refused = sum(len(gateway.refused) for gateway in self._gateways)
        return f"{up} {talking} {self._voices.sent} {refused}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    os.nice(_NICE)
    network = Network()
    _say(str(network))
    for line in sys.stdin:
        _say(network.do(line))


if __name__ == "__main__":
    main()
