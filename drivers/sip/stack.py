"""All SIP lines of the box: makes handsets and trunks, and brings what comes in to the right one."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pjsua2 as pj

from appliance.contract.errors import ContractError
from appliance.contract.events import EventSink, HandsetStatus
from appliance.contract.handset import Handset
from appliance.contract.media import MediaThread
from appliance.contract.trunk import Trunk
from drivers.sip.account import SipAccount, SipConfig, TrunkSettings, box_config
from drivers.sip.edge import Edge
from drivers.sip.handset import SipHandset
from drivers.sip.kamailio.config import INNER_ADDRESS, write_credentials
from drivers.sip.kamailio.events import Registration
from drivers.sip.lamps import Lamps
from drivers.sip.message import mark, request_user
from drivers.sip.trunk import SipPeer

log = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
_RESOLVE_SECONDS = 300.0
_MOMENT_SECONDS = 0.1


@dataclass
class _Peer:
    """A peer with what the edge's clock knows of it."""

    peer: SipPeer
    check_due: float = 0.0
    resolve_due: float = 0.0


class SipStack:
    """Kamailio's other half. Methods are for one thread, that of wiring."""

    def __init__(self, thread: MediaThread, post: EventSink, config: SipConfig) -> None:
        self._media, self._post, self._config = thread, post, config
        self._handsets: dict[str, SipHandset] = {}
        self._peers: dict[str, _Peer] = {}
        self._box: dict[bool, SipAccount] = {}  # by whether it offers SRTP
        self._seconds = 0.0
        self._strays: dict[int, pj.Call] = {}
        self._edge = Edge(
            config.folder,
            config.engine_port,
            self._registered,
            self._edge_started,
            self._tick,
            config.period,
            lambda message: self._lamps.take(message),
        )
        self._lamps = Lamps(config, self._edge.send, self._soon)
        thread.submit(self._open)
        self._edge.start()

    # ---- for wiring

    def add_handset(self, name: str) -> Handset:
        """A handset by its extension, which is its SIP user name. ContractError when there is one already."""
        if name in self._handsets:
            raise ContractError(f"There is a handset {name} already.")
        handset = SipHandset(name, self._config, self._media, self._post, self._box_account, self._show)
        self._handsets[name] = handset
        self._edge.replay(name)
        return handset

    def remove_handset(self, name: str) -> None:
        """Stop and forget it; its registration goes with it."""
        handset = self._handsets.pop(name, None)
        if handset is not None:
            handset.stop()
            self._edge.forget(name)
            self._edge.submit(lambda: self._lamps.forget(name))

    def add_trunk(self, settings: TrunkSettings) -> list[Trunk]:
        """The channels of a SIP trunk: "office", or "office/1", "office/2" … when there are more."""
        if settings.name in self._peers:
            raise ContractError(f"There is a SIP trunk {settings.name} already.")
        peer = SipPeer(settings, self._config, self._media, self._post, self._incoming)
        self._peers[settings.name] = _Peer(peer)
        self._edge.set_entry("token", peer.token, settings.name)
        return list(peer.channels)

    def remove_trunk(self, name: str) -> None:
        """Stop all its channels and forget it."""
        known = self._peers.pop(name, None)
        if known is not None:
            for channel in known.peer.channels:
                channel.stop()
            self._edge.delete_entry("token", known.peer.token)
            if known.peer.address is not None:
                self._edge.delete_entry("peer", known.peer.address)

    def set_credentials(self, handsets: Mapping[str, str]) -> None:
        """New names and secrets of handsets, in force at once and without disturbing a call."""
        write_credentials(handsets, self._config.folder)
        self._edge.reload_credentials()

    def reload_certificate(self) -> None:
        """The certificate of TLS is another one; connections there are go on."""
        self._edge.reload_certificate()

    def stop(self) -> None:
        """Release everything. Returns when done."""
        for name in list(self._peers):
            self.remove_trunk(name)
        for handset in list(self._handsets.values()):
            handset.stop()
        self._edge.stop()
        done = threading.Event()
        self._media.submit(lambda: self._close(done))
        if not done.wait(_STOP_SECONDS):
            log.warning("SIP: the media thread did not close the account in time")

    def _soon(self, work: Callable[[], None]) -> None:
        timer = threading.Timer(_MOMENT_SECONDS, lambda: self._edge.submit(work))
        timer.daemon = True
        timer.start()

    def _show(self, name: str, new: int, old: int) -> None:
        self._edge.submit(lambda: self._lamps.set(name, new, old))

    # ---- on pjsua2's thread

    def _open(self) -> None:
        for secure in (False, True):  # the last one is the one for what comes in
            account = SipAccount(self._incoming)
            account.create(box_config(self._config, secure), secure)
            self._box[secure] = account

    def _close(self, done: threading.Event) -> None:
        accounts, self._box = self._box, {}
        for account in accounts.values():
            account.shutdown()
        done.set()

    def _box_account(self, secure: bool) -> pj.Account:
        if not self._box:
            raise ContractError("The SIP stack is closed.")
        return self._box[secure]

    def _incoming(self, account: pj.Account, call_id: int, source: str, message: str) -> None:
        """Kamailio says in a header whose call it is; a call from elsewhere is nobody's."""
        if source.rsplit(":", 1)[0] == INNER_ADDRESS:
            handset = self._handsets.get(mark(message, "X-Callbox-Handset") or "")
            known = self._peers.get(mark(message, "X-Callbox-Trunk") or "")
            if handset is not None:
                handset.dialled(account, call_id, request_user(message))
                return
            if known is not None and known.peer.rings(account, call_id, message):
                return
            self._refuse(account, call_id, pj.PJSIP_SC_BUSY_HERE if known else pj.PJSIP_SC_NOT_FOUND)
            return
        log.warning("SIP: a call from %s past the edge was refused", source)
        self._refuse(account, call_id, pj.PJSIP_SC_FORBIDDEN)

    def _refuse(self, account: pj.Account, call_id: int, status: int) -> None:
        call = pj.Call(account, call_id)
        prm = pj.CallOpParam()
        prm.statusCode = status
        call.hangup(prm)
        self._strays[call_id] = call  # kept until the callback it came with has returned
        self._media.submit(lambda: self._strays.pop(call_id, None) and None)

    # ---- on the edge's thread

    def _registered(self, name: str, found: Registration | None) -> None:
        self._lamps.registered(name, found)
        handset = self._handsets.get(name)
        if handset is None:
            return
        if found is None:
            handset.registered(HandsetStatus(name, False))
        else:
            handset.registered(HandsetStatus(name, True, found.address, found.agent), found.secure)

    def _edge_started(self) -> None:
        self._lamps.again()
        for known in list(self._peers.values()):
            self._media.submit(known.peer.check)
            self._media.submit(known.peer.register)

    def _tick(self) -> None:
        """Who is to be asked, who is to be looked up again."""
        self._seconds += self._config.period
        for known in list(self._peers.values()):
            if self._seconds >= known.resolve_due:
                known.resolve_due = self._seconds + _RESOLVE_SECONDS
                self._resolve(known.peer)
            if self._seconds >= known.check_due:
                well = known.peer.in_service
                known.check_due = self._seconds + (
                    self._config.keepalive_seconds if well else self._config.retry_seconds
                )
                self._media.submit(known.peer.check)

    def _resolve(self, peer: SipPeer) -> None:
        host = peer.settings.host
        try:
            self._resolved(peer, str(ipaddress.IPv4Address(host)), "")
        except ValueError:
            threading.Thread(target=self._look_up, args=(peer, host), name="sip-resolve", daemon=True).start()

    def _look_up(self, peer: SipPeer, host: str) -> None:
        try:
            found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_DGRAM)
        except OSError as error:
            self._resolved(peer, None, f"{host} was not found: {error}")
        else:
            self._resolved(peer, str(found[0][4][0]), "")

    def _resolved(self, peer: SipPeer, address: str | None, why: str) -> None:
        if address is not None:
            if peer.address not in (None, address):
                self._edge.delete_entry("peer", str(peer.address))
            self._edge.set_entry("peer", address, peer.settings.name)
        # after the entry: a line in service whose calls the edge does not know yet would lose them
        self._edge.submit(lambda: self._media.submit(lambda: peer.resolved(address, why)))
