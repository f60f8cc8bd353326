"""`callbox backup`: asks the running core for a backup, waits for its end and says what became of it."""

from __future__ import annotations

import sys
import time

from appliance.config.options import Options
from appliance.contract.errors import ControlError
from appliance.control.client import ControlClient

_LOOK_SECONDS = 1.0


def main(options: Options, scheduled: bool) -> int:
    """0 when the backup is made, or when `scheduled` and none is due; 1 with a sentence when it failed."""
    client = ControlClient(options.control)
    try:
        if scheduled:
            if not client.care.scheduled():
                return _say("No backup is due.")
        else:
            _, settings = client.settings()
            backup = settings["backup"]
            client.care.start_backup(backup["destination"], backup["recordings"])
        return _wait(client)
    except ControlError as problem:
        return _say(str(problem), failed=True)
    finally:
        client.close()


def _wait(client: ControlClient) -> int:
    while (state := client.care.state())["job"] is not None:
        time.sleep(_LOOK_SECONDS)
    problem = state["outcome"]["problem"]
    kept = state["memory"]
    return _say(problem or f"Made {kept['good_name']}, {kept['good_size']} bytes.", failed=bool(problem))


def _say(sentence: str, failed: bool = False) -> int:
    (sys.stderr if failed else sys.stdout).write(f"{sentence}\n")
    return 1 if failed else 0
