"""Whatever a modem or a line sends: the fxo room's parsers and its state machine stay whole."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.contract.cause import HangupCause
from appliance.contract.events import Answered, AudioReady, CallerId, Released, RingStarted
from appliance.contract.ids import LegId
from drivers.fxo.caller_id import CallerIdReader, is_ring, parse_message, parse_text
from drivers.fxo.dle import Packet
from drivers.fxo.line import State
from drivers.fxo.quirks import FAMILIES, best_format, identify
from drivers.fxo.sample_format import sample_format
from drivers.fxo.stream import AHEAD, VoiceStream
from tests.lines.fxo_fakes import Bench, FakeAudio
from tests.support.examples import examples

FIELDS = st.sampled_from(["DATE=", "TIME=", "NMBR=", "NAME=", "NMBR = ", "NAME = ", "MESG=", "RING", ""])
LINES = st.builds(lambda field, text: field + text, FIELDS, st.text(max_size=40))


@given(st.lists(LINES, max_size=8))
def test_caller_id_lines(lines: list[str]) -> None:
    reader = CallerIdReader()
    for line in lines:
        reader.line(line)
        assert not (is_ring(line) and "=" in line)
    caller = reader.caller()
    if caller is not None:
        assert caller.number is None or (0 < len(caller.number) <= 32 and caller.number.isascii())
        assert caller.name is None or (0 < len(caller.name) <= 60 and caller.name.isprintable())


@given(st.binary(max_size=300))
def test_caller_id_messages(data: bytes) -> None:
    parse_text(data)
    body = bytes((0x80, len(data) & 0xFF)) + data[:255]
    parse_message(data)
    parse_message(body + bytes((-sum(body) % 256,)))  # a right checksum opens the parameters


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=6))
def test_identities_and_formats(answers: str, rows: list[str]) -> None:
    family = identify(answers)
    method, name = best_format(rows, family)
    assert method >= 0
    assert sample_format(name).silence in range(256)
    for other in FAMILIES:
        best_format([f'{row},"ULAW",8,0,(8000)' for row in rows], other)


@given(
    st.lists(st.binary(max_size=200), max_size=20), st.sampled_from(["ulaw", "alaw", "unsigned", "signed"])
)
def test_streams(chunks: list[bytes], name: str) -> None:
    audio = FakeAudio()
    stream = VoiceStream(audio, sample_format(name))
    stream.begin()
    given_out = AHEAD
    for chunk in chunks:
        answer, _ = stream.feed(chunk)
        given_out += len(answer.replace(b"\x10\x10", b"."))
        assert given_out <= stream.received + AHEAD
    stream.finish()
    assert len(audio.heard) == 2 * stream.received


ACTIONS = st.one_of(
    st.sampled_from(
        [
            "dial",
            "answer",
            "release",
            "flash",
            "digits",
            "ring",
            "id",
            "over",
            "time",
            "long",
            "down",
            "up",
            "probe",
        ]
    ),
    st.sampled_from(["OK", "OK", "OK", "CONNECT", "ERROR", "BUSY", "NO DIALTONE", "silent"]).map(
        "reply ".__add__
    ),
    st.sampled_from("bKdilsqVvrRwuo5#").map("code ".__add__),
    st.text(max_size=12).map("line ".__add__),
)


class Player:
    """Does what hypothesis thinks of to one line, as core, modem and network would."""

    def __init__(self) -> None:
        self.bench = Bench(silence_seconds=30.0)
        self.dialled = 0
        self.legs: list[LegId] = []

    def leg(self) -> LegId:
        rings = [event.leg for event in self.bench.events.of(RingStarted)]
        return [LegId("none"), *self.legs, *rings][-1]

    def act(self, action: str) -> None:
        word, _, rest = action.partition(" ")
        getattr(self, f"do_{word}")(rest)

    def do_dial(self, _: str) -> None:
        self.dialled += 1
        self.legs.append(LegId(f"out-{self.dialled}"))
        self.bench.line.dial(self.legs[-1], "+15551234")

    def do_answer(self, _: str) -> None:
        self.bench.line.answer(self.leg())

    def do_release(self, _: str) -> None:
        for leg in (self.leg(), LegId("none")):
            self.bench.line.release(leg, HangupCause.NORMAL_CLEARING)

    def do_flash(self, _: str) -> None:
        self.bench.line.flash(self.leg())

    def do_digits(self, _: str) -> None:
        self.bench.line.send_digits(self.leg(), "12")

    def do_ring(self, _: str) -> None:
        self.bench.line.text("RING")

    def do_id(self, _: str) -> None:
        self.bench.line.text("NMBR=5551234")

    def do_line(self, rest: str) -> None:
        self.bench.line.text(rest)

    def do_code(self, rest: str) -> None:
        self.bench.line.code(ord(rest))
        if self.bench.wire.streams:
            self.bench.wire.code(rest)
            self.bench.wire.event(Packet(rest.encode()))

    def do_over(self, _: str) -> None:
        if self.bench.wire.streams:
            self.bench.wire.over()

    def do_time(self, _: str) -> None:
        self.bench.wire.received += 8000
        self.bench.clock.advance(0.7)

    def do_long(self, _: str) -> None:
        self.bench.clock.advance(20)

    def do_down(self, _: str) -> None:
        self.bench.line.down("gone")
        self.bench.wire.asked.clear()

    def do_up(self, _: str) -> None:
        if self.bench.line.state is State.DOWN:
            self.bench.wire.asked.clear()
            self.bench.line.up(self.bench.wire, self.bench.family, sample_format("ulaw"))

    def do_probe(self, _: str) -> None:
        self.bench.line.probe(lambda found: None)

    def do_reply(self, rest: str) -> None:
        asked = self.bench.wire.asked
        if asked and rest == "silent":
            self.bench.wire.silent(asked[0].text)
        elif asked and not (rest == "CONNECT") ^ (asked[0].text == "AT+VTR"):
            self.bench.wire.reply(asked[0].text, rest)


@settings(max_examples=examples(300))
@given(st.lists(ACTIONS, max_size=60))
def test_every_leg_ends_once_and_the_line_comes_back(actions: list[str]) -> None:
    player = Player()
    for action in actions:
        player.act(action)
    bench = player.bench
    bench.line.down("the end")
    begun = [*player.legs, *(event.leg for event in bench.events.of(RingStarted))]
    over = [event.leg for event in bench.events.of(Released)]
    assert sorted(begun) == sorted(over)
    once = [event for event in bench.events.all if isinstance(event, Answered | AudioReady | CallerId)]
    assert len(once) == len({(type(event), event.leg) for event in once})
    for leg in begun:
        story = [event for event in bench.events.all if getattr(event, "leg", None) == leg]
        assert isinstance(story[-1], Released)
    bench.clock.advance(100)
    assert bench.clock.pending() == 0
