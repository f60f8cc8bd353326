"""Rehearsals of campaigns for the page: one at a time, in a worker process. No line is touched. Methods wait:
for worker threads.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from appliance.config.schema import Settings, dump
from appliance.contract.campaign_look import CheckLook
from appliance.contract.errors import ControlError
from appliance.planning.campaign_run import MOST_AGENTS, Wished

_SECONDS = 100.0
#: It ends with us, and takes what calls leave over.
_LEAST = ("setpriv", "--pdeathsig", "TERM", "--", "choom", "-n", "800", "--", "nice", "-n", "10")
_WORKER = (sys.executable, "-m", "appliance.planning.campaign_worker")
Work = Callable[[dict[str, Any]], dict[str, Any]]


def in_a_worker(
    job: dict[str, Any], least: Sequence[str] = _LEAST, seconds: float = _SECONDS
) -> dict[str, Any]:
    """Do a job of `campaign_worker` in a process of its own. ControlError."""
    try:
        done = subprocess.run(
            [*least, *_WORKER],
            input=json.dumps(job) + "\n",
            capture_output=True,
            text=True,
            timeout=seconds,
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


class CampaignRehearsals:
    """`settings` are those the box goes by; `records` what it has written down."""

    def __init__(
        self,
        records: Path,
        settings: Callable[[], Settings],
        wall: Callable[[], datetime],
        work: Work = in_a_worker,
    ) -> None:
        self._records, self._settings, self._wall, self._work = records, settings, wall, work
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
            return self._work({**job, "now": self._wall().isoformat()})
        finally:
            self._lock.release()
