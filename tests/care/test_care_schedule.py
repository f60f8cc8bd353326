"""When a backup is due, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.care import memory
from appliance.care.problems import CareError
from appliance.care.schedule import RETRY, due, last_slot, overdue
from appliance.config.care import BackupSettings
from tests.care.care_box import CareBox, care_box

DAILY = BackupSettings(destination="usb", schedule="daily", hour=3)
WEEKLY = BackupSettings(destination="usb", schedule="weekly", hour=3, day=6)
BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    """A time in Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN))


def test_it_is_due_at_its_hour_in_the_zone_of_the_box() -> None:
    good = at("2026-11-21T03:05")
    assert not due(DAILY, BERLIN, at("2026-11-22T02:59"), good, None)
    assert due(DAILY, BERLIN, at("2026-11-22T03:00"), good, None)
    assert last_slot(DAILY, BERLIN, at("2026-11-22T02:59").astimezone(UTC)) == at("2026-11-21T03:00")


def test_a_box_that_was_off_makes_it_when_it_is_on_again() -> None:
    assert due(DAILY, BERLIN, at("2026-11-25T17:00"), at("2026-11-21T03:05"), None)


def test_weekly_means_its_day() -> None:
    good = at("2026-11-15T03:05")  # a Sunday
    assert not due(WEEKLY, BERLIN, at("2026-11-21T23:00"), good, None)
    assert due(WEEKLY, BERLIN, at("2026-11-22T03:00"), good, None)


def test_a_failure_is_tried_again_an_hour_later() -> None:
    now = at("2026-11-22T03:10")
    assert not due(DAILY, BERLIN, now, None, now - timedelta(minutes=5))
    assert due(DAILY, BERLIN, now, None, now - RETRY)
    assert due(DAILY, BERLIN, now, None, now + timedelta(days=900)), "the clock was wrong then"


def test_without_schedule_or_place_none_is_due() -> None:
    for backup in (BackupSettings(schedule="daily"), BackupSettings(destination="usb")):
        assert not due(backup, "UTC", at("2026-11-22T03:10"), None, None)


def test_two_missed_ones_are_overdue() -> None:
    now = at("2026-11-22T05:00")
    assert not overdue(DAILY, BERLIN, now, at("2026-11-21T03:05"))
    assert overdue(DAILY, BERLIN, now, at("2026-11-20T03:05"))
    assert not overdue(WEEKLY, BERLIN, now, at("2026-11-15T03:05"))


@given(
    hour=st.integers(0, 23),
    day=st.integers(0, 6),
    weekly=st.booleans(),
    zone=st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    minutes=st.integers(0, 2 * 366 * 24 * 60),
)
def test_the_last_slot_is_always_within_its_period(
    hour: int, day: int, weekly: bool, zone: str, minutes: int
) -> None:
    """Also over both changes of the clock."""
    kind = "weekly" if weekly else "daily"
    backup = BackupSettings.model_validate({"destination": "usb", "schedule": kind, "hour": hour, "day": day})
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    slot = last_slot(backup, zone, now)
    assert slot is not None
    age = now - slot.astimezone(UTC)
    assert timedelta(hours=-1) <= age <= timedelta(days=7 if weekly else 1, hours=1)
    assert slot.hour == hour and (not weekly or slot.weekday() == day)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[CareBox]:
    with care_box(tmp_path / "box") as found:
        settings = found.now_settings()
        settings.backup.destination, settings.backup.schedule = "usb", "daily"
        settings.backup.folder = str(tmp_path / "stick")
        found.change(settings)
        yield found


def _notes(box: CareBox) -> str:
    return " ".join(box.notes.sentences())


def test_a_schedule_that_fails_is_said_on_the_live_page_until_it_is_well(box: CareBox) -> None:
    with pytest.raises(CareError, match="no backup key yet"):
        box.care.backups.scheduled()
    assert (
        "The backup has failed: There is no backup key yet; make one first. There is no good one yet."
        in _notes(box)
    )
    assert not box.care.backups.scheduled(), "not again at once"
    box.now += RETRY
    box.care.backups.new_key("admin")
    assert box.care.backups.scheduled()
    box.finish()
    assert "No USB stick is mounted" in _notes(box)
    box.care._desk.memory.good_at = "2026-11-19T03:00:05+00:00"
    box.now += RETRY
    assert box.care.backups.scheduled()
    box.finish()
    assert "The last good one is of 2026-11-19." in _notes(box)
    settings = box.now_settings()
    settings.backup.schedule = "off"
    box.change(settings)
    assert not box.care.backups.scheduled()
    assert _notes(box) == ""


def test_a_round_does_what_is_due_and_survives_what_fails(box: CareBox) -> None:
    box.care.tick()
    assert "The backup has failed" in _notes(box)
    assert box.reserves == [200_000_000], "the recorder is told where it has to stop"


def test_what_is_remembered_is_there_after_a_restart(box: CareBox) -> None:
    box.care.tick()
    box.close()
    again = CareBox(box.options.data)
    try:
        assert again.care.state()["memory"]["problem"].startswith("There is no backup key")
    finally:
        again.close()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"good_at": 7, "x": 1}', '{"good_at": "soon"}'])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, content: str) -> None:
    (tmp_path / "m.json").write_text(content)
    found = memory.load(tmp_path / "m.json")
    assert found.good is None and found.problem == ""


def test_only_one_job_at_a_time(box: CareBox) -> None:
    box.add_calls(1)
    box.care.backups.new_key("admin")
    box.care.backups.start_backup("download", False)
    with pytest.raises(CareError, match="still busy"):
        box.care.backups.start_backup("download", False)
    assert box.finish() == ""


def test_a_job_that_is_cancelled_leaves_nothing(box: CareBox) -> None:
    box.care.backups.new_key("admin")
    box.care.backups.start_backup("download", False)
    while box.care.state()["job"]["phase"] == "starting" and box.care._desk.jobs._program is None:
        continue
    box.care.cancel()
    assert box.finish() == "It was cancelled."
    box.care.start()
    assert not list(box.care._desk.work.iterdir())
