"""Text messages: PDUs that others can read, and their way through a modem."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.lines.pdu import MOST_PARTS, submit
from appliance.lines.texts import LineTexts
from drivers.at_channel import Reply
from simulator.gsm.pdu import Submit, read_submit
from tests.lines.gsm_plant import Plant, plant

NUMBER = "+493012345678"
PATIENCE = 20.0


def read(number: str, text: str) -> list[Submit]:
    """What the network reads of a message."""
    return [read_submit(part.pdu, part.length) for part in submit(number, text, 7)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 152 + "€" + "y" * 20, 2),  # the euro sign's two septets stay together
        ("€" * 80, 1),
        ("Привет", 1),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 66 + "😀" + "я" * 10, 2),  # so do the two units of one letter
        ("x" * 153 * MOST_PARTS, MOST_PARTS),
    ],
)
def test_the_network_reads_what_was_written(text: str, parts: int) -> None:
    found = read(NUMBER, text)
    assert "".join(part.text for part in found) == text
    assert [part.to for part in found] == [NUMBER] * parts
    assert [(part.part, part.parts) for part in found] == [(at + 1, parts) for at in range(parts)]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300), st.from_regex(r"\A\+?[0-9]{3,15}\Z"))
def test_any_text_arrives_or_is_refused(text: str, number: str) -> None:
    try:
        found = read(number, text)
    except ValueError as problem:
        assert "too long" in str(problem)
        assert len(text) > 200
        return
    assert "".join(part.text for part in found) == text
    assert {part.to for part in found} == {number}


@pytest.mark.parametrize(("number", "text"), [("", "x"), ("12a", "x"), ("+49", ""), ("1", "x" * 2000)])
def test_what_cannot_be_sent_is_refused(number: str, text: str) -> None:
    with pytest.raises(ValueError, match="no telephone number|empty|too long"):
        submit(number, text, 0)


@pytest.mark.peer
@pytest.mark.parametrize("text", ["Hello, [€5]", "x" * 200, "Привет " * 30])
def test_a_library_nobody_here_wrote_reads_them(text: str) -> None:
    pdu = pytest.importorskip("gsmmodem.pdu", reason="python-gsmmodem-new is not installed")
    found = [pdu.decodeSmsPdu(part.pdu) for part in submit(NUMBER, text, 7)]
    assert "".join(part["text"] for part in found) == text
    assert {part["number"] for part in found} == {NUMBER}


class Desk:
    """Who sends, and waits for what comes of it."""

    def __init__(self, made: Plant) -> None:
        self.texts = LineTexts({"gsm1": [made.trunk]}, lambda work: work())

    def send(self, text: str, line: str = "gsm1") -> str:
        said: list[str] = []
        came = threading.Event()
        tell: Callable[[str], None] = said.append

        def sent(problem: str) -> None:
            tell(problem)
            came.set()

        self.texts.send(line, NUMBER, text, sent)
        assert came.wait(PATIENCE)
        assert len(said) == 1
        return said[0]


@pytest.mark.parametrize("family", ["generic", "simcom", "quectel", "huawei"])
def test_a_message_goes_through_a_modem(family: str) -> None:
    with plant(family) as made:
        made.in_service()
        desk = Desk(made)
        assert desk.texts.able("gsm1")
        assert desk.send("We will call you back. " * 10) == ""
        sent = made.modem.sms.sent
        assert [(message.to, message.text, message.parts) for message in sent] == [
            (NUMBER, "We will call you back. " * 10, 2)
        ]


def test_a_refused_message_and_a_closed_port_say_why() -> None:
    with plant() as made:
        made.in_service()
        desk = Desk(made)
        made.modem.sms.refuse = 38
        assert "CMS error 38" in desk.send("Hello")
        made.modem.sms.refuse = None
        assert desk.send("Hello again") == ""  # the modem is at its prompt no more
        made.trunk.stop()
        assert "not open" in desk.send("Hello")


def test_the_text_is_written_at_the_prompt_only() -> None:
    with plant() as made:
        made.in_service()
        part = submit(NUMBER, "By the link itself.", 3)[0]
        came = threading.Event()
        replies: list[Reply] = []

        def done(reply: Reply) -> None:
            replies.append(reply)
            came.set()

        made.trunk.link.command("AT+CMGF=0", 5.0)
        made.trunk.link.command(f"AT+CMGS={part.length}", 20.0, done, prompt=part.pdu.encode() + b"\x1a")
        assert came.wait(PATIENCE)
        assert [(reply.final, reply.error) for reply in replies] == [("OK", None)]
        assert [message.text for message in made.modem.sms.sent] == ["By the link itself."]
        dialogue = made.trunk.black_box()
        at = next(place for place, line in enumerate(dialogue) if "AT+CMGS" in line)
        assert dialogue[at + 1].endswith("< >")


def test_a_message_under_way_when_the_line_stops_is_told_of() -> None:
    with plant() as made:
        made.in_service()
        made.modem.sms.silent = True  # the network's answer never comes
        texts = LineTexts({"gsm1": [made.trunk]}, lambda work: work())
        said: list[str] = []
        came = threading.Event()

        def sent(problem: str) -> None:
            said.append(problem)
            came.set()

        texts.send("gsm1", NUMBER, "Hello", sent)
        made.trunk.stop()
        assert came.wait(PATIENCE)
        assert len(said) == 1
        assert "closed" in said[0] or "not open" in said[0]


def test_a_line_without_a_card_sends_nothing() -> None:
    texts = LineTexts({"sip/1": []}, lambda work: work())
    said: list[str] = []
    texts.send("sip/1", NUMBER, "Hello", said.append)
    assert not texts.able("sip/1")
    assert said == ["Line sip/1 cannot send text messages."]
