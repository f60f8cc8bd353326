"""One click rings back: first the agent's handset, then the customer, and the list learns of it."""

from __future__ import annotations

import pytest

from appliance.contract.errors import CallboxError
from appliance.contract.handset import Party
from tests.core.office import Office

NUMBER = "+14155550123"


def test_the_handset_rings_then_the_customer() -> None:
    office = Office()
    office.log_in("11")
    office.system.ring_back(NUMBER, "201")
    office.pump()
    phone = office.handsets["201"]
    (leg,) = phone.legs.values()
    assert leg.state == "ringing" and leg.party == Party(NUMBER, None)
    assert not any(trunk.dialled for trunk in office.trunks.values())
    phone.pick_up()
    office.pump()
    line = office.trunks["gsm1"]
    assert line.dialled == [NUMBER]
    line.picked_up()
    office.pump()
    assert office.connected(line.port, leg.port)
    line.hang_up()
    office.wait(6.0)
    record = office.record()
    assert (record.direction, record.number, record.agent, record.outcome) == (
        "outbound", NUMBER, "11", "answered"
    )  # fmt: skip
    office.wait(20.0)
    office.check_quiet()


def test_an_agent_who_is_away_has_tried_nobody() -> None:
    office = Office()
    office.system.ring_back(NUMBER, "201")
    office.wait(45.0)
    assert office.record().trunk is None and not office.record().answered
    office.check_quiet()


@pytest.mark.parametrize("number", ["911", "*50", "202"])
def test_only_customers_are_rung_back(number: str) -> None:
    office = Office()
    with pytest.raises(CallboxError):
        office.system.ring_back(number, "201")
    office.check_quiet()


def test_a_handset_that_cannot_ring() -> None:
    office = Office()
    with pytest.raises(CallboxError, match="no handset 299"):
        office.system.ring_back(NUMBER, "299")
    office.handsets["202"].register(False)
    office.pump()
    with pytest.raises(CallboxError, match="not registered"):
        office.system.ring_back(NUMBER, "202")
    office.log_in("11")
    office.talk()
    with pytest.raises(CallboxError, match="in a call"):
        office.system.ring_back(NUMBER, "201")
