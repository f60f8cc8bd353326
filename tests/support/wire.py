"""What goes over loopback in the clear, for whoever may listen there (CAP_NET_RAW)."""

from __future__ import annotations

import select
import socket
import struct
import threading
from contextlib import suppress

from tests.support.ears import ulaw
from tests.support.sounds import Samples

_IPV4 = 0x0800
_UDP = 17
_FORCE = 33  # SO_RCVBUFFORCE


class Wire:
    """Keeps every UDP datagram on loopback between two of its addresses' ports while the block lasts."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_IPV4))
        self._socket.bind(("lo", 0))
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, _FORCE, 8_000_000)
        self.datagrams: list[tuple[int, int, bytes]] = []  # source port, destination port, payload
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Wire:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(10)
        self._socket.close()

    def sound(self, port: int, way: str) -> Samples:
        """What an eavesdropper hears of PCMU "from" or "to" a port."""
        index = 0 if way == "from" else 1
        rtp = [row[2] for row in list(self.datagrams) if row[index] == port and row[2][:1] == b"\x80"]
        return ulaw(b"".join(packet[12:172] for packet in rtp if len(packet) >= 172))

    def _listen(self) -> None:
        while not self._end.is_set():
            if not select.select([self._socket], [], [], 0.1)[0]:
                continue
            frame, (_device, _protocol, kind, *_rest) = self._socket.recvfrom(70000)
            packet = frame[14:]
            if (
                kind == socket.PACKET_OUTGOING or len(packet) < 28 or packet[9] != _UDP
            ):  # loopback shows each twice
                continue
            start = (packet[0] & 15) * 4
            source, target = struct.unpack_from("!HH", packet, start)
            self.datagrams.append((source, target, packet[start + 8 :]))
