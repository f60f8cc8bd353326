"""Plays a modem from a transcript: a file of what the box must say and what the modem answers, in order.

    # a remark
    > AT+CSQ        the box's next command must be this one
    < +CSQ: 20,99   the modem says a line
    @ AT+CLCC       from here on this command is answered at any time, by the < lines up to OK
    = answered      wait until the test calls go("answered")

A command that is neither the next one nor an @ one is a fault that ends the play.
"""

from __future__ import annotations

import threading
from pathlib import Path

from tests.lines.at_wire import Wire

_PATIENCE = 8.0


class Player:
    """One transcript on one wire. `faults` must be empty and `finished` true at the end."""

    def __init__(self, wire: Wire, transcript: Path) -> None:
        self.wire = wire
        self.faults: list[str] = []
        self.heard: list[str] = []
        self.finished = threading.Event()
        self._steps = _read(transcript)
        self._standing: dict[str, list[str]] = {}
        self._cues: dict[str, threading.Event] = {}
        self._closing = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._play, name="player", daemon=True)
        self._thread.start()

    def go(self, cue: str) -> None:
        self._cue(cue).set()

    def close(self) -> None:
        self._closing = True
        for cue in list(self._cues.values()):
            cue.set()
        self._thread.join()

    def _cue(self, name: str) -> threading.Event:
        with self._lock:
            return self._cues.setdefault(name, threading.Event())

    def _play(self) -> None:
        for kind, text in self._steps:
            if self._closing or self.faults:
                return
            if kind == "<":
                self.wire.say(text)
            elif kind == "@":
                name, *answers = text.split("\n")
                self._standing[name] = answers
            elif kind == "=":
                self._wait(text)
            else:
                self._expect(text)
        self.finished.set()
        while not self._closing and not self.faults:
            self._idle(0.05)

    def _wait(self, name: str) -> None:
        cue = self._cue(name)
        while not cue.is_set() and not self._closing and not self.faults:
            self._idle(0.02)

    def _idle(self, seconds: float) -> None:
        if command := self._serve(seconds):
            self.faults.append(f"the box said {command!r}, which the transcript does not have here")

    def _expect(self, wanted: str) -> None:
        for _ in range(int(_PATIENCE / 0.05)):
            command = self._serve(0.05)
            if command == wanted or self._closing:
                return
            if command:
                self.faults.append(f"the box said {command!r}, the transcript {wanted!r}")
                return
        self.faults.append(f"the box never said {wanted!r}")

    def _serve(self, seconds: float) -> str:
        """Take one command; a standing one is answered here, another is returned."""
        if not self.wire.readable(seconds):
            return ""
        command = self.wire.command()
        self.heard.append(command)
        if command in self._standing:
            self.wire.say(*self._standing[command])
            return ""
        return command


def _read(path: Path) -> list[tuple[str, str]]:
    steps: list[tuple[str, str]] = []
    standing = False
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition(" ")
        if not line.strip() or kind == "#":
            standing = False
        elif kind == "<" and standing:
            steps[-1] = ("@", steps[-1][1] + "\n" + text)
            standing = text not in ("OK", "ERROR")
        else:
            standing = kind == "@"
            steps.append((kind, text))
    return steps
