"""Lists, leads and do-not-call entries as the page changes them: the verbs, both ends, and what is asked.

The page reads lists and leads itself (`reports`), on its read-only connection. Imports and uploads run as one
job at a time; `list.job` tells how far it is, and afterwards what came of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from appliance.contract.errors import ControlError
from appliance.control.arguments import Arguments, inside, invalid
from appliance.control.messages import ErrorCode, Verb

Json = dict[str, Any]
_DISK_SECONDS = 40.0
_LOOK_SECONDS = 200.0
_LONGEST_OPTIONS = 100


class ListAccess(Protocol):
    """As `care.lead_office.LeadOffice`; on worker threads. Each raises CallboxError with a sentence."""

    def new_list(self, name: str, source: str) -> str:
        """A new, empty list; its id."""

    def rename_list(self, which: str, name: str) -> None:
        """Give a list another name."""

    def drop_list(self, which: str) -> None:
        """Throw a list away: nobody of it is dialled any more."""

    def look(self, path: Path, options: Mapping[str, Any]) -> Json:
        """What a file is, and how its first rows would be taken."""

    def start_import(self, path: Path, which: str, options: Mapping[str, Any], apply: bool) -> str:
        """Begin to take a file's leads in, or without `apply` to see what would be; the job's id."""

    def start_upload(self, path: Path, kind: str, name: str, as_of: str) -> str:
        """Begin to take a do-not-call list in; the job's id."""

    def job(self) -> Json | None:
        """The job that runs, or the last one."""

    def cancel(self) -> None:
        """End the job that runs."""

    def set_lead(self, lead: int, data: Mapping[str, Any], who: str) -> None:
        """Change a lead by hand: state, due, agent, own, fields."""

    def block(self, entry: str, kind: str, campaign: str, why: str, who: str) -> str:
        """Put a number, or one with * and ?, on a do-not-call list; the entry as it is kept."""

    def unblock(self, entry: str, kind: str, campaign: str, who: str) -> None:
        """Take an entry out."""


class ListVerbs:
    """Each verb checks its arguments and asks on a worker thread."""

    def __init__(self, lists: Callable[[], ListAccess] | None, spool: Path) -> None:
        self._lists, self._spool = lists, spool
        self.verbs: dict[Verb, Callable[[ListAccess, Arguments], Awaitable[Json]]] = {
            Verb.LIST_NEW: self._new,
            Verb.LIST_RENAME: self._rename,
            Verb.LIST_DROP: self._drop,
            Verb.LIST_LOOK: self._look,
            Verb.LIST_IMPORT: self._import,
            Verb.LIST_JOB: self._job,
            Verb.LIST_CANCEL: self._cancel,
            Verb.LEAD_SET: self._lead_set,
            Verb.DNC_ADD: self._dnc_add,
            Verb.DNC_DROP: self._dnc_drop,
            Verb.DNC_UPLOAD: self._dnc_upload,
        }

    async def do(self, verb: Verb, given: Arguments) -> Json:
        """Do one of these verbs. Raises CallboxError."""
        if self._lists is None:
            raise ControlError(f"This core does not do {verb.value}.", ErrorCode.REFUSED)
        return await self.verbs[verb](self._lists(), given)

    async def _new(self, lists: ListAccess, given: Arguments) -> Json:
        name, source = given.text("name", 80), given.optional("source", 80) or ""
        return {"id": await asyncio.to_thread(lists.new_list, name, source)}

    async def _rename(self, lists: ListAccess, given: Arguments) -> Json:
        await asyncio.to_thread(lists.rename_list, given.text("id", 40), given.text("name", 80))
        return {}

    async def _drop(self, lists: ListAccess, given: Arguments) -> Json:
        await asyncio.to_thread(lists.drop_list, given.text("id", 40))
        return {}

    async def _look(self, lists: ListAccess, given: Arguments) -> Json:
        path = inside(self._spool, given.text("path", 1000))
        return {"look": await asyncio.to_thread(lists.look, path, _options(given))}

    async def _import(self, lists: ListAccess, given: Arguments) -> Json:
        path, which = inside(self._spool, given.text("path", 1000)), given.text("list", 40)
        begin = lists.start_import
        return {"job": await asyncio.to_thread(begin, path, which, _options(given), given.yes("apply"))}

    async def _job(self, lists: ListAccess, _: Arguments) -> Json:
        return {"job": await asyncio.to_thread(lists.job)}

    async def _cancel(self, lists: ListAccess, _: Arguments) -> Json:
        await asyncio.to_thread(lists.cancel)
        return {}

    async def _lead_set(self, lists: ListAccess, given: Arguments) -> Json:
        data = given.anything("data")
        if not isinstance(data, Mapping):
            raise invalid("data", "What is to be changed is needed here.")
        await asyncio.to_thread(lists.set_lead, given.number("lead"), data, given.text("who", 60))
        return {}

    async def _dnc_add(self, lists: ListAccess, given: Arguments) -> Json:
        entry, kind = given.text("entry", 40), _kind(given)
        campaign, why = given.optional("campaign", 40) or "", given.optional("why", 40) or ""
        kept = await asyncio.to_thread(lists.block, entry, kind, campaign, why, given.text("who", 60))
        return {"entry": kept}

    async def _dnc_drop(self, lists: ListAccess, given: Arguments) -> Json:
        entry, kind = given.text("entry", 40), _kind(given)
        campaign = given.optional("campaign", 40) or ""
        await asyncio.to_thread(lists.unblock, entry, kind, campaign, given.text("who", 60))
        return {}

    async def _dnc_upload(self, lists: ListAccess, given: Arguments) -> Json:
        path, kind = inside(self._spool, given.text("path", 1000)), given.text("kind", 20)
        if kind not in ("own", "campaign", "official"):
            raise invalid("kind", "It is own, campaign or official.")
        name, as_of = given.optional("name", 80) or "", given.optional("as_of", 40) or ""
        return {"job": await asyncio.to_thread(lists.start_upload, path, kind, name, as_of)}


