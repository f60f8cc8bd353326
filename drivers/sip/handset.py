"""A SIP telephone of the office, as the contract's Handset."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from appliance.contract.cause import HangupCause, cause_of_sip, sip_of_cause
from appliance.contract.events import EventSink, HandsetDialled, HandsetStatus, TransferRequested
from appliance.contract.handset import Party
from appliance.contract.ids import LegId, dial_string, new_id
from appliance.contract.media import MediaThread
from drivers.sip.account import SipConfig
from drivers.sip.call import REFER_ACCEPTED, Connection, options
from drivers.sip.message import name_addr, plain, refer_to, uri_user

log = logging.getLogger(__name__)

NOT_REGISTERED = "Not Registered"  # the reason our own edge gives with 480
_ELSEWHERE = {"Reason": 'SIP;cause=200;text="Call completed elsewhere"'}
#: Intercom: RFC 5373, and what telephones that do not know it obey instead.
_AUTO_ANSWER = {
    "Answer-Mode": "Auto",
    "Call-Info": "<sip:callbox>;answer-after=0",
    "Alert-Info": "<http://127.0.0.1>;info=alert-autoanswer;delay=0",
}
_STOP_SECONDS = 5.0


class SipHandset:
    """One telephone that registers. Methods return at once; the work is done on pjsua2's thread."""

    def __init__(
        self,
        name: str,
        config: SipConfig,
        media: MediaThread,
        post: EventSink,
        account: Callable[[bool], pj.Account],
        lamp: Callable[[str, int, int], None],
    ) -> None:
        self.name = name
        self._lamp = lamp
        self._config, self._media, self._post, self._account = config, media, post, account
        self._connections: dict[LegId, Connection] = {}
        self._status: HandsetStatus | None = None
        self._secure = False
        self._started = False

    # ---- the contract

    def start(self) -> None:
        """Take calls from now on, and say whether it is registered, if that is known."""
        self._started = True
        if self._status is not None:
            self._post(self._status)

    def stop(self) -> None:
        """Release its legs and forget it."""
        self._started = False
        done = threading.Event()
        self._media.submit(lambda: self._release_all(done))
        if not done.wait(_STOP_SECONDS):
            log.warning("handset %s: the media thread did not release its legs in time", self.name)

    def ring(self, leg: LegId, caller: Party) -> None:
        self._media.submit(lambda: self._ring(leg, caller))

    def stop_ringing(self, leg: LegId, cause: HangupCause) -> None:
        headers = _ELSEWHERE if cause is HangupCause.PICKED_ELSEWHERE else None
        self._with(leg, lambda connection: connection.hang_up(cause, 0, headers))

    def progress(self, leg: LegId) -> None:
        self._with(leg, lambda connection: connection.answer(pj.PJSIP_SC_RINGING))

    def answer(self, leg: LegId) -> None:
        self._with(leg, lambda connection: connection.answer(pj.PJSIP_SC_OK))

    def transfer_done(self, leg: LegId, accepted: bool) -> None:
        status = "200 OK" if accepted else "503 Service Unavailable"
        self._with(leg, lambda connection: connection.notify_refer(status, final=True))

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._with(leg, lambda connection: connection.hang_up(cause, sip_of_cause(cause)))

    def set_message_waiting(self, new: int, old: int) -> None:
        self._lamp(self.name, new, old)

    # ---- on pjsua2's thread

    def _with(self, leg: LegId, work: Callable[[Connection], None]) -> None:
        def run() -> None:
            connection = self._connections.get(leg)
            if connection is not None:
                work(connection)

        self._media.submit(run)

    def _release_all(self, done: threading.Event) -> None:
        for connection in list(self._connections.values()):
            connection.hang_up(HangupCause.NORMAL_CLEARING, pj.PJSIP_SC_TEMPORARILY_UNAVAILABLE)
        done.set()

    def _connection(self, leg: LegId) -> Connection:
        connection = self._connections[leg] = Connection(self, leg, self._media, self._post)
        return connection

    def _ring(self, leg: LegId, caller: Party) -> None:
        headers = {"X-Callbox-Queue": plain(caller.queue)} if caller.queue else {}
        prm = options(headers={**headers, **(_AUTO_ANSWER if caller.auto_answer else {})})
        prm.txOption.localUri = self._shown(caller)
        prm.txOption.targetUri = f"sip:{self.name}@{self._config.edge}"
        self._connection(leg).dial(self._account(self._secure), f"sip:{self.name}@{self._config.host}", prm)

    def _shown(self, caller: Party) -> str:
        """From as the phone's display and its call list want it: a redial must reach the box."""
        name = caller.name or caller.number or "Anonymous"
        text = f"{name} ({caller.queue})" if caller.queue else name
        user = uri_user(caller.number or "") or "anonymous"
        return name_addr(text, user, f"{self._config.host}:{self._config.port}")

    def dialled(self, account: pj.Account, call_id: int, number: str) -> None:
        """An INVITE of this handset came in."""
        connection = self._connection(LegId(new_id()))
        connection.take(account, call_id)
        if not self._started:
            connection.hang_up(HangupCause.NORMAL_CLEARING, pj.PJSIP_SC_SERVICE_UNAVAILABLE)
        elif not connection.over:
            self._post(HandsetDialled(self.name, connection.leg, number))

    # ---- what its connections ask

    def cause(self, status: int, reason: str, message: str) -> HangupCause:
        """480 is absence only in our edge's words: phones say it for do-not-disturb. 408 is the edge's, too:
        a phone that rings on is cancelled by the core."""
        if status == 480:
            absent = reason == NOT_REGISTERED
            return HangupCause.SUBSCRIBER_ABSENT if absent else HangupCause.CALL_REJECTED
        if status == 408:
            return HangupCause.NO_USER_RESPONDING
        return HangupCause.CALL_REJECTED if 300 <= status < 400 else cause_of_sip(status)

    def referred(self, connection: Connection, target: str) -> int:
        found = refer_to(target)
        if found is None:
            return int(pj.PJSIP_SC_BAD_REQUEST)
        consult: LegId | None = None
        number = found.user
        if found.replaces is not None:
            consult = next((c.leg for c in self._connections.values() if c.call_id == found.replaces), None)
            if consult is None or consult == connection.leg:
                return int(pj.PJSIP_SC_CALL_TSX_DOES_NOT_EXIST)
        else:
            try:
                number = dial_string(found.user)
            except ValueError:
                return int(pj.PJSIP_SC_NOT_FOUND)
        self._media.submit(lambda: self._begin_transfer(connection, number, consult))
        return REFER_ACCEPTED

    def _begin_transfer(self, connection: Connection, number: str, consult: LegId | None) -> None:
        connection.notify_refer("100 Trying", final=False)
        self._post(TransferRequested(self.name, connection.leg, number, consult))

    def ended(self, connection: Connection) -> None:
        self._connections.pop(connection.leg, None)

    # ---- what the edge says, on its thread

    def registered(self, status: HandsetStatus, secure: bool = False) -> None:
        """Its registration as the edge knows it; `secure` when it came over TLS."""
        told = self._status
        self._status, self._secure = status, secure
        if self._started and status != told:
            self._post(status)

    @property
    def connections(self) -> Any:
        """Its open connections; on pjsua2's thread only."""
        return self._connections.values()
