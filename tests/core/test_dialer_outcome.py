"""What became of a dialled call: by signalling, by ear, by time; and how it was known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contract.answering import AnsweredBy
from appliance.contract.cause import HangupCause, cause_of_sip
from appliance.contract.events import AnswerHeard, Stage, Tone
from appliance.contract.ids import PortId
from appliance.contract.leads import Outcome
from appliance.contract.trunk import AnswerSupervision
from appliance.core.dialer.outcome import DialFacts, Known, outcome_of
from drivers.gsm.replies import cause_of_ceer

SEEN, EAR = AnswerSupervision.SEEN, AnswerSupervision.INFERRED


def _dialled(answer: AnswerSupervision, rang: bool = False) -> DialFacts:
    facts = DialFacts(answer)
    facts.stage(Stage.SEIZED, 0.0)
    facts.stage(Stage.DIALLED, 1.0)
    if rang:
        facts.stage(Stage.RINGING, 3.0)
    return facts


def _over(
    facts: DialFacts, cause: HangupCause, reason: str = "", by_box: bool = False, at: float = 30.0
) -> tuple[Outcome, str]:
    facts.over(cause, reason, by_box, at)
    outcome, how = outcome_of(facts)
    return outcome, how.partition(":")[0]


@pytest.mark.parametrize(
    ("said", "rang", "outcome"),
    [
        ("User busy", False, Outcome.BUSY),
        ("User alerting, no answer", True, Outcome.NO_ANSWER),
        ("Call rejected", True, Outcome.REJECTED),
        ("Subscriber absent", False, Outcome.UNREACHABLE),
        ("No user responding", False, Outcome.UNREACHABLE),
        ("No user responding", True, Outcome.NO_ANSWER),
        ("Unassigned (unallocated) number", False, Outcome.INVALID),
        ("Number changed", False, Outcome.INVALID),
        ("Invalid number format", False, Outcome.INVALID),
        ("Switching equipment congestion", False, Outcome.CONGESTION),
        ("No circuit/channel available", False, Outcome.CONGESTION),
        ("No route to destination", False, Outcome.UNREACHABLE),
        ("Destination out of order", False, Outcome.UNREACHABLE),
        ("Network out of order", False, Outcome.CONGESTION),
        ("Operator determined barring", False, Outcome.LINE_FAULT),
        ("ACM equal to or greater than ACMmax", False, Outcome.LINE_FAULT),
        ("Requested circuit/channel not available", False, Outcome.CONGESTION),
        ("Resources unavailable, unspecified", False, Outcome.CONGESTION),
        ("Facility rejected", False, Outcome.LINE_FAULT),
        ("Incompatible destination", False, Outcome.UNREACHABLE),
        ("Recovery on timer expiry", True, Outcome.NO_ANSWER),
        ("Normal call clearing", True, Outcome.NO_ANSWER),
        ("Normal, unspecified", False, Outcome.UNREACHABLE),
    ],
)
def test_what_a_mobile_network_says(said: str, rang: bool, outcome: Outcome) -> None:
    cause = cause_of_ceer(said)
    assert cause is not None
    assert _over(_dialled(SEEN, rang), cause, f"The network gave: {said}") == (outcome, Known.SIGNALLED)


@pytest.mark.parametrize(
    ("status", "rang", "outcome"),
    [
        (486, True, Outcome.BUSY),
        (600, False, Outcome.BUSY),
        (603, True, Outcome.REJECTED),
        (403, False, Outcome.LINE_FAULT),
        (403, True, Outcome.REJECTED),
        (407, False, Outcome.LINE_FAULT),
        (404, False, Outcome.INVALID),
        (604, False, Outcome.INVALID),
        (410, False, Outcome.INVALID),
        (484, False, Outcome.INVALID),
        (480, False, Outcome.UNREACHABLE),
        (408, False, Outcome.UNREACHABLE),
        (408, True, Outcome.NO_ANSWER),
        (503, False, Outcome.CONGESTION),
        (500, False, Outcome.CONGESTION),
        (488, False, Outcome.UNREACHABLE),
    ],
)
def test_what_a_provider_says(status: int, rang: bool, outcome: Outcome) -> None:
    found = _over(_dialled(SEEN, rang), cause_of_sip(status), f"{status} So it is")
    assert found == (outcome, Known.SIGNALLED)


@pytest.mark.parametrize(
    ("tone", "outcome"),
    [
        (Tone.BUSY, Outcome.BUSY),
        (Tone.REORDER, Outcome.CONGESTION),
        (Tone.SIT, Outcome.INVALID),
        (Tone.SIT_CIRCUIT, Outcome.CONGESTION),
        (Tone.FAX_CED, Outcome.FAX),
    ],
)
def test_what_an_analog_line_lets_hear(tone: Tone, outcome: Outcome) -> None:
    facts = _dialled(EAR)
    facts.tone(Tone.DIAL, 1.2)
    facts.tone(tone, 5.0)
    # The modem's own report came later, and knows less.
    assert _over(facts, HangupCause.USER_BUSY, "Busy tone.") == (outcome, Known.TONE)


@pytest.mark.parametrize(
    ("at", "outcome"),
    [(8.0, Outcome.REJECTED), (14.0, Outcome.SILENT), (27.0, Outcome.NO_ANSWER)],
)
def test_busy_after_ringback(at: float, outcome: Outcome) -> None:
    """Rung off, answered and hung up without a word, given up by the network."""
    facts = _dialled(EAR, rang=True)
    if at > 20:
        for ring in (9.0, 15.0, 21.0):
            facts.tone(Tone.RINGBACK, ring)
    facts.tone(Tone.BUSY, at)
    assert _over(facts, HangupCause.USER_BUSY) == (outcome, Known.TONE)


def test_reorder_after_a_long_ring_is_no_answer() -> None:
    facts = _dialled(EAR, rang=True)
    facts.tone(Tone.REORDER, 40.0)
    assert _over(facts, HangupCause.CONGESTION)[0] is Outcome.NO_ANSWER


def test_only_the_modem_heard_busy() -> None:
    found = _over(_dialled(EAR), HangupCause.USER_BUSY, "Busy tone.", at=5.0)
    assert found == (Outcome.BUSY, Known.MODEM)


def test_a_network_that_signals_is_believed_before_its_tones() -> None:
    facts = _dialled(SEEN)
    facts.tone(Tone.REORDER, 4.0)
    assert _over(facts, HangupCause.SUBSCRIBER_ABSENT) == (Outcome.UNREACHABLE, Known.SIGNALLED)
    silent = _dialled(SEEN)
    silent.tone(Tone.SIT, 4.0)
    assert _over(silent, HangupCause.NORMAL_CLEARING) == (Outcome.INVALID, Known.TONE)


def test_nobody_answered_in_time() -> None:
    for answer in (SEEN, EAR):
        found = _over(_dialled(answer, True), HangupCause.NO_ANSWER, "Nobody answered in time.", by_box=True)
        assert found == (Outcome.NO_ANSWER, Known.TIME)


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (HangupCause.LINE_FAULT, Outcome.LINE_FAULT),
        (HangupCause.PRE_EMPTED, Outcome.INTERRUPTED),
    ],
)
def test_ours_failed(cause: HangupCause, outcome: Outcome) -> None:
    assert _over(_dialled(SEEN, True), cause, "The modem was unplugged.") == (outcome, Known.BOX)
    for before in (HangupCause.NETWORK_OUT_OF_ORDER, HangupCause.DESTINATION_OUT_OF_ORDER):
        assert _over(DialFacts(SEEN), before)[0] is Outcome.LINE_FAULT


@pytest.mark.parametrize("answer", [SEEN, EAR])
@pytest.mark.parametrize(
    "cause",
    [
        HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE,
        HangupCause.TEMPORARY_FAILURE,
        HangupCause.NO_DIAL_TONE,
    ],
)
def test_a_line_that_refused_has_dialled_nobody(answer: AnswerSupervision, cause: HangupCause) -> None:
    found = _over(DialFacts(answer), cause, "Another call rang on the line.")
    assert found == (Outcome.NOT_DIALLED, Known.BOX)
    assert _over(_dialled(answer), cause)[0] is not Outcome.NOT_DIALLED


def test_an_answer_that_was_only_inferred_is_none_when_the_modem_hears_busy() -> None:
    facts = _dialled(EAR)
    facts.is_answered(True, 4.0)
    assert _over(facts, HangupCause.USER_BUSY, "Busy tone.") == (Outcome.BUSY, Known.MODEM)
    rang = _dialled(EAR, rang=True)
    rang.is_answered(True, 5.0)
    assert _over(rang, HangupCause.USER_BUSY, "Busy tone.", at=6.0) == (Outcome.REJECTED, Known.MODEM)
    for spoke in (True, False):
        seen = _dialled(EAR if spoke else SEEN)
        seen.is_answered(spoke, 4.0)
        seen.voice = spoke
        assert _over(seen, HangupCause.NORMAL_CLEARING, "Busy tone: the far end has hung up.")[0] in (
            Outcome.REJECTED,
            Outcome.SILENT,
        )


def test_no_line_was_free() -> None:
    none = HangupCause.NO_CIRCUIT_AVAILABLE
    assert _over(DialFacts(SEEN), none, "No outside line is free.", by_box=True)[0] is Outcome.NOT_DIALLED
    assert _over(DialFacts(SEEN), none, "The network gave: no circuit")[0] is Outcome.CONGESTION


@pytest.mark.parametrize("rang", [False, True])
def test_the_box_gave_it_up(rang: bool) -> None:
    stopped = _over(_dialled(SEEN, rang), HangupCause.NORMAL_CLEARING, "Stopped.", by_box=True)
    assert stopped == (Outcome.INTERRUPTED, Known.BOX)
    no_sound = _over(_dialled(SEEN, rang), HangupCause.RECOVERY_ON_TIMER_EXPIRY, "No audio.", by_box=True)
    assert no_sound == (Outcome.LINE_FAULT, Known.BOX)


def _heard(kind: AnsweredBy) -> AnswerHeard:
    return AnswerHeard(PortId("p"), kind, 0.98, 2.0, "by the greeting")


@pytest.mark.parametrize(
    ("kind", "by_box", "outcome"),
    [
        (AnsweredBy.MACHINE, True, Outcome.MACHINE),
        (AnsweredBy.FAX, True, Outcome.FAX),
        (AnsweredBy.SILENT, True, Outcome.SILENT),
        (AnsweredBy.TONE, True, Outcome.CONGESTION),
        (AnsweredBy.PERSON, True, Outcome.DROPPED),
        (AnsweredBy.PERSON, False, Outcome.REJECTED),
    ],
)
def test_who_answered(kind: AnsweredBy, by_box: bool, outcome: Outcome) -> None:
    facts = _dialled(SEEN, True)
    facts.is_answered(False, 9.0)
    facts.heard = _heard(kind)
    assert _over(facts, HangupCause.NORMAL_CLEARING, by_box=by_box) == (outcome, Known.VOICE)


def test_an_agent_spoke_with_them_whatever_was_thought_of_it() -> None:
    facts = _dialled(EAR, True)
    facts.is_answered(True, 9.0)
    facts.heard = _heard(AnsweredBy.MACHINE)
    facts.joined = True
    assert _over(facts, HangupCause.NORMAL_CLEARING) == (Outcome.PERSON, Known.AGENT)
    facts.joined, facts.dropped = False, True
    assert _over(facts, HangupCause.NORMAL_CLEARING) == (Outcome.DROPPED, Known.BOX)


def test_a_fax_after_the_answer_and_an_announcement_are_no_person() -> None:
    fax = _dialled(SEEN, True)
    fax.is_answered(False, 6.0)
    fax.tone(Tone.FAX_CED, 8.0)
    fax.heard = _heard(AnsweredBy.TONE)
    assert _over(fax, HangupCause.NORMAL_CLEARING, by_box=True) == (Outcome.FAX, Known.TONE)
    told = _dialled(EAR)
    told.is_answered(True, 6.0)
    told.tone(Tone.SIT, 4.0)
    told.voice, told.heard = True, _heard(AnsweredBy.PERSON)
    assert _over(told, HangupCause.NORMAL_CLEARING, by_box=True) == (Outcome.INVALID, Known.TONE)


def test_busy_tone_after_a_voice_is_the_far_ends_hang_up() -> None:
    facts = _dialled(EAR, True)
    facts.is_answered(True, 9.0)
    facts.voice, facts.heard = True, _heard(AnsweredBy.MACHINE)
    facts.tone(Tone.BUSY, 20.0)
    assert _over(facts, HangupCause.NORMAL_CLEARING) == (Outcome.MACHINE, Known.VOICE)


def test_answered_and_nobody_spoke() -> None:
    facts = _dialled(SEEN, True)
    facts.is_answered(False, 9.0)
    assert _over(facts, HangupCause.NORMAL_CLEARING) == (Outcome.SILENT, Known.TIME)


_TIMES = st.floats(0, 200)


@given(
    answer=st.sampled_from(AnswerSupervision),
    stages=st.lists(st.tuples(st.sampled_from(Stage), _TIMES), max_size=4),
    tones=st.lists(st.tuples(st.sampled_from(Tone), _TIMES), max_size=4),
    answered=st.none() | st.tuples(st.booleans(), _TIMES),
    heard=st.none() | st.sampled_from(AnsweredBy),
    flags=st.tuples(*[st.booleans()] * 4),
    cause=st.none() | st.sampled_from(HangupCause),
    reason=st.sampled_from(["", "Busy tone.", "486 Busy Here", "403 Forbidden"]) | st.text(max_size=8),
)
def test_every_call_has_an_outcome_and_says_how(
    answer: AnswerSupervision,
    stages: list[tuple[Stage, float]],
    tones: list[tuple[Tone, float]],
    answered: tuple[bool, float] | None,
    heard: AnsweredBy | None,
    flags: tuple[bool, ...],
    cause: HangupCause | None,
    reason: str,
) -> None:
    facts = DialFacts(answer)
    for stage, at in stages:
        facts.stage(stage, at)
    for tone, at in tones:
        facts.tone(tone, at)
    if answered is not None:
        facts.is_answered(*answered)
    facts.heard = _heard(heard) if heard is not None else None
    facts.voice, facts.joined, facts.dropped, by_box = flags
    facts.over(cause, reason, by_box, 200.0)
    outcome, how = outcome_of(facts)
    known, _, words = how.partition(": ")
    assert known in list(Known) and words
    assert (outcome is Outcome.PERSON) == facts.joined
