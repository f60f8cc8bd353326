"""What Kamailio tells by datagram, and a dump of its registrations. Total: any bytes give a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drivers.sip.message import plain

_HOST = re.compile(r"sip:(?:([^@]*)@)?([^;:>]+)(?::(\d+))?([^>]*)", re.I)
_TLS = "3"  # in an alias, as nathelper writes it
_STATES = {2: False, 3: True, 4: True}  # of module dialog: early, answered, acknowledged
_ALIAS = re.compile(r";alias=([^~;]+)~(\d+)~(\d)")


@dataclass(frozen=True, slots=True)
class EdgeStarted:
    """Kamailio has just come up and remembers nothing."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A handset is there: where it answers from, what it calls itself, the contact to give back.

    `session` is the Call-ID of its REGISTER: the same at every renewal, another one after the telephone
    started anew (RFC 3261 10.2.4).
    """

    name: str
    address: str
    agent: str | None
    contact: str
    session: str = ""

    @property
    def secure(self) -> bool:
        """Whether the telephone is spoken to over TLS, so that a key for its sound may stand in a message."""
        alias = _ALIAS.search(self.contact)
        return alias[3] == _TLS if alias else ";transport=tls" in self.contact.lower()


@dataclass(frozen=True, slots=True)
class Unregistered:
    """A handset went away or its registration ran out."""

    name: str


@dataclass(frozen=True, slots=True)
class Banned:
    """An address sent too many wrong secrets."""

    address: str


@dataclass(frozen=True, slots=True)
class Dialog:
    """A call that the edge saw ring or begin and not yet end."""

    call_id: str
    cseq: str  # of its INVITE
    place: tuple[int, int]  # where the edge keeps it: entry and number
    up: bool  # answered; else it rings


EdgeEvent = EdgeStarted | Registration | Unregistered | Banned


def parse(datagram: bytes) -> EdgeEvent | None:
    """One datagram of kamailio.cfg's route[TELL]; None for anything else."""
    first, _, rest = datagram.decode("utf-8", "replace").partition("\n")
    agent, _, session = rest.partition("\n")
    words = first.split(" ", 5)
    if words == ["started"]:
        return EdgeStarted()
    if len(words) == 2 and words[0] == "unregistered":
        return Unregistered(words[1])
    if len(words) == 2 and words[0] == "banned":
        return Banned(words[1])
    if len(words) == 6 and words[0] == "registered":
        _, name, transport, host, port, contact = words
        found = _HOST.search(contact)
        user = (found[1] if found else None) or name
        back = f"sip:{user}@{host}:{port};transport={transport.lower()}"
        return Registration(name, f"{host}:{port}", plain(agent) or None, back, session)
    return None


def registrations(dump: Any) -> Iterator[Registration]:
    """The handsets in the result of `ul.dump`; what does not look like one is left out."""
    for domain in _items(dump, "Domains"):
        for aor in _items(_inner(domain, "Domain"), "AoRs"):
            info = _inner(aor, "Info")
            for item in _items(info, "Contacts"):
                contact = _inner(item, "Contact")
                found = _registration(str(info.get("AoR", "")), contact)
                if found is not None:
                    yield found


def dialogs(dump: Any) -> Iterator[Dialog]:
    """The calls in the result of `dlg.list` that a telephone takes part in; the rest is left out."""
    for item in dump if isinstance(dump, list) else []:
        found = _dialog(item) if isinstance(item, dict) else None
        if found is not None:
            yield found


def _dialog(item: dict[str, Any]) -> Dialog | None:
    call_id, state, entry, number = (item.get(key) for key in ("call-id", "state", "h_entry", "h_id"))
    if not (isinstance(call_id, str) and isinstance(state, int) and state in _STATES):
        return None
    if not (isinstance(entry, int) and isinstance(number, int)):
        return None
    return Dialog(call_id, str(_inner(item, "caller").get("cseq", "")), (entry, number), _STATES[state])


def _registration(name: str, contact: dict[str, Any]) -> Registration | None:
    uri = str(contact.get("Address", ""))
    found = _HOST.match(uri)
    if not name or found is None:
        return None
    alias = _ALIAS.search(uri)
    address = f"{alias[1]}:{alias[2]}" if alias else f"{found[2]}:{found[3] or 5060}"
    agent = plain(str(contact.get("User-Agent", "")))
    session = str(contact.get("Call-ID", ""))
    return Registration(name, address, None if agent in ("", "n/a") else agent, uri, session)


def _inner(value: Any, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _items(value: Any, key: str) -> list[Any]:
    items = value.get(key) if isinstance(value, dict) else None
    return items if isinstance(items, list) else []
