"""Settings of the network: by which names the box is opened, and who may reach it."""

from __future__ import annotations

import re
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator, Field

from appliance.config.model import Model

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*", re.ASCII)  # an IPv4 address, too, has this form


def _host(name: str) -> str:
    lower = name.lower().rstrip(".")
    if len(lower) > 253 or not _HOST.fullmatch(lower):
        raise ValueError(f"{name} is not a host name or an address. An example is phones.example.com.")
    return lower


def _network(text: str) -> str:
    try:
        found = IPv4Network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text} is not a network. An example is 192.168.1.0/24.") from None
    if found.prefixlen < 8:
        raise ValueError(f"{text} is too large for a local network: /8 is the largest.")
    return str(found)


Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]


class NetworkSettings(Model):
    """How the box is reached."""

    hosts: list[Host] = Field(
        default_factory=list,
        max_length=16,
        description="More names and addresses that the page may be opened by",
    )
    lan: list[Network] = Field(
        default_factory=list,
        max_length=16,
        description="Networks that may reach the page and SIP; empty: all private addresses",
    )
    rtp_from_lan: bool = Field(
        default=False, description="Take sound of a call from any port of a device on the local network"
    )
