"""What a campaign's call says where no agent speaks: who calls, how to be left alone, and which flow."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.contract.flow import Said


@dataclass(frozen=True, slots=True)
class OutreachPlan:
    """Of one campaign. Texts may hold {lead.name}, {lead.<field>}, {campaign.company}, {campaign.number}
    and {campaign.key}; seconds are the longest times of what is said."""

    company: str = ""  # as it is said
    number: str | None = None  # E.164, said as the one to call back; None: the campaign's caller id
    key: str = "9"  # for not being called again
    everywhere: bool = True  # it takes the number off all campaigns, else off this one
    language: str = ""  # BCP 47, of leads that have none of their own; "": the box's
    flow: str | None = None  # walked by who answers, where no agent is meant to speak first
    flow_seconds: float = 180.0  # until they are in a queue or with somebody
    dropped: Said = field(default_factory=dict)  # nobody is free: instead of the box's own words
    machine: Said | None = None  # after the beep; None: machines are hung up on
    machine_seconds: float = 60.0
    beep_seconds: float = 30.0  # waited for the beep, from when the machine was known
    left_is_done: bool = False  # who was left a message is not dialled again
