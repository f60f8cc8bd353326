"""SIP trunks: a provider or gateway is a `SipPeer`; each of its channels is one Trunk of the contract."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping

import pjsua2 as pj

from appliance.contract.cause import HangupCause, cause_of_sip, sip_of_cause
from appliance.contract.events import (
    CallerId,
    EventSink,
    Progress,
    RingStarted,
    Stage,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString, LegId, new_id
from appliance.contract.media import MediaThread
from appliance.contract.trunk import AnswerSupervision, DigitSource, TrunkCapabilities
from drivers.sip.account import Incoming, SipAccount, SipConfig, TrunkSettings, trunk_config
from drivers.sip.call import Connection, options
from drivers.sip.message import address, header, reason_cause, request_user, uri_user

log = logging.getLogger(__name__)

_STOP_SECONDS = 5.0
_CAPABILITIES = TrunkCapabilities(
    answer=AnswerSupervision.SEEN,
    digits=DigitSource.REPORTED,
    hangup_signalled=True,
    caller_id=True,
    progress=True,
)


class SipTrunk:
    """One channel of a SIP trunk. Methods return at once; the work is done on pjsua2's thread."""

    def __init__(self, name: str, peer: SipPeer, media: MediaThread, post: EventSink) -> None:
        self.name = name
        self._peer, self._media, self._post = peer, media, post
        self._connection: Connection | None = None
        self._heard = 0
        self.started = False

    # ---- the contract

    @property
    def capabilities(self) -> TrunkCapabilities:
        return _CAPABILITIES

    def start(self) -> None:
        def run() -> None:
            self.started = True
            self._post(TrunkStatus(self.name, TrunkState.STARTING, f"Asking {self._peer.settings.host}"))
            self._peer.start()

        self._media.submit(run)

    def stop(self) -> None:
        done = threading.Event()

        def run() -> None:
            self.started = False
            if self._connection is not None:
                self._connection.hang_up(HangupCause.NORMAL_CLEARING, pj.PJSIP_SC_SERVICE_UNAVAILABLE)
            self._peer.channel_stopped()
            self._post(TrunkStatus(self.name, TrunkState.DISABLED, "Switched off"))
            done.set()

        self._media.submit(run)
        if not done.wait(_STOP_SECONDS):
            log.warning("trunk %s: the media thread did not release it in time", self.name)

    def dial(self, leg: LegId, number: DialString) -> None:
        self._media.submit(lambda: self._dial(leg, number))

    def answer(self, leg: LegId) -> None:
        self._with(leg, lambda connection: connection.answer(pj.PJSIP_SC_OK))

    def send_digits(self, leg: LegId, digits: str) -> None:
        self._with(leg, lambda connection: connection.send_digits(digits))

    def flash(self, leg: LegId) -> None:
        """A SIP trunk has no hook to flash."""

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._with(leg, lambda connection: connection.hang_up(cause, sip_of_cause(cause)))

    # ---- on pjsua2's thread

    def _with(self, leg: LegId, work: Callable[[Connection], None]) -> None:
        def run() -> None:
            if self._connection is not None and self._connection.leg == leg:
                work(self._connection)

        self._media.submit(run)

    @property
    def idle(self) -> bool:
        """Whether a call may come in on this channel."""
        return self.started and not self.in_call

    @property
    def in_call(self) -> bool:
        return self._connection is not None

    def sample(self) -> None:
        """Note how much audio came in so far."""
        self._heard = self._connection.packets() if self._connection is not None else 0

    def end_if_dead(self) -> None:
        """The peer does not answer: end the call unless its audio went on since `sample`."""
        connection = self._connection
        if connection is not None and connection.packets() <= self._heard:
            connection.hang_up(HangupCause.LINE_FAULT, pj.PJSIP_SC_SERVICE_UNAVAILABLE)

    def _dial(self, leg: LegId, number: DialString) -> None:
        connection = Connection(self, leg, self._media, self._post)
        if not self.idle or not self._peer.in_service:
            connection.finish(HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "busy or out of service")
            return
        self._connection = connection
        self._post(Progress(self.name, leg, Stage.SEIZED))
        connection.dial(self._peer.account, self._peer.uri(number), options(headers=self._peer.route()))
        if not connection.over:
            self._post(Progress(self.name, leg, Stage.DIALLED))

    def rings(self, account: pj.Account, call_id: int, message: str, called: str | None) -> None:
        """An INVITE of the peer came in and this channel is idle."""
        connection = self._connection = Connection(self, LegId(new_id()), self._media, self._post)
        connection.take(account, call_id)
        if connection.over:
            return
        self._post(RingStarted(self.name, connection.leg, called))
        self._post(caller_id(self.name, connection.leg, message))
        connection.answer(pj.PJSIP_SC_RINGING)

    # ---- what its connection asks

    def cause(self, status: int, reason: str, message: str) -> HangupCause:
        """What a gateway learnt from the network (RFC 3326) says more than a SIP status."""
        return reason_cause(message) or cause_of_sip(status)

    def referred(self, connection: Connection, target: str) -> int:
        """Nobody outside transfers our calls: it would be dialling at our cost."""
        return int(pj.PJSIP_SC_DECLINE)

    def ended(self, connection: Connection) -> None:
        if self._connection is connection:
            self._connection = None
            self._media.submit(self._peer.let_go)


def caller_id(line: str, leg: LegId, message: str) -> CallerId:
    """Who calls: P-Asserted-Identity of the network before From, which the caller writes (RFC 3325)."""
    privacy = (header(message, "Privacy") or "").lower()
    party = address(header(message, "P-Asserted-Identity")) or address(header(message, "From"))
    if party is None or "id" in privacy.split(";") or party.user.lower() == "anonymous":
        return CallerId(line, leg, withheld=True)
    return CallerId(line, leg, party.user or None, party.name or None)


