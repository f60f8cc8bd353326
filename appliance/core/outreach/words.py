"""What is said to one called person: texts with the lead's fields, and the box's own words."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.flow import Grammar, Said
from appliance.contract.media import Prompt, Speech
from appliance.contract.plan import Plan
from appliance.core.call.call import Call
from appliance.core.dialer.number import numbered
from appliance.core.ivr import speech
from appliance.core.ivr.visit import CAMPAIGN
from appliance.core.numbers import as_keyed
from appliance.core.outreach.dialed import Dialed
from appliance.core.phrases import LANGUAGES, Phrase, say

#: Variables of the box's own begin so; no step of a flow can set them.
LEAD, OURS = "lead.", "campaign."


def introduce(dialed: Dialed) -> None:
    """Let the call know of its lead and its campaign: language, number and variables."""
    call, plan, lead = dialed.call, dialed.plan, dialed.lead
    talk = plan.outreach
    own = lead.language if lead is not None else None
    call.language = own or talk.language or call.language
    call.number = dialed.number
    call.variables |= {
        CAMPAIGN: plan.name,
        OURS + "label": plan.label,
        OURS + "company": talk.company,
        OURS + "number": read_out(number_of(plan), dialed.number),
        OURS + "key": talk.key,
    }
    if lead is not None:
        call.name = lead.name or call.name
        call.variables |= {LEAD + name: value for name, value in lead.fields.items()}
        call.variables[LEAD + "name"] = lead.name


def number_of(plan: CampaignPlan) -> str:
    """The number that the called person may ring."""
    return plan.outreach.number or plan.caller_id or ""


def read_out(number: str, to: str) -> str:
    """A number for the ears of who is called at `to`: digit by digit, as it is dialled there."""
    here, there = numbered(number), numbered(to)
    if here is None or there is None:
        return " ".join(number)
    digits = " ".join(as_keyed(number, here.country))
    return digits if here.country == there.country else " ".join(number)


def filled(said: Said, call: Call, grammar: Grammar) -> Prompt:
    """The words for this call's language, with its variables."""
    return speech.prompt(said, call.language, call.variables.get, grammar)


def nobody_is_free(dialed: Dialed, grammar: Grammar) -> Prompt:
    """Who called, the number to call back, and the key for not being called again (16 CFR 310.4(b)(4)(iii)
    asks for name and number; its (b)(1)(v)(B) for a key in every recorded message)."""
    call, plan = dialed.call, dialed.plan
    own = filled(plan.outreach.dropped, call, grammar)
    if own:
        return own
    language = call.language or call.kernel.plan.language
    return _nobody_is_free(plan, read_out(number_of(plan), dialed.number), language)


def _nobody_is_free(plan: CampaignPlan, number: str, language: str) -> Prompt:
    talk = plan.outreach
    return say(language, Phrase.OUTREACH_NOBODY, company=talk.company, number=number, key=talk.key)


def spoken(plan: Plan) -> Iterator[Prompt]:
    """What must begin at once, whoever is called: made before anybody is."""
    for campaign in plan.campaigns.values():
        number = numbered(number_of(campaign))
        yield from (one for one in campaign.outreach.dropped.values() if not _slots(one))
        if number is not None:
            at_home = " ".join(as_keyed(number_of(campaign), number.country))
            for language in {plan.language, campaign.outreach.language or plan.language, *LANGUAGES}:
                yield _nobody_is_free(campaign, at_home, language)


def _slots(prompt: Prompt) -> bool:
    return any(isinstance(part, Speech) and speech.SLOT.search(part.text) for part in prompt)
