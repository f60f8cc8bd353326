"""store.*: bytes and syncs a call at 100,000 calls, and syncs a save, with the controls that must fail."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.result import Result, result
from bench.store.counting import count
from bench.store.prefill import fill_records, fill_tinydb

FAMILY = "store"

ROWS = 100_000
CALLS = 1500  # more than one round of the write-ahead log and its checkpoint
RUNS = 3
SAVES = 60
PEER_CALLS = 3
CONTROL_CALLS = 100
BYTES_GOAL = 10_000
SYNCS_GOAL = 2


def run() -> list[Result]:
    """Count them all; about two minutes."""
    with tempfile.TemporaryDirectory(prefix="callbox-bench-") as name:
        folder = Path(name).resolve()
        return [*_records(folder), *_settings(folder)]


def _records(folder: Path) -> list[Result]:
    data, trace = folder / "records", folder / "trace"
    data.mkdir()
    fill_records(data / "records.sqlite", ROWS)
    runs = [count("journal", data, CALLS, trace) for _ in range(RUNS)]
    control = count("commit_each", data, CONTROL_CALLS, trace)
    fill_tinydb(data / "tinydb.json", ROWS)
    peer = count("tinydb", data, PEER_CALLS, trace)
    return [
        _of_bytes(
            "store.bytes_per_call", [one.bytes / CALLS for one in runs], round(peer.bytes / PEER_CALLS)
        ),
        _of_syncs("store.fsyncs_per_call", [one.syncs / CALLS for one in runs], peer.syncs / PEER_CALLS),
        must_miss(_of_bytes("store.control_commit_each_bytes_per_call", [control.bytes / CONTROL_CALLS])),
        must_miss(_of_syncs("store.control_commit_each_fsyncs_per_call", [control.syncs / CONTROL_CALLS])),
    ]


def _settings(folder: Path) -> list[Result]:
    counted = {}
    for program in ("save", "save_piecewise"):
        data = folder / program
        data.mkdir()
        counted[program] = count(program, data, SAVES, folder / "trace").syncs / SAVES
    return [
        _of_syncs("store.fsyncs_per_save", [counted["save"]]),
        must_miss(_of_syncs("store.control_piecewise_fsyncs_per_save", [counted["save_piecewise"]])),
    ]


def _of_bytes(name: str, values: list[float], peer: float | None = None) -> Result:
    return result(name, values, "bytes", BYTES_GOAL, peer=peer)


def _of_syncs(name: str, values: list[float], peer: float | None = None) -> Result:
    return result(name, values, "syncs", SYNCS_GOAL, peer=peer)


def must_miss(control: Result) -> Result:
    """A control run that meets the goal says that the counting does not count."""
    if control["met"]:
        raise RuntimeError(f"The control run {control['name']} met its goal: the figures mean nothing.")
    return control
