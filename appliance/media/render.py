"""The programs that make sound files: espeak-ng or Piper speaks, sox transcodes. Blocking: for workers only.

Each runs at low priority with limits on time, memory and output, since an upload is a stranger's bytes.
"""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import PromptError
from appliance.media.voices import PIPER

_NOT_SPOKEN = "The text could not be spoken"
_SECONDS = 60
_MEMORY = 1 << 30
_OUTPUT = 200 * 1024 * 1024
_PLAIN = ("-r", str(SAMPLE_RATE), "-c", "1", "-b", "16", "-e", "signed-integer", "-t", "wav")
_MAGIC = ((b"RIFF", "wav"), (b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"))


def _run(program: Sequence[str], what: str, text: str | None = None) -> None:
    limits = (
        *("choom", "-n", "500", "--"),  # where memory runs out, it is not the core that goes
        "nice",
        "-n",
        "10",
        "prlimit",
        f"--cpu={_SECONDS}",
        f"--as={_MEMORY}",
        f"--fsize={_OUTPUT}",
        "--",
    )
    try:
        done = subprocess.run(
            (*limits, *program),
            input=b"" if text is None else text.encode(),
            capture_output=True,
            timeout=2 * _SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PromptError(f"{what} ({error.__class__.__name__}).") from error
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise PromptError(f"{what}: {lines[-1] if lines else f'{program[0]} ended with {done.returncode}'}")


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A temporary file beside `target` that takes its name once it is complete."""
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def speak(text: str, voice: str, target: Path) -> None:
    """Speak `text` with an espeak-ng voice into an 8 kHz mono s16 WAV, peaks at -6 dB."""
    _speak(("espeak-ng", "-v", voice, "-s", "155", "-w"), text, target)


def speak_by_piper(text: str, model: Path, target: Path) -> None:
    """The same with a voice of Piper."""
    _speak((PIPER, "--model", str(model), "--output_file"), text, target)


def _speak(program: Sequence[str], text: str, target: Path) -> None:
    """`program` takes the text from its standard input and writes the file it is named last."""
    spoken = target.with_name(f".{target.name}.spoken")
    try:
        _run((*program, str(spoken)), _NOT_SPOKEN, text)
        with written_whole(target) as part:
            _run(("sox", "-t", "wav", str(spoken), *_PLAIN, str(part), "gain", "-n", "-6"), _NOT_SPOKEN)
    finally:
        spoken.unlink(missing_ok=True)


def sound_kind(path: Path) -> str:
    """What sox calls this kind of file, told by its first bytes; PromptError when it is no sound we know."""
    with path.open("rb") as file:
        head = file.read(36)
    if head[28:36] == b"OpusHead":  # RFC 7845, section 5.1: the first page holds nothing else
        return "opus"
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    raise PromptError("This file is not a sound: WAV, FLAC, Ogg and MP3 files can be used.")


def transcode(source: Path, target: Path, most_seconds: float) -> None:
    """Any sound file into an 8 kHz mono s16 WAV, of at most `most_seconds`."""
    kind = sound_kind(source)
    if kind == "opus":
        _decode_opus(source, target)
        return
    with written_whole(target) as part:
        program = ("sox", "-t", kind, str(source), *_PLAIN, str(part), "trim", "0", f"{most_seconds:g}")
        _run(program, "This file could not be read as a sound")
        if not is_plain(part):
            raise PromptError("There is no sound in this file.")


def _decode_opus(source: Path, target: Path) -> None:
    """What sox of Debian does not read."""
    decoded = target.with_name(f".{target.name}.decoded")
    why = "This file could not be read as a sound"
    try:
        _run(("opusdec", "--quiet", "--rate", "8000", "--force-wav", str(source), str(decoded)), why)
        with written_whole(target) as part:
            _run(("sox", "-t", "wav", str(decoded), *_PLAIN, str(part)), why)
    finally:
        decoded.unlink(missing_ok=True)


def is_plain(path: Path) -> bool:
    """Whether a WAV file is already what the bridge plays, and not empty."""
    try:
        with wave.open(str(path), "rb") as sound:
            shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
            return shape == (SAMPLE_RATE, 1, 2) and sound.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False


def seconds_of(path: Path) -> float:
    """The length of a WAV file."""
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def join(parts: Sequence[Path | float], target: Path) -> None:
    """Plain WAV files and silences (seconds) one after the other, without a gap."""
    with written_whole(target) as part, wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        for piece in parts:
            if isinstance(piece, float):
                out.writeframes(bytes(2 * round(piece * SAMPLE_RATE)))
                continue
            with wave.open(str(piece), "rb") as sound:
                out.writeframes(sound.readframes(sound.getnframes()))
