"""One connection of the control socket, core side: one HTTP request, one answer; h11 on asyncio's streams.

None is used twice: on a Unix socket a new one costs less than finding out whether the old one still lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import h11

from appliance.contract.errors import ControlError
from appliance.control.messages import MAX_BODY_BYTES, ErrorCode

_BLOCK = 65536
_LINGER_SECONDS = 2.0  # for the rest of a request that was answered before its end
_STUCK_SECONDS = 20.0  # that a peer may leave its socket full
_TOO_LARGE = f"A request may have {MAX_BODY_BYTES} bytes at most."
_NOT_HTTP = "This is not a request the core understands."


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    method: str
    path: str
    body: bytes


class Connection:
    """From the first byte to the last. Any method may raise ConnectionError: nobody is there any more."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    @property
    def answered(self) -> bool:
        """Whether an answer was begun."""
        return self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE)

    async def request(self) -> Request:
        """The whole request. ControlError "bad_request" or "too_large" when it is none."""
        try:
            head = await self._event()
            if not isinstance(head, h11.Request):
                raise ConnectionResetError("it closed without a request")
            body = await self._body(head)
        except h11.RemoteProtocolError as problem:
            raise ControlError(_NOT_HTTP, ErrorCode.BAD_REQUEST) from problem
        return Request(head.method.decode(), head.target.decode(), body)

    async def answer(self, status: int, body: Mapping[str, Any]) -> None:
        """The one answer, as JSON."""
        content = json.dumps(body, separators=(",", ":")).encode()
        await self._begin(status, "application/json", [("Content-Length", str(len(content)))])
        await self.send(content)
        await self.end()

    async def begin_stream(self) -> None:
        """An answer whose lines come by `send` as they arise, until `end`."""
        await self._begin(200, "application/x-ndjson", [])

    async def send(self, content: bytes) -> None:
        """A part of the answer. TimeoutError when the peer does not take it."""
        await self._write(self._http.send(h11.Data(data=content)))

    async def end(self) -> None:
        """The answer is complete."""
        await self._write(self._http.send(h11.EndOfMessage()))

    async def close(self) -> None:
        """Hang up; what the peer still sends is thrown away first, else it would lose our answer."""
        with contextlib.suppress(OSError, TimeoutError):
            if self._http.their_state in (h11.SEND_BODY, h11.ERROR) and not self._reader.at_eof():
                self._writer.write_eof()
                await asyncio.wait_for(self._throw_away(), _LINGER_SECONDS)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _begin(self, status: int, kind: str, more: list[tuple[str, str]]) -> None:
        headers = [("Content-Type", kind), ("Connection", "close"), *more]
        await self._write(self._http.send(h11.Response(status_code=status, headers=headers)))

    async def _write(self, content: bytes | None) -> None:
        self._writer.write(content or b"")
        await asyncio.wait_for(self._writer.drain(), _STUCK_SECONDS)

    async def _event(self) -> h11.Event | None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Event):
                return event
            if event is h11.PAUSED:
                return None
            self._http.receive_data(await self._reader.read(_BLOCK))

    async def _body(self, head: h11.Request) -> bytes:
        length = dict(head.headers).get(b"content-length", b"0")
        if int(length) > MAX_BODY_BYTES:
            raise ControlError(_TOO_LARGE, ErrorCode.TOO_LARGE)
        body = bytearray()
        while isinstance(event := await self._event(), h11.Data):
            body += event.data
            if len(body) > MAX_BODY_BYTES:
                raise ControlError(_TOO_LARGE, ErrorCode.TOO_LARGE)
        return bytes(body)

    async def _throw_away(self) -> None:
        while await self._reader.read(_BLOCK):
            pass
