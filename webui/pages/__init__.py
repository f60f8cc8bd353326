"""One blueprint a page family."""

from __future__ import annotations

from flask import Blueprint

LANGUAGE_COOKIE = "callbox-language"  # what a browser chose on the first-boot page


def blueprints() -> list[Blueprint]:
    """All of them."""
    from webui.api import v1
    from webui.pages import (
        appointments,
        calls,
        care,
        certificate,
        desk,
        figures,
        first,
        flows,
        live,
        login,
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
        prompts.prompts,
    ]
    pages += [certificate.certificate, reset.reset, care.care, desk.desk]
    pages += _dialer()
    return [*pages, appointments.appointments, survey.survey, versions.versions, v1.api]


def _dialer() -> list[Blueprint]:
    """Campaigns, their lists, and what agents do in them."""
    from webui.pages import agent, campaign_figures, campaigns, dnc, leads, list_import, lists, permits

    pages = [campaigns.campaigns, campaign_figures.campaign_figures, agent.agent]
    return [*pages, list_import.list_import, lists.lists, leads.leads, permits.permits, dnc.dnc]
