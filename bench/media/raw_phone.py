"""A telephone made of two sockets: answers one INVITE over UDP, then its RTP is ours to send and to time."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import threading
import time

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=ptime:20\r\na=sendrecv\r\n"
)
_PCMU = 0


class RawPhone:
    def __init__(self) -> None:
        self._sip = _udp()
        self._rtp = _udp()
        self.sip_port: int = self._sip.getsockname()[1]
        self.heard: list[tuple[float, bytes]] = []  # arrival, PCMU payload
        self._to: tuple[str, int] | None = None
        self._sequence = 0
        self._ending = False
        self._threads = [
            threading.Thread(target=self._signalling, daemon=True),
            threading.Thread(target=self._listening, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def send(self, payload: bytes) -> None:
        """One RTP packet (RFC 3550), now."""
        if self._to is not None:
            header = struct.pack(">BBHII", 0x80, _PCMU, self._sequence & 0xFFFF, 160 * self._sequence, 0xCA11)
            self._sequence += 1
            self._rtp.sendto(header + payload, self._to)

    def close(self) -> None:
        self._ending = True
        for thread in self._threads:
            thread.join()
        self._sip.close()
        self._rtp.close()

    def _signalling(self) -> None:
        while not self._ending:
            try:
                data, sender = self._sip.recvfrom(4096)
            except TimeoutError:
                continue
            text = data.decode(errors="replace")
            if text.startswith("INVITE "):
                self._answer(text, sender)
            elif text.startswith("BYE "):
                self._sip.sendto(_response(text, "").encode(), sender)

    def _answer(self, invite: str, sender: tuple[str, int]) -> None:
        media = re.search(r"^m=audio (\d+)", invite, re.M)
        self._to = ("127.0.0.1", int(media.group(1))) if media else None
        contact = f"Contact: <sip:phone@127.0.0.1:{self.sip_port}>\r\nContent-Type: application/sdp\r\n"
        body = _SDP.format(port=self._rtp.getsockname()[1])
        self._sip.sendto(_response(invite, body, contact).encode(), sender)

    def _listening(self) -> None:
        with contextlib.suppress(PermissionError):  # the instrument must not be later than what it measures
            os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(14))
        while not self._ending:
            try:
                data = self._rtp.recv(2048)
            except TimeoutError:
                continue
            self.heard.append((time.perf_counter(), data[12:]))


def _response(request: str, body: str, more: str = "") -> str:
    kept = [row for row in request.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", row)]
    rows = [f"{row};tag=phone" if row.startswith("To:") and "tag=" not in row else row for row in kept]
    head = "\r\n".join(["SIP/2.0 200 OK", *rows])
    return f"{head}\r\n{more}Content-Length: {len(body)}\r\n\r\n{body}"


def _udp() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(0.1)
    return made
