"""The worker's loop: what comes in over one socket (sound and wishes), what goes back (answers).

A datagram that begins with "{" is a wish in JSON, one that begins with a zero byte is sound: the listening's
number in four bytes (little endian), then s16 samples at 8 kHz. Wishes and answers are described in
`appliance/contract/hearing.py`. The loop ends when the other side goes.
"""

from __future__ import annotations

import json
import logging
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.speech.endpoint import FRAME, Endpointer, Utterance
from appliance.speech.recogniser import Heard

log = logging.getLogger(__name__)
Pcm = NDArray[np.int16]
_HEAD = struct.Struct("<BI")
_LONGEST = 65536
_KEPT = 400  # frames to be read: 8 s


class Ear(Protocol):
    """What the loop needs of a recogniser."""

    def prepare(self, words: Sequence[str]) -> None:
        """These will be listened for."""

    def hear(self, utterance: Utterance, words: Sequence[str]) -> Heard:
        """Which of the words was said, and how sure that is."""

    def read(self, pcm: Pcm) -> str:
        """What was said, when it may be anything."""


@dataclass
class _Listening:
    words: tuple[str, ...]
    endpointer: Endpointer = field(default_factory=Endpointer)
    rest: Pcm = field(default_factory=lambda: np.zeros(0, np.int16))
    began: bool = False
    early: tuple[Utterance, Heard] | None = None  # looked for while the word's end was waited for


class Worker:
    """Serves every listening of the box, one utterance after the other."""

    def __init__(self, link: socket.socket, ear: Ear, sure: float, ask: float) -> None:
        self._link, self._ear = link, ear
        self._limits = {"sure": sure, "ask": ask}
        self._open: dict[int, _Listening] = {}
        self._kept: dict[int, list[Pcm]] = {}  # to be read

    def run(self) -> None:
        """Until the other side is gone."""
        self._tell({"say": "ready"})
        while True:
            try:
                data = self._link.recv(_LONGEST)
            except OSError:
                return
            if not data:
                return
            if data[0] == 0 and len(data) >= _HEAD.size:
                self._sound(data)
            else:
                self._wish(data)

    def _wish(self, data: bytes) -> None:
        try:
            wish = json.loads(data)
            number = int(wish["id"])
            if wish["do"] == "hear":
                words = tuple(str(word) for word in wish["words"])
                if words:
                    self._ear.prepare(words)
                    self._open[number] = _Listening(words)
            elif wish["do"] == "keep":
                self._kept[number] = []
            elif wish["do"] == "read":
                self._read(number)
            elif wish["do"] == "stop":
                self._open.pop(number, None)
                self._kept.pop(number, None)
        except (ValueError, KeyError, TypeError) as problem:
            log.warning("a wish was not understood: %s", problem)

    def _sound(self, data: bytes) -> None:
        _, number = _HEAD.unpack_from(data)
        whole = (len(data) - _HEAD.size) // 2 * 2
        fresh = np.frombuffer(data, "<i2", whole // 2, _HEAD.size)
        kept = self._kept.get(number)
        if kept is not None and len(kept) < _KEPT:
            kept.append(fresh)
        listening = self._open.get(number)
        if listening is None:
            return
        pcm = np.concatenate([listening.rest, fresh]) if listening.rest.size else fresh
        for start in range(0, pcm.size - FRAME + 1, FRAME):
            self._frame(number, listening, pcm[start : start + FRAME])
        listening.rest = pcm[pcm.size // FRAME * FRAME :].copy()

    def _frame(self, number: int, listening: _Listening, frame: Pcm) -> None:
        utterance = listening.endpointer.feed(frame)
        if listening.endpointer.speaking and not listening.began:
            listening.began = True
            self._tell({"say": "began", "id": number})
        if utterance is not None:
            heard = self._heard(listening, utterance)
            word, confidence = listening.words[heard.word], round(heard.confidence, 4)
            self._tell({"say": "heard", "id": number, "word": word, "confidence": confidence, **self._limits})
        elif listening.began and not listening.endpointer.speaking:
            self._tell({"say": "nothing", "id": number})  # it was too short for a word
        listening.began = listening.endpointer.speaking
        if (likely := listening.endpointer.likely()) is not None:
            listening.early = likely, self._ear.hear(likely, listening.words)

    def _read(self, number: int) -> None:
        """The words of what was kept so far."""
        kept = self._kept.get(number)
        text = self._ear.read(np.concatenate(kept)) if kept else ""
        self._tell({"say": "text", "id": number, "text": text})

    def _heard(self, listening: _Listening, utterance: Utterance) -> Heard:
        early, listening.early = listening.early, None
        if early is not None and utterance.alike(early[0]):
            return early[1]
        return self._ear.hear(utterance, listening.words)

    def _tell(self, answer: dict[str, Any]) -> None:
        try:
            self._link.send(json.dumps(answer).encode())
        except OSError:
            log.warning("nobody is there to be told")
