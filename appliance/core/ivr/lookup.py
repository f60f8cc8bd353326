"""Nodes that ask elsewhere and wait: who the caller is, and what another machine knows."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from appliance.contract.contacts import Contact, Unidentified
from appliance.contract.flow import Exit, HttpAnswer, HttpNode, HttpRequest, IdentifyNode, TextNode
from appliance.core.contacts.known import adopt
from appliance.core.ivr import speech
from appliance.core.ivr.visit import Visit
from appliance.core.messages.sms import send_sms

Found = Callable[[Exit, str], None]

_WAYS = {
    Unidentified.UNKNOWN: Exit.UNKNOWN,
    Unidentified.AMBIGUOUS: Exit.UNKNOWN,
    Unidentified.LOCKED: Exit.FAILED,
    Unidentified.FAILED: Exit.ERROR,
}


#: A flow that goes round must not write a hundred messages.
MOST_TEXTS = 5
_PATIENCE = 10.0  # for one who never answers

Elsewhere = IdentifyNode | HttpNode | TextNode


def look_up(node: Elsewhere, visit: Visit, found: Found) -> None:
    """Ask; `found` gets the exit and the reason once, now or later."""
    if isinstance(node, HttpNode):
        _request(node, visit, found)
    elif isinstance(node, TextNode):
        _text(node, visit, found)
    else:
        _identify(node, visit, found)


def patience(node: Elsewhere) -> tuple[float, Exit]:
    """Whoever is asked gives up by itself; after so many seconds the caller goes on by this exit."""
    if isinstance(node, TextNode):
        return node.seconds, Exit.FAILED
    return _PATIENCE + (node.seconds if isinstance(node, HttpNode) else 0.0), Exit.ERROR


def _text(node: TextNode, visit: Visit, found: Found) -> None:
    visit.texts += 1
    if visit.texts > MOST_TEXTS:
        found(Exit.FAILED, f"{MOST_TEXTS} messages were sent already")
        return
    said = node.text
    text = next((said[name] for name in speech.names(visit.language) if name in said), "")

    def sent(problem: str) -> None:
        found(Exit.FAILED if problem else Exit.NEXT, problem)

    call = visit.call
    send_sms(call.kernel, visit.value(node.to), visit.fill(text), sent, node.group, call.id)


def _identify(node: IdentifyNode, visit: Visit, found: Found) -> None:
    contacts = visit.doors.services.contacts

    def answer(who: Contact | Unidentified) -> None:
        if isinstance(who, Unidentified):
            found(_WAYS[who], who.value)
        else:
            adopt(visit.call, who, "account" if node.account else "number")
            found(Exit.NEXT, "")

    account, number = visit.value(node.account) if node.account else None, visit.call.number
    if node.account and account:
        contacts.by_account(account, visit.value(node.pin) if node.pin else None, answer)
    elif number and not node.account:
        contacts.by_number(number, answer)
    else:
        found(Exit.UNKNOWN, "no account number" if node.account else "number withheld")


def _request(node: HttpNode, visit: Visit, found: Found) -> None:
    body = {name: visit.fill(value) for name, value in node.body.items()} if node.method == "POST" else None
    request = HttpRequest(_address(node.url, visit), node.method, body, node.seconds)

    def answer(said: HttpAnswer) -> None:
        if said.problem:
            found(Exit.ERROR, said.problem)
            return
        for variable, path in node.answers.items():
            visit.call.variables[variable] = said.values.get(path, "")
        found(Exit.NEXT, "")

    visit.doors.services.request(request, tuple(node.answers.values()), answer)


def _address(url: str, visit: Visit) -> str:
    """The URL with its variables, none of which may leave its place in it."""

    def quoted(name: str) -> str:
        return quote(visit.value(name) or "", safe="")

    return speech.fill(url, quoted, visit.doors.services.grammar, visit.language)
