"""The program that is killed: it promises a factory reset and does it."""

from __future__ import annotations

import sys
from pathlib import Path

from appliance.store.reset import Reset, complete, request


def main(folder: Path, what: str) -> None:
    """Promise and do a reset of `folder`; with "go on", only do what was promised."""
    if what != "go on":
        request(folder, Reset(what))
    complete(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
