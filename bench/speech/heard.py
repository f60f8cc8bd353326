"""How many words of a menu are heard right, wrongly and not at all, by voices the calibration never heard.

Made-up voices and one prompt speaker; no real callers were heard. Everything goes through a telephone band, a
codec and noise, and through the worker's own endpointer. Espeak's robots are shown, and count nowhere.
"""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from appliance.speech.confidence import Confidence
from appliance.speech.endpoint import FRAME
from appliance.speech.recogniser import FEATURES, Recogniser
from bench.result import Result, must_miss, percentile, result
from bench.speech import sets, voices
from bench.speech.hear import Answer, answer, lines_of
from bench.speech.sets import DIGITS, TEST_MENUS, Clip
from bench.speech.telephone import BEFORE, Line, through

FAMILY = "speech"
_CLEAR, _POOR = (30.0, 20.0), (15.0, 10.0)
_TIMED = 24
#: For a quick look: so many clips, of all kinds.
_MOST = int(os.environ.get("CALLBOX_SPEECH_CLIPS", "0"))


def clips() -> list[Clip]:
    """What nobody of the calibration says."""
    menus = (DIGITS, *TEST_MENUS)
    found = [
        *sets.spoken((*voices.UNSEEN, *voices.UNSEEN_ROBOTS), menus, sets.OTHER_TEST),
        *sets.prompted(),
        *sets.sentences(menus, test=True, most=80),
        *sets.foreign(menus, test=True, most=15),
        *sets.noises(menus, test=True, most=120),
    ]
    random.Random(11).shuffle(found)
    return found[: _MOST or None]


