"""Why a campaign dials nothing, or no more, as sentences. Codes: `contract.campaign_look.Halt`,
`core.dialer.pacing.Reason`, `contract.dialling.Why`; a code of a newer box is shown as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui.dialer_words import refusal
from webui.times import local

#: What the gate has against people, without the particulars of one of them.
SKIPPED = {
    "emergency": _("emergency numbers"),
    "no_number": _("no whole telephone number"),
    "kind_of_number": _("a kind of number that is not called"),
    "country": _("in a country the campaign does not call"),
    "no_rules": _("in a country whose calling rules are not known here"),
    "clock": _("the box does not know the time"),
    "clock_back": _("dialled at a time that is still to come: the clock went back"),
    "unread": _("what was dialled before could not be read"),
    "zone": _("nobody can tell what time it is there"),
    "hours": _("outside the hours now"),
    "holiday": _("a public holiday there"),
    "no_calendar": _("public holidays there are not known"),
    "blocked": _("on a do-not-call list"),
    "list_missing": _("an official do-not-call list is not loaded"),
    "list_old": _("an official do-not-call list is too old"),
    "cap": _("called as often as is allowed for now"),
    "locked": _("a call of ours found no agent there; they rest"),
    "machine": _("a machine answered; they rest"),
    "refused": _("said no; they rest"),
    "consent": _("no consent for such a call"),
    "withdrawn": _("withdrew their consent"),
    "caller_id": _("the number that is shown may not be used there"),
    "drops": _("only with an agent held: today's dropped calls are used up"),
}


def halt(why: Sequence[str], queue: str, group: str) -> str:
    """Why a campaign dials nothing now; `queue` and `group` are what people call them."""
    code, first = why[0], why[1] if len(why) > 1 else ""
    if code == "refused":
        return str(gettext("Whoever is next may not be called: %(why)s", why=skipped(first)))
    if code == "nobody_now" and first:
        return str(gettext("Nobody may be called now; the next one at %(time)s.", time=_clock(first)))
    sentences = {
        "no_agents": _("Dialling stopped: no agent of %(queue)s is there to take calls.", queue=queue),
        "no_lines": _("Dialling stopped: no line of %(group)s is in service.", group=group),
        "agents_outside": _(
            "Dialling stopped: all agents of %(queue)s who are there use a telephone outside. Campaigns need "
            "agents at telephones of the box.",
            queue=queue,
        ),
        "one_line": _(
            "Only one line of the box is in service, and the box never takes the last free line by itself. "
            "Add a second line, or choose Preview or By hand: there an agent starts each call."
        ),
        "no_free_line": _("No line is free but those kept for other people."),
        "no_lists": _("No list is chosen. Choose one in the settings."),
        "no_leads": _("Everybody on the lists is done."),
        "nobody_now": _("Nobody may be called now; the campaign waits for the hours."),
        "clock": _("The box does not know the time; it must be set or come from the network."),
        "caller_id": _("The number that is shown must be one that rings at this box."),
        "rules": _("The calling rules are being read, or cannot be read."),
        "unread": _("The lists cannot be read now."),
        "by_hand": _("Agents dial: the box starts no call of its own."),
        "emergency": _("An emergency call goes on; nothing else is dialled."),
    }
    return str(sentences.get(code) or " ".join(why))


def skipped(code: str) -> str:
    """What stands against people, in a few words."""
    return str(SKIPPED.get(code) or refusal(code, ()))


def pace(code: str, figures: Mapping[str, float]) -> str:
    """Why no more calls are out; empty where that needs no word."""
    if code == "budget":
        return str(
            gettext(
                "Fell back to one call for each waiting agent: %(dropped)s of %(persons)s people were "
                "dropped today, one more could pass %(limit)s %%.",
                dropped=_whole(figures, "dropped"),
                persons=_whole(figures, "persons"),
                limit=_percent(figures, "limit"),
            )
        )
    if code == "false_machines":
        return str(
            gettext(
                "One call for each waiting agent: people taken for machines alone reach the limit of "
                "%(limit)s %%. Switch machine detection off, or raise the limit.",
                limit=_percent(figures, "limit"),
            )
        )
    if code == "reserved":
        count = round(figures.get("reserve", 0))
        return str(
            ngettext(
                "%(num)d waiting agent is kept for callers.",
                "%(num)d waiting agents are kept for callers.",
                count,
            )
        )
    if code == "ratio":
        return str(gettext("%(ratio)s calls for each waiting agent.", ratio=f"{figures.get('ratio', 0):g}"))
    if code == "risk":
        return str(
            gettext(
                "One call more would find no agent with a chance of %(risk)s %%; %(most)s %% is allowed now.",
                risk=_percent(figures, "risk"),
                most=_percent(figures, "threshold"),
            )
        )
    return _behind_key(figures) if code == "behind_key" else str(_PACE.get(code, ""))


def _behind_key(figures: Mapping[str, float]) -> str:
    return str(
        gettext(
            "%(percent)s %% of the dials want an agent by the key, and %(agents)s agents are free: no more "
            "calls are out than these can take.",
            percent=f"{figures.get('percent', 0):g}",
            agents=_whole(figures, "agents"),
        )
    )


_PACE = {
    "no_agent": _("No agent is there: nothing is dialled."),
    "no_line": _("No line is free but those kept for other people."),
    "held": _("One call for each waiting agent."),
    "limit_zero": _("Nobody may be dropped: one call for each waiting agent."),
    "day_at_stake": _("Were all answered at once, one call more could pass today's limit."),
}


def _whole(figures: Mapping[str, float], name: str) -> str:
    return str(round(figures.get(name, 0)))


def _percent(figures: Mapping[str, float], name: str) -> str:
    return f"{figures.get(name, 0.0) * 100:.3g}"


def _clock(text: str) -> str:
    try:
        return local(text).strftime("%H:%M")
    except ValueError:
        return text
