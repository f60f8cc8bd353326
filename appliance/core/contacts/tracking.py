"""Call tracking: which marketing campaign brought a call."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.contract.journal import EntryKind
from appliance.contract.messages import MarketingPlan
from appliance.core.call.call import Call
from appliance.core.numbers import to_e164

#: A flow that asks for the code from an advert puts the digits into this variable.
ADVERT_CODE = "advert_code"


def track(call: Call, trunk: str, called: str | None) -> None:
    """An outside call came in on `trunk`, for the number `called` where that is known: it says more."""
    plans, country = call.kernel.plan.marketing, call.kernel.plan.country
    by_number = _first(plans, "numbers", to_e164(called, country))
    if by_number is not None:
        _note(call, by_number, "number")
        return
    # A SIP trunk of several channels has a line for each: provider/1, provider/2 …
    by_trunk = _first(plans, "trunks", trunk) or _first(plans, "trunks", trunk.partition("/")[0])
    if by_trunk is not None:
        _note(call, by_trunk, "trunk")


def track_code(call: Call, code: str) -> bool:
    """The caller keyed a code from an advert, which says most; is it one of ours?"""
    found = _first(call.kernel.plan.marketing, "codes", code)
    if found is None:
        return False
    _note(call, found, "code")
    return True


def _first(plans: Sequence[MarketingPlan], kind: str, value: str | None) -> MarketingPlan | None:
    return next((plan for plan in plans if value in getattr(plan, kind)), None)


def _note(call: Call, plan: MarketingPlan, by: str) -> None:
    call.variables["marketing"] = plan.name
    call.note(EntryKind.MARKETING, campaign=plan.name, by=by)
