"""Names, formulas and values of the figures, in the reader's language; `reports.measures` defines them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from webui.times import duration

#: Measure -> its name and its formula, as `reports.measures.MEASURES`.
MEASURES = {
    "offered": (_("Offered"), _("number of inbound calls that came for a queue")),
    "answered": (_("Answered"), _("number of them in which an agent and the caller were connected")),
    "abandoned": (_("Abandoned"), _("number of them whose caller hung up before an agent answered")),
    "abandonment": (_("Abandonment"), _("abandoned / offered")),
    "asa": (_("Average speed of answer"), _("sum of the waits of answered calls / answered")),
    "longest_wait": (_("Longest wait"), _("largest wait of offered calls")),
    "service_level": (_("Service level"), _("answered within the target / offered")),
    "service_level_without_short": (
        _("Service level without short abandons"),
        _("answered within the target / (offered - abandoned within the target)"),
    ),
    "aht": (
        _("Average handling time"),
        _("(time connected, holding included, of answered calls + wrap-up for their queues) / answered"),
    ),
    "occupancy": (
        _("Occupancy"),
        _("(in calls + wrap-up) / (in calls + wrap-up + available without a call), of agents' time"),
    ),
    "transfer_rate": (_("Transfer rate"), _("answered calls that the agent gave on / answered")),
    "csat": (
        _("Satisfied callers (CSAT)"),
        _("answers of 4 and 5 / answers to “how satisfied are you” (1 to 5) in the survey"),
    ),
    "fcr": (
        _("Settled at the first contact (FCR)"),
        _("yes / (yes + no) to “is your request settled” in the survey"),
    ),
}
#: What figures can be parted by.
PARTS = {
    "interval": _("Interval"),
    "queue": _("Queue"),
    "agent": _("Agent"),
    "trunk": _("Line"),
    "marketing": _("Marketing campaign"),
}
#: Minutes of an interval.
INTERVALS = {
    15: _("15 minutes"),
    30: _("30 minutes"),
    60: _("1 hour"),
    1440: _("1 day"),
}


def shown(value: float | None, unit: str) -> str:
    """A value with its unit; a dash where there is none."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{value:.0f} %"
    return duration(value + 0.5) if unit == "seconds" else f"{value:.0f}"
