"""Encryption by the program age (age-encryption.org/v1: X25519 to a recipient, ChaCha20-Poly1305).

The box keeps only the recipient, the public half: who steals it cannot open its backups. The secret half,
the backup key, is shown once; for a restore it goes to age on standard input, never into a command line.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from appliance.care.problems import NO_BACKUP, NO_KEY, WRONG_KEY, CareError, WrongKeyError, damaged

if TYPE_CHECKING:
    from appliance.care.archive import Source  # the core asks for keys only and needs no archive

_MAGIC = b"age-encryption.org/v1\n"
_KEY = re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{58}", re.ASCII)
_RECIPIENT = re.compile(r"age1[0-9a-z]{58}", re.ASCII)
_SECONDS = 20
_KEPT_WORDS = 4000


def new_key() -> tuple[str, str]:
    """A new backup key and its recipient."""
    said = _run(["age-keygen"], "").stdout
    found = _KEY.search(said)
    if found is None:
        raise CareError("The program age-keygen made no key.")
    return found.group(), recipient_of(found.group())


def tidy_key(typed: str) -> str:
    """A backup key as people give it: a whole key file, lower case, spaces, line ends. WrongKeyError."""
    lines = [line for line in typed.upper().splitlines() if not line.lstrip().startswith("#")]
    found = _KEY.fullmatch(re.sub(r"\s+", "", "".join(lines)))
    if found is None:
        raise WrongKeyError(NO_KEY)
    return found.group()


def recipient_of(key: str) -> str:
    """The recipient a backup key belongs to. WrongKeyError when its check sum is wrong."""
    done = _run(["age-keygen", "-y"], key + "\n")
    found = _RECIPIENT.fullmatch(done.stdout.strip())
    if done.returncode != 0 or found is None:
        raise WrongKeyError(NO_KEY)
    return found.group()


@contextmanager
def sealing(recipient: str, target: Path) -> Iterator[IO[bytes]]:
    """A stream whose bytes end up encrypted in `target`. CareError when age or the disk fails."""
    if not _RECIPIENT.fullmatch(recipient):
        raise CareError("There is no backup key yet; make one first.")
    program = _start(["age", "--encrypt", "--recipient", recipient, "--output", str(target)])
    try:
        yield cast(IO[bytes], program.stdin)
    except BrokenPipeError:
        pass  # age has ended early; what it says is told below
    except BaseException:
        program.kill()
        program.communicate()
        raise
    words = _end(program)
    if program.returncode != 0:
        raise CareError(f"The backup could not be written: {_reason(words)}.")


@contextmanager
def opened(path: Path, key: str) -> Iterator[Source]:
    """The content of an encrypted file. WrongKeyError, DamagedBackupError."""
    _looks_right(path)
    program = _start(["age", "--decrypt", "--identity", "-", str(path)])
    try:
        cast(IO[bytes], program.stdin).write(f"{key}\n".encode())
        cast(IO[bytes], program.stdin).close()
        yield _Plain(program)
    except BrokenPipeError:
        raise _refused(program) from None
    finally:
        program.kill()
        program.wait()
        for stream in (program.stdin, program.stdout, program.stderr):
            cast(IO[bytes], stream).close()


class _Plain:
    """What age decrypts. It gives each part out only after its seal was found right, the end, too."""

    def __init__(self, program: subprocess.Popen[bytes]) -> None:
        self._program = program

    def read(self, count: int, /) -> bytes:
        found = cast(IO[bytes], self._program.stdout).read(count)
        if len(found) < count and self._program.wait(_SECONDS) != 0:
            raise _refused(self._program)
        return found


def _refused(program: subprocess.Popen[bytes]) -> CareError:
    words = cast(IO[bytes], program.stderr).read(_KEPT_WORDS).decode(errors="replace")
    if "no identity matched" in words:
        return WrongKeyError(WRONG_KEY)
    return damaged("it was cut short or changed since it was made")


def _looks_right(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as problem:
        raise CareError(f"The backup cannot be read: {problem.strerror}.") from problem
    if head != _MAGIC:
        raise damaged("it ends in its first line") if _MAGIC.startswith(head) else CareError(NO_BACKUP)


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    try:
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
    except FileNotFoundError as problem:
        raise CareError("The program age is missing on this box.") from problem


def _run(command: list[str], given: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, input=given, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError as problem:
        raise CareError("The program age is missing on this box.") from problem


def _end(program: subprocess.Popen[bytes]) -> str:
    try:
        _, words = program.communicate()
    except BrokenPipeError:
        words = cast(IO[bytes], program.stderr).read(_KEPT_WORDS)
        program.wait()
    return words.decode(errors="replace")


def _reason(words: str) -> str:
    """The part of age's words that says why."""
    lines = [line.removeprefix("age: ") for line in words.splitlines() if line.startswith("age: error")]
    said = (lines or ["the program age failed"])[0].removeprefix("error: ")
    return "the disk is full" if "no space left" in said else said[:160].rstrip(".")
