"""Whole dialogues with each family, from transcripts: start-up, a missed call, a call in, a call out.

A command that the transcript does not have fails the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import (
    Answered,
    AudioReady,
    CallerId,
    DigitReceived,
    Progress,
    Released,
    RingStarted,
    Stage,
    TrunkState,
)
from appliance.contract.ids import LegId, dial_string
from appliance.contract.trunk import DigitSource
from drivers.gsm import GsmSettings, GsmTrunk, Timings
from tests.contract.trunk_suite import BenchAudio, EventLog, check_legs
from tests.lines.at_player import Player
from tests.lines.at_wire import Wire

_FOLDER = Path(__file__).parent.parent / "transcripts" / "gsm"
_OUT = LegId("out")


@dataclass(frozen=True)
class Expected:
    """What is particular to one transcript."""

    family: str
    signal: int
    digits: bool = True
    withheld: bool = False


EXPECTED = {
    "simcom-sim7600": Expected("simcom", -69),
    "quectel-ec25": Expected("quectel", -71, withheld=True),
    "huawei-e1550": Expected("huawei", -73, digits=False),
    "generic": Expected("generic", -83, digits=False),
}


class Setting:
    """A trunk that talks to a player."""

    def __init__(self, folder: Path, name: str) -> None:
        self.expected = EXPECTED[name]
        self.wire, self.sound = Wire(folder), Wire(folder, "sound")
        self.player = Player(self.wire, _FOLDER / f"{name}.txt")
        self.events = EventLog()
        settings = GsmSettings(str(self.wire.link), str(self.sound.link))
        self.trunk = GsmTrunk("gsm1", settings, self.events, BenchAudio(), Timings(setup_poll=0.1))
        self.trunk.start()

    def close(self) -> None:
        self.trunk.stop()
        self.player.close()
        self.wire.unplug()
        self.sound.unplug()


@pytest.fixture(params=EXPECTED)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Setting]:
    made = Setting(tmp_path, request.param)
    yield made
    made.close()
    assert made.player.faults == []
    assert made.player.finished.is_set()
    check_legs(made.events)


def test_the_whole_dialogue(stage: Setting) -> None:
    status = stage.events.state(TrunkState.IN_SERVICE)
    assert (status.operator, stage.trunk.identity["family"]) == ("Telekom HU", stage.expected.family)
    assert stage.events.until(lambda: _signal(stage) == stage.expected.signal, 2.0), stage.events.all
    reported = stage.trunk.capabilities.digits is DigitSource.REPORTED
    assert reported is stage.expected.digits and stage.trunk.capabilities.audio
    _a_caller_gives_up(stage)
    _a_call_comes_in(stage)
    _a_call_goes_out(stage)


def _signal(stage: Setting) -> int | None:
    return stage.events.state(TrunkState.IN_SERVICE).signal


def _a_caller_gives_up(stage: Setting) -> None:
    stage.player.go("missed")
    leg = stage.events.next(RingStarted).leg
    caller = stage.events.next(CallerId, leg)
    assert caller.withheld is stage.expected.withheld
    assert caller.number == (None if caller.withheld else "08020866256")
    stage.player.go("gives_up")
    assert stage.events.next(Released, leg).cause is HangupCause.NORMAL_CLEARING
    stage.events.all.clear()


def _a_call_comes_in(stage: Setting) -> None:
    stage.player.go("ring")
    leg = stage.events.next(RingStarted).leg
    assert stage.events.next(CallerId, leg).number == "+36301234567"
    stage.trunk.answer(leg)
    stage.events.next(Answered, leg)
    stage.events.next(AudioReady, leg)
    stage.player.go("key")
    if stage.expected.digits:
        assert stage.events.next(DigitReceived, leg).digit == "5"
    stage.player.go("far_end")
    assert stage.events.next(Released, leg).cause is HangupCause.NORMAL_CLEARING


def _a_call_goes_out(stage: Setting) -> None:
    stage.trunk.dial(_OUT, dial_string("+36307654321"))

    def rings() -> bool:
        return Stage.RINGING in [progress.stage for progress in stage.events.of(Progress, _OUT)]

    assert stage.events.until(rings, 5.0), stage.events.all
    assert stage.events.of(Answered, _OUT) == []
    stage.player.go("answer")
    stage.events.next(Answered, _OUT)
    stage.trunk.send_digits(_OUT, "5")
    stage.trunk.release(_OUT, HangupCause.NORMAL_CLEARING)
    stage.events.next(Released, _OUT)
    assert "AT+CHUP" in stage.player.heard
    stage.player.go("released")
    assert stage.player.finished.wait(5.0), stage.player.faults
