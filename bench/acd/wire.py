"""A SIP client whose clock is the kernel's: when a message came, however late this process looks at it."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import struct
import time

from tests.sip.sip_client import Reply, SipClient

_SO_TIMESTAMPNS = 35  # asm-generic/socket.h; CLOCK_REALTIME
_TIMESPEC = struct.Struct("qq")


class TimedClient(SipClient):
    """`arrived` is when the last message came, in ns as of `time.time_ns`. Takes what RTP it is sent."""

    def __init__(self, server: tuple[str, int], address: str = "127.0.0.1", timeout: float = 1.0) -> None:
        with contextlib.ExitStack() as stack:
            while True:  # the client's offers name the port after its own for RTP
                super().__init__(server, address, timeout)
                self.rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                stack.push(self.rtp)
                with contextlib.suppress(OSError):
                    self.rtp.bind((address, self.port + 1))
                    break
                super().close()
            stack.pop_all()
        self.rtp.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 4096
        )  # nobody listens: soon the kernel drops it
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.arrived = 0

    def close(self) -> None:
        super().close()
        self.rtp.close()

    def receive(self) -> Reply | None:
        """The next message, requests too (status 0); None when nothing comes."""
        try:
            data, more, _, _ = self.socket.recvmsg(65535, 64)
        except TimeoutError:
            return None
        seconds, rest = _TIMESPEC.unpack(more[0][2])
        self.arrived = seconds * 10**9 + rest
        text = data.decode("utf-8", "replace")
        return Reply(int(text.split(" ", 2)[1]) if text.startswith("SIP/2.0") else 0, text)

    def answer(self, request: str) -> None:
        """200 to a request that wants no body."""
        self.refuse(request, "200 OK")

    def hang_up(self, invite: str) -> int:
        """BYE in the dialog of an INVITE we have accepted; when it left."""
        request = Reply(0, invite)
        target = re.search(r"<([^>]*)>", request.header("Contact") or "")
        routes = re.findall(r"^Record-Route: (.*)\r$", invite, re.M)
        bye = (
            f"BYE {target[1] if target else ''} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
            f"Max-Forwards: 70\r\n{''.join(f'Route: {one}{chr(13)}{chr(10)}' for one in routes)}"
            f"From: {request.header('To')};tag={self.port}\r\nTo: {request.header('From')}\r\n"
            f"Call-ID: {request.header('Call-ID')}\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"
        )
        left = time.time_ns()
        self.send(bye)
        return left
