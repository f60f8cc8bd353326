"""The one address telephones reach the box by, when the network gives it (`--host auto`)."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import replace
from pathlib import Path

from appliance.config.options import Options
from appliance.network.addresses import own_addresses

AUTO = "auto"
LOOPBACK = "127.0.0.1"
_ELSEWHERE = ("192.0.2.1", 9)  # TEST-NET-1 (RFC 5737); nothing is sent there
_INTERFACES = Path("/sys/class/net")
_ETHERNET = "1"  # ARPHRD_ETHER, radio too


def lan_address() -> str:
    """The address on the way out of here, else any other one, else loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_ELSEWHERE)  # asks the routing table only
        found = str(probe.getsockname()[0])
        if not found.startswith(("127.", "0.")):
            return found
    others = own_addresses()
    return str(others[0].address) if others else LOOPBACK


def resolved(options: Options) -> Options:
    """The options with the address of now in the place of "auto"."""
    return replace(options, host=lan_address(), follow=True) if options.host == AUTO else options


def wait_for_address(options: Options, seconds: float) -> Options:
    """The options with an address that comes soon: a plugged cable is given so long, a loose one nothing."""
    end = time.monotonic() + seconds
    while options.follow and options.host == LOOPBACK and _has_link() and time.monotonic() < end:
        time.sleep(0.2)
        options = replace(options, host=lan_address())
    return options


def _has_link(interfaces: Path = _INTERFACES) -> bool:
    for one in interfaces.glob("*"):
        with contextlib.suppress(OSError):  # an interface that is down has no carrier to read
            if (one / "type").read_text().strip() == _ETHERNET and (
                one / "carrier"
            ).read_text().strip() == "1":
                return True
    return False
