"""Checked campaign settings -> what the core works by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from appliance.config.dialer import AgainSettings, CampaignSettings, CapsSettings, DialerSettings
from appliance.config.dialer_law import ELSEWHERE, templates
from appliance.config.flow_nodes import Words
from appliance.config.flow_plan import prompt
from appliance.contract.answering import AnswerWish
from appliance.contract.campaigns import USUAL, Again, CampaignPlan, DialMethod, DispositionPlan, WorkPlan
from appliance.contract.dialling import Blocked, Calendar, Caps, Consent, Hours, Law, Limits, Matter
from appliance.contract.flow import Said
from appliance.contract.leads import Outcome
from appliance.contract.outreach import OutreachPlan


def campaign_plans(
    settings: DialerSettings, country: str, company: str = "", language: str = "en"
) -> dict[str, CampaignPlan]:
    """Every campaign by its name; `company` and `language` are the box's own, as `country`."""
    return {one.name: campaign_plan(one, country, company, language) for one in settings.campaigns}


def campaign_plan(
    one: CampaignSettings, country: str, company: str = "", language: str = "en"
) -> CampaignPlan:
    """One campaign; the rest is the box's own."""
    return CampaignPlan(
        name=one.name,
        label=one.label,
        matter=Matter(one.matter),
        method=DialMethod(one.method),
        lists={share.list: share.weight for share in one.lists},
        limits=_limits(one, country),
        order=one.order,
        fresh_first=one.fresh_first,
        last_agent=one.last_agent,
        again={**USUAL, **{Outcome(name): _again(rule) for name, rule in one.again.items()}},
        most_tries=one.most_tries,
        queue=one.queue,
        trunk_group=one.trunk_group,
        caller_id=one.caller_id or None,
        recorded=DialMethod(one.method).speaks,
        drop_limit=one.drop_limit_percent / 100,
        ratio=one.ratio,
        ring_seconds=one.ring_seconds,
        machines=None if one.machines == "off" else AnswerWish(one.machines),
        outreach=_outreach(one, company, language),
        work=_work(one),
    )


def _work(one: CampaignSettings) -> WorkPlan:
    said = tuple(DispositionPlan(row.code, row.label, row.then, row.success) for row in one.dispositions)
    return WorkPlan(
        script=one.script,
        fields=tuple(one.fields),
        dispositions=said,
        required=one.disposition_required and bool(said),
        preview_seconds=one.preview_seconds,
        wrap_up_seconds=one.wrap_up_seconds,
        auto_answer=one.auto_answer,
        learning=one.learning,
        share=one.agents_percent / 100,
        first_words=one.first_words,
    )


def _outreach(one: CampaignSettings, company: str, language: str) -> OutreachPlan:
    talk, language = one.outreach, one.language or language
    return OutreachPlan(
        company=talk.company or company,
        number=talk.number or None,
        key=talk.key,
        everywhere=talk.everywhere,
        language=one.language or "",
        flow=talk.flow,
        flow_seconds=float(talk.flow_seconds),
        dropped=_said(talk.dropped, language),
        machine=_said(talk.machine, language) if talk.leave_message else None,
        machine_seconds=float(talk.machine_seconds),
        beep_seconds=float(talk.beep_seconds),
        left_is_done=talk.left_is_done,
    )


def _said(words: Words, language: str) -> Said:
    """What there is, by language; nothing at all leaves it to the box."""
    told = {"": prompt(words, language)}
    told |= {name: prompt(text, name) for name, text in words.languages.items()}
    return {name: said for name, said in told.items() if said}


def law_of(
    settings: DialerSettings,
    emergency: frozenset[str],
    lists: Mapping[str, datetime],
    patterns: tuple[Blocked, ...],
    calendars: Mapping[tuple[str, int], Calendar],
) -> Law:
    """The law of the moment: templates, and what the store and the calendar say."""
    known = {name: rules for name, rules in templates().items() if name != ELSEWHERE}
    elsewhere = templates()[ELSEWHERE] if settings.other_countries else None
    return Law(known, elsewhere, emergency, lists, patterns, calendars, templates()[ELSEWHERE])


def _limits(one: CampaignSettings, country: str) -> Limits:
    spans = tuple((span.day, span.start, span.end) for span in one.hours)
    return Limits(
        countries=frozenset(one.countries or [country]),
        hours=Hours(spans, holidays=True) if spans else None,
        number=_caps(one.number_caps),
        lead=_caps(one.lead_caps),
        consent=Consent[one.consent.upper()],
    )


def _caps(caps: CapsSettings) -> Caps:
    return Caps(caps.day, caps.week, caps.month, caps.life)


def _again(rule: AgainSettings) -> Again:
    return Again(rule.minutes, rule.days, rule.other_part, rule.next_number, rule.never)
