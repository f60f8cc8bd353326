"""Nobody is there: a caller leaves a message, which arrives by mail, whatever happens to the core."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_binary_file
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from appliance.reports.desk import DeskLists, Voicemail
from simulator import Call, CallState, HangUp, Press, Tone, WaitForSilence, WaitForSound
from simulator.script import Step
from tests.support.box import wait_for
from tests.support.office import Office, decode
from tests.support.ports import free_port
from tests.support.sounds import read_wav, tone_seconds

CALLER = 1000.0  # Hz


class MailServer:
    """aiosmtpd as a program of its own, which puts mail into a maildir."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "maildir"
        self.port = free_port()
        command = (sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{self.port}",
                   "-c", "aiosmtpd.handlers.Mailbox", str(self.folder))  # fmt: skip
        self.process = subprocess.Popen(command)

    def mails(self) -> list[Message]:
        found = []
        for path in sorted((self.folder / "new").glob("*")):
            with path.open("rb") as file:
                found.append(message_from_binary_file(file))
        return found

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    running = MailServer(tmp_path_factory.mktemp("mail"))
    yield running
    running.stop()


def _set_up(office: Office, server: MailServer) -> None:
    def change(settings: dict[str, Any]) -> None:
        settings["mail"] |= {"host": "127.0.0.1", "port": server.port, "security": "none", "attach": "wav",
                             "sender": "box@example.com"}  # fmt: skip
        box = {"name": "front", "label": "Front desk", "email": "desk@example.com", "agent": "11"}
        settings["voicemail"] = [box]
        choice = {"kind": "voicemail", "target": "front"}
        for queue in settings["queues"]:
            queue |= {"join": "logged_in", "unstaffed": choice, "overflow": choice}

    with contextlib.closing(office.box.control) as control:
        version, settings = control.settings()
        change(settings)
        control.save_settings(version, settings, "test")


def _leave(office: Office, *after: Step) -> Call:
    """Through the menu into the box; speaks for some seconds once the greeting and the tone are over."""
    before: list[Step] = [
        WaitForSound(),
        WaitForSilence(1.0),
        Press("1"),
        WaitForSound(),
        WaitForSilence(1.5),
    ]
    return office.call("gsm1", [*before, *after], "+12025550101")


def _messages(office: Office) -> list[Voicemail]:
    with contextlib.closing(DeskLists(office.box.options.records)) as lists:
        return lists.voicemail()


def test_a_message_arrives_by_mail(office: Office, server: MailServer) -> None:
    phone = office.phone("201", 440, lamp=True)
    _set_up(office, server)
    speak = Tone((CALLER,), 4.0)
    keep = (Press("#"), WaitForSound(), Press("1"), WaitForSilence(1.0))
    call = _leave(office, speak, *keep, HangUp())
    assert call.wait_for(CallState.ENDED, 60)
    office.idle()
    assert office.newest_record().outcome == "voicemail"
    (message,) = _messages(office)
    assert (message.box, message.number, message.state) == ("front", "+12025550101", "new")
    assert 3.0 < message.seconds < 12.0
    path = office.box.options.voicemail / f"{message.recording}.opus"
    wait_for(path.exists, 20, "the message is encoded and in its place")
    phone.wait_for(lambda event: "Voice-Message: 1/0" in str(event.get("param")), 30, "the lamp is lit")
    left, right = decode(path)
    assert tone_seconds(left, CALLER) > 3.0 and tone_seconds(right, CALLER) > 3.0
    (mail,) = wait_for(server.mails, 30, "the mail has arrived")
    assert mail["To"] == "desk@example.com" and "Front desk" in str(mail["Subject"])
    (part,) = [one for one in mail.walk() if one.get_content_type() == "audio/wav"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    attached = office.folder / "attached.wav"
    attached.write_bytes(content)
    assert tone_seconds(read_wav(attached), CALLER) > 3.0


def test_a_core_killed_in_mid_message_keeps_it(office: Office, server: MailServer) -> None:
    _leave(office, Tone((CALLER,), 30.0), HangUp())
    wait_for(lambda: any(call.recording for call in office.live().calls), 30, "the message is recorded")
    recordings = office.box.options.recordings
    wait_for(
        lambda: any(_long(path) for path in recordings.glob("*.left.wav")), 20, "some of it is on the disk"
    )
    os.kill(office.box.child("appliance core"), signal.SIGKILL)
    wait_for(lambda: len(_messages(office)) == 2, 30, "the message is kept")
    path = office.box.options.voicemail / f"{_messages(office)[0].recording}.opus"
    wait_for(path.exists, 30, "it is encoded and in its place")
    assert tone_seconds(decode(path)[0], CALLER) > 1.0
    wait_for(lambda: len(server.mails()) == 2, 30, "its mail has arrived")


def _long(path: Path) -> bool:
    return path.stat().st_size > 50_000  # some 3 s
