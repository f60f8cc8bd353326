"""The message lamps of telephones: summaries of waiting messages (RFC 3842), sent through the edge.

A telephone that subscribed gets them within its subscription (RFC 6665), any other one unasked, which most
take; who refuses that is not asked again until it starts anew. All of it runs on the edge's thread.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.sip.account import SipConfig
from drivers.sip.kamailio.config import EVENTS_ADDRESS
from drivers.sip.kamailio.events import Registration
from drivers.sip.message import header, mark

_LONGEST = 180  # seconds of a subscription: after so long, telephones are told by a core that was restarted
_SUBSCRIPTIONS = 4  # of one telephone: what it forgot runs out
_AWAY = (408, 480)  # the edge's words: nobody was there to refuse
_KEPT = re.compile(r"^(?:(?:Via|v|From|f|Call-ID|i|CSeq)[ \t]*:.*(?:\r\n[ \t].*)*)\r\n", re.M | re.I)
_TAG = re.compile(r";\s*tag=([^;\s]+)", re.I)
_TARGET = re.compile(r"<(sips?:[^<>\s]+)>|^\s*(sips?:[^<>\s;,]+)", re.I)
_ID = re.compile(r";\s*id=([A-Za-z0-9._-]{1,64})", re.I)


@dataclass(slots=True)
class _Dialog:
    """Whom a NOTIFY goes to. `until` is monotonic; None for one that was not asked for."""

    call_id: str
    target: str
    local: str  # our From
    remote: str  # our To
    event: str = "message-summary"
    until: float | None = None
    cseq: int = 0


@dataclass(slots=True)
class _Lamp:
    """What one telephone is to show, and what it was told."""

    wanted: tuple[int, int] | None = None  # new and old messages
    shown: tuple[int, int] | None = None
    session: tuple[str, str] | None = None  # its registration; None while it is not there
    refuses: bool = False  # takes none that it did not ask for
    dialogs: list[_Dialog] = field(default_factory=list)


class Lamps:
    """Keeps the lamps. `send` hands one SIP message to the edge, from its event socket; `soon` does something
    a moment later: some telephones refuse a NOTIFY that overtakes the answer to their SUBSCRIBE."""

    def __init__(
        self,
        config: SipConfig,
        send: Callable[[bytes], None],
        soon: Callable[[Callable[[], None]], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._send, self._soon, self._now = config, send, soon, now
        self._lamps: dict[str, _Lamp] = {}
        self._asked: dict[str, tuple[str, tuple[int, int], _Dialog]] = {}  # by Call-ID: what is on its way

    def set(self, name: str, new: int, old: int) -> None:
        """Show that so many messages wait for the telephone `name`, now and whenever it comes back."""
        lamp = self._lamps.setdefault(name, _Lamp())
        lamp.wanted = (new, old)
        if lamp.shown != lamp.wanted:
            self._tell(name, lamp)

    def registered(self, name: str, found: Registration | None) -> None:
        """The telephone came, renewed its registration, or with None went away."""
        lamp = self._lamps.setdefault(name, _Lamp())
        session = (found.contact, found.session) if found is not None else None
        if session == lamp.session:
            if session is not None and lamp.shown != lamp.wanted:
                self._tell(name, lamp)
            return
        lamp.session, lamp.shown, lamp.refuses = session, None, False
        if session is not None:
            self._tell(name, lamp)

    def forget(self, name: str) -> None:
        """There is no such telephone any more."""
        self._lamps.pop(name, None)

    def again(self) -> None:
        """The edge has just come up: whatever was on its way is sent again."""
        self._asked.clear()
        for name, lamp in self._lamps.items():
            if lamp.shown != lamp.wanted:
                self._tell(name, lamp)

    def take(self, message: str) -> None:
        """A SIP message that the edge handed on: a SUBSCRIBE, or the answer to a NOTIFY of ours."""
        if message.startswith("SIP/2.0 "):
            self._answered(message)
        elif message.startswith("SUBSCRIBE "):
            self._subscribed(message)

    # ---- telling

    def _tell(self, name: str, lamp: _Lamp) -> None:
        if lamp.wanted is None:
            return
        now = self._now()
        lamp.dialogs = [dialog for dialog in lamp.dialogs if (dialog.until or 0) > now]
        if lamp.dialogs:
            for dialog in lamp.dialogs:
                self._notify(name, dialog, lamp.wanted)
        elif lamp.session is not None and not lamp.refuses:
            self._notify(name, self._unasked(name), lamp.wanted)

    def _unasked(self, name: str) -> _Dialog:
        box = f"<sip:{name}@{self._config.host}:{self._config.port}>"
        target = f"sip:{name}@{self._config.host}"
        return _Dialog(secrets.token_hex(12), target, f"{box};tag={secrets.token_hex(6)}", box)

    def _notify(self, name: str, dialog: _Dialog, counts: tuple[int, int], over: bool = False) -> None:
        dialog.cseq += 1
        self._asked[dialog.call_id] = (name, counts, dialog)
        while len(self._asked) > 256:  # answers that never came
            self._asked.pop(next(iter(self._asked)))
        new, old = counts
        host = f"{self._config.host}:{self._config.port}"
        body = f"Messages-Waiting: {'yes' if new else 'no'}\r\nVoice-Message: {new}/{old} (0/0)\r\n"
        self._send(
            (
                f"NOTIFY {dialog.target} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {EVENTS_ADDRESS}:{self._config.engine_port};"
                f"branch=z9hG4bK{secrets.token_hex(10)}\r\n"
                f"Max-Forwards: 70\r\nFrom: {dialog.local}\r\nTo: {dialog.remote}\r\n"
                f"Call-ID: {dialog.call_id}\r\nCSeq: {dialog.cseq} NOTIFY\r\n"
                f"Contact: <sip:messages@{host}>\r\nEvent: {dialog.event}\r\n"
                f"Subscription-State: {self._state(dialog, over)}\r\n"
                f"Content-Type: application/simple-message-summary\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
        )

    def _state(self, dialog: _Dialog, over: bool) -> str:
        if over:
            return "terminated;reason=timeout"
        left = "" if dialog.until is None else f";expires={max(0, round(dialog.until - self._now()))}"
        return f"active{left}"

    def _answered(self, message: str) -> None:
        """A telephone, or the edge in its place, took a NOTIFY or did not."""
        status = message.split(" ", 2)[1]
        asked = self._asked.get(header(message, "Call-ID") or "")
        if not status.isdecimal() or int(status) < 200 or asked is None:
            return
        name, counts, dialog = asked
        if (header(message, "CSeq") or "").split(" ")[0] != str(dialog.cseq):
            return  # of an older one
        del self._asked[dialog.call_id]
        lamp = self._lamps.get(name)
        if lamp is None:
            return
        if int(status) < 300:
            lamp.shown = counts
        elif int(status) not in _AWAY:
            self._refused(name, lamp, dialog)

    def _refused(self, name: str, lamp: _Lamp, dialog: _Dialog) -> None:
        if dialog.until is None:
            lamp.refuses = True
        elif dialog in lamp.dialogs:  # it has forgotten its subscription
            lamp.dialogs.remove(dialog)
            self._tell(name, lamp)

    # ---- subscriptions

    def _subscribed(self, message: str) -> None:
        name = mark(message, "X-Callbox-Handset")
        target = _TARGET.search(header(message, "Contact") or "")
        call_id, sender, to = (header(message, field) for field in ("Call-ID", "From", "To"))
        if not (name and target and call_id and sender and to):
            self._reply(message, "400 Bad Request", to or "")
            return
        lamp = self._lamps.setdefault(name, _Lamp())
        dialog = next((one for one in lamp.dialogs if one.call_id == call_id), None)
        if dialog is None and _TAG.search(to):
            self._reply(message, "481 Subscription Does Not Exist", to)
            return
        if dialog is None:
            event = _ID.search(header(message, "Event") or "")
            kind = f"message-summary;id={event[1]}" if event else "message-summary"
            dialog = _Dialog(call_id, "", f"{to};tag={secrets.token_hex(6)}", sender, kind)
            lamp.dialogs = [*lamp.dialogs[1 - _SUBSCRIPTIONS :], dialog]
        dialog.target = target[1] or target[2]
        expires = _expires(message)
        dialog.until = self._now() + expires
        here = mark(message, "X-Callbox-Here") or ""
        self._reply(message, "200 OK", dialog.local, f"Contact: {here}\r\nExpires: {expires}\r\n")
        if not expires:
            lamp.dialogs.remove(dialog)
        self._soon(lambda: self._notify(name, dialog, lamp.wanted or (0, 0), over=not expires))

    def _reply(self, message: str, status: str, to: str, more: str = "") -> None:
        """Answer a request: what RFC 3261 8.2.6.2 wants copied is, in its order."""
        head = message.split("\r\n\r\n", 1)[0] + "\r\n"
        kept = "".join(found[0] for found in _KEPT.finditer(head))
        self._send(f"SIP/2.0 {status}\r\n{kept}To: {to}\r\n{more}Content-Length: 0\r\n\r\n".encode())


def _expires(message: str) -> int:
    told = header(message, "Expires") or ""
    return min(int(told), _LONGEST) if told.isascii() and told.isdecimal() and len(told) < 10 else _LONGEST
