"""Campaigns as the page deals with them: the verbs, both ends, and what the core must offer.

How campaigns go stands in the live state (`LiveState.campaigns`), so the event stream tells every change.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from appliance.contract.campaign_look import CheckLook, DispositionLook, LeadLook, RehearsalLook
from appliance.contract.errors import ControlError
from appliance.control.arguments import Arguments, invalid
from appliance.control.messages import ErrorCode, Verb

Json = dict[str, Any]
_CHECK_SECONDS = 120.0
_DO = ("start", "pause", "resume", "stop")
_MOST_FIELDS, _LONGEST_FIELD = 30, 500
_MOST_AGENTS = 32
_REHEARSE_SECONDS = 240.0


class DialAccess(Protocol):
    """As `core.dialer`'s floor, on the core's loop. Each raises CallboxError with a sentence."""

    def tell(self, campaign: str, do: str, who: str) -> None:
        """ "start", "pause", "resume" or "stop" a campaign. Stopping lets talks go on and ends what rings."""

    def checking(self, campaign: str) -> Callable[[], CheckLook]:
        """The look before a start, to be done on a worker thread: it asks the gate about every lead."""

    def present(self, agent: str) -> LeadLook | None:
        """The lead the agent has before them now."""

    def preview(self, agent: str, campaign: str) -> None:
        """Give the agent the campaign's next lead to look at."""

    def skip(self, agent: str, reason: str) -> None:
        """The lead they look at is not dialled now; the reason stands in the records."""

    def dial(self, agent: str, phone: int | None) -> None:
        """Dial the lead they look at, at its next number or at the one in this place."""

    def dial_by_hand(self, agent: str, campaign: str, number: str) -> None:
        """Dial a number inside a campaign."""

    def dispose(self, agent: str, code: str, said: Mapping[str, Any]) -> None:
        """How the call went; `said`: fields {name: text}, due (ISO 8601) and own for a callback, note."""


class DialVerbs:
    """Each verb checks its arguments and asks the core."""

    def __init__(
        self,
        core: Callable[[], DialAccess] | None,
        rehearse: Callable[[CheckLook, int], Mapping[str, Any]],
    ) -> None:
        self._core, self._rehearse = core, rehearse
        self.verbs: dict[Verb, Callable[[DialAccess, Arguments], Json | None]] = {
            Verb.CAMPAIGN_TELL: _tell,
            Verb.LEAD_PRESENT: _present,
            Verb.LEAD_NEXT: _next,
            Verb.LEAD_SKIP: _skip,
            Verb.LEAD_DIAL: _dial,
            Verb.LEAD_HAND: _hand,
            Verb.LEAD_DISPOSE: _dispose,
        }

    def has(self, verb: Verb) -> bool:
        """Is it a verb of this part?"""
        return verb in self.verbs or verb in (Verb.CAMPAIGN_CHECK, Verb.CAMPAIGN_REHEARSE)

    async def do(self, verb: Verb, given: Arguments) -> Json:
        """Do one of them. Raises CallboxError."""
        if self._core is None:
            raise ControlError(f"This core does not do {verb.value}.", ErrorCode.REFUSED)
        core = self._core()
        if verb is Verb.CAMPAIGN_CHECK:
            look = core.checking(given.text("campaign", 40))
            return {"check": asdict(await asyncio.to_thread(look))}
        if verb is Verb.CAMPAIGN_REHEARSE:
            look, agents = core.checking(given.text("campaign", 40)), given.number("agents")
            if not 0 <= agents <= _MOST_AGENTS:
                raise invalid("agents", f"0 to {_MOST_AGENTS} agents can be rehearsed.")
            return {"rehearsal": await asyncio.to_thread(lambda: self._rehearse(look(), agents))}
        return self.verbs[verb](core, given) or {}


def _tell(core: DialAccess, given: Arguments) -> None:
    do = given.text("do", 20)
    if do not in _DO:
        raise invalid("do", "It is start, pause, resume or stop.")
    core.tell(given.text("campaign", 40), do, given.text("who", 60))


def _present(core: DialAccess, given: Arguments) -> Json:
    found = core.present(given.text("agent", 20))
    return {"lead": None if found is None else asdict(found)}


