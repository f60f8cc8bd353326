"""The core's side of the control socket: HTTP on a Unix socket, in the core's own loop.

Total: whatever bytes arrive, the answer is an answer or an error in the one JSON form, and the next request
is served. Only the permission of the socket (0660) decides who may ask.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
from pathlib import Path
from typing import Any

from appliance.contract.errors import CallboxError, ControlError
from appliance.control.connection import Connection, Request
from appliance.control.errors import to_json
from appliance.control.handlers import ControlHandlers
from appliance.control.messages import ErrorCode, Verb
from appliance.control.stream import EventStream
from appliance.control.verbs import Verbs

log = logging.getLogger(__name__)

_VERBS = {f"/v1/{verb.value}": verb for verb in Verb}
_EVENTS = "/v1/events"
_STOP_SECONDS = 1.0  # that requests have to be answered when the core ends


class ControlServer:
    """Serves the verbs and the event stream from `start` to `stop`."""

    def __init__(self, path: Path, handlers: ControlHandlers) -> None:
        self._path = path
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._stream: EventStream | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. ControlError when the socket cannot be made. The data lock must be held: an old socket
        in the way is removed."""
        bound = _bind(self._path)
        self._stream = EventStream(self._handlers.live)
        site = _Site(Verbs(self._handlers), self._stream)

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(site.serve(Connection(reader, writer)))
            self._open.add(task)
            task.add_done_callback(self._open.discard)

        self._server = await asyncio.start_unix_server(connected, sock=bound)

    async def stop(self) -> None:
        """End every stream and connection; the socket goes away."""
        if self._stream is not None:
            self._stream.close()
        if self._server is not None:
            self._server.close()
            if self._open:
                await asyncio.wait(self._open, timeout=_STOP_SECONDS)
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)
            self._path.unlink(missing_ok=True)
        self._stream = self._server = None

    def notify(self) -> None:
        """The live state changed: readers of the event stream are told soon. From any thread; cheap."""
        if self._stream is not None:
            self._stream.notify()


class _Site:
    """From a connection to its answer."""

    def __init__(self, verbs: Verbs, stream: EventStream) -> None:
        self._verbs = verbs
        self._stream = stream

    async def serve(self, connection: Connection) -> None:
        try:
            await self._answer(connection)
        except (OSError, TimeoutError) as problem:
            log.debug("a reader of the control socket went away: %s", problem)
        except Exception:  # top of the connection: one bad request is not the end of the core
            log.exception("a request failed")
            if not connection.answered:
                with contextlib.suppress(OSError, TimeoutError):
                    await connection.answer(500, _failed("A fault in the core; its log says more."))
        finally:
            await connection.close()

    async def _answer(self, connection: Connection) -> None:
        try:
            request = await connection.request()
            if request.path == _EVENTS and request.method == "GET":
                await self._stream.serve(connection)
                return
            status, answer = 200, await self._verbs.do(_verb(request), _arguments(request))
        except CallboxError as error:
            log.info("a request was refused: %s", error)
            status, answer = to_json(error)
        await connection.answer(status, answer)


def _verb(request: Request) -> Verb:
    verb = _VERBS.get(request.path)
    if verb is None:
        raise ControlError(f"There is no verb {request.path[:80]!r}.", ErrorCode.UNKNOWN)
    if request.method != "POST":
        raise ControlError(f"{request.path} is asked for with POST.", ErrorCode.UNKNOWN)
    return verb


def _arguments(request: Request) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object."""
    try:
        data = json.loads(request.body) if request.body else {}
    except (ValueError, RecursionError):
        raise ControlError("The body is not JSON.", ErrorCode.BAD_REQUEST) from None
    if not isinstance(data, dict):
        raise ControlError("The body must be a JSON object.", ErrorCode.BAD_REQUEST)
    return data


def _failed(sentence: str) -> dict[str, Any]:
    return {"error": sentence, "code": ErrorCode.INTERNAL.value, "problems": {}}


def _bind(path: Path) -> socket.socket:
    """The listening socket, with its permission set before anybody can connect."""
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        bound.bind(str(path))
        os.chmod(path, 0o660)
    except OSError as problem:
        bound.close()
        reason = problem.strerror or str(problem)  # "AF_UNIX path too long" has no number
        raise ControlError(f"The control socket {path} cannot be made: {reason}.") from problem
    bound.setblocking(False)
    return bound
