"""A supervisor moves callers who wait, or has them taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.journal import EntryKind
from tests.core.office import Office


def waiting() -> tuple[Office, str, str]:
    """Two callers in the sales queue, where nobody is logged in; agent 12 serves support only."""
    office = Office()
    queues = dict(office.plan.queues)
    queues["support"] = replace(queues["sales"], name="support", label="Support")
    agents = dict(office.plan.agents)
    agents["12"] = replace(agents["12"], queues=("support",))
    office.change(queues=queues, agents=agents)
    office.caller_in_queue("gsm1")
    office.wait(20)
    office.caller_in_queue("gsm2", "+14155550102")
    first, second = [call.id for call in office.system.live().calls]
    return office, first, second


def test_a_caller_is_moved_to_another_queue_and_served_there() -> None:
    office, first, second = waiting()
    office.log_in("12")
    office.system.move_call(second, "queue", "support")
    office.pump()
    assert office.handsets["202"].ringing
    office.handsets["202"].pick_up()
    office.pump()
    assert office.connected(office.trunks["gsm2"].port, next(iter(office.handsets["202"].legs.values())).port)
    office.trunks["gsm2"].hang_up()
    office.pump()
    assert office.record().queue == "support" and office.record().transferred_to == "support"
    assert office.system.live().queues[0].waiting == 1 and first


@pytest.mark.parametrize(("kind", "target"), [("agent", "14"), ("extension", "204")])
def test_a_caller_moved_to_somebody_who_does_not_come_keeps_the_place(kind: str, target: str) -> None:
    office, first, second = waiting()
    office.system.move_call(first, kind, target)
    office.pump()
    assert office.handsets["204"].ringing and office.system.live().queues[0].waiting == 1
    office.handsets["204"].refuse()
    office.pump()
    assert office.system.live().queues[0].waiting == 2 and second
    office.log_in("11")
    leg = office.handsets["201"].ringing
    assert leg is not None and office.handsets["201"].legs[leg].party.number == "+14155550100", "still first"


def test_a_caller_is_taken_before_all_others() -> None:
    office, _, second = waiting()
    office.log_in("13")
    office.handsets["203"].refuse()
    office.pump()
    office.system.take_call(second, "13")
    office.pump()
    leg = office.handsets["203"].ringing
    assert leg is not None and office.handsets["203"].legs[leg].party.number == "+14155550102"
    office.handsets["203"].pick_up()
    office.wait(3)
    assert office.state("13") == "in_call"
    office.trunks["gsm2"].hang_up()
    office.pump()
    assert office.state("13") == "wrap_up", "as if it had been offered"
    assert office.record().agent == "13"


def test_what_cannot_be_is_said_and_changes_nothing() -> None:
    office, first, _ = waiting()
    office.handsets["204"].register(False)
    office.pump()
    for kind, target, why in (
        ("queue", "none", "no queue none"),
        ("agent", "99", "no agent 99"),
        ("agent", "14", "not registered"),
        ("moon", "1", "none of queue"),
    ):
        with pytest.raises(CallboxError, match=why):
            office.system.move_call(first, kind, target)
    with pytest.raises(CallboxError, match="not registered"):
        office.system.take_call(first, "14")
    with pytest.raises(CallboxError, match="99 has no handset"):
        office.system.take_call(first, "99")
    assert office.system.live().queues[0].waiting == 2 and not office.entries(EntryKind.TRANSFERRED)
    office.log_in("11")
    office.handsets["201"].pick_up()
    office.pump()
    with pytest.raises(CallboxError, match="not waiting in a queue"):
        office.system.move_call(first, "queue", "sales")
