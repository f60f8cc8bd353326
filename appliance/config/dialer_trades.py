"""Campaigns to begin with, one for each trade the box is for. They are starting points: everything may be
changed.

What the law says of a country goes before; these are only stricter, or say how the work is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.config.dialer import CampaignSettings

Row = Mapping[str, Any]


def _said(code: str, label: str, then: str = "done", success: bool = False) -> Row:
    return {"code": code, "label": label, "then": then, "success": success}


_LATER, _NO, _NEVER = (
    _said("2", "Call back later", "callback"),
    _said("3", "Not interested", "refused"),
    _said("4", "Do not call again", "never"),
)
_WRONG = _said("5", "Wrong person", "done")
_USUAL = (_LATER, _NO, _NEVER, _WRONG)

#: What each trade sets otherwise than a plain campaign.
TRADES: Mapping[str, Row] = {
    "telemarketing": {
        "matter": "sales",
        "number_caps": {"day": 1, "week": 3},
        "dispositions": [_said("1", "Sale", success=True), *_USUAL],
        "script": "Good day, this is … of …. I am calling about …. May I take two minutes?",
    },
    "lead_generation": {
        "matter": "sales",
        "number_caps": {"day": 1, "week": 3},
        "fields": ["interest", "budget", "decides_by"],
        "dispositions": [_said("1", "Interested: pass on", success=True), *_USUAL],
        "script": "Good day, this is … of …. Who decides about … with you?",
    },
    "market_research": {
        "matter": "research",
        "order": "random",
        "last_agent": False,
        "number_caps": {"day": 2, "week": 5},
        "dispositions": [
            _said("1", "Interview complete", success=True),
            _said("6", "Broken off", "callback"),
            *_USUAL,
        ],
        "script": "Good day, this is … for …. We sell nothing; would you answer a few questions?",
    },
    "satisfaction_survey": {
        "matter": "research",
        "consent": "customer",
        "number_caps": {"day": 1, "week": 2},
        "most_tries": 3,
        "dispositions": [_said("1", "Answered", success=True), *_USUAL],
        "script": "Good day {name}, this is … of …. You were our customer lately; how content were you?",
    },
    "appointment_setting": {
        "matter": "sales",
        "method": "preview",
        "fields": ["appointment"],
        "dispositions": [_said("1", "Appointment made", success=True), *_USUAL],
        "script": "Good day {name}, this is … of …. When would a visit suit you?",
    },
    "debt_collection": {
        "matter": "debt",
        "method": "preview",
        "consent": "customer",
        "number_caps": {"day": 1, "week": 3},
        "most_tries": 20,
        "fields": ["amount_due", "due_since", "invoice", "promised_amount", "promised_by"],
        "again": {"machine": {"days": 2}, "no_answer": {"days": 1, "other_part": True, "next_number": True}},
        "dispositions": [
            _said("1", "Promise to pay", "callback", success=True),
            _said("6", "Paid already", success=True),
            _said("7", "Disputes the debt"),
            _LATER,
            _said("4", "Asks for letters only", "never"),
            _WRONG,
        ],
        "script": "Do I speak with {name}? (Say nothing of the debt to anybody else.) This is … of ….",
    },
    "renewals": {
        "matter": "sales",
        "method": "preview",
        "consent": "customer",
        "fields": ["contract", "ends_on"],
        "dispositions": [_said("1", "Renewed", success=True), _said("6", "Upgraded", success=True), *_USUAL],
        "script": "Good day {name}, this is … of …. Your contract {contract} ends on {ends_on}.",
    },
    "new_product": {
        "matter": "sales",
        "consent": "customer",
        "number_caps": {"day": 1, "week": 1, "month": 2},
        "most_tries": 3,
        "dispositions": [_said("1", "Wants to know more", success=True), *_USUAL],
        "script": "Good day {name}, this is … of …. We have something new: ….",
    },
    "payment_reminder": {
        "matter": "service",
        "consent": "customer",
        "number_caps": {"day": 1, "week": 2},
        "most_tries": 4,
        "fields": ["amount_due", "due_on"],
        "dispositions": [
            _said("1", "Will pay", success=True),
            _said("6", "Paid already", success=True),
            *_USUAL,
        ],
        "script": "Good day {name}, this is … of …. {amount_due} was due on {due_on}.",
    },
    "follow_up": {
        "matter": "service",
        "method": "preview",
        "consent": "customer",
        "number_caps": {"day": 2, "week": 4},
        "dispositions": [
            _said("1", "All is well", success=True),
            _said("6", "Needs help: pass on"),
            *_USUAL,
        ],
        "script": "Good day {name}, this is … of …. Does everything work since we last spoke?",
    },
}


def campaign_of(trade: str, name: str, label: str) -> CampaignSettings:
    """A campaign of this trade to begin with. KeyError for a trade there is none of."""
    return CampaignSettings.model_validate({"name": name, "label": label, "trade": trade, **TRADES[trade]})
