"""The verbs of the upkeep: backups, restores, the disk, the support file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from appliance.config.care import BackupSettings
from appliance.contract.errors import CallboxError, ControlError
from appliance.control.arguments import Arguments, inside, invalid
from appliance.control.care import CareAccess
from appliance.control.handlers import ControlHandlers
from appliance.control.messages import ErrorCode, Verb

Json = dict[str, Any]
_LONGEST_KEY = 2000  # a whole key file


class CareVerbs:
    """Each verb checks its arguments and asks the upkeep on a worker thread."""

    def __init__(self, handlers: ControlHandlers) -> None:
        self._core = handlers
        self._verbs: dict[Verb, Callable[[CareAccess, Arguments], Awaitable[Json]]] = {
            Verb.CARE_STATE: self._state,
            Verb.CARE_CANCEL: self._cancel,
            Verb.BACKUP_KEY: self._key,
            Verb.BACKUP_START: self._start,
            Verb.BACKUP_SCHEDULED: self._scheduled,
            Verb.BACKUP_COPIES: self._copies,
            Verb.BACKUP_HOST: self._host,
            Verb.BACKUP_OWN_KEY: self._own_key,
            Verb.RESTORE_READ: self._read,
            Verb.RESTORE_APPLY: self._apply,
            Verb.RESTORE_DROP: self._drop,
            Verb.SUPPORT_MAKE: self._support,
        }

    async def do(self, verb: Verb, given: Arguments) -> Json:
        """Do one of these verbs. Raises CallboxError."""
        if self._core.care is None or verb not in self._verbs:
            raise ControlError(f"This core does not do {verb.value}.", ErrorCode.REFUSED)
        return await self._verbs[verb](self._core.care, given)

    async def _state(self, care: CareAccess, _: Arguments) -> Json:
        return await asyncio.to_thread(care.state)

    async def _cancel(self, care: CareAccess, _: Arguments) -> Json:
        await asyncio.to_thread(care.cancel)
        return {}

    async def _key(self, care: CareAccess, given: Arguments) -> Json:
        return {"key": await asyncio.to_thread(care.backups.new_key, given.text("who", 60))}

    async def _start(self, care: CareAccess, given: Arguments) -> Json:
        to = given.text("to", 20)
        if to == "none":
            raise ControlError("No USB stick and no SFTP server is set up for backups.", ErrorCode.REFUSED)
        if to not in ("download", "usb", "sftp"):
            raise invalid("to", "It is download, usb or sftp.")
        await asyncio.to_thread(care.backups.start_backup, to, given.yes("recordings"))
        return {}

    async def _scheduled(self, care: CareAccess, _: Arguments) -> Json:
        return {"begun": await asyncio.to_thread(care.backups.scheduled)}

    async def _copies(self, care: CareAccess, _: Arguments) -> Json:
        await asyncio.to_thread(care.backups.list_copies)
        return {}

    async def _host(self, care: CareAccess, given: Arguments) -> Json:
        try:
            asked = BackupSettings(host=given.text("host"), port=given.number("port"))
        except ValueError as problem:
            raise invalid("host", "This is no name or address of a server.") from problem
        key, fingerprint = await asyncio.to_thread(care.host_key, asked.host, asked.port)
        return {"key": key, "fingerprint": fingerprint}

    async def _own_key(self, care: CareAccess, _: Arguments) -> Json:
        return {"key": await asyncio.to_thread(care.own_key)}

    async def _read(self, care: CareAccess, given: Arguments) -> Json:
        path, name = given.optional("path", 1000), given.optional("name", 120)
        key = given.anything("key")
        if not isinstance(key, str) or not key.strip() or len(key) > _LONGEST_KEY:
            raise invalid("key", "The backup key is needed here.")
        if (path is None) == (name is None):
            raise invalid("path", "A file or the name of a copy is needed here.")
        place = inside(self._core.spool, path) if path is not None else None
        await asyncio.to_thread(care.restores.start_reading, place, name or "", key)
        return {}

    async def _apply(self, care: CareAccess, given: Arguments) -> Json:
        parts = {part for part in ("settings", "records") if given.yes(part)}
        await asyncio.to_thread(care.restores.restore, parts, given.text("who", 60))
        return {}

    async def _drop(self, care: CareAccess, _: Arguments) -> Json:
        await asyncio.to_thread(care.restores.drop_restore)
        return {}

    async def _support(self, care: CareAccess, _: Arguments) -> Json:
        live = dict(self._core.live())
        said = {trunk["name"]: self._said(trunk["name"]) for trunk in live.get("trunks", ())}
        return {"path": str(await asyncio.to_thread(care.support_file, live, said))}

    def _said(self, trunk: str) -> list[str]:
        """The last words with a line's device; a line without one has none."""
        try:
            return list(self._core.black_box(trunk))
        except CallboxError:
            return []