def answers() -> Iterator[Answer]:
    """A said word once on a clear and once on a poor line, anything else on one of both."""
    recogniser = Recogniser(Confidence(FEATURES, 0.0, (), 1.0, 1.0))
    for number, clip in enumerate(clips()):
        pair = (_CLEAR[number // 2 % 2], _POOR[number // 2 % 2])
        snrs = pair if clip.word and clip.natural else pair[number % 2 :][:1]
        for line, seed in lines_of(clip, snrs, salt=2):
            yield answer(recogniser, clip, line, seed)


class Judged:
    """Answers, and what the box would do about each."""

    def __init__(self, found: Sequence[Answer], confidence: Confidence) -> None:
        self.all = found
        self._sure = {
            id(one): 0.0
            if one.features is None or one.cut
            else confidence.of([float(value) for value in one.features])
            for one in found
        }
        self._limits = confidence.sure, confidence.ask

    def taken(self, one: Answer) -> bool:
        return self._sure[id(one)] >= self._limits[0]

    def asked(self, one: Answer) -> bool:
        return self._limits[1] <= self._sure[id(one)] < self._limits[0]

    def share(self, of: Sequence[Answer], true: Callable[[Answer], bool]) -> float:
        """Per cent."""
        return 100 * sum(map(true, of)) / len(of) if of else 0.0

    def right(self, one: Answer) -> bool:
        return self.taken(one) and one.right

    def wrong(self, one: Answer) -> bool:
        return self.taken(one) and not one.right


def run() -> list[Result]:
    """All figures; prints them by voice and by line."""
    found = list(answers())
    judged = Judged(found, Confidence.shipped())
    print("\nmade-up voices; no real callers were heard", flush=True)
    _by("voice", judged, lambda one: one.clip.speaker.rpartition(":")[0] or one.clip.speaker)
    _by("line", judged, lambda one: f"{one.line.codec} {one.line.snr:.0f} dB")
    _by("noise", judged, lambda one: one.line.noise)
    people = [one for one in found if one.clip.natural]
    said = [one for one in people if one.clip.word]
    clear = [one for one in said if one.line.snr >= 20]
    other = [one for one in people if one.clip.kind in ("other", "foreign")]

    def share(name: str, of: Sequence[Answer], true: Callable[[Answer], bool], goal: float) -> Result:
        print(f"{name:24} of {len(of)}")
        better: Literal["less", "more"] = "more" if goal > 50 else "less"
        return result(f"speech.{name}_percent", [judged.share(of, true)], "%", goal, better)

    must_miss(share("control_taken_unseen", other, lambda one: one.place >= 0, 2.0))
    must_miss(share("control_right_of_another", clear, lambda one: judged.taken(one) and not one.right, 88.0))
    return [
        share("menu_right", [one for one in clear if one.clip.kind == "menu"], judged.right, 88.0),
        share("digits_right", [one for one in clear if one.clip.kind == "digits"], judged.right, 78.0),
        share("wrong", clear, judged.wrong, 1.0),
        share("wrong_10db", [one for one in said if one.line.snr == 10], judged.wrong, 2.0),
        share("other_accepted", other, judged.taken, 2.0),
        share("noise_accepted", [one for one in people if one.clip.kind == "noise"], judged.taken, 0.5),
        *_worker(),
    ]


def _by(title: str, judged: Judged, key: Callable[[Answer], str]) -> None:
    print(f"{title:24} words  right wrong asked | other  taken asked")
    for name in sorted({key(one) for one in judged.all}):
        mine = [one for one in judged.all if key(one) == name]
        said, other = [one for one in mine if one.clip.word], [one for one in mine if not one.clip.word]
        print(
            f"{name:24} {len(said):5} {judged.share(said, judged.right):6.1f}"
            f" {judged.share(said, judged.wrong):5.1f} {judged.share(said, judged.asked):5.1f} |"
            f" {len(other):5} {judged.share(other, judged.taken):6.1f}"
            f" {judged.share(other, judged.asked):5.1f}"
        )


def _worker() -> list[Result]:
    """The program itself, fed as a line feeds it: how late it answers, and its memory."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    with ours, theirs:
        program = subprocess.Popen(
            [sys.executable, "-P", "-m", "appliance.speech"],
            stdin=theirs.fileno(),
            env={**os.environ, **alone},
        )
        theirs.close()
        ours.settimeout(60)
        ours.recv(4096)  # it is ready
        late = [
            seconds for number in range(1, _TIMED + 1) if (seconds := _spoken_to(ours, number)) is not None
        ]
        pss = _pss(program.pid)
    program.wait(30)
    return [
        result("speech.decided_p95_s", [percentile(late, 95)], "s", 0.6),
        result("speech.worker_pss_mb", [pss], "MB", 250),
    ]


def _spoken_to(link: socket.socket, number: int) -> float | None:
    """Seconds from the end of a word to the answer; None when there is none."""
    menu = TEST_MENUS[number % len(TEST_MENUS)]
    voice = voices.UNSEEN[number % len(voices.UNSEEN)]
    word = voices.sound(voice, menu[number % len(menu)])
    pcm, ended = through(word, Line("gsm", 20.0, "pink"), number)
    link.send(json.dumps({"do": "hear", "id": number, "words": menu}).encode())
    began = time.monotonic()
    link.settimeout(0.0)
    told = None
    for place in range(0, pcm.size - FRAME + 1, FRAME):
        due = began + (place + FRAME) / 8000
        time.sleep(max(0.0, due - time.monotonic()))
        link.send(b"\0" + struct.pack("<I", number) + pcm[place : place + FRAME].tobytes())
        if (place + FRAME) / 8000 > BEFORE and (told := _answered(link)):
            break
    link.settimeout(20.0)  # however late: an answer that is not waited for would not count
    told = told or _answered(link)
    link.send(json.dumps({"do": "stop", "id": number}).encode())
    return max(0.0, told - began - ended) if told is not None else None


def _answered(link: socket.socket) -> float | None:
    try:
        while json.loads(link.recv(4096))["say"] != "heard":
            pass
    except (BlockingIOError, TimeoutError):
        return None
    return time.monotonic()


def _pss(process: int) -> float:
    rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024
