"""What became of a dialled call, from all that was seen and heard of it, and how that was known.

`DialFacts` is filled while the call goes on; `outcome_of` reads it once, at the end. Who answers and is
spoken to by the box itself is `core.outreach`'s; who was joined to an agent is PERSON. A line that sees the
answer is believed what its network signals; an analog line signals nothing, so what the box's own ear heard
goes before what its modem reported, and both before what only time tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from appliance.contract.answering import AnsweredBy
from appliance.contract.cause import HangupCause
from appliance.contract.events import AnswerHeard, Stage, Tone
from appliance.contract.leads import Outcome
from appliance.contract.trunk import AnswerSupervision

#: The network gives a call that nobody takes up after 30 s and more; who does not want it, sooner.
PATIENCE_SECONDS = 20.0
#: The longest cycle of ringback (2 s on, 4 s off) and half a second: no more of it, and somebody answered.
RINGBACK_CYCLE = 6.5


class Known(StrEnum):
    """How an outcome is known: the first word of `how`, before a colon."""

    AGENT = "agent"  # an agent spoke with them
    SIGNALLED = "signalled"  # the network or the far end said so: Q.850 cause, SIP status
    TONE = "tone"  # the box heard a tone on the line
    MODEM = "modem"  # an analog line's modem reported it
    VOICE = "voice"  # by what the box heard of who answered
    TIME = "time"  # nothing came in time
    BOX = "box"  # the box ended it, or failed


@dataclass(slots=True)
class DialFacts:
    """One dialled call. Times are the monotonic clock's; None: it did not come to that."""

    answer: AnswerSupervision  # what its line can see
    dialled: bool = False  # the digits are out
    rang: float | None = None  # since when it is known to ring
    last_ring: float | None = None  # ringback was last heard, or told, to go on
    answered: float | None = None
    inferred: bool = False  # the answer
    tones: list[tuple[Tone, float]] = field(default_factory=list)
    voice: bool = False  # somebody spoke
    heard: AnswerHeard | None = None
    joined: bool = False  # an agent and the called person met
    dropped: bool = False  # they were told that nobody is free
    ended: float = 0.0
    cause: HangupCause | None = None
    reason: str = ""
    by_box: bool = False  # the box ended it, not the far end or the network

    def stage(self, stage: Stage, now: float) -> None:
        """The line told how far it is."""
        if stage is not Stage.SEIZED:
            self.dialled = True
        if stage is Stage.RINGING:
            self.ringback(now)

    def ringback(self, now: float) -> None:
        """The far end rings (still)."""
        self.rang = now if self.rang is None else self.rang
        self.last_ring = now

    def tone(self, tone: Tone, now: float) -> None:
        """A tone was heard on the line."""
        if tone is Tone.RINGBACK:
            self.ringback(now)
        else:
            self.tones.append((tone, now))

    def is_answered(self, inferred: bool, now: float) -> None:
        """The line says, or its audio lets the core infer, that somebody is there."""
        if self.answered is None:
            self.answered, self.inferred = now, inferred

    def over(self, cause: HangupCause | None, reason: str, by_box: bool, now: float) -> None:
        """The call ended."""
        self.cause, self.reason, self.by_box, self.ended = cause, reason, by_box, now


Found = tuple[Outcome, str]

_TONES = {
    Tone.SIT: (Outcome.INVALID, "special information tone: not in use, or changed"),
    Tone.SIT_CIRCUIT: (Outcome.CONGESTION, "special information tone: no circuit"),
    Tone.FAX_CED: (Outcome.FAX, "a fax machine's answer tone"),
    Tone.FAX_CNG: (Outcome.FAX, "a fax machine's calling tone"),
    Tone.REORDER: (Outcome.CONGESTION, "reorder tone"),
    Tone.BUSY: (Outcome.BUSY, "busy tone"),
}
#: Heard after an answer that was signalled they say who answered; the others, that somebody hung up.
_WHO = frozenset({Tone.FAX_CED, Tone.FAX_CNG})
_ANNOUNCED = frozenset({Tone.SIT, Tone.SIT_CIRCUIT})
_ENGAGED = frozenset({Tone.BUSY, Tone.REORDER})

