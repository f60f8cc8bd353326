"""The verbs of the desk: contacts, messages of callers, mail, lost callers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from appliance.contract.errors import ControlError
from appliance.control.arguments import Arguments, inside, invalid
from appliance.control.desk import DeskAccess
from appliance.control.handlers import ControlHandlers
from appliance.control.messages import ErrorCode, Verb

Json = dict[str, Any]


class DeskVerbs:
    """Each verb checks its arguments and asks the desk on a worker thread."""

    def __init__(self, handlers: ControlHandlers) -> None:
        self._core = handlers
        self.verbs: dict[Verb, Callable[[DeskAccess, Arguments], Awaitable[Json]]] = {
            Verb.CONTACT_SAVE: self._contact_save,
            Verb.CONTACT_DELETE: self._contact_delete,
            Verb.CONTACT_UNDELETE: self._contact_undelete,
            Verb.CONTACT_IMPORT: self._contact_import,
            Verb.VOICEMAIL_SET: self._voicemail_set,
            Verb.MAIL_TEST: self._mail_test,
            Verb.MAIL_AGAIN: self._mail_again,
            Verb.MAIL_DROP: self._mail_drop,
            Verb.LOST_CALL: self._lost_call,
            Verb.LOST_CLOSE: self._lost_close,
            Verb.LOST_REOPEN: self._lost_reopen,
        }

    async def do(self, verb: Verb, given: Arguments) -> Json:
        """Do one of these verbs. Raises CallboxError."""
        if self._core.desk is None or verb not in self.verbs:
            raise ControlError(f"This core does not do {verb.value}.", ErrorCode.REFUSED)
        return await self.verbs[verb](self._core.desk(), given)

    async def _contact_save(self, desk: DeskAccess, given: Arguments) -> Json:
        contact, data = given.optional("id", 40), given.anything("contact")
        if not isinstance(data, Mapping):
            raise invalid("contact", "A contact is needed here.")
        return {"id": await asyncio.to_thread(desk.contacts.save, contact, data)}

    async def _contact_delete(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.contacts.delete, given.text("id", 40))
        return {}

    async def _contact_undelete(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.contacts.undelete, given.text("id", 40))
        return {}

    async def _contact_import(self, desk: DeskAccess, given: Arguments) -> Json:
        path, apply = inside(self._core.spool, given.text("path", 1000)), given.yes("apply")
        return await asyncio.to_thread(desk.contacts.take, path, apply)

    async def _voicemail_set(self, desk: DeskAccess, given: Arguments) -> Json:
        state = given.text("state", 20)
        if state not in ("new", "old", "deleted", "back"):
            raise invalid("state", "It is new, old, deleted or back.")
        await asyncio.to_thread(desk.voicemail.set_state, given.number("id"), state)
        return {}

    async def _mail_test(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.mail.test, given.text("to", 254))
        return {}

    async def _mail_again(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.mail.again, given.text("id", 40))
        return {}

    async def _mail_drop(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.mail.drop, given.text("id", 40))
        return {}

    async def _lost_call(self, desk: DeskAccess, given: Arguments) -> Json:
        handset = given.text("handset", 20)
        number = await asyncio.to_thread(desk.lost.number, given.number("id"))
        desk.ring_back(number, handset)
        return {}

    async def _lost_close(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.lost.close, given.number("id"))
        return {}

    async def _lost_reopen(self, desk: DeskAccess, given: Arguments) -> Json:
        await asyncio.to_thread(desk.lost.reopen, given.number("id"))
        return {}
