"""The SIM card and its PIN. A PIN that the card refused is never tried again, nor after a restart."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from appliance.contract.errors import CommandError, LinePermanentError
from appliance.contract.events import TrunkState
from drivers.at_channel import Reply
from drivers.gsm.unsolicited import fields, integer

_log = logging.getLogger(__name__)
_NOT_INSERTED, _BUSY = 10, 14  # +CME ERROR, 3GPP TS 27.007 9.2.1
_ROUNDS = 100_000

Ask = Callable[[str, float], Reply]


class SimError(LinePermanentError):
    """The SIM keeps the line out of service: `state` is SIM_ABSENT or SIM_LOCKED."""

    def __init__(self, state: TrunkState, message: str) -> None:
        super().__init__(message)
        self.state = state


class PinMemory:
    """Remembers, salted and hashed, the one PIN that was refused last."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._record = self._read()

    def knows(self, pin: str) -> bool:
        """Whether this PIN was tried and not accepted."""
        if self._record is None:
            return False
        salt, digest = self._record
        return hmac.compare_digest(digest, _digest(salt, pin))

    def remember(self, pin: str) -> None:
        """Note the PIN as refused; done before it is tried, so that a power cut cannot hide a refusal."""
        salt = secrets.token_hex(8)
        self._record = (salt, _digest(salt, pin))
        self._write()

    def forget(self) -> None:
        """The PIN was right, or the card wants none."""
        if self._record is not None:
            self._record = None
            self._write()

    def _read(self) -> tuple[str, str] | None:
        try:
            data = json.loads(self._path.read_text()) if self._path is not None else None
            return (str(data["salt"]), str(data["hash"])) if data else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as problem:
            _log.warning("the memory of refused PINs cannot be read: %s", problem)
            return None

    def _write(self) -> None:
        if self._path is None:
            return
        try:
            if self._record is None:
                self._path.unlink(missing_ok=True)
                return
            text = json.dumps({"salt": self._record[0], "hash": self._record[1]})
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            with open(fresh, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._path)
        except OSError as problem:
            _log.error("the refused PIN cannot be remembered: %s", problem)


def _digest(salt: str, pin: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), _ROUNDS).hex()


def unlock(ask: Ask, pin: str | None, memory: PinMemory, pause: Callable[[], bool], timeout: float) -> None:
    """Return when the SIM is ready; SimError when it is not and waiting will not help.

    `pause` waits a moment while the card is busy and returns whether to go on.
    """
    while True:
        reply = ask("AT+CPIN?", timeout)
        state = _state(reply)
        if state == "READY":
            memory.forget()
            return
        if state == "SIM PIN":
            _enter(ask, pin, memory, timeout)
        elif state != "BUSY":
            raise SimError(
                TrunkState.SIM_LOCKED, f"The SIM is locked: it wants {state}. Unlock it in a phone."
            )
        if not pause():
            raise SimError(TrunkState.SIM_ABSENT, "The SIM card does not become ready.")


def _state(reply: Reply) -> str:
    if isinstance(reply.error, CommandError):
        if reply.error.code == _BUSY:
            return "BUSY"
        if reply.error.code in (_NOT_INSERTED, None):
            raise SimError(TrunkState.SIM_ABSENT, "There is no SIM card in the modem.")
        raise SimError(TrunkState.SIM_ABSENT, f"The SIM card cannot be read (error {reply.error.code}).")
    state = reply.check().value("+CPIN") or ""
    if state in ("NOT INSERTED", "NOT READY"):
        raise SimError(TrunkState.SIM_ABSENT, "There is no SIM card in the modem.")
    return state or "BUSY"


def _enter(ask: Ask, pin: str | None, memory: PinMemory, timeout: float) -> None:
    if pin is None:
        raise SimError(TrunkState.SIM_LOCKED, "The SIM wants a PIN and none is set.")
    if memory.knows(pin) and not _untouched(ask, timeout):
        raise SimError(TrunkState.SIM_LOCKED, "The SIM refused this PIN before; it is not tried again.")
    memory.remember(pin)
    reply = ask(f'AT+CPIN="{pin}"', timeout)
    if isinstance(reply.error, CommandError):
        raise SimError(
            TrunkState.SIM_LOCKED, "The SIM refused the PIN. Set the right one; it was tried once."
        )
    reply.check()
    memory.forget()


def _untouched(ask: Ask, timeout: float) -> bool:
    """Whether this card has all its tries left (+CPINR, 27.007 8.65): then it is not the one that refused."""
    values = fields(ask('AT+CPINR="SIM PIN"', timeout).value("+CPINR") or "")
    left, most = integer(values, 1), integer(values, 2)
    return left is not None and most is not None and left == most > 1