_CAUSES = {
    HangupCause.UNALLOCATED_NUMBER: Outcome.INVALID,
    HangupCause.NUMBER_CHANGED: Outcome.INVALID,
    HangupCause.INVALID_NUMBER_FORMAT: Outcome.INVALID,
    HangupCause.USER_BUSY: Outcome.BUSY,
    HangupCause.NO_ANSWER: Outcome.NO_ANSWER,
    HangupCause.SUBSCRIBER_ABSENT: Outcome.UNREACHABLE,
    # As often the network's or our trunk's fault as the number's: never a reason to strike the number.
    HangupCause.NO_ROUTE_TO_DESTINATION: Outcome.UNREACHABLE,
    HangupCause.INCOMPATIBLE_DESTINATION: Outcome.UNREACHABLE,
    HangupCause.CALL_REJECTED: Outcome.REJECTED,
    HangupCause.NO_CIRCUIT_AVAILABLE: Outcome.CONGESTION,
    HangupCause.CONGESTION: Outcome.CONGESTION,
    HangupCause.FACILITY_REJECTED: Outcome.LINE_FAULT,
    HangupCause.OUTGOING_CALLS_BARRED: Outcome.LINE_FAULT,
    HangupCause.LINE_FAULT: Outcome.LINE_FAULT,
    HangupCause.NO_DIAL_TONE: Outcome.LINE_FAULT,
    HangupCause.INTERRUPTED: Outcome.INTERRUPTED,
    HangupCause.PRE_EMPTED: Outcome.INTERRUPTED,
}
#: Whether the network or our line failed depends on how far it came.
_FAILED = frozenset(
    {
        HangupCause.DESTINATION_OUT_OF_ORDER,
        HangupCause.NETWORK_OUT_OF_ORDER,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
    }
)
#: A line that did not come to dialling and ended so was not dialled on: somebody rang there, no other was
#: free, or it refused. Nothing of the kind can have been heard by anybody.
_UNDIALLED = frozenset(
    {
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.NO_DIAL_TONE,
    }
)
#: Ours, whatever the far end does: said by the box of itself.
_OURS = frozenset(
    {
        HangupCause.LINE_FAULT,
        HangupCause.NO_DIAL_TONE,
        HangupCause.INTERRUPTED,
        HangupCause.PRE_EMPTED,
    }
)
#: A provider refuses our account with these, not the called person (RFC 3261 21.4); the text of a SIP
#: line's reason begins with the status.
_OUR_ACCOUNT = frozenset({401, 402, 403, 407})
_STATUS = re.compile(r"([3-6]\d\d)\b", re.ASCII)


def outcome_of(facts: DialFacts) -> Found:
    """What became of the call, and how that is known: a `Known`, a colon, and a few words or numbers."""
    if facts.joined:
        return Outcome.PERSON, _how(Known.AGENT, "an agent spoke with them")
    if facts.dropped:
        return Outcome.DROPPED, _how(Known.BOX, "no agent was free")
    if facts.answered is None and _not_dialled(facts):
        return Outcome.NOT_DIALLED, _how(Known.BOX, facts.reason or "no line dialled")
    if facts.cause in _OURS:
        return _CAUSES[facts.cause], _how(Known.BOX, facts.reason or facts.cause.name.lower())
    if facts.answered is None:
        return _unanswered(facts)
    return _answered(facts, facts.answered)


def _not_dialled(facts: DialFacts) -> bool:
    """Is it sure that no digit went out?"""
    if facts.dialled or facts.rang is not None:
        return False
    return facts.cause in _UNDIALLED or (facts.by_box and facts.cause is HangupCause.NO_CIRCUIT_AVAILABLE)


def _how(known: Known, words: str) -> str:
    return f"{known.value}: {words}"


# ------------------------------------------------------------------------------------------- not answered


def _unanswered(facts: DialFacts) -> Found:
    """Nobody is known to have picked up."""
    if facts.answer is AnswerSupervision.INFERRED:
        return _by_ear(facts) or _by_cause(facts)
    found = _by_cause(facts)
    told = facts.cause in _CAUSES or facts.cause in _FAILED
    return found if told else _by_ear(facts) or found


def _by_ear(facts: DialFacts) -> Found | None:
    """The first tone that says anything, else what the modem heard."""
    for tone, at in facts.tones:
        if tone in _TONES:
            return _engaged(facts, tone, at) if tone in _ENGAGED else _told(tone)
    return _by_modem(facts)


def _by_modem(facts: DialFacts) -> Found | None:
    """An analog line's modem listens, too."""
    if facts.answer is AnswerSupervision.INFERRED and facts.reason.startswith("Busy tone"):
        outcome, how = _engaged(facts, Tone.BUSY, facts.ended)
        return outcome, _how(Known.MODEM, how.partition(": ")[2])
    return None


def _told(tone: Tone) -> Found:
    outcome, words = _TONES[tone]
    return outcome, _how(Known.TONE, words)


