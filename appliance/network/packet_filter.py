"""Bringing the packet filter's rules into force, and what to do when they are refused.

nftables takes a file whole or not at all, so rules it refuses change nothing. A box that has none yet goes by
the last ones that were taken, else by the simplest ones; without any its telephones still work.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from appliance.contract.errors import NetworkError
from appliance.network.firewall import TABLE, Wanted, fallback, rules

_SECONDS = 20.0
_NFT = ("/usr/sbin/nft", "-f", "-")
_FIRST = "chain first"  # systemd/first.nft: what guards the box until rules of the settings are there


@dataclass(frozen=True, slots=True)
class InForce:
    """`as_wanted` when the rules of the settings are in force; else `why` says in words which ones are."""

    as_wanted: bool
    why: str = ""


def bring_into_force(wanted: Wanted, kept: Path) -> InForce:
    """Load the rules; `kept` is the file of the last ones that were taken. Refused rules raise nothing."""
    text = rules(wanted)
    try:
        _nft(text)
    except NetworkError as problem:
        return _second_best(wanted, kept, str(problem))
    _keep(kept, text)
    return InForce(True)


def _second_best(wanted: Wanted, kept: Path, why: str) -> InForce:
    there = _loaded()
    if there and _FIRST not in there:
        return InForce(False, f"{why} The rules of before stay in force.")
    for text, which in ((_read(kept), "The last good rules"), (fallback(wanted), "The simplest rules")):
        try:
            if text:
                _nft(text)
                return InForce(False, f"{why} {which} are in force.")
        except NetworkError:
            continue  # the next ones are simpler
    if there:
        return InForce(False, f"{why} The rules of a starting box are in force: its LAN may do anything.")
    return InForce(
        False, f"{why} There is no packet filter: calls go on, but the box is open to its network."
    )


def _nft(text: str) -> None:
    try:
        done = subprocess.run(_NFT, input=text, capture_output=True, text=True, timeout=_SECONDS)
    except FileNotFoundError as problem:
        raise NetworkError("The program nft is missing; or: apt-get install nftables.") from problem
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NetworkError(f"The program nft could not do its work: {problem}.") from problem
    if done.returncode:
        first = (done.stderr.strip() or "it did not say why").splitlines()[0]
        raise NetworkError(f"The packet filter's rules were refused: {first[:200]}.")


def _loaded() -> str:
    """Our table as it is in force; empty when there is none."""
    words = [_NFT[0], "list", "table", *TABLE.split()]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _read(kept: Path) -> str:
    try:
        return kept.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _keep(path: Path, text: str) -> None:
    """Not keeping them is no reason to fail: they are in force."""
    if _read(path) == text:
        return
    try:
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except OSError:
        return
