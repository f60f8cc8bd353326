"""Power cuts: the box saves settings and takes calls, QEMU is killed at a random moment, and starts again.

The next start must be whole: no failed unit, settings at least as new as the last save that was acknowledged,
every record that was told is there, the records' file passes SQLite's own check. What a kill of QEMU does not
show is a card that loses what it said it had written.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import looks
import office
from guest import Guest, GuestError

SEED = 20261122
SOONEST, LATEST = 2.0, 25.0  # seconds of work before the cut
# A whole line of busy.py; the shell's own words may stand before it.
_TOLD = re.compile(r"BUSY (\{.*\})\r?\n")


def cut(disk: Path, work: Path, count: int, say: Callable[[str], None]) -> None:
    """`count` cuts, each followed by a start that is looked at; GuestError for what was lost."""
    chance = random.Random(SEED)  # noqa: S311 - moments, not secrets
    known: dict[str, Any] = {"version": 0, "calls": []}
    for number in range(count + 1):
        guest = Guest(disk, work / f"{number:02}", keep=True)
        try:
            guest.shell.connect()
            office.put(guest)
            guest.shell.send(
                f"cd /run/prove && {office.PYTHON} busy.py &\n"
            )  # the modem is there from the start
            looks.answers_calls(guest)
            looks.no_failed_unit(guest)
            check(guest, known)
            if number:
                say(f"     whole again after cut {number} of {count}")
            if number < count:
                known = busy(guest, chance.uniform(SOONEST, LATEST))
        finally:
            guest.kill()


def busy(guest: Guest, seconds: float) -> dict[str, Any]:
    """Let the box work for so long, and cut; what it had acknowledged by then."""
    guest.shell.send("touch /run/prove/go\n")
    guest.wait(lambda: _TOLD.search(guest.shell.seen()), 240, "the box is at work")
    try:
        guest.wait(lambda: False, seconds, "the power cut")
    except GuestError:
        if guest.process.poll() is not None:
            raise
    guest.kill()
    return dict(json.loads(_TOLD.findall(guest.shell.seen())[-1]))


def check(guest: Guest, known: dict[str, Any]) -> None:
    """Nothing acknowledged before the cut is missing."""
    found = re.search(
        r"^STATE (.*)$", guest.shell.run(f"cd /run/prove && {office.PYTHON} busy.py --state"), re.MULTILINE
    )
    if not found:
        raise GuestError("the box does not tell its state")
    state = json.loads(found[1])
    if state["integrity"] != "ok":
        raise GuestError(f"the records are damaged: {state['integrity']}")
    if state["version"] < known["version"]:
        raise GuestError(f"settings {known['version']} were acknowledged; {state['version']} is the newest")
    if missing := set(known["calls"]) - set(state["calls"]):
        raise GuestError(f"call records are gone: {sorted(missing)}")
