"""What the page takes back of lists, and asks of the gate: the verbs, both ends, and what is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from appliance.contract.errors import ControlError
from appliance.control.arguments import Arguments, invalid
from appliance.control.messages import ErrorCode, Verb

Json = dict[str, Any]
_DISK_SECONDS = 60.0
_LONG_SECONDS = 300.0
_MOST_PRIORITY = 100


class LeadAccess(Protocol):
    """As `care.lead_back.LeadBack`; on worker threads. Each raises CallboxError with a sentence."""

    def bring_back(self, which: str) -> None:
        """A list that was thrown away is there again."""

    def rank(self, which: str, priority: int) -> None:
        """Give every lead of a list this priority."""

    def undo_import(self, which: str) -> tuple[int, int]:
        """Take an import back: how many leads were removed, and how many ended since they were dialled."""

    def drop_official(self, name: str) -> None:
        """Throw an official do-not-call list away."""

    def may(self, number: str, campaign: str, lead: int | None) -> Json:
        """What the gate says of a number now: `contract.dialling.Verdict.record`. Nothing is dialled."""


class LeadVerbs:
    """Each verb checks its arguments and asks on a worker thread."""

    def __init__(self, leads: Callable[[], LeadAccess] | None) -> None:
        self._leads = leads
        self.verbs: dict[Verb, Callable[[LeadAccess, Arguments], Awaitable[Json]]] = {
            Verb.LIST_BACK: self._back,
            Verb.LIST_RANK: self._rank,
            Verb.IMPORT_UNDO: self._undo,
            Verb.DNC_FORGET: self._forget,
            Verb.DIAL_MAY: self._may,
        }

    async def do(self, verb: Verb, given: Arguments) -> Json:
        """Do one of these verbs. Raises CallboxError."""
        if self._leads is None:
            raise ControlError(f"This core does not do {verb.value}.", ErrorCode.REFUSED)
        return await self.verbs[verb](self._leads(), given)

    async def _back(self, leads: LeadAccess, given: Arguments) -> Json:
        await asyncio.to_thread(leads.bring_back, given.text("id", 40))
        return {}

    async def _rank(self, leads: LeadAccess, given: Arguments) -> Json:
        priority = given.anything("priority")
        if not isinstance(priority, int) or isinstance(priority, bool) or abs(priority) > _MOST_PRIORITY:
            raise invalid("priority", "A whole number from -100 to 100 is needed here.")
        await asyncio.to_thread(leads.rank, given.text("id", 40), priority)
        return {}

    async def _undo(self, leads: LeadAccess, given: Arguments) -> Json:
        removed, ended = await asyncio.to_thread(leads.undo_import, given.text("id", 40))
        return {"removed": removed, "ended": ended}

    async def _forget(self, leads: LeadAccess, given: Arguments) -> Json:
        await asyncio.to_thread(leads.drop_official, given.text("name", 80))
        return {}

    async def _may(self, leads: LeadAccess, given: Arguments) -> Json:
        number, campaign = given.text("number", 40), given.text("campaign", 40)
        lead = None if given.anything("lead") is None else given.number("lead")
        return {"verdict": await asyncio.to_thread(leads.may, number, campaign, lead)}


class LeadClient:
    """The page's side; every method raises ControlError, as those of `ControlClient` do."""

    def __init__(self, ask: Callable[..., Json]) -> None:
        self._ask = ask

    def bring_back(self, which: str) -> None:
        """See `LeadAccess.bring_back`."""
        self._ask(Verb.LIST_BACK, _DISK_SECONDS, id=which)

    def rank(self, which: str, priority: int) -> None:
        """See `LeadAccess.rank`."""
        self._ask(Verb.LIST_RANK, _LONG_SECONDS, id=which, priority=priority)

    def undo_import(self, which: str) -> tuple[int, int]:
        """See `LeadAccess.undo_import`."""
        told = self._ask(Verb.IMPORT_UNDO, _LONG_SECONDS, id=which)
        return int(told["removed"]), int(told["ended"])

    def drop_official(self, name: str) -> None:
        """See `LeadAccess.drop_official`."""
        self._ask(Verb.DNC_FORGET, _LONG_SECONDS, name=name)

    def may(self, number: str, campaign: str, lead: int | None = None) -> Json:
        """See `LeadAccess.may`."""
        return dict(
            self._ask(Verb.DIAL_MAY, _DISK_SECONDS, number=number, campaign=campaign, lead=lead)["verdict"]
        )
