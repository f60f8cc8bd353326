"""Mail: sent by the worker to a real server on the loopback, tried again, given up, never forgotten."""

from __future__ import annotations

import ssl
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from appliance.care.mail_send import send
from appliance.care.mailer import Mailer, run_worker
from appliance.care.problems import CareError
from appliance.config.messages import MailSettings
from appliance.store.journal import SqliteJournal
from appliance.store.messages import MailStore
from appliance.store.notes import Notes
from tests.support.ports import free_port

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Post:
    """A mail server's hands: keeps what comes, refuses what it is told to."""

    mails: list[Message] = field(default_factory=list)
    refuse: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == b"right"
    return AuthResult(success=right, handled=False)


@dataclass
class Server:
    post: Post
    port: int
    settings: MailSettings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name)
    files = ("-keyout", "key.pem", "-out", "cert.pem")
    subprocess.run((*command, *files), cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[Server]:
    post, port = Post(), free_port()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        authenticator=_login,
        auth_required=True,
        auth_require_tls=True,
        require_starttls=False,
    )
    controller.start()
    settings = MailSettings.model_validate(
        {"host": "localhost", "port": port, "user": "box", "password": "right", "sender": "box@example.com"}
    )
    yield Server(post, port, settings)
    controller.stop()


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


class Office:
    """A mailer on a journal, with a clock the test moves."""

    def __init__(self, journal: SqliteJournal, settings: MailSettings) -> None:
        self.now = START
        self.settings = settings
        self.notes = Notes()
        self.files: dict[str, Path] = {}
        self.store = MailStore(journal, lambda: self.now)
        self.mailer = Mailer(
            self.store, lambda: self.settings, self.files.get, self.notes, lambda: self.now, self._send
        )
        self.orders: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []

    def _send(self, order: dict[str, Any]) -> dict[str, Any]:
        self.orders.append(order)
        return self.results.pop(0) if self.results else {"problem": ""}

    def queue(self, attachment: str | None = None) -> str:
        mail = self.store.draft("desk@example.com", "A message", "Somebody called.\n", attachment)
        self.store.add(mail)
        return mail.id


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    opened = SqliteJournal(tmp_path / "records.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def office(journal: SqliteJournal) -> Office:
    settings = MailSettings(host="mail.example.com", sender="box@example.com", keep_hours=24)
    return Office(journal, settings)


def _order(server: Server, **more: Any) -> dict[str, Any]:
    order = {**server.settings.model_dump(mode="json"), "id": "m1", "recipient": "desk@example.com",
             "subject": "Nachricht für Zoë\r\nBcc: evil@example.com", "body": "Grüße\n", "attachment": None,
             "date": "Mon, 02 Mar 2026 09:00:00 +0000"}  # fmt: skip
    return {**order, **more}


def test_a_mail_goes_out_encrypted_with_a_login(server: Server, trusted: None) -> None:
    assert run_worker(_order(server)) == {"problem": "", "said": "", "lasting": False}
    (mail,) = server.post.mails
    assert (mail["From"], mail["To"]) == ("box@example.com", "desk@example.com")
    assert mail["Bcc"] is None and mail["Message-ID"] == "<m1@example.com>"


def test_a_recording_goes_along(server: Server, trusted: None, tmp_path: Path) -> None:
    wav, opus = tmp_path / "m.wav", tmp_path / "m.opus"
    with wave.open(str(wav), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(2 * 8000))
    subprocess.run(("opusenc", "--quiet", str(wav), str(opus)), check=True, capture_output=True)
    for attach, kind in (("opus", "audio/ogg"), ("wav", "audio/wav")):
        assert send(_order(server, attachment=str(opus), attach=attach)).problem == ""
        (part,) = [one for one in server.post.mails[-1].walk() if one.get_content_maintype() == "audio"]
        content = part.get_payload(decode=True)
        assert part.get_content_type() == kind and isinstance(content, bytes)
        assert content.startswith(b"OggS" if attach == "opus" else b"RIFF")
        if attach == "wav":
            assert abs(len(content) - 16044) < 2000
    gone = send(_order(server, attachment=str(tmp_path / "gone.opus")))
    assert gone.lasting and "recording" in gone.problem


@pytest.mark.parametrize(
    ("more", "words", "lasting"),
    [
        ({"password": "wrong"}, "refuses user name or password", False),
        ({"security": "none"}, "offers no encryption, or no login", False),
        ({"security": "tls"}, "No encrypted connection", False),
        ({"host": "nobody.invalid"}, "name is not known", False),
        ({"port": 1}, "cannot be reached", False),
    ],
)
def test_what_is_wrong_is_said_in_words(
    server: Server, trusted: None, more: dict[str, Any], words: str, lasting: bool
) -> None:
    result = send(_order(server, **more))
    assert words in result.problem and result.lasting is lasting
    assert not server.post.mails


def test_a_certificate_nobody_vouches_for(server: Server) -> None:
    assert "not trusted" in send(_order(server)).problem


@pytest.mark.parametrize(
    ("reply", "lasting"),
    [("550 5.1.1 No such user", True), ("451 4.7.1 Later", False), ("550 <desk@example.com> unknown", True)],
)
def test_an_address_that_is_refused(server: Server, trusted: None, reply: str, lasting: bool) -> None:
    server.post.refuse = reply
    result = send(_order(server))
    assert result.lasting is lasting and reply[4:].replace("<desk@example.com>", "…") in result.said
    assert "desk@example.com" not in result.problem + result.said


def test_the_queue_sends_what_is_due(office: Office, tmp_path: Path) -> None:
    office.files["r1"] = tmp_path / "r1.opus"
    first = office.queue("r1")
    office.now += timedelta(seconds=1)
    second = office.queue()
    assert office.mailer.turn() and office.mailer.turn() and not office.mailer.turn()
    assert [order["id"] for order in office.orders] == [first, second]
    assert [order["attachment"] for order in office.orders] == [str(tmp_path / "r1.opus"), None]
    assert office.store.next_due() is None


def test_tried_again_later_and_later(office: Office) -> None:
    office.queue()
    pauses = []
    for _ in range(9):
        office.results = [{"problem": "The mail server cannot be reached.", "said": ""}]
        assert office.mailer.turn() and not office.mailer.turn()
        due = office.store.next_due()
        assert due is not None
        pauses.append((due - office.now).total_seconds())
        office.now = due
    assert pauses == [60, 120, 240, 480, 960, 1920, 3840, 7200, 7200]
    assert office.notes.sentences() == ["A mail could not be sent. The mail server cannot be reached."]
    assert office.mailer.turn() and not office.notes.sentences()


def test_given_up_after_its_time_and_put_in_again_by_hand(office: Office) -> None:
    mail = office.queue()
    office.now += timedelta(hours=25)
    office.results = [{"problem": "No.", "said": ""}]
    assert office.mailer.turn() and not office.mailer.turn()
    assert office.store.next_due() is None
    office.mailer.again(mail)
    assert office.mailer.turn() and len(office.orders) == 2


def test_a_lasting_refusal_ends_it_at_once(office: Office) -> None:
    office.queue()
    office.results = [{"problem": "No such user.", "said": "550", "lasting": True}]
    assert office.mailer.turn() and not office.mailer.turn()
    office.now += timedelta(hours=2)
    assert not office.mailer.turn()


def test_without_a_server_mail_waits(office: Office) -> None:
    office.queue()
    office.settings = MailSettings()
    assert not office.mailer.turn() and not office.orders
    with pytest.raises(CareError, match="First name"):
        office.mailer.test("desk@example.com")


def test_a_waiting_mail_outlives_the_box(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    settings = MailSettings(host="mail.example.com", sender="box@example.com")
    journal = SqliteJournal(path)
    mail = Office(journal, settings).queue()
    journal.close()
    journal = SqliteJournal(path)
    again = Office(journal, settings)
    assert again.mailer.turn() and again.orders[0]["id"] == mail
    journal.close()


def test_nobody_s_address_or_password_is_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    office.settings = MailSettings.model_validate(
        {"host": "mail.example.com", "sender": "box@example.com", "password": "s3cret-word"}
    )
    office.queue()
    office.results = [{"problem": "The mail server takes no mail for this address (550).",
                       "said": "550 desk@example.com unknown", "lasting": True}]  # fmt: skip
    office.mailer.turn()
    office.queue()
    office.mailer.turn()
    assert caplog.text and "desk@" not in caplog.text and "s3cret-word" not in caplog.text


def test_the_test_button_tells_what_the_server_said(office: Office) -> None:
    office.results = [{"problem": "The mail server refused the mail (554).", "said": "spam"}]
    with pytest.raises(CareError, match="554.*spam"):
        office.mailer.test("desk@example.com")
    with pytest.raises(CareError, match="no|not"):
        office.mailer.test("not an address")
    office.mailer.test("desk@example.com")
    assert office.store.next_due() is None
