"""The virtual caller for the page: settings and texts in, plain data out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from appliance.config.plan import to_plan
from appliance.config.schema import Settings
from appliance.contract.errors import SettingsError
from appliance.core.plan_check import check
from appliance.media.grammar import say
from appliance.planning.rehearsal import rehearse
from appliance.planning.script import read


def try_flow(settings: Settings, flow: str, script: str) -> list[dict[str, Any]]:
    """Every line of a rehearsal, as `rehearsal.Line`, of settings that need not be saved. Takes milliseconds,
    at most seconds. SettingsError says what is wrong with the script ("script.3") or the settings."""
    plan = to_plan(settings)
    check(plan)
    if flow not in plan.flows:
        raise SettingsError({"flow": f"There is no flow {flow}."})
    return [asdict(line) for line in rehearse(plan, flow, read(script), settings.box.timezone, say).lines]
