"""The worker that rehearses a campaign: `python -m appliance.planning.campaign_worker`, one job as JSON on
standard input, one line of JSON as the answer: {"done"} or {"failed": sentence, "problems"}. It runs at the
lowest priority: calls go first.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from appliance.config.plan import to_plan
from appliance.config.schema import load
from appliance.contract.errors import CallboxError, ControlError, StoreError
from appliance.planning.campaign_people import World, world_of
from appliance.planning.campaign_run import Wished, rehearse_campaign
from appliance.reports.campaigns import CampaignFigures

_MOST_MEMORY = 400 * 1024 * 1024
_LATELY = timedelta(days=30)


def rehearsed(job: dict[str, Any]) -> dict[str, Any]:
    """What came of it, as `contract.campaign_look.RehearsalLook`. ControlError when the campaign cannot
    start."""
    wished = Wished(**{**job["wished"], "lines": tuple(job["wished"]["lines"])})
    settings = load(job["settings"])
    now = datetime.fromisoformat(job["now"])
    world = _world(Path(job["records"]), wished.campaign, now, ZoneInfo(settings.box.timezone))
    wrap_up = next(one.wrap_up_seconds for one in settings.dialer.campaigns if one.name == wished.campaign)
    if wrap_up is not None:
        world = replace(world, wrap_up_seconds=float(max(1, wrap_up)))
    return asdict(rehearse_campaign(to_plan(settings), wished, world))


def _world(records: Path, campaign: str, now: datetime, zone: ZoneInfo) -> World:
    """As the campaign's own calls of the last days tell."""
    figures = CampaignFigures(records)
    try:
        found = figures.results(campaign, now - _LATELY, now, zone, ())
    except StoreError:
        return World()
    finally:
        figures.close()
    return world_of(found.outcomes, found.all.joined, found.all.mean_talk)


def main() -> int:
    """Do the job; 0 when it is done, 1 when a sentence says why not."""
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, _MOST_MEMORY))
    try:
        answer: dict[str, Any] = {"done": rehearsed(json.loads(sys.stdin.readline()))}
    except ControlError as refused:
        answer = {"failed": str(refused), "problems": refused.problems}
    except CallboxError as problem:
        answer = {"failed": str(problem), "problems": {}}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if "done" in answer else 1


if __name__ == "__main__":
    sys.exit(main())
