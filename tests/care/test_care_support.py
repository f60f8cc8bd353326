"""The support file helps, and holds no secret and no telephone number of anybody."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from appliance.care.logring import FILE_BYTES, LogRing
from appliance.care.mask import known_secrets, scrub, without_numbers
from appliance.care.support import Facts, text_of
from appliance.config.defaults import first_start
from appliance.config.schema import GsmTrunk, SipTrunk, dump
from tests.care.care_box import care_box

AT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
DIGITS = "0123456789"
NUMBERS = st.text(DIGITS, min_size=6, max_size=15).map(lambda digits: f"+{digits}")
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=30)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", ") ", " (", "\u00a0"])


def _bare(text: str) -> str:
    """Without what stands between digits."""
    return re.sub(r"[\s().+/\-]", "", text)


@st.composite
def _written(draw: st.DrawFn, number: str) -> str:
    """A number as people write it."""
    place = draw(st.integers(2, len(number) - 1))
    return number[:place] + draw(SEPARATORS) + number[place:]


def _settings(user: str, password: str, said: str, pin: str) -> dict[str, Any]:
    settings = first_start().settings
    settings.trunks = [
        SipTrunk(name="voip", label="Provider", host="sip.example", user=user[:64], password=password),  # type: ignore[arg-type]
        GsmTrunk(name="gsm1", label=f"Mobile {said}"[:60], port="/dev/ttyUSB2", pin=pin),  # type: ignore[arg-type]
    ]
    settings.flows[0].words("greeting").text = f"You have reached {said}."
    return dump(settings)


@given(
    data=st.data(),
    numbers=st.lists(NUMBERS, min_size=1, max_size=3),
    password=SECRETS,
    pin=st.text(DIGITS, min_size=4, max_size=8),
)
@example(data=None, numbers=["+4930901820"], password="...........", pin="0000")
def test_no_secret_and_no_number_is_in_it(
    data: st.DataObject | None, numbers: list[str], password: str, pin: str
) -> None:
    written = [data.draw(_written(number)) if data else number for number in numbers]
    settings = _settings(numbers[0], password, written[0], pin)
    live = {
        "trunks": [
            {
                "name": "voip",
                "kind": "sip",
                "state": "unreachable",
                "why": f"403 for {written[-1]}",
                "signal": None,
            }
        ],
        "handsets": [{"name": "201", "registered": True, "address": "192.168.1.20:5060"}],
        "calls": [{"number": written[0]}],
        "notes": [f"The last call came from {written[-1]}."],
    }
    log = [
        (1.7e9, "INFO", "appliance.core", f"call from {one} with {password}, PIN {pin}") for one in written
    ]
    said = {"gsm1": [f"> ATD{one};" for one in written]}
    text = text_of(Facts("0.1.0", AT, settings, live, log=log, said=said, backup={"problem": written[0]}))
    for number in numbers:
        assert number.lstrip("+") not in _bare(text)
    secrets = [password, pin, settings["web"]["admin_hash"], settings["agents"][0]["pin_hash"]]
    for secret in [*secrets, *(handset["secret"] for handset in settings["handsets"])]:
        assert secret not in text


def test_it_says_what_helps() -> None:
    settings = _settings("alice", "a secret word", "us", "1234")
    live = {
        "trunks": [{"name": "gsm1", "kind": "gsm", "state": "sim_locked", "why": "PUK wanted", "signal": -71}]
    }
    log = [(1.7e9, "ERROR", "drivers.gsm", "CME ERROR: 12")]
    text = text_of(Facts("0.1.0", AT, settings, live, log=log, disk={"free": 5}))
    for wanted in (
        "Callbox 0.1.0", "line gsm1 (gsm): sim_locked; signal -71 dBm; PUK wanted", "free: 5", "/dev/ttyUSB2",
        "CME ERROR: 12", '"strategy": "longest_idle"', "2023-11-14 22:13:20 ERROR", '"112"', "Linux",
    ):  # fmt: skip
        assert wanted in text, wanted


def test_masks() -> None:
    assert (
        without_numbers("call +1 415 555-0134 at 9:30, 112, 3 lines")
        == "call +# ### ###-#### at 9:30, 112, 3 lines"
    )
    assert scrub("pw: S3cret!", {"s3cret!"}) == "pw: …"
    assert known_secrets({"a": [{"pin": "1234", "user": "bob", "label": "x"}]}) == {"1234", "bob"}


def test_the_file_of_a_box(tmp_path: Path) -> None:
    with care_box(tmp_path / "box") as box:
        box.care.log.emit(
            logging.makeLogRecord({"levelno": logging.ERROR, "msg": "call from +14155550134", "name": "x"})
        )
        path = box.care.support_file({"trunks": []}, {})
        text = path.read_text()
        assert "4155550134" not in text and "call from +###########" in text
        assert path.parent == box.care._desk.work and path.stat().st_mode & 0o007 == 0


# ---------------------------------------------------------------------------------- the kept log


def _record(text: str, level: int = logging.INFO) -> logging.LogRecord:
    return logging.makeLogRecord({"levelno": level, "levelname": "X", "msg": text, "name": "n"})


def test_a_warning_is_on_the_disk_and_there_after_a_restart(tmp_path: Path) -> None:
    ring = LogRing(tmp_path / "log")
    ring.emit(_record("all is well"))
    calm = ring.due
    ring.emit(_record("the modem has gone", logging.WARNING))
    ring._written -= 60
    before = ring.due
    ring.flush_to_disk()
    after = ring.due
    assert (calm, before, after) == (False, True, False)
    assert [line[3] for line in LogRing(tmp_path / "log").lines(10)] == ["all is well", "the modem has gone"]


def test_it_never_takes_more_than_its_two_files(tmp_path: Path) -> None:
    ring = LogRing(tmp_path / "log")
    for number in range(900):
        ring.emit(_record(f"{number} " + "x" * 1500))
        if number % 50 == 0:
            ring.flush_to_disk()
    ring.flush_to_disk()
    files = list((tmp_path / "log").iterdir())
    assert len(files) == 2 and all(path.stat().st_size <= FILE_BYTES for path in files)
    assert ring.lines(5)[-1][3].startswith("899 ")


def test_a_disk_that_refuses_and_a_damaged_file_harm_nobody(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a file where a folder should be")
    ring = LogRing(tmp_path / "log")
    ring.emit(_record("lost"))
    ring.flush_to_disk()
    assert ring.lines(5) == []
    (tmp_path / "log").unlink()
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "core.log").write_bytes(b'\xff\n[1]\n{"a": 2}\n[1, "I", "n", "good"]\n[1, "I"')
    assert [line[3] for line in ring.lines(10)] == ["good"]


def test_mail_and_messages_are_not_told() -> None:
    settings = first_start().settings
    plain = dump(settings)
    plain["mail"] |= {"host": "mail.example.com", "user": "someone", "password": "hush-hush-hush",
                      "sender": "someone@example.org"}  # fmt: skip
    plain["voicemail"] = [{"name": "front", "label": "Desk", "email": "desk@example.net"}]
    plain["marketing"] = [{"name": "spring", "label": "Spring", "numbers": ["+14155550177"]}]
    text = text_of(Facts("0.1.0", AT, plain, {}))
    for secret in ("hush-hush-hush", "someone", "desk@example.net", "4155550177"):
        assert secret not in text
    assert "mail.example.com" in text and "front" in text
