"""docs/star-codes.md says what there is, no more and no less; and every code does something on a handset
that has only a hook, a flash and keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from appliance.config.talk import TalkSettings, talk_plan
from appliance.contract.events import HookFlash
from appliance.contract.plan import Plan
from appliance.core.acd.bridge import CODES as TELEPHONE_CODES
from appliance.core.star_codes import STAR_ACTIONS
from tests.core.office import Office

PAGE = Path(__file__).parents[2] / "docs" / "star-codes.md"
CODES = Plan().star_codes


def told(text: str) -> set[str]:
    """Codes that stand for themselves: not what may be keyed behind one, which stands in brackets."""
    return set(re.findall(r"`(\*\d+)`", re.sub(r"\[[^\]]*\]", "", text)))


def test_the_table_has_every_code_once_and_no_other() -> None:
    rows = [line.split("|")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    codes = [code for row in rows for code in re.findall(r"`(\*\d+)`", re.sub(r"\[[^\]]*\]", "", row))]
    assert sorted(codes) == sorted(CODES) and len(codes) == len(set(codes))
    assert set(CODES.values()) == STAR_ACTIONS, "every action has a code of its own"


def test_the_page_names_the_keys_while_talking() -> None:
    from appliance.config.schema import Settings

    plan = talk_plan(Settings(talk=TalkSettings(keys_while_talking=True)))
    assert told(PAGE.read_text()) == {*CODES, *plan.keys, *TELEPHONE_CODES}


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("at_work", [True, False], ids=["logged in", "logged out"])
def test_every_code_speaks_or_acts_on_a_plain_handset_and_ends(code: str, at_work: bool) -> None:
    """Nobody keys anything behind it: the box says what it wants, gives up, and nothing is left behind."""
    office = Office()
    if at_work:
        office.log_in("11")
    phone = office.handsets["201"]
    phone.dial(code)
    office.wait(3)
    assert office.media.said, f"{code} leaves the handset in silence"
    office.wait(120)
    assert not phone.legs, f"{code} does not hang up"
    office.check_quiet()


@pytest.mark.parametrize("code", ["*70", "*74", "*73", "*77", "*58", "*97"])
def test_codes_in_a_call_after_a_flash(code: str) -> None:
    """An analog handset: flash puts the customer on hold, the code is dialled, flash gives them back."""
    office = Office()
    office.log_in("11")
    line, phone = office.talk()
    (talking,) = phone.talking
    office.post.post(HookFlash("201", talking))
    office.pump()
    assert office.hears(line.port), "the customer hears music"
    phone.dial(code)
    office.wait(10)
    if code == "*70":
        assert talking not in phone.legs and line.leg is not None, "parked: the customer is kept elsewhere"
        return
    if code == "*74":
        assert line.leg is not None
        return
    office.post.post(HookFlash("201", talking))
    office.pump()
    assert office.connected(line.port, phone.legs[talking].port)