def _engaged(facts: DialFacts, tone: Tone, at: float) -> Found:
    """Busy or reorder: after ringback it says how the ringing ended, not that the line is engaged."""
    words = _TONES[tone][1]
    if facts.rang is None or facts.last_ring is None:
        return _told(tone)
    if at - facts.rang >= PATIENCE_SECONDS:
        return Outcome.NO_ANSWER, _how(Known.TONE, f"{words} after {at - facts.rang:.0f} s of ringing")
    if tone is Tone.REORDER:
        return _told(tone)
    if at - facts.last_ring > RINGBACK_CYCLE:
        return Outcome.SILENT, _how(Known.TONE, "the ringing ended, nobody spoke, and they hung up")
    return Outcome.REJECTED, _how(Known.TONE, f"{words} after {at - facts.rang:.0f} s of ringing")


def _by_cause(facts: DialFacts) -> Found:
    """What the line or its network gave as the reason."""
    cause = facts.cause or HangupCause.NORMAL_UNSPECIFIED
    known, words = _source(facts, cause)
    return _meaning(facts, cause), _how(known, words)


def _source(facts: DialFacts, cause: HangupCause) -> tuple[Known, str]:
    words = facts.reason or cause.name.lower().replace("_", " ")
    if facts.by_box and cause is HangupCause.NO_ANSWER:
        return Known.TIME, words
    if facts.by_box:
        return Known.BOX, words
    if facts.answer is AnswerSupervision.INFERRED:
        return Known.MODEM, words
    return Known.SIGNALLED, f"cause {int(cause)}, {words}"


def _meaning(facts: DialFacts, cause: HangupCause) -> Outcome:
    rang = facts.rang is not None
    if cause is HangupCause.CALL_REJECTED and not rang and _status(facts) in _OUR_ACCOUNT:
        return Outcome.LINE_FAULT
    if cause in _CAUSES:
        return _CAUSES[cause]
    if cause in _FAILED:
        return _failure(facts, cause)
    if facts.by_box:  # stopped by its campaign, or its line gave no sound
        fault = cause is HangupCause.RECOVERY_ON_TIMER_EXPIRY
        return Outcome.LINE_FAULT if fault else Outcome.INTERRUPTED
    return Outcome.NO_ANSWER if rang else Outcome.UNREACHABLE


def _failure(facts: DialFacts, cause: HangupCause) -> Outcome:
    if not facts.dialled:
        return Outcome.LINE_FAULT
    return Outcome.UNREACHABLE if cause is HangupCause.DESTINATION_OUT_OF_ORDER else Outcome.CONGESTION


def _status(facts: DialFacts) -> int | None:
    found = _STATUS.match(facts.reason)
    return int(found[1]) if found is not None else None


# ----------------------------------------------------------------------------------------------- answered


def _answered(facts: DialFacts, since: float) -> Found:
    """Somebody or something picked up, or the line was taken for that."""
    tone = _speaking_tone(facts, since)
    if tone is not None:
        return _told(tone)
    if facts.heard is not None:
        return _by_voice(facts, facts.heard)
    modem = _by_modem(facts) if facts.inferred and not facts.voice else None
    if modem is not None:  # it was no answer: what was taken for one was a pause between tones
        return modem
    if facts.inferred and not facts.voice and facts.cause is HangupCause.NO_ANSWER:
        return Outcome.NO_ANSWER, _how(Known.TIME, facts.reason)
    if facts.voice:
        return Outcome.REJECTED, _how(Known.VOICE, "they hung up before an agent could be there")
    return Outcome.SILENT, _how(Known.TIME, "answered, and nobody spoke")


def _speaking_tone(facts: DialFacts, since: float) -> Tone | None:
    """A tone that says what answered. Of an answer that was only inferred, every tone does as long as no
    voice was heard; SIT goes before an announcement, so a voice after it changes nothing."""
    for tone, _at in facts.tones:
        if tone in _WHO or tone in _ANNOUNCED:
            return tone
        if tone in _ENGAGED and facts.inferred and not facts.voice:
            return tone
    return None


_BY = {
    AnsweredBy.MACHINE: Outcome.MACHINE,
    AnsweredBy.FAX: Outcome.FAX,
    AnsweredBy.SILENT: Outcome.SILENT,
    AnsweredBy.TONE: Outcome.CONGESTION,
}


def _by_voice(facts: DialFacts, heard: AnswerHeard) -> Found:
    how = _how(Known.VOICE, f"{heard.how} ({heard.probability:.2f})")
    if heard.kind is not AnsweredBy.PERSON:
        return _BY[heard.kind], how
    if facts.by_box:  # a person, and the box let them go without an agent
        return Outcome.DROPPED, how
    return Outcome.REJECTED, _how(Known.VOICE, "they hung up before an agent could be there")
