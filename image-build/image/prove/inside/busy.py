"""Inside the guest: saves settings and makes calls until the power is cut; tells what was acknowledged.

It plugs the modem in, waits for the box and for the file `go`. busy.py --state tells what is there and ends.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

import rig

from appliance.contract.errors import CallboxError
from appliance.control.client import ControlClient
from appliance.store.reader import RecordReader
from simulator.client import SimulatorClient

RECORDS = Path("/var/lib/callbox/records.sqlite")
GO = Path("/run/prove/go")


def answers(control: ControlClient) -> bool:
    """Whether the core is there yet."""
    try:
        control.live()
    except CallboxError:
        return False
    return True


def calls() -> list[str]:
    """The calls that have a record."""
    with contextlib.closing(RecordReader(RECORDS)) as reader:
        return [str(row.record.call) for row in reader.calls(limit=500)]


def state() -> dict[str, Any]:
    """What the box has."""
    with contextlib.closing(ControlClient(rig.CONTROL)) as control:
        version, _ = control.settings()
    with contextlib.closing(sqlite3.connect(f"file:{RECORDS}?mode=ro", uri=True)) as database:
        integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
    return {"version": version, "calls": calls(), "integrity": integrity}


def work() -> None:
    """Save, call, tell; for ever."""
    rig.network()
    with (
        contextlib.closing(ControlClient(rig.CONTROL)) as control,
        SimulatorClient(rig.LINES) as lines,
    ):
        rig.until(lambda: answers(control), 300, "the core")
        if not control.settings()[1]["trunks"]:
            rig.configure(control, rig.port_of_box())
        rig.until(GO.exists, 600, "the word to go")
        rig.until(lambda: all(t.state == "in_service" for t in control.live().trunks), 120, "the line")
        for number in itertools.count():
            version, settings = control.settings()
            settings["box"]["name"] = f"Callbox {number}"
            saved = control.save_settings(version, settings, "prove")
            if number % 8 == 0:
                lines.place_call("gsm1", [{"wait_for_sound": 20.0}, {"wait": 1.0}, {"hang_up": True}])
            sys.stdout.write(f"BUSY {json.dumps({'version': saved, 'calls': calls()})}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--state"]:
        sys.stdout.write(f"STATE {json.dumps(state())}\n")
    else:
        work()
