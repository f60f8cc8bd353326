"""Voices on the far end: sentences of espeak-ng in three voices, and Debian's recorded prompts.

The prompts are those of `asterisk-core-sounds-en-wav`, spoken by a woman; the box has the package, too.
"""

from __future__ import annotations

import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from simulator import sound

SETS = Path("/usr/share/asterisk/sounds")
#: espeak-ng's names: a man of America, a woman of England, a man of Scotland.
VOICES = ("en-us", "en-gb+f3", "en-gb-scotland+m3")
_WORDS_A_MINUTE = 165
_DBM0 = -18.0  # what a telephone sends of a voice (ITU-T P.56 active level, about)


@lru_cache(maxsize=200)
def spoken(text: str, voice: int = 0) -> bytes:
    """`text` as 8 kHz samples, spoken by one of `VOICES`. Raises FileNotFoundError without espeak-ng."""
    with tempfile.TemporaryDirectory(prefix="callbox-voice-") as folder:
        path = Path(folder) / "spoken.wav"
        words = [
            "espeak-ng",
            "-v",
            VOICES[voice % len(VOICES)],
            "-s",
            str(_WORDS_A_MINUTE),
            "-w",
            str(path),
            text,
        ]
        subprocess.run(words, check=True, timeout=30)
        return _trimmed(sound.at_level(sound.read_wav(path), _DBM0))


@lru_cache(maxsize=200)
def recorded(name: str) -> bytes:
    """One of the recorded prompts ("vm-intro"). Raises FileNotFoundError where there is none."""
    found = sorted(SETS.glob(f"en*/{name}.wav"))
    if not found:
        raise FileNotFoundError(f"The sound {name} is missing: install asterisk-core-sounds-en-wav.")
    return _trimmed(sound.at_level(sound.read_wav(found[0]), _DBM0))


def _trimmed(pcm: bytes) -> bytes:
    """Without the silence at its end, so that what is heard ends where the samples do."""
    frames = list(sound.frames(pcm))
    while frames and sound.level_dbm0(frames[-1]) < -45.0:
        frames.pop()
    return b"".join(frames)
