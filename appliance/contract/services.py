"""What the core asks of the outside beside lines and audio. Each has a stand-in that knows nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.contract.appointments import Appointments, NoAppointments
from appliance.contract.contacts import Contacts, NoContacts
from appliance.contract.flow import Grammar, HttpAnswer, HttpRequest, Requester
from appliance.contract.hearing import Hearing, NoHearing
from appliance.contract.leads import LeadShelf, NoLeads
from appliance.contract.media import Prompt
from appliance.contract.messages import Messages, NoMessages
from appliance.contract.past import NoPast, Past
from appliance.contract.texts import NoTexts, Texts


def _as_it_is(value: str, form: str, argument: str, language: str) -> str:
    return value


def _unprepared(prompt: Prompt) -> None:
    return None


def _at_once(work: Callable[[], None]) -> None:
    work()


def _no_requests(request: HttpRequest, paths: tuple[str, ...], answer: Callable[[HttpAnswer], None]) -> None:
    answer(HttpAnswer(problem="This box sends no requests."))


@dataclass(frozen=True, slots=True)
class Services:
    """Given to the core at wiring."""

    contacts: Contacts = field(default_factory=NoContacts)
    grammar: Grammar = _as_it_is
    request: Requester = _no_requests
    messages: Messages = field(default_factory=NoMessages)
    texts: Texts = field(default_factory=NoTexts)
    appointments: Appointments = field(default_factory=NoAppointments)
    past: Past = field(default_factory=NoPast)
    hearing: Hearing = field(default_factory=NoHearing)
    leads: LeadShelf = field(default_factory=NoLeads)
    #: Is the time of day to be trusted? Campaigns wait until it is.
    clock_trusted: Callable[[], bool] = lambda: False
    #: Make what will be said soon, so that it begins at once. Returns at once; what cannot be made is logged.
    prepare: Callable[[Prompt], None] = _unprepared
    #: Do something on the core's thread, from any other.
    deliver: Callable[[Callable[[], None]], None] = _at_once
