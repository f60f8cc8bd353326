"""Whether the time of day is trusted: by time server, by clock chip, by nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.care.time_of_day import TimeOfDay
from appliance.contract.notes import SENTENCES
from appliance.store.notes import Notes

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Machine:
    """A machine whose time is kept by timesyncd."""

    def __init__(self, root: Path) -> None:
        self.root, self.notes, self.now = root, Notes(), NOW
        self.timesync = root / "run/systemd/timesync"
        self.timesync.mkdir(parents=True)
        self.time = TimeOfDay(self.notes, lambda: self.now, root)

    def chip(self, took: str, since_epoch: str) -> None:
        folder = self.root / "sys/class/rtc/rtc0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hctosys").write_text(f"{took}\n")
        (folder / "since_epoch").write_text(f"{since_epoch}\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_no_clock_and_no_time_server_is_said_until_one_answers(machine: Machine) -> None:
    assert not machine.time.look()
    assert machine.notes.sentences() == [SENTENCES["time"]]
    (machine.timesync / "synchronized").touch()
    assert machine.time.look()
    assert machine.time.trusted is True
    assert machine.notes.sentences() == []


def test_a_clock_chip_that_set_the_time_is_believed(machine: Machine) -> None:
    machine.chip("1", str(int(NOW.timestamp())))
    assert machine.time.look()


@pytest.mark.parametrize(
    ("took", "told"), [("0", str(int(NOW.timestamp()))), ("1", "90"), ("1", "no number"), ("1", "")]
)
def test_a_clock_chip_without_battery_is_not(machine: Machine, took: str, told: str) -> None:
    machine.chip(took, told)
    assert not machine.time.look()


def test_a_time_before_the_box_was_made_is_never_believed(machine: Machine) -> None:
    (machine.timesync / "synchronized").touch()
    machine.now = datetime(2000, 1, 1, tzinfo=UTC)
    assert not machine.time.look()


def test_where_another_service_keeps_the_time_it_is_believed(tmp_path: Path) -> None:
    assert TimeOfDay(Notes(), lambda: NOW, tmp_path).look()
