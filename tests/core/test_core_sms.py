"""A text message: by which line, to whom, and what is told when it is not sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.contract.events import TrunkState, TrunkStatus
from appliance.contract.journal import EntryKind
from appliance.contract.services import Services
from appliance.contract.texts import Sent
from appliance.core.messages.sms import PATIENCE_SECONDS, send_sms
from tests.core.office import Office

NUMBER = "+12125550123"


class FakeTexts:
    """Lines gsm1 and gsm2 can send; answers are given by hand."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str, Sent]] = []

    def able(self, line: str) -> bool:
        return line.startswith("gsm")

    def send(self, line: str, number: str, text: str, sent: Sent) -> None:
        self.sent.append((line, number, text, sent))


@pytest.fixture
def texts() -> FakeTexts:
    return FakeTexts()


@pytest.fixture
def office(texts: FakeTexts) -> Office:
    return Office(services=Services(texts=texts))


def send(office: Office, number: str | None = NUMBER, text: str = "Hello", group: str = "") -> list[str]:
    said: list[str] = []
    kernel = office.system._kernel
    kernel.run(lambda: send_sms(kernel, number, text, said.append, group))
    return said


def journal(office: Office) -> list[dict[str, object]]:
    return [dict(entry.data) for entry in office.entries(EntryKind.TEXT_SENT)]


def test_it_goes_by_the_first_idle_line_with_a_card(office: Office, texts: FakeTexts) -> None:
    said = send(office)
    assert [sent[:3] for sent in texts.sent] == [("gsm1", NUMBER, "Hello")]
    assert said == []
    texts.sent[0][3]("")
    assert said == [""]
    assert journal(office) == [{"number": NUMBER, "trunk": "gsm1"}]
    office.caller_in_menu("gsm1")
    send(office)
    assert texts.sent[1][0] == "gsm2"


def test_a_busy_line_is_better_than_none(office: Office, texts: FakeTexts) -> None:
    office.caller_in_menu("gsm1")
    office.caller_in_menu("gsm2")
    send(office)
    assert texts.sent[0][0] == "gsm1"


def test_a_line_out_of_service_is_passed_over(office: Office, texts: FakeTexts) -> None:
    office.system.handle(TrunkStatus("gsm1", TrunkState.OUT_OF_COVERAGE))
    send(office)
    assert texts.sent[0][0] == "gsm2"


@pytest.mark.parametrize("number", [None, "", "112", "911", "abc", "*55"])
def test_not_to_what_is_no_number(office: Office, texts: FakeTexts, number: str | None) -> None:
    assert send(office, number) == ["There is no number that a message could be sent to."]
    assert texts.sent == []
    assert journal(office)[0]["problem"] == "There is no number that a message could be sent to."


def test_an_empty_text_and_a_group_without_a_card(office: Office, texts: FakeTexts) -> None:
    assert send(office, text=" ") == ["The message is empty."]
    assert send(office, group="nowhere") == ["No line that can send text messages is in service."]
    assert texts.sent == []


def test_a_network_that_says_nothing_is_given_up_once(office: Office, texts: FakeTexts) -> None:
    said = send(office)
    office.wait(PATIENCE_SECONDS + 1)
    assert said == ["The network did not answer in time."]
    texts.sent[0][3]("")
    assert len(said) == 1
    assert len(journal(office)) == 1


def test_a_sender_that_fails_is_told(
    office: Office, texts: FakeTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(line: str, number: str, text: str, sent: Callable[[str], None]) -> None:
        raise RuntimeError("no modem")

    monkeypatch.setattr(texts, "send", broken)
    assert "no modem" in send(office)[0]
