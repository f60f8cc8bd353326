"""The event stream: what goes on, told again after every change, at most four times a second."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from appliance.contract.errors import ControlError
from appliance.control.messages import ErrorCode

log = logging.getLogger(__name__)

PERIOD = 0.25  # seconds between two states
HEARTBEAT = 15.0  # seconds of nothing new, then an empty line
STUCK = 20.0  # seconds a reader may leave its socket full
MOST_READERS = 32


class EventStream:
    """All readers of the stream. On the loop's thread only, but for `notify`."""

    def __init__(self, live: Callable[[], Mapping[str, Any]]) -> None:
        self._live = live
        self._loop = asyncio.get_running_loop()
        self._readers: set[asyncio.Event] = set()
        self._told = False  # a wake-up is on its way to the loop
        self._line: bytes | None = None  # the state as it was last said, while nothing has changed
        self._closed = False

    def notify(self) -> None:
        """Something changed. Cheap, from any thread, as often as you like."""
        if not self._told and not self._closed:
            self._told = True
            self._loop.call_soon_threadsafe(self._wake)

    def close(self) -> None:
        """End every reader's stream."""
        self._closed = True
        self._wake()

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """One reader's stream, until it goes away or the server ends. ControlError "busy" when there are
        too many."""
        if len(self._readers) >= MOST_READERS:
            raise ControlError("Too many pages are watching already.", ErrorCode.BUSY)
        changed = asyncio.Event()
        self._readers.add(changed)
        try:
            response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
            await response.prepare(request)
            await self._tell(response, changed)
        except (ConnectionError, TimeoutError) as problem:
            log.debug("a reader of the event stream went away: %s", problem)
        finally:
            self._readers.discard(changed)
        return response

    async def _tell(self, response: web.StreamResponse, changed: asyncio.Event) -> None:
        await self._write(response, self._state())
        while not self._closed:
            await asyncio.sleep(PERIOD)  # changes in between are told together
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT)
            except TimeoutError:
                await self._write(response, b"\n")
                continue
            changed.clear()
            if not self._closed:
                await self._write(response, self._state())

    async def _write(self, response: web.StreamResponse, line: bytes) -> None:
        await asyncio.wait_for(response.write(line), STUCK)

    def _state(self) -> bytes:
        """The state as a line, made once for all readers."""
        if self._line is None:
            self._line = json.dumps(self._live(), separators=(",", ":")).encode() + b"\n"
        return self._line

    def _wake(self) -> None:
        self._told = False
        self._line = None
        for changed in self._readers:
            changed.set()
