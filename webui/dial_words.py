"""The dialer's words in the reader's language: methods, states, outcomes, what follows a call."""

from __future__ import annotations

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from appliance.contract.campaigns import DialMethod

#: `DialMethod` -> name, and what it means in one sentence.
METHODS = {
    "manual": (_("By hand"), _("the agent chooses and dials")),
    "preview": (_("Preview"), _("the agent looks at each person, then it is dialled")),
    "progressive": (_("Progressive"), _("one call for each free agent")),
    "power": (_("Power"), _("a fixed number of calls for each free agent")),
    "predictive": (_("Predictive"), _("dials ahead as far as the limit of dropped calls allows")),
    "broadcast": (_("Message"), _("a recording speaks, no agent is needed")),
    "survey": (_("Survey"), _("a recording asks, and the keys people press are counted")),
    "reminder": (_("Reminder"), _("a recording reminds; people confirm, change or cancel by key")),
}
#: Those in which a flow speaks.
SPEAKING = frozenset(method.value for method in DialMethod if method.speaks)
MATTERS = {
    "sales": _("Selling something"),
    "research": _("Surveys and research; nothing is sold"),
    "service": _("Service for customers: reminders, appointments"),
    "debt": _("Open debts"),
}
CONSENTS = {
    "none": _("are in the list"),
    "customer": _("are customers, or have asked"),
    "express": _("have agreed to be called"),
    "written": _("have agreed in writing"),
}
#: `CampaignSettings.machines`.
MACHINES = {
    "off": _("not told from people: agents hear them"),
    "lose_no_person": _("told, but no person may be taken for one"),
    "balanced": _("told, as well as it goes"),
    "few_machines": _("told, and agents should hear few of them"),
}
#: What follows a disposition.
THEN = {
    "done": _("Not called again"),
    "again": _("Tried again later"),
    "callback": _("Called back at a time you choose"),
    "refused": _("Said no: rests as long as the law asks"),
    "never": _("Goes on the do-not-call list"),
}
#: `contract.leads.Outcome` -> words, and how it is to be taken.
OUTCOMES = {
    "person": (_("A person answered"), "good"),
    "machine": (_("Answering machine"), "off"),
    "fax": (_("Fax"), "off"),
    "busy": (_("Busy"), "warn"),
    "no_answer": (_("No answer"), "warn"),
    "rejected": (_("Rejected"), "warn"),
    "unreachable": (_("Switched off or no network"), "warn"),
    "invalid": (_("No such number"), "bad"),
    "congestion": (_("The network had no way"), "warn"),
    "line_fault": (_("A line of ours failed"), "bad"),
    "silent": (_("Answered, and nobody spoke"), "off"),
    "dropped": (_("Answered, and no agent came"), "bad"),
    "interrupted": (_("Broken off by the box"), "bad"),
    "not_dialled": (_("Not dialled after all"), "off"),
}
#: Outcomes with a rule of their own for the next try.
RETRIED = {name: text for name, (text, _tone) in OUTCOMES.items() if name not in ("person", "not_dialled")}
#: What a campaign does.
STATES = {
    "stopped": (_("Stopped"), "off"),
    "running": (_("Running"), "good"),
    "paused": (_("Paused"), "warn"),
    "halted": (_("Cannot dial"), "bad"),
}


def usual(outcome: str) -> str:
    """The usual rule after an outcome, in words."""
    from appliance.contract.campaigns import USUAL
    from appliance.contract.leads import Outcome

    rule = USUAL[Outcome(outcome)]
    if rule.never:
        return str(gettext("never again"))
    found = []
    if rule.minutes:
        found.append(span(round(rule.minutes)))
    if rule.days:
        found.append(str(ngettext("%(num)d day later", "%(num)d days later", rule.days)))
    if rule.other_part:
        found.append(str(gettext("at another part of the day")))
    if rule.next_number:
        found.append(str(gettext("at the next number")))
    return ", ".join(found)


def span(minutes: int) -> str:
    """A time to wait, in words."""
    if minutes % 60 == 0:
        return str(ngettext("%(num)d hour later", "%(num)d hours later", minutes // 60))
    return str(ngettext("%(num)d minute later", "%(num)d minutes later", minutes))


def lasts(hours: float | None) -> str:
    """How long it takes, as a person would say it."""
    if hours is None:
        return str(gettext("it would never end"))
    minutes = round(hours * 60)
    if minutes < 1:
        return str(gettext("less than a minute"))
    if minutes < 60:
        return str(ngettext("about %(num)d minute", "about %(num)d minutes", minutes))
    return str(ngettext("about %(num)d hour", "about %(num)d hours", round(hours)))
