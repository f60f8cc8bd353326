"""The supervisor against the simulated network: every named fault, the ladder, the way back to service."""

from __future__ import annotations

from pathlib import Path

from appliance.contract.cause import HangupCause
from appliance.contract.events import Progress, Released, TrunkState, TrunkStatus
from appliance.contract.ids import DialString
from drivers.gsm import GsmSettings, GsmTrunk, Timings
from simulator import Exchange, GsmModem
from tests.contract.trunk_suite import BenchAudio, EventLog, eventually
from tests.lines.at_wire import handles, threads
from tests.lines.gsm_plant import LEG, QUICK, plant


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
            trunk = GsmTrunk("gsm1", settings, events, BenchAudio(), QUICK)
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
        again = GsmTrunk("gsm1", settings, events, BenchAudio(), QUICK)
        again.start()
        assert "not tried again" in events.state(TrunkState.SIM_LOCKED).why
        again.stop()
        assert line.modem.card.pin_tries == 2


def test_a_sim_that_wants_a_pin_and_none_is_set() -> None:
    with plant(card_pin="4321") as line:
        assert "none is set" in line.events.state(TrunkState.SIM_LOCKED).why
        assert line.modem.card.pin_tries == 3
