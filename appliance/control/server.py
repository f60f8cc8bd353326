"""The core's side of the control socket: aiohttp on a Unix socket, in the core's own loop.

Total: whatever bytes arrive, the answer is an answer or an error in the one JSON form, and the next request
is served. Only the permission of the socket (0660) decides who may ask.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
from pathlib import Path
from typing import Any

from aiohttp import web

from appliance.contract.errors import CallboxError, ControlError
from appliance.control.errors import to_json
from appliance.control.handlers import ControlHandlers
from appliance.control.messages import MAX_BODY_BYTES, ErrorCode, Verb
from appliance.control.stream import EventStream
from appliance.control.verbs import Verbs

log = logging.getLogger(__name__)
_NO_ACCESS_LOG = logging.getLogger(f"{__name__}.access")
_NO_ACCESS_LOG.disabled = True  # the page asks all the time

_VERBS = {f"/v1/{verb.value}": verb for verb in Verb}
_EVENTS = "/v1/events"


class ControlServer:
    """Serves the verbs and the event stream from `start` to `stop`."""

    def __init__(self, path: Path, handlers: ControlHandlers) -> None:
        self._path = path
        self._handlers = handlers
        self._runner: web.ServerRunner | None = None
        self._stream: EventStream | None = None

    async def start(self) -> None:
        """Listen. ControlError when the socket cannot be made. The data lock must be held: an old socket
        in the way is removed."""
        bound = _bind(self._path)
        self._stream = EventStream(self._handlers.live)
        site = _Site(Verbs(self._handlers), self._stream)
        self._runner = web.ServerRunner(_Server(site.answer), shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, bound).start()

    async def stop(self) -> None:
        """End every stream and connection; the socket goes away."""
        if self._stream is not None:
            self._stream.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._path.unlink(missing_ok=True)
        self._stream = self._runner = None

    def notify(self) -> None:
        """The live state changed: readers of the event stream are told soon. From any thread; cheap."""
        if self._stream is not None:
            self._stream.notify()


class _Site:
    """From a request to its answer."""

    def __init__(self, verbs: Verbs, stream: EventStream) -> None:
        self._verbs = verbs
        self._stream = stream

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            if request.path == _EVENTS and request.method == "GET":
                return await self._stream.serve(request)
            verb = _VERBS.get(request.path)
            if verb is None or request.method != "POST":
                raise ControlError(_no_such_verb(request), ErrorCode.UNKNOWN)
            return _json(200, await self._verbs.do(verb, await _arguments(request)))
        except CallboxError as error:
            log.info("%s %s refused: %s", request.method, request.path, error)
            return _json(*to_json(error))
        except Exception:  # top of the request: one bad request is not the end of the core
            log.exception("%s %s failed", request.method, request.path)
            return _failed(500, "A fault in the core; its log says more.", ErrorCode.INTERNAL)


class _Connection(web.RequestHandler):
    """A connection whose errors below HTTP come in the one JSON form, too."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        log.info("no request, %d: %s", status, str(message or exc)[:200])
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun already")
        response = _failed(status, "This is not a request the core understands.", ErrorCode.BAD_REQUEST)
        response.force_close()
        return response


class _Server(web.Server):
    """aiohttp's low-level server: a fixed list of verbs needs no router."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=asyncio.get_running_loop(), access_log=_NO_ACCESS_LOG)


async def _arguments(request: web.BaseRequest) -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise ControlError(_TOO_LARGE, ErrorCode.TOO_LARGE)
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ControlError(_TOO_LARGE, ErrorCode.TOO_LARGE) from None
    except web.RequestPayloadError as problem:
        raise ControlError(f"The body cannot be read: {problem}.", ErrorCode.BAD_REQUEST) from problem
    if len(body) > MAX_BODY_BYTES:
        raise ControlError(_TOO_LARGE, ErrorCode.TOO_LARGE)
    try:
        data = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        raise ControlError("The body is not JSON.", ErrorCode.BAD_REQUEST) from None
    if not isinstance(data, dict):
        raise ControlError("The body must be a JSON object.", ErrorCode.BAD_REQUEST)
    return data


_TOO_LARGE = f"A request may have {MAX_BODY_BYTES} bytes at most."


def _no_such_verb(request: web.BaseRequest) -> str:
    if request.path in _VERBS:
        return f"{request.path} is asked for with POST."
    return f"There is no verb {request.path[:80]!r}."


def _json(status: int, body: dict[str, Any]) -> web.Response:
    text = json.dumps(body, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type="application/json")


def _failed(status: int, sentence: str, code: ErrorCode) -> web.Response:
    return _json(status, {"error": sentence, "code": code.value, "problems": {}})


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
