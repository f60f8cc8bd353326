"""Recordings after the call: two mono WAV files become one Opus file (RFC 7845), caller left and agent
right.

Run as a program (`python -m appliance.media.encode LEFT RIGHT OUT`) it does one recording and ends;
`Encoder` runs it, at low priority and one at a time, from a thread of its own. The WAV files are removed
only when the Opus file is whole and on the disk, so a cut at any instant loses nothing: `recover` finds
them at the next start.
"""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import wave
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from appliance.contract.audio import SAMPLE_RATE
from appliance.contract.errors import MediaError
from appliance.contract.ids import RecordingId
from appliance.media.wavfile import file_of, repair

log = logging.getLogger(__name__)
_CHUNK = 16 * SAMPLE_RATE  # samples of each side at a time
_KILOBITS = 32
_PROGRAM_SECONDS = 1800


class Encoder:
    """Encodes recordings one after the other; `encoded` is told each (from the encoder's thread)."""

    def __init__(self, folder: Path, encoded: Callable[[RecordingId, Path], None] | None = None) -> None:
        self._folder = folder
        self._encoded = encoded
        self._queue: queue.SimpleQueue[RecordingId | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._program: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends at once; what is not encoded is found again by `recover`."""
        self._stopping = True
        self._queue.put(None)
        program = self._program
        if program is not None:
            program.terminate()
        if self._thread.is_alive():
            self._thread.join()

    def submit(self, recording: RecordingId) -> None:
        """Encode a recording that has ended. Returns at once."""
        self._queue.put(recording)

    def recover(self) -> list[RecordingId]:
        """At start, before anything is recorded: encode what an earlier run left, repairing cut files
        first.
        """
        found = {path.name.removesuffix(".left.wav") for path in self._folder.glob("*.left.wav")}
        found |= {path.name.removesuffix(".right.wav") for path in self._folder.glob("*.right.wav")}
        recordings = [RecordingId(name) for name in sorted(found)]
        for recording in recordings:
            self.submit(recording)
        for part in self._folder.glob("*.opus.part"):
            part.unlink(missing_ok=True)
        return recordings

    def _run(self) -> None:
        while (recording := self._queue.get()) is not None and not self._stopping:
            try:
                self._encode(recording)
            except (MediaError, OSError) as error:
                log.error("Recording %s was not encoded: %s", recording, error)

    def _encode(self, recording: RecordingId) -> None:
        left, right = (file_of(self._folder, recording, side) for side in ("left", "right"))
        if not left.exists() and not right.exists():
            return
        target = self._folder / f"{recording}.opus"
        command = (sys.executable, "-m", "appliance.media.encode", str(left), str(right), str(target))
        # It ends with us: the next core begins the same recording anew, and two at one file would spoil it.
        # Where memory runs out, it is not the core that goes.
        least = ("choom", "-n", "500", "--", "nice", "-n", "19")
        kept = ("setpriv", "--pdeathsig", "TERM", "--", *least, *command)
        program = self._program = subprocess.Popen(kept, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = program.communicate(timeout=_PROGRAM_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.communicate()
            raise MediaError("the encoder hung.", recording) from None
        finally:
            self._program = None
        if self._stopping:
            return
        if program.returncode != 0:
            raise MediaError(
                errors.decode(errors="replace").strip()[-500:] or "the encoder failed.", recording
            )
        if self._encoded is not None and target.exists():
            self._encoded(recording, target)


def encode(left: Path, right: Path, target: Path) -> bool:
    """Join and encode one recording, then remove its WAV files; False when there was nothing in them."""
    lengths = {path: repair(path) for path in (left, right)}
    samples = max(lengths.values())
    if samples:
        part = target.with_name(f"{target.name}.part")
        _opus(left if lengths[left] else None, right if lengths[right] else None, samples, part)
        _settle(part, target)
    left.unlink(missing_ok=True)
    right.unlink(missing_ok=True)
    return samples > 0


def _opus(left: Path | None, right: Path | None, samples: int, part: Path) -> None:
    # The two sides are different people. Opus' speech coder predicts one channel from the other: a tone on
    # the left was found 29 dB down on the right. Its other coder (--music) keeps them 82 dB apart and takes a
    # third of the time (docs/decisions/0011-recordings.md).
    command = (
        "opusenc", "--quiet", "--raw", "--raw-rate", str(SAMPLE_RATE), "--raw-chan", "2", "--raw-bits", "16",
        "--bitrate", str(_KILOBITS), "--comp", "5", "--music", "--no-phase-inv", "-", str(part),
    )  # fmt: skip
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        _interleave(left, right, samples, cast(IO[bytes], program.stdin))
    except BrokenPipeError:
        log.warning("opusenc ended early")
    _, problem = program.communicate()
    if program.returncode != 0:
        raise MediaError(f"opusenc failed: {problem.decode(errors='replace').strip()}")


def _interleave(left: Path | None, right: Path | None, samples: int, out: IO[bytes]) -> None:
    with ExitStack() as files:
        sides = [None if path is None else files.enter_context(_open(path)) for path in (left, right)]
        for start in range(0, samples, _CHUNK):
            count = min(_CHUNK, samples - start)
            both = array("h", bytes(4 * count))
            for channel, side in enumerate(sides):
                if side is not None:
                    heard = array("h", side.readframes(count))
                    both[channel : channel + 2 * len(heard) : 2] = heard
            out.write(both)


def _open(path: Path) -> wave.Wave_read:
    return wave.open(str(path), "rb")


def _settle(part: Path, target: Path) -> None:
    """On the disk for good before the sources go."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def main(arguments: list[str]) -> int:
    """LEFT RIGHT OUT; 0 when done, 1 with one sentence on standard error."""
    left, right, target = (Path(argument) for argument in arguments)
    try:
        encode(left, right, target)
    except (MediaError, OSError, EOFError, wave.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
