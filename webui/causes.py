"""Why something ended: the causes of ITU-T Q.850, and ours from 128 on, in the reader's language."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _

CAUSES = {
    1: _("This number does not exist."),
    3: _("There is no way to this number."),
    16: _("Hung up."),
    17: _("Busy."),
    18: _("The telephone does not respond."),
    19: _("Nobody answered."),
    20: _("The telephone is not connected."),
    21: _("Declined."),
    22: _("The number has changed."),
    27: _("The other side is out of order."),
    28: _("This number is not complete."),
    29: _("The network does not offer this."),
    31: _("Ended."),
    34: _("No line is free."),
    38: _("The network is out of order."),
    41: _("Something went wrong; trying again may help."),
    42: _("The network is overloaded."),
    44: _("The line is in use or out of service."),
    52: _("This telephone may not call outside."),
    88: _("The other side cannot take this kind of call."),
    102: _("No answer came in time."),
    127: _("Ended for an unknown reason."),
    128: _("The box was stopped."),
    129: _("The line has a fault."),
    130: _("Nothing was heard for too long."),
    131: _("The longest duration was reached."),
    132: _("Picked up elsewhere."),
    133: _("The line was needed for an emergency call."),
    134: _("There is no dial tone."),
}


def reason(cause: object, sentence: object) -> str:
    """Why it ended. The core says it in English, and more closely; readers of another language are told by
    the cause, where it has one."""
    said = str(sentence or "")
    if said and str(get_locale()) == "en":
        return said
    known = CAUSES.get(cause) if isinstance(cause, int) else None
    return str(known) if known is not None else said