class SipPeer:
    """The far end all channels share: its account, its address, whether it is there. On pjsua2's thread."""

    def __init__(
        self,
        settings: TrunkSettings,
        config: SipConfig,
        media: MediaThread,
        post: EventSink,
        incoming: Incoming,
    ) -> None:
        self.incoming = incoming
        self.settings, self._config, self._media, self._post = settings, config, media, post
        self.token = secrets.token_hex(16)
        self.address: str | None = None  # numeric, once it was looked up
        self.account: SipAccount | None = None
        self._closed: list[SipAccount] = []
        self.in_service = self._registered = self._registering = self._answers_options = False
        count = settings.channels
        names = [settings.name] if count == 1 else [f"{settings.name}/{n}" for n in range(1, count + 1)]
        self.channels = [SipTrunk(name, self, media, post) for name in names]
        self._status: tuple[TrunkState, str] | None = None

    def start(self) -> None:
        """Open the account once the address is known and a channel is in use; else wait for the other."""
        self._tell()
        if self.account is not None or self.address is None or not any(c.started for c in self.channels):
            return
        account = SipAccount(self.incoming, self._registration if self.settings.register_out else None)
        account.asked = self._asked
        try:
            account.create(trunk_config(self._config, self.settings, self.token, self.route()))
        except pj.Error as error:
            self._now(TrunkState.FAULTY, f"The account was refused: {error.reason}")
            return
        self.account = account
        self._registering = self.settings.register_out  # PJSIP begins by itself
        self.check()

    def resolved(self, address: str | None, why: str = "") -> None:
        """Its name was looked up (again)."""
        if address is None:
            if self.address is None:
                self._now(TrunkState.UNREACHABLE, why)
            return
        moved = self.address not in (None, address)
        self.address = address
        if moved and self.account is not None:
            self._close()
        self.start()

    def check(self) -> None:
        """Ask whether it is there."""
        if self.account is None:
            return
        for channel in self.channels:
            channel.sample()
        try:
            self.account.ask_options(self.uri(""), self.route())
        except pj.Error as error:
            log.warning("trunk %s: OPTIONS could not be sent: %s", self.settings.name, error.reason)

    def register(self) -> None:
        """Register now instead of when PJSIP would try again."""
        wanted = self.settings.register_out and not self._registered and not self._registering
        if self.account is None or not wanted:
            return
        try:
            self._registering = True
            self.account.setRegistration(True)
        except pj.Error as error:
            log.info("trunk %s: %s", self.settings.name, error.reason)

    def channel_stopped(self) -> None:
        if not any(channel.started for channel in self.channels):
            self._close()

    def route(self) -> Mapping[str, str]:
        """Tells Kamailio where to send, so that it needs no name server on the way of a call."""
        transport = self.settings.transport
        return {"X-Callbox-Next": f"sip:{self.address}:{self.settings.port};transport={transport}"}

    def uri(self, number: str) -> str:
        user = uri_user(number)
        place = f"{self.settings.host}:{self.settings.port}"
        return f"sip:{user}@{place}" if user else f"sip:{place}"

    def rings(self, account: pj.Account, call_id: int, message: str) -> bool:
        """An INVITE came in; False when no channel is free."""
        channel = next((one for one in self.channels if one.idle), None)
        if channel is None:
            return False
        user = request_user(message)
        party = address(header(message, "To")) if user == self.token else None
        channel.rings(account, call_id, message, (party.user if party else user) or None)
        return True

    def _registration(self, code: int, reason: str, expiration: int) -> None:
        self._registering = False
        self._registered = code == 200 and expiration > 0
        if self._registered:
            self._now(TrunkState.IN_SERVICE, "Registered")
        elif code != 200:
            self._now(TrunkState.UNREACHABLE, f"Registration failed: {code} {reason}")

    def _asked(self, status: int, reason: str) -> None:
        """Any answer but our own edge's 408 shows that somebody is there (RFC 3261 11). There are providers
        that never answer OPTIONS: with those only the registration counts."""
        if status not in (408, 503):
            self._answers_options = True
            if self.settings.register_out:
                self.register()
            else:
                self._now(TrunkState.IN_SERVICE, "Answers")
        elif self._answers_options or not self.settings.register_out:
            self._registered = False
            self._now(TrunkState.UNREACHABLE, f"No answer to OPTIONS: {status} {reason}")
            for channel in self.channels:
                channel.end_if_dead()

    def _now(self, state: TrunkState, why: str) -> None:
        if self._status != (state, why):
            self._status = (state, why)
            self.in_service = state is TrunkState.IN_SERVICE
            self._tell()

    def _tell(self) -> None:
        for channel in self.channels:
            if channel.started and self._status is not None:
                self._post(TrunkStatus(channel.name, *self._status))

    def _close(self) -> None:
        account, self.account = self.account, None
        self._status = None
        self.in_service = self._registered = self._answers_options = False
        if account is not None:
            account.incoming, account.registered, account.asked = _nobody, None, None
            self._closed.append(account)
            self.let_go()

    def let_go(self) -> None:
        """Shut closed accounts down as soon as no call is left: without its account a call sends no BYE."""
        if not any(channel.in_call for channel in self.channels):
            while self._closed:
                self._closed.pop().shutdown()


def _nobody(account: pj.Account, call_id: int, source: str, message: str) -> None:
    """A closed account takes no calls."""
