"""The page's side of the control socket: one method a verb, by http.client on the Unix socket.

Each verb has a connection of its own: it costs 0.1 ms, and none is ever found dead when it is wanted.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from appliance.contract.errors import ControlError
from appliance.control.care_client import CareClient
from appliance.control.desk_client import DeskClient
from appliance.control.dialer import DialClient
from appliance.control.errors import from_json
from appliance.control.leads import LeadClient
from appliance.control.lists import ListClient
from appliance.control.messages import ErrorCode, LiveState, Verb
from appliance.control.talk import TalkClient

_CONNECT_SECONDS = 2.0
_SECONDS = 10.0
_SLOW_SECONDS = 60.0  # speech and transcoding
_STREAM_SECONDS = 20.0  # the core says something every 15 s


class _UnixConnection(HTTPConnection):
    """HTTP to the core, whose address is a path."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("core")
        self._path = path
        self._seconds = seconds
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def connect(self) -> None:
        """Connect within 2 s, then wait for each part of the answer as long as its verb may take."""
        self.sock = self._line
        self.sock.settimeout(_CONNECT_SECONDS)
        self.sock.connect(self._path)
        self.sock.settimeout(self._seconds)

    def hang_up(self) -> None:
        """From any thread: whoever waits for the answer is told that there is none."""
        with suppress(OSError):  # not connected yet, or no longer
            self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it; an answer that is being read stays open."""
        super().close()
        self._line.close()


class ControlClient:
    """Asks the core. Safe from any thread. Every method raises ControlError with a sentence, a `code`
    (`messages.ErrorCode`) and, for refused settings, `problems`."""

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._lock = threading.Lock()
        self._open: set[_UnixConnection] = set()
        self.care = CareClient(self._ask)
        self.talk = TalkClient(self._ask)
        self.desk = DeskClient(self._ask)
        self.lists = ListClient(self._ask)
        self.leads = LeadClient(self._ask)
        self.dialer = DialClient(self._ask)

    def live(self) -> LiveState:
        """What goes on now."""
        return _state(self._ask(Verb.LIVE))

    def settings(self) -> tuple[int, dict[str, Any]]:
        """Version number and plain settings, secrets included: never show them unmasked."""
        return self.settings_and_trouble()[:2]

    def settings_and_trouble(self) -> tuple[int, dict[str, Any], str]:
        """The same, and why the box does not run on its own data folder (empty when it does)."""
        answer = self._ask(Verb.SETTINGS_GET)
        return int(answer["version"]), answer["settings"], str(answer.get("trouble", ""))

    def try_flow(self, settings: dict[str, Any], flow: str, script: str) -> list[dict[str, Any]]:
        """What a virtual caller meets in a flow of these settings, which need not be saved: lines of
        `planning.rehearsal.Line`."""
        answer = self._ask(Verb.FLOW_TRY, _SLOW_SECONDS, settings=settings, flow=flow, script=script)
        return list(answer["lines"])

    def save_settings(self, version: int, settings: dict[str, Any], who: str) -> int:
        """Save a change of version `version`; gives the new number. Codes "invalid" and "conflict"."""
        answer = self._ask(Verb.SETTINGS_SAVE, version=version, settings=settings, who=who)
        return int(answer["version"])

    def versions(self) -> list[dict[str, Any]]:
        """The kept versions, newest first: version, when, who, summary."""
        return list(self._ask(Verb.SETTINGS_VERSIONS)["versions"])

    def restore_settings(self, version: int, who: str) -> int:
        """Make an old version the newest again; gives its new number."""
        return int(self._ask(Verb.SETTINGS_RESTORE, version=version, who=who)["version"])

    def upload_prompt(self, path: Path | str) -> tuple[str, float]:
        """Take in a file that was put into the spool folder; gives upload id and seconds."""
        answer = self._ask(Verb.PROMPT_UPLOAD, _SLOW_SECONDS, path=str(path))
        return str(answer["upload"]), float(answer["seconds"])

    def preview_prompt(self, text: str, language: str) -> Path:
        """Speak a text; gives the path of the WAV."""
        return Path(self._ask(Verb.PROMPT_PREVIEW, _SLOW_SECONDS, text=text, language=language)["path"])

    def set_agent_status(
        self, agent: str, status: str, pause_code: str | None = None, handset: str | None = None
    ) -> None:
        """Log an agent in or out, or on a break."""
        self._ask(Verb.AGENT_STATUS, agent=agent, status=status, pause_code=pause_code, handset=handset)

    def release_call(self, call: str) -> None:
        """End a call."""
        self._ask(Verb.CALL_RELEASE, call=call)

    def reset_trunk(self, trunk: str) -> None:
        """Start a trunk's recovery ladder now."""
        self._ask(Verb.TRUNK_RESET, trunk=trunk)

    def black_box(self, trunk: str) -> list[str]:
        """The last dialogue with a trunk's device, digits masked."""
        return list(self._ask(Verb.TRUNK_FAULTS, trunk=trunk)["black_box"])

    def admin_hash(self) -> tuple[str, bool]:
        """argon2id hash of the admin's password, and whether it is the one-time one of the first start."""
        answer = self._ask(Verb.ADMIN_HASH)
        return str(answer["hash"]), bool(answer["one_time"])

    def set_admin_password(self, hashed: str, who: str, one_time: bool = False) -> None:
        """Give the admin another password, as its argon2id hash; a one-time one is to be replaced."""
        self._ask(Verb.ADMIN_PASSWORD, hash=hashed, who=who, one_time=one_time)

    def code_used(self) -> None:
        """The one-time code has logged somebody in: it will do so for nobody else."""
        self._ask(Verb.ADMIN_CODE_USED)

    def lines_found(self) -> list[dict[str, Any]]:
        """Modems that are plugged in: kind, port, audio_port, family, title."""
        return list(self._ask(Verb.LINES_FOUND)["found"])

    def reset_box(self, what: str, who: str) -> None:
        """Forget "settings" or "everything": the core ends, and does it at its next start."""
        self._ask(Verb.BOX_RESET, what=what, who=who)

    def certificate(self) -> dict[str, Any] | None:
        """The certificate of the page (see `network.desk`); None when the box serves no HTTPS."""
        return self._certificate(self._ask(Verb.CERTIFICATE_GET))

    def set_certificate(self, path: Path | str) -> dict[str, Any] | None:
        """Put a certificate and its key in force, from a file that was put into the spool folder."""
        return self._certificate(self._ask(Verb.CERTIFICATE_SET, _SLOW_SECONDS, path=str(path)))

    def undo_certificate(self) -> dict[str, Any] | None:
        """Put the certificate before this one in force again."""
        return self._certificate(self._ask(Verb.CERTIFICATE_UNDO, _SLOW_SECONDS))

    @staticmethod
    def _certificate(answer: dict[str, Any]) -> dict[str, Any] | None:
        found = answer["certificate"]
        return dict(found) if found is not None else None

    def version(self) -> str:
        """The core's version."""
        return str(self._ask(Verb.VERSION)["version"])

    def events(self) -> Iterator[LiveState | None]:
        """The event stream: the state now and after every change; None every 15 s when nothing changed.

        Ends with ControlError "unreachable" when the core goes away.
        """
        with self._asked(_STREAM_SECONDS, "GET", "/v1/events") as response:
            if response.status != 200:
                raise from_json(response.status, _body(response))
            while line := response.readline():
                yield _state(_object(line)) if line.strip() else None
        raise ControlError("The core ended the event stream.", ErrorCode.UNREACHABLE)

    def close(self) -> None:
        """Hang up; whoever waits for an answer gets ControlError "unreachable"."""
        with self._lock:
            for connection in self._open:
                connection.hang_up()

    def _ask(self, verb: Verb, seconds: float = _SECONDS, **arguments: object) -> dict[str, Any]:
        with self._asked(seconds, "POST", f"/v1/{verb.value}", json.dumps(arguments)) as response:
            body = _body(response)
        if response.status != 200 or not isinstance(body, dict):
            raise from_json(response.status, body)
        return body

    @contextmanager
    def _asked(
        self, seconds: float, method: str, path: str, body: str | None = None
    ) -> Iterator[HTTPResponse]:
        connection = _UnixConnection(self._path, seconds)
        with self._lock:
            self._open.add(connection)
        try:
            connection.request(method, path, body)
            with connection.getresponse() as response:
                yield response
        except TimeoutError as problem:
            raise ControlError("The core does not answer.", ErrorCode.UNREACHABLE) from problem
        except (OSError, HTTPException) as problem:
            raise ControlError("The core is not running.", ErrorCode.UNREACHABLE) from problem
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def _body(response: HTTPResponse) -> object:
    try:
        return json.loads(response.read())
    except ValueError:
        return None


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ControlError("The core said something that is not understood.", ErrorCode.INTERNAL)
    return found


def _state(data: dict[str, Any]) -> LiveState:
    try:
        return LiveState.from_json(data)
    except TypeError as problem:
        raise ControlError("Core and page are not of the same version.", ErrorCode.INTERNAL) from problem
