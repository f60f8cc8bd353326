# mypy: no-warn-unreachable
# (a fake line changes between two looks at it)
"""Who gets the next call, and what an agent's status does to that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.journal import EntryKind
from appliance.contract.plan import Choice
from tests.core.office import NOTICE, Office


def outcomes(office: Office) -> list[tuple[object, object]]:
    return [(entry.data["agent"], entry.data["outcome"]) for entry in office.entries(EntryKind.OFFER_ENDED)]


def test_freed_agent_gets_the_next_caller_within_the_same_event() -> None:
    office = Office()
    office.change_queue(wrap_up_seconds=0.0)
    office.log_in("11")
    line, phone = office.talk("gsm1")
    office.caller_in_queue("gsm2")
    assert phone.ringing is None
    leg = phone.talking[0]
    before = office.clock.now()
    phone.hang_up(leg)
    released = office.post.letters.pop()  # after the audio's end: the event that frees the agent
    office.pump()
    assert phone.ringing is None
    office.system.handle(released)
    assert phone.ringing is not None and office.clock.now() == before, "nothing polls"


def test_longest_idle_first() -> None:
    office = Office()
    office.change_queue(wrap_up_seconds=0.0)
    for agent in ("13", "11", "12"):
        office.log_in(agent)
        office.wait(1)
    order = []
    for _ in range(6):
        line = office.caller_in_queue()
        phone = next(phone for phone in office.handsets.values() if phone.ringing)
        order.append(phone.name)
        phone.pick_up()
        office.wait(5)
        line.hang_up()
        office.pump()
    assert order == ["203", "201", "202", "203", "201", "202"]


def test_missed_offer_does_not_make_an_agent_less_idle() -> None:
    office = Office()
    office.log_in("11")
    office.wait(1)
    office.log_in("12")
    office.handsets["202"].register(False)
    line = office.caller_in_queue()
    office.handsets["201"].refuse()
    office.pump()
    line.hang_up()
    office.handsets["202"].register(True)
    office.wait(6)
    office.caller_in_queue()
    assert office.handsets["201"].ringing, "still without work for longest"


def test_longest_waiting_caller_first() -> None:
    office = Office()
    first = office.caller_in_queue("gsm2", "+14155550102")
    office.wait(1)
    office.caller_in_queue("gsm1", "+14155550101")
    office.log_in("11")
    phone = office.handsets["201"]
    leg = phone.ringing
    assert leg is not None and phone.legs[leg].party.number == "+14155550102"
    first.hang_up()
    office.pump()
    leg = phone.ringing
    assert leg is not None and phone.legs[leg].party.number == "+14155550101"
    assert [entry.data["position"] for entry in office.entries(EntryKind.QUEUE_ENTERED)] == [1, 2]


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (HangupCause.CALL_REJECTED, "rejected"),
        (HangupCause.USER_BUSY, "busy"),
        (HangupCause.SUBSCRIBER_ABSENT, "absent"),
        (HangupCause.NO_USER_RESPONDING, "absent"),
        (HangupCause.LINE_FAULT, "absent"),
    ],
)
def test_missed_offers_are_told_apart_and_go_to_the_next_agent(cause: HangupCause, outcome: str) -> None:
    office = Office()
    office.log_in("11")
    office.wait(1)
    office.log_in("12")
    line = office.caller_in_queue()
    office.handsets["201"].refuse(cause)
    office.pump()
    assert outcomes(office) == [("11", outcome)]
    assert office.handsets["202"].ringing
    office.handsets["202"].pick_up()
    office.pump()
    line.hang_up()
    office.pump()
    assert office.record().agent == "12"


def test_no_answer_skips_the_agent_for_a_while() -> None:
    office = Office()
    office.log_in("11")
    office.caller_in_queue()
    office.wait(19.75)
    assert office.handsets["201"].ringing
    office.wait(0.5)
    assert outcomes(office) == [("11", "no_answer")]
    assert office.handsets["201"].ringing is None and office.state("11") == "waiting"
    assert office.handsets["201"].ended[-1][1] == HangupCause.NO_ANSWER
    office.wait(4)
    assert office.handsets["201"].ringing is None
    office.wait(1)
    assert office.handsets["201"].ringing is not None


def test_agent_who_refuses_at_once_does_not_make_the_box_spin() -> None:
    office = Office()
    office.change_queue(retry_seconds=0.0)
    office.handsets["201"].raises = {"ring"}
    office.log_in("11")
    office.caller_in_queue()
    office.wait(10)
    assert 5 <= len(office.entries(EntryKind.OFFERED)) <= 12


def test_answer_that_crosses_the_end_of_the_ring_is_undone() -> None:
    office = Office()
    office.log_in("11")
    line = office.caller_in_queue()
    phone = office.handsets["201"]
    leg = phone.pick_up()  # on its way
    letters, office.post.letters = office.post.letters, []
    line.hang_up()
    office.pump()
    assert leg in phone.legs, "the fake answers, so it cannot be stopped from ringing"
    office.post.letters = letters + office.post.letters
    office.pump()
    assert not phone.legs and office.state("11") == "waiting"
    assert office.record().outcome == "abandoned"
    office.check_quiet()


def test_agent_hangs_up_in_the_notice_and_the_caller_keeps_the_place() -> None:
    office = Office()
    office.change(recording_notice=NOTICE)
    line = office.caller_in_queue("gsm1")
    office.caller_in_queue("gsm2")
    office.log_in("11")
    phone = office.handsets["201"]
    phone.pick_up()
    office.wait(0.5)
    phone.hang_up()
    office.pump()
    assert line.off_hook
    leg = phone.ringing
    assert leg is not None and phone.legs[leg].party.number == "+14155550100"
    assert len(office.entries(EntryKind.QUEUE_ENTERED)) == 2
    phone.pick_up()
    office.wait(1)
    assert office.connected(line.port, phone.legs[leg].port)


def test_overflow_after_the_longest_wait() -> None:
    office = Office()
    office.change_queue(maximum_wait_seconds=30.0, overflow=Choice("hangup"))
    line = office.caller_in_queue()
    office.wait(29)
    assert line.off_hook
    office.wait(1.5)
    assert not line.off_hook
    assert (office.record().outcome, office.record().ended_by) == ("no_answer", "box")
    office.check_quiet()


def test_overflow_waits_for_an_agent_who_is_being_rung() -> None:
    office = Office()
    office.change_queue(maximum_wait_seconds=30.0)
    line = office.caller_in_queue()
    office.wait(25)
    office.log_in("11")
    office.wait(10)
    assert line.off_hook and office.handsets["201"].ringing
    office.wait(15)
    assert not line.off_hook and office.handsets["201"].ringing is None
    office.wait(5)
    office.check_quiet()


def test_overflow_to_another_queue() -> None:
    office = Office()
    sales = office.plan.queues["sales"]
    second = replace(sales, name="second", label="Second")
    first = replace(sales, maximum_wait_seconds=10.0, overflow=Choice("queue", "second"))
    agents = dict(office.plan.agents)
    agents["12"] = replace(agents["12"], queues=("second",))
    office.change(queues={"sales": first, "second": second}, agents=agents)
    office.log_in("12")
    line = office.caller_in_queue()
    office.wait(10)
    assert office.handsets["202"].ringing
    office.handsets["202"].pick_up()
    office.pump()
    line.hang_up()
    office.pump()
    assert office.record().queue == "second" and office.record().waited_seconds == 0.0
