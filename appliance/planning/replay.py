"""A recorded call as the script of a virtual caller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from appliance.contract.contacts import Contact
from appliance.contract.journal import Entry, EntryKind
from appliance.planning.script import Action, Script


def script_of(entries: Iterable[Entry], zone: str = "UTC", contact: Contact | None = None) -> Script:
    """The script that lets a virtual caller do what the journal tells of a call; `contact` is who it was.

    Secret digits are not in the journal: zeros stand for them, which a flow may refuse.
    """
    script = Script(number=None, contact=contact)
    nodes = 0
    for entry in entries:
        nodes += entry.kind is EntryKind.FLOW_ENTERED
        replay = _REPLAYED.get(entry.kind)
        if replay is not None:
            script = replay(script, entry, zone)
        if entry.kind is EntryKind.CALL_ENDED and entry.data.get("by") == "caller":
            script = _acts(script, Action("hang_up", str(nodes)))
    return script


def _acts(script: Script, action: Action) -> Script:
    return replace(script, actions=(*script.actions, action))


def _started(script: Script, entry: Entry, zone: str) -> Script:
    at, trunk = entry.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), entry.data.get("trunk")
    return replace(script, at=at, trunk=None if trunk is None else str(trunk))


def _caller(script: Script, entry: Entry, zone: str) -> Script:
    number = entry.data.get("number")
    return replace(script, number=None if number is None else str(number))


def _keyed(script: Script, entry: Entry, zone: str) -> Script:
    digits = str(entry.data.get("digits") or "")
    if entry.data.get("secret"):
        digits = "0" * len(digits)
    return _acts(script, Action("press", digits) if digits else Action("wait"))


def _entered(script: Script, entry: Entry, zone: str) -> Script:
    """What went wrong at the node before, for it to go wrong again."""
    why = str(entry.data.get("reason") or "")
    if why.startswith("error: "):
        return replace(script, answers=None)
    return replace(script, outside="busy") if re.match(r"failed: \+?[0-9]+: ", why) else script


def _met(script: Script, entry: Entry, zone: str) -> Script:
    agent = entry.data.get("agent")
    return replace(script, agents={**script.agents, str(agent): "free"}) if agent else script


_REPLAYED: Mapping[EntryKind, Callable[[Script, Entry, str], Script]] = {
    EntryKind.CALL_STARTED: _started,
    EntryKind.CALLER_ID: _caller,
    EntryKind.DIGITS: _keyed,
    EntryKind.FLOW_ENTERED: _entered,
    EntryKind.CONNECTED: _met,
}


def path_of(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """The nodes a recorded call went through: flow, node; to be held against `Rehearsal.path`."""
    entered = [entry.data for entry in entries if entry.kind is EntryKind.FLOW_ENTERED]
    return [(str(data.get("flow")), str(data["node"])) for data in entered if data.get("node")]