def _kind(given: Arguments) -> str:
    kind = given.text("kind", 20)
    if kind not in ("own", "campaign"):
        raise invalid("kind", "It is own or campaign.")
    return kind


def _options(given: Arguments) -> Mapping[str, Any]:
    options = given.anything("options")
    if options is None:
        return {}
    if not isinstance(options, Mapping) or len(options) > _LONGEST_OPTIONS:
        raise invalid("options", "An object is needed here.")
    return options


class ListClient:
    """The page's side; every method raises ControlError, as those of `ControlClient` do."""

    def __init__(self, ask: Callable[..., Json]) -> None:
        self._ask = ask

    def new_list(self, name: str, source: str = "") -> str:
        """See `ListAccess.new_list`."""
        return str(self._ask(Verb.LIST_NEW, _DISK_SECONDS, name=name, source=source)["id"])

    def rename_list(self, which: str, name: str) -> None:
        """See `ListAccess.rename_list`."""
        self._ask(Verb.LIST_RENAME, _DISK_SECONDS, id=which, name=name)

    def drop_list(self, which: str) -> None:
        """See `ListAccess.drop_list`."""
        self._ask(Verb.LIST_DROP, _DISK_SECONDS, id=which)

    def look(self, path: Path, options: Mapping[str, Any] | None = None) -> Json:
        """What a file in the spool folder is: kind, encoding, delimiter, heading, mapping, problem, rows."""
        asked = self._ask(Verb.LIST_LOOK, _LOOK_SECONDS, path=str(path), options=dict(options or {}))
        return dict(asked["look"])

    def start_import(self, path: Path, which: str, options: Mapping[str, Any], apply: bool) -> str:
        """See `ListAccess.start_import`. Code "refused" while another job runs."""
        given = {"path": str(path), "list": which, "options": dict(options), "apply": apply}
        return str(self._ask(Verb.LIST_IMPORT, _DISK_SECONDS, **given)["job"])

    def start_upload(self, path: Path, kind: str, name: str = "", as_of: str = "") -> str:
        """A do-not-call list: `kind` "own" | "campaign" (`name` is it) | "official" (`as_of`: ISO date)."""
        given = {"path": str(path), "kind": kind, "name": name, "as_of": as_of}
        return str(self._ask(Verb.DNC_UPLOAD, _DISK_SECONDS, **given)["job"])

    def job(self) -> Json | None:
        """The job that runs or the last one, as `messages.Verb.LIST_JOB` says; None: there was none."""
        found = self._ask(Verb.LIST_JOB)["job"]
        return dict(found) if found is not None else None

    def cancel(self) -> None:
        """See `ListAccess.cancel`."""
        self._ask(Verb.LIST_CANCEL)

    def set_lead(self, lead: int, data: Mapping[str, Any], who: str) -> None:
        """Change a lead by hand; any of state ("fresh" | "callback" | "done"), due (ISO 8601), agent, own."""
        self._ask(Verb.LEAD_SET, _DISK_SECONDS, lead=lead, data=dict(data), who=who)

    def block(self, entry: str, who: str, kind: str = "own", campaign: str = "", why: str = "") -> str:
        """See `ListAccess.block`."""
        given = {"entry": entry, "kind": kind, "campaign": campaign, "why": why, "who": who}
        return str(self._ask(Verb.DNC_ADD, _DISK_SECONDS, **given)["entry"])

    def unblock(self, entry: str, who: str, kind: str = "own", campaign: str = "") -> None:
        """See `ListAccess.unblock`."""
        self._ask(Verb.DNC_DROP, _DISK_SECONDS, entry=entry, kind=kind, campaign=campaign, who=who)
