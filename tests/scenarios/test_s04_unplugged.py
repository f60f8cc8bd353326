"""The modem is pulled out of the box in a call, and put back: told, back in service, nothing left over."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.journal import CallRecord
from simulator import Babble, Call, CallState, Listen, Press, WaitForSound
from simulator.script import Script
from tests.sip.phone import Phone
from tests.support.box import wait_for
from tests.support.faults import Belongings, belongings
from tests.support.office import Office, within

SERVICE_SECONDS = 10.0  # from the plug to a line in service, as promised
TOLD_SECONDS = 3.0  # from the unplugging to the end of the call

GREETED: Script = (Listen(60),)
QUEUED: Script = (WaitForSound(), Press("1"), Listen(60))
TALKING: Script = (WaitForSound(), Press("1"), Babble(60))

SCRIPTS: dict[str, Script] = {
    "ringing": GREETED,
    "greeting": GREETED,
    "waiting": QUEUED,
    "offering": TALKING,
    "talking": TALKING,
}


@pytest.fixture(scope="module")
def phone(office: Office) -> Phone:
    """Handset 201, whose agent takes the next call at once."""
    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        settings["queues"][0]["wrap_up_seconds"] = 0
        control.save_settings(version, settings, "scenario")
    return office.phone("201", 440)


@pytest.fixture(scope="module")
def core(office: Office, phone: Phone) -> int:
    """The core's process, after it has been through everything once: what it makes once is not left over."""
    for line in ("gsm1", "fxo1"):
        _pulled_out(office, phone, line, "talking")
    return office.box.child("appliance core")


@pytest.mark.parametrize("stage", ["ringing", "greeting", "waiting", "offering"])
@pytest.mark.parametrize("line", ["gsm1", "fxo1"])
def test_a_modem_is_unplugged_before_the_agent_talks(
    office: Office, phone: Phone, core: int, line: str, stage: str
) -> None:
    record = _nothing_left(office, core, lambda: _pulled_out(office, phone, line, stage))
    assert not record.answered and record.talk_seconds == 0


def test_the_gsm_modem_is_unplugged_in_five_calls(office: Office, phone: Phone, core: int) -> None:
    _five_times(office, phone, core, "gsm1")


@pytest.mark.parametrize("line", ["fxo1", "fxo2"])
def test_an_analog_modem_is_unplugged_in_a_call(office: Office, phone: Phone, core: int, line: str) -> None:
    record = _nothing_left(office, core, lambda: _pulled_out(office, phone, line, "talking"))
    assert record.answered and record.agent == "11"


@pytest.mark.chaos
@pytest.mark.timeout(1200)
def test_the_gsm_modem_is_unplugged_in_fifty_calls(office: Office, phone: Phone, core: int) -> None:
    _five_times(office, phone, core, "gsm1", 50)


def _five_times(office: Office, phone: Phone, core: int, line: str, times: int = 5) -> None:
    def all_of_them() -> CallRecord:
        for _ in range(times):
            record = _pulled_out(office, phone, line, "talking")
            assert record.answered and record.agent == "11"
        return record

    _nothing_left(office, core, all_of_them)


def _nothing_left(office: Office, core: int, act: Callable[[], CallRecord]) -> CallRecord:
    """Do it, and find the core with the threads and handles it had before."""
    before = belongings(core)
    record = act()
    office.idle()
    _settled(core, before)
    return record


def _settled(core: int, before: Belongings) -> None:
    left: dict[str, int] = {}

    def nothing() -> bool:
        left.clear()
        left.update(belongings(core).beyond(before))
        return not left

    try:
        wait_for(nothing, 5, "threads and handles as before")
    except AssertionError:
        raise AssertionError(f"left over: {left}") from None


def _pulled_out(office: Office, phone: Phone, line: str, stage: str) -> CallRecord:
    """One caller on `line`; the modem goes when his call is at `stage` and comes back. His call's record."""
    modem = {"gsm1": office.gsm1, "fxo1": office.fxo1, "fxo2": office.fxo2}[line]
    known = len(office.all_records())
    (office.agent_goes_home if stage == "waiting" else _to_work(office))("11")
    modem.faults.answer_delay = 1.0 if stage == "ringing" and line == "gsm1" else 0.0  # or it is too short
    with _call_at(office, phone, line, stage) as (call, ended):
        with within(TOLD_SECONDS, "the end of the call"):
            modem.unplug()
            wait_for(lambda: len(office.all_records()) > known, TOLD_SECONDS + 2, "the lost call's record")
            wait_for(lambda: _state(office, line) == "unplugged", TOLD_SECONDS, "the page says unplugged")
        assert call.wait_for(CallState.ENDED, 1)
        if ended:
            phone.expect("CALL_CLOSED", 5, ended)
    modem.faults.answer_delay = 0.0
    with within(SERVICE_SECONDS, f"{line} back in service"):
        modem.plug()
        wait_for(lambda: _state(office, line) == "in_service", SERVICE_SECONDS + 5, f"{line} in service")
    record = office.records(1)[0]
    assert (record.trunk, record.cause) == (line, HangupCause.LINE_FAULT), record
    assert record.reason, "the record says why"
    return record


def _to_work(office: Office) -> Callable[[str], None]:
    return lambda agent: office.agent_at_work(agent, "201")


@contextlib.contextmanager
def _call_at(office: Office, phone: Phone, line: str, stage: str) -> Iterator[tuple[Call, int]]:
    """A call that has come to `stage`; and, when it reached the handset, the number of that call there."""
    rung, closed = phone.count("CALL_INCOMING"), phone.count("CALL_CLOSED")
    call = office.call(line, SCRIPTS[stage])
    try:
        if stage == "talking":
            phone.expect("CALL_INCOMING", 30, rung + 1)
            phone.accept()
        wait_for(lambda: _stage(office, line) == stage, 20, f"the call on {line} is {stage}")
        if stage == "offering":
            phone.expect("CALL_INCOMING", 10, rung + 1)
        yield call, closed + 1 if stage in ("offering", "talking") else 0
    finally:
        call.hang_up()


def _stage(office: Office, line: str) -> str | None:
    return next((call.stage for call in office.live().calls if call.trunk == line), None)


def _state(office: Office, line: str) -> str:
    return next(trunk.state for trunk in office.live().trunks if trunk.name == line)
