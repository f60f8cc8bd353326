"""`callbox certificate` and `callbox firewall`: the workers that systemd starts, at boot and now and then."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network

from appliance.config.options import Options
from appliance.config.schema import Settings, SipTrunk
from appliance.contract.errors import CallboxError, NetworkError
from appliance.network.addresses import own_addresses
from appliance.network.certificates import Certificates, own_names
from appliance.network.firewall import PRIVATE, Wanted
from appliance.network.packet_filter import bring_into_force
from appliance.store.settings import SettingsStore

_RESOLVE_SECONDS = 4.0


def certificate(options: Options, changed: Callable[[], None]) -> int:
    """Make or renew the certificate; `changed` is called when there is another. 1 when that failed."""
    try:
        if not Certificates(options.tls).ensure(own_names(), datetime.now(UTC)):
            return _say("The certificate in force is good.")
    except NetworkError as problem:
        return _say(str(problem), failed=True)
    changed()
    return _say("A new certificate is in force.")


def firewall(options: Options) -> int:
    """Bring the rules of the settings into force; 1 with a sentence when others are."""
    found = bring_into_force(wanted(options, _settings(options)), options.state / "firewall.nft")
    return _say("The packet filter is in force." if found.as_wanted else found.why, not found.as_wanted)


def wanted(options: Options, settings: Settings) -> Wanted:
    """What the packet filter is to do. The networks the box is plugged into are always let in."""
    chosen = tuple(IPv4Network(text) for text in settings.network.lan) or PRIVATE
    plugged = tuple(one.network for one in own_addresses() if one.address.is_private)
    return Wanted(
        lan=(*chosen, *plugged),
        peers=_peers(settings),
        sip_port=options.sip_port,
        sip_tls_port=options.sip_tls_port,
        rtp_port=options.rtp_port,
        rtp_from_lan=settings.network.rtp_from_lan,
    )


def _settings(options: Options) -> Settings:
    """Those of the box; where they cannot be read, those of a new one: it is not left open for that."""
    if not options.settings.exists():
        return Settings()
    store = SettingsStore(options.settings)
    try:
        found = store.current()
    except CallboxError as problem:
        _say(f"The settings cannot be read, so the rules are those of a new box: {problem}", failed=True)
        return Settings()
    finally:
        store.close()
    return found[1] if found is not None else Settings()


def _peers(settings: Settings) -> tuple[IPv4Address, ...]:
    """The addresses of SIP trunks. A name that is not found in time is let in by what it answers to."""
    hosts = {trunk.host for trunk in settings.trunks if isinstance(trunk, SipTrunk) and trunk.enabled}
    found: set[IPv4Address] = set()

    def ask(host: str) -> None:
        with contextlib.suppress(OSError):
            rows = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
            found.update(IPv4Address(row[4][0]) for row in rows)

    asked = [threading.Thread(target=ask, args=(host,), daemon=True) for host in hosts]
    for one in asked:
        one.start()
    end = time.monotonic() + _RESOLVE_SECONDS
    for one in asked:
        one.join(max(0.0, end - time.monotonic()))
    return tuple(sorted(found.copy()))


def _say(sentence: str, failed: bool = False) -> int:
    (sys.stderr if failed else sys.stdout).write(f"{sentence}\n")
    return 1 if failed else 0
