"""Shielding, sound, short message coding and command lines: property tests of the simulator's parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator import dle, sound
from simulator.at import Form, split_commands
from simulator.gsm import pdu
from simulator.gsm.pcm import PcmPort
from simulator.script import Babble, HangUp, Listen, Press, Repeat, Tone, from_json
from simulator.subscriber import Behaviour, Subscriber, default_phone_book, find
from simulator.voice import caller_id
from simulator.voice.families import FAMILIES

PART = st.one_of(st.binary(max_size=20), st.sampled_from(list("0159#bdlqsR/~\x18\x03!")))
CUTS = st.lists(st.integers(0, 200), max_size=12)
GSM_LETTERS = "".join(chr(i) for i in range(32, 127) if chr(i) != "`") + "€ÄÖÜäöüñà£Δ[]{}~|\\^"


@given(st.lists(PART, max_size=20), CUTS)
def test_shielded_stream_comes_apart_however_it_is_cut(parts: list[bytes | str], cuts: list[int]) -> None:
    wire = b"".join(dle.shield(part) if isinstance(part, bytes) else dle.event(part) for part in parts)
    edges = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    unshielder = dle.Unshielder()
    out: list[bytes | int] = []
    for start, end in pairwise(edges):
        out += unshielder.feed(wire[start:end])

    def flat(items: list[bytes | int]) -> list[int | str]:
        return [value for item in items for value in (item if isinstance(item, bytes) else [chr(item)])]

    expected = [part if isinstance(part, bytes) else ord(part) for part in parts]
    assert flat(out) == flat(expected)


@given(CUTS, st.integers(0, 200))
def test_samples_stay_whole_however_the_voice_port_is_read(cuts: list[int], opened: int) -> None:
    """Two voice bytes are never joined that were not one sample, wherever the reads and the call begin."""
    wire = b"".join(bytes([0, number]) for number in range(100))
    edges = sorted({0, len(wire), *(cut for cut in cuts if cut < len(wire))})
    port = PcmPort(lambda: 0)
    for start, end in pairwise(edges):
        port.open(end > opened)
        port.feed(wire[start:end])
    port.open(True)
    heard = port.take()
    assert not any(heard[::2])
    samples = heard[1::2].rstrip(b"\0")
    assert samples == bytes(range(100 - len(samples), 100))


def test_sub_stands_for_two_shields() -> None:
    assert dle.Unshielder().feed(b"a\x10\x1ab\x10\x10") == [b"a\x10\x10b\x10"]


@pytest.mark.parametrize("coding", {coding for family in FAMILIES.values() for coding in family.codings})
def test_codings_give_every_byte_back(coding: sound.Coding) -> None:
    every = bytes(range(256))
    back = coding.encode(coding.decode(every))
    same = [code for code in range(256) if back[code] == code]
    # mu-law has two zeros; the negative one comes back as the positive
    assert set(range(256)) - set(same) == (set() if coding.kind != "ulaw" else {0x7F})


def test_mulaw_values_of_g711() -> None:
    values = np.frombuffer(sound.Coding(4, "", "ulaw").decode(bytes([0x80, 0x00, 0xFF, 0x8F, 0xF0])), "<i2")
    assert values.tolist() == [32124, -32124, 0, 16764, 120]


@pytest.mark.parametrize("digit", sound.DTMF)
@pytest.mark.parametrize("dbm0", [-5.0, -25.0])
def test_every_digit_is_heard_once(digit: str, dbm0: float) -> None:
    pcm = sound.silence(0.05) + sound.dtmf(digit, 100, 100, dbm0) * 2
    assert sound.hear_digits(pcm) == digit * 2


def test_speech_and_tones_are_no_digits() -> None:
    voice = b"".join(list(_frames(Babble(5.0))))
    assert sound.hear_digits(voice + sound.tone((350, 440), 1.0) + sound.tone((1000.0,), 1.0)) == ""


def _frames(step: Babble | Tone) -> list[bytes]:
    class NoCall:
        digits = ""

        def press(self, digit: str, down: bool) -> None:
            raise AssertionError

        def hang_up(self, way: object = None) -> None:
            raise AssertionError

    return list(step.play(NoCall()))


@pytest.mark.parametrize("dbm0", [-3.0, -13.0, -40.0])
def test_levels(dbm0: float) -> None:
    assert sound.level_dbm0(sound.tone((1000.0,), 1.0, dbm0)) == pytest.approx(dbm0, abs=0.3)
    assert sound.level_dbm0(b"".join(_frames(Babble(4.0, dbm0=-18.0)))) == pytest.approx(-18.0, abs=1.0)


def test_wav_files(tmp_path: Path) -> None:
    pcm = sound.tone((500.0,), 0.5)
    sound.write_wav(tmp_path / "a.wav", pcm)
    assert sound.read_wav(tmp_path / "a.wav") == pcm


@given(st.text(GSM_LETTERS, max_size=400))
def test_text_to_septets_and_back(text: str) -> None:
    codes = pdu.gsm7_codes(text)
    assert codes is not None
    for fill in (0, 1, 6):
        assert pdu.gsm7_text(pdu.unpack(pdu.pack(codes, fill), len(codes), fill)) == text


def test_septets_of_the_standard() -> None:
    assert pdu.pack(pdu.gsm7_codes("hellohello") or []).hex().upper() == "E8329BFD4697D9EC37"


def test_a_message_of_the_standard_is_read() -> None:
    submit = pdu.read_submit("0011000B916407281553F80000AA0AE8329BFD4697D9EC37", 23)
    assert (submit.to, submit.text, submit.parts) == ("+46708251358", "hellohello", 1)


def test_deliver_has_sender_time_and_text() -> None:
    when = datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=-5)))
    assert pdu.deliver("+46708251358", "hellohello", when, 1) == [
        "00040B916407281553F80000" + "4250607080900A" + "0AE8329BFD4697D9EC37"
    ]


@given(st.one_of(st.text(max_size=700), st.text(GSM_LETTERS, max_size=700)), st.integers(0, 255))
@example("x" * 160, 1)
@example("x" * 152 + "€" + "y" * 200, 1)
def test_long_messages_keep_their_parts_within_140_octets(text: str, reference: int) -> None:
    text = text.encode("utf-16", "ignore").decode("utf-16", "ignore")
    for part in pdu.deliver("+36201234567", text, datetime(2024, 1, 1, tzinfo=UTC), reference):
        user_data = bytes.fromhex(part)[1 + 1 + 2 + 6 + 2 + 7 + 1 :]
        assert len(user_data) <= 140


@given(st.one_of(st.binary(max_size=60).map(bytes.hex), st.text(max_size=40)), st.integers(0, 60))
def test_any_pdu_is_read_or_refused(text: str, length: int) -> None:
    try:
        pdu.read_submit(text, length)
    except pdu.PduError as error:
        assert str(error)


@given(st.text(max_size=60))
def test_any_command_line_becomes_commands(line: str) -> None:
    for command in split_commands(line):
        assert command.name
        assert isinstance(command.args, list)


def test_command_lines() -> None:
    lines = {
        "E0Q0V1H0": [("E", "0"), ("Q", "0"), ("V", "1"), ("H", "0")],
        "+VRA=70;+VRN=10": [("+VRA", "70"), ("+VRN", "10")],
        "DT+36 30-123;": [("D", "T+36 30-123;")],
        "+VTS=[933,,150]": [("+VTS", "[933,,150]")],
        '+CUSD=1,"*1;2#",15': [("+CUSD", '1,"*1;2#",15')],
        "S0=0&F": [("S0", "0"), ("&F", "")],
        "^DDSETEX=2": [("^DDSETEX", "2")],
    }
    for line, expected in lines.items():
        assert [(command.name, command.text) for command in split_commands(line)] == expected
    assert [command.form for command in split_commands("+CPIN?;+CREG=?;A;+COPS=0")] == [
        Form.READ, Form.TEST, Form.RUN, Form.SET,
    ]  # fmt: skip


def test_caller_id_message_has_a_right_checksum() -> None:
    when = datetime(2024, 3, 21, 14, 5, tzinfo=UTC)
    message = caller_id.message("+15551234", "HARING K", when)
    assert sum(message) & 0xFF == 0
    assert message[:2] == bytes([0x80, len(message) - 3])
    assert message[2:12] == b"\x01\x0803211405" and b"\x02\x0815551234\x07\x08HARING K" in message
    assert caller_id.formatted("", "", when, "=") == ["DATE=0321", "TIME=1405", "NMBR=P"]


def test_scripts_from_json() -> None:
    steps = from_json([
        {"tone": 440, "seconds": 2}, {"wait": 1.5}, {"press": "1", "tone_ms": 60},
        {"repeat": [{"babble": 1}], "times": 2}, {"hang_up": True},
    ])  # fmt: skip
    assert steps == [Tone((440.0,), 2), Listen(1.5), Press("1", 60), Repeat((Babble(1),), 2), HangUp()]
    with pytest.raises(ValueError, match="unknown step 'shout'"):
        from_json([{"shout": 1}])
    with pytest.raises(ValueError, match="press"):
        from_json([{"press": "1", "loud": 3}])
    with pytest.raises(FileNotFoundError):
        from_json([{"say": "/does/not/exist.wav"}])


def test_the_phone_book_finds_exact_numbers_first() -> None:
    book = [*default_phone_book(), Subscriber("+36301234562")]
    assert find(book, "+36301234562").behaviour is Behaviour.ANSWER
    assert find(book, "5552").behaviour is Behaviour.BUSY
    assert find([], "5552").behaviour is Behaviour.UNALLOCATED
    endings = {str(digit): find(book, f"555{digit}").behaviour for digit in range(10)}
    assert endings == {
        "0": "answer", "1": "answer", "2": "busy", "3": "no_answer", "4": "reject", "5": "answer",
        "6": "unallocated", "7": "congestion", "8": "answer", "9": "answer",
    }  # fmt: skip
