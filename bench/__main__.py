"""`make bench [NAME=family]`: runs the benchmarks in turn, prints a table, writes results.json."""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.result import table

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.json"


def benchmarks(name: str) -> Iterator[ModuleType]:
    """Modules with FAMILY and run(), those of one family or of all."""
    for found in pkgutil.walk_packages([str(FOLDER)], "bench."):
        if found.name in ("bench.__main__", "bench.result"):
            continue
        module = importlib.import_module(found.name)
        family = getattr(module, "FAMILY", None)
        if hasattr(module, "run") and family is not None and name in ("", family):
            yield module


def keep(results: Sequence[dict[str, Any]]) -> None:
    """Put new results in the place of older ones of the same name."""
    known = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    known.update({row["name"]: row for row in results})
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps([known[name] for name in sorted(known)], indent=1) + "\n")
    part.replace(RESULTS)


def main(name: str = "") -> int:
    """Exit code 0 when everything was measured, met or not; 2 when the name fits nothing."""
    results: list[dict[str, Any]] = []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f} before", flush=True)
    for module in benchmarks(name):
        began = time.monotonic()
        print(f"{module.__name__} ...", end=" ", flush=True)
        found = [dict(row) for row in module.run()]
        print(f"{time.monotonic() - began:.0f} s", flush=True)
        results += found
        keep(found)
    if not results:
        print(f"No benchmark is called {name!r}.")
        return 2
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
