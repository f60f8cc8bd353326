"""Asterisk 22's own answering-machine detection on the same calls: the real program, in Debian sid's chroot.

Each call is played through a Local channel; `AMD()` listens at its other end, with the settings of Debian's
amd.conf (the project's defaults) and with those VICIdial's documentation gives.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.peers.asterisk import Program, root
from tests.support.box import wait_for

#: initial silence, greeting, silence after it, total, least word, between words, words, level
VICIDIAL = (2000, 2000, 1000, 5000, 120, 50, 4, 256)
_AT_ONCE = 40
_SLOW = 60.0  # s: a call that has said nothing by then was lost
_SETTINGS = (
    "initial_silence", "greeting", "after_greeting_silence", "total_analysis_time", "min_word_length",
    "between_words_silence", "maximum_number_of_words", "silence_threshold",
)  # fmt: skip
_FILES = {
    "modules.conf": """
[modules]
autoload = no
load = res_timing_timerfd.so
load = format_wav.so
load = pbx_config.so
load = pbx_spool.so
load = app_amd.so
load = app_playback.so
load = app_verbose.so
""",
    "logger.conf": "[general]\n[logfiles]\nheard => notice\nmessages => warning,error\n",
    "extensions.conf": """
[play]
exten => _X.,1,Answer()
 same => n,Playback({home}/calls/${{EXTEN}})
 same => n,Wait(5)
[detect]
exten => _X.,1,AMD({settings})
 same => n,Log(NOTICE,AMD ${{EXTEN}} ${{AMDSTATUS}} ${{AMDCAUSE}})
 same => n,Hangup()
""",
}


def defaults(root: Path) -> tuple[int, ...]:
    """What Debian's amd.conf says."""
    found = dict(re.findall(r"^(\w+) *= *(\d+)", (root / "etc/asterisk/amd.conf").read_text(), re.M))
    return tuple(int(found[name]) for name in _SETTINGS)


class AppAmd:
    """One Asterisk with these settings; raises PeerAbsentError where it cannot be had."""

    def __init__(self, settings: Sequence[int]) -> None:
        self._program = Program("amd")
        self._home, root = self._program.home, self._program.root
        for folder in ("spool/outgoing", "spool/tmp", "calls"):
            (self._home / folder).mkdir(parents=True)
        shutil.copy(root / "etc/asterisk/amd.conf", self._home / "amd.conf")  # it does not start without
        self._program.run(_FILES, {"settings": ",".join(map(str, settings))})
        wait_for(self._booted, 120, "Asterisk has started")

    def _booted(self) -> bool:
        return "fully booted" in self._program.tell("core waitfullybooted", 100)

    def stop(self) -> None:
        self._program.stop()

    def hear(self, calls: NDArray[np.int16]) -> list[str]:
        """What it calls each: HUMAN, MACHINE, NOTSURE, HANGUP; "" when it said nothing."""
        said: dict[int, str] = {}
        waiting: dict[int, float] = {}
        number = 0
        while number < len(calls) or waiting:
            while number < len(calls) and len(waiting) < _AT_ONCE:
                self._begin(number, calls[number])
                waiting[number] = time.monotonic()
                number += 1
            time.sleep(0.2)
            said.update(self._told())
            slow = [one for one, since in waiting.items() if time.monotonic() - since > _SLOW]
            for one in [*(waiting.keys() & said.keys()), *slow]:
                waiting.pop(one, None)
                (self._home / f"calls/{one + 10}.wav").unlink(missing_ok=True)
            self._program.check()
            if number % 500 == 0:
                print(f"app_amd {number}", file=sys.stderr, flush=True)
        return [said.get(one, "") for one in range(len(calls))]

    def _begin(self, number: int, pcm: NDArray[np.int16]) -> None:
        name = number + 10
        with wave.open(str(self._home / f"calls/{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(pcm.tobytes())
        part = self._home / f"spool/tmp/{name}.call"
        part.write_text(
            f"Channel: Local/{name}@play/n\nContext: detect\nExtension: {name}\nPriority: 1\nWaitTime: 20\n"
        )
        part.rename(self._home / f"spool/outgoing/{name}.call")

    def _told(self) -> dict[int, str]:
        log = self._home / "log/heard"
        if not log.is_file():
            return {}
        rows = re.findall(r" AMD (\d+) (\w+)", log.read_text(errors="replace"))
        return {int(name) - 10: status for name, status in rows}


def hear(calls: NDArray[np.int16]) -> dict[str, list[str]]:
    """What it says of each call, by settings; PeerAbsentError where the program cannot be had."""
    found = {}
    for name, settings in (("default", defaults(root())), ("vicidial", VICIDIAL)):
        peer = AppAmd(settings)
        try:
            found[name] = peer.hear(calls)
        finally:
            peer.stop()
    return found


def kept(calls: NDArray[np.int16], place: Path) -> dict[str, list[str]]:
    """The same, heard once and kept: it takes the calls' own time."""
    if not place.is_file():
        place.write_text(json.dumps(hear(calls)))
    found: dict[str, list[str]] = json.loads(place.read_text())
    return found
