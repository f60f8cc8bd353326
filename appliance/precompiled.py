"""Methods of dataclasses, compiled once when Callbox is installed instead of at each start.

`dataclasses` writes the methods of each class as a text and compiles it: a third of what a start computes,
seconds on a slow board. The texts are the same at each start, so the installer (`make`) keeps beside this
file what they compile to. Without that file, with that of another Python, and for a text that is not in it,
all is as ever. It is code as any .pyc is, and belongs to root.
"""

from __future__ import annotations

import importlib
import importlib.util
import marshal
import os
import sys
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import Any, BinaryIO

FILE = Path(__file__).with_name("precompiled.bin")
PARTS = (
    "appliance.service", "appliance.start", "appliance.network.command", "drivers.fxo", "drivers.gsm",
    "webui.app",
)  # fmt: skip
_HEAD = importlib.util.MAGIC_NUMBER

Compile = Callable[[str], CodeType]
Index = Mapping[bytes, tuple[int, int]]
"""By the digest of a text, where in the file that which it compiles to begins, and its length."""


class Kept:
    """What was kept, read piece by piece as it is asked for."""

    def __init__(self, file: BinaryIO, index: Index, start: int) -> None:
        self._file, self._index, self._start = file, index, start
        self.fresh = 0

    def __call__(self, text: str) -> CodeType:
        """What the text compiles to."""
        place = self._index.get(digest_of(text))
        if place is None:
            self.fresh += 1
            return compile(text, "<string>", "exec")
        # Two threads may load two modules at once: where the other one reads is no matter of this one's.
        data = os.pread(self._file.fileno(), place[1], self._start + place[0])
        code: CodeType = marshal.loads(data)  # noqa: S302 - root's own file
        return code

    def close(self) -> None:
        """It is asked no more."""
        self._file.close()


class Recorder:
    """Compiles, and keeps it for the next process."""

    def __init__(self) -> None:
        self.made: dict[bytes, bytes] = {}

    def __call__(self, text: str) -> CodeType:
        """What the text compiles to."""
        code = compile(text, "<string>", "exec")
        self.made[digest_of(text)] = marshal.dumps(code)
        return code

    def save(self, path: Path) -> None:
        """Write the file."""
        index: dict[bytes, tuple[int, int]] = {}
        place = 0
        for digest, code in sorted(self.made.items()):
            index[digest] = place, len(code)
            place += len(code)
        head = marshal.dumps(index)
        size = len(head).to_bytes(4, "little")
        path.write_bytes(_HEAD + size + head + b"".join(self.made[digest] for digest in index))


def digest_of(text: str) -> bytes:
    """By which a text is found again."""
    return blake2b(text.encode(), digest_size=16).digest()


def read(path: Path = FILE) -> Kept | None:
    """What was kept; None when nothing was, or by another Python."""
    try:
        file = path.open("rb")
    except OSError:
        return None
    try:
        if file.read(len(_HEAD)) == _HEAD:
            size = int.from_bytes(file.read(4), "little")
            index: Index = marshal.loads(file.read(size))  # noqa: S302 - root's own file
            return Kept(file, index, len(_HEAD) + 4 + size)
    except (OSError, ValueError, EOFError, TypeError):
        pass  # damaged: as if there were none
    file.close()
    return None


class _Exec:
    """What `dataclasses` calls for `exec`."""

    def __init__(self, compiled: Compile) -> None:
        self.compiled = compiled

    def __call__(self, text: str, names: dict[str, Any], found: dict[str, Any] | None = None) -> None:
        exec(self.compiled(text), names, found)  # noqa: S102 - as dataclasses itself does


def use(compiled: Compile | None = None) -> None:
    """From now on `dataclasses` compiles by this, or takes what was kept, if it was."""
    compiled = compiled or read()
    if compiled is not None:
        import dataclasses

        vars(dataclasses)["exec"] = _Exec(compiled)


def done() -> None:
    """All is loaded: a class that comes later is compiled as ever."""
    if (dataclasses := sys.modules.get("dataclasses")) is None:
        return
    before = vars(dataclasses).pop("exec", None)
    if isinstance(before, _Exec) and isinstance(before.compiled, Kept):
        before.compiled.close()


def make() -> None:
    """Load what core and page load and keep what their classes were given. For a process of its own."""
    recorder = Recorder()
    use(recorder)
    for part in PARTS:
        importlib.import_module(part)
    done()
    recorder.save(FILE)
