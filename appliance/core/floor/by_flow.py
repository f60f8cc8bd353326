"""How a call went by what was keyed in its flow: the campaign's disposition, without an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.campaigns import Again, DispositionPlan
from appliance.contract.journal import EntryKind, JsonValue
from appliance.contract.leads import Lead, LeadState
from appliance.core.contacts.refusal import never_again
from appliance.core.dialer.recycle import again_at, zone_at

if TYPE_CHECKING:
    from appliance.core.floor.dial import Dial

_AGAIN = Again(minutes=240, other_part=True)


def keyed(dial: Dial, code: str) -> bool:
    """Write it down, and what becomes of the lead when the attempt has its end. True when they said no.

    Who wants to be called back is done with: the same flow would only speak to them again. Where an agent is
    to call, the flow has a step for that.
    """
    kernel, plan, call = dial.campaign.kernel, dial.campaign.plan, dial.call
    found = next((row for row in plan.work.dispositions if row.code == code), None)
    if found is None or call is None:
        return False
    kernel.note(EntryKind.DISPOSITION, call.id, code=code)
    if found.then == "never":
        never_again(kernel, dial.number, "disposition", call=call.id)
    if dial.order.lead is not None:
        dial.afterwards = _lead(dial, dial.order.lead, found)
    return found.then in ("refused", "never")


def _lead(dial: Dial, lead: Lead, found: DispositionPlan) -> dict[str, JsonValue]:
    state, due = LeadState.DONE, None
    if found.then == "again":
        at = again_at(dial.campaign.kernel.clock.wall(), _AGAIN, zone_at(lead), lead.parts)
        state, due = LeadState.RETRY, at.isoformat()
    return {"lead": lead.id, "state": state.value, "due": due, "why": f"disposition {found.code}"}
