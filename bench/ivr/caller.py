"""A caller on a SIP trunk who speaks RTP: sends a packet every 20 ms, presses keys, times what he hears."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import socket
import struct
import threading
import time

from bench.acd.wire import TimedClient
from tests.sip.sip_client import Reply

_PERIOD = 0.02 * 1.0005  # a phone's own clock: within a run its packets come at every phase of the bridge's
_PCMU, _EVENT = 0, 101
_SILENCE = bytes([0xFF] * 160)
KEY_MS = 60
_PACKETS = KEY_MS // 20  # the last one ends it and is sent three times (RFC 4733 2.5.1.4)
_SO_TIMESTAMPNS, _TIMESPEC = 35, struct.Struct("qq")


class Caller:
    """One call. `heard` holds arrivals, in ns as of `time.time_ns`, and PCMU payloads.

    Where the box is he learns when it asks him whether he is there.
    """

    def __init__(self, address: str) -> None:
        self._client = TimedClient(("127.0.0.1", 9), address, timeout=0.1)
        self._rtp = self._client.rtp
        self._rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._rtp.settimeout(0.2)
        self.heard: list[tuple[int, bytes]] = []
        self._sequence, self._time = 0, 0
        self._key, self._pressed, self._ended = -1, 0, threading.Event()
        self._end = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._speak, self._listen)]
        self._answer = ""
        self._answers: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._signals = threading.Thread(target=self._signalling)
        self._signals.start()

    @property
    def address(self) -> tuple[str, int]:
        """Where he is to be found."""
        return self._client.address, self._client.port

    def call(self) -> None:
        """Call the box, and return when it has answered."""
        client = self._client
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {client.address}\r\ns=-\r\nc=IN IP4 {client.address}\r\nt=0 0\r\n"
            f"m=audio {client.port + 1} RTP/AVP {_PCMU} {_EVENT}\r\na=rtpmap:{_PCMU} PCMU/8000\r\n"
            f"a=rtpmap:{_EVENT} telephone-event/8000\r\na=fmtp:{_EVENT} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )
        client.send(
            client.build("INVITE", "12025550123", "Content-Type: application/sdp\r\n", "5550100", sdp)
        )
        answer = self._answers.get(timeout=10)
        if answer.status >= 300:
            raise RuntimeError(f"The box does not take the call: {answer.text}")
        client.acknowledge(answer.text)
        self._answer = answer.text
        port = re.search(r"^m=audio (\d+)", answer.text, re.M)
        host = re.search(r"^c=IN IP4 (\S+?)\r$", answer.text, re.M)
        assert port is not None and host is not None, answer.text
        self._rtp.connect((host[1], int(port[1])))
        for thread in self._threads:
            thread.start()

    def press(self, key: int) -> int:
        """Press a digit for 60 ms; when it ended: when the first packet with the end bit left, in ns."""
        self._ended.clear()
        self._key = key
        assert self._ended.wait(5)
        return self._pressed

    def close(self) -> None:
        """Hang up."""
        self._end.set()
        for thread in (self._signals, *self._threads):
            if thread.ident is not None:
                thread.join()
        if self._answer:
            self._client.bye(self._answer)
        self._client.close()

    # The three threads.

    def _signalling(self) -> None:
        """Final answers are for `call`; the box's questions whether we are there are answered."""
        while not self._end.is_set():
            message = self._client.receive()
            if message is None:
                continue
            if message.status >= 200:
                self._answers.put(message)
            elif message.status == 0 and not message.text.startswith("ACK "):
                via = re.search(r"^Via: SIP/2.0/UDP ([0-9.]+):(\d+)", message.text, re.M)
                assert via is not None, message.text
                self._client.server = via[1], int(via[2])
                self._client.answer(message.text)

    def _speak(self) -> None:
        _be_punctual()
        due, sent = time.perf_counter(), 0
        while not self._end.is_set():
            if self._key < 0:
                self._send(_PCMU, _SILENCE, marker=False)
            else:
                sent += 1
                self._event(sent)
                sent %= _PACKETS
            self._time += 160 if sent == 0 else 0
            due += _PERIOD
            time.sleep(max(0.0, due - time.perf_counter()))

    def _event(self, number: int) -> None:
        last = number == _PACKETS
        payload = struct.pack(">BBH", self._key, 10 | (0x80 if last else 0), 160 * number)
        if last:
            self._pressed = time.time_ns()
        for _ in range(3 if last else 1):
            self._send(_EVENT, payload, marker=number == 1)
        if last:
            self._time += 160 * (_PACKETS - 1)
            self._key = -1
            self._ended.set()

    def _send(self, kind: int, payload: bytes, marker: bool) -> None:
        head = struct.pack(">BBHII", 0x80, kind | marker << 7, self._sequence & 0xFFFF, self._time, 0xCA11)
        self._sequence += 1
        with contextlib.suppress(ConnectionRefusedError):
            self._rtp.send(head + payload)

    def _listen(self) -> None:
        _be_punctual()
        while not self._end.is_set():
            with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                data, more, _, _ = self._rtp.recvmsg(2048, 64)
                seconds, rest = _TIMESPEC.unpack(more[0][2])
                if data[1] & 0x7F == _PCMU:
                    self.heard.append((seconds * 10**9 + rest, data[12:]))


def _be_punctual() -> None:
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(14))
