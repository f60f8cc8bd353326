"""Rehearsals of campaigns for the page: one at a time, in a worker process. No line is touched. Methods wait:
for worker threads.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.config.schema import Settings, dump
from appliance.contract.campaign_look import CheckLook
from appliance.contract.errors import ControlError
from appliance.planning.campaign_run import MOST_AGENTS, Wished

_SECONDS = 100.0
_COMMAND = (
    *("setpriv", "--pdeathsig", "TERM", "--", "choom", "-n", "800", "--", "nice", "-n", "19"),
    *(sys.executable, "-m", "appliance.planning.campaign_worker"),
)


class CampaignRehearsals:
    """`settings` are those the box goes by; `records` what it has written down."""

    def __init__(self, records: Path, settings: Callable[[], Settings], wall: Callable[[], datetime]) -> None:
        self._records, self._settings, self._wall = records, settings, wall
        self._lock = threading.Lock()

    def rehearse(self, look: CheckLook, agents: int) -> dict[str, Any]:
        """Rehearse the campaign that was looked at, with so many agents. ControlError: it cannot start, or a
        rehearsal is going on."""
        settings = self._settings()
        found = next((one for one in settings.dialer.campaigns if one.name == look.campaign), None)
        if found is None:
            raise ControlError(f"There is no campaign {look.campaign}.")
        if not look.leads:
            raise ControlError("The campaign cannot start; it lacks: lists.", "refused", {"lists": ""})
        lines = look.lines or tuple(settings.trunk_groups.get(found.trunk_group, ()))
        wished = Wished(look.campaign, min(agents, MOST_AGENTS), look.allowed or look.leads, lines)
        if not self._lock.acquire(blocking=False):
            raise ControlError("Another rehearsal is still going on. Try again in a minute.")
        try:
            job = {"settings": dump(settings), "wished": asdict(wished), "records": str(self._records)}
            return _work({**job, "now": self._wall().isoformat()})
        finally:
            self._lock.release()


def _work(job: dict[str, Any]) -> dict[str, Any]:
    try:
        done = subprocess.run(
            _COMMAND,
            input=json.dumps(job) + "\n",
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise ControlError("The rehearsal took too long: the box has much to do. Try again later.") from None
    except (OSError, ValueError):
        raise ControlError("The worker of the box has ended unexpectedly; its log says more.") from None
    if "failed" in answer:
        raise ControlError(answer["failed"], "refused", answer["problems"])
    return dict(answer["done"])
