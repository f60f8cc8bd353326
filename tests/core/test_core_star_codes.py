"""Star codes keyed at a handset, and the PIN that guards the login."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.ids import PortId
from appliance.contract.journal import EntryKind
from appliance.contract.media import Speech
from appliance.core.phrases import Phrase, say
from tests.core.fakes import FakeHandset
from tests.core.office import Office


def text(phrase: Phrase, who: str = "", language: str = "en") -> str:
    part = say(language, phrase, who=" ".join(who))[0]
    assert isinstance(part, Speech)
    return part.text


def heard(office: Office) -> str:
    """All that was said so far, in one string."""
    said = [what for _, what in office.media.said if isinstance(what, tuple)]
    return " ".join(part.text for prompt in said for part in prompt if isinstance(part, Speech))


def key(office: Office, phone: FakeHandset, digits: str) -> None:
    phone.key(digits)
    office.pump()


def test_login_asks_for_agent_number_and_pin() -> None:
    office = Office()
    phone = office.handsets["203"]
    phone.dial("*50")
    office.pump()
    assert heard(office) == text(Phrase.AGENT_NUMBER)
    key(office, phone, "11#")
    assert heard(office).endswith(text(Phrase.PIN))
    key(office, phone, "1100#")
    assert heard(office).endswith(text(Phrase.LOGGED_IN))
    assert office.status("11") == "available"
    assert office.system.live().agents[0].handset == "203"
    office.wait(1)
    assert not phone.legs
    entry = office.entries(EntryKind.AGENT_STATUS)[0]
    assert (entry.data["by"], entry.data["handset"]) == ("handset", "203")
    office.check_quiet()
    assert "call_started" not in office.kinds(), "a star code is no call"


@pytest.mark.parametrize("dialled", ["*50*11*1100", "*50*11*1100#"])
def test_login_in_one_dial_string(dialled: str) -> None:
    office = Office()
    office.handsets["201"].dial(dialled)
    office.wait(2)
    assert office.status("11") == "available" and heard(office) == text(Phrase.LOGGED_IN)
    assert not any("1100" in str(entry.data) for entry in office.journal.entries), "a PIN is never kept"
    office.check_quiet()


def test_login_with_the_agent_in_the_dial_string_asks_for_the_pin() -> None:
    office = Office()
    phone = office.handsets["201"]
    phone.dial("*50*11")
    office.pump()
    assert heard(office) == text(Phrase.PIN)
    key(office, phone, "1100#")
    assert office.status("11") == "available"


def test_key_stops_the_prompt_and_time_out_counts_as_the_end() -> None:
    office = Office()
    phone = office.handsets["201"]
    leg = phone.dial("*50")
    office.pump()
    key(office, phone, "1")
    port: PortId | None = phone.legs[leg].port
    assert office.hears(port) is None
    key(office, phone, "1")
    office.wait(8.5)
    assert heard(office).endswith(text(Phrase.PIN))


def test_three_wrong_pins_end_the_call_and_lock_the_handset_for_longer_each_time() -> None:
    office = Office()
    phone = office.handsets["201"]
    phone.dial("*50")
    office.pump()
    for _ in range(3):
        assert phone.legs
        key(office, phone, "11#9999#")
    assert heard(office).endswith(text(Phrase.LOCKED))
    office.wait(1)
    assert not phone.legs and len(office.pins.asked) == 3
    phone.dial("*50*11*1100")
    office.wait(2)
    assert office.status("11") == "logged_out" and len(office.pins.asked) == 3, "not even asked"
    office.handsets["202"].dial("*50*12*1200")
    office.wait(2)
    assert office.status("12") == "available", "another handset is not locked"
    office.wait(60)
    for _ in range(3):
        phone.dial("*50*11*0")
        office.wait(2)
    office.wait(61)
    phone.dial("*50*11*1100")
    office.wait(2)
    assert office.status("11") == "logged_out", "the second lock is longer"
    office.wait(60)
    phone.dial("*50*11*1100")
    office.wait(2)
    assert office.status("11") == "available"
    office.check_quiet()


@pytest.mark.parametrize("login", ["*50*99*1100", "*50*13*1300", "*50*11*"])
def test_unknown_agent_no_pin_set_and_empty_pin_sound_like_a_wrong_pin(login: str) -> None:
    office = Office()
    agents = dict(office.plan.agents)
    agents["13"] = replace(agents["13"], pin_hash="")
    office.change(agents=agents)
    office.handsets["201"].dial(login)
    office.wait(2)
    assert heard(office) == text(Phrase.WRONG) and not office.pins.asked
    assert all(agent.status == "logged_out" for agent in office.system.live().agents)


def test_slow_pin_check_after_the_handset_hung_up_changes_nothing() -> None:
    office = Office()
    office.pins.at_once = False
    phone = office.handsets["201"]
    phone.dial("*50*11*1100")
    office.pump()
    phone.hang_up()
    office.pump()
    office.pins.answer_all()
    assert office.status("11") == "logged_out"
    office.check_quiet()


def test_pins_cannot_be_tried_in_parallel() -> None:
    office = Office()
    office.pins.at_once = False
    phone = office.handsets["201"]
    for _ in range(20):
        phone.dial("*50*11*9999")
        office.pump()
    assert len(office.pins.asked) == 1
    office.pins.answer_all()
    office.wait(2)
    office.check_quiet()


def test_wrong_pin_counts_also_when_the_handset_hangs_up_before_the_answer() -> None:
    office = Office()
    office.pins.at_once = False
    phone = office.handsets["201"]
    for _ in range(3):
        phone.dial("*50*11*9999")
        office.pump()
        phone.hang_up()
        office.pump()
        office.pins.answer_all()
    phone.dial("*50*11*1100")
    office.pump()
    assert heard(office) == text(Phrase.LOCKED)


def test_pin_right_after_two_wrong_ones_starts_the_count_anew() -> None:
    office = Office()
    phone = office.handsets["201"]
    for pin in ("1", "2", "1100", "3", "4", "1100"):
        phone.dial(f"*50*11*{pin}")
        office.wait(2)
    assert office.status("11") == "available" and len(office.pins.asked) == 6


def test_break_available_logout() -> None:
    office = Office()
    office.log_in("11")
    phone = office.handsets["201"]
    for code, status, phrase in [
        ("*52*7", "on_break", Phrase.ON_BREAK),
        ("*53", "available", Phrase.AVAILABLE),
        ("*51", "logged_out", Phrase.LOGGED_OUT),
    ]:
        phone.dial(code)
        office.wait(2)
        assert office.status("11") == status and heard(office).endswith(text(phrase))
    codes = [entry.data.get("pause_code") for entry in office.entries(EntryKind.AGENT_STATUS)]
    assert codes == [None, "7", None, None]
    phone.dial("*51")
    office.wait(2)
    assert heard(office).endswith(text(Phrase.NOBODY))
    office.check_quiet()


def test_end_of_wrap_up_brings_the_next_call_when_the_handset_is_down() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    line.hang_up()
    office.pump()
    office.caller_in_queue("gsm2")
    phone.dial("*54")
    office.pump()
    assert office.state("11") == "waiting" and phone.ringing is None
    office.wait(1)
    assert heard(office).endswith(text(Phrase.WRAP_UP_ENDED))
    assert phone.ringing is not None


def test_star_code_does_not_end_the_wrap_up() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    line.hang_up()
    office.pump()
    phone.dial("*78")
    office.wait(2)
    assert office.state("11") == "wrap_up"


def test_replacing_somebody_is_said() -> None:
    office = Office()
    office.log_in("11")
    office.handsets["201"].dial("*50*12*1200")
    office.wait(3)
    assert heard(office).endswith(text(Phrase.REPLACED, "11"))
    assert (office.status("11"), office.status("12")) == ("logged_out", "available")


def test_logout_in_a_call_by_a_second_leg_waits_for_its_end() -> None:
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    phone.hold(True)
    phone.dial("*51")
    office.wait(2)
    assert office.status("11") == "available"
    line.hang_up()
    office.pump()
    assert office.status("11") == "logged_out"
    office.check_quiet()


def test_star_code_that_is_none_is_a_number_to_dial() -> None:
    office = Office()
    office.handsets["201"].dial("*99")
    office.pump()
    assert office.trunks["gsm1"].dialled == ["*99"]


def test_hanging_up_at_any_key() -> None:
    keys = "11#1100#"
    for length in range(len(keys)):
        office = Office()
        phone = office.handsets["201"]
        phone.dial("*50")
        office.pump()
        key(office, phone, keys[:length])
        phone.hang_up()
        office.pump()
        assert office.status("11") == "logged_out"
        office.check_quiet()


def test_box_speaks_the_settings_language_or_english() -> None:
    assert "ist nicht" in text(Phrase.WRONG, language="de-AT")
    speech = say("fi", Phrase.WRONG)[0]
    assert isinstance(speech, Speech) and speech.language == "en"


def test_emergency_before_star_codes() -> None:
    office = Office()
    office.change(star_codes={"112": "login"})
    office.handsets["201"].dial("112")
    office.pump()
    assert office.trunks["gsm1"].dialled == ["112"]
    office.trunks["gsm1"].hang_up(HangupCause.NORMAL_CLEARING)
