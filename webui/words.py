"""The box's words in the reader's language: states, stages, outcomes, causes."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _

from webui.numbers import shown

#: TrunkState -> words, and how it is to be taken: "good", "busy", "warn", "bad", "off".
TRUNK_STATES = {
    "disabled": (_("Switched off"), "off"),
    "starting": (_("Starting"), "busy"),
    "in_service": (_("Ready"), "good"),
    "out_of_coverage": (_("No network"), "bad"),
    "registration_denied": (_("SIM refused by the network"), "bad"),
    "sim_absent": (_("No SIM card"), "bad"),
    "sim_locked": (_("SIM card locked"), "bad"),
    "no_line": (_("No telephone line"), "bad"),
    "unreachable": (_("Provider does not answer"), "bad"),
    "unplugged": (_("Unplugged"), "bad"),
    "silent": (_("Modem does not answer"), "bad"),
    "recovering": (_("Being brought back"), "warn"),
    "faulty": (_("Faulty"), "bad"),
}
#: What the owner can do about it.
TRUNK_ADVICE = {
    "out_of_coverage": _("Move the antenna, or check the operator's coverage."),
    "registration_denied": _("Ask the operator whether this SIM card is active."),
    "sim_absent": _("Put a SIM card into the modem, then press Restart line."),
    "sim_locked": _("Set the PIN in Setup, Lines. If the card wants its PUK, unlock it in a telephone."),
    "no_line": _("Plug the telephone cable into the modem."),
    "unreachable": _("Check the provider's address, user and password in Setup, Lines."),
    "unplugged": _("Plug the modem in again; the box finds it by itself."),
    "silent": _("Unplug the modem for ten seconds and plug it in again."),
    "faulty": _("Press Restart line; if it stays, look at What was said."),
}
#: A step of the way back, as `LiveTrunk.step` names it: those of the GSM ladder, then those of voice modems.
TRUNK_STEPS = {
    "ping": _("ask the modem for a sign of life"),
    "restart": _("restart the modem"),
    "reopen": _("open the port again"),
    "usb_reset": _("switch the USB port off and on"),
    "back_off": _("wait before the next attempt"),
    "leave voice": _("end what is left of a call"),
    "reset": _("reset the modem"),
}
TRUNK_KINDS = {
    "gsm": _("GSM modem"),
    "voice_modem": _("Analog line"),
    "sip": _("SIP trunk"),
}
AGENT_STATES = {
    "waiting": (_("Waiting for a call"), "good"),
    "reserved": (_("About to ring"), "busy"),
    "ringing": (_("Ringing"), "busy"),
    "in_call": (_("In a call"), "busy"),
    "wrap_up": (_("Finishing up"), "warn"),
}
AGENT_STATUSES = {
    "logged_out": (_("Logged out"), "off"),
    "available": (_("Available"), "good"),
    "on_break": (_("On a break"), "warn"),
}
STAGES = {
    "ringing": _("Ringing"),
    "greeting": _("Hears the greeting"),
    "menu": _("In the menu"),
    "waiting": _("Waiting in the queue"),
    "offering": _("Ringing an agent"),
    "talking": _("Talking"),
    "held": _("On hold"),
    "dialling": _("Dialling"),
    "ending": _("Ending"),
}
DIRECTIONS = {"inbound": _("Incoming"), "outbound": _("Outgoing"), "internal": _("Internal")}
OUTCOMES = {
    "answered": (_("Answered"), "good"),
    "abandoned": (_("Hung up waiting"), "warn"),
    "voicemail": (_("Left a message"), "off"),
    "callback": (_("Promised a callback"), "off"),
    "busy": (_("Busy"), "warn"),
    "no_answer": (_("No answer"), "warn"),
    "rejected": (_("Rejected"), "warn"),
    "failed": (_("Failed"), "bad"),
    "interrupted": (_("Interrupted"), "bad"),
    "menu": (_("Ended in the menu"), "off"),
    "closed": (_("Called outside hours"), "off"),
    "open": (_("In progress"), "busy"),
}
ENDED_BY = {
    "caller": _("the caller"),
    "agent": _("the agent"),
    "box": _("the box"),
    "far_end": _("the other side"),
}
CHOICES = {
    "queue": _("Queue"),
    "agent": _("Agent"),
    "flow": _("Flow"),
    "voicemail": _("Voicemail box"),
    "repeat": _("Say the menu again"),
    "hangup": _("Say goodbye and hang up"),
}

#: Why a caller is to be called back, what came of a try, and how it ended.
CALLBACK_REASONS = {
    "key": _("by key while waiting"),
    "wait": _("offered as the wait was long"),
    "flow": _("offered in the menu"),
    "agent": _("put off by an agent"),
}
CALLBACK_TRIES = {
    "busy": _("busy"),
    "no_answer": _("no answer"),
    "rejected": _("declined"),
    "failed": _("the call failed"),
    "no_line": _("no line was free"),
    "agent_left": _("the agent hung up before the answer"),
    "machine": _("an answering machine"),
}
CALLBACK_ENDS = {
    "served": _("Called and spoken to"),
    "rang_again": _("Rang again and kept the place"),
    "not_reached": _("Not reached"),
    "cancelled": _("Taken off by hand"),
    "not_saved": _("Could not be saved; the caller waited on"),
}

#: Why an agent who is available is offered no call, by `contract.explained.Why`.
HINDRANCES = {
    "gone": _("the handset is not set up"),
    "unreg": _("the handset is not connected"),
    "dnd": _("the handset does not want to be disturbed (*79 ends that)"),
    "use": _("the handset is in use"),
    "line": _("no line is free to call the telephone outside"),
}

#: Kinds of a flow's steps, in the order they are offered.
NODES = {
    "prompt": _("Say something"),
    "announcement": _("Announcement"),
    "menu": _("Menu"),
    "digits": _("Ask for digits"),
    "hours": _("Opening hours"),
    "language": _("Language"),
    "identify": _("Who is calling"),
    "set": _("Set values"),
    "condition": _("Condition"),
    "http": _("Ask another machine"),
    "sms": _("Send a text message"),
    "appointment": _("The next appointment"),
    "survey": _("Ask how it was"),
    "needs": _("What the caller needs"),
    "queue": _("Queue"),
    "department": _("Department"),
    "agent": _("Agent"),
    "extension": _("Handset"),
    "outside": _("Number outside"),
    "voicemail": _("Voicemail"),
    "callback": _("Offer to call back"),
    "opt_out": _("Not be called again"),
    "outcome": _("How a campaign's call went"),
    "flow": _("Another flow"),
    "return": _("Back to the flow before"),
    "hangup": _("Say goodbye and hang up"),
}
#: Exits of steps.
EXITS = {
    "next": _("Then go to"),
    "open": _("When open"),
    "closed": _("When closed"),
    "holiday": _("On a holiday"),
    "otherwise": _("Otherwise"),
    "cancelled": _("When it is cancelled"),
    "ring_back": _("When they want to be called about it"),
    "none": _("When there is no appointment"),
    "person": _("Key 0: to somebody"),
    "timeout": _("When nothing is pressed"),
    "invalid": _("When it is wrong again and again"),
    "unknown": _("When nobody is found"),
    "failed": _("When nobody is reached"),
    "error": _("When it cannot be done"),
}
#: What a customer said of an appointment -> words, and how it is to be taken.
APPOINTMENTS = {
    "": (_("Nothing said yet"), "off"),
    "confirmed": (_("Confirmed"), "good"),
    "changed": (_("Changed"), "good"),
    "cancelled": (_("Cancelled"), "bad"),
    "ring_back": (_("Wants to be called"), "warn"),
}
TESTS = {
    "is": _("is"),
    "is_not": _("is not"),
    "less": _("is less than"),
    "more": _("is more than"),
    "like": _("looks like"),
    "is_set": _("is known"),
}
#: What a virtual caller does and meets.
HEARD = {
    "presses": _("Presses"),
    "says": _("Says"),
    "waits": _("Presses nothing"),
    "hangs_up": _("Hangs up"),
    "queue": _("Waits in the queue"),
    "text": _("A text message to"),
    "rings": _("It rings at"),
    "connected": _("Talks to"),
    "ended": _("The call ends."),
    "unused": _("Was not needed any more:"),
}


def word(table: Mapping[str, object], key: str | None) -> str:
    """The words for `key`; the key itself when it has none."""
    found = table.get(key or "")
    if isinstance(found, tuple):
        found = found[0]
    return str(found) if found is not None else str(key or "")


def tone(table: Mapping[str, object], key: str | None) -> str:
    """How a state is to be taken: the name of its colour."""
    found = table.get(key or "")
    return str(found[1]) if isinstance(found, tuple) else "off"


def said(table: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    """A whole table in the reader's language: key -> words, tone. For long lists."""
    return {key: (word(table, key), tone(table, key)) for key in table}


def agent(status: str, state: str) -> tuple[str, str]:
    """An agent's words and tone: what the machine does counts while the person is there."""
    if status == "logged_out" or (status == "on_break" and state == "waiting"):
        return word(AGENT_STATUSES, status), tone(AGENT_STATUSES, status)
    return word(AGENT_STATES, state), tone(AGENT_STATES, state)


def pause(code: str) -> str:
    """Why an agent is on a break: the box's own reason in words, else as it was chosen."""
    return str(gettext("missed calls")) if code == "missed_calls" else code


def bars(signal: int | None) -> int:
    """Signal bars, 0 to 4, of dBm: the steps telephones use for GSM (3GPP TS 27.007, +CSQ)."""
    if signal is None:
        return 0
    return sum(signal >= limit for limit in (-109, -97, -89, -79))


def waiting(count: int) -> str:
    """How many callers wait."""
    return str(ngettext("%(num)d caller waiting", "%(num)d callers waiting", count))


def caller(number: str | None, name: str | None) -> str:
    """Who it is, as far as it is known."""
    written = shown(number) if number else None
    if name and written:
        return f"{name} · {written}"
    return name or written or str(gettext("Number not shown"))
