"""A call learns whose it is: by the caller's number as soon as it is known, or by account number and PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appliance.contract.contacts import Contact, Unidentified
from appliance.contract.journal import EntryKind

if TYPE_CHECKING:
    from appliance.core.call.call import Call


def recognize(call: Call) -> None:
    """Look the caller's number up; what comes of it is with the call a moment later."""
    kernel, number = call.kernel, call.number
    if number is None or not number.startswith("+"):
        return

    def answer(who: Contact | Unidentified) -> None:
        if isinstance(who, Contact) and call.open and call.contact is None:
            kernel.run_contained(lambda: adopt(call, who, "number"))

    kernel.guard.tell("The contacts", lambda: kernel.services.contacts.by_number(number, answer))


def adopt(call: Call, who: Contact, by: str) -> None:
    """From now on the call is this customer's; `by` is "number" or "account"."""
    before, call.contact = call.contact, who
    call.name = who.name or call.name
    call.language = call.language or who.language or ""
    call.wants.vip = who.vip
    call.wants.own_agent = who.agent
    own = {"id": who.id, "name": who.name, "account": who.account, "agent": who.agent or ""}
    own["vip"] = "yes" if who.vip else ""
    for name, value in {**who.fields, **own}.items():
        call.variables[f"contact.{name}"] = value
    if before is None or before.id != who.id:
        call.note(EntryKind.CONTACT, contact=who.id, name=who.name or None, by=by)
