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
        campaigns,
        care,
        certificate,
        desk,
        figures,
        dnc,
        first,
        flows,
        live,
        leads,
        list_import,
        lists,
        login,
        prompts,
        permits,
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
        prompts.prompts,
    ]
    pages += [certificate.certificate, reset.reset, care.care, desk.desk]
    return [*pages, appointments.appointments, survey.survey, versions.versions, v1.api]
    pages += [list_import.list_import, lists.lists, leads.leads, permits.permits, dnc.dnc]
