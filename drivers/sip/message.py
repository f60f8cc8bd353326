"""The little of SIP that pjsua2 leaves to us: some header fields of a received message, texts for new ones.

All of it comes from outside: every function takes any text and gives a value or None, and never raises.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from appliance.contract.cause import HangupCause, cause_of_number

_COMPACT = {"from": "f", "to": "t", "call-id": "i", "contact": "m", "refer-to": "r"}
_NAME_ADDR = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>')
_URI = re.compile(r"(sips?|tel):(?:([^@:;?]*)(?::[^@]*)?@)?([^;?>]*)", re.I)
_USER = re.compile(r"[^0-9A-Za-z+*._#-]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A name-addr or addr-spec of RFC 3261: display name, user and host of the URI."""

    name: str
    user: str
    host: str


@dataclass(frozen=True, slots=True)
class ReferTo:
    """Where a REFER points: a user to dial, or with `replaces` the Call-ID of a call that is there."""

    user: str
    replaces: str | None = None


def header(message: str, name: str) -> str | None:
    """The first field of that name in a SIP message, unfolded; None when there is none."""
    head = re.split(r"\r?\n\r?\n", message, maxsplit=1)[0]
    names = "|".join(re.escape(one) for one in (name, _COMPACT.get(name.lower(), name)))
    found = re.search(rf"^(?:{names})[ \t]*:[ \t]*(.*(?:\r?\n[ \t]+.*)*)", head, re.M | re.I)
    return re.sub(r"\r?\n[ \t]+", " ", found[1]).strip() if found else None


def mark(message: str, name: str) -> str | None:
    """A field that our own edge put in; spelled and ended as it does, so a plain search finds it at once."""
    begin = message.find(f"\r\n{name}: ", 0, message.find("\r\n\r\n"))
    if begin < 0:
        return None
    begin += len(name) + 4
    return message[begin : message.find("\r\n", begin)]


def request_user(message: str) -> str:
    """The user part of the Request-URI."""
    words = message.split(" ", 2)
    party = address(words[1]) if len(words) > 1 else None
    return party.user if party else ""


def address(value: str | None) -> Address | None:
    """What a From, To or P-Asserted-Identity field says; None when it is nothing of the kind."""
    if not value:
        return None
    named = _NAME_ADDR.match(value)
    found = _URI.match((named[3] if named else value).strip())
    if not found:
        return None
    user = found[3] if found[1].lower() == "tel" else found[2] or ""
    return Address(_display(named) if named else "", unquote(user), found[3].strip())


def _display(named: re.Match[str]) -> str:
    name = named[2] if named[1] is None else re.sub(r"\\(.)", r"\1", named[1])
    return _CONTROL.sub(" ", name or "").strip()


def refer_to(value: str) -> ReferTo | None:
    """A Refer-To field (RFC 3515) with its Replaces (RFC 3891), which stands escaped in the URI."""
    party = address(value)
    if party is None:
        return None
    replaces = re.search(r"[?&]Replaces=([^&>]*)", value, re.I)
    return ReferTo(party.user, unquote(replaces[1]).split(";", 1)[0].strip() if replaces else None)


def reason_cause(message: str) -> HangupCause | None:
    """The Q.850 cause in a Reason field (RFC 3326), where a gateway says what the network told it."""
    found = re.search(r"Q\.850[^,]*?;\s*cause\s*=\s*(\d{1,3})", header(message, "Reason") or "", re.I)
    return cause_of_number(int(found[1])) if found and 0 < int(found[1]) < 128 else None


def plain(text: str, length: int = 64) -> str:
    """Text that can stand in a header field: one line, no control characters, not too long."""
    return _CONTROL.sub(" ", text).strip()[:length]


def uri_user(text: str) -> str:
    """A number as the user part of a URI; `#` must be escaped there (RFC 3261 25.1)."""
    return quote(_USER.sub("", text)[:64], safe="+*._-")


def name_addr(name: str, user: str, host: str) -> str:
    """`"name" <sip:user@host>` with the name quoted as RFC 3261 wants it."""
    quoted = re.sub(r'(["\\])', r"\\\1", plain(name))
    return (f'"{quoted}" ' if quoted else "") + f"<sip:{user}@{host}>"
