"""What modems and networks do against the book: noise, missing reports, codes, leftovers."""

from __future__ import annotations

import random
import threading
import time

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    CallerId,
    CallWaiting,
    DigitReceived,
    Released,
    RingStarted,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString
from drivers.gsm import Timings
from simulator import CallState, Listen, Press
from tests.contract.trunk_suite import eventually
from tests.lines.gsm_plant import LEG, TALKS, plant


@pytest.mark.parametrize("family", ["simcom", "quectel", "huawei"])
def test_a_megabyte_of_noise_is_a_named_fault_and_then_service(family: str) -> None:
    with plant(family) as line:
        line.in_service()
        noise = random.Random(7).randbytes(1_000_000)
        for at in range(0, len(noise), 50_000):
            line.modem.garbage(noise[at : at + 50_000])

        def named() -> bool:
            return any("no text" in status.why for status in line.events.of(TrunkStatus))

        assert line.events.until(named, 15.0)
        line.modem.garbage(b"\r\n")
        line.events.state(TrunkState.IN_SERVICE, timeout=30.0)
        line.events.all.clear()
        line.incoming()


@pytest.mark.parametrize("family", ["simcom", "quectel", "huawei"])
def test_split_reads_late_answers_and_reports_anywhere_change_nothing(family: str) -> None:
    with plant(family, Timings()) as line:
        line.modem.split_reads()
        line.modem.faults.unsolicited_anywhere = True
        line.modem.faults.answer_delay = 0.05
        line.in_service()
        leg = line.incoming()
        assert line.events.next(CallerId, leg).number == "+36205550199"
        line.exchange.calls[-1].hang_up()
        assert line.events.next(Released, leg).cause is HangupCause.NORMAL_CLEARING
        line.trunk.dial(LEG, DialString("301"))
        line.events.next(Answered, LEG)
        line.trunk.release(LEG, HangupCause.NORMAL_CLEARING)
        line.events.next(Released, LEG)


@pytest.mark.parametrize("family", ["simcom", "quectel", "huawei"])
def test_a_hang_up_that_is_not_reported_is_found(family: str) -> None:
    with plant(family, Timings(active_poll=0.2)) as line:
        line.in_service()
        leg = line.incoming()
        line.modem.faults.missing_hangup = True
        line.exchange.calls[-1].hang_up()
        line.modem.calls.table.clear()
        assert line.events.next(Released, leg, timeout=5.0).cause is HangupCause.NORMAL_CLEARING


@pytest.mark.parametrize("family", ["simcom", "quectel", "huawei"])
def test_a_second_caller_knocks_and_leaves(family: str) -> None:
    with plant(family, Timings()) as line:
        line.in_service()
        leg = line.incoming()
        second = line.exchange.place_call("gsm1", TALKS, "+36309998877")
        assert line.events.next(CallWaiting, leg).number == "+36309998877"
        second.hang_up()
        assert not line.events.until(lambda: bool(line.events.of(Released)), 1.0)
        assert line.exchange.calls[-2].state is CallState.CONNECTED
        line.trunk.release(leg, HangupCause.NORMAL_CLEARING)
        line.events.next(Released, leg)


@pytest.mark.parametrize("family", ["simcom", "quectel"])
def test_keys_are_reported(family: str) -> None:
    with plant(family) as line:
        line.in_service()
        line.exchange.place_call("gsm1", [Listen(0.3), Press("150*#"), *TALKS])
        leg = line.events.next(RingStarted).leg
        line.trunk.answer(leg)

        def keys() -> str:
            return "".join(event.digit for event in line.events.of(DigitReceived, leg))

        assert line.events.until(lambda: keys() == "150*#", 10.0), keys()


def test_a_withheld_number() -> None:
    with plant() as line:
        line.in_service()
        line.exchange.place_call("gsm1", TALKS, number="")
        caller = line.events.next(CallerId)
        assert (caller.number, caller.withheld) == (None, True)


