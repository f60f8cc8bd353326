"""Checked settings of messages -> what the core needs of them."""

from __future__ import annotations

from appliance.config.contacts import e164
from appliance.config.fields import PromptText
from appliance.config.schema import Settings
from appliance.contract.media import Prompt, Sound, Speech
from appliance.contract.messages import MarketingPlan, QuestionPlan, SurveyPlan, VoicemailPlan


def voicemail_plans(settings: Settings) -> dict[str, VoicemailPlan]:
    """The boxes by name."""
    return {
        box.name: VoicemailPlan(
            name=box.name,
            label=box.label,
            greeting=_said(box.greeting, settings),
            shortest_seconds=box.shortest_seconds,
            longest_seconds=box.longest_seconds,
            review=box.review,
            agent=box.agent,
        )
        for box in settings.voicemail
    }


def survey_plan(settings: Settings) -> SurveyPlan | None:
    """The survey; None when it asks nothing. While it is off nobody is asked after a call; flows may ask."""
    survey = settings.survey
    if not survey.questions:
        return None
    return SurveyPlan(
        name="survey",
        questions=tuple(QuestionPlan(q.name, q.kind, _said(q.said, settings)) for q in survey.questions),
        share=survey.share_percent / 100 if survey.enabled else 0.0,
        seed=survey.seed,
        queues=frozenset(survey.queues),
        invite=_said(survey.invite, settings),
        thanks=_said(survey.thanks, settings),
    )


def marketing_plans(settings: Settings) -> tuple[MarketingPlan, ...]:
    """The marketing campaigns, in the order of the settings."""
    country = settings.box.country
    return tuple(
        MarketingPlan(
            name=one.name,
            label=one.label,
            trunks=frozenset(one.trunks),
            numbers=frozenset(e164(number, country) or number for number in one.numbers),
            codes=frozenset(one.codes),
        )
        for one in settings.marketing
    )


def _said(text: PromptText, settings: Settings) -> Prompt:
    language = settings.box.language
    if text.upload is not None:
        return (Sound(f"upload/{text.upload}", language),)
    return (Speech(text.text, language),) if text.text.strip() else ()
