"""A gateway whose callers never end: whoever is hung up on is followed by the next, so that as many wait."""

from __future__ import annotations

import re
import threading
import time

from bench.acd.wire import TimedClient
from tests.sip.sip_client import Reply

_NEXT_SECONDS = 0.1  # from the end of a call to the next one


class Gateway:
    """Keeps `lines` calls to `server` from an address of its own, on a thread of its own."""

    def __init__(self, server: tuple[str, int], address: str) -> None:
        self._client = TimedClient(server, address, timeout=0.02)
        self._lines = 0
        self._due: list[float] = []
        self._answered: dict[str, str] = {}  # Call-ID -> the 200 of a call that is up
        self.refused: list[str] = []  # first lines of answers nobody wanted
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where it is to be found."""
        return self._client.address, self._client.port

    @property
    def up(self) -> int:
        """How many of its calls are answered."""
        return len(self._answered)

    def call(self, lines: int) -> None:
        """Begin to keep so many calls."""
        now = time.monotonic()
        self._due = [now + 0.02 * number for number in range(lines)]

    def stop(self) -> None:
        """Hang up everything."""
        self._end.set()
        self._thread.join()
        for answer in self._answered.values():
            self._client.bye(answer)
        self._client.close()

    def _run(self) -> None:
        while not self._end.is_set():
            message = self._client.receive()
            if message is not None and message.status == 0:
                self._asked(message)
            elif message is not None:
                self._told(message)
            if self._due and self._due[0] <= time.monotonic():
                self._due.pop(0)
                self._invite()

    def _invite(self) -> None:
        client = self._client
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {client.address}\r\ns=-\r\nc=IN IP4 {client.address}\r\nt=0 0\r\n"
            f"m=audio {client.port + 1} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            f"a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
        )
        kind = "Content-Type: application/sdp\r\n"
        client.send(client.build("INVITE", "12025550123", kind, "5550100", sdp))

    def _asked(self, request: Reply) -> None:
        method, call = request.text.split(" ", 1)[0], request.header("Call-ID") or ""
        if method == "INVITE":  # a session refresh
            self._client.accept(request.text)
        elif method != "ACK":
            self._client.answer(request.text)
        if method == "BYE" and self._answered.pop(call, ""):
            self._due.append(time.monotonic() + _NEXT_SECONDS)

    def _told(self, reply: Reply) -> None:
        if not (reply.header("CSeq") or "").endswith("INVITE") or reply.status < 200:
            return
        if reply.status < 300:
            self._answered[reply.header("Call-ID") or ""] = reply.text
            self._client.acknowledge(reply.text)
        else:
            self.refused.append(re.split(r"\r\n", reply.text, maxsplit=1)[0])
