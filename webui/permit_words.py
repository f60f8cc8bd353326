"""The gate's reasons in few words, for filters and counts; whole sentences: `dialer_words`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

#: `contract.dialling.Why`, those that are asked for most first.
WHYS = {
    "blocked": _("On a do-not-call list"),
    "hours": _("Outside the hours"),
    "holiday": _("Public holiday"),
    "cap": _("Dialled too often"),
    "consent": _("No consent"),
    "withdrawn": _("Consent withdrawn"),
    "refused": _("Said no before"),
    "locked": _("Rests after a dropped call"),
    "machine": _("Rests after a machine"),
    "drops": _("Dropped calls used up"),
    "list_missing": _("Official list not loaded"),
    "list_old": _("Official list too old"),
    "caller_id": _("Number shown"),
    "zone": _("Time zone not known"),
    "clock": _("Box without the time"),
    "clock_back": _("Clock went back"),
    "unread": _("Records not readable"),
    "country": _("Country not called"),
    "no_rules": _("Country without rules"),
    "no_calendar": _("Holidays not known"),
    "no_number": _("Not a whole number"),
    "kind_of_number": _("Kind of number not called"),
    "emergency": _("Emergency number"),
}
