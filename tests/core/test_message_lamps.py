"""Whose telephone shows that messages wait."""

from __future__ import annotations

from dataclasses import replace

from appliance.contract.messages import VoicemailPlan
from tests.core.fakes import FakeHandset
from tests.core.office import Office, make_plan

BOX = VoicemailPlan("mine", "Agent 11", agent="11")


class Lamp(FakeHandset):
    """A handset with a lamp."""

    shown: tuple[int, int] | None = None
    told = 0

    def set_message_waiting(self, new: int, old: int) -> None:
        self._may_raise("set_message_waiting")
        self.shown = (new, old)
        self.told += 1


def _office(*boxes: VoicemailPlan) -> tuple[Office, dict[str, Lamp]]:
    office = Office(replace(make_plan(), voicemail={box.name: box for box in boxes or (BOX,)}), handsets=0)
    lamps = {name: _add(office, name) for name in ("201", "202")}
    return office, lamps


def _add(office: Office, name: str) -> Lamp:
    lamp = Lamp(name, office.post, office.media)
    office.system.add_handset(lamp)
    lamp.start()
    office.pump()
    return lamp


def test_the_owners_own_handset_shows_what_waits() -> None:
    office, lamps = _office()
    office.system.messages_counted({"mine": (2, 1), "nobodys": (5, 5)})
    assert lamps["201"].shown == (2, 1) and lamps["202"].shown is None
    office.system.messages_counted({"mine": (2, 1)})
    told = lamps["201"].told
    office.log_in("12")
    assert lamps["201"].told == told, "nothing new is not said again"
    office.system.messages_counted({})
    assert lamps["201"].shown == (0, 0)


def test_the_lamp_goes_where_the_owner_sits() -> None:
    office, lamps = _office()
    office.system.messages_counted({"mine": (1, 0)})
    office.system.set_agent_status("11", "available", None, "202", "page")
    assert lamps["201"].shown == (0, 0) and lamps["202"].shown == (1, 0)
    office.system.set_agent_status("11", "logged_out", None, None, "page")
    assert lamps["201"].shown == (1, 0) and lamps["202"].shown == (0, 0)


def test_several_boxes_of_one_owner_are_one_lamp_and_settings_may_change() -> None:
    office, lamps = _office(BOX, replace(BOX, name="more"), replace(BOX, name="all", agent=None))
    office.system.messages_counted({"mine": (1, 2), "more": (3, 0), "all": (9, 9)})
    assert lamps["201"].shown == (4, 2)
    office.change(voicemail={"mine": replace(BOX, agent="12")})
    assert lamps["201"].shown == (0, 0) and lamps["202"].shown == (1, 2)


def test_a_handset_that_comes_later_or_fails_is_no_trouble() -> None:
    office, lamps = _office()
    lamps["201"].raises.add("set_message_waiting")
    office.system.messages_counted({"mine": (1, 0)})
    office.system.remove_handset("201")
    office.system.messages_counted({"mine": (2, 0)})
    assert _add(office, "201").shown == (2, 0)
    assert office.system.faults == 0
