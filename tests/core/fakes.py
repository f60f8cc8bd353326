"""Whole implementations of the contract without a wire: lines, media and a journal, driven by a test.

What a line has to report goes to a post office and is delivered after the command returned, as in life.
`wrongs` collects whatever the core asked that the contract forbids; a test ends by seeing that it is empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioGone,
    AudioReady,
    CallerId,
    DigitReceived,
    HandsetDialled,
    HandsetStatus,
    HoldChanged,
    Progress,
    Released,
    RingStarted,
    Stage,
    TransferRequested,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.handset import Party
from appliance.contract.ids import DialString, LegId, PortId, new_id
from appliance.contract.journal import Entry
from appliance.contract.trunk import AnswerSupervision, DigitSource, TrunkCapabilities
from tests.core.fake_media import FakeMedia, PostOffice

GSM = TrunkCapabilities(
    answer=AnswerSupervision.SEEN,
    digits=DigitSource.AUDIO,
    hangup_signalled=True,
    caller_id=True,
    progress=True,
)
FXO = TrunkCapabilities(
    answer=AnswerSupervision.INFERRED,
    digits=DigitSource.AUDIO,
    hangup_signalled=False,
    caller_id=True,
    progress=False,
)


class FakeTrunk:
    """One outside line; the test is its far end."""

    def __init__(
        self, name: str, post: PostOffice, media: FakeMedia, capabilities: TrunkCapabilities
    ) -> None:
        self.name = name
        self._post = post
        self._media = media
        self._capabilities = capabilities
        self.leg: LegId | None = None
        self.port: PortId | None = None
        self.off_hook = False
        self.dialled: list[str] = []
        self.sent = ""
        self.wrongs: list[str] = []
        self.raises: set[str] = set()  # commands that fail with an error
        self.deaf = False  # never reports what it was told to do
        self.refuses: HangupCause | None = None  # to dial, for this reason
        self.refused = 0  # so often
        self.broke = False  # broke its contract at least once

    @property
    def capabilities(self) -> TrunkCapabilities:
        self._may_raise("capabilities")
        return self._capabilities

    def start(self) -> None:
        self.status(TrunkState.IN_SERVICE)

    def stop(self) -> None:
        self._end(HangupCause.NORMAL_CLEARING, "stopped")

    def dial(self, leg: LegId, number: DialString) -> None:
        self._may_raise("dial")
        if self.leg is not None:
            self._post.post(Released(self.name, leg, HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE, "busy line"))
            return
        if self.refuses is not None:
            self.refused += 1
            self._post.post(Released(self.name, leg, self.refuses, "The modem does not dial."))
            return
        self.leg, self.off_hook = leg, True
        self.dialled.append(number)
        self._post.post(Progress(self.name, leg, Stage.SEIZED))

    def answer(self, leg: LegId) -> None:
        self._may_raise("answer")
        if self.off_hook and leg == self.leg:
            self.wrongs.append(f"{self.name}: answered twice")
        if leg != self.leg or self.deaf:
            return
        self.off_hook = True
        self._post.post(Answered(self.name, leg))
        self.audio()

    def send_digits(self, leg: LegId, digits: str) -> None:
        self._may_raise("send_digits")
        self.sent += digits

    def flash(self, leg: LegId) -> None:
        self._may_raise("flash")

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._may_raise("release")
        if leg == self.leg and not self.deaf:
            self._end(cause, "released by us")

    # ----------------------------------------------------------- the far end

    def status(self, state: TrunkState, why: str = "") -> None:
        self._post.post(TrunkStatus(self.name, state, why))

    def ring(self, number: str | None = None, name: str | None = None, called: str | None = None) -> LegId:
        """Somebody outside calls."""
        self.leg = LegId(new_id())
        self._post.post(RingStarted(self.name, self.leg, called))
        if number is not None:
            self._post.post(CallerId(self.name, self.leg, number, name))
        return self.leg

    def audio(self) -> None:
        if self.leg is not None and self.port is None:
            self.port = self._media.open()
            self._post.post(AudioReady(self.name, self.leg, self.port))

    def progress(self, stage: Stage) -> None:
        if self.leg is not None:
            self._post.post(Progress(self.name, self.leg, stage))

    def picked_up(self, inferred: bool = False) -> None:
        if self.leg is not None:
            self._post.post(Answered(self.name, self.leg, inferred))
            self.audio()

    def key(self, digit: str) -> None:
        if self.leg is not None:
            self._post.post(DigitReceived(self.name, self.leg, digit))

    def hang_up(self, cause: HangupCause = HangupCause.NORMAL_CLEARING) -> None:
        self._end(cause, "the far end")

    def _end(self, cause: HangupCause, reason: str) -> None:
        leg, self.leg, self.off_hook = self.leg, None, False
        if leg is not None:
            self.close_audio(leg)
            self._post.post(Released(self.name, leg, cause, reason))

    def close_audio(self, leg: LegId) -> None:
        port, self.port = self.port, None
        if port is not None:
            self._post.post(AudioGone(self.name, leg, port))
            self._media.drop(port)

    def _may_raise(self, command: str) -> None:
        self.broke = self.broke or self.deaf
        if command in self.raises:
            self.broke = True
            raise RuntimeError(f"{self.name} cannot {command}")


@dataclass
class Speaking:
    """One leg of a fake handset."""

    state: str  # "ringing", "dialled", "up"
    party: Party = field(default_factory=Party)
    port: PortId | None = None


class FakeHandset:
    """A telephone inside; the test is the person at it."""

    def __init__(self, name: str, post: PostOffice, media: FakeMedia) -> None:
        self.name = name
        self._post = post
        self._media = media
        self.legs: dict[LegId, Speaking] = {}
        self.progressed: list[LegId] = []
        self.transfers: list[bool] = []
        self.ended: list[tuple[LegId, HangupCause]] = []
        self.wrongs: list[str] = []
        self.raises: set[str] = set()
        self.deaf = False
        self.broke = False

    def start(self) -> None:
        self.register(True)

    def stop(self) -> None:
        for leg in list(self.legs):
            self._end(leg, HangupCause.NORMAL_CLEARING)

    def ring(self, leg: LegId, caller: Party) -> None:
        self._may_raise("ring")
        self.legs[leg] = Speaking("ringing", caller)
        self._post.post(Progress(self.name, leg, Stage.RINGING))

    def stop_ringing(self, leg: LegId, cause: HangupCause) -> None:
        self._may_raise("stop_ringing")
        known = self.legs.get(leg)
        if known is not None and known.state == "ringing" and not self.deaf:
            self._end(leg, cause)

    def progress(self, leg: LegId) -> None:
        self._may_raise("progress")
        self.progressed.append(leg)

    def answer(self, leg: LegId) -> None:
        self._may_raise("answer")
        known = self.legs.get(leg)
        if known is None or self.deaf:
            return
        if known.state != "dialled":
            self.wrongs.append(f"{self.name}: answer of a leg that is {known.state}")
        self._up(leg, known)

    def transfer_done(self, leg: LegId, accepted: bool) -> None:
        self._may_raise("transfer_done")
        self.transfers.append(accepted)

    def release(self, leg: LegId, cause: HangupCause) -> None:
        self._may_raise("release")
        if leg in self.legs and not self.deaf:
            self._end(leg, cause)

    # ------------------------------------------------------------ the person

    @property
    def ringing(self) -> LegId | None:
        return next((leg for leg, known in self.legs.items() if known.state == "ringing"), None)

    @property
    def talking(self) -> list[LegId]:
        return [leg for leg, known in self.legs.items() if known.state == "up"]

    def register(self, registered: bool) -> None:
        self._post.post(HandsetStatus(self.name, registered, "127.0.0.1:5060" if registered else None))

    def pick_up(self) -> LegId:
        leg = self.ringing
        assert leg is not None, f"{self.name} does not ring"
        self._up(leg, self.legs[leg])
        return leg

    def refuse(self, cause: HangupCause = HangupCause.CALL_REJECTED) -> None:
        leg = self.ringing
        assert leg is not None, f"{self.name} does not ring"
        self._end(leg, cause)

    def dial(self, number: str) -> LegId:
        leg = LegId(new_id())
        self.legs[leg] = Speaking("dialled")
        self._post.post(HandsetDialled(self.name, leg, number))
        return leg

    def key(self, digits: str, leg: LegId | None = None) -> None:
        leg = leg or next(iter(self.legs))
        for digit in digits:
            self._post.post(DigitReceived(self.name, leg, digit))

    def hold(self, held: bool, leg: LegId | None = None) -> None:
        self._post.post(HoldChanged(self.name, leg or self.talking[0], held))

    def transfer(self, target: str, leg: LegId | None = None, consult: LegId | None = None) -> None:
        self._post.post(TransferRequested(self.name, leg or self.talking[0], target, consult))

    def move_audio(self, leg: LegId) -> None:
        """A re-INVITE: the leg's audio goes, and comes back at another port."""
        known = self.legs[leg]
        if known.port is not None:
            self._post.post(AudioGone(self.name, leg, known.port))
            self._media.drop(known.port)
        known.port = self._media.open()
        self._post.post(AudioReady(self.name, leg, known.port))

    def hang_up(self, leg: LegId | None = None) -> None:
        for each in [leg] if leg is not None else list(self.legs):
            self._end(each, HangupCause.NORMAL_CLEARING)

    def _up(self, leg: LegId, known: Speaking) -> None:
        known.state, known.port = "up", self._media.open()
        self._post.post(Answered(self.name, leg))
        self._post.post(AudioReady(self.name, leg, known.port))

    def _end(self, leg: LegId, cause: HangupCause) -> None:
        known = self.legs.pop(leg, None)
        if known is None:
            return
        self.ended.append((leg, cause))
        if known.port is not None:
            self._post.post(AudioGone(self.name, leg, known.port))
            self._media.drop(known.port)
        self._post.post(Released(self.name, leg, cause, ""))

    def _may_raise(self, command: str) -> None:
        self.broke = self.broke or self.deaf
        if command in self.raises:
            self.broke = True
            raise RuntimeError(f"{self.name} cannot {command}")


class FakeJournal:
    """Keeps entries in memory."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.kept: Callable[[Entry], None] = lambda entry: None

    def append(self, entry: Entry, synced: Callable[[], None] | None = None) -> None:
        self.entries.append(entry)
        self.kept(entry)
        if synced is not None:
            synced()


class FakePins:
    """Knows PINs as hashes "hash:<pin>" and answers when the test says so, or at once."""

    def __init__(self) -> None:
        self.at_once = True
        self.asked: list[str] = []
        self._answers: list[Callable[[], None]] = []

    def check(self, pin_hash: str, pin: str, answer: Callable[[bool], None]) -> None:
        self.asked.append(pin)
        if self.at_once:
            answer(pin_hash == f"hash:{pin}")
        else:
            self._answers.append(lambda: answer(pin_hash == f"hash:{pin}"))

    def answer_all(self) -> None:
        answers, self._answers = self._answers, []
        for answer in answers:
            answer()