def _next(core: DialAccess, given: Arguments) -> None:
    core.preview(given.text("agent", 20), given.text("campaign", 40))


def _skip(core: DialAccess, given: Arguments) -> None:
    core.skip(given.text("agent", 20), given.text("reason", 200))


def _dial(core: DialAccess, given: Arguments) -> None:
    phone = None if given.anything("phone") is None else given.number("phone")
    core.dial(given.text("agent", 20), phone)


def _hand(core: DialAccess, given: Arguments) -> None:
    core.dial_by_hand(given.text("agent", 20), given.text("campaign", 40), given.text("number", 40))


def _dispose(core: DialAccess, given: Arguments) -> None:
    fields = given.anything("fields") or {}
    if not isinstance(fields, Mapping) or len(fields) > _MOST_FIELDS:
        raise invalid("fields", "An object of texts is needed here.")
    if not all(isinstance(value, str) and len(value) <= _LONGEST_FIELD for value in fields.values()):
        raise invalid("fields", f"A field is a text of at most {_LONGEST_FIELD} characters.")
    said = {
        "fields": dict(fields),
        "due": given.optional("due", 40),
        "own": given.yes("own"),
    }
    core.dispose(given.text("agent", 20), given.text("code", 10), said)


class DialClient:
    """The page's side; every method raises ControlError with a sentence."""

    def __init__(self, ask: Callable[..., Json]) -> None:
        self._ask = ask

    def tell(self, campaign: str, do: str, who: str) -> None:
        """See `DialAccess.tell`."""
        self._ask(Verb.CAMPAIGN_TELL, campaign=campaign, do=do, who=who)

    def check(self, campaign: str) -> CheckLook:
        """The look before a start; takes seconds for large lists."""
        told = self._ask(Verb.CAMPAIGN_CHECK, _CHECK_SECONDS, campaign=campaign)["check"]
        missing = tuple(tuple(one) for one in told["missing"])
        names = {name: tuple(told[name]) for name in ("lines", "agents", "outside")}
        return CheckLook(**{**told, **names, "missing": missing})

    def rehearse(self, campaign: str, agents: int) -> RehearsalLook:
        """What the campaign would come to with so many agents; nothing is dialled. Takes seconds."""
        asked = self._ask(Verb.CAMPAIGN_REHEARSE, _REHEARSE_SECONDS, campaign=campaign, agents=agents)
        told = asked["rehearsal"]
        rows = {name: tuple(tuple(one) for one in told[name]) for name in ("why", "bins", "events")}
        return RehearsalLook(**{**told, **rows})

    def present(self, agent: str) -> LeadLook | None:
        """See `DialAccess.present`."""
        told = self._ask(Verb.LEAD_PRESENT, agent=agent)["lead"]
        if told is None:
            return None
        said = tuple(DispositionLook(**one) for one in told["dispositions"])
        phones = tuple(tuple(one) for one in told["phones"])
        refusals = tuple(tuple(one) for one in told["refusals"])
        more = {"dispositions": said, "phones": phones, "ask": tuple(told["ask"]), "refusals": refusals}
        return LeadLook(**{**told, **more})

    def preview(self, agent: str, campaign: str) -> None:
        """See `DialAccess.preview`."""
        self._ask(Verb.LEAD_NEXT, agent=agent, campaign=campaign)

    def skip(self, agent: str, reason: str) -> None:
        """See `DialAccess.skip`."""
        self._ask(Verb.LEAD_SKIP, agent=agent, reason=reason)

    def dial(self, agent: str, phone: int | None = None) -> None:
        """See `DialAccess.dial`."""
        self._ask(Verb.LEAD_DIAL, agent=agent, phone=phone)

    def dial_by_hand(self, agent: str, campaign: str, number: str) -> None:
        """See `DialAccess.dial_by_hand`."""
        self._ask(Verb.LEAD_HAND, agent=agent, campaign=campaign, number=number)

    def dispose(
        self,
        agent: str,
        code: str,
        fields: Mapping[str, str] | None = None,
        due: str | None = None,
        own: bool = False,
    ) -> None:
        """See `DialAccess.dispose`."""
        self._ask(Verb.LEAD_DISPOSE, agent=agent, code=code, fields=dict(fields or {}), due=due, own=own)
