"""What is said to one called person: texts with the lead's fields, and the box's own words."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.contract.campaigns import CampaignPlan
from appliance.contract.flow import Asking, FlowPlan, Grammar, HangupNode, PromptNode, Said
from appliance.contract.leads import Lead
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
    call, lead = dialed.call, dialed.lead
    call.language = language_of(dialed.plan, lead) or call.language
    call.number = dialed.number
    call.variables |= variables_of(dialed.plan, dialed.number, lead)
    if lead is not None:
        call.name = lead.name or call.name


def language_of(plan: CampaignPlan, lead: Lead | None) -> str:
    """What is spoken with them; "": the box's own."""
    return (lead.language if lead is not None else None) or plan.outreach.language


def variables_of(plan: CampaignPlan, number: str, lead: Lead | None) -> dict[str, str]:
    """What a text may say of who is called at `number`."""
    found = {
        CAMPAIGN: plan.name,
        OURS + "label": plan.label,
        OURS + "company": plan.outreach.company,
        OURS + "number": read_out(number_of(plan), number),
        OURS + "key": plan.outreach.key,
    }
    if lead is not None:
        found |= {LEAD + name: value for name, value in lead.fields.items()}
        found[LEAD + "name"] = lead.name
    return found


def own_words(
    plan: CampaignPlan, flow: FlowPlan | None, number: str, lead: Lead | None, grammar: Grammar
) -> Iterator[Prompt]:
    """What only this person will hear of the flow, or their machine after the beep."""
    variables, language = variables_of(plan, number, lead), language_of(plan, lead)
    nodes = flow.nodes.values() if flow is not None else ()
    texts = [node.said for node in nodes if isinstance(node, PromptNode | Asking | HangupNode)]
    texts += [said for said in (plan.outreach.dropped, plan.outreach.machine) if said is not None]
    for said in texts:
        own = speech.choose(said, language)
        if _slots(own) and all(name in variables for name in _names(own)):
            yield speech.prompt(said, language, variables.get, grammar)


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
    return any(True for _ in _names(prompt))


def _names(prompt: Prompt) -> Iterator[str]:
    """The variables in a text."""
    for part in prompt:
        if isinstance(part, Speech):
            yield from (slot.group(1) for slot in speech.SLOT.finditer(part.text))
