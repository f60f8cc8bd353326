"""Contacts, messages, lost callers, survey results and mail on the page, over the real store."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.care.contacts import ContactDesk
from appliance.care.voicemail import VoicemailKeeper
from appliance.config.messages import VoicemailSettings
from appliance.contract.appointments import AppointmentAnswer, Kept, Said
from appliance.contract.errors import CallboxError
from appliance.contract.ids import CallId
from appliance.contract.journal import CallRecord, Entry, EntryKind, JsonValue
from appliance.control.desk import DeskAccess
from appliance.store.contacts import ContactStore
from appliance.store.journal import SqliteJournal
from appliance.store.messages import LostStore, MailStore, VoicemailStore
from tests.web.site import Browser, Site, site
from webui.desk_story import STEPS

NOW = datetime.now(UTC) - timedelta(hours=1)


class Post:
    """Mail that goes nowhere."""

    def __init__(self, store: MailStore) -> None:
        self.store = store
        self.tested: list[str] = []

    def test(self, to: str) -> None:
        self.tested.append(to)
        if "@" not in to:
            raise CallboxError("This is not a mail address.")

    def again(self, mail: str) -> None:
        self.store.again(mail)

    def drop(self, mail: str) -> None:
        self.store.drop(mail)


class Front:
    """A page with a real store behind its control socket; telephones are not there."""

    def __init__(self, pages: Site) -> None:
        self.pages = pages
        self.journal = SqliteJournal(pages.records)
        self.mail = MailStore(self.journal, lambda: NOW)
        self.voicemail = VoicemailStore(self.journal, lambda: NOW)
        self.post = Post(self.mail)
        self.rung: list[tuple[str, str]] = []
        self.folder = pages.folder / "voicemail"
        self.folder.mkdir()
        keeper = VoicemailKeeper(
            pages.recordings, self.folder, self.voicemail, self.mail, pages.settings, lambda: None
        )
        self.contacts = ContactStore(self.journal, lambda: NOW, 50)
        contacts = ContactDesk(self.contacts, lambda: "US")
        lost = LostStore(self.journal, lambda: NOW)
        pages.core.desk = DeskAccess(contacts, keeper, self.post, lost, self._ring)
        settings = pages.settings()
        settings.voicemail = [VoicemailSettings(name="front", label="Front desk")]
        pages.save(settings)

    def _ring(self, number: str, handset: str) -> None:
        if handset != "201":
            raise CallboxError(f"There is no handset {handset}.")
        self.rung.append((number, handset))

    def note(self, what: EntryKind, /, **data: JsonValue) -> None:
        self.journal.append(Entry(what, NOW, CallId("c1"), data))

    def message(self, recording: str, number: str = "+14155550100") -> None:
        self.note(EntryKind.VOICEMAIL_BEGUN, box="front", recording=recording, number=number)
        self.note(EntryKind.VOICEMAIL_LEFT, box="front", recording=recording, seconds=12.0)
        self.journal.flush()

    def lose(self, number: str, outcome: str = "abandoned", minutes: int = 0) -> None:
        at = NOW + timedelta(minutes=minutes)
        self.journal.put(
            CallRecord(
                CallId(f"c{number}"), "inbound", at, at + timedelta(seconds=9), number=number, outcome=outcome
            )
        )
        self.journal.flush()


@pytest.fixture
def front(pages: Site) -> Iterator[Front]:
    made = Front(pages)
    yield made
    made.journal.close()


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as found:
        yield found


def _form(**more: Any) -> dict[str, Any]:
    return {
        "name": "ACME",
        "numbers": ["(415) 555-0134", ""],
        "account": "4711",
        "pin": "1234",
        "vip": "on",
        "field": ["balance", "order_state"],
        "value": ["12.50", "sent"],
        **more,
    }


def _id(admin: Browser) -> str:
    (found,) = set(re.findall(r'href="/contacts/([0-9a-f]{32})"', admin.text("/contacts")))
    return str(found)


def test_a_contact_is_typed_in_found_and_changed(front: Front, admin: Browser) -> None:
    assert admin.post("/contacts/new", _form()).status_code == 303
    for text in ("acme", "5550134", "(415) 555-0134", "4711", "sent"):
        assert "ACME" in admin.text(f"/contacts?text={text}")
    assert "No contact matches" in admin.text("/contacts?text=nobody")
    contact = _id(admin)
    shown = admin.text(f"/contacts/{contact}")
    assert 'value="+14155550134"' in shown and 'value="12.50"' in shown and "argon2" not in shown
    assert admin.post(f"/contacts/{contact}", _form(name="ACME Ltd", pin="")).status_code == 303
    assert "ACME Ltd" in admin.text("/contacts") and "keep it" in admin.text(f"/contacts/{contact}")


_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"numbers": ["12"]}, "not a whole telephone number"),
    ({"account": "x1"}, "callers key it"),
    ({"pin": "12"}, "4 to 8 digits"),
    ({"field": ["Two words"], "value": ["x"]}, "small letters"),
    ({"field": ["vip"], "value": ["x"]}, "cannot be called vip"),
    ({"name": "", "numbers": [""], "account": "", "pin": ""}, "is needed"),
]


def test_what_cannot_be_used_is_said_and_stays_in_the_form(front: Front, admin: Browser) -> None:
    for wrong, words in _WRONG:
        answer = admin.post("/contacts/new", _form(**wrong))
        assert answer.status_code == 422 and words in answer.get_data(as_text=True), wrong
    assert "0</span>" in admin.text("/contacts")


def test_deleted_and_brought_back(front: Front, admin: Browser) -> None:
    admin.post("/contacts/new", _form())
    contact = _id(admin)
    gone = admin.post(f"/contacts/{contact}/delete")
    assert "Undo" in admin.text(gone.headers["Location"])
    assert "ACME" not in admin.text("/contacts") and "ACME" in admin.text("/contacts?deleted=1")
    assert admin.get(f"/contacts/{contact}").status_code == 404
    admin.post(f"/contacts/{contact}/undelete")
    assert "ACME" in admin.text("/contacts")


def test_an_import_is_looked_at_then_done_and_exported_again(front: Front, admin: Browser) -> None:
    rows = "Name;Phone;Account;Balance\nACME;(415) 555-0134;4711;'+5\nBad;12;;\nBen;415 555 0135;;7\n"
    file = (io.BytesIO(rows.encode("cp1252")), "list.csv")
    told = admin.post("/contacts/import", {"file": file}).get_data(as_text=True)
    assert "<td>3</td>" in told and "not a whole telephone number" in told
    assert "Nothing has changed yet" in told and "0</span>" in admin.text("/contacts")
    (token,) = re.findall(r'action="/contacts/import/([0-9a-f]{32})"', told)
    done = admin.post(f"/contacts/import/{token}").get_data(as_text=True)
    assert "2 contacts were imported" in done
    assert list(front.pages.control.spool.glob("*.csv")) == []
    out = admin.get("/contacts.csv").get_data(as_text=True).splitlines()
    assert out[0] == "name,numbers,language,vip,agent,account,balance"
    assert out[1] == "ACME,'+14155550134,,,,4711,'+5"
    again = (io.BytesIO("\n".join(out).encode()), "again.csv")
    assert "<dd>2</dd>" in admin.post("/contacts/import", {"file": again}).get_data(as_text=True)


def test_a_file_that_is_none(front: Front, admin: Browser) -> None:
    answer = admin.post("/contacts/import", {"file": (io.BytesIO(b"number\n" + b"x" * 200_000), "x.csv")})
    assert answer.status_code == 422 and "cannot be read beyond line" in answer.get_data(as_text=True)
    assert list(front.pages.control.spool.glob("*.csv")) == []
    assert admin.post("/contacts/import").status_code == 422
    assert admin.post(f"/contacts/import/{'0' * 32}").status_code == 422
    assert admin.post("/contacts/import/..%2f..%2fx").status_code == 404


def test_messages_are_heard_marked_and_deleted(front: Front, admin: Browser) -> None:
    front.message("r1")
    (front.folder / "r1.opus").write_bytes(bytes(range(200)))
    text = admin.text("/voicemail")
    assert "(415) 555-0100" in text and "Front desk" in text and "0:12" in text and ">new<" in text
    (message,) = set(re.findall(r"/voicemail/(\d+)/audio", text))
    part = admin.get(f"/voicemail/{message}/audio", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206 and part.data == bytes(range(10, 20))
    admin.post(f"/voicemail/{message}/old")
    assert ">new<" not in admin.text("/voicemail?box=front")
    gone = admin.post(f"/voicemail/{message}/deleted")
    assert "Undo" in admin.text(gone.headers["Location"]) and "/audio" not in admin.text("/voicemail")
    admin.post(f"/voicemail/{message}/back")
    assert "/audio" in admin.text("/voicemail")
    assert admin.get("/voicemail/999/audio").status_code == 404
    assert admin.post(f"/voicemail/{message}/eaten").status_code == 404


def test_a_lost_caller_is_rung_back_with_one_click(front: Front, admin: Browser) -> None:
    front.lose("+14155550100")
    text = admin.text("/lost")
    assert "(415) 555-0100" in text and "Hung up waiting" in text
    (caller,) = set(re.findall(r"/lost/(\d+)/call", text))
    assert admin.post(f"/lost/{caller}/call", {"handset": "201"}).status_code == 303
    assert front.rung == [("+14155550100", "201")]
    assert admin.post(f"/lost/{caller}/call", {"handset": "299"}).status_code == 409
    gone = admin.post(f"/lost/{caller}/close")
    assert "Undo" in admin.text(gone.headers["Location"]) and "555-0100" not in admin.text("/lost")
    assert "Taken off by hand" in admin.text("/lost?closed=1")
    admin.post(f"/lost/{caller}/reopen")
    assert "555-0100" in admin.text("/lost")


def test_survey_results(front: Front, admin: Browser) -> None:
    about: dict[str, JsonValue] = {"survey": "survey", "agent": "11", "queue": "sales"}
    for answer in (5, 4, 2, None):
        front.note(EntryKind.SURVEY_ANSWERED, question="happy", kind="csat", answer=answer, **about)
    for answer in (1, 1, 1, 2):
        front.note(EntryKind.SURVEY_ANSWERED, question="solved", kind="solved", answer=answer, **about)
    front.journal.flush()
    text = admin.text("/survey")
    assert "67 %" in text and "75 %" in text and "3.7" in text
    assert "No answers" in admin.text("/survey?queue=nobody")
    assert "No answers" in admin.text("/survey?agent=12") and "67 %" in admin.text("/survey?agent=11")
    assert "2 of 5" in text and ">yes<" in text and ">skipped<" in text  # the latest, in words
    assert text.count('<rect class="picture-') == 3  # keys 2, 4 and 5 were pressed
    rows = list(csv.DictReader(io.StringIO(admin.get("/survey.csv").get_data(as_text=True))))
    assert [row["answer"] for row in rows] == ["5", "4", "2", "", "1", "1", "1", "2"]


def test_appointments_and_what_was_said_of_them(front: Front, admin: Browser) -> None:
    assert "No appointment from today on." in admin.text("/appointments")
    given = {"name": "Ana", "numbers": ["+14155550101"], "appointment": "2099-03-02T09:30"}
    assert admin.post("/contacts/new", given).status_code == 303
    text = admin.text("/appointments")
    assert "2099-03-02 09:30" in text and "Nothing said yet" in text
    key = re.findall(r'href="/contacts/([0-9a-f-]+)"', text)[0]
    at = datetime.fromisoformat("2099-03-02T09:30")
    assert front.contacts.keep(AppointmentAnswer(key, at, Said.CONFIRMED)) is Kept.DONE
    text = admin.text("/appointments")
    assert "Confirmed" in text and "Ana" not in admin.text("/appointments?said=cancelled")
    form = admin.text(f"/contacts/{key}")
    assert 'type="datetime-local"' in form and 'value="2099-03-02T09:30"' in form
    more = {"appointment_state": "confirmed", "field": ["balance"], "value": ["12.50"]}
    admin.post(f"/contacts/{key}", {**given, **more})
    assert "Confirmed" in admin.text("/appointments")
    admin.post(f"/contacts/{key}", {**given, **more, "appointment": "2099-03-03T10:00"})
    assert "Nothing said yet" in admin.text("/appointments")  # what was said, was said of another time
    assert "12.50" in admin.text(f"/contacts/{key}")
    refused = admin.post(f"/contacts/{key}", {**given, "appointment": "next week"})
    assert refused.status_code == 422 and "2026-11-22 14:30" in refused.get_data(as_text=True)
    admin.post(f"/contacts/{key}", {**given, "appointment": "3.4.2020, 9:05"})
    assert "2020-04-03" not in admin.text("/appointments?past=1")  # more than a month ago
    assert "2020-04-03T09:05" in admin.text(f"/contacts/{key}")


def test_a_message_and_an_appointment_in_the_story_of_a_call(pages: Site) -> None:
    told = {"contact": "c", "at": "2099-03-02T09:30", "answer": "changed", "to": "2099-03-03T10:00"}
    with pages.app.test_request_context():
        answered = STEPS[EntryKind.APPOINTMENT](told, None)
        text, _detail, tone = STEPS[EntryKind.TEXT_SENT]({"number": "+14155550101", "trunk": "gsm1"}, None)
        failed = STEPS[EntryKind.TEXT_SENT]({"problem": "No line."}, None)
    assert answered == ("The appointment: Changed.", "2099-03-03 10:00", "good")
    assert text.startswith("A text message to ") and text.endswith(" was sent.") and tone == "good"
    assert failed == ("A text message to – was not sent.", "No line.", "warn")


def test_mail_that_failed_is_said_in_words(front: Front, admin: Browser) -> None:
    mail = front.mail.draft("desk@example.com", "A message", "x")
    front.mail.add(mail)
    front.mail.given_up(mail, "failed", "The mail server takes no mail for this address (550).")
    text = admin.text("/mail")
    assert "takes no mail for this address" in text and "No mail server is set up" in text
    admin.post(f"/mail/{mail.id}/again")
    assert ">waits<" in admin.text("/mail")
    admin.post(f"/mail/{mail.id}/drop")
    assert "No mail yet" in admin.text("/mail")
    assert admin.post("/mail/test", {"to": "nobody"}).status_code == 422
    assert admin.post("/mail/test", {"to": "me@example.com"}).status_code == 303
    assert front.post.tested == ["nobody", "me@example.com"]


def test_mail_survey_box_and_campaign_are_set_up(front: Front, admin: Browser) -> None:
    mail = {"host": "mail.example.com", "port": "465", "security": "tls", "user": "box", "attach": "wav"}
    mail |= {"password": "hush-hush", "sender": "box@example.com", "keep_hours": "24"}
    assert admin.post("/setup/mail", {**mail, "seen": _seen(admin, "/setup/mail")}).status_code == 303
    assert front.pages.settings().mail.password.get_secret_value() == "hush-hush"
    shown = admin.text("/setup/mail")
    assert "hush-hush" not in shown and "mail.example.com" in shown
    survey = {"enabled": "on", "share_percent": "50", "seed": "1", "questions.0.kind": "csat",
              "questions.0.text": "Happy?", "questions.2.kind": "free", "questions.2.text": "Other?",
              "invite.text": "Hi", "thanks.text": "Bye", "queues": ""}  # fmt: skip
    assert admin.post("/setup/survey", {**survey, "seen": _seen(admin, "/setup/survey")}).status_code == 303
    questions = front.pages.settings().survey.questions
    assert [(one.name, one.kind, one.said.text) for one in questions] == [
        ("satisfied", "csat", "Happy?"), ("question3", "free", "Other?")
    ]  # fmt: skip
    box = {"label": "Back office", "name": "back", "greeting.text": "Hello", "email": "x@example.com",
           "longest_seconds": "60", "shortest_seconds": "2", "review": "on"}  # fmt: skip
    assert admin.post("/setup/voicemail/new", box).status_code == 303
    wrong = admin.post("/setup/voicemail/new", {**box, "name": "other", "email": "nobody"})
    assert wrong.status_code == 422
    campaign = {"label": "Spring", "name": "spring", "codes": "77, 78"}
    assert admin.post("/setup/marketing/new", campaign).status_code == 303
    assert front.pages.settings().marketing[0].codes == ["77", "78"]


def _seen(admin: Browser, path: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', admin.text(path))
    assert found is not None
    return found.group(1)