@pytest.mark.parametrize(
    "number", ["*21*5551234#", "#31#5551234", "*100#", "12", "5#", "0", "5551234#", "112*"]
)
def test_no_network_code_can_be_dialled(number: str) -> None:
    with plant() as line:
        line.in_service()
        line.trunk.dial(LEG, DialString(number))
        assert line.events.next(Released, LEG, timeout=0.2).cause is HangupCause.INVALID_NUMBER_FORMAT
        assert not any("ATD" in entry for entry in line.trunk.black_box())


def test_an_emergency_call_is_tried_without_a_network() -> None:
    with plant() as line:
        line.in_service()
        line.modem.set_coverage(False)
        line.events.state(TrunkState.OUT_OF_COVERAGE)
        line.trunk.dial(LEG, DialString("112"))
        line.events.next(Released, LEG)  # the simulated network has none either, but it was tried
        assert any("> ATD" in entry for entry in line.trunk.black_box())


def test_a_modem_without_sound_is_for_sms_only() -> None:
    with plant("generic") as line:
        assert "SMS only" in line.in_service().why
        assert not line.trunk.capabilities.audio
        line.trunk.dial(LEG, DialString("301"))
        assert line.events.next(Released, LEG).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
        call = line.exchange.place_call("gsm1", TALKS)
        assert call.wait_for(CallState.ENDED, 5.0)  # and a caller is not left ringing
        assert line.events.of(RingStarted) == []


def test_a_call_left_over_from_a_killed_core_is_hung_up() -> None:
    with plant(start=False) as line:
        with open(line.modem.port, "wb", buffering=0) as port:
            port.write(b"ATD309;\r")
            assert line.exchange.wait(lambda: bool(line.exchange.entries("answered")), 10.0)
        line.trunk.start()
        line.in_service()
        assert eventually(lambda: line.exchange.calls[-1].state is CallState.ENDED)


def test_reset_by_hand_restarts_the_modem() -> None:
    with plant() as line:
        line.in_service()
        leg = line.incoming()
        line.trunk.reset()
        assert line.events.next(Released, leg, timeout=1.0).cause is HangupCause.LINE_FAULT

        def restarting() -> bool:
            return "restart" in [status.step for status in line.events.of(TrunkStatus)]

        assert line.events.until(restarting, 2.0)
        line.in_service()
        assert line.exchange.entries("plugged in", "gsm1")


def test_a_modem_that_restarts_by_itself_is_set_up_again() -> None:
    with plant("quectel") as line:
        line.in_service()
        count = len(line.trunk.black_box())
        line.modem.garbage(b"\r\nRDY\r\n")
        line.events.state(TrunkState.STARTING)
        line.in_service()
        assert count and any("AT+QTONEDET=1" in entry for entry in line.trunk.black_box())


def test_an_unknown_report_is_logged_with_the_lines_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "drivers.gsm")
    with plant() as line:
        line.in_service()
        for count in range(200):
            line.modem.garbage(f"\r\n+NEVERHEARD: {count}\r\n".encode())
        line.modem.garbage(b"\r\nRING\r\n")
        line.events.next(RingStarted)
        logged = [record.getMessage() for record in caplog.records if "NEVERHEARD" in record.getMessage()]
        assert len(logged) == 1 and "gsm1" in logged[0]
        line.trunk.release(line.events.of(RingStarted)[0].leg, HangupCause.CALL_REJECTED)
        line.events.next(Released)


def test_an_idle_line_costs_next_to_nothing() -> None:
    with plant(timings=Timings()) as line:
        line.in_service()
        ours = {thread.name for thread in threading.enumerate() if "gsm1" in thread.name}
        assert ours == {"gsm-gsm1", "at-gsm1"}
        count = len(line.trunk.black_box())
        begin = time.process_time()
        line.events.until(lambda: False, 1.0)
        assert time.process_time() - begin < 0.05
        assert len(line.trunk.black_box()) == count
