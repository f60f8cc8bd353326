"""pjsua2's accounts: one for the box and its handsets, one for each SIP trunk."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pjsua2 as pj

from drivers.sip.kamailio.config import INNER_ADDRESS

log = logging.getLogger(__name__)

Incoming = Callable[[pj.Account, int, str, str], None]
Registered = Callable[[int, str, int], None]
Asked = Callable[[int, str], None]

_SESSION_SECONDS = 180  # a handset that lost its power in a call is missed within half of it (RFC 4028)


@dataclass(frozen=True, slots=True)
class SipConfig:
    """Where the SIP edge is and where audio goes; the same values `kamailio.EdgeSettings` was written with.

    `host` and `port` are what phones and gateways reach the box by. `rtp_address` is where their audio comes
    in, on ports from `rtp_port` on. `folder` holds Kamailio's files, with its JSON-RPC socket.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 5060
    engine_port: int = 5070
    rtp_address: str = "127.0.0.1"
    rtp_port: int = 10000
    rtp_ports: int = 1000
    keepalive_seconds: float = 30.0  # between OPTIONS to a trunk
    retry_seconds: float = 5.0  # while one does not answer

    @property
    def period(self) -> float:
        """How often it is looked who is to be asked."""
        return min(1.0, self.keepalive_seconds, self.retry_seconds)

    @property
    def edge(self) -> str:
        """Kamailio as pjsua2 reaches it."""
        return f"{INNER_ADDRESS}:{self.engine_port}"


class SipAccount(pj.Account):
    """pjsua2's account; hands what comes in to whoever made it. Lives on pjsua2's thread."""

    def __init__(self, incoming: Incoming, registered: Registered | None = None) -> None:
        super().__init__()
        self.incoming, self.registered = incoming, registered
        self.asked: Asked | None = None
        self._probe = secrets.token_hex(8)

    def onIncomingCall(self, prm: Any) -> None:
        try:
            self.incoming(self, prm.callId, prm.rdata.srcAddress, prm.rdata.wholeMsg)
        except Exception:
            log.exception("an incoming call could not be taken")

    def onRegState(self, prm: Any) -> None:
        if self.registered is not None:
            self.registered(prm.code, prm.reason, prm.expiration)

    def onSendRequest(self, prm: Any) -> None:
        """PJSIP gives the answer to whichever account has the asking one's number now: the probe tells."""
        transaction = prm.e.body.tsxState.tsx
        ours = self._probe in transaction.lastTx.wholeMsg
        if self.asked is not None and ours and transaction.statusCode >= 200:
            self.asked(transaction.statusCode, transaction.statusText)

    def ask_options(self, target: str, headers: Mapping[str, str]) -> None:
        """Ask whether the far end is there; the answer comes to `asked`."""
        prm = pj.SendRequestParam()
        prm.method = "OPTIONS"
        prm.txOption.targetUri = target
        add_headers(prm.txOption.headers, {**headers, "X-Callbox-Probe": self._probe})
        self.sendRequest(prm)


def add_headers(vector: Any, headers: Mapping[str, str]) -> None:
    """Put header fields into one of pjsua2's vectors; the object that holds the vector must be kept."""
    for name, value in headers.items():
        field = pj.SipHeader()
        field.hName, field.hValue = name, value
        vector.append(field)


def basic_config(config: SipConfig, identity: str) -> Any:
    """What all accounts share: no IPv6, no NAT rewriting, audio bound to one address, one codec agreed on."""
    account = pj.AccountConfig()
    account.idUri = identity
    account.regConfig.registerOnAdd = False
    account.natConfig.contactRewriteUse = 0
    account.natConfig.viaRewriteUse = 0
    account.natConfig.sdpNatRewriteUse = 0
    account.natConfig.sipOutboundUse = 0
    account.natConfig.udpKaIntervalSec = 0
    account.sipConfig.ipv6Use = pj.PJSUA_IPV6_DISABLED
    account.mediaConfig.ipv6Use = pj.PJSUA_IPV6_DISABLED
    transport = account.mediaConfig.transportConfig
    transport.port, transport.portRange = config.rtp_port, config.rtp_ports
    transport.boundAddress = transport.publicAddress = config.rtp_address
    return account


def box_config(config: SipConfig, secure: bool) -> Any:
    """The accounts that ring handsets and take what they dial.

    The secure one offers SRTP with its key in the message (RFC 4568): to handsets over TLS only. It takes
    what they dial with or without, whatever they offer. Between Kamailio and here there is loopback, not TLS.
    """
    account = basic_config(config, f"sip:callbox@{config.host}:{config.port}")
    if secure:
        account.priority = 10  # before trunks of the same address, which take no SRTP
        account.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_OPTIONAL
        account.mediaConfig.srtpSecureSignaling = 0
        account.mediaConfig.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_SDES)
    account.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    account.callConfig.timerMinSESec = 90
    account.callConfig.timerSessExpiresSec = _SESSION_SECONDS
    return account


@dataclass(frozen=True, slots=True)
class TrunkSettings:
    """A SIP provider, or a gateway or ATA on the LAN; `channels` calls at once."""

    name: str
    host: str
    port: int = 5060
    transport: str = "udp"
    register_out: bool = True
    user: str = ""
    password: str = ""
    channels: int = 2


def trunk_config(config: SipConfig, trunk: TrunkSettings, token: str, route: Mapping[str, str]) -> Any:
    """A trunk's account. Its Contact is Kamailio's outer side with `token`, which calls coming back carry."""
    user = trunk.user or "callbox"
    home = trunk.host if trunk.register_out else f"{config.host}:{config.port}"
    account = basic_config(config, f"sip:{user}@{home}")
    account.sipConfig.proxies.append(f"sip:{config.edge};lr")
    account.sipConfig.contactForced = f"<sip:{token}@{config.host}:{config.port}>"
    if trunk.user:
        account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", trunk.user, 0, trunk.password))
    if trunk.register_out:
        account.regConfig.registrarUri = f"sip:{trunk.host}:{trunk.port}"
        account.regConfig.registerOnAdd = True
        account.regConfig.timeoutSec = 300
        account.regConfig.retryIntervalSec = 30
        account.regConfig.firstRetryIntervalSec = 5
        add_headers(account.regConfig.headers, route)
    return account
