"""The page's side of the control socket: one method a verb, over httpx on the Unix socket."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from appliance.contract.errors import ControlError
from appliance.control.errors import from_json
from appliance.control.messages import ErrorCode, LiveState, Verb

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_SLOW = httpx.Timeout(60.0, connect=2.0)  # speech and transcoding
_STREAM = httpx.Timeout(20.0, connect=2.0)  # the core says something every 15 s


class ControlClient:
    """Asks the core. Safe from any thread, connections are kept. Every method raises ControlError with a
    sentence, a `code` (`messages.ErrorCode`) and, for refused settings, `problems`."""

    def __init__(self, path: Path | str) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=8)
        # A Unix socket needs no TLS: an empty context spares loading every certificate.
        no_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx.HTTPTransport(uds=str(path), limits=limits, verify=no_tls)
        self._http = httpx.Client(transport=transport, base_url="http://core", trust_env=False)

    def live(self) -> LiveState:
        """What goes on now."""
        return _state(self._ask(Verb.LIVE))

    def settings(self) -> tuple[int, dict[str, Any]]:
        """Version number and plain settings, secrets included: never show them unmasked."""
        answer = self._ask(Verb.SETTINGS_GET)
        return int(answer["version"]), answer["settings"]

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
        answer = self._ask(Verb.PROMPT_UPLOAD, _SLOW, path=str(path))
        return str(answer["upload"]), float(answer["seconds"])

    def preview_prompt(self, text: str, language: str) -> Path:
        """Speak a text; gives the path of the WAV."""
        return Path(self._ask(Verb.PROMPT_PREVIEW, _SLOW, text=text, language=language)["path"])

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

    def set_admin_password(self, hashed: str, who: str) -> None:
        """Give the admin another password, as its argon2id hash."""
        self._ask(Verb.ADMIN_PASSWORD, hash=hashed, who=who)

    def version(self) -> str:
        """The core's version."""
        return str(self._ask(Verb.VERSION)["version"])

    def events(self) -> Iterator[LiveState | None]:
        """The event stream: the state now and after every change; None every 15 s when nothing changed.

        Ends with ControlError "unreachable" when the core goes away.
        """
        with _reaching(), self._http.stream("GET", "/v1/events", timeout=_STREAM) as response:
            if response.status_code != 200:
                response.read()
                raise from_json(response.status_code, _body(response))
            for line in response.iter_lines():
                yield _state(_object(line)) if line else None
        raise ControlError("The core ended the event stream.", ErrorCode.UNREACHABLE)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _ask(self, verb: Verb, timeout: httpx.Timeout = _TIMEOUT, **arguments: object) -> dict[str, Any]:
        with _reaching():
            response = self._http.post(f"/v1/{verb.value}", json=arguments, timeout=timeout)
        body = _body(response)
        if response.status_code != 200 or not isinstance(body, dict):
            raise from_json(response.status_code, body)
        return body


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as problem:
        raise ControlError("The core does not answer.", ErrorCode.UNREACHABLE) from problem
    except httpx.HTTPError as problem:
        raise ControlError("The core is not running.", ErrorCode.UNREACHABLE) from problem


def _body(response: httpx.Response) -> object:
    try:
        return response.json()
    except ValueError:
        return None


def _object(line: str) -> dict[str, Any]:
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
