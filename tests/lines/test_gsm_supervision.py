"""The supervisor against the simulated network: every named fault, the ladder, the way back to service."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    CallWaiting,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    TrunkState,
    TrunkStatus,
)
from appliance.contract.ids import DialString, LegId
from drivers.gsm import GsmSettings, GsmTrunk, Timings
from simulator import Babble, CallState, Exchange, GsmModem, Listen, Press, Repeat
from tests.contract.trunk_suite import BenchAudio, EventLog, check_legs, eventually
from tests.lines.at_wire import handles, threads

_QUICK = Timings(ping=0.2, command=0.6, replug=0.1, restart=2.0, health=0.5, back_off=0.3, sim_ready=1.0)
_TALKS = (Repeat((Babble(2.0), Listen(0.5)), 20),)
LEG = LegId("out")


class Plant:
    """A network with one modem, and a trunk on it."""

    def __init__(self, exchange: Exchange, modem: GsmModem, trunk: GsmTrunk, events: EventLog) -> None:
        self.exchange, self.modem, self.trunk, self.events = exchange, modem, trunk, events
        self.audio = BenchAudio()

    def in_service(self) -> TrunkStatus:
        return self.events.state(TrunkState.IN_SERVICE)

    def states(self) -> list[TrunkState]:
        return [status.state for status in self.events.of(TrunkStatus)]

    def incoming(self, *, answer: bool = True) -> LegId:
        self.exchange.place_call("gsm1", _TALKS)
        leg = self.events.next(RingStarted).leg
        if answer:
            self.trunk.answer(leg)
            self.events.next(AudioReady, leg)
        return leg


@contextmanager
def plant(
    family: str = "simcom",
    timings: Timings = _QUICK,
    pin: str | None = None,
    card_pin: str | None = None,
    state_dir: Path | None = None,
    start: bool = True,
) -> Iterator[Plant]:
    with Exchange(speed=8) as exchange:
        modem = GsmModem(exchange, "gsm1", family, pin=card_pin)
        events = EventLog()
        audio = BenchAudio()
        settings = GsmSettings(modem.port, modem.audio_port, pin=pin, state_dir=state_dir)
        trunk = GsmTrunk("gsm1", settings, events, audio, timings)
        made = Plant(exchange, modem, trunk, events)
        made.audio = audio
        try:
            if start:
                trunk.start()
            yield made
        finally:
            trunk.stop()
        check_legs(events)
        assert modem.unscripted == [] and exchange.errors == []


def test_five_times_unplugged_in_a_call() -> None:
    with plant() as line:
        line.in_service()
        before = handles(), threads()
        for _ in range(5):
            line.events.all.clear()
            leg = line.incoming()
            line.modem.unplug()
            assert line.events.next(Released, leg, timeout=1.0).cause is HangupCause.LINE_FAULT
            assert line.events.state(TrunkState.UNPLUGGED).signal is None
            line.modem.plug()
            line.in_service()
            line.events.all.clear()
        assert eventually(lambda: (len(handles()), threads()) == (len(before[0]), before[1]))


def test_unplugged_while_it_rings_and_while_it_dials() -> None:
    with plant() as line:
        for incoming in (True, False):
            line.in_service()
            if incoming:
                leg = line.incoming(answer=False)
            else:
                leg = LEG
                line.trunk.dial(leg, DialString("303"))
                line.events.next(Progress, leg)
            line.modem.unplug()
            assert line.events.next(Released, leg, timeout=1.0).cause is HangupCause.LINE_FAULT
            line.events.state(TrunkState.UNPLUGGED)
            line.modem.plug()


def test_fifty_starts_and_stops_leave_nothing() -> None:
    with Exchange(speed=8) as exchange:
        modem = GsmModem(exchange, "gsm1", "huawei")
        before = handles(), threads()
        for count in range(50):
            events = EventLog()
            settings = GsmSettings(modem.port, modem.audio_port)
            trunk = GsmTrunk("gsm1", settings, events, BenchAudio(), _QUICK)
            trunk.start()
            if count % 3:
                events.state(TrunkState.IN_SERVICE)
            trunk.stop()
            assert events.of(TrunkStatus)[-1].state is TrunkState.DISABLED
        assert (handles(), threads()) == before


def test_a_silent_modem_climbs_the_ladder_and_comes_back() -> None:
    times = Timings(ping=0.1, command=0.3, replug=0.1, restart=0.5, health=0.5, back_off=0.3)
    with plant(timings=times) as line:
        line.in_service()
        line.modem.faults.silent = True
        assert line.events.until(lambda: "back_off" in [s.step for s in line.events.of(TrunkStatus)], 20.0)
        steps = [status.step for status in line.events.of(TrunkStatus) if status.step]
        assert steps[:5] == ["ping", "restart", "reopen", "usb_reset", "back_off"]
        assert TrunkState.SILENT in line.states() and TrunkState.RECOVERING in line.states()
        assert all(status.why for status in line.events.of(TrunkStatus))
        line.modem.faults.silent = False
        line.events.all.clear()
        line.in_service()


def test_silence_in_a_call_ends_it() -> None:
    times = Timings(ping=0.2, command=0.3, active_poll=0.2, restart=1.0, replug=0.1)
    with plant(timings=times) as line:
        line.in_service()
        leg = line.incoming()
        line.modem.faults.silent = True
        assert line.events.next(Released, leg, timeout=5.0).cause is HangupCause.LINE_FAULT
        line.modem.faults.silent = False
        line.events.all.clear()
        line.in_service()


def test_coverage_goes_and_comes() -> None:
    with plant() as line:
        line.in_service()
        line.modem.set_coverage(False)
        status = line.events.state(TrunkState.OUT_OF_COVERAGE)
        assert status.operator is None and "no network" in status.why
        line.trunk.dial(LEG, DialString("301"))
        assert line.events.next(Released, LEG).cause is HangupCause.REQUESTED_CIRCUIT_UNAVAILABLE
        line.modem.set_coverage(True)
        line.in_service()
        assert eventually(lambda: line.in_service().operator == "Simulated Mobile")


def test_the_network_refuses_the_sim() -> None:
    with plant(start=False) as line:
        line.modem.radio.denied = True
        line.modem.unplug()
        line.modem.plug()
        line.trunk.start()
        assert "refuses" in line.events.state(TrunkState.REGISTRATION_DENIED).why


def test_the_signal_is_told_in_dbm() -> None:
    with plant() as line:
        assert line.in_service().signal == -73
        line.modem.set_signal(10)
        assert eventually(lambda: line.in_service().signal == -93)


def test_a_sim_is_put_in_later() -> None:
    with plant(start=False) as line:
        line.modem.insert_sim(False)
        line.trunk.start()
        assert "no SIM" in line.events.state(TrunkState.SIM_ABSENT).why
        line.modem.insert_sim(True)
        line.in_service()


def test_a_sim_report_ends_the_service_only_when_the_card_is_gone() -> None:
    with plant("huawei") as line:
        line.in_service()
        leg = line.incoming()
        line.modem.garbage(b"\r\n^SIMST:1\r\n")
        assert not line.events.until(lambda: bool(line.events.of(Released)), 0.5)
        line.modem.card.present = False
        line.modem.garbage(b"\r\n^SIMST:255\r\n")
        assert line.events.next(Released, leg).cause is HangupCause.LINE_FAULT
        line.events.state(TrunkState.SIM_ABSENT)


def test_the_right_pin_opens_the_sim() -> None:
    with plant(pin="4321", card_pin="4321") as line:
        line.in_service()
        assert not any("4321" in entry for entry in line.trunk.black_box())


def test_a_wrong_pin_is_tried_once_by_a_trunk_and_by_the_next(tmp_path: Path) -> None:
    with plant(pin="0000", card_pin="4321", state_dir=tmp_path) as line:
        line.events.state(TrunkState.SIM_LOCKED)

        def checks() -> int:
            return sum("AT+CPIN?" in entry for entry in line.trunk.black_box())

        assert eventually(lambda: checks() >= 3)
        assert line.modem.card.pin_tries == 2
        line.trunk.stop()
        events = EventLog()
        settings = GsmSettings(line.modem.port, line.modem.audio_port, pin="0000", state_dir=tmp_path)
        again = GsmTrunk("gsm1", settings, events, BenchAudio(), _QUICK)
        again.start()
        assert "not tried again" in events.state(TrunkState.SIM_LOCKED).why
        again.stop()
        assert line.modem.card.pin_tries == 2


def test_a_sim_that_wants_a_pin_and_none_is_set() -> None:
    with plant(card_pin="4321") as line:
        assert "none is set" in line.events.state(TrunkState.SIM_LOCKED).why
        assert line.modem.card.pin_tries == 3


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
        second = line.exchange.place_call("gsm1", _TALKS, "+36309998877")
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
        line.exchange.place_call("gsm1", [Listen(0.3), Press("150*#"), *_TALKS])
        leg = line.events.next(RingStarted).leg
        line.trunk.answer(leg)

        def keys() -> str:
            return "".join(event.digit for event in line.events.of(DigitReceived, leg))

        assert line.events.until(lambda: keys() == "150*#", 10.0), keys()


def test_a_withheld_number() -> None:
    with plant() as line:
        line.in_service()
        line.exchange.place_call("gsm1", _TALKS, number="")
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
        call = line.exchange.place_call("gsm1", _TALKS)
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
