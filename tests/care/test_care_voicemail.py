"""Messages of callers: their files, their mail, and what a restart finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.care.voicemail import HeldRecordings, ListeningJournal, VoicemailKeeper
from appliance.config.defaults import defaults
from appliance.config.messages import VoicemailSettings
from appliance.config.schema import Settings
from appliance.contract.errors import CallboxError
from appliance.contract.ids import CallId, RecordingId
from appliance.contract.journal import Entry, EntryKind, JsonValue
from appliance.store.journal import SqliteJournal
from appliance.store.letters import Mail
from appliance.store.messages import MailStore, VoicemailStore

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Room:
    """A keeper on a data folder; the test plays core, media and encoder."""

    def __init__(self, data: Path) -> None:
        self.recordings, self.folder = data / "recordings", data / "voicemail"
        for folder in (self.recordings, self.folder):
            folder.mkdir(exist_ok=True)
        self.records = SqliteJournal(data / "records.sqlite")
        self.voicemail = VoicemailStore(self.records, lambda: NOW)
        self.mail = MailStore(self.records, lambda: NOW)
        self.submitted: list[RecordingId] = []
        self.settings: Settings = defaults()
        self.settings.voicemail = [VoicemailSettings(name="front", label="Desk", email="desk@example.com")]
        self.woken = 0
        self.keeper = VoicemailKeeper(
            self.recordings, self.folder, self.voicemail, self.mail, lambda: self.settings, self._wake
        )
        self.held = HeldRecordings(self.recordings, self.submitted.append)
        self.kept = 0
        self.journal = ListeningJournal(self.records, self.held, self._keep)

    def _wake(self) -> None:
        self.woken += 1

    def _keep(self) -> None:
        self.kept += 1

    def note(self, kind: EntryKind, recording: str, **data: JsonValue) -> None:
        entry = Entry(kind, NOW, CallId("c1"), {"box": "front", "recording": recording, **data})
        self.journal.append(entry)

    def begin(self, recording: str) -> None:
        self.note(EntryKind.VOICEMAIL_BEGUN, recording, number="+14155550100", name="ACME")
        for side in ("left", "right"):
            (self.recordings / f"{recording}.{side}.wav").write_bytes(b"RIFF")

    def left(self, recording: str) -> None:
        self.note(EntryKind.VOICEMAIL_LEFT, recording, seconds=12.0)
        self.records.flush()

    def encode(self, recording: str) -> None:
        for path in self.recordings.glob(f"{recording}.*.wav"):
            path.unlink()
        (self.recordings / f"{recording}.opus").write_bytes(b"OggS")

    def mails(self) -> list[Mail]:
        found = []
        while (mail := self.mail.due()) is not None:
            self.mail.sent(mail)
            found.append(mail)
        return found


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.records.close()


def test_a_message_gets_its_place_and_its_mail_once(room: Room) -> None:
    room.begin("r1")
    room.left("r1")
    assert room.kept == 1
    room.keeper.sweep()  # it is not encoded yet
    assert room.keeper.file("r1") is None and not room.mails()
    room.encode("r1")
    room.keeper.sweep()
    room.keeper.sweep()
    assert room.keeper.file("r1") == room.folder / "r1.opus" and room.woken == 1
    (mail,) = room.mails()
    assert (mail.recipient, mail.attachment) == ("desk@example.com", "r1")
    assert mail.subject == "Message from ACME (+14155550100) for Desk"
    assert "12 seconds" in mail.body and "2026-03-02 09:00" in mail.body
    (message,) = room.voicemail.waiting("front")
    assert (message.state, message.seconds, message.name) == ("new", 12.0, "ACME")
    assert room.voicemail.counts() == {"front": (1, 0)}


def test_without_an_address_or_attachment(room: Room) -> None:
    room.settings.mail.attach = "none"
    room.begin("r1")
    room.left("r1")
    room.encode("r1")
    room.keeper.sweep()
    assert [mail.attachment for mail in room.mails()] == [None]
    room.settings.voicemail[0].email = ""
    room.begin("r2")
    room.left("r2")
    room.encode("r2")
    room.keeper.sweep()
    assert not room.mails() and (room.folder / "r2.opus").exists()


@pytest.mark.parametrize("order", ["left first", "ended first"])
def test_a_recording_is_encoded_when_it_was_left_and_is_closed(room: Room, order: str) -> None:
    room.begin("r1")
    if order == "left first":
        room.left("r1")
        assert room.submitted == []
        assert room.held.ended(RecordingId("r1"))
    else:
        assert room.held.ended(RecordingId("r1"))
        assert room.submitted == []
        room.left("r1")
    assert room.submitted == ["r1"]
    assert not room.held.ended(RecordingId("other"))


@pytest.mark.parametrize("order", ["dropped first", "ended first"])
def test_what_was_taken_back_is_gone(room: Room, order: str) -> None:
    room.begin("r1")
    if order == "dropped first":
        room.note(EntryKind.VOICEMAIL_DROPPED, "r1")
        assert room.held.ended(RecordingId("r1"))
    else:
        room.held.ended(RecordingId("r1"))
        room.note(EntryKind.VOICEMAIL_DROPPED, "r1")
    room.records.flush()
    assert list(room.recordings.iterdir()) == [] and room.submitted == []
    assert room.voicemail.of_recording("r1") is None


def test_a_message_that_was_being_left_when_the_box_died(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.begin("r1")
    room.records.flush()
    room.records.close()
    again = Room(tmp_path)
    again.records.append(Entry(EntryKind.BOX_STARTED, NOW, data={"version": "1", "interrupted": 1}))
    again.records.flush()
    (message,) = again.voicemail.waiting("front")
    assert message.state == "new"
    again.encode("r1")  # as `Encoder.recover` does
    again.keeper.sweep()
    assert again.keeper.file("r1") is not None and len(again.mails()) == 1
    again.records.close()


def test_sound_that_a_power_cut_took_is_still_told(room: Room) -> None:
    room.begin("r1")
    room.left("r1")
    for path in room.recordings.iterdir():
        path.unlink()
    room.keeper.sweep()
    assert [mail.attachment for mail in room.mails()] == [None]


def test_killed_between_moving_and_mailing(room: Room) -> None:
    room.begin("r1")
    room.left("r1")
    room.encode("r1")
    (room.recordings / "r1.opus").rename(room.folder / "r1.opus")
    room.keeper.sweep()
    assert [mail.attachment for mail in room.mails()] == ["r1"]


def test_new_old_deleted_and_back(room: Room) -> None:
    room.begin("r1")
    room.left("r1")
    (message,) = room.voicemail.waiting("front")
    states = []
    for state in ("old", "deleted", "back", "new", "deleted", "deleted", "back"):
        room.keeper.set_state(message.id, state)
        found = room.voicemail.of_recording("r1")
        assert found is not None
        states.append((found.state, found.deleted is not None))
    assert states == [("old", False), ("deleted", True), ("old", False), ("new", False),
                      ("deleted", True), ("deleted", True), ("new", False)]  # fmt: skip
    with pytest.raises(CallboxError):
        room.keeper.set_state(9999, "old")


def test_a_message_in_progress_is_nobody_s_to_change(room: Room) -> None:
    room.begin("r1")
    room.records.flush()
    found = room.voicemail.of_recording("r1")
    assert found is not None and room.voicemail.waiting("front") == []
    with pytest.raises(CallboxError):
        room.keeper.set_state(found.id, "deleted")


def test_the_thread_looks_when_it_is_told(room: Room) -> None:
    room.begin("r1")
    room.left("r1")
    room.encode("r1")
    room.keeper.start()
    room.keeper.stop()
    assert (room.folder / "r1.opus").exists() and len(room.mails()) == 1
