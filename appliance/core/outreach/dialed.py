"""The two words between the campaign's floor and outreach: a call that was answered, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.leads import Lead, Outcome
from appliance.core.call.call import Call
from appliance.core.call.leg import Leg


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a call. `how` is for the attempt's record."""

    outcome: Outcome
    how: str
    never: bool = False  # they said so: the number is on a do-not-call list by now
    code: str | None = None  # the campaign's disposition that the flow found
    done: bool = False  # the lead needs no other call, whatever the outcome's rule
    agent: str | None = None  # with whom they spoke in the end


@dataclass(frozen=True, slots=True, eq=False)
class Dialed:
    """A campaign's call that was answered, as the floor hands it over.

    `over` is called once, when the call ended, unless the floor took it back before (by letting it enter a
    step of its own while `Outreach.person` waits for an agent). `dropped` is called in the moment nobody
    came: agents who are still being rung for it must be let go.
    """

    call: Call
    party: Leg  # the far end
    plan: CampaignPlan
    number: str  # E.164, as dialled
    lead: Lead | None
    over: Callable[[Ended], None]
    dropped: Callable[[], None] = _nothing
