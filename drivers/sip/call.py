"""One leg as a SIP call: pjsua2's callbacks become the contract's events.

A `Connection` and its `SipCall` live on pjsua2's thread from their making to their end. pjsua2 says
DISCONNECTED exactly once; only then, and only after its callback has returned, is the object let go.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

from appliance.contract.cause import HangupCause
from appliance.contract.errors import MediaError
from appliance.contract.events import (
    Answered,
    AudioGone,
    AudioReady,
    DigitReceived,
    EventSink,
    HoldChanged,
    Progress,
    Released,
    Stage,
)
from appliance.contract.ids import LegId, PortId
from appliance.contract.media import MediaThread
from drivers.sip.account import add_headers
from drivers.sip.message import reason_cause

log = logging.getLogger(__name__)

#: What `referred` returns for "accepted": Kamailio tells the phone 202, and pjsua2 does not dial by itself.
REFER_ACCEPTED = 399
_ETOOMANY = 70010  # PJ_ETOOMANY; the module does not name it
_ACTIVE = (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD)
_DIGITS = frozenset("0123456789*#ABCD")

Method = TypeVar("Method", bound=Callable[..., None])


class Line(Protocol):
    """What a connection needs of the handset or trunk it belongs to."""

    name: str

    def cause(self, status: int, reason: str, message: str) -> HangupCause:
        """What the final SIP status of an unanswered or broken call means on this line."""

    def referred(self, connection: Connection, target: str) -> int:
        """A REFER came; the SIP status to answer, REFER_ACCEPTED for 202."""

    def ended(self, connection: Connection) -> None:
        """The connection is over: forget it."""


def _callback(method: Method) -> Method:
    """A director's method: whatever goes wrong in it must not unwind through pjsua2's C++ frames."""

    @functools.wraps(method)
    def guarded(self: SipCall, *arguments: Any) -> None:
        try:
            method(self, *arguments)
        except Exception:
            log.exception("leg %s: %s failed", self.connection.leg, method.__name__)

    return guarded  # type: ignore[return-value]


class SipCall(pj.Call):
    """pjsua2's call; passes what happens on to its connection."""

    def __init__(
        self, connection: Connection, account: pj.Account, call_id: int = pj.PJSUA_INVALID_ID
    ) -> None:
        super().__init__(account, call_id)
        self.connection = connection

    @_callback
    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        over = info.state == pj.PJSIP_INV_STATE_DISCONNECTED
        self.connection.state(
            info.state, info.lastStatusCode, info.lastReason, _received(prm.e) if over else ""
        )

    @_callback
    def onCallMediaState(self, prm: Any) -> None:
        """Looked at a moment later: PJSIP is here before it sends a 200, which should not wait for us."""
        self.connection.media.submit(self.connection.media_changed)

    @_callback
    def onCallTsxState(self, prm: Any) -> None:
        """A BYE is seen here before PJSIP takes the stream out of the bridge."""
        transaction = prm.e.body.tsxState.tsx
        bye = transaction.state == pj.PJSIP_TSX_STATE_TRYING and transaction.method == "BYE"
        if bye and transaction.role == pj.PJSIP_ROLE_UAS:
            self.connection.audio_gone()

    @_callback
    def onStreamDestroyed(self, prm: Any) -> None:
        self.connection.audio_gone()

    @_callback
    def onDtmfDigit(self, prm: Any) -> None:
        self.connection.digit(prm.digit)

    @_callback
    def onCallTransferRequest(self, prm: Any) -> None:
        prm.statusCode = pj.PJSIP_SC_DECLINE  # stands if the next line fails: never may pjsua2 dial by itself
        prm.statusCode = self.connection.line.referred(self.connection, prm.dstUri)

    @_callback
    def onCallReplaceRequest(self, prm: Any) -> None:
        prm.statusCode = pj.PJSIP_SC_DECLINE


