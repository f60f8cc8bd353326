"""The support file: what somebody who helps needs to know, as one text to read before it is sent anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.care.mask import known_secrets, scrub, shown_settings, without_numbers

LOG_LINES = 1000
_HEAD = (
    "Callbox support file. It holds no passwords, no PINs and no telephone numbers:\n"
    "every longer row of digits reads #, every secret …. It is plain text: read it before you send it.\n"
)


@dataclass(slots=True)
class Facts:
    """What the core knows for a support file. `live` is the plain live state, `said` a line's dialogues."""

    version: str
    at: datetime
    settings: Mapping[str, Any]
    live: Mapping[str, Any]
    disk: Mapping[str, Any] = field(default_factory=dict)
    backup: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    log: Iterable[tuple[float, str, str, str]] = ()


def write(facts: Facts, target: Path) -> None:
    """Make the support file of these facts."""
    target.write_text(text_of(facts), encoding="utf-8")
    target.chmod(0o640)


def text_of(facts: Facts) -> str:
    """The whole text."""
    parts = [
        _HEAD,
        _section("Versions", _versions(facts)),
        _section("Lines, handsets and calls", _live(facts.live)),
        _section("What the page says", [without_numbers(str(note)) for note in facts.live.get("notes", ())]),
        _section("Disk (bytes)", [f"{name}: {value}" for name, value in facts.disk.items()]),
        _section("Backup", [without_numbers(f"{name}: {value}") for name, value in facts.backup.items()]),
        _section("Settings", [json.dumps(shown_settings(facts.settings), indent=1, ensure_ascii=False)]),
    ]
    for line, dialogue in facts.said.items():
        parts.append(_section(f"Last words with line {line}", map(without_numbers, dialogue)))
    parts.append(_section("Log, oldest first", map(_log_line, facts.log)))
    return scrub("\n".join(parts), known_secrets(facts.settings))


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"== {title} ==", *lines, ""])


def _versions(facts: Facts) -> list[str]:
    import platform  # only here: the core keeps what it imports

    system = platform.freedesktop_os_release().get("PRETTY_NAME", "") if _has_release() else ""
    return [
        f"Callbox {facts.version}",
        f"Python {sys.version.split()[0]}, SQLite {_sqlite()}",
        f"{system}, Linux {platform.release()}, {platform.machine()}, {_board()}",
        f"Made {facts.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC",
    ]


def _has_release() -> bool:
    return Path("/etc/os-release").exists() or Path("/usr/lib/os-release").exists()


def _sqlite() -> str:
    from appliance.store.database import library_version

    return library_version()


def _board() -> str:
    try:
        return Path("/proc/device-tree/model").read_text(encoding="ascii", errors="replace").strip("\0\n")
    except OSError:
        return "no board name"


def _live(live: Mapping[str, Any]) -> list[str]:
    """Lines and handsets by their states; of calls, agents and queues only how many there are."""
    found = []
    for trunk in live.get("trunks", ()):
        why = without_numbers(f"{trunk.get('why') or ''} {trunk.get('step') or ''}".strip())
        state = f"{trunk['state']}; signal {trunk.get('signal')} dBm; {why}"
        found.append(f"line {trunk['name']} ({trunk['kind']}): {state}")
    for handset in live.get("handsets", ()):
        state = "registered" if handset.get("registered") else "not registered"
        found.append(f"handset {handset['name']}: {state}")
    for part in ("calls", "agents", "queues"):
        found.append(f"{part}: {len(live.get(part, ()))}")
    return found


def _log_line(line: tuple[float, str, str, str]) -> str:
    at, level, name, text = line
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{when} {level:<7} {name}: {without_numbers(text)}"
