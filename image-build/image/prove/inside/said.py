"""Inside the guest: what the box says to its admin, and whether it runs on its own data."""

from __future__ import annotations

import contextlib
import json
import sys

import rig

from appliance.control.client import ControlClient


def main() -> None:
    """The notes of the live page, in one line of JSON."""
    with contextlib.closing(ControlClient(rig.CONTROL)) as control:
        rig.until(
            lambda: any("time of day" in note for note in control.live().notes), 90, "that the time is wrong"
        )
        sys.stdout.write(f"NOTES {json.dumps(control.live().notes)}\n")


if __name__ == "__main__":
    main()
