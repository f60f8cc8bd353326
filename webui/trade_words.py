"""The trades a campaign may be of, in the reader's language: their names, what they are for, and the first
labels and scripts of a new campaign. The settings they begin with: `config.dialer_trades`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

#: Trade -> its name and one sentence.
TRADES = {
    "telemarketing": (_("Telemarketing"), _("Offer something to people who do not know you yet.")),
    "lead_generation": (_("Lead generation"), _("Find out who is interested, and pass them on.")),
    "market_research": (
        _("Market research"),
        _("Ask questions to people chosen by chance; nothing is sold."),
    ),
    "satisfaction_survey": (_("Satisfaction survey"), _("Ask customers how content they were.")),
    "appointment_setting": (_("Appointments"), _("Agree on a day and time with each person.")),
    "debt_collection": (_("Debt collection"), _("Speak about open amounts, and note promises to pay.")),
    "renewals": (_("Renewals and upgrades"), _("Contracts that end soon are renewed or upgraded.")),
    "new_product": (_("New product"), _("Tell customers of something new.")),
    "payment_reminder": (_("Payment reminder"), _("Remind customers of what is due.")),
    "follow_up": (_("Follow-up"), _("Ask customers whether everything works.")),
}

#: First labels of dispositions, as `config.dialer_trades` has them.
LABELS = {
    "Sale": _("Sale"),
    "Call back later": _("Call back later"),
    "Not interested": _("Not interested"),
    "Do not call again": _("Do not call again"),
    "Wrong person": _("Wrong person"),
    "Interested: pass on": _("Interested: pass on"),
    "Interview complete": _("Interview complete"),
    "Broken off": _("Broken off"),
    "Answered": _("Answered"),
    "Appointment made": _("Appointment made"),
    "Promise to pay": _("Promise to pay"),
    "Paid already": _("Paid already"),
    "Disputes the debt": _("Disputes the debt"),
    "Asks for letters only": _("Asks for letters only"),
    "Renewed": _("Renewed"),
    "Upgraded": _("Upgraded"),
    "Wants to know more": _("Wants to know more"),
    "Will pay": _("Will pay"),
    "All is well": _("All is well"),
    "Needs help: pass on": _("Needs help: pass on"),
    "Answer 1": _("Answer 1"),
    "Answer 2": _("Answer 2"),
    "Answer 3": _("Answer 3"),
    "Answer 4": _("Answer 4"),
    "Answer 5": _("Answer 5"),
    "Confirmed": _("Confirmed"),
    "Wants another time": _("Wants another time"),
    "Cancelled": _("Cancelled"),
}

#: First scripts, by trade; {name} and the like are fields of the person who is called.
SCRIPTS = {
    "telemarketing": _(
        "Good day, this is … of …. I am calling about …. May I take two minutes?\n"
        "> Yes -> offer\n> Not now -> later\n> No -> goodbye\n\n"
        "# offer\nWe have …. It costs …. Would you like it?\n> Yes -> goodbye\n> No -> goodbye\n\n"
        "# later\nWhen may I call you again?\n\n"
        "# goodbye\nThank you for your time. Goodbye."
    ),
    "lead_generation": _(
        "Good day, this is … of …. Who decides about … with you?\n"
        "> I do -> interest\n> Somebody else -> who\n\n"
        "# who\nMay I have the name and the number?\n\n"
        "# interest\nWould … be of interest to you? What do you use today?"
    ),
    "market_research": _(
        "Good day, this is … for …. We sell nothing; would you answer a few questions?\n"
        "> Yes -> questions\n> No -> goodbye\n\n# questions\n1. …\n2. …\n\n# goodbye\nThank you. Goodbye."
    ),
    "satisfaction_survey": _(
        "Good day {name}, this is … of …. You were our customer lately; how content were you?\n"
        "> Content -> thanks\n> Not content -> sorry\n\n# sorry\nI am sorry. What went wrong?\n\n"
        "# thanks\nThank you very much. Goodbye."
    ),
    "appointment_setting": _(
        "Good day {name}, this is … of …. When would a visit suit you?\n\n"
        "Write day and time into the field “appointment” before you end the call."
    ),
    "debt_collection": _(
        "Do I speak with {name}? (Say nothing of the debt to anybody else.)\n"
        "> Yes -> debt\n> No -> goodbye\n\n"
        "# debt\nThis is … of …. {amount_due} have been open since {due_since} (invoice {invoice}).\n"
        "> Will pay -> promise\n> Cannot pay at once -> promise\n> Disputes it -> dispute\n\n"
        "# promise\nHow much will you pay, and by which day? (Write both into the fields.)\n\n"
        "# dispute\nWhat is wrong with the bill? I pass it on.\n\n# goodbye\nThen I call again. Goodbye."
    ),
    "renewals": _(
        "Good day {name}, this is … of …. Your contract {contract} ends on {ends_on}. "
        "Shall we go on as before?\n"
        "> Yes -> thanks\n> Something better -> upgrade\n> No -> why\n\n"
        "# upgrade\nFor … a month you would also have ….\n\n# why\nMay I ask why?\n\n"
        "# thanks\nThank you. Goodbye."
    ),
    "new_product": _(
        "Good day {name}, this is … of …. We have something new: ….\n"
        "> Tell me more -> more\n> No -> goodbye\n\n# more\nIt does …. Shall I send you something?\n\n"
        "# goodbye\nThank you. Goodbye."
    ),
    "payment_reminder": _(
        "Good day {name}, this is … of …. {amount_due} was due on {due_on}.\n"
        "> Will pay -> thanks\n> Paid already -> thanks\n> Cannot pay -> help\n\n"
        "# help\nWhat would be possible for you?\n\n# thanks\nThank you. Goodbye."
    ),
    "follow_up": _(
        "Good day {name}, this is … of …. Does everything work since we last spoke?\n"
        "> Yes -> thanks\n> No -> help\n\n# help\nWhat does not work? I pass it on.\n\n"
        "# thanks\nThank you. Goodbye."
    ),
}


def worded(disposition: Mapping[str, Any]) -> dict[str, Any]:
    """A first disposition, its label in the reader's language."""
    return {**disposition, "label": str(LABELS.get(disposition["label"], disposition["label"]))}
