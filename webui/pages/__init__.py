"""One blueprint a page family."""

from __future__ import annotations

from flask import Blueprint

LANGUAGE_COOKIE = "callbox-language"  # what a browser chose on the first-boot page


def blueprints() -> list[Blueprint]:
    """All of them."""
    from webui.api import v1
    from webui.pages import (
        agent,
        appointments,
        calls,
        campaign_figures,
        campaigns,
        care,
        certificate,
        desk,
        dnc,
        figures,
        first,
        flows,
        leads,
        list_import,
        lists,
        live,
        login,
        permits,
        prompts,
        queue,
        reset,
        setup,
        survey,
        versions,
    )

    pages = [
        login.login,
        first.first,
        live.live,
        queue.queue,
        calls.calls,
        figures.figures,
        setup.setup,
        flows.flows,
        campaigns.campaigns,
        campaign_figures.campaign_figures,
        agent.agent,
        prompts.prompts,
    ]
    pages += [certificate.certificate, reset.reset, care.care, desk.desk]
    pages += [list_import.list_import, lists.lists, leads.leads, permits.permits, dnc.dnc]
    return [*pages, appointments.appointments, survey.survey, versions.versions, v1.api]
