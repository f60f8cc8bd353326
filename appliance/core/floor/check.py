"""The look before a campaign starts, made ready on the core's thread and done on another: it asks the gate
about every lead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from appliance.contract.campaign_look import CheckLook
from appliance.contract.dialling import Consent, CountryRules, Law
from appliance.contract.errors import CallboxError, ControlError
from appliance.core.dialer.launch import Around, Tally, check, tally
from appliance.core.floor.campaign import Campaign
from appliance.core.floor.gauges import agents_of, pace_of
from appliance.core.floor.sight import lines_in_service, sits_inside

if TYPE_CHECKING:
    from appliance.core.floor.floor import Floor


def look_before(floor: Floor, campaign: Campaign) -> Callable[[], CheckLook]:
    """What is there now is taken down at once; the counting is done by the call of the result."""
    plan, kernel, law = campaign.plan, floor.kernel, floor.law or Law({})
    at, around = kernel.clock.wall(), _around(floor, campaign)
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
            lines=around.lines,
            agents=around.agents,
            known=pace.known,
            outside=around.outside,
        )

    return work


def may_start(floor: Floor, campaign: Campaign) -> None:
    """What can be told without a look at every lead. ControlError, its `problems` are `Missing` codes with
    their arguments."""
    counted = Tally(allowed=1)  # whether anybody may be called now is no reason not to begin
    law = floor.law or Law(dict.fromkeys(campaign.plan.limits.countries, _ANY))
    found = check(campaign.plan, law, counted, _around(floor, campaign), pace_of(campaign))
    if not found.starts:
        problems = {what.value: " ".join(arguments) for what, arguments in found.missing}
        lacks = ", ".join(what.value.replace("_", " ") for what, _ in found.missing)
        raise ControlError(f"The campaign cannot start; it lacks: {lacks}.", "refused", problems)


def _around(floor: Floor, campaign: Campaign) -> Around:
    plan, kernel = campaign.plan, floor.kernel
    now = kernel.clock.now()
    group = kernel.plan.trunk_groups.get(plan.trunk_group or "", ())
    lines = tuple(name for name in group if name in kernel.trunks and kernel.trunks[name].usable(now))
    there, speaks = agents_of(floor, campaign), plan.method.speaks  # a queue rings telephones outside, too
    return Around(
        agents=tuple(agent.id for agent in there if speaks or sits_inside(kernel, agent)),
        lines=lines,
        caller_id_answered=plan.caller_id is not None,
        clock_trusted=kernel.services.clock_trusted(),
        in_service=lines_in_service(kernel),
        outside=() if speaks else tuple(agent.id for agent in there if not sits_inside(kernel, agent)),
        behind=tuple(sorted(campaign.behind.queues())),
    )


#: While the law is not read yet, no country is said to be without one.
_ANY = CountryRules("", {}, {}, {}, Consent.WRITTEN)
