"""Plays tests/transcripts/fxo to the trunk: the modem says exactly this, the box must say exactly that."""

from __future__ import annotations

import os
import select
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.contract.cause import HangupCause
from appliance.contract.events import Event, RingStarted
from appliance.contract.ids import DialString, LegId
from drivers.fxo import VoiceModemSettings, VoiceModemTrunk
from tests.lines.fxo_fakes import Events, FakeAudio

FOLDER = Path(__file__).parents[1] / "transcripts" / "fxo"
SECONDS = 5.0
PAUSE = 0.02  # between our answers: a real modem takes longer


class Player:
    """The modem's side of one dialogue."""

    def __init__(self, master: int, trunk: VoiceModemTrunk, events: Events) -> None:
        self._master, self._trunk, self._events = master, trunk, events
        self._came = bytearray()
        self._seen = 0
        self._dialled = 0

    def play(self, text: str) -> None:
        for number, line in enumerate(text.splitlines(), 1):
            if line and not line.startswith("#"):
                verb, _, rest = line.partition(" ")
                try:
                    getattr(self, _VERBS[verb])(rest)
                except AssertionError as problem:
                    raise AssertionError(f"line {number}: {line}: {problem}") from problem

    def expect(self, command: str) -> None:
        assert self._command() == command.encode()

    def expect_after_others(self, command: str) -> None:
        while (came := self._command()) != command.encode():
            assert came.startswith(b"AT"), came
            self.say("OK")

    def expect_within(self, escaped: str) -> None:
        wanted = _bytes(escaped)
        self._read_until(wanted)
        del self._came[: self._came.index(wanted) + len(wanted)]

    def say(self, line: str) -> None:
        time.sleep(PAUSE)
        os.write(self._master, b"\r\n" + line.encode() + b"\r\n")

    def say_raw(self, escaped: str) -> None:
        time.sleep(PAUSE)
        os.write(self._master, _bytes(escaped))

    def act(self, verb: str) -> None:
        word, _, rest = verb.partition(" ")
        if word == "dial":
            self._dialled += 1
            self._trunk.dial(self._leg(), DialString(rest))
        elif word == "answer":
            self._trunk.answer(self._leg())
        elif word == "digits":
            self._trunk.send_digits(self._leg(), rest)
        else:
            assert word == "release"
            self._trunk.release(self._leg(), HangupCause.NORMAL_CLEARING)

    def event(self, rest: str) -> None:
        """The next event of this kind after the last one found; others in between do not matter."""
        kind, *words = rest.split(" ")

        def found() -> bool:
            for at, event in enumerate(self._events.all[self._seen :], self._seen):
                if type(event).__name__ == kind and all(word in _text(event) for word in words):
                    self._seen = at + 1
                    return True
            return False

        assert self._events.wait(found, SECONDS), self._events.all

    def _leg(self) -> LegId:
        if self._dialled:
            return LegId(f"out-{self._dialled}")
        return self._events.of(RingStarted)[-1].leg

    def _command(self) -> bytes:
        self._read_until(b"\r")
        line, _, rest = bytes(self._came).partition(b"\r")
        self._came = bytearray(rest)
        return line

    def _read_until(self, wanted: bytes) -> None:
        end = time.monotonic() + SECONDS
        while wanted not in self._came:
            ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"only {bytes(self._came)!r} came"
            self._came += os.read(self._master, 4096)


_VERBS = {
    ">": "expect", "*": "expect_after_others", "~": "expect_within", "<": "say", "=": "say_raw", "!": "act",
    "?": "event",
}  # fmt: skip


def _bytes(escaped: str) -> bytes:
    return escaped.encode().decode("unicode_escape").encode("latin-1")


def _text(event: Event) -> str:
    return repr(event)


@contextmanager
def pty() -> Iterator[tuple[int, str]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    try:
        yield master, os.ttyname(slave)
    finally:
        os.close(slave)
        os.close(master)


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.txt")))
def test_transcript(name: str) -> None:
    events = Events()
    with pty() as (master, port):
        trunk = VoiceModemTrunk("line1", VoiceModemSettings(port=port), events, FakeAudio())
        trunk.start()
        try:
            Player(master, trunk, events).play((FOLDER / name).read_text())
        finally:
            trunk.stop()