def _received(event: Any) -> str:
    """The message that caused a call's state, where one did."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE or event.body.tsxState.type != pj.PJSIP_EVENT_RX_MSG:
        return ""
    return str(event.body.tsxState.src.rdata.wholeMsg)


def options(status: int = 0, headers: Mapping[str, str] | None = None) -> Any:
    """pjsua2's parameters of a call or an answer: one audio stream, nothing else."""
    prm = pj.CallOpParam(True)
    prm.opt.audioCount, prm.opt.videoCount, prm.opt.textCount = 1, 0, 0
    prm.statusCode = status
    add_headers(prm.txOption.headers, headers or {})
    return prm


@functools.cache
def _answer(status: int) -> Any:
    return options(status)


class Connection:
    """One leg of one line. All methods run on pjsua2's thread, except `digit`, which may run on any."""

    def __init__(self, line: Line, leg: LegId, media: MediaThread, post: EventSink) -> None:
        self.line, self.leg, self.media, self.post = line, leg, media, post
        self.port = PortId(leg)
        self.call: SipCall | None = None
        self.answered = self.held = self.over = self.has_audio = False
        self._accepted = False  # our 200 is on its way
        self._end: Callable[[], None] | None = None  # what is to be done as soon as it is acknowledged
        self.stage: Stage | None = None
        self.wanted: HangupCause | None = None

    # ---- what the box does

    def dial(self, account: pj.Account, uri: str, prm: Any) -> None:
        """Send the INVITE."""
        with self.guard("could not be called"):
            self.call = SipCall(self, account)
            self.call.makeCall(uri, prm)

    def take(self, account: pj.Account, call_id: int) -> None:
        """Take an INVITE that came in; nothing is answered yet but 100."""
        self.call = SipCall(self, account, call_id)

    @property
    def call_id(self) -> str:
        """The dialog's Call-ID; empty when there is no dialog."""
        try:
            return str(self.call.getInfo().callIdString) if self.call is not None else ""
        except pj.Error:
            return ""

    def answer(self, status: int) -> None:
        """Answer an INVITE that came in with 180, 200 or a refusal."""
        if self.call is not None and not self.over and not self.answered:
            with self.guard(f"could not be answered with {status}"):
                self.call.answer(_answer(status))
                self._accepted = status == pj.PJSIP_SC_OK

    def hang_up(self, cause: HangupCause, status: int, headers: Mapping[str, str] | None = None) -> None:
        """End the call in whatever state it is: refusal, CANCEL or BYE.

        After our 200 no BYE before its ACK (RFC 3261 15): one that overtakes the 200 ends nothing. From a
        far end that is not there any more, none will come.
        """
        if self.call is None or self.over:
            return
        self.wanted = self.wanted or cause
        self.audio_gone()  # while the media still lives
        if self._accepted and not self.answered and cause is not HangupCause.LINE_FAULT:
            self._end = lambda: self.hang_up(cause, status, headers)
            return
        with self.guard("could not be released"):
            self.call.hangup(options(status, headers))

    def send_digits(self, digits: str) -> None:
        """RFC 4733, and INFO where the far end does not know that."""
        if self.call is None or self.over:
            return
        try:
            self.call.dialDtmf(digits)
        except pj.Error:
            with self.guard("takes no digits", fatal=False):
                prm = pj.CallSendDtmfParam()
                prm.method, prm.digits = pj.PJSUA_DTMF_METHOD_SIP_INFO, digits
                self.call.sendDtmf(prm)

    def packets(self) -> int:
        """RTP packets that came in so far."""
        if self.call is None or not self.has_audio:
            return 0
        try:
            stat = self.call.getStreamStat(0)  # each held by name: a part goes with what it is a part of
        except pj.Error:
            return 0
        rtcp = stat.rtcp
        received = rtcp.rxStat
        return int(received.pkt)

    def notify_refer(self, status: str, final: bool) -> None:
        """Tell the phone how the call it asked for by REFER goes on (RFC 3515 2.4.4)."""
        if self.call is None or self.over:
            return
        prm = pj.CallSendRequestParam()
        prm.method = "NOTIFY"
        state = "terminated;reason=noresource" if final else "active;expires=60"
        add_headers(prm.txOption.headers, {"Event": "refer", "Subscription-State": state})
        prm.txOption.contentType = "message/sipfrag;version=2.0"
        prm.txOption.msgBody = f"SIP/2.0 {status}\r\n"
        with self.guard("could not be told of its transfer", fatal=False):
            self.call.sendRequest(prm)

    # ---- what pjsua2 says

    def state(self, state: int, status: int, reason: str, message: str) -> None:
        """The call went on to `state`; `message` caused it, if it was one from the far end."""
        if state == pj.PJSIP_INV_STATE_EARLY and 180 <= status < 200 and not self._ours():
            stage = Stage.EARLY_MEDIA if status == 183 else Stage.RINGING
            if stage is not self.stage:
                self.stage = stage
                self.post(Progress(self.line.name, self.leg, stage))
        elif state == pj.PJSIP_INV_STATE_CONFIRMED and not self.answered:
            self._confirmed()
        elif state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._disconnected(status, reason, message)

    def _confirmed(self) -> None:
        self.answered = True
        if self._end is None:
            self.post(Answered(self.line.name, self.leg))
        else:
            self.media.submit(self._end)

    def media_changed(self) -> None:
        """SDP was agreed on, at first or anew."""
        if self.call is None or self.over or self.wanted is not None:
            return
        info = self.call.getInfo()  # held by name: the vector is a part of it and would go with it
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO:
                self._audio(self.call, media.index, media.status)
                break

    def audio_gone(self) -> None:
        """The stream ends now; its place in the bridge may be another call's in a moment."""
        if self.has_audio:
            self.has_audio = False
            self.media.drop(self.port)
            self.post(AudioGone(self.line.name, self.leg, self.port))

    def digit(self, digit: str) -> None:
        """A key was pressed."""
        if digit.upper() in _DIGITS:
            self.post(DigitReceived(self.line.name, self.leg, digit.upper()))

    # ---- inside

    def _ours(self) -> bool:
        """Whether the far end called us: its 180 is our own."""
        return self.call is not None and self.call.getInfo().role == pj.PJSIP_ROLE_UAS

    def _audio(self, call: SipCall, index: int, status: int) -> None:
        if status in _ACTIVE and not self.has_audio:
            self.media.adopt(self.port, call.getAudioMedia(index))
            self.has_audio = True
            self.post(AudioReady(self.line.name, self.leg, self.port))
        elif status not in _ACTIVE:
            self.audio_gone()
        held = status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
        if held != self.held:
            self.held = held
            self.post(HoldChanged(self.line.name, self.leg, held))

    def _disconnected(self, status: int, reason: str, message: str) -> None:
        if self.wanted is not None:
            self.finish(self.wanted, "released by the box")
        elif self.answered and status < 300:
            self.finish(reason_cause(message) or HangupCause.NORMAL_CLEARING, f"{status} {reason}")
        else:
            self.finish(self.line.cause(status, reason, message), f"{status} {reason}")

    def finish(self, cause: HangupCause, reason: str) -> None:
        """The one end of every connection."""
        if self.over:
            return
        self.over = True
        self.audio_gone()
        self.line.ended(self)
        self.post(Released(self.line.name, self.leg, cause, reason))
        self.media.submit(self._let_go)

    def _let_go(self) -> None:
        self.call = None

    @contextmanager
    def guard(self, what: str, fatal: bool = True) -> Iterator[None]:
        """pjsua2's errors end the leg and the log names it; never are they met by the core."""
        try:
            yield
        except pj.Error as error:
            problem = MediaError(f"{self.line.name}: leg {self.leg} {what}: {error.reason}", self.leg)
            log.warning("%s", problem)
            if fatal:
                self.finish(self.wanted or _cause_of_error(error), str(problem))


def _cause_of_error(error: pj.Error) -> HangupCause:
    return HangupCause.NO_CIRCUIT_AVAILABLE if error.status == _ETOOMANY else HangupCause.TEMPORARY_FAILURE
