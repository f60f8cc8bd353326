"""The event stream: what goes on, told again after every change, at most four times a second."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from appliance.contract.errors import ControlError
from appliance.control.connection import Connection
from appliance.control.messages import ErrorCode

log = logging.getLogger(__name__)

PERIOD = 0.25  # seconds between two states
HEARTBEAT = 15.0  # seconds of nothing new, then an empty line
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

    async def serve(self, connection: Connection) -> None:
        """One reader's stream, until it goes away or the server ends. ControlError "busy" when there are
        too many."""
        if len(self._readers) >= MOST_READERS:
            raise ControlError("Too many pages are watching already.", ErrorCode.BUSY)
        changed = asyncio.Event()
        self._readers.add(changed)
        try:
            await connection.begin_stream()
            await self._tell(connection, changed)
            await connection.end()
        except (ConnectionError, TimeoutError) as problem:
            log.debug("a reader of the event stream went away: %s", problem)
        finally:
            self._readers.discard(changed)

    async def _tell(self, connection: Connection, changed: asyncio.Event) -> None:
        await connection.send(self._state())
        while not self._closed:
            await asyncio.sleep(PERIOD)  # changes in between are told together
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT)
            except TimeoutError:
                await connection.send(b"\n")
                continue
            changed.clear()
            if not self._closed:
                await connection.send(self._state())

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
