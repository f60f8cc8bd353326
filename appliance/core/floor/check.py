"""The look before a campaign starts, made ready on the core's thread and done on another: it asks the gate
about every lead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.campaign_look import CheckLook
from appliance.contract.dialling import Law
from appliance.contract.errors import CallboxError
from appliance.core.acd.agent import AgentStatus
from appliance.core.dialer.launch import Around, check, tally
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.gauges import pace_of

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor


def look_before(floor: Floor, campaign: Campaign) -> Callable[[], CheckLook]:
    """What is there now is taken down at once; the counting is done by the call of the result."""
    plan, kernel, law = campaign.plan, floor.kernel, floor.law or Law({})
    now, at = kernel.clock.now(), kernel.clock.wall()
    group = kernel.plan.trunk_groups.get(plan.trunk_group or "", ())
    lines = tuple(name for name in group if name in kernel.trunks and kernel.trunks[name].usable(now))
    agents = tuple(
        agent.id for agent in floor.roster.of(plan.queue or "") if agent.status is AgentStatus.AVAILABLE
    )
    trusted = kernel.services.clock_trusted()
    around = Around(agents, lines, plan.caller_id is not None, trusted)
    pace, shelf = pace_of(campaign), kernel.services.leads

    def work() -> CheckLook:
        try:
            counted = tally(
                shelf.everyone(tuple(plan.lists), at), lambda one: campaign.question(one, True), law
            )
        except OSError as problem:
            raise CallboxError(str(problem)) from problem
        found = check(plan, law, counted, around, pace)
        return CheckLook(
            campaign=plan.name,
            starts=found.starts,
            missing=tuple((what.value, *arguments) for what, arguments in found.missing),
            leads=counted.all,
            allowed=counted.allowed,
            skipped={why.value: count for why, count in counted.skipped.items()},
            hours=found.hours,
            lines=lines,
            agents=agents,
            known=pace.known,
        )

    return work
