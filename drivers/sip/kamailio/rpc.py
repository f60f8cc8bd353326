"""JSON-RPC with a running Kamailio over its Unix datagram socket (module jsonrpcs)."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import socket
from pathlib import Path
from typing import Any

from appliance.contract.errors import CommandError, LineTransientError
from drivers.sip.kamailio.config import rpc_socket

_BYTES = 65536
_serial = itertools.count()


class Rpc:
    """One client. Calls wait for their reply: for the edge's own thread, never for the core's or pjsua2's."""

    def __init__(self, folder: Path, seconds: float = 2.0) -> None:
        self._server = str(rpc_socket(folder))
        self._own = folder / f"rpc-{os.getpid()}-{next(_serial)}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._own.unlink(missing_ok=True)
        self._socket.bind(str(self._own))
        self._own.chmod(0o660)
        self._socket.settimeout(seconds)
        self._ids = itertools.count(1)

    def call(self, method: str, *params: object) -> Any:
        """The result of `method`. LineTransientError when nobody answers, CommandError on a refusal."""
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": number}
        try:
            self._socket.sendto(json.dumps(request).encode(), self._server)
            reply: dict[str, Any] = {}
            while reply.get("id") != number:  # a late reply to an earlier call is skipped
                reply = json.loads(self._socket.recv(_BYTES))
        except (OSError, ValueError, AttributeError) as error:
            raise LineTransientError(f"The SIP edge does not answer {method}: {error}") from error
        if "error" in reply:
            raise CommandError(f"The SIP edge refused {method}: {reply['error']}")
        return reply.get("result")

    def close(self) -> None:
        """Close the socket and take its name away."""
        self._socket.close()
        with contextlib.suppress(OSError):
            self._own.unlink()
